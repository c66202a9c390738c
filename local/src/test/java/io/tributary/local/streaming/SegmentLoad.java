package io.tributary.local.streaming;

import io.tributary.schemas.time.Timestamps;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Events and segments to measure with. Each customer does five of forty things, a few hundred times. Of each thing there are
 * five attributes: how often ever and within 30 days, a sum, a maximum, how many different items. A segment has two to four
 * conditions on attributes drawn at random, thresholds are values that somebody's attribute had, drawn over all events; most
 * conditions ask for at least so much, one in ten that is not a segment's first for less.
 */
final class SegmentLoad {
    static final int CUSTOMERS = Integer.getInteger("tributary.segmentCostCustomers", 750);
    static final int THINGS = 40;
    static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    private static final int EVENTS_EACH = Integer.getInteger("tributary.segmentCostEvents", 800);
    private static final int THINGS_EACH = 5;
    private static final int ITEMS = 50;
    private static final int SAMPLES = 2_000;
    private static final int SEGMENTS_PER_FILE = 10_000;
    private static final long DAY = 86_400_000;
    private static final long WINDOW = 30 * DAY;
    private static final long LENGTH = 60 * DAY;
    private static final List<String> ATTRIBUTES_OF_THING = List.of("count", "recent", "sum", "most", "items");

    static final int ATTRIBUTES = THINGS * ATTRIBUTES_OF_THING.size();

    /** An event, and what each attribute of its thing was before and after it; {@code NaN} if missing. */
    private record Step(int customer, int thing, long at, long cents, int item, double[] before, double[] after) {}

    private record Condition(int thing, int attribute, boolean atLeast, double bound) {
        boolean holds(double value) {
            return atLeast ? value >= bound : value < bound;
        }

        String cel() {
            String name = ATTRIBUTES_OF_THING.get(attribute);
            String field = attribute == 0
                    ? "events.by_name['%s']".formatted(name(thing))
                    : "computed.%s_%02d".formatted(name, thing);
            return "%s %s %s"
                    .formatted(
                            field,
                            atLeast ? ">=" : "<",
                            BigDecimal.valueOf(bound).toPlainString());
        }
    }

    /** What is known of a customer's thing. */
    private static final class Known {
        private long count;
        private long cents;
        private long most;
        private final Deque<Long> recent = new ArrayDeque<>();
        private final Set<Integer> items = new HashSet<>();

        double[] values(long at) {
            while (!recent.isEmpty() && recent.peekFirst() <= at - WINDOW) {
                recent.removeFirst();
            }
            return new double[] {
                count, recent.size(), cents / 100.0, count == 0 ? Double.NaN : most / 100.0, items.size()
            };
        }
    }

    private final List<Step> steps = new ArrayList<>();
    private final Random random;

    SegmentLoad(long seed) {
        random = new Random(seed);
        Known[][] known = new Known[CUSTOMERS][THINGS];
        int[][] things = new int[CUSTOMERS][THINGS_EACH];
        for (int customer = 0; customer < CUSTOMERS; customer++) {
            Arrays.setAll(known[customer], thing -> new Known());
            things[customer] =
                    random.ints(0, THINGS).distinct().limit(THINGS_EACH).toArray();
        }
        int events = CUSTOMERS * EVENTS_EACH;
        for (int i = 0; i < events; i++) {
            long at = START + 1 + i * (LENGTH / events);
            int customer = random.nextInt(CUSTOMERS);
            int thing = things[customer][random.nextInt(THINGS_EACH)];
            long cents = 100 + (long) (5_000 * -Math.log(1 - random.nextDouble()));
            int item = random.nextInt(ITEMS);
            Known one = known[customer][thing];
            double[] before = one.values(at);
            one.count++;
            one.cents += cents;
            one.most = Math.max(one.most, cents);
            one.recent.addLast(at);
            one.items.add(item);
            steps.add(new Step(customer, thing, at, cents, item, before, one.values(at)));
        }
    }

    private static String name(int thing) {
        return "Thing %02d Done".formatted(thing);
    }

    int events() {
        return steps.size();
    }

    /** The first half is not measured. */
    int eventsBefore() {
        return steps.size() / 2;
    }

