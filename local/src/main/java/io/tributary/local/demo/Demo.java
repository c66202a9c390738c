package io.tributary.local.demo;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.EndedThread;
import io.tributary.local.UserException;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.cli.Terminal;
import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.Endpoints;
import io.tributary.schemas.definition.Definitions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;

/**
 * Plays the shop's traffic into a running stack, tells what comes out, and proves it.
 *
 * <p>Everything that is printed about the suite has been read from its outputs.
 */
public final class Demo {
    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LOG_EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final int SEGMENTS_TOLD = 6;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    /** After the last expected output: long enough for a checkpoint to bring one that nobody expects. */
    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(1_500);

    private final Screen screen;
    private final Endpoints endpoints;
    private final Definitions definitions;
    /** Of {@link System#nanoTime()}; likewise when something came out for the last time. */
    private final long begun;

    private long movedAt;
    private long moved;
    private final Observations observations = new Observations();
    private final Story story = new Story(ShopTraffic.deadline());
    private final Rate rate = new Rate();
    private Duration firstProfileAfter = Duration.ZERO;
    private boolean toldTheDay;
    private long loggedAt = System.nanoTime();

    /**
     * @param definitions those that hold
     * @param begun when the command began, of {@link System#nanoTime()}
     */
    public Demo(Screen screen, Endpoints endpoints, Definitions definitions, long begun) {
        this.screen = screen;
        this.endpoints = endpoints;
        this.definitions = definitions;
        this.begun = begun;
        this.movedAt = System.nanoTime();
    }

    /** What the customer job must be told for the demonstration. */
    public static Configuration jobOptions() {
        var options = new Configuration();
        options.set(CustomerOptions.LATENESS_BOUND, ShopTraffic.LATENESS_BOUND);
        options.set(CustomerOptions.PUBLISH_INTERVAL, Duration.ofMillis(500));
        return options;
    }

