package io.tributary.operators.compatibility;

import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.identity.People.ids;
import static io.tributary.operators.testing.Messages.message;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;

import io.tributary.operators.identity.FragmentAssigner;
import io.tributary.operators.identity.FragmentEvent;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.PersonResolver;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.identity.Sighting;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.KeyedBroadcastHarness;
import io.tributary.operators.testing.KeyedCoHarness;
import io.tributary.operators.testing.KeyedHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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

    static final String ASSIGNER = "fragment-assigner";
    static final String RESOLVER = "person-resolver";
    static final String KEEPER = "ledger-keeper";
    static final String FOLDER_STATE = "profile-folder";
    static final String WATCHER = "cart-watcher";
    /** With caps. */
    static final String GATED_WATCHER = "gated-cart-watcher";

    static final Identifier USER = id("user_id:42");
    static final Identifier CRM = id("crm_id:7");
    static final Identifier EMAIL = id("email:ana@x.com");
    static final Identifier PHONE = id("anonymous_id:phone");
    static final String CUSTOMER = USER.customerId();
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
        save(folder, ASSIGNER, assignerInTheMiddle());
        save(folder, RESOLVER, resolverInTheMiddle());
        save(folder, KEEPER, keeperInTheMiddle());
        save(folder, FOLDER_STATE, folderInTheMiddle());
        save(folder, WATCHER, watcherInTheMiddle());
        save(folder, GATED_WATCHER, gatedWatcherInTheMiddle());
    }

    /** User 42 has logged in on the phone; user 43 is about to, and then somebody opens a page. */
    private static OperatorSubtaskState assignerInTheMiddle() throws Exception {
        try (KeyedHarness<CustomerEvent, FragmentMessage> harness = assigner(null)) {
            for (int i = 1; i <= 3; i++) {
                harness.process(track("m" + i, "Page Opened", minute(i)).event(), minute(i));
            }
            harness.process(
                    identify("login", minute(4))
                            .alsoDevice("phone")
                            .also("email:ana@x.com")
                            .event(),
                    0);
            harness.watermark(minute(5));
            harness.process(
                    track("w1", "Page Opened", minute(16)).device("phone").event(), 0);
            harness.process(
                    identify("login2", minute(15))
                            .user("43")
                            .alsoDevice("phone")
                            .event(),
                    0);
            return harness.snapshot();
        }
    }

    /** The phone and the e-mail are the CRM customer's; that this is user 42 and has a tablet is about to be known. */
    private static OperatorSubtaskState resolverInTheMiddle() throws Exception {
        try (KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> harness = resolver(null)) {
            harness.processFirst(sighting("s1", minute(1), PHONE, "email:ana@x.com"), 0);
            harness.processFirst(sighting("s2", minute(2), null, "crm_id:7", "email:ana@x.com"), 0);
            harness.watermark(minute(3));
            harness.processFirst(sighting("s4", minute(5), id("anonymous_id:tablet"), "email:ana@x.com"), 0);
            harness.processFirst(sighting("s3", minute(5), null, "user_id:42", "crm_id:7"), 0);
            return harness.snapshot();
        }
    }

    /** The e-mail has become the CRM customer's and is about to become user 42's. */
    private static OperatorSubtaskState keeperInTheMiddle() throws Exception {
        try (KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> harness = LedgerMoves.keeper(null)) {
            for (TestEvent event : List.of(
                    added("m1", "p1", minute(1)).by("email:ana@x.com"),
                    ordered("m2", "o1", minute(2)).by("email:ana@x.com", "anonymous_id:phone"),
                    added("m3", "p3", minute(9)).by("email:ana@x.com", "anonymous_id:tablet"))) {
                harness.process(new FragmentEvent(FragmentId.of(EMAIL), Long.MAX_VALUE, event.event()), 0);
            }
            harness.process(new Relabelling(EMAIL, CRM, minute(3), order("s1", minute(3)), true), 0);
            harness.watermark(minute(4));
            harness.process(new Relabelling(EMAIL, USER, minute(5), order("s2", minute(5)), true), 0);
            return harness.snapshot();
        }
    }

    /** Of the customer's own fragment something is pending; the e-mail has come; the phone is about to; a segment ends. */
    private static OperatorSubtaskState folderInTheMiddle() throws Exception {
        try (FolderHarness harness = profileFolder(null);
                LedgerMoves moves = new LedgerMoves()) {
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
                harness.process(message(CUSTOMER, event.event()), 0);
            }
            moves.event(ordered("e1", "o1", minute(1)).by("email:ana@x.com").event());
            moves.event(
                    track("e2", "Page Opened", minute(2)).by("email:ana@x.com").event());
            send(moves.move(EMAIL, USER, order("s1", minute(6)), true), harness);
            harness.watermark(minute(6));
            moves.event(track("d1", "Page Opened", minute(7)).device("phone").event());
            send(moves.move(PHONE, USER, order("s2", minute(20)), true), harness);
            send(
                    moves.event(
                            PHONE, added("d2", "p2", minute(21)).device("phone").event()),
                    harness);
            return harness.snapshot();
        }
    }

    private static OperatorSubtaskState watcherInTheMiddle() throws Exception {
        try (WatcherHarness harness = watcher(null)) {
            see(harness, added("m1", "p1", minute(0)), List.of(new Consent.Statement(minute(-9), false)));
            see(harness, added("m2", "p2", minute(1)), List.of(new Consent.Statement(minute(0), true)));
            harness.watermark(minute(2));
            see(harness, added("m3", "p3", minute(90)), List.of());
            return harness.snapshot();
        }
    }

    /** The customer was told of one cart, of another one that has come to it somebody else. */
    private static OperatorSubtaskState gatedWatcherInTheMiddle() throws Exception {
        try (WatcherHarness harness = gatedWatcher(null)) {
            TestEvent first = added("m1", "p1", minute(0));
            see(harness, first, List.of());
            harness.watermark(minute(399));
            List<CartEntry> union = Stream.of(first, added("m2", "p2", minute(200)))
                    .map(event -> CartEntry.of(event.event()))
                    .toList();
            harness.process(
                    new CartChange.Restart(
                            CUSTOMER,
                            minute(400),
                            true,
                            union,
                            Set.of(),
                            false,
                            List.of(),
                            Said.nothing(),
                            Said.noSegments()),
                    0);
            see(harness, added("m3", "p3", minute(410)), List.of());
            return harness.snapshot();
        }
    }

    private static void save(Path folder, String operator, OperatorSubtaskState state) throws IOException {
        OperatorSnapshotUtil.writeStateHandle(state, folder.resolve(operator).toString());
    }

    static OperatorSubtaskState read(Path folder, String operator) throws Exception {
        return OperatorSnapshotUtil.readStateHandle(folder.resolve(operator).toString());
    }

    static EventOrder order(String messageId, long at) {
        return new EventOrder(at, EventKind.IDENTITY, messageId, 0);
    }

    /** @param device of a first login, or null */
    static Sighting sighting(String messageId, long at, Identifier device, String... persons) {
        return new Sighting(at, order(messageId, at), ids(persons), device);
    }

    /** What of the messages is the customer's. */
    static void send(List<CustomerMessage> messages, FolderHarness harness) throws Exception {
        for (CustomerMessage message : messages) {
            if (message.customerId().equals(CUSTOMER)) {
                harness.process(message, 0);
            }
        }
    }

    static void see(WatcherHarness harness, TestEvent event, List<Consent.Statement> consent) throws Exception {
        harness.process(
                new CartChange.Operation(
                        CUSTOMER, CartEntry.of(event.event()), null, Said.onMarketing(consent), Said.noSegments()),
                0);
    }

    static KeyedHarness<CustomerEvent, FragmentMessage> assigner(OperatorSubtaskState state) throws Exception {
        return new KeyedHarness<>(
                new FragmentAssigner(),
                event -> event.firstIdentityKey().customerId(),
                WireType.FRAGMENT_MESSAGE,
                state);
    }

    static KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> resolver(OperatorSubtaskState state)
            throws Exception {
        return new KeyedCoHarness<>(
                new PersonResolver(ResolutionRules.defaults()),
                sighting -> "",
                command -> "",
                WireType.FRAGMENT_MESSAGE,
                state);
    }

    static FolderHarness profileFolder(OperatorSubtaskState state) throws Exception {
        return new FolderHarness(
                PUBLISH_EVERY,
                FolderHarness.published(
                        """
                segments:
                - {name: new_buyer, when: days_since(orders.last_at) <= 1}
                """),
                state);
    }

    static WatcherHarness gatedWatcher(OperatorSubtaskState state) throws Exception {
        return new WatcherHarness(
                TestTriggers.heldBackBy(
                        "{caps: [{most: 3, within: 30d}]}",
                        TestTriggers.trigger("abandoned_cart", "size(cart.items) > 0", "1h", "24h", "")),
                state);
    }

    static WatcherHarness watcher(OperatorSubtaskState state) throws Exception {
        return new WatcherHarness(TestTriggers.abandonedCart(), state);
    }
}
