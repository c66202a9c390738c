package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * Random sets of 1 to 12 computed traits and 1 to 15 segments about what {@link SegmentStreams}, and also
 * {@link RandomStreams} and {@link IdentityStreams}, contain: their names, values, amounts and times, so that conditions
 * hold for some customers at some time, and times fall on each other. Every set is valid.
 *
 * <p>Names are drawn, so that the order in which segments depend on each other is neither that of their names nor that
 * of the file.
 */
public final class RandomDefinitions {
    private static final int MOST_TRAITS = 12;
    private static final int MOST_SEGMENTS = 15;
    private static final int DEEPEST = 3;

    private static final List<String> EVENTS = List.of(
            "Product Viewed",
            "Product Viewed",
            "Product Viewed",
            "Product Added",
            "Product List Viewed",
            "Product Shared",
            "Product Added",
            "Product Removed",
            "Cart Updated",
            "Order Completed",
            "Order Completed",
            "Order Refunded",
            "Order Cancelled",
            "Signed In",
            "page",
            "screen",
            "identify",
            "alias");
    private static final List<String> SHORT_WINDOWS = List.of("1m", "5m", "30m", "1h", "60m", "2h", "12h", "1d", "24h");
    private static final List<String> LONG_WINDOWS =
            List.of("25h", "2d", "7d", "1w", "30d", "31d", "60d", "90d", "90d");

    private static final List<String> NUMBERS_OF_EVENTS = List.of(
            "event.properties.price",
            "event.properties.price",
            "event.properties.price",
            "event.revenue",
            "event.revenue",
            "event.properties.total",
            "event.properties.quantity",
            "event.properties.category",
            "event.traits.age",
            "event.traits.score",
            "size(event.products)",
            "event.products.map(p, p.price)",
            "event.products.filter(p, has(p.quantity)).map(p, p.quantity)",
            "event.products[0].price",
            "event.properties.price * 2.0",
            "double(event.properties.price) + 0.1",
            "event.revenue / 4.0",
            "has(event.revenue) ? event.revenue : 1.5");
    private static final List<String> TEXTS_OF_EVENTS = List.of(
            "event.properties.category",
            "event.properties.category",
            "event.properties.category",
            "event.properties['category']",
            "event.properties.product_id",
            "event.properties.price",
            "event.name",
            "event.type",
            "event.currency",
            "event.order_id",
            "event.anonymous_id",
            "event.user_id",
            "event.message_id",
            "event.traits.plan",
            "event.traits.tags",
            "event.context.traits.plan",
            "event.products.map(p, p.category)",
            "event.products.filter(p, has(p.category)).map(p, p.category)",
            "event.properties.category + '/' + event.name",
            "event.type == 'track' ? event.name : 'call'");
    private static final List<String> SINGLES_OF_EVENTS = List.of(
            "event.properties.category",
            "event.properties.price",
            "event.revenue",
            "event.name",
            "event.order_id",
            "event.traits.plan",
            "event.traits.age",
            "event.traits.newsletter",
            "event.traits.vip_since",
            "event.properties.price > 9.0",
            "size(event.products)");
    private static final List<String> CONDITIONS_OF_EVENTS = List.of(
            "event.name == 'Product Viewed'",
            "event.name != 'Order Completed'",
            "event.type == 'track'",
            "event.type in ['page', 'identify']",
            "has(event.properties.category)",
            "event.properties.category == 'shoes'",
            "event.properties.category != 'shoes'",
            "event.properties.category in ['shoes', 'hats']",
            "'shoes' in event.properties.category",
            "event.properties.category.startsWith('s')",
            "size(event.properties.category) > 1",
            "event.properties.category == 7",
            "event.properties.category",
            "has(event.revenue)",
            "event.revenue > event.properties.price",
            "event.currency == 'EUR'",
            "event.currency != 'EUR'",
            "has(event.order_id)",
            "event.order_id in ['o1', '3']",
            "has(event.user_id)",
            "event.user_id == 'u1'",
            "event.anonymous_id != 'a1'",
            "event.traits.plan == 'gold'",
            "event.context.traits.plan == 'trial'",
            "event.context.consent.categoryPreferences.marketing",
            "size(event.products) > 0",
            "event.products.exists(p, p.price > 5.0)",
            "event.products.exists(p, p.category == 'shoes')",
            "event.products.all(p, has(p.quantity) && p.quantity >= 1)",
            "event.timestamp >= timestamp('2026-01-08T00:00:00Z')",
            "event.timestamp < timestamp('2026-01-02T00:00:00.001Z')",
            "event.properties.price * 2.0 > 19.0",
            "(has(event.properties.price) ? event.properties.price : 0) == 0",
            "(event.type == 'page' || event.revenue > 5) == false",
            "event.message_id.startsWith('m-1')");

