package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Random streams of raw Segment-spec lines in which rare things are frequent: few customers, devices, products and
 * instants, so that ties, duplicates, repeated orders and shared devices happen in almost every stream; instants lie
 * exactly at, and one millisecond beside, the contract's limits. Lines come in any order of time.
 *
 * <p>An event is the merge of small snippets of JSON, one per aspect. A broken line has one fault only, so that the
 * reason does not depend on the order of the checks.
 */
public final class RandomStreams {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.000Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration CART_HORIZON = DAY.multipliedBy(30);

    private static final List<Duration> OFFSETS = List.of(
            Duration.ZERO,
            MILLI,
            HOUR.minus(MILLI),
            HOUR,
            HOUR.plus(MILLI),
            HOUR.multipliedBy(2),
            DAY.minus(MILLI),
            DAY,
            DAY.plus(MILLI),
            CART_HORIZON.minus(MILLI),
            CART_HORIZON,
            CART_HORIZON.plus(MILLI),
            CART_HORIZON.plus(HOUR));

    private static final String[] IDENTITIES = {
        "{'userId': 'u1'}",
        "{'userId': 'u1', 'anonymousId': 'a1'}",
        "{'userId': ' u2 ', 'anonymousId': 'a1'}",
        "{'userId': 'u2', 'context': {'device': {'id': 'd1'}}}",
        "{'userId': 42}",
        "{'anonymousId': 'a1'}",
        "{'anonymousId': 'a2'}",
        "{'anonymousId': 'a1', 'context': {'device': {'id': 'd1'}}}",
        "{'context': {'device': {'id': 'd1'}}}",
        "{'userId': 'anonymous', 'anonymousId': 'a2'}",
        "{'userId': null, 'anonymousId': 'a2'}",
        "{'userId': 'u1', 'anonymousId': '00000000-0000-0000-0000-000000000000'}",
        "{'anonymousId': 'a2', 'context': {'traits': {'email': ' Ana@Example.com '}}}",
        "{'anonymousId': 'a1', 'context': {'traits': {'email': 'no mail', 'phone': '+48 601 123 456'}}}",
        "{'anonymousId': 'a1', 'context': {'externalIds': [{'id': 'C-7', 'type': 'crm_id'}]}}",
        "{'anonymousId': 'a1', 'context': {'externalIds': [{'id': 'n', 'type': 'nobody_knows'},"
                + " {'id': 'card-1', 'type': 'loyalty_card'}]}}"
    };

    private static final String[] TRAITS = {
        "{'traits': {'plan': 'gold', 'country': 'PL'}}",
        "{'traits': {'plan': null, 'score': 3}}",
        "{'traits': {'plan': 'basic', 'address': {'city': 'Lodz'}, 'country': null}}",
        "{'traits': {'email': 'ANA@example.com', 'score': 4.5}}",
        "{'traits': {'email': 'no mail', 'phone': '12'}}",
        "{}"
    };

    private static final String[] CONTEXT_TRAITS = {
        "{'context': {'traits': {'plan': 'trial'}}}", "{'context': {'traits': {'plan': null, 'score': 5}}}"
    };

    private static final String[] CONSENT = {
        "{'context': {'consent': {'categoryPreferences': {'marketing': true}}}}",
        "{'context': {'consent': {'categoryPreferences': {'marketing': false, 'analytics': true}}}}",
        "{'context': {'consent': {'categoryPreferences': {'analytics': false}}}}"
    };

    private static final String[] OTHER_BODIES = {
        "{'type': 'page', 'name': 'Home'}",
        "{'type': 'screen', 'name': 'Home'}",
        "{'type': 'group', 'groupId': 'g1', 'traits': {'plan': 'of the group'}}",
        "{'type': 'alias', 'previousId': 'a2'}",
        "{'type': 'track', 'event': 'Product Viewed', 'properties': {'product_id': 'p1'}}",
        "{'type': 'track', 'event': 'Cart Viewed', 'properties': {'products': []}}",
        "{'type': 'track', 'event': 'Signed Up'}"
    };

    private static final String[] BROKEN_LINES = {"", "{", "{'type': 'track'} x", "[1]", "null", "'text'", "nul"};

