package io.tributary.operators.compatibility;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;

import io.tributary.operators.identity.EventDeduplicator;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.KeyedHarness;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;

/**
 * The state that a release leaves behind in the middle of a stream, one folder per format version, and the operators
 * that take it up again.
 *
 * <p>A folder is written once, by the code of the release whose format it shows, and never again: written anew, it would
 * prove nothing.
 */
final class StateFixtures {
    /** Folder of the fixtures, relative to the root of the project. */
    private static final String FOLDER = "operators/src/test/resources/fixtures";

    static final String DEDUPLICATOR = "event-deduplicator";
    static final String FOLDER_STATE = "profile-folder";
    static final String WATCHER = "cart-watcher";
    static final String CUSTOMER = "c_fixture";
    static final long PROCESSING_TIME = 5_000_000;
    static final long PUBLISH_EVERY = 1_000;

    private StateFixtures() {}

    static Path folder() {
        return Path.of(System.getProperty("tributary.root")).resolve(FOLDER);
    }

    /** @param version for example {@code state-v2} */
    static void write(String version) throws Exception {
        Path folder = folder().resolve(version);
        if (Files.exists(folder)) {
            throw new IOException(folder + " exists: a fixture is written once, by the release that it shows");
        }
        Files.createDirectories(folder);
        try (KeyedHarness<CustomerEvent, CustomerEvent> harness = deduplicator(null)) {
            for (int i = 1; i <= 3; i++) {
                harness.process(track("m" + i, "Page Opened", minute(i)).event(), minute(i));
            }
            save(folder, DEDUPLICATOR, harness.snapshot());
        }
        try (KeyedHarness<CustomerMessage, OutboundRecord> harness = profileFolder(null)) {
            harness.processingTime(PROCESSING_TIME);
            for (TestEvent event : List.of(
                    identify("m1", minute(1))
                            .alsoDevice("a-1")
                            .trait("country", "PL")
                            .trait("city", "Łódź")
                            .trait("gone", null)
                            .consent("marketing", true)
                            .consent("analytics", false),
                    ordered("m2", "o1", minute(2)).consent("marketing", true),
                    ordered("m3", null, minute(3)).with("currency", "EUR"),
                    track("m4", "Order Refunded", minute(4)).with("total", "1.25"),
                    added("m5", "p1", minute(5)).with("name", "Shoe").with("quantity", 2))) {
                harness.process(new CustomerMessage(CUSTOMER, event.event()), 0);
            }
            save(folder, FOLDER_STATE, harness.snapshot());
        }
        try (KeyedHarness<CartChange, OutboundRecord> harness = watcher(null)) {
            see(harness, added("m1", "p1", minute(0)), List.of(new Consent.Statement(minute(-9), false)));
            see(harness, added("m2", "p2", minute(1)), List.of(new Consent.Statement(minute(0), true)));
            harness.watermark(minute(2));
            see(harness, added("m3", "p3", minute(90)), List.of());
            save(folder, WATCHER, harness.snapshot());
        }
    }

    private static void save(Path folder, String operator, OperatorSubtaskState state) throws IOException {
        OperatorSnapshotUtil.writeStateHandle(state, folder.resolve(operator).toString());
    }

    static OperatorSubtaskState read(Path folder, String operator) throws Exception {
        return OperatorSnapshotUtil.readStateHandle(folder.resolve(operator).toString());
    }

    static void see(KeyedHarness<CartChange, OutboundRecord> harness, TestEvent event, List<Consent.Statement> consent)
            throws Exception {
        harness.process(
                new CartChange(
                        CUSTOMER, CartEntry.of(event.event()), event.event().timestamp(), consent),
                0);
    }

    static KeyedHarness<CustomerEvent, CustomerEvent> deduplicator(OperatorSubtaskState state) throws Exception {
        return new KeyedHarness<>(
                new EventDeduplicator(), event -> event.firstIdentityKey().qualified(), WireType.CUSTOMER_EVENT, state);
    }

    static KeyedHarness<CustomerMessage, OutboundRecord> profileFolder(OperatorSubtaskState state) throws Exception {
        return new KeyedHarness<>(
                new ProfileFolder(PUBLISH_EVERY), CustomerMessage::customerId, WireType.OUTBOUND_RECORD, state);
    }

    static KeyedHarness<CartChange, OutboundRecord> watcher(OperatorSubtaskState state) throws Exception {
        return new KeyedHarness<>(
                new CartWatcher(AbandonedCart.defaults()), CartChange::customerId, WireType.OUTBOUND_RECORD, state);
    }
}
