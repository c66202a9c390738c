package io.tributary.local.latency;

import io.tributary.local.EndedThread;
import io.tributary.local.UserException;
import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.Endpoints;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Causes mergers in a running stack that nobody else uses, and measures when each of them is visible. */
public final class MergeLatency {
    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long TELL_EVERY = TimeUnit.SECONDS.toNanos(10);
    /** Without anything new; on top of the lateness bound. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * What to do.
     *
     * @param mergers how many count, at least 1
     * @param perSecond of them
     * @param otherEvents of other customers, per second; may be 0
     */
    public record Plan(int mergers, int perSecond, int otherEvents) {
        /** How many come before them, to warm the job up. */
        public int warmingUp() {
            return mergers / 3;
        }
    }

    private final Endpoints endpoints;
    private final Plan plan;
    private final JobTimes times;
    private final Consumer<String> progress;
    private final Mergers mergers;

    /**
     * @param times of the customer job that runs there
     * @param progress is told now and then, in a line, how far it has come
     */
    public MergeLatency(Endpoints endpoints, Plan plan, JobTimes times, Consumer<String> progress) {
        this.endpoints = endpoints;
        this.plan = plan;
        this.times = times;
        this.progress = progress;
        this.mergers = new Mergers(plan.warmingUp(), plan.mergers());
    }

    /**
     * Returns when every merger has been seen in both.
     *
     * @throws UserException if one does not show
     */
    public MergeLatencyResult run() throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(3);
        try (var publisher = new Publisher(endpoints.kafka())) {
            var search = new SearchObserver(endpoints.elasticsearch(), mergers);
            await(List.of(
                    threads.submit(new KafkaObserver(endpoints.kafka(), mergers)),
                    threads.submit(search),
                    threads.submit(new MergerTraffic(
                            publisher, mergers, new Schedule(plan.perSecond()), plan.otherEvents()))));
            return new MergeLatencyResult(
                    plan, mergers.kafka(), mergers.search(), search.intervals(), times, StackTimes.read(endpoints));
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private void await(List<Future<Void>> working) throws IOException, InterruptedException {
        long moved = 0;
        long movedAt = System.nanoTime();
        long toldAt = movedAt;
        while (!mergers.areComplete()) {
            for (var thread : working) {
                if (thread.isDone()) {
                    EndedThread.check(thread);
                }
            }
            long now = System.nanoTime();
            if (mergers.progress() != moved) {
                moved = mergers.progress();
                movedAt = now;
            } else if (now - movedAt > PATIENCE.plus(times.latenessBound()).toNanos()) {
                throw missing();
            }
            if (now - toldAt >= TELL_EVERY) {
                toldAt = now;
                progress.accept(state());
            }
            LockSupport.parkNanos(LOOK_EVERY);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private String state() {
        return mergers.sent() == 0
                ? "%,d of %,d devices are customers in Kafka and in Elasticsearch"
                        .formatted(mergers.known(), mergers.count())
                : "%,d of %,d logins sent; %,d mergers seen in Kafka, %,d in Elasticsearch"
                        .formatted(mergers.sent(), mergers.count(), mergers.seenInKafka(), mergers.seenInSearch());
    }

    private UserException missing() {
        String what = mergers.sent() == 0
                ? "%,d of %,d devices are no customers yet"
                        .formatted(mergers.count() - mergers.known(), mergers.count())
                : "of %,d mergers %,d are missing in Kafka, %,d in Elasticsearch"
                        .formatted(
                                mergers.count(),
                                mergers.count() - mergers.seenInKafka(),
                                mergers.count() - mergers.seenInSearch());
        return new UserException("Nothing more comes out: %s. Why is in the log, %s"
                .formatted(what, System.getProperty("tributary.log")));
    }
}
