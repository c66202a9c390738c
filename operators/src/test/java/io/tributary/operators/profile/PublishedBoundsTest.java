package io.tributary.operators.profile;

import static io.tributary.operators.testing.TestEvent.START;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.SearchDocuments;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.trigger.CartTrigger;
import io.tributary.operators.trigger.CartVariables;
import io.tributary.operators.trigger.Recipient;
import io.tributary.operators.trigger.Trigger;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.testing.LargestEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.junit.jupiter.api.Test;

/** However much a customer says: what is published fits into a record, and does not depend on the order of arrival. */
class PublishedBoundsTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final long NO_WATERMARK = Long.MIN_VALUE;
    /** Elasticsearch's sink refuses a larger document. */
    private static final int LARGEST_DOCUMENT = 4 * MIB;

    @Test
    void fitsIntoARecordWhateverTheCustomerSends() throws Exception {
        Ledger ledger = new Ledger();
        int largestEvent = 0;
        CustomerEvent last = null;
        for (byte[] line : LargestEvents.of("42")) {
            last = parse(line);
            ledger.apply(last);
            int size = ProfileJson.customerEvent(
                            "c_0123456789abcdef",
                            last.json(),
                            ledger.activity.cart().cartAt(last.order()),
                            1)
                    .length;
            largestEvent = Math.max(largestEvent, size);
        }
        byte[] profile = ledger.profileBytes();
        CartTrigger abandoned =
                CartTrigger.firstOf(TestTriggers.abandonedCart()).get(0);
        byte[] trigger = Trigger.ofCart(
                        abandoned,
                        abandoned.definition().deadlines().get(0),
                        "c_0123456789abcdef",
                        last.order(),
                        new CartVariables(ledger.activity.cart().cart()),
                        new Recipient(Word.SILENT, null, null))
                .json();
        List<DocumentWrite> documents = new ArrayList<>();
        for (OutboundRecord record : List.of(
                new OutboundRecord(Topic.PROFILES, "c", "id", "t", 0, 1, profile),
                new OutboundRecord(Topic.TRIGGERS, "c", "id", "t", 0, 1, trigger))) {
            new SearchDocuments(PromotedTraits.DEFAULT).flatMap(record, new ListCollector<>(documents));
        }

        // Near their bounds, so that they are what is tested.
        assertThat(profile).hasSizeBetween(2_900_000, 3_100_000);
        assertThat(largestEvent).isBetween(2_000_000, 2_500_000);
        assertThat(trigger).hasSizeBetween(1_200_000, 1_400_000);
        assertThat(Topic.MAX_RECORD_BYTES).isGreaterThan(profile.length + 512 * KIB);
        assertThat(documents).hasSize(2).allSatisfy(document -> assertThat(
                        document.isDelete() ? 0 : document.document().length)
                .isLessThan(LARGEST_DOCUMENT));
        assertThat(Codecs.bytes(ActivityLedger.CODEC, ledger.activity)).hasSizeLessThan(2 * MIB);
        assertThat(Codecs.bytes(RecordLedger.CODEC, ledger.record)).hasSizeLessThan(16 * MIB);
    }

    @Test
    void countsEventNamesOf256CharactersByName() throws IOException {
        Ledger ledger = Ledger.of(List.of(
                track("m1", "n".repeat(256), minute(1)).event(),
                track("m2", "n".repeat(257), minute(2)).event()));

        assertThat(ledger.profile().at("/events/count").asInt()).isEqualTo(2);
        assertThat(ledger.profile().at("/events/by_name")).hasSize(1);
        assertThat(ledger.profile().at("/events/by_name").has("n".repeat(256))).isTrue();
    }

    @Test
    void publishesTheStrongestIdentifiersUpTo256KibOfJson() throws IOException {
        // In JSON a kibibyte each, with quotes and comma; the user id takes 5 bytes.
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            events.add(track("m" + i, "Opened", START + i)
                    .alsoDevice("%0,1021d".formatted(i + 1).replace(",", ""))
                    .event());
        }
        Ledger fits = Ledger.of(events.subList(0, 255));
        Ledger beyond = Ledger.of(events);

        assertThat(fits.profile().at("/identifiers/anonymous_id")).hasSize(255);
        assertThat(fits.profile().has("identifiers_left_out")).isFalse();
        assertThat(beyond.profile().at("/identifiers/anonymous_id")).hasSize(255);
        assertThat(beyond.profile().at("/identifiers/user_id/0").asText()).isEqualTo("42");
        assertThat(beyond.profile().path("identifiers_left_out").asInt()).isEqualTo(1);
        assertThatTheOrderOfArrivalDoesNotMatter(events, beyond);
    }

    @Test
    void publishesTheNewestTraitsUpTo1MibOfJson() throws IOException {
        // 32 KiB each: name and colon, value and comma.
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 10; i < 43; i++) {
            events.add(identify("m" + i, START + i)
                    .trait("t" + i, "x".repeat(32 * KIB - 9))
                    .event());
        }
        Ledger fits = Ledger.of(events.subList(0, 32));
        Ledger beyond = Ledger.of(events);

        assertThat(fits.profile().path("traits")).hasSize(32);
        assertThat(fits.profile().has("traits_left_out")).isFalse();
        assertThat(beyond.profile().path("traits")).hasSize(32);
        assertThat(beyond.profile().path("traits").has("t10")).as("the oldest").isFalse();
        assertThat(beyond.profile().path("traits_left_out").asInt()).isEqualTo(1);
        assertThatTheOrderOfArrivalDoesNotMatter(events, beyond);
    }

    /** What a long value has pushed out is there again when a short one replaces it, whichever came first. */
    @Test
    void publishesATraitAgainWhenThereIsRoom() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 10; i < 50; i++) {
            events.add(identify("m" + i, START + i)
                    .trait("t" + i, "x".repeat(30 * KIB))
                    .event());
        }
        for (int i = 30; i < 50; i++) {
            events.add(identify("n" + i, START + 100 + i).trait("t" + i, 1).event());
        }
        Ledger ledger = Ledger.of(events);

        assertThat(ledger.profile().path("traits")).hasSize(40);
        assertThatTheOrderOfArrivalDoesNotMatter(events, ledger);
    }

    @Test
    void keepsTheNewestCartEventsUpTo1280KibOfJson() throws IOException {
        // In a cart 1 KiB each, as the log counts.
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 110; i++) {
            String control = "\u0001".repeat(1_023);
            events.add(added("m" + i, control + (char) ('A' + i % 26), START + i)
                    .with("name", control + i % 10)
                    .event());
        }
        Ledger ledger = Ledger.of(events);
        List<CartEntry> kept = ledger.activity.cart().entries();

        int each = 150 + 2 * (2 + 6 * 1_023 + 1);
        int fitting = CartLog.MAX_JSON_BYTES / each;
        assertThat(fitting).isEqualTo(105);
        assertThat(kept).hasSize(fitting + 1);
        assertThat(kept.get(0).isForgotten()).as("the mark").isTrue();
        assertThat(kept.get(1).order().messageId()).isEqualTo("m5");
        assertThat(ledger.profile().at("/cart/items")).hasSize(26);
        assertThat(Ledger.of(events.subList(0, fitting)).activity.cart().entries())
                .as("at the bound")
                .hasSize(fitting)
                .noneMatch(CartEntry::isForgotten);
        assertThatTheOrderOfArrivalDoesNotMatter(events, ledger);
    }

    /** Without the mark, a small operation from before a large one that was dropped would find room again. */
    @Test
    void takesNothingInFromBeforeWhatIsForgotten() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        events.add(added("small", "p1", START).event());
        for (int i = 1; i < 120; i++) {
            events.add(added("m" + i, "\u0001".repeat(1_024), START + i)
                    .with("name", "\u0002".repeat(1_024))
                    .event());
        }
        Ledger ledger = Ledger.of(events);

        assertThat(ledger.profile().at("/cart/items")).hasSize(1);
        assertThat(ledger.profile().at("/cart/items/0/quantity").asInt()).isEqualTo(105);
        assertThatTheOrderOfArrivalDoesNotMatter(events, ledger);
    }

    @Test
    void keepsAnyOneCartEventWhole() throws IOException {
        TestEvent.cart("m1", START);
        Ledger ledger = new Ledger();
        for (byte[] line : LargestEvents.of("42")) {
            CustomerEvent event = parse(line);
            ledger.apply(event);
            if (event.name().equals("Cart Updated")) {
                assertThat(ledger.activity.cart().cart().items()).hasSize(1_000);
            }
        }
    }

    private static void assertThatTheOrderOfArrivalDoesNotMatter(List<CustomerEvent> events, Ledger expected)
            throws IOException {
        for (long seed = 0; seed < 5; seed++) {
            List<CustomerEvent> shuffled = new ArrayList<>(events);
            Collections.shuffle(shuffled, new Random(seed));
            Ledger ledger = Ledger.of(shuffled);
            assertThat(ledger.profile()).isEqualTo(expected.profile());
        }
    }

    private static CustomerEvent parse(byte[] line) {
        Inbound inbound = EventParser.withDefaults().parse(line, Origin.record("cdp.events.v1", 0, 0));
        assertThat(inbound).isInstanceOf(Inbound.Accepted.class);
        return ((Inbound.Accepted) inbound).event();
    }

    /** Both halves of a ledger, as they are stored. */
    private static final class Ledger {
        private ActivityLedger activity = new ActivityLedger();
        private RecordLedger record = new RecordLedger();
        private final Set<Identifier> identifiers = new TreeSet<>();

        static Ledger of(List<CustomerEvent> events) throws IOException {
            Ledger ledger = new Ledger();
            for (CustomerEvent event : events) {
                ledger.apply(event);
            }
            ledger.activity = Codecs.roundTrip(ActivityLedger.CODEC, ledger.activity);
            ledger.record = Codecs.roundTrip(RecordLedger.CODEC, ledger.record);
            return ledger;
        }

        void apply(CustomerEvent event) throws IOException {
            identifiers.addAll(event.identifiers());
            LedgerFold.apply(activity, () -> record, event, NO_WATERMARK);
        }

        byte[] profileBytes() {
            return ProfileJson.profile(
                    "c_0123456789abcdef",
                    identifiers,
                    activity,
                    record,
                    ProfileJson.Segments.NONE,
                    new TreeSet<>(),
                    activity.count());
        }

        JsonNode profile() throws IOException {
            return AcceptedJson.mapper().readTree(profileBytes());
        }
    }
}