    /** Snippets that make an otherwise valid event invalid. */
    private static final String[] FAULTS = {
        "{'type': 'banana'}",
        "{'type': null}",
        "{'type': 'track', 'event': null}",
        "{'type': 'track', 'event': ''}",
        "{'timestamp': 'yesterday'}",
        "{'timestamp': null}",
        "{'timestamp': '1969-12-31T23:59:59.999Z'}",
        "{'userId': 'null', 'anonymousId': ' 0 ', 'context': null}",
        "{'userId': {'id': 'u1'}}",
        "{'receivedAt': '2025-12-31T23:54:59.999Z'}",
        "{'type': 'track', 'event': 'Product Added', 'properties': {'product_id': 'p1', 'quantity': 0}}",
        "{'type': 'track', 'event': 'Product Added', 'properties': {'product_id': 'p1', 'quantity': 1.5}}",
        "{'type': 'track', 'event': 'Product Removed', 'properties': {'product_id': 'p1', 'quantity': -1}}",
        "{'type': 'track', 'event': 'Product Added', 'properties': {'product_id': 'p1', 'price': 'cheap'}}",
        "{'type': 'track', 'event': 'Product Added', 'properties': {'price': 3}}",
        "{'type': 'track', 'event': 'Cart Updated', 'properties': {}}",
        "{'type': 'track', 'event': 'Cart Updated', 'properties': {'products': [{'product_id': 'p1', 'quantity': 0}]}}",
        "{'type': 'track', 'event': 'Order Completed', 'properties': {'revenue': 'much'}}",
        "{'type': 'track', 'event': 'Order Completed', 'properties': {'total': 3, 'currency': 'DOLLARS'}}"
    };

    private RandomStreams() {}

    /** Streams of up to 40 lines, now and then with a burst of more than 200 cart events. */
    public static Arbitrary<List<String>> streams() {
        Arbitrary<List<String>> small = Combinators.combine(
                        line().list().ofMaxSize(40).withSizeDistribution(RandomDistribution.uniform()),
                        Arbitraries.integers().between(0, 39).list().ofMaxSize(5))
                .as(RandomStreams::withRepeatedLines);
        Arbitrary<List<String>> large = Combinators.combine(burst(), small).as(RandomStreams::joined);
        return Arbitraries.frequencyOf(Tuple.of(19, small), Tuple.of(1, large));
    }

    /** An instant to end at: one of the stream's, so that deadlines fall on it and beside it. */
    public static Arbitrary<Instant> instants() {
        return Arbitraries.of(OFFSETS).map(START::plus);
    }

    /** One raw line: mostly an event, sometimes a tick or something broken. */
    public static Arbitrary<String> line() {
        return Arbitraries.frequencyOf(
                Tuple.of(18, event().map(ObjectNode::toString)),
                Tuple.of(1, instants().map(at -> "{\"type\":\"tick\",\"timestamp\":\"" + at + "\"}")),
                Tuple.of(1, Arbitraries.of(BROKEN_LINES).map(line -> line.replace('\'', '"'))),
                Tuple.of(1, brokenEvent()));
    }

    private static Arbitrary<ObjectNode> event() {
        return Combinators.combine(snippets(IDENTITIES), clock(), messageId(), body(), sometimes(snippets(CONSENT)))
                .as(RandomStreams::merged);
    }

    private static Arbitrary<String> brokenEvent() {
        String valid = "{'type': 'page', 'userId': 'u1', 'timestamp': '2026-01-01T00:00:00.000Z'}";
        return Arbitraries.of(FAULTS)
                .map(fault -> merged(Json.quoted(valid), Json.quoted(fault)).toString());
    }

    private static Arbitrary<ObjectNode> clock() {
        return Combinators.combine(
                        instants(),
                        Arbitraries.frequencyOf(
                                Tuple.of(8, Arbitraries.just("{'timestamp': '%1$s'}")),
                                Tuple.of(
                                        2,
                                        Arbitraries.of(
                                                "{'originalTimestamp': '%2$s', 'sentAt': '%3$s', 'receivedAt': '%4$s'}",
                                                "{'originalTimestamp': '%1$s', 'receivedAt': '%1$s'}",
                                                "{'originalTimestamp': '%1$s', 'sentAt': '%4$s'}",
                                                "{'receivedAt': '%1$s', 'sentAt': '%4$s'}",
                                                "{'timestamp': '%1$s', 'originalTimestamp': '%2$s', 'sentAt': '%3$s',"
                                                        + " 'receivedAt': '%5$s'}"))))
                .as((at, form) -> Json.quoted(form.formatted(
                        at,
                        at.minus(HOUR), // the client's clock is an hour slow …
                        at.minus(HOUR).plusSeconds(7), // … and sends after 7 s
                        at.plusSeconds(7),
                        at.minus(Duration.ofMinutes(5))))); // just not in the future
    }

