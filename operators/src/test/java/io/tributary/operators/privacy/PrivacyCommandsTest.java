package io.tributary.operators.privacy;

import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.testing.CustomerOperators;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of customers when commands come: the operators of the job behind each other, as in its graph. */
class PrivacyCommandsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Identifier USER = id("user_id:42");
    private static final Identifier CRM = id("crm_id:7");
    private static final Identifier EMAIL = id("email:ana@x.com");
    private static final Identifier PHONE = id("anonymous_id:phone");
    private static final long END = 10_000;

    private CustomerOperators operators;

    /** Per customer the newest profile, null if it is a tombstone. */
    private final Map<String, JsonNode> profiles = new LinkedHashMap<>();

    private final Map<String, JsonNode> aliases = new LinkedHashMap<>();
    private final List<JsonNode> changes = new ArrayList<>();
    private final List<JsonNode> triggers = new ArrayList<>();
    private final List<String> searched = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        operators = new CustomerOperators(PublishedDefinitions.NONE.next(TestTriggers.abandonedCart(), 0), 0);
    }

    @AfterEach
    void letsNothingWaitForEver() throws Exception {
        watermark(minute(END));
        for (var harness :
                List.of(operators.assigner(), operators.resolver(), operators.keeper(), operators.folder())) {
            assertThat(harness.eventTimeTimers()).isZero();
        }
        operators.close();
    }

    // ------------------------------------------------------------------------------------------------------- unmerge

    @Test
    void unmergesAPersonWithWhatItHasDone() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com", "anonymous_id:phone"));
        see(track("m2", "Page Opened", minute(2)).by("crm_id:7", "email:ana@x.com"));
        obey(PrivacyCommand.unmerge("u-1", minute(5), CRM, EMAIL));
        see(track("m6", "Page Opened", minute(6)).device("phone"));
        watermark(minute(4));
        assertThat(events(CRM)).isEqualTo(2);
        watermark(minute(6));

        assertThat(events(CRM)).isEqualTo(1);
        assertThat(events(EMAIL)).as("what the phone does is its owner's").isEqualTo(2);
        assertThat(changes)
                .filteredOn(change -> change.path("change").asText().equals("unmerged"))
                .singleElement()
                .hasToString("{\"at\":\"2026-01-01T00:05:00.000Z\",\"change\":\"unmerged\",\"customer_id\":\""
                        + CRM.customerId()
                        + "\",\"identifiers\":{\"anonymous_id\":[\"phone\"],\"email\":[\"ana@x.com\"]},\"into\":\""
                        + EMAIL.customerId() + "\",\"because\":\"u-1\"}");
        see(track("m7", "Page Opened", minute(7)).by("crm_id:7", "email:ana@x.com"));
        watermark(minute(8));
        assertThat(events(EMAIL)).as("they are never linked again").isEqualTo(2);
    }

    @Test
    void obeysCommandsOfAnInstantInTheOrderOfTheirIds() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com", "anonymous_id:phone"));
        see(track("m2", "Page Opened", minute(2)).by("crm_id:7", "email:ana@x.com"));
        obey(PrivacyCommand.erase("p-2", minute(5), EMAIL));
        obey(PrivacyCommand.unmerge("p-1", minute(5), CRM, EMAIL));
        watermark(minute(5));

        assertThat(events(CRM)).isEqualTo(1);
        assertThat(changes)
                .extracting(change -> change.path("change").asText() + " "
                        + change.path("because").asText())
                .endsWith("unmerged p-1", "created p-1");
        assertThat(aliases.get(EMAIL.customerId()).has("into")).isFalse();
        see(track("m6", "Page Opened", minute(6)).by("email:ana@x.com"));
        watermark(minute(7));
        assertThat(events(EMAIL)).as("it is another one that comes back").isEqualTo(1);
        assertThat(profiles.get(EMAIL.customerId()).path("identifiers").has("anonymous_id"))
                .isFalse();
    }

    @Test
    void obeysACommandThatCameTooLateAtTheNextInstant() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        see(track("m2", "Page Opened", minute(2)).by("crm_id:7", "email:ana@x.com"));
        watermark(minute(5));
        obey(PrivacyCommand.unmerge("u-1", minute(3), CRM, EMAIL));
        watermark(minute(5) + 1);

        assertThat(events(CRM)).isEqualTo(1);
        assertThat(changes)
                .last()
                .satisfies(change -> assertThat(change.path("at").asText()).isEqualTo("2026-01-01T00:05:00.001Z"));
    }

    // -------------------------------------------------------------------------------------------------------- erasure

    @Test
    void erasesEverythingThatACustomerHasDone() throws Exception {
        see(added("m1", "p1", minute(1)).device("phone"));
        see(identify("m2", minute(2)).alsoDevice("phone").also("email:ana@x.com"));
        see(track("m3", "Page Opened", minute(3)).by("email:ana@x.com", "anonymous_id:tablet"));
        watermark(minute(4));
        assertThat(events(USER)).isEqualTo(3);
        obey(PrivacyCommand.erase("e-1", minute(5), EMAIL));
        watermark(minute(4.5));
        assertThat(events(USER)).isEqualTo(3);
        for (var harness : List.of(operators.resolver(), operators.folder())) {
            assertThat(harness.remembers("ana@x.com")).isTrue();
        }
        int before = changes.size();
        watermark(minute(5));

        assertThat(profiles.get(USER.customerId())).isNull();
        assertThat(aliases.get(USER.customerId()))
                .hasToString("{\"at\":\"2026-01-01T00:05:00.000Z\",\"because\":\"e-1\"}");
        assertThat(changes).as("there is no word for it").hasSize(before);
        watermark(minute(END));
        assertThat(triggers).as("the cart went with the customer").isEmpty();
        for (var harness : List.of(
                operators.assigner(),
                operators.resolver(),
                operators.keeper(),
                operators.folder(),
                operators.watcher())) {
            for (String said : List.of("ana@x.com", "phone", "tablet")) {
                assertThat(harness.remembers(said)).as(said).isFalse();
            }
        }
        assertThat(operators.folder().keysIn("profile-hot"))
                .as("their versions")
                .isEqualTo(3);
        assertThat(operators.folder().keysIn("profile-cold")).isZero();
        assertThat(operators.folder().keysIn("membership")).isZero();
        assertThat(operators.folder().keysIn("fragments")).isZero();
        assertThat(operators.keeper().keysIn("fragment-cold")).isZero();
        assertThat(operators.keeper().keysIn("fragment-hot"))
                .as("when that was, of the persons")
                .isEqualTo(2);
        assertThat(operators.resolver().keysIn("components")).isZero();
        assertThat(operators.resolver().keysIn("component-keys")).isZero();
        assertThat(operators.resolver().keysIn("followings")).isZero();
    }

    @Test
    void erasesWhatFiredForTheCustomerAndForWhoIsPartOfIt() throws Exception {
        see(added("m1", "p1", minute(1)).device("phone"));
        watermark(minute(70));
        see(added("m2", "p2", minute(71)).alsoDevice("phone"));
        watermark(minute(140));
        assertThat(searched).containsExactly(PHONE.customerId() + " fired", USER.customerId() + " fired");
        searched.clear();
        see(added("m3", "p3", minute(141)).alsoDevice("phone"));
        obey(PrivacyCommand.erase("e-1", minute(201) + 1, USER));
        watermark(minute(300));

        assertThat(searched)
                .containsExactly(
                        USER.customerId() + " fired", USER.customerId() + " gone", PHONE.customerId() + " gone");
    }

    @Test
    void neverLinksWhoWasErasedAndLetsWhoComesBackBegin() throws Exception {
        see(track("m1", "Page Opened", minute(1)).user("42").also("email:ana@x.com"));
        obey(PrivacyCommand.erase("e-1", minute(5), USER));
        watermark(minute(5));
        see(track("m6", "Page Opened", minute(6)).user("42").also("email:ana@x.com"));
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com"));
        watermark(minute(8));

        assertThat(profiles.get(USER.customerId()).path("identifiers")).hasToString("{\"user_id\":[\"42\"]}");
        assertThat(events(USER)).isEqualTo(1);
        assertThat(events(EMAIL)).isEqualTo(1);
        assertThat(aliases.get(USER.customerId())).as("it is withdrawn").isNull();
    }

    /** A ledger can't tell what came before an erasure from what came behind it: so that waits. */
    @Test
    void takesNothingThatHappenedBehindIt() throws Exception {
        see(track("m1", "Page Opened", minute(1)).user("42"));
        obey(PrivacyCommand.erase("e-1", minute(5), USER));
        obey(PrivacyCommand.erase("e-2", minute(9), id("user_id:43")));
        see(track("m5", "Page Opened", minute(5)).user("42"));
        see(track("m4", "Page Opened", minute(4)).user("42"));
        see(track("n9", "Page Opened", minute(9)).user("43"));
        see(track("n8", "Page Opened", minute(8)).user("43"));
        watermark(minute(7));
        see(track("n7", "Page Opened", minute(7.5)).user("43"));
        watermark(minute(10));

        assertThat(events(USER)).isEqualTo(1);
        assertThat(profiles.get(USER.customerId()).path("first_seen").asText()).startsWith("2026-01-01T00:05");
        assertThat(events(id("user_id:43"))).isEqualTo(1);
    }

    @Test
    void holdsOnForAnErasureThatIsHeardOfLater() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        obey(PrivacyCommand.erase("e-1", minute(5), id("user_id:43")));
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com"));
        obey(PrivacyCommand.erase("e-2", minute(6), EMAIL));
        watermark(minute(7));

        assertThat(events(EMAIL)).isEqualTo(1);
        assertThat(profiles.get(EMAIL.customerId()).path("first_seen").asText()).startsWith("2026-01-01T00:07");
    }

    /** What is held is in its place all the same: before what is known at its instant. */
    @Test
    void movesWhatWasHeldWithTheFirstLoginOfItsInstant() throws Exception {
        obey(PrivacyCommand.erase("e-1", minute(5), id("user_id:43")));
        see(track("m5", "Page Opened", minute(5)).device("phone"));
        see(identify("n5", minute(5)).alsoDevice("phone"));
        watermark(minute(5));

        assertThat(events(USER)).isEqualTo(2);
        assertThat(profiles.get(PHONE.customerId())).isNull();
    }

    /** The folder is behind the keeper: what the keeper sends behind the erasure waits with it. */
    @Test
    void takesNothingThatComesRightBehindIt() throws Exception {
        see(track("m1", "Page Opened", minute(1)).user("42"));
        obey(PrivacyCommand.erase("e-1", minute(5), USER));
        watermarkButNotOfFolder(minute(6));
        see(track("m7", "Page Opened", minute(7)).user("42"));
        watermark(minute(7));

        assertThat(events(USER)).isEqualTo(1);
        assertThat(profiles.get(USER.customerId()).path("first_seen").asText()).startsWith("2026-01-01T00:07");
    }

    @Test
    void leavesADeviceToItselfUntilSomebodyLogsIn() throws Exception {
        see(identify("m1", minute(1)).alsoDevice("phone"));
        see(track("m2", "Page Opened", minute(2)).device("phone"));
        obey(PrivacyCommand.erase("e-1", minute(5), USER));
        see(track("m6", "Page Opened", minute(6)).device("phone"));
        see(identify("m7", minute(7)).alsoDevice("phone"));
        see(track("m8", "Page Opened", minute(8)).device("phone"));
        watermark(minute(9));

        assertThat(events(PHONE)).isEqualTo(1);
        assertThat(events(USER)).isEqualTo(2);
    }

    @Test
    void aDeviceStandsForItsCustomerOnlyWithoutALogin() throws Exception {
        see(track("m1", "Page Opened", minute(1)).device("phone"));
        obey(PrivacyCommand.erase("e-1", minute(5), PHONE));
        see(track("m6", "Page Opened", minute(6)).device("phone"));
        watermark(minute(6));
        assertThat(events(PHONE)).isEqualTo(1);
        see(identify("m7", minute(7)).alsoDevice("phone"));
        obey(PrivacyCommand.erase("e-2", minute(8), PHONE));
        watermark(minute(9));

        assertThat(events(USER)).as("what the phone did since is the person's").isEqualTo(2);
    }

    @Test
    void obeysACommandOnceHoweverOftenItComes() throws Exception {
        PrivacyCommand erasure = PrivacyCommand.erase("e-1", minute(5), USER);
        see(track("m1", "Page Opened", minute(1)).user("42"));
        obey(erasure);
        watermark(minute(6));
        see(track("m7", "Page Opened", minute(7)).user("42"));
        obey(erasure);
        watermark(minute(8));

        assertThat(events(USER)).isEqualTo(1);
    }

    @Test
    void erasesNobodyWhoWasNeverSeen() throws Exception {
        obey(PrivacyCommand.erase("e-1", minute(5), USER));
        obey(PrivacyCommand.erase("e-2", minute(5), PHONE));
        watermark(minute(6));

        assertThat(profiles).isEmpty();
        assertThat(aliases).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------------- plumbing

    private void see(TestEvent event) throws Exception {
        operators.see(List.of(event.event()));
        collect();
    }

    private void obey(PrivacyCommand command) throws Exception {
        operators.obey(command);
    }

    private void watermark(long instant) throws Exception {
        operators.watermark(instant);
        collect();
    }

    private void watermarkButNotOfFolder(long instant) throws Exception {
        operators.watermarkButNotOfFolder(instant);
        collect();
    }

    private void collect() throws Exception {
        FolderHarness folder = operators.folder();
        WatcherHarness watcher = operators.watcher();
        for (OutboundRecord record : folder.drain(ProfileFolder.PROFILES)) {
            profiles.put(record.key(), record.value() == null ? null : MAPPER.readTree(record.value()));
        }
        for (OutboundRecord record : folder.drain(ProfileFolder.IDENTITIES)) {
            if (record.topic().equals(Topic.CUSTOMER_ALIASES)) {
                aliases.put(record.key(), record.value() == null ? null : MAPPER.readTree(record.value()));
            } else {
                changes.add(MAPPER.readTree(record.value()));
            }
        }
        folder.drain();
        for (OutboundRecord record : watcher.drain()) {
            triggers.add(MAPPER.readTree(record.value()));
        }
        for (OutboundRecord record : watcher.drain(CartWatcher.SEARCHED)) {
            searched.add(record.key() + (record.value() == null ? " gone" : " fired"));
        }
    }

    private int events(Identifier canonical) {
        JsonNode profile = profiles.get(canonical.customerId());
        return profile == null ? 0 : profile.path("events").path("count").asInt();
    }
}
