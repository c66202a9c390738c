package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.oracle.IdentityStreams.Who;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Random streams of raw Segment-spec lines for {@link RandomDefinitions}: the people of {@link IdentityStreams} over
 * four months, with products, orders, carts and traits whose values are of every kind. The times between events are
 * sums of a few lengths, which are also the windows and thresholds of the definitions, and lie exactly at and beside the
 * edges of buckets. Lines come in any order of time; nothing is broken here.
 */
public final class SegmentStreams {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.000Z");
    private static final int GENERATED_SIZE = 1_000;

    private static final List<Duration> DAYS = List.of(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofDays(1),
            Duration.ofDays(1),
            Duration.ofDays(2),
            Duration.ofDays(7),
            Duration.ofDays(8),
            Duration.ofDays(30),
            Duration.ofDays(31),
            Duration.ofDays(60),
            Duration.ofDays(90),
            Duration.ofDays(120));
    private static final List<Duration> TIMES_OF_DAY = List.of(
            Duration.ZERO,
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofMinutes(61),
            Duration.ofHours(2),
            Duration.ofHours(12));
    private static final List<Duration> BESIDE = List.of(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofMillis(1),
            Duration.ofMillis(-1),
            Duration.ofSeconds(30),
            Duration.ofMillis(61_003));

    private static final String LONG_TEXT = "x".repeat(256);

    private static final String[] USUAL_CATEGORIES = {
        "{'category': 'shoes'}",
        "{'category': 'hats'}",
        "{'category': 'bags'}",
        "{'category': ['shoes', 'hats']}",
        "{'category': ['bags', 'bags', 'socks']}"
    };

    private static final String[] RARE_CATEGORIES = {
        "{'category': 'socks'}",
        "{'category': ''}",
        "{'category': 7}",
        "{'category': 7.0}",
        "{'category': 7.50}",
        "{'category': true}",
        "{'category': []}",
        "{'category': ['shoes', 7, false, null, ['hats'], {'name': 'bags'}]}",
        "{'category': {'name': 'shoes'}}",
        "{'category': '" + LONG_TEXT + "a'}",
        "{'category': '" + LONG_TEXT + "b'}"
    };

    private static final String[] PRICES = {
        "{'price': 9.99}",
        "{'price': 10}",
        "{'price': '35.79'}",
        "{'price': '35.790'}",
        "{'price': 0.1}",
        "{'price': 0.2}",
        "{'price': 0}",
        "{'price': 1.125}"
    };

    /** Of a product that is only looked at, where nobody checks them. */
    private static final String[] RARE_PRICES = {
        "{'price': -5}",
        "{'price': 'cheap'}",
        "{'price': true}",
        "{'price': null}",
        "{'price': [1, '2.50', 'x', null, [9]]}",
        "{'price': 1000000000000000000000000000000}"
    };

    private static final String[] TRAITS = {
        "{'plan': 'gold'}",
        "{'plan': 'basic', 'age': 17}",
        "{'plan': 'gold', 'age': 18, 'newsletter': true}",
        "{'plan': null}",
        "{'plan': 3}",
        "{'age': 18.0}",
        "{'age': '18'}",
        "{'age': 30.5, 'newsletter': false}",
        "{'score': 3}",
        "{'score': 4.5}",
        "{'tags': ['a', 'b']}",
        "{'tags': ['b', 7]}",
        "{'tags': []}",
        "{'address': {'city': 'Lodz'}}",
        "{'address': 'Lodz'}",
        "{'vip_since': '2026-01-08T00:00:00Z'}",
        "{'vip_since': '2026-01-02T01:00:00.001+01:00'}",
        "{'vip_since': '2026-03-01T12:00:00.000Z'}",
        "{'vip_since': 'soon'}",
        "{'vip_since': 7}",
        "{}"
    };

    private static final String[] OTHER_BODIES = {
        "{'type': 'page'}",
        "{'type': 'page', 'name': 'Home', 'properties': {'category': 'shoes'}}",
        "{'type': 'screen', 'properties': null}",
        "{'type': 'alias', 'previousId': 'a2'}",
        "{'type': 'track', 'event': 'Signed In', 'properties': {'method': 'mail'}}",
        "{'type': 'page', 'context': {'consent': {'categoryPreferences': {'marketing': true}}}}",
        "{'type': 'page', 'context': {'consent': {'categoryPreferences': {'marketing': false, 'analytics': true}}}}",
        "{'type': 'page', 'context': {'traits': {'plan': 'trial', 'age': 20}}}"
    };

    private SegmentStreams() {}

