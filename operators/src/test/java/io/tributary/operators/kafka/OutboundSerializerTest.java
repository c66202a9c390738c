package io.tributary.operators.kafka;

import static io.tributary.operators.testing.Messages.message;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.RejectJson;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

/** What consumers find in the headers of each topic, and how far they can rely on {@code ce_id}. */
class OutboundSerializerTest {
    private static final String CUSTOMER = "c_c46adb264bbc8d66";

    @Test
    void marksACustomerEvent() throws Exception {
        Outputs outputs = Outputs.of(added("m1", "p1", minute(1)));

        assertThat(headers(outputs.events.get(0)))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "e_8754375147a121fe548db2a084d191c4",
                        "ce_source", "/tributary/customer",
                        "ce_type", "io.tributary.customer-event.v1",
                        "ce_time", "2026-01-01T00:01:00.000Z",
                        "ce_subject", CUSTOMER,
                        "content-type", "application/json"));
        assertThat(key(outputs.events.get(0))).isEqualTo(CUSTOMER);
    }

    @Test
    void marksAProfile() throws Exception {
        Outputs outputs = Outputs.of(added("m1", "p1", minute(1)));

        assertThat(headers(outputs.profiles.get(0)))
                .containsEntry("ce_type", "io.tributary.profile.v1")
                .containsEntry("ce_time", "2026-01-01T00:01:00.000Z")
                .containsEntry("ce_subject", CUSTOMER)
                .hasSize(7)
                .hasEntrySatisfying("ce_id", id -> assertThat(id).matches("p_[0-9a-f]{32}"));
        assertThat(key(outputs.profiles.get(0))).isEqualTo(CUSTOMER);
    }

    @Test
    void marksATriggerByItsId() throws Exception {
        Outputs outputs = Outputs.of(added("m1", "p1", minute(1)));

        OutboundRecord trigger = outputs.triggers.get(0);
        assertThat(headers(trigger))
                .containsEntry("ce_type", "io.tributary.trigger.v1")
                .containsEntry("ce_time", "2026-01-01T01:01:00.000Z")
                .containsEntry("ce_subject", CUSTOMER)
                .hasSize(7)
                .hasEntrySatisfying(
                        "ce_id", id -> assertThat(text(trigger.value())).contains("\"trigger_id\":\"" + id + '"'));
    }

    @Test
    void marksATriggerThatWasHeldBackByTheSameId() throws Exception {
        Outputs outputs = Outputs.of(added("m1", "p1", minute(1)).consent("marketing", false));

        assertThat(outputs.triggers).isEmpty();
        OutboundRecord suppressed = outputs.suppressed.get(0);
        assertThat(serialized(suppressed).topic()).isEqualTo("cdp.triggers-suppressed.v1");
        assertThat(key(suppressed)).isEqualTo(CUSTOMER);
        assertThat(headers(suppressed))
                .containsEntry("ce_type", "io.tributary.trigger-suppressed.v1")
                .containsEntry("ce_time", "2026-01-01T01:01:00.000Z")
                .containsEntry("ce_subject", CUSTOMER)
                .hasSize(7)
                .hasEntrySatisfying(
                        "ce_id", id -> assertThat(text(suppressed.value())).contains("\"trigger_id\":\"" + id + '"'));
    }

    @Test
    void marksARejectByWhereItCameFromAndWhatItWas() {
        Map<String, String> headers = headers(reject(RejectReason.NOT_JSON, 17, "x"));

        assertThat(headers)
                .containsEntry("ce_type", "io.tributary.reject.v1")
                .containsEntry("ce_time", "1970-01-01T00:00:00.005Z")
                .containsEntry("ce_subject", "cdp.events.v1-3:17")
                .hasSize(7)
                .hasEntrySatisfying("ce_id", id -> assertThat(id).matches("[0-9a-f]{64}"));
        assertThat(headers(reject(RejectReason.NOT_JSON, 17, "x"))).isEqualTo(headers);
        assertThat(List.of(
                        id(reject(RejectReason.NOT_JSON, 17, "x")),
                        id(reject(RejectReason.NOT_JSON, 18, "x")),
                        id(reject(RejectReason.NOT_JSON, 17, "y")),
                        id(reject(RejectReason.BAD_VALUE, 17, "x"))))
                .doesNotHaveDuplicates();
    }

    /** A consumer of several topics keeps all ids in one set. */
    @Test
    void givesEachRecordOfACustomerAnIdOfItsOwn() throws Exception {
        Outputs outputs = Outputs.of(
                added("m1", "p1", minute(1)), added("m2", "p1", minute(2)), track("m3", "Page Opened", minute(3)));

        List<OutboundRecord> all = new ArrayList<>(outputs.events);
        all.addAll(outputs.profiles);
        all.addAll(outputs.triggers);
        assertThat(all).extracting(OutboundSerializerTest::id).hasSize(7).doesNotHaveDuplicates();
    }

    /** Built anew from its log, a customer's events may arrive in another order, and get other versions. */
    @Test
    void givesAnEventTheSameIdInWhateverOrderTheLogIsRead() throws Exception {
        TestEvent first = track("m1", "Page Opened", minute(1)).alsoDevice("a-1");
        TestEvent second = track("m2", "Page Opened", minute(2)).alsoDevice("a-2");
        Outputs once = Outputs.of(first, second);
        Outputs again = Outputs.of(second, first);

        assertThat(id(again.events.get(1))).isEqualTo(id(once.events.get(0)));
        assertThat(id(again.events.get(0))).isEqualTo(id(once.events.get(1)));
        assertThat(again.profiles.get(0).version())
                .isEqualTo(once.profiles.get(0).version());
        assertThat(id(again.profiles.get(0)))
                .as("another profile under the same version")
                .isNotEqualTo(id(once.profiles.get(0)));
        assertThat(id(again.profiles.get(1))).as("the same profile").isEqualTo(id(once.profiles.get(1)));
    }

    /** Beyond the horizon of de-duplication a message id may come again, with another event. */
    @Test
    void tellsEventsThatShareAMessageIdApartByTheirTime() throws Exception {
        Outputs outputs = Outputs.of(
                track("again", "Page Opened", minute(1)), track("again", "Page Opened", minute(3 * 24 * 60)));

        assertThat(id(outputs.events.get(0))).isNotEqualTo(id(outputs.events.get(1)));
    }

    @Test
    void tellsTheSameMessageOfTwoDevicesApart() throws Exception {
        assertThat(id(Outputs.of(identify("m1", minute(1)).alsoDevice("a-1"))
                        .events
                        .get(0)))
                .isNotEqualTo(id(Outputs.of(identify("m1", minute(1)).alsoDevice("a-2"))
                        .events
                        .get(0)));
    }

    private static OutboundRecord reject(RejectReason reason, long offset, String raw) {
        return RejectJson.record(
                new Reject(
                        reason, "why", Origin.record("cdp.events.v1", 3, offset), raw.getBytes(StandardCharsets.UTF_8)),
                5);
    }

    private static String id(OutboundRecord record) {
        return headers(record).get("ce_id");
    }

    private static String key(OutboundRecord record) {
        return text(serialized(record).key());
    }

    private static Map<String, String> headers(OutboundRecord record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : serialized(record).headers()) {
            assertThat(headers.put(header.key(), text(header.value()))).isNull();
        }
        return headers;
    }

    private static ProducerRecord<byte[], byte[]> serialized(OutboundRecord record) {
        return new OutboundSerializer().serialize(record, null, null);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** What the operators publish of some events; each profile at once. */
    private record Outputs(
            List<OutboundRecord> events,
            List<OutboundRecord> profiles,
            List<OutboundRecord> triggers,
            List<OutboundRecord> suppressed) {
        static Outputs of(TestEvent... events) throws Exception {
            try (FolderHarness folder = new FolderHarness(0, null);
                    WatcherHarness watcher = new WatcherHarness(TestTriggers.abandonedCart(), null)) {
                for (TestEvent event : events) {
                    CustomerEvent parsed = event.event();
                    folder.process(message(parsed), parsed.timestamp());
                }
                for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
                    watcher.process(change, 0);
                }
                watcher.watermark(minute(10 * 24 * 60));
                return new Outputs(
                        folder.drain(),
                        folder.drain(ProfileFolder.PROFILES),
                        watcher.drain(),
                        watcher.drain(CartWatcher.SUPPRESSED));
            }
        }
    }
}
