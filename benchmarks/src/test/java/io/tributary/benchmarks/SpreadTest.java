package io.tributary.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void ofAnOddNumberTheMedianIsTheMiddleOne() {
        assertThat(Spread.of(DoubleStream.of(9, 1, 5))).isEqualTo(new Spread(1, 5, 9));
    }

    @Test
    void ofAnEvenNumberTheMedianIsBetweenTheTwoMiddleOnes() {
        assertThat(Spread.of(DoubleStream.of(4, 1, 2, 9)).median()).isEqualTo(3);
    }

    @Test
    void ofNothingThereIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(DoubleStream.empty()));
    }
}
