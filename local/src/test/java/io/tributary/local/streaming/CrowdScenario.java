package io.tributary.local.streaming;

import io.tributary.operators.identity.ResolutionRules;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * How the people of a seed are streamed. Seeds go through the choices in cycles of different lengths, so that each four
 * in a row have every parallelism, and many have every combination.
 *
 * @param parallelism of the job, at most the number of partitions: a reader without a partition holds back the clock
 * @param eventPartitions partitions that get events; one more gets ticks only
 * @param latenessBound how far behind its partition's newest event one may arrive
 * @param publishInterval least time between two publications of a profile
 * @param smallLimits whether quarantine and full components are frequent
 * @param drained whether the end of the job brings the watermark of the end of time, which must fire nothing
 */
record CrowdScenario(
        long seed,
        int parallelism,
        int eventPartitions,
        Duration latenessBound,
        Duration publishInterval,
        boolean smallLimits,
        Interruption interruption,
        Reading reading,
        boolean drained) {

    /** What happens to the job in the middle of the log. */
    enum Interruption {
        NONE,
        /** A reader fails after a checkpoint. */
        CRASH_OF_SOURCE,
        /** A writer fails after a checkpoint, while everything before it goes on. */
        CRASH_OF_SINK,
        /** It is stopped with a savepoint and goes on with another parallelism. */
        RESCALED
    }

    /** Which of its partitions a reader reads next. */
    enum Reading {
        /** The one whose next record came first. */
        IN_STEP,
        /** Any, each at a speed of its own, as a job does that catches up. */
        APART
    }

    private static final List<Integer> PARALLELISM = List.of(4, 2, 1, 3);
    private static final List<Integer> EVENT_PARTITIONS = List.of(4, 3, 2);
    private static final List<Duration> BOUNDS = List.of(
            Duration.ofMillis(1), Duration.ofSeconds(10), Duration.ofHours(100), Duration.ZERO, Duration.ofMinutes(80));
    private static final List<Duration> PUBLISH_INTERVALS =
            List.of(Duration.ofMillis(20), Duration.ZERO, Duration.ofMillis(100));
    private static final List<Boolean> SMALL_LIMITS = List.of(true, true, false, true, false, true, false);
    private static final List<Interruption> INTERRUPTIONS = List.of(
            Interruption.NONE,
            Interruption.CRASH_OF_SINK,
            Interruption.RESCALED,
            Interruption.CRASH_OF_SOURCE,
            Interruption.CRASH_OF_SINK,
            Interruption.NONE,
            Interruption.RESCALED,
            Interruption.CRASH_OF_SOURCE,
            Interruption.CRASH_OF_SOURCE,
            Interruption.RESCALED,
            Interruption.CRASH_OF_SINK);
    private static final List<Reading> READINGS = List.of(
            Reading.APART,
            Reading.IN_STEP,
            Reading.APART,
            Reading.IN_STEP,
            Reading.IN_STEP,
            Reading.APART,
            Reading.APART,
            Reading.IN_STEP,
            Reading.APART);

    private static final List<Boolean> DRAINED =
            List.of(true, false, false, true, true, false, true, false, true, false, false, true, false);

    static CrowdScenario of(long seed) {
        int parallelism = choose(PARALLELISM, seed);
        return new CrowdScenario(
                seed,
                parallelism,
                Math.max(choose(EVENT_PARTITIONS, seed), parallelism - 1),
                choose(BOUNDS, seed),
                choose(PUBLISH_INTERVALS, seed),
                choose(SMALL_LIMITS, seed),
                choose(INTERRUPTIONS, seed),
                choose(READINGS, seed),
                choose(DRAINED, seed));
    }

    private static <T> T choose(List<T> choices, long seed) {
        return choices.get((int) Math.floorMod(seed, (long) choices.size()));
    }

    /** For one of the choices that a run makes; neighbouring seeds have nothing in common. */
    Random random(int choice) {
        return new Random(seed * 0x9E37_79B9_7F4A_7C15L + choice * 0x2545_F491_4F6C_DD1DL);
    }

    /** The job's parallelism after it was {@linkplain Interruption#RESCALED rescaled}. */
    int otherParallelism() {
        return parallelism == 1 ? 3 : parallelism - 1;
    }

    ResolutionRules rules() {
        ResolutionRules defaults = ResolutionRules.defaults();
        return smallLimits ? defaults.withMaxShared(2).withMaxComponent(4) : defaults;
    }

    @Override
    public String toString() {
        return ("seed %d: parallelism %d, %d partitions with events, read %s, lateness bound %s, publish interval %s,"
                        + " %s limits, interruption %s%s")
                .formatted(
                        seed,
                        parallelism,
                        eventPartitions,
                        reading,
                        latenessBound,
                        publishInterval,
                        smallLimits ? "small" : "default",
                        interruption,
                        drained ? ", drained" : "");
    }
}