    private static final List<String> AMOUNTS = List.of(
            "orders.revenue.USD",
            "orders.revenue.USD",
            "orders.revenue['EUR']",
            "orders.refunds.USD",
            "cart.value.USD",
            "cart.items[0].price",
            "traits.score");
    private static final List<String> COUNTS = List.of(
            "orders.count",
            "orders.count",
            "events.count",
            "events.count",
            "events.by_name['Product Viewed']",
            "events.by_name['Product Added']",
            "events.by_name.page",
            "events.by_name.nothing",
            "cart.items[0].quantity",
            "traits.score",
            "size(cart.items)",
            "size(identifiers.email)",
            "size(identifiers.anonymous_id)",
            "size(identifiers.user_id)",
            "size(traits.tags)",
            "size(traits.plan)");
    private static final List<String> AMOUNT_CONSTANTS =
            List.of("0", "0.0", "0.1", "0.3", "2.5", "5", "7.125", "9.99", "10", "19.9", "20", "35.79", "39.9", "-5");
    private static final List<String> COUNT_CONSTANTS = List.of("0", "1", "1", "2", "2", "3", "4", "5", "8");
    private static final List<String> AGE_CONSTANTS = List.of("17", "18", "18.0", "20", "30.5", "30", "'18'");
    private static final List<String> OPERATORS = List.of("==", "!=", "<", "<=", ">", ">=");

    private static final List<String> CONDITIONS = List.of(
            "orders.revenue.USD > orders.refunds.USD",
            "orders.count >= events.by_name['Product Viewed']",
            "cart.value.USD <= orders.revenue.USD",
            "orders.revenue.USD - orders.refunds.USD > 10.0",
            "orders.revenue.USD / double(orders.count) >= 10.0",
            "orders.count * 2 > events.count",
            "orders.revenue.USD + double(orders.count) > 3.0",
            "events.count % 2 == 0",
            "double(traits.age) / 2.0 >= 9.0",
            "traits.plan == 'gold'",
            "traits.plan != 'gold'",
            "traits.plan in ['gold', 'trial']",
            "traits.plan < 'h'",
            "traits.plan.startsWith('g')",
            "traits.plan.contains('a')",
            "traits['plan'] == 'basic'",
            "traits.address.city == 'Lodz'",
            "traits.newsletter",
            "traits.newsletter == false",
            "'a' in traits.tags",
            "traits.tags.exists(t, t == 'b')",
            "traits.tags.all(t, t > 3)",
            "consent.marketing",
            "consent.marketing == false",
            "!consent.analytics",
            "has(traits.plan)",
            "has(traits.age)",
            "has(traits.address.city)",
            "has(orders.revenue.EUR)",
            "has(orders.last_at)",
            "has(cart.value.USD)",
            "has(consent.marketing)",
            "cart.items.exists(i, i.price > 9.0)",
            "cart.items.all(i, i.quantity == 1)",
            "cart.items.exists(i, i.product_id == 'p1' && i.quantity > 1)",
            "cart.items.filter(i, has(i.price)).size() > 1",
            "cart.items.map(i, i.quantity).exists(q, q > 1)",
            "cart.items.exists_one(i, i.product_id == 'p2')",
            "identifiers.email.exists(e, e.startsWith('e1'))",
            "'a1' in identifiers.anonymous_id",
            "orders.last_at > timestamp('2026-01-08T00:00:00Z')",
            "first_seen < orders.first_at",
            "first_seen == last_seen",
            "cart.updated_at >= orders.last_at",
            "orders.first_at != orders.last_at",
            "(has(traits.age) ? traits.age : 0) >= 18",
            "(traits.age > 17 || orders.count > 0) == true",
            "!(traits.age > 17 && consent.marketing) == false");
    private static final List<String> TIMESTAMPS = List.of(
            "first_seen",
            "last_seen",
            "last_seen",
            "orders.first_at",
            "orders.last_at",
            "orders.last_at",
            "cart.updated_at",
            "traits.vip_since",
            "traits.plan",
            // Of everybody the same, or of all who have not said otherwise.
            "timestamp('2026-01-05T00:00:00Z')",
            "has(traits.vip_since) ? string(traits.vip_since) : '2026-01-03T00:00:00Z'");
    private static final List<String> DAYS =
            List.of("-7", "0", "0.5", "1", "1", "2", "7", "7", "29", "30", "30.0", "31", "60", "90");
    private static final List<String> HOURS =
            List.of("-1", "0", "0.0000001", "0.5", "1", "1", "2", "12", "24", "48", "168", "720");

    /** What a computed trait is, for those who compare it. */
    private enum Kind {
        AMOUNT,
        COUNT,
        TEXT,
        LIST,
        ANYTHING
    }

