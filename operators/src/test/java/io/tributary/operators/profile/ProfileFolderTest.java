package io.tributary.operators.profile;

import static io.tributary.operators.testing.Messages.message;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.after;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.removed;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProfileFolderTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String HOT = "profile-hot";
    private static final String COLD = "profile-cold";
    private static final String WAITING = "waiting";
    private static final long EVERY = 1_000;

    /** Processing time has nothing to do with event time. */
    private static final long NOW = 5_000_000;

    private FolderHarness harness;

    @BeforeEach
    void start() throws Exception {
        harness = started(null);
        harness.processingTime(NOW);
    }

    @AfterEach
    void keepsTheStateOfACustomerForEverButNoTimer() throws Exception {
        long customers = harness.keysIn(HOT);
        harness.processingTime(NOW + Duration.ofDays(1).toMillis());
        harness.watermark(after(Duration.ofDays(400)));
        assertThat(harness.keysIn(HOT)).isEqualTo(customers);
        long records = harness.keysIn(COLD);
        assertThat(records).isLessThanOrEqualTo(customers);
        assertThat(harness.processingTimeTimers()).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.keysIn(WAITING)).isZero();
        assertThat(harness.entries())
                .as("a value a customer, and another one where there is something to keep")
                .isEqualTo((int) (customers + records));
        harness.close();
    }

    @Test
    void foldsEventsIntoTheProfile() throws Exception {
        see(identify("m1", minute(0)).alsoDevice("a-1").trait("country", "PL").consent("marketing", true));
        see(added("m2", "p1", minute(1)));
        see(ordered("m3", "o1", minute(2)));
        see(track("m4", "Order Refunded", minute(3)).with("order_id", "o1").with("total", "5.50"));
        see(added("m5", "p2", minute(4)).with("price", "35.79"));
        harness.processingTime(NOW + EVERY);

        List<OutboundRecord> profiles = harness.drain(ProfileFolder.PROFILES);
        OutboundRecord last = profiles.get(profiles.size() - 1);
        String customer = message(identify("m1", minute(0)).event()).customerId();
        assertThat(last.topic()).isEqualTo("cdp.profiles.v1");
        assertThat(last.key()).isEqualTo(customer);
        assertThat(last.version()).isEqualTo(5);
        assertThat(last.timestamp()).isEqualTo(minute(4));
        assertThat(MAPPER.readTree(last.value()))
                .isEqualTo(MAPPER.readTree(
                        """
                        {"customer_id":"%s","identifiers":{"anonymous_id":["a-1"],"user_id":["42"]},
                        "traits":{"country":"PL"},
                        "first_seen":"2026-01-01T00:00:00.000Z","last_seen":"2026-01-01T00:04:00.000Z",
                        "events":{"count":5,"by_name":{"Order Completed":1,"Order Refunded":1,"Product Added":2,"identify":1}},
                        "orders":{"count":1,"revenue":{"USD":"25.50"},"refunds":{"USD":"5.50"},
                        "first_at":"2026-01-01T00:02:00.000Z","last_at":"2026-01-01T00:02:00.000Z"},
                        "cart":{"items":[{"product_id":"p2","quantity":1,"price":"35.79"}],"value":{"USD":"35.79"},
                        "updated_at":"2026-01-01T00:04:00.000Z"},
                        "consent":{"marketing":true},"version":5}"""
                                .formatted(customer)));
    }

    @Test
    void keepsCustomersApart() throws Exception {
        see(track("m1", "Page Opened", minute(0)).user("1"));
        see(track("m1", "Page Opened", minute(0)).user("2"));

        assertThat(harness.keysIn(HOT)).isEqualTo(2);
        assertThat(harness.drain(ProfileFolder.PROFILES))
                .extracting(OutboundRecord::key)
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void writesTheColdValueOnlyByWhatItKeeps() throws Exception {
        see(track("m1", "Page Opened", minute(0)));
        see(added("m2", "p1", minute(1)));
        assertThat(harness.keysIn(COLD)).isZero();

        see(track("m1", "Page Opened", minute(0)).user("device").alsoDevice("a-1"));
        see(identify("m1", minute(0)).user("trait").trait("country", "PL"));
        see(ordered("m1", "o1", minute(0)).user("order"));
        assertThat(harness.keysIn(COLD)).isEqualTo(3);
        assertThat(harness.keysIn(HOT)).isEqualTo(4);
    }

    /** Whether a customer is new is told in the order of events, so a first event is looked at again. */
    @Test
    void waitsForTheWatermarkOnlyWithWhatMayBeNews() throws Exception {
        see(track("m2", "Page Opened", minute(2)));
        see(track("m1", "Page Opened", minute(1)));
        assertThat(harness.eventTimeTimers()).isEqualTo(2);
        harness.watermark(minute(1));
        assertThat(harness.eventTimeTimers()).as("m2 does not know it yet").isEqualTo(1);
        harness.watermark(minute(2));
        assertThat(harness.eventTimeTimers()).isZero();

        see(track("m3", "Page Opened", minute(3)));
        assertThat(harness.eventTimeTimers()).as("nothing new").isZero();
        see(track("m4", "Page Opened", minute(4)).alsoDevice("a-1"));
        assertThat(harness.eventTimeTimers()).as("a device").isEqualTo(1);
    }

    @Test
    void publishesTheFirstChangeAtOnceAndTheNextOnesTogether() throws Exception {
        see(track("m1", "Page Opened", minute(0)));
        assertThat(versions()).containsExactly(1L);

        harness.processingTime(NOW + 400);
        see(track("m2", "Page Opened", minute(1)));
        see(track("m3", "Page Opened", minute(2)));
        see(track("m4", "Page Opened", minute(3)));
        assertThat(harness.processingTimeTimers())
                .as("one timer, however many changes")
                .isEqualTo(1);
        harness.processingTime(NOW + EVERY - 1);
        assertThat(versions()).isEmpty();
        harness.processingTime(NOW + EVERY);
        assertThat(versions()).containsExactly(4L);
        assertThat(harness.processingTimeTimers()).isZero();

        harness.processingTime(NOW + 10 * EVERY);
        assertThat(versions()).as("nothing has changed since").isEmpty();
        see(track("m5", "Page Opened", minute(4)));
        assertThat(versions()).as("at once after a pause").containsExactly(5L);
    }

    @Test
    void publishesEveryChangeWhenTheIntervalIsZero() throws Exception {
        try (FolderHarness eager = new FolderHarness(0, null)) {
            for (int i = 0; i < 3; i++) {
                CustomerEvent event = track("m" + i, "Page Opened", minute(i)).event();
                eager.process(message(event), event.timestamp());
            }

            assertThat(eager.drain(ProfileFolder.PROFILES))
                    .extracting(OutboundRecord::version)
                    .containsExactly(1L, 2L, 3L);
            assertThat(eager.processingTimeTimers()).isZero();
        }
        see(track("m1", "Page Opened", minute(0)));
    }

    @Test
    void raisesTheVersionStrictlyAlsoByEventsThatChangeNothingElse() throws Exception {
        List<Long> eventVersions = new ArrayList<>();
        List<Long> profileVersions = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            harness.processingTime(NOW + i * 300L);
            see(ordered("m" + i, "o1", minute(30 - i)));
            harness.drain().forEach(record -> eventVersions.add(record.version()));
            profileVersions.addAll(versions());
        }

        assertThat(eventVersions).hasSize(30).isSorted().doesNotHaveDuplicates();
        assertThat(profileVersions).isNotEmpty().isSorted().doesNotHaveDuplicates();
    }

    @Test
    void givesEachCustomerEventTheCartAfterItAlsoOutOfOrder() throws Exception {
        see(added("m1", "p1", minute(1)));
        see(added("m3", "p3", minute(3)));
        see(added("m2", "p2", minute(2)));
        see(track("m4", "Page Opened", minute(4)));
        see(ordered("m6", "o1", minute(6)));
        see(track("m5", "Page Opened", minute(5)));
        see(track("m7", "Page Opened", minute(7)));

        assertThat(carts())
                .containsExactly("m1: p1", "m3: p1 p3", "m2: p1 p2", "m4: p1 p2 p3", "m6:", "m5: p1 p2 p3", "m7:");
    }

    @Test
    void passesTheEventOnAsItCame() throws Exception {
        TestEvent event = track("m1", "Page Opened", minute(0)).with("path", "/\u00e4\"\\");
        see(event);

        OutboundRecord record = harness.drain().get(0);
        assertThat(record.topic()).isEqualTo("cdp.customer-events.v1");
        assertThat(record.timestamp()).isEqualTo(minute(0));
        assertThat(new String(record.value(), StandardCharsets.UTF_8))
                .contains("\"event\":" + new String(event.bytes(), StandardCharsets.UTF_8));
    }

    @Test
    void mergesALateEventWithoutRegressingTraits() throws Exception {
        see(identify("m1", minute(60)).trait("city", "Berlin").consent("marketing", false));
        harness.watermark(minute(59));
        CustomerEvent late = identify("m2", minute(1))
                .trait("city", "Paris")
                .trait("age", 30)
                .consent("marketing", true)
                .event()
                .knownAt(minute(60));
        harness.process(message(late), late.timestamp());
        harness.processingTime(NOW + EVERY);

        JsonNode profile = lastProfile();
        assertThat(profile.at("/traits/city").asText()).isEqualTo("Berlin");
        assertThat(profile.at("/traits/age").asInt()).isEqualTo(30);
        assertThat(profile.at("/consent/marketing").asBoolean()).isFalse();
        assertThat(profile.path("first_seen").asText()).isEqualTo("2026-01-01T00:01:00.000Z");
        assertThat(profile.path("last_seen").asText()).isEqualTo("2026-01-01T01:00:00.000Z");
        assertThat(profile.at("/events/count").asInt()).isEqualTo(2);
    }

    @Test
    void letsARepeatedOrderChangeNeitherTheSumsNorTheCart() throws Exception {
        see(ordered("m1", "o1", minute(1)));
        see(added("m2", "p1", minute(2)));
        see(ordered("m3", "o1", minute(3)).with("revenue", "999"));
        harness.processingTime(NOW + EVERY);

        JsonNode profile = lastProfile();
        assertThat(profile.at("/orders/count").asInt()).isEqualTo(1);
        assertThat(profile.at("/orders/revenue/USD").asText()).isEqualTo("25.50");
        assertThat(profile.at("/cart/items")).hasSize(1);
        assertThat(carts()).containsExactly("m1:", "m2: p1", "m3: p1");
        assertThat(harness.drain(ProfileFolder.CART_CHANGES)).hasSize(2);
    }

    @Test
    void letsTheEarlierOfTwoReportsOfAnOrderCountWhicheverArrivesFirst() throws Exception {
        see(added("m2", "p1", minute(2)));
        see(ordered("m3", "o1", minute(3)).with("revenue", "999"));
        see(ordered("m1", "o1", minute(1)));
        harness.processingTime(NOW + EVERY);

        JsonNode profile = lastProfile();
        assertThat(profile.at("/orders/revenue/USD").asText()).isEqualTo("25.50");
        assertThat(profile.at("/orders/last_at").asText()).isEqualTo("2026-01-01T00:01:00.000Z");
        assertThat(profile.at("/cart/items")).as("m2 came after the order").hasSize(1);
    }

    @Test
    void countsAnOrderWithoutAnIdByItself() throws Exception {
        see(ordered("m1", null, minute(1)));
        see(ordered("m2", null, minute(2)));
        harness.processingTime(NOW + EVERY);

        assertThat(lastProfile().at("/orders/count").asInt()).isEqualTo(2);
    }

    @Test
    void tellsTheTriggersOnlyWhatConcernsThem() throws Exception {
        see(track("m1", "Product Viewed", minute(1)));
        see(identify("m2", minute(2)).consent("analytics", true));
        see(added("m3", "p1", minute(3)));
        see(identify("m4", minute(4)).consent("marketing", false));
        see(ordered("m5", "o1", minute(5)));

        List<CartChange> changes = harness.drain(ProfileFolder.CART_CHANGES);
        Map<String, List<Consent.Statement>> first =
                Map.of("analytics", List.of(new Consent.Statement(minute(2), true)));
        Map<String, List<Consent.Statement>> both = Map.of(
                "analytics", first.get("analytics"),
                "marketing", List.of(new Consent.Statement(minute(4), false)));
        assertThat(changes)
                .extracting(change -> ((CartChange.Operation) change).entry())
                .extracting(entry -> entry == null ? null : entry.order().messageId())
                .containsExactly(null, "m3", null, "m5");
        assertThat(changes)
                .extracting(change -> Map.copyOf(change.consent()))
                .containsExactly(first, first, both, both);
    }

    @Test
    void tellsTheTriggersOfARefusalThatArrivesBehindANewerRenewal() throws Exception {
        see(identify("m2", minute(2)).consent("marketing", true));
        see(identify("m1", minute(1)).consent("marketing", false));

        assertThat(harness.drain(ProfileFolder.CART_CHANGES).get(1).consent().get("marketing"))
                .containsExactlyInAnyOrder(
                        new Consent.Statement(minute(2), true), new Consent.Statement(minute(1), false));
    }

    /** Partitions of the log are far apart while a job catches up: a deadline may lie between the two statements. */
    @Test
    void tellsTheTriggersWithACartEventAllThatWasSaidAheadOfTheWatermark() throws Exception {
        see(identify("m1", minute(1)).consent("marketing", true));
        harness.watermark(minute(5));
        see(identify("m4", minute(120)).consent("marketing", true));
        see(identify("m3", minute(60)).consent("marketing", false));
        harness.drain(ProfileFolder.CART_CHANGES);
        see(added("m2", "p1", minute(10)));

        assertThat(harness.drain(ProfileFolder.CART_CHANGES).get(0).consent().get("marketing"))
                .containsExactly(
                        new Consent.Statement(minute(1), true),
                        new Consent.Statement(minute(60), false),
                        new Consent.Statement(minute(120), true));
    }

    @Test
    void forgetsWhatWasSaidOnceTheWatermarkHasPassedSomethingNewer() throws Exception {
        see(identify("m1", minute(1)).consent("marketing", true));
        see(identify("m2", minute(2)).consent("marketing", false));
        see(identify("m3", minute(3)).consent("marketing", true));
        harness.watermark(minute(2));
        see(added("m4", "p1", minute(4)));
        harness.watermark(minute(3));
        see(added("m5", "p1", minute(5)));

        List<CartChange> changes = harness.drain(ProfileFolder.CART_CHANGES);
        assertThat(changes.get(3).consent().get("marketing"))
                .containsExactly(new Consent.Statement(minute(2), false), new Consent.Statement(minute(3), true));
        assertThat(changes.get(4).consent().get("marketing")).containsExactly(new Consent.Statement(minute(3), true));
    }

    @Test
    void givesTheSameOutputsWhenItIsRestoredAfterEveryEvent() throws Exception {
        List<TestEvent> stream = List.of(
                identify("m1", minute(0)).alsoDevice("a-1").trait("country", "PL"),
                added("m3", "p3", minute(3)),
                added("m2", "p2", minute(2)),
                ordered("m4", "o1", minute(4)).consent("marketing", true),
                ordered("m5", "o1", minute(5)),
                removed("m6", "p3", minute(6)),
                added("m7", "p7", minute(7)),
                track("m8", "Page Opened", minute(1)).alsoDevice("a-2"));
        List<String> straight = run(stream, false);
        harness.close();
        start();

        assertThat(run(stream, true)).isEqualTo(straight).hasSizeGreaterThan(stream.size() + 2);
    }

    private List<String> run(List<TestEvent> stream, boolean restoring) throws Exception {
        List<String> outputs = new ArrayList<>();
        long now = NOW;
        for (TestEvent event : stream) {
            now += 300;
            harness.processingTime(now);
            harness.watermark(event.event().timestamp() - 60_000);
            see(event);
            collect(outputs);
            if (restoring) {
                OperatorSubtaskState state = harness.snapshot();
                harness.close();
                harness = started(state);
                harness.processingTime(now);
            }
        }
        harness.processingTime(now + EVERY);
        collect(outputs);
        return outputs;
    }

    private void collect(List<String> outputs) {
        harness.drain().forEach(record -> outputs.add(text(record)));
        harness.drain(ProfileFolder.PROFILES).forEach(record -> outputs.add(text(record)));
        harness.drain(ProfileFolder.CART_CHANGES).forEach(change -> outputs.add(change.toString()));
    }

    private static String text(OutboundRecord record) {
        return record.id() + " " + new String(record.value(), StandardCharsets.UTF_8);
    }

    /** Who starts from the state need not be told, and may be told of a greater one, never of a smaller. */
    @Test
    void keepsVersionsAboveABaseThatGoesWithTheState() throws Exception {
        OperatorSubtaskState state;
        try (FolderHarness based = new FolderHarness(0, 1_000, PublishedDefinitions.NONE, null)) {
            assertThat(versionOf(track("m1", "Page Opened", minute(0)), based)).isEqualTo(1_001);
            state = based.snapshot();
        }
        for (long told : new long[] {0, 1, 1_000}) {
            try (FolderHarness restored = new FolderHarness(0, told, PublishedDefinitions.NONE, state)) {
                assertThat(versionOf(track("m2", "Page Opened", minute(1)), restored))
                        .isEqualTo(1_002);
                assertThat(versionOf(track("m3", "Page Opened", minute(1)).user("new"), restored))
                        .isEqualTo(1_001);
            }
        }
        try (FolderHarness restored = new FolderHarness(0, 5_000, PublishedDefinitions.NONE, state)) {
            assertThat(versionOf(track("m2", "Page Opened", minute(1)), restored))
                    .isEqualTo(5_001);
        }
    }

    private static long versionOf(TestEvent event, FolderHarness folder) throws Exception {
        CustomerEvent parsed = event.event();
        folder.process(message(parsed), parsed.timestamp());
        return folder.drain(ProfileFolder.PROFILES).get(0).version();
    }

    private static FolderHarness started(OperatorSubtaskState restored) throws Exception {
        return new FolderHarness(EVERY, restored);
    }

    private void see(TestEvent event) throws Exception {
        CustomerEvent parsed = event.event();
        harness.process(message(parsed), parsed.timestamp());
    }

    private List<Long> versions() {
        return harness.drain(ProfileFolder.PROFILES).stream()
                .map(OutboundRecord::version)
                .toList();
    }

    private JsonNode lastProfile() throws IOException {
        List<OutboundRecord> profiles = harness.drain(ProfileFolder.PROFILES);
        return MAPPER.readTree(profiles.get(profiles.size() - 1).value());
    }

    /** Per customer event its message and the products in the cart after it. */
    private List<String> carts() throws IOException {
        List<String> lines = new ArrayList<>();
        for (OutboundRecord record : harness.drain()) {
            JsonNode json = MAPPER.readTree(record.value());
            StringBuilder line = new StringBuilder(json.at("/event/messageId").asText()).append(':');
            json.at("/cart/items").forEach(item -> line.append(' ')
                    .append(item.path("product_id").asText()));
            lines.add(line.toString());
        }
        return lines;
    }
}
