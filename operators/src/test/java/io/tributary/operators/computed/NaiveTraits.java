package io.tributary.operators.computed;

import io.tributary.schemas.definition.TraitShape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Computed traits as their documentation defines them, from the list of all events, each time anew. It shares no code
 * with what it is compared to.
 */
final class NaiveTraits {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final TraitShape shape;
    private final List<Said> events;
    private final Map<String, byte[]> hashes = new HashMap<>();

    NaiveTraits(TraitShape shape, List<Said> events) {
        this.shape = shape;
        this.events = events;
    }

    /** The result at an instant, null if it is missing. */
    Object value(long now) {
        return switch (shape.aggregate()) {
            case COUNT, SUM, AVERAGE, MIN, MAX -> ofNumbers(counting(events, now));
            case FIRST ->
                single(now)
                        .min(Comparator.comparing(Said::order))
                        .map(NaiveTraits::only)
                        .orElse(null);
            case LAST ->
                single(now)
                        .max(Comparator.comparing(Said::order))
                        .map(NaiveTraits::only)
                        .orElse(null);
            case MOST_FREQUENT -> mostFrequent(now, 1).stream().findFirst().orElse(null);
            case TOP_K -> mostFrequent(now, shape.limit());
            case UNIQUE_COUNT -> (long) unique(now).size();
            case UNIQUE_LIST -> unique(now);
        };
    }

    /** Of a parametric segment: the results of the values that have something in the window. */
    SortedMap<String, Object> results(long now) {
        Map<Long, Set<String>> kept = kept(event -> says(event) ? event.keys() : List.of());
        Map<String, List<Said>> eventsOf = new HashMap<>();
        for (Said event : counting(events, now)) {
            if (says(event)) {
                Set<String> keys = new HashSet<>(event.keys());
                keys.retainAll(kept.get(bucket(event)));
                keys.forEach(key ->
                        eventsOf.computeIfAbsent(key, none -> new ArrayList<>()).add(event));
            }
        }
        SortedMap<String, Object> results = new TreeMap<>();
        eventsOf.forEach((key, itsEvents) -> results.put(key, ofNumbers(itsEvents)));
        return results;
    }

    /** The instants at which a bucket stops to count. */
    SortedSet<Long> ends() {
        SortedSet<Long> ends = new TreeSet<>();
        if (shape.window() != null) {
            events.forEach(event -> ends.add(end(bucket(event))));
        }
        return ends;
    }

    private boolean says(Said event) {
        return switch (shape.aggregate()) {
            case COUNT -> true;
            default -> !event.numbers().isEmpty();
        };
    }

    private Object ofNumbers(List<Said> counting) {
        List<BigDecimal> numbers =
                counting.stream().flatMap(event -> event.numbers().stream()).toList();
        BigDecimal sum = numbers.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        return switch (shape.aggregate()) {
            case COUNT -> (long) counting.size();
            case SUM -> stripped(sum);
            case AVERAGE ->
                numbers.isEmpty()
                        ? null
                        : sum.divide(new BigDecimal(numbers.size()), new MathContext(10, RoundingMode.HALF_UP))
                                .doubleValue();
            case MIN ->
                numbers.stream()
                        .min(Comparator.naturalOrder())
                        .map(NaiveTraits::stripped)
                        .orElse(null);
            case MAX ->
                numbers.stream()
                        .max(Comparator.naturalOrder())
                        .map(NaiveTraits::stripped)
                        .orElse(null);
            default -> throw new IllegalStateException("not of numbers: " + shape);
        };
    }

    private Stream<Said> single(long now) {
        return counting(events, now).stream().filter(event -> event.values().size() == 1);
    }

    private static Object only(Said event) {
        Object value = event.values().get(0);
        return value instanceof BigDecimal number ? stripped(number) : value;
    }

    private List<String> mostFrequent(long now, int k) {
        Map<Long, Set<String>> kept = kept(NaiveTraits::texts);
        Map<String, Long> times = counting(events, now).stream()
                .flatMap(event -> texts(event).stream()
                        .filter(text -> kept.get(bucket(event)).contains(text)))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return times.keySet().stream()
                .sorted(Comparator.comparing((String text) -> -times.get(text)).thenComparing(Function.identity()))
                .limit(k)
                .toList();
    }

    /** Per bucket the texts with the smallest hashes. */
    private Map<Long, Set<String>> kept(Function<Said, List<String>> textsOf) {
        Map<Long, Set<String>> all = new HashMap<>();
        for (Said event : events) {
            all.computeIfAbsent(bucket(event), bucket -> new HashSet<>()).addAll(textsOf.apply(event));
        }
        Map<Long, Set<String>> kept = new HashMap<>();
        all.forEach((bucket, texts) -> kept.put(
                bucket,
                Set.copyOf(texts.stream()
                        .sorted(this::compareHashes)
                        .limit(shape.window() == null ? 500 : 100)
                        .toList())));
        return kept;
    }

    private List<String> unique(long now) {
        Map<String, Long> last = new HashMap<>();
        Map<String, Long> lastBucket = new HashMap<>();
        for (Said event : events) {
            for (String text : texts(event)) {
                last.merge(text, shape.window() == null ? event.timestamp() : bucket(event), Math::max);
                lastBucket.merge(text, bucket(event), Math::max);
            }
        }
        return last.keySet().stream()
                .sorted(Comparator.comparing((String text) -> -last.get(text)).thenComparing(this::compareHashes))
                .limit(shape.limit())
                .filter(text -> counts(lastBucket.get(text), now))
                .sorted()
                .toList();
    }

    private static List<String> texts(Said event) {
        return event.values().stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    private List<Said> counting(List<Said> some, long now) {
        List<Said> counting = new ArrayList<>();
        for (Said event : some) {
            if (counts(bucket(event), now)) {
                counting.add(event);
            }
        }
        return counting;
    }

    /** The start of an event's bucket. */
    private long bucket(Said event) {
        return shape.window() == null ? 0 : Math.floorDiv(event.timestamp(), size()) * size();
    }

    private boolean counts(long bucket, long now) {
        return shape.window() == null || now < end(bucket);
    }

    private long end(long bucket) {
        return bucket + size() + shape.window().millis();
    }

    private long size() {
        long window = shape.window().millis();
        return window <= DAY ? MINUTE : window <= 30 * DAY ? HOUR : DAY;
    }

    private static BigDecimal stripped(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }

    /** By the first eight bytes of SHA-256, unsigned. */
    private int compareHashes(String one, String other) {
        return Arrays.compareUnsigned(
                hashes.computeIfAbsent(one, NaiveTraits::hash), hashes.computeIfAbsent(other, NaiveTraits::hash));
    }

    private static byte[] hash(String text) {
        try {
            return Arrays.copyOf(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), Long.BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
