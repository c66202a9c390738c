package io.tributary.local.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompressedTrafficTest {
    private static final SimulationConfig CONFIG = SimulationConfig.of(50, 2, 1);

    @Test
    void playsADayInAMinute() {
        CompressedTraffic traffic =
                new CompressedTraffic(new Simulator(CONFIG), SimulationConfig.DEFAULT_START, 24 * 60);
        Duration last = Duration.ZERO;
        int lines = 0;
        while (traffic.hasNext()) {
            CompressedTraffic.Due due = traffic.next();
            long simulated =
                    Duration.between(CONFIG.start(), due.line().arrival()).toMillis();
            assertThat(due.after()).isGreaterThanOrEqualTo(last).isEqualTo(Duration.ofMillis(simulated / (24 * 60)));
            last = due.after();
            lines++;
        }

        assertThat(lines).isPositive();
        assertThat(last).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(140));
    }

    @Test
    void refusesASpeedThatIsNone() {
        Simulator simulator = new Simulator(CONFIG);

        assertThatThrownBy(() -> new CompressedTraffic(simulator, CONFIG.start(), 0))
                .hasMessageContaining("speed");
    }
}
