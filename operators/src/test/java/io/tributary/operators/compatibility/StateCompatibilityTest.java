package io.tributary.operators.compatibility;

import static io.tributary.operators.compatibility.StateFixtures.CUSTOMER;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.KeyedHarness;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        try (KeyedHarness<CustomerEvent, CustomerEvent> harness =
                StateFixtures.deduplicator(StateFixtures.read(version, StateFixtures.DEDUPLICATOR))) {
            for (int i = 1; i <= 4; i++) {
                harness.process(track("m" + i, "Page Opened", minute(i)).event(), minute(i));
            }

            assertThat(harness.drain()).extracting(CustomerEvent::messageId).containsExactly("m4");
            assertThat(harness.eventTimeTimers()).isEqualTo(1);
            harness.watermark(minute(5 + 24 * 60));
            assertThat(harness.entries()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void foldsOnFromTheProfileAsItWas(Path version) throws Exception {
        try (KeyedHarness<CustomerMessage, OutboundRecord> harness =
                StateFixtures.profileFolder(StateFixtures.read(version, StateFixtures.FOLDER_STATE))) {
            harness.processingTime(StateFixtures.PROCESSING_TIME + StateFixtures.PUBLISH_EVERY);
            assertThat(harness.drain(ProfileFolder.PROFILES))
                    .as("the pending publication")
                    .extracting(OutboundRecord::version)
                    .containsExactly(5L);
            see(harness, ordered("m6", "o1", minute(6)).event());
            see(harness, added("m7", "p1", minute(7)).event());
            harness.processingTime(StateFixtures.PROCESSING_TIME + 2 * StateFixtures.PUBLISH_EVERY);

            assertThat(harness.drain(ProfileFolder.CART_CHANGES))
                    .as("what was said first, also if the same was said again")
                    .extracting(change -> change.consent().get(0))
                    .containsExactly(new Consent.Statement(minute(1), true));
            List<OutboundRecord> profiles = harness.drain(ProfileFolder.PROFILES);
            JsonNode profile = MAPPER.readTree(profiles.get(profiles.size() - 1).value());
            assertThat(profile.path("version").asLong()).isEqualTo(7);
            assertThat(profile.path("first_seen").asText()).isEqualTo("2026-01-01T00:01:00.000Z");
            assertThat(profile.path("identifiers"))
                    .isEqualTo(MAPPER.readTree("{\"anonymous_id\":[\"a-1\"],\"user_id\":[\"42\"]}"));
            assertThat(profile.path("traits")).isEqualTo(MAPPER.readTree("{\"city\":\"Łódź\",\"country\":\"PL\"}"));
            assertThat(profile.path("consent")).isEqualTo(MAPPER.readTree("{\"analytics\":false,\"marketing\":true}"));
            assertThat(profile.path("events"))
                    .isEqualTo(MAPPER.readTree("{\"count\":7,\"by_name\":{\"Order Completed\":3,\"Order Refunded\":1,"
                            + "\"Product Added\":2,\"identify\":1}}"));
            assertThat(profile.path("orders"))
                    .as("o1 is known")
                    .isEqualTo(MAPPER.readTree("{\"count\":2,\"revenue\":{\"EUR\":\"25.50\",\"USD\":\"25.50\"},"
                            + "\"refunds\":{\"USD\":\"1.25\"},\"first_at\":\"2026-01-01T00:02:00.000Z\","
                            + "\"last_at\":\"2026-01-01T00:03:00.000Z\"}"));
            assertThat(profile.at("/cart/items/0"))
                    .isEqualTo(MAPPER.readTree(
                            "{\"product_id\":\"p1\",\"quantity\":3,\"price\":\"10.00\",\"name\":\"Shoe\"}"));
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void firesForTheCartsThatWereOpenAndWaiting(Path version) throws Exception {
        try (KeyedHarness<CartChange, OutboundRecord> harness =
                StateFixtures.watcher(StateFixtures.read(version, StateFixtures.WATCHER))) {
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

    private static void see(KeyedHarness<CustomerMessage, OutboundRecord> harness, CustomerEvent event)
            throws Exception {
        harness.process(new CustomerMessage(CUSTOMER, event), event.timestamp());
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
