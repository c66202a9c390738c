package io.tributary.operators.computed;

import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;

/**
 * A random window and random events: around the edges of buckets and of the window, with ties, few values or more than
 * there is room for.
 */
final class Scenario {
    private static final long START = Said.millis("2026-01-01T00:00:00Z");
    private static final long[] WINDOWS = {
        Duration.ofMinutes(1).toMillis(),
        Duration.ofMinutes(30).toMillis(),
        Duration.ofDays(1).toMillis(),
        Duration.ofDays(1).toMillis() + 1,
        Duration.ofHours(36).toMillis(),
        Duration.ofDays(30).toMillis(),
        Duration.ofDays(30).toMillis() + 60_000,
        Duration.ofDays(90).toMillis(),
        Duration.ofDays(365).toMillis() - 7,
        Window.MOST
    };

    /** Of up to 300 events, each number as probable as the others. */
    static final class Any implements ArbitrarySupplier<Scenario> {
        @Override
        public Arbitrary<Scenario> get() {
            return Combinators.combine(
                            Arbitraries.longs().withoutEdgeCases(),
                            Arbitraries.integers().between(0, 300).withDistribution(RandomDistribution.uniform()))
                    .as(Scenario::new);
        }
    }

    private final long seed;
    private final Random random;
    private final Window window;
    private final List<Said> events = new ArrayList<>();

    /** @param size how many events */
    Scenario(long seed, int size) {
        this.seed = seed;
        random = new Random(seed);
        int choice = random.nextInt(WINDOWS.length + 4) - 4;
        window = choice < 0 ? null : new Window(WINDOWS[choice]);
        long step = step();
        int steps = List.of(1, 4, 40).get(random.nextInt(3));
        int alphabet = List.of(3, 20, 2_000).get(random.nextInt(3));
        int most = random.nextBoolean() ? 1 : 10;
        for (int i = 0; i < size; i++) {
            long instant = START + random.nextInt(steps) * step + random.nextInt(3) - 1;
            EventOrder order = new EventOrder(
                    instant,
                    EventKind.values()[1 + random.nextInt(3)],
                    "m" + random.nextInt(1 + size / 3),
                    // Unsigned.
                    i - size / 2);
            List<String> keys = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            for (int rest = random.nextInt(most) + 1; rest > 0; rest--) {
                keys.add("k" + random.nextInt(alphabet));
                values.add(value(alphabet));
            }
            if (random.nextInt(10) == 0) {
                values.clear();
            }
            events.add(new Said(order, keys, values));
        }
    }

    private long step() {
        if (window == null) {
            return Duration.ofHours(5).toMillis();
        }
        long bucket = window.bucketMillis();
        return List.of(1L, bucket, 3 * bucket, Math.max(1, window.millis() / 7), window.millis())
                .get(random.nextInt(5));
    }

    private Object value(int alphabet) {
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> "t" + random.nextInt(alphabet);
            case 3 -> new BigDecimal(random.nextInt(20_001) - 10_000).movePointLeft(random.nextInt(5) - 1);
            case 4 -> new BigDecimal(random.nextInt(5) - 2).movePointLeft(random.nextInt(80) - 29);
            default -> random.nextBoolean();
        };
    }

    Random random() {
        return random;
    }

    /** In a random order. */
    List<Said> events() {
        return events;
    }

    TraitShape shape(Aggregate aggregate) {
        int limit =
                switch (aggregate) {
                    case TOP_K -> List.of(1, 10, 100).get(random.nextInt(3));
                    case UNIQUE_COUNT, UNIQUE_LIST -> List.of(1, 2, 20, 1_000).get(random.nextInt(4));
                    default -> 0;
                };
        return new TraitShape(aggregate, window, limit);
    }

    /** The time of the newest event. */
    long newest() {
        return events.stream().mapToLong(Said::timestamp).max().orElse(START);
    }

    /** The time of an event, or so. */
    long someInstant() {
        return events.isEmpty()
                ? START
                : events.get(random.nextInt(events.size())).timestamp() + random.nextInt(3) - 1;
    }

    /** Instants at which something may change, just before and after, and others. */
    List<Long> instants(TraitShape shape) {
        List<Long> ends = new ArrayList<>(new NaiveTraits(shape, events).ends());
        List<Long> instants = new ArrayList<>(List.of(0L, someInstant(), newest(), newest() + 1, Long.MAX_VALUE));
        for (int i = 0; i < 4 && !ends.isEmpty(); i++) {
            long end = ends.remove(random.nextInt(ends.size()));
            instants.addAll(List.of(end - 1, end, end + 1));
        }
        return instants;
    }

    @Override
    public String toString() {
        return events.size() + " events of seed " + seed + " with " + window;
    }
}