    /** Streams of up to 80 lines. */
    public static Arbitrary<List<String>> streams() {
        return event().map(ObjectNode::toString)
                .list()
                .ofMaxSize(80)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    /** The stream of a seed, for tests that are no properties of jqwik: the same on any machine. */
    public static List<String> stream(long seed, int lines) {
        AtomicReference<List<String>> result = new AtomicReference<>();
        JqwikSession.run(() -> result.set(event().map(ObjectNode::toString)
                .list()
                .ofSize(lines)
                .generator(GENERATED_SIZE)
                .next(new Random(seed))
                .value()));
        return result.get();
    }

    /** An instant to end at: one of the stream's, so that what time changes falls on it and beside it. */
    public static Arbitrary<Instant> instants() {
        return Combinators.combine(Arbitraries.of(DAYS), Arbitraries.of(TIMES_OF_DAY), Arbitraries.of(BESIDE))
                .as((day, time, beside) -> START.plus(day).plus(time).plus(beside));
    }

    /** Ends at the newest event, at an instant of the stream, or long after it. */
    public static Arbitrary<Optional<Instant>> ends() {
        return Arbitraries.oneOf(
                Arbitraries.just(Optional.<Instant>empty()),
                instants().map(Optional::of),
                Arbitraries.just(Optional.of(START.plus(Duration.ofDays(300)))));
    }

    /** Up to six commands about the people of the streams. */
    public static Arbitrary<List<PrivacyCommand>> commands() {
        return IdentityStreams.commands(instants());
    }

    // ---------------------------------------------------------------------------------------------------------- events

    private static Arbitrary<ObjectNode> event() {
        // Many are of one person, so that something adds up.
        Arbitrary<Who> who = Arbitraries.frequencyOf(
                Tuple.of(2, IdentityStreams.who()),
                Tuple.of(
                        2, Arbitraries.just(new Who(Optional.of("u1"), Optional.empty(), Optional.empty(), List.of()))),
                Tuple.of(
                        1,
                        Arbitraries.just(new Who(Optional.empty(), Optional.of("a1"), Optional.empty(), List.of()))));
        return Combinators.combine(who, instants(), IdentityStreams.messageId(), body().map(ObjectNode::toString))
                .as(IdentityStreams::event);
    }

    private static Arbitrary<ObjectNode> body() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, viewed()),
                Tuple.of(4, carted()),
                Tuple.of(4, ordered()),
                Tuple.of(3, identified()),
                Tuple.of(3, RandomStreams.snippets(OTHER_BODIES)));
    }

    private static Arbitrary<ObjectNode> viewed() {
        return Combinators.combine(
                        Arbitraries.of("Product Viewed", "Product List Viewed", "Product Shared"),
                        category(),
                        Arbitraries.oneOf(price(), RandomStreams.snippets(RARE_PRICES)))
                .as((name, category, price) -> RandomStreams.track(name, RandomStreams.merged(category, price)));
    }

    private static Arbitrary<ObjectNode> carted() {
        Arbitrary<ObjectNode> one = Combinators.combine(
                        Arbitraries.of(
                                "Product Added", "Product Added", "Wishlist Product Added to Cart", "Product Removed"),
                        product())
                .as(RandomStreams::track);
        Arbitrary<ObjectNode> replaced = product()
                .list()
                .ofMaxSize(3)
                .map(products ->
                        RandomStreams.track("Cart Updated", RandomStreams.withProducts(Json.object(), products)));
        return Arbitraries.frequencyOf(Tuple.of(4, one), Tuple.of(1, replaced));
    }

    private static Arbitrary<ObjectNode> ordered() {
        return Combinators.combine(
                        Arbitraries.of(
                                "Order Completed",
                                "Order Completed",
                                "Order Completed",
                                "Order Refunded",
                                "Order Cancelled"),
                        RandomStreams.sometimes(RandomStreams.snippets(
                                "{'order_id': 'o1'}", "{'order_id': 'o2'}", "{'order_id': 3}", "{'order_id': 'o4'}")),
                        RandomStreams.snippets(
                                "{'revenue': 20}",
                                "{'revenue': '19.90', 'total': 25}",
                                "{'total': 7.125}",
                                "{'revenue': 0.1}",
                                "{'revenue': 0.2}",
                                "{'total': 0}",
                                "{}"),
                        RandomStreams.sometimes(RandomStreams.snippets("{'currency': 'EUR'}", "{'currency': 'usd'}")),
                        RandomStreams.sometimes(category()),
                        product().list().ofMaxSize(2))
                .as((name, id, amount, currency, category, products) -> RandomStreams.track(
                        name,
                        RandomStreams.withProducts(RandomStreams.merged(id, amount, currency, category), products)));
    }

    private static Arbitrary<ObjectNode> identified() {
        return RandomStreams.snippets(TRAITS)
                .map(traits -> Json.object().put("type", "identify").set("traits", traits));
    }

    private static Arbitrary<ObjectNode> product() {
        return Combinators.combine(
                        RandomStreams.snippets("{'product_id': 'p1'}", "{'product_id': 'p2'}", "{'sku': 'p3'}"),
                        category(),
                        price(),
                        RandomStreams.sometimes(RandomStreams.snippets("{'quantity': 1}", "{'quantity': 2}")))
                .as(RandomStreams::merged);
    }

    private static Arbitrary<ObjectNode> category() {
        return Arbitraries.frequencyOf(
                Tuple.of(5, RandomStreams.snippets(USUAL_CATEGORIES)),
                Tuple.of(2, RandomStreams.snippets(RARE_CATEGORIES)),
                Tuple.of(1, Arbitraries.create(Json::object)));
    }

    private static Arbitrary<ObjectNode> price() {
        return RandomStreams.sometimes(RandomStreams.snippets(PRICES));
    }
}
