package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateTest {
    private final Rate rate = new Rate();

    @Test
    void smoothsBurstsOverSeconds() {
        rate.perSecond(seconds(0), 0);
        rate.perSecond(seconds(1), 400);

        assertThat(rate.perSecond(seconds(4), 400)).isEqualTo(100);
    }

    @Test
    void fallsToZeroWhenNothingComesAnyMore() {
        rate.perSecond(seconds(0), 0);
        rate.perSecond(seconds(1), 400);
        rate.perSecond(seconds(6), 400);

        assertThat(rate.perSecond(seconds(7), 400)).isZero();
    }

    private static long seconds(long count) {
        return TimeUnit.SECONDS.toNanos(count);
    }
}
