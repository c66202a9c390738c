package io.tributary.local.demo;

import io.tributary.local.backtest.Backtest;
import io.tributary.local.publish.Publisher;
import io.tributary.local.simulate.AnaStory;
import io.tributary.local.simulate.CompressedTraffic;
import io.tributary.local.simulate.LineKind;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationRates;
import io.tributary.local.simulate.Simulator;
import io.tributary.local.simulate.StoryStep;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;

/**
 * The shop: a day of simulated visitors up to {@link #START} at once, then the visitors and the story in compressed time.
 * The clock is in the log: behind what has happened goes a tick to every partition.
 *
 * <p>The shop's clock stands still twice, until the suite has caught up: before the story, and where the story expects
 * something of the suite. So a slow machine tells the same story, only later.
 */
final class ShopTraffic implements Callable<Void> {
    /** Shop time at which the story begins: late afternoon of a simulated day. */
    static final Instant START = Instant.parse("2026-03-06T17:00:00Z");
    /** Shop time per time. */
    static final int SPEED = 150;
    /** How much later than its time an event may arrive; what the customer job must be told. Shop time. */
    static final Duration LATENESS_BOUND = Duration.ofSeconds(1);

    private static final Instant MORNING = Instant.parse("2026-03-06T00:00:00Z");
    /** From the newest tick to the watermark. */
    private static final Duration BEHIND = LATENESS_BOUND.plusMillis(1);

    private static final int VISITORS = 800;
    private static final int SEED = 84;
    private static final Duration AFTER_THE_STORY = Duration.ofMinutes(2);
    /** A machine that stalls must not make the shop's clock leap over a part of the story. */
    private static final Duration LONGEST_STEP = Duration.ofMillis(500);

    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(100);

    /** Nobody is late: so the log decides alone what fires, and can be compared with a backtest of the same lines. */
    private static SimulationRates rates() {
        var usual = SimulationRates.DEFAULT;
        return new SimulationRates(
                usual.sharedDevices(),
                usual.neverLogIn(),
                usual.mistypedEmails(),
                usual.duplicates(),
                0,
                usual.broken(),
                usual.skewedClocks());
    }

    private final Publisher publisher;
    private final Backtest backtest;
    private final LongPredicate processed;
    private final BooleanSupplier expectationMet;
    private final EventParser parser = EventParser.withDefaults();
    private final CompressedTraffic visitors;
    private final Queue<StoryStep> story = new ArrayDeque<>(AnaStory.lines(START));
    private CompressedTraffic.Due next;
    private long duplicates;

    private final AtomicLong sent = new AtomicLong();
    private volatile boolean begunTheStory;
    private volatile Instant shopTime = MORNING;

    /**
     * @param backtest is given every line that is sent
     * @param processed whether so many lines have come out of the suite
     * @param expectationMet whether the story's expectation has been observed
     */
    ShopTraffic(Publisher publisher, Backtest backtest, LongPredicate processed, BooleanSupplier expectationMet) {
        this.publisher = publisher;
        this.backtest = backtest;
        this.processed = processed;
        this.expectationMet = expectationMet;
        var day = SimulationConfig.of(VISITORS, 1, SEED).startingAt(MORNING).withRates(rates());
        visitors = new CompressedTraffic(new Simulator(day), START, SPEED);
        next = visitors.next();
    }

    /** The instant at which abandoned_cart must fire for Ana. */
    static Instant deadline() {
        return AnaStory.lines(START).stream()
                .filter(StoryStep::isExpectation)
                .map(StoryStep::at)
                .findFirst()
                .orElseThrow();
    }

    /** How long the story takes to play, without pauses. */
    private static Duration length() {
        var steps = AnaStory.lines(START);
        var end = steps.get(steps.size() - 1).at().plus(AFTER_THE_STORY);
        return Duration.between(START, end).dividedBy(SPEED);
    }

    /** No event is later, and deadlines up to it have passed when the traffic has ended. */
    static Instant decidedUntil() {
        return START.plus(length().multipliedBy(SPEED)).plusSeconds(1);
    }

    /** Lines sent so far. */
    long sent() {
        return sent.get();
    }

    /** Whether all of the day up to {@link #START} has come out of the suite. */
    boolean hasBegunTheStory() {
        return begunTheStory;
    }

    /** How far the shop's day has got. */
    Instant shopTime() {
        return shopTime;
    }

    /** Plays everything; an interrupt ends it early. */
    @Override
    public Void call() throws IOException {
        sendVisitors(Duration.ZERO);
        // All that was before the story has passed: who owns a device is known only then.
        tick(START.plus(BEHIND).minusMillis(1));
        shopTime = START;
        // Of a duplicate nothing comes out.
        await(() -> processed.test(sent.get() - duplicates));
        begunTheStory = true;
        var played = Duration.ZERO;
        var looked = System.nanoTime();
        while (played.compareTo(length()) < 0 && !Thread.interrupted()) {
            LockSupport.parkNanos(LOOK_EVERY);
            var elapsed = Duration.ofNanos(System.nanoTime() - looked);
            looked = System.nanoTime();
            played = min(played.plus(min(elapsed, LONGEST_STEP)), length());
            var now = START.plus(played.multipliedBy(SPEED));
            sendVisitors(played);
            var expects = sendStory(now);
            tick(now);
            if (expects) {
                await(expectationMet);
                looked = System.nanoTime();
            }
        }
        tick(decidedUntil().plus(BEHIND));
        return null;
    }

    private void sendVisitors(Duration played) throws IOException {
        while (next != null && next.after().compareTo(played) <= 0) {
            var line = next.line();
            send(line.bytes(), line.arrival());
            if (line.arrival().isAfter(shopTime)) {
                shopTime = line.arrival();
            }
            duplicates += line.truth().kind() == LineKind.DUPLICATE ? 1 : 0;
            next = visitors.hasNext() ? visitors.next() : null;
        }
    }

    /** Sends what has happened in the story and says whether something is expected of the suite now. */
    private boolean sendStory(Instant now) throws IOException {
        while (!story.isEmpty() && !due(story.peek()).isAfter(now)) {
            var step = story.remove();
            if (step.isExpectation()) {
                return true;
            }
            send(step.line().orElseThrow().getBytes(StandardCharsets.UTF_8), step.at());
        }
        return false;
    }

    /** What is expected of an instant can be seen when the watermark has reached it. */
    private static Instant due(StoryStep step) {
        return step.isExpectation() ? step.at().plus(BEHIND) : step.at();
    }

    private void send(byte[] line, Instant arrival) throws IOException {
        var recordTime = arrival.toEpochMilli();
        var inbound = parser.parse(line, Origin.line("demo", sent.get() + 1), recordTime);
        backtest.add(inbound);
        var key = inbound instanceof Inbound.Accepted accepted
                ? accepted.event().firstIdentityKey().qualified().getBytes(StandardCharsets.UTF_8)
                : null;
        publisher.send(recordTime, key, line);
        sent.incrementAndGet();
    }

    private void tick(Instant now) throws IOException {
        publisher.tick(now.toEpochMilli());
        publisher.flush();
        shopTime = now;
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(LOOK_EVERY);
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
