package io.tributary.local.oracle;

import io.tributary.local.oracle.Definitions.Trait;
import io.tributary.local.oracle.Expression.Scope;
import io.tributary.local.oracle.Oracle.Event;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A computed trait, from all the events of a customer at an instant: those whose buckets count are looked at, and then
 * it is counted what they say. With {@code for_each}, the same for each value.
 */
final class TraitOracle {
    private static final Duration MINUTE_BUCKETS = Duration.ofDays(1);
    private static final Duration HOUR_BUCKETS = Duration.ofDays(30);
    private static final int FREQUENT_IN_A_BUCKET = 100;
    private static final int FREQUENT_IN_A_LIFE = 500;
    private static final MathContext TEN_DIGITS = new MathContext(10, RoundingMode.HALF_UP);

    /**
     * What an event says.
     *
     * @param bucket its start, without a window the event's time
     * @param groups the texts of {@code for_each}
     * @param values what the trait is told, a list's elements one by one; none if it is told nothing
     * @param single the same as one, if it is no list
     */
    private record Said(Instant bucket, Set<String> groups, List<Object> values, Optional<Object> single) {}

    private final Trait trait;
    private final Optional<Expression> forEach;
    private final IdentityHashMap<Event, Optional<Said>> known = new IdentityHashMap<>();

    TraitOracle(Trait trait) {
        this(trait, Optional.empty());
    }

    TraitOracle(Trait trait, Optional<Expression> forEach) {
        this.trait = trait;
        this.forEach = forEach;
    }

    String name() {
        return trait.name();
    }

    /** The value at an instant, from the events up to it in their order; nothing if it is missing. */
    Optional<Object> value(List<Event> history, Instant at) {
        return fold(counting(history, at));
    }

    /** The value for each of the values of {@code for_each} of which an event in the window says something. */
    SortedMap<String, Optional<Object>> values(List<Event> history, Instant at) {
        Map<Instant, List<Map.Entry<Said, String>>> buckets = new HashMap<>();
        for (Said said : counting(history, at)) {
            boolean isCounted = trait.aggregate() == Definitions.Aggregate.COUNT;
            if (!isCounted
                    && said.values().stream()
                            .allMatch(value -> Values.number(value).isEmpty())) {
                continue;
            }
            said.groups().forEach(group -> buckets.computeIfAbsent(bucketOf(said), b -> new ArrayList<>())
                    .add(Map.entry(said, group)));
        }
        SortedMap<String, List<Said>> counted = new TreeMap<>();
        buckets.values().stream()
                .flatMap(bucket -> smallestHashes(bucket, Map.Entry::getValue))
                .forEach(entry -> counted.computeIfAbsent(entry.getValue(), v -> new ArrayList<>())
                        .add(entry.getKey()));
        SortedMap<String, Optional<Object>> result = new TreeMap<>();
        counted.forEach((value, all) -> result.put(value, fold(all)));
        return result;
    }

    /** The instants at which a bucket ceases to count. */
    Stream<Instant> turns(List<Event> history) {
        return trait.window().stream()
                .flatMap(window ->
                        history.stream().flatMap(event -> said(event).stream()).map(said -> end(said, window)));
    }

    /** Whether the result is left out of a profile: zero of what is counted, and the empty list. */
    boolean isLeftOut(Object result) {
        return switch (trait.aggregate()) {
            case COUNT, SUM, UNIQUE_COUNT ->
                Values.decimal(result).orElseThrow().signum() == 0;
            case UNIQUE_LIST, TOP_K -> ((List<?>) result).isEmpty();
            default -> false;
        };
    }

    // ---------------------------------------------------------------------------------------------------------- events

    private List<Said> counting(List<Event> history, Instant at) {
        return history.stream()
                .flatMap(event -> said(event).stream())
                .filter(said -> trait.window().isEmpty()
                        || at.isBefore(end(said, trait.window().get())))
                .toList();
    }

    private Instant end(Said said, Duration window) {
        return said.bucket().plus(bucketSize(window)).plus(window);
    }

    private static Duration bucketSize(Duration window) {
        if (window.compareTo(MINUTE_BUCKETS) <= 0) {
            return Duration.ofMinutes(1);
        }
        return window.compareTo(HOUR_BUCKETS) <= 0 ? Duration.ofHours(1) : Duration.ofDays(1);
    }

    /** What does not depend on the time is asked once for an event. */
    private Optional<Said> said(Event event) {
        return known.computeIfAbsent(event, this::ask);
    }

    private Optional<Said> ask(Event event) {
        Scope scope = new Scope(Map.of("event", root(event)), event.at());
        if (!trait.events().contains(event.name()) || !trait.where().holds(scope)) {
            return Optional.empty();
        }
        Instant bucket = trait.window()
                .map(window -> {
                    long size = bucketSize(window).toMillis();
                    return Instant.ofEpochMilli(Math.floorDiv(event.at().toEpochMilli(), size) * size);
                })
                .orElse(event.at());
        Set<String> groups = new LinkedHashSet<>();
        forEach.flatMap(expression -> expression.value(scope)).stream()
                .flatMap(TraitOracle::elements)
                .flatMap(value -> Values.text(value).stream())
                .forEach(groups::add);
        Optional<Object> value = trait.value().flatMap(expression -> expression.value(scope));
        return Optional.of(new Said(
                bucket,
                groups,
                value.stream().flatMap(TraitOracle::elements).toList(),
                value.flatMap(TraitOracle::single)));
    }

