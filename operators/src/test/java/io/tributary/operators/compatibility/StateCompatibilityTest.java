package io.tributary.operators.compatibility;

import static io.tributary.operators.compatibility.StateFixtures.CUSTOMER;
import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.identity.People.ids;
import static io.tributary.operators.testing.Messages.message;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.identity.FragmentAssigner;
import io.tributary.operators.identity.FragmentEvent;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.PersonResolver;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.identity.Sighting;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.KeyedBroadcastHarness;
import io.tributary.operators.testing.KeyedCoHarness;
import io.tributary.operators.testing.KeyedHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every released form of state is taken up by this release, which goes on as if nothing had happened.
 *
 * <p>A failure here means that an upgrade would lose what customers' profiles and open triggers are made of.
 */
class StateCompatibilityTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** With {@code -Dtributary.writeState=state-v2} the fixture of a new version is written first. */
    @BeforeAll
    static void writeFixtureOfANewVersion() throws Exception {
        String version = System.getProperty("tributary.writeState");
        if (version != null) {
            StateFixtures.write(version);
        }
    }

    static List<Path> versions() throws IOException {
        try (Stream<Path> folders = Files.list(StateFixtures.folder())) {
            return folders.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void stillKnowsTheMessagesThatItHasSeen(Path version) throws Exception {
        try (KeyedHarness<CustomerEvent, FragmentMessage> harness =
                StateFixtures.assigner(StateFixtures.read(version, StateFixtures.ASSIGNER))) {
            for (int i = 1; i <= 4; i++) {
                harness.process(track("m" + i, "Page Opened", minute(i)).event(), minute(i));
            }

            assertThat(harness.drain())
                    .extracting(FragmentEvent.class::cast)
                    .extracting(passed -> passed.event().messageId())
                    .containsExactly("m4");
            assertThat(harness.eventTimeTimers())
                    .as("two of what waits, one per key to forget")
                    .isEqualTo(4);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void stillKnowsWhoseTheDeviceWasAndWhatWaits(Path version) throws Exception {
        try (KeyedHarness<CustomerEvent, FragmentMessage> harness =
                StateFixtures.assigner(StateFixtures.read(version, StateFixtures.ASSIGNER))) {
            harness.process(
                    track("again", "Page Opened", minute(12))
                            .alsoDevice("phone")
                            .also("email:ana@x.com")
                            .event(),
                    0);
            harness.process(
                    track("w0", "Page Opened", minute(14)).device("phone").event(), 0);
            harness.drain();
            harness.watermark(minute(16));

            assertThat(harness.drain())
                    .extracting(FragmentEvent.class::cast)
                    .extracting(passed -> passed.event().messageId() + " "
                            + passed.fragmentId().customerId())
                    .containsExactly(
                            "w0 " + id("user_id:42").customerId(),
                            "w1 " + id("user_id:43").customerId());
            assertThat(harness.drain(FragmentAssigner.SIGHTINGS))
                    .as("they were shown together before, and the first login is known")
                    .isEmpty();
            harness.watermark(minute(17 + 24 * 60));
            assertThat(harness.entries()).as("whose the phone is").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void resolvesOnFromTheLinksAndFollowersAsTheyWere(Path version) throws Exception {
        try (KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> harness =
                StateFixtures.resolver(StateFixtures.read(version, StateFixtures.RESOLVER))) {
            harness.watermark(minute(5));

            assertThat(harness.drain())
                    .extracting(Relabelling.class::cast)
                    .extracting(relabelling -> relabelling.because().messageId() + " "
                            + relabelling.fragment().qualified() + " "
                            + relabelling.canonical().qualified())
                    .containsExactlyInAnyOrder(
                            "s3 crm_id:7 user_id:42",
                            "s3 email:ana@x.com user_id:42",
                            "s3 anonymous_id:phone user_id:42",
                            "s4 anonymous_id:tablet user_id:42");
            for (int i = 2; i <= 4; i++) {
                harness.processFirst(
                        StateFixtures.sighting("q" + i, minute(5 + i), null, "crm_id:" + i, "email:ana@x.com"), 0);
            }
            harness.watermark(minute(10));
            assertThat(harness.drain(PersonResolver.CHANGES))
                    .as("crm_id:7 was the first of its four anchors")
                    .extracting(change ->
                            MAPPER.readTree(change.value()).path("change").asText())
                    .containsExactly("quarantined");
            assertThat(harness.eventTimeTimers()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void movesALedgerOnAsItWas(Path version) throws Exception {
        try (KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> harness =
                        LedgerMoves.keeper(StateFixtures.read(version, StateFixtures.KEEPER));
                FolderHarness folder = StateFixtures.profileFolder(null)) {
            folder.processingTime(StateFixtures.PROCESSING_TIME);
            harness.watermark(minute(5));
            List<CustomerMessage> moved = harness.drain();
            assertThat(moved)
                    .extracting(CustomerMessage::customerId)
                    .containsExactly(StateFixtures.CRM.customerId(), StateFixtures.CUSTOMER);
            assertThat(((CustomerMessage.Retract) moved.get(0)).newDevices())
                    .as("m3 is still to come")
                    .isEqualTo(Set.copyOf(ids("anonymous_id:tablet")));
            StateFixtures.send(moved, folder);
            folder.watermark(minute(5));

            JsonNode profile =
                    MAPPER.readTree(folder.drain(ProfileFolder.PROFILES).get(0).value());
            assertThat(profile.path("events"))
                    .isEqualTo(
                            MAPPER.readTree("{\"count\":3,\"by_name\":{\"Order Completed\":1,\"Product Added\":2}}"));
            assertThat(profile.at("/orders/revenue/USD").asText()).isEqualTo("25.50");
            assertThat(profile.path("identifiers"))
                    .isEqualTo(
                            MAPPER.readTree(
                                    "{\"anonymous_id\":[\"phone\",\"tablet\"],\"email\":[\"ana@x.com\"],\"user_id\":[\"42\"]}"));
            List<String> former = new ArrayList<>();
            profile.path("merged_from").forEach(id -> former.add(id.asText()));
            assertThat(former)
                    .containsExactlyInAnyOrder(StateFixtures.EMAIL.customerId(), StateFixtures.CRM.customerId());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void foldsOnFromTheProfileAsItWas(Path version) throws Exception {
        try (FolderHarness harness =
                StateFixtures.profileFolder(StateFixtures.read(version, StateFixtures.FOLDER_STATE))) {
            harness.processingTime(StateFixtures.PROCESSING_TIME + StateFixtures.PUBLISH_EVERY);
            assertThat(harness.drain(ProfileFolder.PROFILES))
                    .as("the pending publication")
                    .extracting(OutboundRecord::version)
                    .containsExactly(6L);
            see(harness, ordered("m6", "o1", minute(6)).event());
            see(harness, added("m7", "p1", minute(7)).event());
            harness.processingTime(StateFixtures.PROCESSING_TIME + 2 * StateFixtures.PUBLISH_EVERY);

            assertThat(harness.drain(ProfileFolder.CART_CHANGES))
                    .as("the last that was said of what the watermark has passed")
                    .extracting(change -> change.consent().get("marketing").get(0))
                    .containsExactly(new Consent.Statement(minute(2), true));
            JsonNode profile = lastProfile(harness);
            assertThat(profile.path("version").asLong()).isEqualTo(8);
            assertThat(profile.path("first_seen").asText()).isEqualTo("2026-01-01T00:01:00.000Z");
            assertThat(profile.path("identifiers"))
                    .isEqualTo(MAPPER.readTree(
                            "{\"anonymous_id\":[\"a-1\"],\"email\":[\"ana@x.com\"],\"user_id\":[\"42\"]}"));
            assertThat(profile.path("traits")).isEqualTo(MAPPER.readTree("{\"city\":\"Łódź\",\"country\":\"PL\"}"));
            assertThat(profile.path("consent")).isEqualTo(MAPPER.readTree("{\"analytics\":false,\"marketing\":true}"));
            assertThat(profile.path("events"))
                    .isEqualTo(MAPPER.readTree("{\"count\":9,\"by_name\":{\"Order Completed\":4,\"Order Refunded\":1,"
                            + "\"Page Opened\":1,\"Product Added\":2,\"identify\":1}}"));
            assertThat(profile.path("orders"))
                    .as("o1 is known")
                    .isEqualTo(MAPPER.readTree("{\"count\":2,\"revenue\":{\"EUR\":\"25.50\",\"USD\":\"25.50\"},"
                            + "\"refunds\":{\"USD\":\"1.25\"},\"first_at\":\"2026-01-01T00:01:00.000Z\","
                            + "\"last_at\":\"2026-01-01T00:03:00.000Z\"}"));
            assertThat(profile.at("/cart/items/0"))
                    .isEqualTo(MAPPER.readTree(
                            "{\"product_id\":\"p1\",\"quantity\":3,\"price\":\"10.00\",\"name\":\"Shoe\"}"));
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void leavesTheSegmentThatEnds(Path version) throws Exception {
        try (FolderHarness harness =
                StateFixtures.profileFolder(StateFixtures.read(version, StateFixtures.FOLDER_STATE))) {
            harness.watermark(minute(24 * 60 + 3));
            assertThat(harness.drain(ProfileFolder.SEGMENT_CHANGES)).isEmpty();
            harness.watermark(minute(24 * 60 + 3) + 1);
            assertThat(harness.drain(ProfileFolder.SEGMENT_CHANGES))
                    .extracting(OutboundRecord::timestamp)
                    .containsExactly(minute(24 * 60 + 3) + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void takesInWhatWaitsAndGivesAwayWhatIsThere(Path version) throws Exception {
        try (FolderHarness harness =
                StateFixtures.profileFolder(StateFixtures.read(version, StateFixtures.FOLDER_STATE))) {
            harness.processingTime(StateFixtures.PROCESSING_TIME + StateFixtures.PUBLISH_EVERY);
            assertThat(lastProfile(harness).at("/events/count").asInt()).isEqualTo(7);
            harness.watermark(minute(20));
            assertThat(harness.drain())
                    .as("the event that has waited for the phone's fragment")
                    .hasSize(1);
            harness.process(
                    new CustomerMessage.Retract(
                            StateFixtures.CUSTOMER,
                            StateFixtures.EMAIL,
                            StateFixtures.EMAIL.customerId(),
                            StateFixtures.order("e1", minute(1)),
                            Set.of(),
                            minute(30),
                            StateFixtures.order("s3", minute(30))),
                    0);
            harness.watermark(minute(30));
            harness.processingTime(StateFixtures.PROCESSING_TIME + 2 * StateFixtures.PUBLISH_EVERY);

            JsonNode profile = lastProfile(harness);
            assertThat(profile.path("events"))
                    .isEqualTo(MAPPER.readTree("{\"count\":7,\"by_name\":{\"Order Completed\":2,\"Order Refunded\":1,"
                            + "\"Page Opened\":1,\"Product Added\":2,\"identify\":1}}"));
            assertThat(profile.at("/orders/first_at").asText()).isEqualTo("2026-01-01T00:02:00.000Z");
            assertThat(profile.path("identifiers"))
                    .isEqualTo(MAPPER.readTree("{\"anonymous_id\":[\"a-1\",\"phone\"],\"user_id\":[\"42\"]}"));
            assertThat(profile.at("/cart/items")).hasSize(2);
            assertThat(profile.path("merged_from").get(0).asText()).isEqualTo(StateFixtures.PHONE.customerId());
            assertThat(harness.eventTimeTimers()).as("of the segment that ends").isOne();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void firesForTheCartsThatWereOpenAndWaiting(Path version) throws Exception {
        try (WatcherHarness harness = StateFixtures.watcher(StateFixtures.read(version, StateFixtures.WATCHER))) {
            assertThat(harness.eventTimeTimers()).isEqualTo(1);
            harness.watermark(minute(70));
            assertThat(anchors(harness.drain())).as("the open match").containsExactly("m2 with 2");
            StateFixtures.see(harness, added("m4", "p4", minute(80)), List.of());
            harness.watermark(minute(200));

            assertThat(anchors(harness.drain())).as("what waited").containsExactly("m3 with 4");
            harness.watermark(minute(91 + 30 * 24 * 60));
            assertThat(harness.entries()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void stillKnowsWhatWasToldAndWhatCountsAsTold(Path version) throws Exception {
        try (WatcherHarness harness =
                StateFixtures.gatedWatcher(StateFixtures.read(version, StateFixtures.GATED_WATCHER))) {
            harness.watermark(minute(480));
            assertThat(harness.drain()).as("the third").hasSize(1);
            StateFixtures.see(harness, added("m4", "p4", minute(500)), List.of());
            harness.watermark(minute(600));

            assertThat(harness.drain()).isEmpty();
            assertThat(harness.drain(CartWatcher.SUPPRESSED)).hasSize(1);
            harness.watermark(minute(470 + 30 * 24 * 60));
            assertThat(harness.keysIn("trigger-gate")).isOne();
            harness.watermark(minute(501 + 30 * 24 * 60));
            assertThat(harness.entries()).isZero();
        }
    }

    private static JsonNode lastProfile(FolderHarness harness) throws IOException {
        List<OutboundRecord> profiles = harness.drain(ProfileFolder.PROFILES);
        return MAPPER.readTree(profiles.get(profiles.size() - 1).value());
    }

    private static void see(FolderHarness harness, CustomerEvent event) throws Exception {
        harness.process(message(CUSTOMER, event), event.timestamp());
    }

    private static List<String> anchors(List<OutboundRecord> triggers) throws IOException {
        List<String> anchors = new ArrayList<>();
        for (OutboundRecord trigger : triggers) {
            JsonNode json = MAPPER.readTree(trigger.value());
            anchors.add(json.path("anchor_message_id").asText() + " with "
                    + json.at("/payload/items").size());
        }
        return anchors;
    }
}