    private record Trait(String name, Kind kind) {}

    private final Random random;
    private final Set<String> names = new TreeSet<>();
    private final List<Trait> traits = new ArrayList<>();
    private final List<String> segments = new ArrayList<>();

    private RandomDefinitions(Random random) {
        this.random = random;
    }

    /** The set of a seed, as YAML: the same on any machine. */
    public static String of(long seed) {
        return new RandomDefinitions(new Random(seed)).yaml();
    }

    /** Sets as YAML. */
    public static Arbitrary<String> sets() {
        return Arbitraries.randomValue(random -> new RandomDefinitions(random).yaml());
    }

    private String yaml() {
        List<String> traitLines = times(1 + random.nextInt(MOST_TRAITS), this::trait);
        List<String> segmentLines =
                times(1 + random.nextInt(MOST_SEGMENTS), () -> one(4) ? parametricSegment() : segment());
        Collections.shuffle(segmentLines, random);
        return "traits:\n" + String.join("", traitLines) + "segments:\n" + String.join("", segmentLines);
    }

    // ---------------------------------------------------------------------------------------------------------- traits

    private String trait() {
        Definitions.Aggregate aggregate = of(Definitions.Aggregate.values());
        String name = name();
        String value =
                switch (aggregate) {
                    case COUNT -> "";
                    case SUM, AVERAGE, MIN, MAX -> field("value", of(NUMBERS_OF_EVENTS));
                    case FIRST, LAST -> field("value", of(SINGLES_OF_EVENTS));
                    default -> field("value", of(TEXTS_OF_EVENTS));
                };
        String bounds =
                switch (aggregate) {
                    case TOP_K -> maybe(", k: " + (1 + random.nextInt(3)));
                    case UNIQUE_COUNT, UNIQUE_LIST -> maybe(", max_values: " + (1 + random.nextInt(3)));
                    default -> "";
                };
        traits.add(new Trait(
                name,
                switch (aggregate) {
                    case COUNT, UNIQUE_COUNT -> Kind.COUNT;
                    case SUM, AVERAGE, MIN, MAX -> Kind.AMOUNT;
                    case MOST_FREQUENT -> Kind.TEXT;
                    case UNIQUE_LIST, TOP_K -> Kind.LIST;
                    case FIRST, LAST -> Kind.ANYTHING;
                }));
        return "- {name: %s, %s%s%s}%n".formatted(name, folded(aggregate, value), value, bounds);
    }

    /** What a named trait and that of a parametric segment have in common, but for what is asked of the events. */
    private String folded(Definitions.Aggregate aggregate, String asked) {
        Set<String> events = new TreeSet<>(times(1 + random.nextInt(4), () -> quoted(of(EVENTS))));
        if (!one(4)) {
            events.add(quoted(whoKnows(asked)));
        }
        String where = one(3) ? field("where", condition(DEEPEST, this::eventCondition)) : "";
        String window =
                switch (random.nextInt(4)) {
                    case 0 -> "";
                    case 1 -> ", window: " + of(SHORT_WINDOWS);
                    default -> ", window: " + of(LONG_WINDOWS);
                };
        return "aggregate: %s, events: [%s]%s%s"
                .formatted(aggregate.name().toLowerCase(Locale.ROOT), String.join(", ", events), where, window);
    }

    /** An event that may have an answer. */
    private String whoKnows(String asked) {
        if (asked.contains("event.traits")) {
            return "identify";
        }
        boolean order = Stream.of("revenue", "currency", "order_id", "products").anyMatch(asked::contains);
        return order ? "Order Completed" : of("Product Viewed", "Product Added");
    }

    private String eventCondition() {
        return switch (random.nextInt(4)) {
            case 0 -> "event.properties.price " + of(OPERATORS) + " " + of(AMOUNT_CONSTANTS);
            case 1 -> "event.revenue " + of(OPERATORS) + " " + of(AMOUNT_CONSTANTS);
            default -> of(CONDITIONS_OF_EVENTS);
        };
    }

    // -------------------------------------------------------------------------------------------------------- segments

    private String segment() {
        String when = condition(DEEPEST, this::profileCondition);
        return "- {name: %s%s}%n".formatted(named(), field("when", when));
    }

