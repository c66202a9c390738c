package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.at;
import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.identity.People.ids;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.KeyedCoHarness;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PersonResolverTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long LAST = 1_000_000;

    private KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> harness;

    @BeforeEach
    void start() throws Exception {
        start(ResolutionRules.defaults(), null);
    }

    @AfterEach
    void letsNothingWaitForEver() throws Exception {
        harness.watermark(LAST);
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.keysIn("waiting")).isZero();
        assertThat(harness.keysIn("waiting-by-instant")).isZero();
        harness.close();
    }

    @Test
    void relabelsWhatIsLinkedBehindTheWatermark() throws Exception {
        together(10, "crm_id:7", "email:ana@x.com");
        together(20, "user_id:42", "email:ana@x.com");
        harness.watermark(9);
        assertThat(relabelled()).isEmpty();
        harness.watermark(10);
        assertThat(harness.drain())
                .containsExactly(new Relabelling(id("email:ana@x.com"), id("crm_id:7"), 10, at(10, "m10"), true));
        harness.watermark(20);

        assertThat(relabelled())
                .containsExactlyInAnyOrder("20 crm_id:7 → user_id:42", "20 email:ana@x.com → user_id:42");
        assertThat(harness.entries())
                .as("a place per person, and what hangs together")
                .isEqualTo(4);
    }

    @Test
    void saysTheSameWhateverTheOrderOfArrival() throws Exception {
        List<Sighting> sightings = List.of(
                shownBy("a", 1, "crm_id:7", "email:ana@x.com"),
                login(2, "anonymous_id:phone", "email:ana@x.com"),
                shown(3, "user_id:42", "email:ana@x.com"),
                shown(3, "user_id:43", "email:bob@x.com"),
                shownBy("b", 3, "user_id:43", "email:ana@x.com"),
                login(4, "anonymous_id:tablet", "email:bob@x.com"),
                shown(5, "crm_id:8", "email:bob@x.com"),
                shown(6, "crm_id:9", "email:bob@x.com", "phone:+48601123456"),
                shown(7, "crm_id:10", "email:bob@x.com"),
                shown(8, "crm_id:11", "email:bob@x.com"),
                login(9, "anonymous_id:laptop", "crm_id:11"));
        send(harness, sightings);
        harness.watermark(9);
        List<FragmentMessage> straight = harness.drain();
        List<String> changes = changes(harness);
        assertThat(straight).hasSizeGreaterThan(10);
        assertThat(changes).hasSize(2);
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            long bound = random.nextInt(10);
            List<Sighting> arriving =
                    TestStreams.arriving(sightings, sighting -> sighting.knownAt() + random.nextLong(bound + 1));
            try (KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> other =
                    started(ResolutionRules.defaults(), null)) {
                long newest = 0;
                for (Sighting sighting : arriving) {
                    send(other, List.of(sighting));
                    newest = Math.max(newest, sighting.knownAt());
                    other.watermark(newest - bound - 1);
                }
                other.watermark(newest);

                assertThat(other.drain()).as("seed %d", seed).isEqualTo(straight);
                assertThat(changes(other)).as("seed %d", seed).isEqualTo(changes);
            }
        }
    }

    @Test
    void takesOfOneEventThePersonsBeforeTheLogin() throws Exception {
        send(login(10, "anonymous_id:phone", "crm_id:7"));
        together(10, "user_id:42", "crm_id:7");
        harness.watermark(10);

        assertThat(relabelled()).containsExactly("10 crm_id:7 → user_id:42", "10 anonymous_id:phone → user_id:42");
    }

    @Test
    void movesTheDevicesWithThePersonWhomTheyFollow() throws Exception {
        send(login(1, "anonymous_id:phone", "email:ana@x.com"));
        send(login(2, "anonymous_id:tablet", "email:ana@x.com"));
        send(login(3, "anonymous_id:other", "email:bob@x.com"));
        harness.watermark(3);
        assertThat(relabelled())
                .containsExactly(
                        "1 anonymous_id:phone → email:ana@x.com",
                        "2 anonymous_id:tablet → email:ana@x.com",
                        "3 anonymous_id:other → email:bob@x.com");
        together(4, "loyalty_card:5", "email:ana@x.com");
        together(5, "crm_id:7", "loyalty_card:5");
        together(6, "user_id:42", "crm_id:7");
        harness.watermark(6);

        List<String> moved = relabelled();
        for (int step = 4; step <= 6; step++) {
            String to = List.of("loyalty_card:5", "crm_id:7", "user_id:42").get(step - 4);
            assertThat(moved)
                    .as("after a chain of moves, too")
                    .contains(
                            step + " email:ana@x.com → " + to,
                            step + " anonymous_id:phone → " + to,
                            step + " anonymous_id:tablet → " + to)
                    .doesNotContain(step + " anonymous_id:other → " + to);
        }
        send(login(7, "anonymous_id:laptop", "email:ana@x.com"));
        harness.watermark(7);
        harness.drain();
        assertThat(harness.entries())
                .as("4 persons, 1 component, 4 devices that follow, 2 persons who are followed")
                .isEqualTo(11);
    }

    @Test
    void followsAlsoWhoNeverChangesTheCustomer() throws Exception {
        send(login(1, "anonymous_id:phone", "user_id:42"));
        harness.watermark(1);

        assertThat(harness.drain())
                .containsExactly(new Relabelling(id("anonymous_id:phone"), id("user_id:42"), 1, at(1, "m1"), true));
        assertThat(harness.entries()).as("an erasure has to find the device").isEqualTo(2);
    }

    @Test
    void followsUserIdsWhereACustomerMayHaveSeveral() throws Exception {
        harness.close();
        start(ResolutionRules.defaults().withLimit(Namespace.USER_ID, 2), null);
        String weaker = id("user_id:1").compareTo(id("user_id:2")) > 0 ? "user_id:1" : "user_id:2";
        String stronger = weaker.equals("user_id:1") ? "user_id:2" : "user_id:1";
        send(login(1, "anonymous_id:phone", weaker));
        together(2, "user_id:1", "user_id:2");
        harness.watermark(2);

        assertThat(relabelled())
                .containsExactly(
                        "1 anonymous_id:phone → " + weaker,
                        "2 " + weaker + " → " + stronger,
                        "2 anonymous_id:phone → " + stronger);
    }

    @Test
    void lateFirstLoginsTakeTheDeviceAwayFromWhoeverHadIt() throws Exception {
        List<String> devices = List.of("anonymous_id:a", "anonymous_id:b", "anonymous_id:c", "anonymous_id:d");
        for (int i = 0; i < devices.size(); i++) {
            send(login(10 + i, devices.get(i), "email:ana@x.com"));
        }
        harness.watermark(19);
        harness.drain();
        send(lateLogin(5, "anonymous_id:b", "email:bob@x.com", 20));
        send(lateLogin(5, "anonymous_id:d", "user_id:42", 21));
        harness.watermark(21);
        assertThat(harness.drain())
                .as("others may belong to the customer that they leave")
                .containsExactly(
                        new Relabelling(id("anonymous_id:b"), id("email:bob@x.com"), 20, at(5, "m5"), false),
                        new Relabelling(id("anonymous_id:d"), id("user_id:42"), 21, at(5, "m5"), false));
        together(30, "crm_id:7", "email:ana@x.com");
        together(31, "crm_id:8", "email:bob@x.com");
        send(lateLogin(4, "anonymous_id:a", "email:bob@x.com", 32));
        send(lateLogin(4, "anonymous_id:c", "email:bob@x.com", 33));
        together(34, "loyalty_card:1", "email:ana@x.com");
        together(35, "user_id:99", "email:bob@x.com");
        harness.watermark(35);

        assertThat(relabelled())
                .containsSubsequence(
                        "30 email:ana@x.com → crm_id:7",
                        "30 anonymous_id:c → crm_id:7",
                        "30 anonymous_id:a → crm_id:7",
                        "31 email:bob@x.com → crm_id:8",
                        "31 anonymous_id:b → crm_id:8",
                        "32 anonymous_id:a → crm_id:8",
                        "33 anonymous_id:c → crm_id:8",
                        "34 loyalty_card:1 → crm_id:7")
                .contains(
                        "35 anonymous_id:a → user_id:99",
                        "35 anonymous_id:b → user_id:99",
                        "35 anonymous_id:c → user_id:99")
                .doesNotContain("30 anonymous_id:d → crm_id:7", "30 anonymous_id:b → crm_id:7");
    }

    @Test
    void publishesAConflictAtTheCustomerOfTheStrongerEnd() throws Exception {
        together(1, "user_id:42", "email:ana@x.com");
        together(2, "user_id:43", "email:ana@x.com");
        together(3, "user_id:43", "email:ana@x.com");
        harness.watermark(3);

        assertThat(relabelled()).containsExactly("1 email:ana@x.com → user_id:42");
        List<OutboundRecord> published = harness.drain(PersonResolver.CHANGES);
        assertThat(published).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo("cdp.identity-changes.v1");
            assertThat(record.key()).isEqualTo(id("user_id:43").customerId());
            assertThat(record.timestamp()).isEqualTo(2);
            assertThat(MAPPER.readTree(record.value()))
                    .isEqualTo(MAPPER.readTree("{\"at\":\"1970-01-01T00:00:00.002Z\",\"change\":\"conflict\","
                            + "\"customer_id\":\"" + record.key() + "\",\"identifiers\":{\"email\":[\"ana@x.com\"],"
                            + "\"user_id\":[\"43\"]},\"because\":\"m2\"}"));
        });
    }

    @Test
    void publishesAQuarantineAndTakesApartWhatHungTogetherByTheValue() throws Exception {
        send(login(1, "anonymous_id:phone", "email:family@x.com"));
        for (int i = 1; i <= 4; i++) {
            together(1 + i, "user_id:" + i, "email:family@x.com");
        }
        harness.watermark(5);

        assertThat(harness.drain())
                .as("nobody has left: user 1 goes on without the value")
                .endsWith(
                        new Relabelling(id("email:family@x.com"), id("email:family@x.com"), 5, at(5, "m5"), false),
                        new Relabelling(id("anonymous_id:phone"), id("email:family@x.com"), 5, at(5, "m5"), false));
        assertThat(changes(harness))
                .as("two user ids were refused before")
                .containsExactly(
                        "conflict " + id("user_id:2").customerId()
                                + " {\"email\":[\"family@x.com\"],\"user_id\":[\"2\"]} m3",
                        "conflict " + id("user_id:3").customerId()
                                + " {\"email\":[\"family@x.com\"],\"user_id\":[\"3\"]} m4",
                        "quarantined " + id("email:family@x.com").customerId() + " {\"email\":[\"family@x.com\"]} m5");
        together(6, "user_id:5", "email:family@x.com");
        harness.watermark(6);
        assertThat(relabelled()).isEmpty();
        assertThat(changes(harness)).isEmpty();
    }

    @Test
    void publishesOnceThatAComponentIsFull() throws Exception {
        harness.close();
        start(ResolutionRules.defaults().withMaxComponent(2), null);
        together(1, "crm_id:7", "email:a@x.com");
        together(2, "crm_id:7", "email:b@x.com");
        together(3, "crm_id:7", "email:c@x.com");
        together(4, "crm_id:7", "email:d@x.com");
        harness.watermark(4);

        assertThat(relabelled()).containsExactly("1 email:a@x.com → crm_id:7", "2 email:b@x.com → crm_id:7");
        assertThat(changes(harness))
                .containsExactly("component_full " + id("crm_id:7").customerId()
                        + " {\"crm_id\":[\"7\"],\"email\":[\"c@x.com\"]} m3");
    }

    @Test
    void takesAThousandSightingsOfOneInstantInInTheirOrder() throws Exception {
        List<Sighting> instant = new ArrayList<>();
        IntStream.range(0, 1_000)
                .forEach(i -> instant.add(shownBy("m%03d".formatted(i), 5, "crm_id:" + i, "email:e" + i + "@x.com")));
        Collections.shuffle(instant, new Random(1));
        send(harness, instant);
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        assertThat(harness.entries())
                .as("each with a place of its own, their number, the timer")
                .isEqualTo(1_002);
        harness.watermark(5);

        assertThat(harness.drain())
                .hasSize(1_000)
                .extracting(Relabelling.class::cast)
                .extracting(relabelling -> relabelling.because().messageId())
                .isSorted();
        assertThat(harness.entries()).as("of each two persons and a component").isEqualTo(3_000);
    }

    @Test
    void saysTheSameWhenItIsRestoredAfterEverySighting() throws Exception {
        List<Sighting> sightings = List.of(
                login(2, "anonymous_id:phone", "email:ana@x.com"),
                shownBy("z", 1, "crm_id:7", "email:ana@x.com"),
                shown(4, "user_id:42", "crm_id:7"),
                shown(4, "user_id:43", "email:ana@x.com"),
                login(3, "anonymous_id:tablet", "crm_id:7"),
                shown(6, "crm_id:8", "email:ana@x.com"),
                shown(5, "crm_id:9", "email:ana@x.com"),
                login(9, "anonymous_id:laptop", "email:ana@x.com"),
                lateLogin(1, "anonymous_id:tablet", "email:bob@x.com", 8),
                shown(9, "crm_id:8", "email:bob@x.com"));
        List<String> straight = run(sightings, false);
        harness.close();
        start();

        assertThat(run(sightings, true)).isEqualTo(straight).hasSizeGreaterThan(10);
    }

    private List<String> run(List<Sighting> sightings, boolean restoring) throws Exception {
        List<String> outputs = new ArrayList<>();
        long newest = 0;
        for (Sighting sighting : sightings) {
            send(sighting);
            newest = Math.max(newest, sighting.knownAt());
            harness.watermark(newest - 2);
            outputs.addAll(relabelled());
            outputs.addAll(changes(harness));
            if (restoring) {
                OperatorSubtaskState state = harness.snapshot();
                harness.close();
                start(ResolutionRules.defaults(), state);
            }
        }
        harness.watermark(newest);
        outputs.addAll(relabelled());
        outputs.addAll(changes(harness));
        return outputs;
    }

    private void start(ResolutionRules rules, OperatorSubtaskState restored) throws Exception {
        harness = started(rules, restored);
    }

    private static KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> started(
            ResolutionRules rules, OperatorSubtaskState restored) throws Exception {
        return new KeyedCoHarness<>(
                new PersonResolver(rules), sighting -> "", command -> "", WireType.FRAGMENT_MESSAGE, restored);
    }

    /** Persons whom one event shows. */
    private static Sighting shown(long instant, String... persons) {
        return shownBy("m" + instant, instant, persons);
    }

    private static Sighting shownBy(String messageId, long instant, String... persons) {
        return Sighting.together(instant, at(instant, messageId), ids(persons));
    }

    private static Sighting login(long instant, String device, String person) {
        return lateLogin(instant, device, person, instant);
    }

    private static Sighting lateLogin(long instant, String device, String person, long knownAt) {
        return Sighting.firstLogin(knownAt, at(instant, "m" + instant), id(device), id(person));
    }

    private void together(long instant, String... persons) throws Exception {
        send(shown(instant, persons));
    }

    private void send(Sighting sighting) throws Exception {
        send(harness, List.of(sighting));
    }

    private static void send(
            KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> harness, List<Sighting> sightings)
            throws Exception {
        for (Sighting sighting : sightings) {
            harness.processFirst(sighting, sighting.knownAt());
        }
    }

    /** Per relabelling its instant, the fragment and the customer. */
    private List<String> relabelled() {
        return harness.drain().stream()
                .map(Relabelling.class::cast)
                .map(relabelling -> relabelling.knownAt() + " "
                        + relabelling.fragment().qualified() + " → "
                        + (relabelling.isErasure()
                                ? "nobody"
                                : relabelling.canonical().qualified()))
                .toList();
    }

    /** Per change what it is, at which customer, its identifiers and its cause. */
    private static List<String> changes(KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> harness)
            throws IOException {
        List<String> changes = new ArrayList<>();
        for (OutboundRecord record : harness.drain(PersonResolver.CHANGES)) {
            JsonNode json = MAPPER.readTree(record.value());
            changes.add(json.path("change").asText() + " "
                    + json.path("customer_id").asText() + " " + json.path("identifiers") + " "
                    + json.path("because").asText());
        }
        return changes;
    }
}