    /**
     * Returns when the story has been told and proved.
     *
     * @throws UserException if something that the story claims was not observed
     */
    public void run() throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(2);
        try (var publisher = new Publisher(endpoints.kafka())) {
            var backtest = new Backtest(definitions);
            var shop = new ShopTraffic(
                    publisher,
                    backtest,
                    lines -> observations.counts().processed() >= lines,
                    () -> observations.ana(ana -> !ana.triggers().isEmpty()));
            var playing = threads.submit(shop);
            var working = List.of(threads.submit(new Observer(endpoints.kafka(), observations)), playing);
            watch(shop, working, () -> playing.isDone() ? story.missing() : Optional.of("the end of the traffic"));
            var expected =
                    backtest.run(OptionalLong.of(ShopTraffic.decidedUntil().toEpochMilli()), 2);
            watch(shop, working, () -> difference(expected));
            var settled = System.nanoTime() + SETTLE;
            watch(shop, working, () -> System.nanoTime() - settled >= 0 ? Optional.empty() : Optional.of("the end"));
            screen.erase();
            summarise(shop, expected);
        } finally {
            screen.erase();
            threads.shutdownNow();
            threads.awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    /** Tells what is seen until nothing is missing. */
    private void watch(ShopTraffic shop, List<Future<Void>> working, Supplier<Optional<String>> missing)
            throws IOException, InterruptedException {
        for (var lacks = missing.get(); lacks.isPresent(); lacks = missing.get()) {
            for (var thread : working) {
                if (thread.isDone()) {
                    EndedThread.check(thread);
                }
            }
            if (isStuck()) {
                throw new UserException("Nothing more comes out; still missing: %s. The log is %s"
                        .formatted(story.missing().orElse(lacks.get()), System.getProperty("tributary.log")));
            }
            tell(shop);
            LockSupport.parkNanos(LOOK_EVERY);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        tell(shop);
    }

    private void tell(ShopTraffic shop) {
        var counts = observations.counts();
        if (counts.processed() + shop.sent() != moved) {
            moved = counts.processed() + shop.sent();
            movedAt = System.nanoTime();
        }
        observations
                .firstProfile()
                .filter(profile -> firstProfileAfter.isZero())
                .ifPresent(profile -> {
                    firstProfileAfter = sinceBegin();
                    screen.line(
                            "First profile after %s: %s, last seen %s.",
                            Terminal.seconds(firstProfileAfter),
                            profile.path("customer_id").asText(),
                            profile.path("last_seen").asText());
                });
        if (!toldTheDay && shop.hasBegunTheStory()) {
            toldTheDay = true;
            screen.line(
                    "The shop's day until %s: %,d events processed into %,d profiles.%n",
                    LiveArea.time(ShopTraffic.START), counts.processed(), counts.customers());
        }
        for (var line : story.tell(observations)) {
            screen.line(line.important() ? "  %s  @|bold %s|@" : "  %s  %s", LiveArea.time(line.at()), line.text());
        }
        var now = System.nanoTime();
        var snapshot =
                new LiveArea.Snapshot(shop.shopTime(), shop.sent(), rate.perSecond(now, counts.processed()), counts);
        screen.live(LiveArea.lines(snapshot));
        if (!screen.isInteractive() && now - loggedAt >= LOG_EVERY) {
            loggedAt = now;
            screen.line("    (%s)", LiveArea.line(snapshot));
        }
    }

    private void summarise(ShopTraffic shop, BacktestResult expected) throws IOException, InterruptedException {
        var counts = observations.counts();
        var difference = difference(expected);
        if (difference.isPresent()) {
            throw new UserException("The demonstration failed: " + difference.get());
        }
        screen.line("%n@|bold What was seen|@");
        screen.line(
                "  events     %,d sent: %,d accepted once each, %,d duplicates dropped, %,d rejected",
                shop.sent(), counts.accepted(), shop.sent() - counts.processed(), counts.rejected());
        screen.line("  rejects    %s", LiveArea.reasons(counts, 20));
        screen.line(
                "  customers  %,d, %,d of them with an open cart; %,d others turned out to be one of them",
                counts.customers(), counts.openCarts(), counts.merged());
        screen.line(
                "  triggers   %,d abandoned carts: %d of Ana's, %d of Ben's",
                counts.triggers(),
                observations.ana(Customer::triggers).size(),
                observations.ben(Customer::triggers).size());
        screen.line("  segments   %s", largest(expected));
        screen.line("  check      a backtest of the same lines has the same profiles, triggers and rejects");
        prove(counts);
        screen.line(
                "%nFirst profile after %s, everything after %s.",
                Terminal.seconds(firstProfileAfter), Terminal.seconds(sinceBegin()));
    }

    /** The segments with the most customers; that the suite has the same shows in the check. */
    private static String largest(BacktestResult expected) {
        return expected.counts().segments().entrySet().stream()
                .filter(segment -> segment.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(SEGMENTS_TOLD)
                .map(segment -> "%s %,d".formatted(segment.getKey(), segment.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** How the outputs differ from a backtest of the same lines. */
    private Optional<String> difference(BacktestResult expected) {
        return Comparison.difference(observations.counts(), observations.profiles(), observations.triggers(), expected);
    }

    private void prove(Counts counts) throws IOException, InterruptedException {
        var proof = new Proof(endpoints);
        List<Proof.Query> queries;
        do {
            // Elasticsearch is written behind Kafka.
            LockSupport.parkNanos(LOOK_EVERY);
            queries = proof.run(
                    observations.ana(Customer::id),
                    observations.ben(Customer::id),
                    ShopTraffic.deadline(),
                    counts.customers(),
                    counts.triggers());
        } while (!queries.stream().allMatch(Proof.Query::holds) && !isStuck());
        screen.line("%n@|bold Queries that prove it|@");
        for (var query : queries) {
            screen.line("  %s", query.question());
            screen.line("    @|faint %s|@", query.command());
            query.answer().lines().forEach(line -> screen.line("    %s", line));
            if (!query.holds()) {
                throw new UserException(
                        "The demonstration failed: the answer to the last query is not what it should be");
            }
        }
    }

    /** A slow machine is given time, as long as it gets on. */
    private boolean isStuck() {
        return System.nanoTime() - movedAt >= PATIENCE;
    }

    private Duration sinceBegin() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