    private List<Step> measured() {
        return steps.subList(eventsBefore(), steps.size());
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            lines.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"track\",\"event\":\"%s\",\"messageId\":\"m-%d\",\"userId\":\"u-%d\",\"timestamp\":\"%s\","
                            + "\"properties\":{\"amount\":%d.%02d,\"item\":\"i-%d\"}}",
                    name(step.thing),
                    i,
                    step.customer,
                    Timestamps.format(step.at),
                    step.cents / 100,
                    step.cents % 100,
                    step.item));
        }
        return lines;
    }

    private List<List<Condition>> segments(int count) {
        // The same conditions whatever has been drawn before.
        Random drawn = new Random(count);
        List<List<Condition>> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Condition> conditions = new ArrayList<>();
            int size = 2 + drawn.nextInt(3);
            while (conditions.size() < size) {
                Step step = steps.get(drawn.nextInt(steps.size()));
                int attribute = drawn.nextInt(ATTRIBUTES_OF_THING.size());
                boolean atLeast = conditions.isEmpty() || drawn.nextInt(10) > 0;
                conditions.add(new Condition(step.thing, attribute, atLeast, step.after[attribute]));
            }
            segments.add(conditions);
        }
        return segments;
    }

    /** File → YAML. */
    SortedMap<String, String> definitions(int count) {
        SortedMap<String, String> files = new TreeMap<>();
        files.put("traits.yaml", traits());
        int number = 0;
        StringBuilder yaml = new StringBuilder();
        for (List<Condition> conditions : segments(count)) {
            if (number % SEGMENTS_PER_FILE == 0) {
                yaml = new StringBuilder("segments:\n");
            }
            String when =
                    String.join(" && ", conditions.stream().map(Condition::cel).toList());
            yaml.append("- {name: s_%d, when: \"%s\"}\n".formatted(number++, when));
            if (number % SEGMENTS_PER_FILE == 0 || number == count) {
                files.put("segments-%d.yaml".formatted(number), yaml.toString());
            }
        }
        return files;
    }

    private static String traits() {
        StringBuilder yaml = new StringBuilder("traits:\n");
        for (int thing = 0; thing < THINGS; thing++) {
            String of = ", events: [%s]}\n".formatted(name(thing));
            yaml.append("- {name: recent_%02d, aggregate: count, window: 30d%s".formatted(thing, of));
            yaml.append("- {name: sum_%02d, aggregate: sum, value: event.properties.amount%s".formatted(thing, of));
            yaml.append("- {name: most_%02d, aggregate: max, value: event.properties.amount%s".formatted(thing, of));
            yaml.append("- {name: items_%02d, aggregate: unique_count, value: event.properties.item%s"
                    .formatted(thing, of));
        }
        return yaml.toString();
    }

    double changedPerEvent() {
        return measured().stream()
                .mapToInt(step -> {
                    int changed = 0;
                    for (int i = 0; i < step.before.length; i++) {
                        changed += step.before[i] != step.after[i] ? 1 : 0;
                    }
                    return changed;
                })
                .average()
                .orElseThrow();
    }

    /** How many conditions, each counted once for each segment that has it, hold otherwise after an event. */
    double flipsPerEvent(int count) {
        List<List<Condition>> byAttribute = new ArrayList<>();
        for (int i = 0; i < ATTRIBUTES; i++) {
            byAttribute.add(new ArrayList<>());
        }
        for (List<Condition> conditions : segments(count)) {
            for (Condition condition : conditions) {
                byAttribute
                        .get(condition.thing * ATTRIBUTES_OF_THING.size() + condition.attribute)
                        .add(condition);
            }
        }
        Random which = new Random(1);
        long flips = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            Step step = measured().get(which.nextInt(measured().size()));
            for (int attribute = 0; attribute < ATTRIBUTES_OF_THING.size(); attribute++) {
                double before = step.before[attribute];
                double after = step.after[attribute];
                flips += byAttribute.get(step.thing * ATTRIBUTES_OF_THING.size() + attribute).stream()
                        .filter(condition -> condition.holds(before) != condition.holds(after))
                        .count();
            }
        }
        return (double) flips / SAMPLES;
    }
}
