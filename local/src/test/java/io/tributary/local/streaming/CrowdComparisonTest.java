package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.oracle.IdentityStreams;
import io.tributary.local.streaming.CrowdComparison.Aspect;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The comparison finds nothing in what a perfect job would publish, and each fault where it belongs. */
class CrowdComparisonTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static CrowdLog log;
    private static BacktestResult expected;

    @BeforeAll
    static void backtest() {
        CrowdScenario scenario = CrowdScenario.of(1);
        log = new CrowdLog(scenario, IdentityStreams.crowd(1, 30), List.of(), OptionalInt.empty());
        Definitions definitions = AbandonedCartAlone.with(
                "a.yaml",
                "segments: [{name: buyer, when: orders.count > 0}]\n" + "delivery: {caps: [{most: 1, within: 1h}]}");
        expected = StreamedPeopleIT.backtest(log, scenario.rules(), definitions);
    }

    @Test
    void findsNothingInWhatAPerfectJobPublishes() throws Exception {
        assertThat(differing(perfect())).isEmpty();
    }

    @Test
    void saysHowToSeeADifferenceAgain() throws Exception {
        List<OutboundRecord> published = perfect();
        OutboundRecord trigger = first(published, Topic.TRIGGERS, record -> true);
        published.remove(trigger);

        int group = log.groupOf(trigger.key()).orElseThrow();
        assertThat(new CrowdComparison(log, expected, published).differences(Aspect.TRIGGERS))
                .contains(
                        "seed 1: ",
                        "TRIGGERS differ in 1 of 30 groups",
                        "-Dtributary.jobSeed=1 -Dtributary.jobGroup=" + group,
                        log.describe(group),
                        trigger.key() + " ",
                        ": missing, expected {");
    }

    @Test
    void findsALostProfile() throws Exception {
        assertThat(differingWithout(
                        Topic.PROFILES,
                        record -> record.version() == 3
                                && !new String(record.value(), StandardCharsets.UTF_8).contains("segments")))
                .isEqualTo(EnumSet.of(Aspect.PROFILES));
    }

    @Test
    void findsALostChangeOfASegmentAndOneTooMany() throws Exception {
        assertThat(differingWithout(Topic.SEGMENT_CHANGES, record -> true)).isEqualTo(EnumSet.of(Aspect.SEGMENTS));

        List<OutboundRecord> published = perfect();
        OutboundRecord change = first(published, Topic.SEGMENT_CHANGES, record -> true);
        published.add(record(change.topic(), change.key(), "again", 0, change.value()));
        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.SEGMENTS));
    }

    @Test
    void findsAProfileOfSomebodyWhoIsGone() throws Exception {
        assertThat(differingWithout(Topic.PROFILES, record -> record.value() == null))
                .isEqualTo(EnumSet.of(Aspect.PROFILES, Aspect.ALIASES));
    }

    @Test
    void findsAnOtherValueInAProfile() throws Exception {
        assertThat(differingWith(
                        Topic.PROFILES, record -> record.version() == 3, profile -> profile.put("last_seen", "")))
                .isEqualTo(EnumSet.of(Aspect.PROFILES));
    }

    @Test
    void findsAFormerCustomerThatIsNotNamed() throws Exception {
        assertThat(differingWith(
                        Topic.PROFILES, CrowdComparisonTest::hasMergedFrom, profile -> profile.remove("merged_from")))
                .hasSize(1)
                .isSubsetOf(Aspect.MERGED_FROM, Aspect.MERGED_FROM_BESIDE_SPLIT);
    }

    @Test
    void findsAVersionThatDoesNotRise() throws Exception {
        List<OutboundRecord> published = perfect();
        OutboundRecord tombstone = first(published, Topic.PROFILES, record -> record.value() == null);
        published.set(published.indexOf(tombstone), record(Topic.PROFILES, tombstone.key(), "again", 1, (byte[]) null));

        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.VERSIONS));
    }

    @Test
    void findsATriggerThatFiresTwice() throws Exception {
        List<OutboundRecord> published = perfect();
        published.add(first(published, Topic.TRIGGERS, record -> true));

        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.TRIGGERS));
    }

    @Test
    void findsALostReasonOfATriggerThatWasHeldBack() throws Exception {
        assertThat(differingWithout(Topic.TRIGGERS_SUPPRESSED, record -> true))
                .isEqualTo(EnumSet.of(Aspect.SUPPRESSED));
        for (String field : List.of("reason", "detail")) {
            assertThat(differingWith(
                            Topic.TRIGGERS_SUPPRESSED, record -> true, trigger -> trigger.put(field, "another")))
                    .isEqualTo(EnumSet.of(Aspect.SUPPRESSED));
        }
    }

    @Test
    void findsAnEventThatIsPublishedTwice() throws Exception {
        List<OutboundRecord> published = perfect();
        published.add(first(published, Topic.CUSTOMER_EVENTS, record -> true));

        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.EVENTS, Aspect.IDS));
    }

    @Test
    void findsALostEvent() throws Exception {
        assertThat(differingWithout(Topic.CUSTOMER_EVENTS, record -> true)).isEqualTo(EnumSet.of(Aspect.EVENTS));
    }

    @Test
    void findsALostMerger() throws Exception {
        assertThat(differingWithout(
                        Topic.IDENTITY_CHANGES, record -> text(record).contains("\"merged\"")))
                .isEqualTo(EnumSet.of(Aspect.IDENTITIES));
    }

    @Test
    void findsALostLink() throws Exception {
        assertThat(differingWithout(
                        Topic.IDENTITY_CHANGES, record -> text(record).contains("\"linked\"")))
                .isNotEmpty()
                .isSubsetOf(Aspect.LISTINGS, Aspect.LINKED_BESIDE_SPLIT);
    }

    @Test
    void findsALostAlias() throws Exception {
        assertThat(differingWithout(Topic.CUSTOMER_ALIASES, record -> true)).isEqualTo(EnumSet.of(Aspect.ALIASES));
    }

    @Test
    void findsAnAliasThatWasTakenBack() throws Exception {
        List<OutboundRecord> published = perfect();
        String gone = first(published, Topic.CUSTOMER_ALIASES, record -> true).key();
        published.add(record(Topic.CUSTOMER_ALIASES, gone, "back", 0, (byte[]) null));

        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.ALIASES));
    }

    @Test
    void findsAnAliasOfSomebodyWhoIsThere() throws Exception {
        List<OutboundRecord> published = perfect();
        String there = first(published, Topic.PROFILES, record -> record.version() == 3)
                .key();
        published.add(alias(there, there));

        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.ALIASES));
    }

    @Test
    void findsAliasesThatLeadInACircle() throws Exception {
        List<OutboundRecord> published = perfect();
        String gone = first(published, Topic.CUSTOMER_ALIASES, record -> true).key();
        published.add(alias(gone, gone));

        assertThat(differing(published)).isEqualTo(EnumSet.of(Aspect.ALIASES));
    }

    // ------------------------------------------------------------------------------------------------- what is found

    private static Set<Aspect> differing(List<OutboundRecord> published) throws IOException {
        CrowdComparison comparison = new CrowdComparison(log, expected, published);
        Set<Aspect> differing = EnumSet.noneOf(Aspect.class);
        for (Aspect aspect : Aspect.values()) {
            if (!comparison.differences(aspect).isEmpty()) {
                differing.add(aspect);
            }
        }
        return differing;
    }

    private static Set<Aspect> differingWithout(String topic, Predicate<OutboundRecord> which) throws IOException {
        List<OutboundRecord> published = perfect();
        published.remove(first(published, topic, which));
        return differing(published);
    }

    private static Set<Aspect> differingWith(String topic, Predicate<OutboundRecord> which, Consumer<ObjectNode> change)
            throws IOException {
        List<OutboundRecord> published = perfect();
        OutboundRecord record = first(published, topic, which);
        ObjectNode changed = tree(record.value());
        change.accept(changed);
        published.set(published.indexOf(record), record(topic, record.key(), record.id(), record.version(), changed));
        return differing(published);
    }

    private static OutboundRecord first(List<OutboundRecord> records, String topic, Predicate<OutboundRecord> which) {
        return records.stream()
                .filter(record -> record.topic().equals(topic) && which.test(record))
                .findFirst()
                .orElseThrow();
    }

    // -------------------------------------------------------------------------------------------------- a perfect job

    /** Who is there has versions 1 and 3, who is gone 1 and 2, of which the second deletes. */
    private static List<OutboundRecord> perfect() throws IOException {
        List<OutboundRecord> records = new ArrayList<>();
        for (int group : log.groups()) {
            for (byte[] line : log.lines(group)) {
                CustomerEvent event = CrowdLog.parse(new String(line, StandardCharsets.UTF_8));
                ObjectNode customerEvent = JSON.createObjectNode();
                customerEvent.set("event", tree(line));
                records.add(record(
                        Topic.CUSTOMER_EVENTS,
                        event.identifiers().get(0).customerId(),
                        event.firstIdentityKey().qualified() + event.messageId() + event.timestamp(),
                        0,
                        customerEvent));
            }
        }
        Map<String, ObjectNode> profiles = new TreeMap<>();
        for (byte[] line : expected.profiles()) {
            ObjectNode profile = tree(line);
            profiles.put(profile.path("customer_id").asText(), profile);
        }
        Set<String> customers = new TreeSet<>(profiles.keySet());
        for (byte[] line : expected.identityChanges()) {
            ObjectNode change = tree(line);
            String customer = change.path("customer_id").asText();
            records.add(record(Topic.IDENTITY_CHANGES, customer, "change " + records.size(), 0, change));
            if (change.path("change").asText().equals("merged") && !profiles.containsKey(customer)) {
                customers.add(customer);
                records.add(alias(customer, change.path("into").asText()));
            }
        }
        for (String customer : customers) {
            ObjectNode early =
                    JSON.createObjectNode().put("customer_id", customer).put("version", 1);
            records.add(record(Topic.PROFILES, customer, "early", 1, early));
            ObjectNode profile = profiles.get(customer);
            records.add(
                    profile == null
                            ? record(Topic.PROFILES, customer, "gone", 2, (byte[]) null)
                            : record(Topic.PROFILES, customer, "last", 3, profile.put("version", 3)));
        }
        for (byte[] line : expected.segmentChanges()) {
            ObjectNode change = tree(line);
            records.add(record(
                    Topic.SEGMENT_CHANGES,
                    change.path("customer_id").asText(),
                    "segment " + records.size(),
                    0,
                    change));
        }
        addTriggers(Topic.TRIGGERS, expected.triggers(), records);
        addTriggers(Topic.TRIGGERS_SUPPRESSED, expected.triggersSuppressed(), records);
        return records;
    }

    private static void addTriggers(String topic, List<byte[]> lines, List<OutboundRecord> records) throws IOException {
        for (byte[] line : lines) {
            ObjectNode trigger = tree(line);
            records.add(record(
                    topic,
                    trigger.path("customer_id").asText(),
                    trigger.path("trigger_id").asText(),
                    0,
                    trigger));
        }
    }

    private static OutboundRecord alias(String customer, String into) {
        ObjectNode alias = JSON.createObjectNode()
                .put("into", into)
                .put("at", "2026-01-01T00:00:00.000Z")
                .put("because", "m-1");
        return record(Topic.CUSTOMER_ALIASES, customer, "alias", 0, alias);
    }

    private static OutboundRecord record(String topic, String key, String id, long version, ObjectNode value) {
        return record(topic, key, id, version, value.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static OutboundRecord record(String topic, String key, String id, long version, byte[] value) {
        return new OutboundRecord(topic, key, id, "io.tributary.test.v1", 0, version, value);
    }

    private static boolean hasMergedFrom(OutboundRecord record) {
        return record.value() != null && text(record).contains("\"merged_from\"");
    }

    private static String text(OutboundRecord record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static ObjectNode tree(byte[] line) throws IOException {
        return (ObjectNode) JSON.readTree(line);
    }
}
