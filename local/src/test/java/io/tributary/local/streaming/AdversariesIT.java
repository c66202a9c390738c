package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.streaming.CrowdComparison.Aspect;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each adversary among as many events of ordinary customers, through the customer job with a crash: it says what a
 * backtest says, the neighbours are who they are, and nobody is taken for somebody else. In the full profile each takes
 * 1,000 steps, else few, with a smaller bound of what hangs together.
 */
class AdversariesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final boolean FULL = Boolean.getBoolean("tributary.full");
    private static final int STEPS = FULL ? 1_000 : 150;
    private static final int MAX_COMPONENT = STEPS / 5;
    private static final int BLOCKED_STEPS = FULL ? 10_000 : STEPS;

    @TempDir
    private static Path folder;

    private static MiniCluster cluster;

    /** What the job says of everybody in the end, by customer id. */
    private final Map<String, JsonNode> profiles = new HashMap<>();

    private final List<JsonNode> changes = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        cluster = CrowdRun.cluster(folder, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @ParameterizedTest
    @EnumSource
    void takesNobodyForSomebodyElse(Adversary adversary) throws Exception {
        int steps = adversary == Adversary.BLOCKED ? BLOCKED_STEPS : STEPS;
        int neighbours = adversary.events(steps) / Adversary.eventsOfNeighbour();
        List<List<String>> crowd = new ArrayList<>(Adversary.neighbours(neighbours, steps));
        crowd.addAll(adversary.lines(steps));

        run(crowd);

        for (int n = 0; n < neighbours; n++) {
            assertThat(identifiers(profile(Namespace.USER_ID, "n" + n)))
                    .as("neighbour %d", n)
                    .containsExactlyInAnyOrder("user_id:n" + n, "email:n" + n + "@y.com", "anonymous_id:n" + n);
        }
        int itself = profiles.size() - neighbours;
        switch (adversary) {
            case CHAIN -> assertChain(steps);
            case STAR -> assertStar(steps, itself);
            case TURNS -> assertTurns(steps, itself);
            case FAMILY -> assertFamily(steps, itself);
            case BLOCKED -> assertBlocked(itself);
        }
    }

    /** It falls into customers of at most as many links as may hang together, each address in one. */
    private void assertChain(int steps) {
        int addresses = 0;
        int largest = 0;
        for (JsonNode profile : profiles.values()) {
            if (profile.at("/identifiers/email").path(0).asText().endsWith("@x.com")) {
                int size = profile.at("/identifiers/email").size()
                        + profile.path("identifiers_left_out").asInt();
                addresses += size;
                largest = Math.max(largest, size);
            }
        }
        assertThat(largest).isEqualTo(MAX_COMPONENT + 1);
        // The weaker end of a refused link may be a customer without an event, so without a profile.
        assertThat(addresses).isBetween(2 * MAX_COMPONENT, steps + 1);
        assertThat(changes).anyMatch(change -> change.path("change").asText().equals("component_full"));
    }

    private void assertStar(int steps, int itself) {
        assertThat(itself).isEqualTo(1);
        JsonNode star = profile(Namespace.USER_ID, "star");
        assertThat(star.at("/events/count").asInt()).isEqualTo(3 * steps);
        assertThat(star.path("merged_from")).hasSize(steps);
        assertThat(identifiers(star).size() + star.path("identifiers_left_out").asInt())
                .isEqualTo(Math.min(steps, 1_000) + 1);
    }

    private void assertTurns(int steps, int itself) {
        assertThat(itself).isEqualTo(2);
        for (int turn = 0; turn < 2; turn++) {
            JsonNode profile = profile(Namespace.USER_ID, "turn" + turn);
            assertThat(identifiers(profile)).containsExactlyInAnyOrder("user_id:turn" + turn, "anonymous_id:t");
            assertThat(profile.at("/events/count").asInt()).isEqualTo(3 * steps / 2);
        }
    }

    private void assertFamily(int steps, int itself) {
        assertThat(itself).isEqualTo(steps + 1);
        for (int member = 0; member < steps; member++) {
            JsonNode profile = profile(Namespace.USER_ID, "f" + member);
            assertThat(identifiers(profile)).containsExactly("user_id:f" + member);
            assertThat(profile.at("/events/count").asInt()).isEqualTo(1);
        }
        JsonNode family = profile(Namespace.EMAIL, "family@x.com");
        assertThat(identifiers(family)).containsExactly("email:family@x.com");
        assertThat(family.at("/events/count").asInt()).isEqualTo(steps);
        assertThat(changes)
                .filteredOn(change -> change.path("change").asText().equals("quarantined"))
                .hasSize(1);
    }

    private void assertBlocked(int itself) {
        assertThat(itself).isEqualTo(2 * Adversary.STRANGERS);
        for (int n = 0; n < Adversary.STRANGERS; n++) {
            assertThat(identifiers(profile(Namespace.USER_ID, "b" + n))).containsExactly("user_id:b" + n);
            assertThat(identifiers(profile(Namespace.ANONYMOUS_ID, "b" + n))).containsExactly("anonymous_id:b" + n);
        }
    }

    private JsonNode profile(Namespace namespace, String value) {
        JsonNode profile = profiles.get(new Identifier(namespace, value).customerId());
        assertThat(profile).as("profile of %s:%s", namespace.id(), value).isNotNull();
        return profile;
    }

    private static Set<String> identifiers(JsonNode profile) {
        Set<String> identifiers = new TreeSet<>();
        profile.path("identifiers").properties().forEach(namespace -> namespace
                .getValue()
                .forEach(value -> identifiers.add(namespace.getKey() + ":" + value.asText())));
        return identifiers;
    }

    private void run(List<List<String>> crowd) throws Exception {
        CrowdScenario scenario = new CrowdScenario(
                1,
                2,
                2,
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                false,
                CrowdScenario.Interruption.CRASH_OF_SOURCE,
                CrowdScenario.Reading.APART,
                false);
        ResolutionRules rules = ResolutionRules.defaults().withMaxComponent(MAX_COMPONENT);
        CustomerSettings settings = new CustomerSettings(
                EventLimits.defaults(),
                IdentitySettings.defaults(),
                IdentifierRules.defaults(),
                rules,
                scenario.latenessBound(),
                scenario.publishInterval(),
                0,
                CustomerSettings.Search.DEFAULT);
        CrowdLog log = new CrowdLog(scenario, crowd, List.of(), OptionalInt.empty());
        Definitions definitions = AbandonedCartAlone.definitions();
        BacktestResult expected = StreamedPeopleIT.backtest(log, rules, definitions);

        List<OutboundRecord> published = new CrowdRun(log, settings, PublishedDefinitions.NONE.next(definitions, 0))
                .on(cluster, folder)
                .records();

        CrowdComparison comparison = new CrowdComparison(log, expected, published);
        SoftAssertions.assertSoftly(softly -> {
            for (Aspect aspect : EnumSet.complementOf(EnumSet.copyOf(StreamedPeopleIT.NOT_COMPARED))) {
                softly.assertThat(comparison.differences(aspect)).isEmpty();
            }
        });
        read(published);
    }

    private void read(List<OutboundRecord> published) throws IOException {
        Map<String, byte[]> newest = new HashMap<>();
        for (OutboundRecord record : published) {
            if (record.topic().equals(Topic.PROFILES)) {
                newest.put(record.key(), record.value());
            } else if (record.topic().equals(Topic.IDENTITY_CHANGES)) {
                changes.add(JSON.readTree(record.value()));
            }
        }
        for (Map.Entry<String, byte[]> profile : newest.entrySet()) {
            if (profile.getValue() != null) {
                profiles.put(profile.getKey(), JSON.readTree(profile.getValue()));
            }
        }
    }
}