    private static Arbitrary<ObjectNode> messageId() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(100, 9_999).map(n -> messageId("m-" + n))),
                Tuple.of(2, Arbitraries.integers().between(1, 6).map(n -> messageId("m-" + n))),
                Tuple.of(2, Arbitraries.create(Json::object)));
    }

    private static ObjectNode messageId(String id) {
        return Json.object().put("messageId", id);
    }

    private static Arbitrary<ObjectNode> body() {
        return Arbitraries.frequencyOf(
                Tuple.of(8, cartEvent()),
                Tuple.of(3, orderEvent("Order Completed")),
                Tuple.of(1, orderEvent("Order Refunded")),
                Tuple.of(1, orderEvent("Order Cancelled")),
                Tuple.of(2, snippets(TRAITS).map(traits -> merged(Json.quoted("{'type': 'identify'}"), traits))),
                Tuple.of(1, snippets(CONTEXT_TRAITS).map(traits -> merged(Json.quoted("{'type': 'page'}"), traits))),
                Tuple.of(3, snippets(OTHER_BODIES)));
    }

    private static Arbitrary<ObjectNode> cartEvent() {
        Arbitrary<ObjectNode> one = Combinators.combine(
                        Arbitraries.of("Product Added", "Wishlist Product Added to Cart", "Product Removed"),
                        product(),
                        currency())
                .as((name, product, currency) -> track(name, merged(product, currency)));
        Arbitrary<ObjectNode> replaced = Combinators.combine(product().list().ofMaxSize(3), currency())
                .as((products, currency) -> track("Cart Updated", withProducts(currency, products)));
        return Arbitraries.frequencyOf(Tuple.of(6, one), Tuple.of(1, replaced));
    }

    private static Arbitrary<ObjectNode> orderEvent(String name) {
        Arbitrary<ObjectNode> amounts = snippets(
                "{'revenue': 20}",
                "{'revenue': '19.90', 'total': 25}",
                "{'total': 7.125}",
                "{'total': 0}",
                "{'revenue': null}");
        return Combinators.combine(
                        sometimes(snippets("{'order_id': 'o1'}", "{'order_id': 'o2'}", "{'order_id': 3}")),
                        amounts,
                        product().list().ofMaxSize(2),
                        currency())
                .as((id, amount, products, currency) ->
                        track(name, withProducts(merged(id, amount, currency), products)));
    }

    private static Arbitrary<ObjectNode> product() {
        return Combinators.combine(
                        snippets(
                                "{'product_id': 'p1'}",
                                "{'product_id': 'p2', 'sku': 's'}",
                                "{'sku': 'p3'}",
                                "{'product_id': null, 'sku': 'p1'}"),
                        sometimes(snippets(
                                "{'price': 9.99}",
                                "{'price': 10}",
                                "{'price': '0.50'}",
                                "{'price': 1.125}",
                                "{'price': 0}",
                                "{'price': null}")),
                        sometimes(snippets(
                                "{'quantity': 1}", "{'quantity': 2}", "{'quantity': 3.0}", "{'quantity': null}")))
                .as(RandomStreams::merged);
    }

    private static Arbitrary<ObjectNode> currency() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.create(Json::object)),
                Tuple.of(
                        2,
                        snippets(
                                "{'currency': 'EUR'}",
                                "{'currency': 'JPY'}",
                                "{'currency': 'usd'}",
                                "{'currency': null}")));
    }

    /** Cart events of one customer, a second apart: the first ones fall out of the newest 200. */
    private static Arbitrary<List<String>> burst() {
        return cartEvent().list().ofMinSize(201).ofMaxSize(215).map(events -> {
            List<String> lines = new ArrayList<>();
            for (ObjectNode event : events) {
                Instant at = START.plus(HOUR).plusSeconds(lines.size());
                lines.add(merged(event, messageId("burst-" + lines.size()))
                        .put("userId", "u1")
                        .put("timestamp", at.toString())
                        .toString());
            }
            return lines;
        });
    }

    private static List<String> withRepeatedLines(List<String> lines, List<Integer> repeated) {
        List<String> result = new ArrayList<>(lines);
        repeated.stream().filter(i -> i < lines.size()).map(lines::get).forEach(result::add);
        return result;
    }

    private static List<String> joined(List<String> a, List<String> b) {
        List<String> result = new ArrayList<>(a);
        result.addAll(b);
        return result;
    }

    static Arbitrary<ObjectNode> snippets(String... snippets) {
        return Arbitraries.of(snippets).map(Json::quoted);
    }

    static Arbitrary<ObjectNode> sometimes(Arbitrary<ObjectNode> snippet) {
        return Arbitraries.oneOf(Arbitraries.create(Json::object), snippet);
    }

    static ObjectNode track(String name, ObjectNode properties) {
        return Json.object().put("type", "track").put("event", name).set("properties", properties);
    }

    static ObjectNode withProducts(ObjectNode properties, List<ObjectNode> products) {
        ObjectNode result = properties.deepCopy();
        result.putArray("products").addAll(products);
        return result;
    }

    /** Objects are merged deeply, of other values the last wins. */
    static ObjectNode merged(ObjectNode... parts) {
        ObjectNode result = Json.object();
        Arrays.stream(parts).forEach(part -> mergeInto(result, part));
        return result;
    }

    private static void mergeInto(ObjectNode target, ObjectNode source) {
        source.properties().forEach(field -> {
            JsonNode old = target.get(field.getKey());
            if (old instanceof ObjectNode inner && field.getValue() instanceof ObjectNode added) {
                mergeInto(inner, added);
            } else {
                target.set(field.getKey(), field.getValue().deepCopy());
            }
        });
    }
}
