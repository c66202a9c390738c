package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileFacts;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.operators.segment.SegmentExplanation.Flip;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What a published profile says is what the ledgers say of which it was made. */
class PublishedFactsPropertyTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private static final Definitions LIBRARY =
            Definitions.load(Path.of(System.getProperty("tributary.root"), "definitions"));

    private static final Definitions PICKED = Definitions.of(
            "picked.yaml",
            """
            traits:
            - {name: count_all, aggregate: count, events: [Order Completed]}
            - {name: count_1h, aggregate: count, events: [Product Viewed, Product Added], window: 1h}
            - {name: sum_all, aggregate: sum, events: [Order Completed, Odd], value: event.revenue}
            - {name: sum_2d, aggregate: sum, events: [Product Viewed], value: event.properties.price, window: 2d}
            - {name: average_all, aggregate: average, events: [Product Viewed], value: event.properties.price}
            - {name: average_2d, aggregate: average, events: [Product Viewed], value: event.properties.price, window: 2d}
            - {name: min_all, aggregate: min, events: [Product Viewed], value: event.properties.price}
            - {name: max_31d, aggregate: max, events: [Product Viewed], value: event.properties.price, window: 31d}
            - {name: first_any, aggregate: first, events: [Product Viewed], value: event.properties.any}
            - {name: last_any_2d, aggregate: last, events: [Product Viewed], value: event.properties.any, window: 2d}
            - {name: frequent, aggregate: most_frequent, events: [Product Viewed], value: event.properties.category}
            - {name: distinct, aggregate: unique_count, events: [Product Viewed], value: event.properties.category, window: 31d}
            - {name: list, aggregate: unique_list, events: [Product Viewed], value: event.properties.category}
            - {name: top, aggregate: top_k, events: [Product Viewed], value: event.properties.category, window: 2d}
            segments:
            - name: picked
              when: >-
                orders.revenue.USD >= 35.79 || orders.revenue['EUR'] > 0.0 || orders.refunds.JPY > 0.0
                || orders.count == 0 || days_since(orders.last_at) <= 3 || hours_since(orders.first_at) > 3
                || size(cart.items) > 0 || cart.items.exists(i, i.price > 2.0 && i.quantity > 1) || cart.value.USD > 10.0
                || hours_since(cart.updated_at) > 1 || size(cart.value) > 1 || size(orders.revenue) > 1
                || traits.number == 5 || traits.number > 5 || traits.text == '5' || traits.text in ['a', 'b']
                || days_since(traits.time) <= 2 || size(traits.list) > 1 || traits.list.exists(x, x == 'a')
                || traits.map.inner == 2 || has(traits.map.none) || has(traits.map) || traits.flag
                || traits['odd name\\u00e9'] == 'x' || traits.huge > 1.0 || traits.beyond == 'y' || size(traits) > 3
                || string(traits.number) == '5' || traits.map.size() > 1
                || consent.marketing || consent['odd \\"purpose\\"'] == false || size(consent) > 1
                || size(identifiers.email) > 0 || 'a@x.com' in identifiers.email || size(identifiers.crm_id) == 0
                || events.count > 3 || events.by_name['Product Viewed'] > 2 || events.by_name['Odd \\"näme\\"\\n🛒'] > 0
                || events.by_name.exists(n, n.startsWith('Odd')) || size(events.by_name) > 2
                || days_since(first_seen) > 1 || hours_since(last_seen) <= 2 || last_seen > first_seen
            - name: computed
              when: >-
                computed.count_all > 1 || computed.count_1h == 0 || computed.sum_all > 20.0 || computed.sum_2d < 3.0
                || computed.average_all > 2.5 || computed.min_all <= 0.0 || computed.max_31d > 3.5
                || string(computed.average_all) == '2' || string(computed.sum_all) == '0'
                || computed.first_any == 'a' || computed.first_any == 5 || computed.last_any_2d == true
                || days_since(computed.first_any) < 5 || computed.frequent == 'shoes' || has(computed.frequent)
                || computed.average_2d > 3.0 || computed.max_31d < 5.0 || computed.distinct == 1
                || computed.distinct >= 2 || size(computed.list) == 0 || 'shoes' in computed.list
                || size(computed.top) > 1 || computed.top.exists(t, t == 'hats') || computed.count_all == orders.count
            """);

    private static final List<String> NAMES = List.of(
            "Product Viewed",
            "Product Added",
            "Product Removed",
            "Cart Updated",
            "Order Completed",
            "Order Refunded",
            "Products Searched",
            "Coupon Applied",
            "Checkout Started",
            "Signed Up",
            "Newsletter Subscribed",
            "Unsubscribed",
            "Email Opened",
            "Email Delivered",
            "Email Bounced",
            "Product Added to Wishlist",
            "Product Reviewed",
            "Odd",
            "Odd \"näme\"\n🛒",
            "");

    @Property
    void saysWhatTheLedgersSayOfAllThatTheStarterLibraryAsksFor(@ForAll long seed) throws IOException {
        assertAlike(LIBRARY, new Random(seed));
    }

    @Property
    void saysWhatTheLedgersSayOfAmountsTimesListsTextsAndOddNames(@ForAll long seed) throws IOException {
        assertAlike(PICKED, new Random(seed));
    }

    private static void assertAlike(Definitions definitions, Random random) throws IOException {
        List<CustomerEvent> events = events(random);
        CompiledDefinitions compiled = CompiledDefinitions.fromTheBeginning(definitions);
        Ledgers ledgers = new Ledgers(compiled.traits(), events);
        long newest = events.get(events.size() - 1).timestamp();
        long publishedAt = newest + random.nextInt(4) * random.nextLong(40 * 24 * HOUR);
        JsonNode json = ledgers.profile(publishedAt);
        PublishedFacts published = new PublishedFacts(json, definitions.traits(), publishedAt);
        Facts known = ledgers.facts(publishedAt);

        assertAlike(compiled, known, published, json);
        for (Root root : List.of(Root.TRAITS, Root.CONSENT, Root.EVENTS_BY_NAME, Root.IDENTIFIERS)) {
            assertThat(plain(published.all(root))).as("%s of %s", root, json).isEqualTo(plain(known.all(root)));
        }
        // When every window has passed.
        long far = newest + Duration.ofDays(400).toMillis();
        assertAlike(compiled, known.at(far), published.at(far), json);
        long passed = published.passesAt(List.of(ProfileField.all(Root.COMPUTED)));
        if (passed != SegmentClock.NEVER) {
            assertThat(passed).isGreaterThan(publishedAt);
            assertAlike(compiled, known.at(passed), published.at(passed), json);
        }
    }

    private static void assertAlike(CompiledDefinitions compiled, Facts known, Facts published, JsonNode json) {
        SegmentIndex index = compiled.index();
        for (int place = 0; place < index.attributeCount(); place++) {
            Attribute attribute = index.attribute(place);
            if (!attribute.reads().contains(ProfileField.VALUE)) {
                assertThat(plain(attribute.value(published)))
                        .as("%s at %s of %s", attribute, Timestamps.format(known.now()), json)
                        .isEqualTo(plain(attribute.value(known)));
            }
        }
    }

    /** Decimals without trailing zeros; everything else as it is. */
    private static Object plain(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal.stripTrailingZeros();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(PublishedFactsPropertyTest::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> fields = new TreeMap<>();
            map.forEach((name, field) -> fields.put(name, plain(field)));
            return fields;
        }
        return value;
    }

    @Property
    void tellsWhenConditionsOfTheStarterLibraryChange(@ForAll long seed) throws IOException {
        assertFlips(LIBRARY, new Random(seed));
    }

    @Property
    void tellsWhenConditionsOnWindowsAndTimesChange(@ForAll long seed) throws IOException {
        assertFlips(PICKED, new Random(seed));
    }

    private static void assertFlips(Definitions definitions, Random random) throws IOException {
        List<CustomerEvent> events = events(random);
        CompiledDefinitions compiled = CompiledDefinitions.fromTheBeginning(definitions);
        Ledgers ledgers = new Ledgers(compiled.traits(), events);
        long since = random.nextLong((random.nextBoolean() ? 12 : 40 * 24) * HOUR);
        long now = events.get(events.size() - 1).timestamp() + since;
        Facts known = ledgers.facts(now);
        PublishedSegments segments =
                new PublishedSegments(compiled, new PublishedFacts(ledgers.profile(now), definitions.traits(), now));
        for (int number = 0; number < compiled.index().conditionCount(); number++) {
            if (compiled.index().condition(number).condition() instanceof Condition.OnAttribute condition
                    && !compiled.index().isOfValue(number)) {
                assertFlip(condition, segments.flip(condition), known, random);
            }
        }
    }

    private static void assertFlip(Condition.OnAttribute condition, Flip flip, Facts known, Random random) {
        String as = condition + " at " + Timestamps.format(known.now()) + " " + flip;
        boolean holds = holds(condition, known);
        long until = Math.min(flip.at(), known.now() + Duration.ofDays(400).toMillis());
        long later = until + random.nextLong(400 * 24 * HOUR);
        long between = known.now() + random.nextLong(until - known.now());
        switch (flip.kind()) {
            case BY_EVENT_ONLY -> {
                for (int hours = 3; hours < 60; hours += 3) {
                    assertThat(holds(condition, known.at(known.now() + hours * HOUR)))
                            .as(as)
                            .isEqualTo(holds);
                }
                assertThat(holds(condition, known.at(between))).as(as).isEqualTo(holds);
                assertThat(holds(condition, known.at(later))).as(as).isEqualTo(holds);
            }
            case AT -> {
                assertThat(holds(condition, known.at(between))).as(as).isEqualTo(holds);
                assertThat(holds(condition, known.at(flip.at() - 1))).as(as).isEqualTo(holds);
                assertThat(holds(condition, known.at(flip.at()))).as(as).isNotEqualTo(holds);
            }
            case AT_THE_LATEST ->
                assertThat(holds(condition, known.at(flip.at()))).as(as).isNotEqualTo(holds);
            case IF_AT_ALL_UNTIL ->
                assertThat(holds(condition, known.at(later))).as(as).isEqualTo(holds(condition, known.at(flip.at())));
            case UNTOLD -> throw new AssertionError(as);
        }
    }

    private static boolean holds(Condition.OnAttribute condition, Facts facts) {
        return condition.holds(condition.attribute().value(facts));
    }

    @Test
    void readsWhatTheParserAcceptsWithoutALimitOfItsOwn() throws IOException {
        CustomerEvent event = event(
                "{\"type\":\"identify\",\"messageId\":\"m\",\"userId\":\"42\",\"timestamp\":\"2026-01-01T00:00:00Z\","
                        + "\"traits\":{\"beyond\":1e99999999999,\"huge\":1e400,\"long\":" + "9".repeat(2_000) + "}}");
        Ledgers ledgers =
                new Ledgers(CompiledDefinitions.fromTheBeginning(PICKED).traits(), List.of(event));

        Facts known = ledgers.facts(event.timestamp());
        Facts published = new PublishedFacts(ledgers.profile(event.timestamp()), PICKED.traits(), event.timestamp());

        assertThat(published.all(Root.TRAITS))
                .isEqualTo(known.all(Root.TRAITS))
                .containsEntry("beyond", "1e99999999999")
                .containsEntry("huge", new BigDecimal("1e400"))
                .containsEntry("long", new BigDecimal("9".repeat(2_000)));
    }

    @Test
    void refusesWhatIsNoProfile() throws IOException {
        JsonNode json = AcceptedJson.mapper().readTree("{\"customer_id\":\"c_1\",\"last_seen\":\"yesterday\"}");

        assertThatThrownBy(() -> new PublishedFacts(json, LIBRARY.traits(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no profile");
    }

    // ---------------------------------------------------------------------------------------------------- a customer

    private static List<CustomerEvent> events(Random random) {
        List<CustomerEvent> events = new ArrayList<>();
        int size = 1 + random.nextInt(40);
        // Some live for days, some for months.
        long step = random.nextBoolean() ? HOUR : 20 * HOUR;
        for (int i = 0; i < size; i++) {
            long at = TestEvent.START + random.nextInt(100) * step;
            events.add(random.nextInt(4) == 0 ? identify("m" + i, at, random) : track("m" + i, at, random));
        }
        events.sort(Comparator.comparing(CustomerEvent::order));
        return events;
    }

    private static CustomerEvent track(String messageId, long at, Random random) {
        String name = random.nextInt(3) == 0 ? "Product Viewed" : pick(random, NAMES);
        TestEvent event = TestEvent.track(messageId, name, at)
                .with("product_id", "p" + random.nextInt(3))
                .with("category", pick(random, List.of("shoes", "hats", "5", "")))
                .with("brand", "b")
                .with("price", pick(random, List.of(0, "2.50", 3.5, "12.0", 4)))
                .with("quantity", 1 + random.nextInt(3))
                .with("any", pick(random, List.of("a", 5, 0, 5.50, true, false, "2026-01-02T00:00:00Z", "1e3")))
                .with("revenue", pick(random, List.of("35.79", "0", "20.000", "100", "0.1000000000000000055511")))
                .with("total", "1.50")
                .with("currency", pick(random, List.of("USD", "EUR", "JPY", "XXX")));
        if (random.nextBoolean()) {
            event.with("order_id", "o" + random.nextInt(4)).with("coupon", "C");
        }
        if (random.nextInt(3) == 0) {
            event.alsoDevice("a-" + random.nextInt(3)).also("email:a@x.com");
        }
        return named(event, random);
    }

    /** An event without a name is refused. */
    private static CustomerEvent named(TestEvent event, Random random) {
        Inbound inbound = event.in(0, 0);
        return inbound instanceof Inbound.Accepted accepted
                ? accepted.event()
                : TestEvent.track("m-refused" + random.nextInt(), "Odd", TestEvent.START)
                        .event();
    }

    private static CustomerEvent identify(String messageId, long at, Random random) {
        TestEvent event = TestEvent.identify(messageId, at)
                .trait("number", pick(random, List.of(5, 5.0, 5.50, -1, 0, 1e20, 12345678901234567L)))
                .trait("text", pick(random, List.of("5", "a", "", "null", "2026-01-01", "true")))
                .trait("time", pick(random, List.of("2026-01-02T00:00:00Z", "2026-01-02", "yesterday", 5)))
                .trait("list", pick(random, List.of(List.of(), List.of("a", 1, 2.5), List.of(List.of("a")))))
                .trait("map", pick(random, List.of(Map.of(), Map.of("inner", 2), Map.of("inner", Map.of("a", 1)))))
                .trait("flag", random.nextBoolean())
                .trait("odd nameé", "x")
                .trait("gone", random.nextBoolean() ? null : 1)
                .consent("marketing", random.nextBoolean());
        return random.nextBoolean() ? event.consent("odd \"purpose\"", false).event() : event.event();
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static CustomerEvent event(String json) {
        Inbound inbound = EventParser.withDefaults()
                .parse(json.getBytes(StandardCharsets.UTF_8), Origin.record("cdp.events.v1", 0, 0), TestEvent.START);
        return ((Inbound.Accepted) inbound).event();
    }

    private static final class Ledgers {
        private final ActivityLedger activity = new ActivityLedger();
        private final RecordLedger record = new RecordLedger();
        private final ComputedLedger computed = new ComputedLedger();
        private final TreeSet<Identifier> identifiers = new TreeSet<>();
        private final ComputedTraits traits;

        Ledgers(ComputedTraits traits, List<CustomerEvent> events) throws IOException {
            this.traits = traits;
            for (CustomerEvent event : events) {
                LedgerFold.apply(activity, () -> record, event, event.timestamp() - 1);
                traits.fold(new EventView(event), computed, Long.MIN_VALUE);
                identifiers.addAll(event.identifiers());
            }
        }

        Facts facts(long now) {
            return new ProfileFacts(
                    new ProfileFacts.Ledgers(
                            () -> activity, () -> record, () -> identifiers, traits.facts(() -> computed)),
                    now);
        }

        JsonNode profile(long now) throws IOException {
            return AcceptedJson.mapper()
                    .readTree(ProfileJson.profile(
                            "c_1",
                            identifiers,
                            activity,
                            record,
                            new ProfileJson.Segments(
                                    traits.published(computed, now),
                                    Collections.emptySortedMap(),
                                    PublishedMemberships.NONE),
                            Collections.emptySortedSet(),
                            activity.count()));
        }
    }
}