    private String parametricSegment() {
        Definitions.Aggregate aggregate = of(Stream.of(
                        Definitions.Aggregate.COUNT,
                        Definitions.Aggregate.COUNT,
                        Definitions.Aggregate.SUM,
                        Definitions.Aggregate.AVERAGE,
                        Definitions.Aggregate.MIN,
                        Definitions.Aggregate.MAX)
                .toArray(Definitions.Aggregate[]::new));
        boolean isCount = aggregate == Definitions.Aggregate.COUNT;
        String value = isCount ? "" : field("value", of(NUMBERS_OF_EVENTS));
        String forEach = field("for_each", one(2) ? "event.properties.category" : of(TEXTS_OF_EVENTS));
        Supplier<String> ofValue =
                () -> "value " + of(OPERATORS) + " " + of(isCount ? COUNT_CONSTANTS : AMOUNT_CONSTANTS);
        String when = one(2) ? ofValue.get() : condition(2, () -> one(2) ? profileCondition() : ofValue.get());
        return "- {name: %s%s%s, trait: {%s%s}%s}%n"
                .formatted(
                        named(),
                        forEach,
                        one(3) ? "" : ", max_values: " + (1 + random.nextInt(3)),
                        folded(aggregate, value + forEach),
                        value,
                        field("when", when));
    }

    /** The name of a segment, for which those that are drawn later may ask. */
    private String named() {
        String name = name();
        segments.add(name);
        return name;
    }

    private String profileCondition() {
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> computedCondition();
            case 3, 4, 5 -> timeCondition();
            case 6, 7 -> of(COUNTS) + " " + of(OPERATORS) + " " + of(COUNT_CONSTANTS);
            case 8, 9 -> of(AMOUNTS) + " " + of(OPERATORS) + " " + of(AMOUNT_CONSTANTS);
            case 10 -> "traits.age " + of(OPERATORS) + " " + of(AGE_CONSTANTS);
            case 11, 12 -> segments.isEmpty() ? of(CONDITIONS) : "in_segment('%s')".formatted(of(segments));
            default -> one(20) ? of("true", "false") : of(CONDITIONS);
        };
    }

    private String timeCondition() {
        boolean days = one(2);
        List<String> constants = days ? DAYS : HOURS;
        List<String> computed = traits.stream()
                .filter(trait -> trait.kind() == Kind.ANYTHING)
                .map(trait -> "computed." + trait.name())
                .toList();
        String timestamp = computed.isEmpty() || !one(5) ? of(TIMESTAMPS) : of(computed);
        String since = (days ? "days_since(" : "hours_since(") + timestamp + ")";
        String operator = of("<", "<=", ">", ">=");
        return one(6) ? of(constants) + " " + operator + " " + since : since + " " + operator + " " + of(constants);
    }

    private String computedCondition() {
        Trait trait = of(traits);
        String field = "computed." + trait.name();
        return switch (trait.kind()) {
            case AMOUNT -> one(8) ? "has(" + field + ")" : field + " " + of(OPERATORS) + " " + of(AMOUNT_CONSTANTS);
            case COUNT -> field + " " + of(OPERATORS) + " " + of(COUNT_CONSTANTS);
            case TEXT -> text(field);
            case LIST ->
                of(
                        "'shoes' in " + field,
                        "size(" + field + ") " + of(OPERATORS) + " " + of(COUNT_CONSTANTS),
                        field + "[0] == 'hats'",
                        field + ".exists(v, v.startsWith('s'))");
            case ANYTHING -> one(2) ? text(field) : field + " " + of(OPERATORS) + " " + of(AMOUNT_CONSTANTS);
        };
    }

    private String text(String field) {
        return of(
                field + " == 'shoes'",
                field + " != 'shoes'",
                field + " in ['hats', 'bags', '10', 'gold']",
                field + " < 'p'",
                field + ".contains('o')",
                "has(" + field + ")",
                "size(" + field + ") > 4");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    /** One of the conditions, or some of them in connectives. */
    private String condition(int depth, Supplier<String> simple) {
        if (depth == 0 || one(2)) {
            return simple.get();
        }
        Supplier<String> inner = () -> condition(depth - 1, simple);
        return switch (random.nextInt(7)) {
            case 0, 1 -> "!(" + inner.get() + ")";
            case 2 -> "(" + inner.get() + " ? " + inner.get() + " : " + inner.get() + ")";
            case 3, 4 -> "(" + inner.get() + " && " + inner.get() + ")";
            default -> "(" + inner.get() + " || " + inner.get() + ")";
        };
    }

    private String name() {
        String name;
        do {
            name = new String(new char[] {letter(), '_', letter(), letter()});
        } while (!names.add(name));
        return name;
    }

    private char letter() {
        return (char) ('a' + random.nextInt(26));
    }

    private static String field(String key, String text) {
        return ", " + key + ": " + quoted(text);
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private String maybe(String text) {
        return one(2) ? text : "";
    }

    /** Once in so many times. */
    private boolean one(int in) {
        return random.nextInt(in) == 0;
    }

    private <T> T of(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    @SafeVarargs
    private final <T> T of(T... some) {
        return some[random.nextInt(some.length)];
    }

    private static <T> List<T> times(int number, Supplier<T> each) {
        return new ArrayList<>(Stream.generate(each).limit(number).toList());
    }
}
