package io.tributary.local.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Schedule schedule = new Schedule(5);

    @Test
    void eachHasAnIntervalOfItsOwn() {
        assertThat(LongStream.range(0, 1_000)).allSatisfy(number -> assertThat(schedule.due(number))
                .isBetween(number * SECOND / 5, (number + 1) * SECOND / 5));
    }

    @Test
    void meetsEachPartOfASecondAlike() {
        int[] tenths = new int[10];
        for (int number = 0; number < 300; number++) {
            tenths[(int) (schedule.due(number) % SECOND * 10 / SECOND)]++;
        }

        assertThat(IntStream.of(tenths))
                .as("60 or none, if they were evenly spaced")
                .allMatch(count -> count >= 25 && count <= 35);
    }
}
