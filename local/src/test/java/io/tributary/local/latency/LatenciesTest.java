package io.tributary.local.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatenciesTest {
    @ParameterizedTest
    @CsvSource({
        "1, 50, 1",
        "1, 99, 1",
        "2, 50, 1",
        "2, 51, 2",
        "3, 50, 2",
        "99, 99, 99",
        "100, 99, 99",
        "101, 99, 100",
        "300, 50, 150",
        "300, 99, 297",
        "300, 100, 300",
        "300, 1, 3"
    })
    void aPercentileIsTheSmallestThatSoManyDoNotExceed(int count, int percent, long expected) {
        assertThat(upTo(count).percentile(percent)).isEqualTo(Duration.ofMillis(expected));
    }

    @Test
    void theirOrderDoesNotMatter() {
        var latencies = new Latencies(List.of(Duration.ofMillis(7), Duration.ofMillis(9), Duration.ofMillis(2)));

        assertThat(latencies.percentile(50)).isEqualTo(Duration.ofMillis(7));
        assertThat(latencies.greatest()).isEqualTo(Duration.ofMillis(9));
    }

    @Test
    void ofNothingThereIsNone() {
        assertThatThrownBy(() -> new Latencies(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> upTo(3).percentile(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Latencies upTo(int count) {
        return new Latencies(
                LongStream.rangeClosed(1, count).mapToObj(Duration::ofMillis).toList());
    }
}