    private static Stream<Object> elements(Object value) {
        return value instanceof List<?> list ? list.stream().flatMap(TraitOracle::elements) : Stream.of(value);
    }

    private static Optional<Object> single(Object value) {
        if (value instanceof String text) {
            return Optional.of(Values.shortened(text));
        }
        return value instanceof Boolean || Values.number(value).isPresent() ? Optional.of(value) : Optional.empty();
    }

    /** The root {@code event}: absent values are left out. */
    private static Map<String, Object> root(Event event) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("name", event.name());
        root.put("type", event.type());
        root.put("message_id", event.messageId());
        root.put("timestamp", event.at());
        for (String part : List.of("properties", "traits", "context")) {
            root.put(part, Values.fields(event.json().path(part)));
        }
        putText(root, "user_id", event, "userId");
        putText(root, "anonymous_id", event, "anonymousId");
        if (event.isOrder() || event.isRefund()) {
            Oracle.Commerce commerce = event.commerce();
            if (commerce.amount() != null) {
                root.put("revenue", event.isRefund() ? commerce.amount().abs() : commerce.amount());
            }
            root.put("currency", commerce.currency());
            if (commerce.orderId() != null) {
                root.put("order_id", commerce.orderId());
            }
        }
        List<Object> products = new ArrayList<>();
        event.json().path("properties").path("products").forEach(product -> {
            if (product.isObject()) {
                products.add(Values.fields(product));
            }
        });
        root.put("products", products);
        return root;
    }

    private static void putText(Map<String, Object> root, String name, Event event, String field) {
        if (event.json().path(field).isValueNode() && !event.json().path(field).isNull()) {
            root.put(name, event.json().path(field).asText());
        }
    }

    // ------------------------------------------------------------------------------------------------------ aggregates

    private Optional<Object> fold(List<Said> all) {
        List<BigDecimal> numbers = all.stream()
                .flatMap(said -> said.values().stream())
                .flatMap(value -> Values.number(value).stream())
                .toList();
        BigDecimal sum = numbers.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        Stream<Object> singles = all.stream().flatMap(said -> said.single().stream());
        return switch (trait.aggregate()) {
            case COUNT -> Optional.of((long) all.size());
            case SUM -> Optional.of(sum);
            case AVERAGE ->
                numbers.isEmpty()
                        ? Optional.empty()
                        : Optional.of(sum.divide(BigDecimal.valueOf(numbers.size()), TEN_DIGITS));
            case MIN -> numbers.stream().min(Comparator.naturalOrder()).map(Function.identity());
            case MAX -> numbers.stream().max(Comparator.naturalOrder()).map(Function.identity());
            case FIRST -> singles.findFirst();
            case LAST -> singles.reduce((earlier, later) -> later);
            case MOST_FREQUENT -> mostFrequent(all).stream().findFirst().map(Function.identity());
            case UNIQUE_COUNT -> Optional.of((long) lastThere(all).size());
            case UNIQUE_LIST -> Optional.of(lastThere(all).stream().sorted().toList());
            case TOP_K ->
                Optional.of(mostFrequent(all).stream().limit(trait.k()).toList());
        };
    }

    private record Text(Said said, String text) {}

    private static List<Text> texts(List<Said> all) {
        return all.stream()
                .flatMap(said -> said.values().stream()
                        .flatMap(value -> Values.text(value).stream())
                        .map(text -> new Text(said, text)))
                .toList();
    }

    /** The newest distinct values: by the last bucket in which they were, then by their hash. */
    private List<String> lastThere(List<Said> all) {
        Map<String, Instant> last = new HashMap<>();
        texts(all).forEach(text -> last.merge(text.text(), text.said().bucket(), (a, b) -> a.isAfter(b) ? a : b));
        return last.keySet().stream()
                .sorted(Comparator.<String, Instant>comparing(last::get)
                        .reversed()
                        .thenComparing(TraitOracle::hash))
                .limit(trait.maxValues())
                .toList();
    }

    /** The most frequent first, at equality the smaller text. */
    private List<String> mostFrequent(List<Said> all) {
        Map<Instant, List<Text>> buckets = new HashMap<>();
        texts(all).forEach(text -> buckets.computeIfAbsent(bucketOf(text.said()), b -> new ArrayList<>())
                .add(text));
        Map<String, Integer> counts = new HashMap<>();
        buckets.values().stream()
                .flatMap(bucket -> smallestHashes(bucket, Text::text))
                .forEach(text -> counts.merge(text.text(), 1, Integer::sum));
        return counts.keySet().stream()
                .sorted(Comparator.<String, Integer>comparing(counts::get)
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** A lifetime is one bucket. */
    private Instant bucketOf(Said said) {
        return trait.window().isPresent() ? said.bucket() : Instant.EPOCH;
    }

    /** What is said of the values with the smallest hashes, as many as are kept in a bucket. */
    private <T> Stream<T> smallestHashes(List<T> bucket, Function<T, String> value) {
        Set<String> kept = new HashSet<>(bucket.stream()
                .map(value)
                .distinct()
                .sorted(Comparator.comparing(TraitOracle::hash))
                .limit(trait.window().isPresent() ? FREQUENT_IN_A_BUCKET : FREQUENT_IN_A_LIFE)
                .toList());
        return bucket.stream().filter(one -> kept.contains(value.apply(one)));
    }

    /** The first 8 bytes of SHA-256 in hexadecimal, which sorts like the unsigned number. */
    private static String hash(String text) {
        return Oracle.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
