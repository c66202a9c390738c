package io.tributary.local.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.oracle.OracleDiff;
import io.tributary.local.oracle.OracleOutput;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a job has published about a crowd beside what a backtest says, group by group. */
final class CrowdComparison {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int GROUPS_SHOWN = 3;
    private static final int NOBODYS = -1;
    private static final Set<String> IDENTITY_KINDS = Set.of("merged", "conflict", "quarantined", "component_full");

    /** What is compared by itself. */
    enum Aspect {
        /** Every accepted event is published once. */
        EVENTS,
        /** The newest profiles, apart from {@code version}, {@code merged_from} and since when they are in segments. */
        PROFILES,
        /** {@code merged_from} of the newest profiles, where nothing was quarantined or unmerged. */
        MERGED_FROM,
        /** {@code merged_from} of the newest profiles, where something was. */
        MERGED_FROM_BESIDE_SPLIT,
        /** Who comes into a segment was not in it, who leaves was; who is there in the end is in the newest profile. */
        SEGMENTS,
        /** Triggers, each once. */
        TRIGGERS,
        /** Triggers that were held back, each once, and why. */
        SUPPRESSED,
        /** Versions of a profile rise strictly, deletions included. */
        VERSIONS,
        /** Whoever is gone leads to somebody who is there, and nobody else leads anywhere. */
        ALIASES,
        /** Mergers, conflicts, quarantines and full components. */
        IDENTITIES,
        /** What was created and unmerged, and linked where nothing was quarantined or unmerged. */
        LISTINGS,
        /** What was linked where something was quarantined or a command came. */
        LINKED_BESIDE_SPLIT,
        /** Ids of customer events and identity changes, by which consumers recognise a repetition. */
        IDS
    }

    private final CrowdLog log;
    private final List<OutboundRecord> published;
    private final Map<Aspect, Map<Integer, List<String>>> findings = new EnumMap<>(Aspect.class);

    CrowdComparison(CrowdLog log, BacktestResult expected, List<OutboundRecord> published) throws IOException {
        this.log = log;
        this.published = published;
        for (Aspect aspect : Aspect.values()) {
            findings.put(aspect, new TreeMap<>());
        }
        Map<String, List<OutboundRecord>> topics = new HashMap<>();
        for (OutboundRecord record : published) {
            topics.computeIfAbsent(record.topic(), topic -> new ArrayList<>()).add(record);
        }
        Function<String, List<OutboundRecord>> records = topic -> topics.getOrDefault(topic, List.of());

        compareEvents(records.apply(Topic.CUSTOMER_EVENTS));
        List<ObjectNode> profiles =
                trees(compacted(records.apply(Topic.PROFILES)).values());
        List<ObjectNode> changes = trees(expected.identityChanges());
        compareProfiles(trees(expected.profiles()), profiles, withSplit(changes));
        compareRecords(
                Aspect.TRIGGERS,
                trees(expected.triggers()),
                values(records.apply(Topic.TRIGGERS)),
                triggers -> output(List.of(), List.of(), triggers));
        compareRecords(
                Aspect.SUPPRESSED,
                withDetail(trees(expected.triggersSuppressed())),
                withDetail(values(records.apply(Topic.TRIGGERS_SUPPRESSED))),
                triggers -> output(List.of(), List.of(), triggers));
        compareChanges(changes, values(records.apply(Topic.IDENTITY_CHANGES)));
        checkSegments(profiles, values(records.apply(Topic.SEGMENT_CHANGES)));
        checkVersions(records.apply(Topic.PROFILES));
        checkAliases(records.apply(Topic.PROFILES), records.apply(Topic.CUSTOMER_ALIASES));
        checkIds(records.apply(Topic.CUSTOMER_EVENTS));
        checkIds(records.apply(Topic.IDENTITY_CHANGES));
        checkIds(records.apply(Topic.SEGMENT_CHANGES));
    }

    /** What differs, with what is needed to see it again; empty if nothing does. */
    String differences(Aspect aspect) {
        Map<Integer, List<String>> byGroup = findings.get(aspect);
        if (byGroup.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("%s: %s differ in %d of %d groups: %s\n"
                .formatted(log.scenario(), aspect, byGroup.size(), log.groups().size(), byGroup.keySet()));
        byGroup.keySet().stream()
                .sorted(Comparator.comparing(
                        group -> group == NOBODYS ? 0 : log.lines(group).size()))
                .limit(GROUPS_SHOWN)
                .forEach(group -> {
                    if (group == NOBODYS) {
                        text.append("customers of no group:\n");
                    } else {
                        text.append("group %d (alone: -Dtributary.jobSeed=%d -Dtributary.jobGroup=%d):\n"
                                        .formatted(group, log.scenario().seed(), group))
                                .append(log.describe(group));
                    }
                    byGroup.get(group).forEach(line -> text.append("    ")
                            .append(line.replace("\n", "\n    "))
                            .append('\n'));
                });
        return text.toString();
    }

    /** All that was published, in order; for one group it is short enough to be read. */
    String history() {
        StringBuilder text = new StringBuilder();
        for (OutboundRecord record : published) {
            text.append("%s %s, version %d: %s\n"
                    .formatted(
                            record.topic(),
                            record.key(),
                            record.version(),
                            record.value() == null ? "deleted" : text(record)));
        }
        return text.toString();
    }

    private void find(Aspect aspect, int group, String text) {
        findings.get(aspect).computeIfAbsent(group, none -> new ArrayList<>()).add(text);
    }

    private int groupOf(String customerId) {
        return log.groupOf(customerId).orElse(NOBODYS);
    }

    private int groupOf(JsonNode record) {
        return groupOf(record.path("customer_id").asText());
    }

    // ------------------------------------------------------------------------------------------------- equal records

    private void compareEvents(List<OutboundRecord> published) throws IOException {
        List<ObjectNode> expected = new ArrayList<>();
        Map<JsonNode, Integer> groups = new HashMap<>();
        for (int group : log.groups()) {
            for (byte[] line : log.lines(group)) {
                ObjectNode event = tree(line);
                expected.add(event);
                groups.put(event, group);
            }
        }
        List<ObjectNode> actual = new ArrayList<>();
        for (ObjectNode record : values(published)) {
            actual.add((ObjectNode) record.get("event"));
        }
        compare(Aspect.EVENTS, expected, actual, event -> groups.getOrDefault(event, NOBODYS), (missing, more) -> "");
    }

    private void compareProfiles(List<ObjectNode> expected, List<ObjectNode> actual, Set<Integer> withSplit) {
        compareRecords(
                Aspect.PROFILES,
                comparable(expected),
                comparable(actual),
                profiles -> output(profiles, List.of(), List.of()));
        for (boolean split : List.of(false, true)) {
            Predicate<ObjectNode> inGroup = profile -> withSplit.contains(groupOf(profile)) == split;
            compareRecords(
                    split ? Aspect.MERGED_FROM_BESIDE_SPLIT : Aspect.MERGED_FROM,
                    mergedFrom(expected.stream().filter(inGroup).toList()),
                    mergedFrom(actual.stream().filter(inGroup).toList()),
                    profiles -> output(profiles, List.of(), List.of()));
        }
    }

    private static List<ObjectNode> comparable(List<ObjectNode> profiles) {
        List<ObjectNode> comparable = new ArrayList<>();
        for (ObjectNode profile : profiles) {
            ObjectNode copy = profile.deepCopy();
            copy.remove(List.of("version", "merged_from", "merged_from_left_out"));
            copy.path("segments").forEach(membership -> ((ObjectNode) membership).remove("since"));
            comparable.add(copy);
        }
        return comparable;
    }

    private static List<ObjectNode> mergedFrom(List<ObjectNode> profiles) {
        return profiles.stream()
                .filter(profile -> profile.has("merged_from"))
                .map(profile -> profile.deepCopy().retain("customer_id", "merged_from", "merged_from_left_out"))
                .toList();
    }

    private Set<Integer> withSplit(List<ObjectNode> changes) {
        Set<Integer> groups = new HashSet<>();
        log.groups().stream().filter(group -> !log.commands(group).isEmpty()).forEach(groups::add);
        for (ObjectNode change : changes) {
            if (change.path("change").asText().equals("quarantined")) {
                groups.add(groupOf(change));
            }
        }
        return groups;
    }

    private void compareChanges(List<ObjectNode> expected, List<ObjectNode> actual) {
        Predicate<ObjectNode> aboutIdentity =
                change -> IDENTITY_KINDS.contains(change.path("change").asText());
        compareRecords(
                Aspect.IDENTITIES,
                expected.stream().filter(aboutIdentity).toList(),
                actual.stream().filter(aboutIdentity).toList(),
                changes -> output(List.of(), changes, List.of()));
        Set<Integer> withSplit = withSplit(expected);
        Predicate<ObjectNode> linkedBesideSplit =
                change -> change.path("change").asText().equals("linked") && withSplit.contains(groupOf(change));
        for (boolean split : List.of(false, true)) {
            Predicate<ObjectNode> compared =
                    aboutIdentity.negate().and(change -> linkedBesideSplit.test(change) == split);
            compareRecords(
                    split ? Aspect.LINKED_BESIDE_SPLIT : Aspect.LISTINGS,
                    expected.stream().filter(compared).toList(),
                    actual.stream().filter(compared).toList(),
                    changes -> output(List.of(), changes, List.of()));
        }
    }

    /** Under another name: the oracle's comparison leaves details out. */
    private static List<ObjectNode> withDetail(List<ObjectNode> triggers) {
        triggers.forEach(trigger -> trigger.set("why", trigger.get("detail")));
        return triggers;
    }

    private void compareRecords(
            Aspect aspect,
            List<ObjectNode> expected,
            List<ObjectNode> actual,
            Function<List<ObjectNode>, OracleOutput> file) {
        compare(
                aspect,
                expected,
                actual,
                this::groupOf,
                (missing, more) -> OracleDiff.between(file.apply(missing), file.apply(more)));
    }

    private static OracleOutput output(
            List<ObjectNode> profiles, List<ObjectNode> identityChanges, List<ObjectNode> triggers) {
        return new OracleOutput(profiles, identityChanges, List.of(), triggers, List.of(), JSON.createObjectNode());
    }

    @FunctionalInterface
    private interface Diff {
        String between(List<ObjectNode> expected, List<ObjectNode> actual);
    }

    /** As multisets. */
    private void compare(
            Aspect aspect,
            List<ObjectNode> expected,
            List<ObjectNode> actual,
            Function<ObjectNode, Integer> groupOf,
            Diff diff) {
        Map<Integer, List<ObjectNode>> missing = byGroup(expected, groupOf);
        Map<Integer, List<ObjectNode>> more = byGroup(actual, groupOf);
        Set<Integer> groups = new TreeSet<>(missing.keySet());
        groups.addAll(more.keySet());
        for (int group : groups) {
            List<ObjectNode> left = minus(missing.get(group), more.get(group));
            List<ObjectNode> right = minus(more.get(group), missing.get(group));
            if (!left.isEmpty() || !right.isEmpty()) {
                String text = diff.between(left, right);
                // The diff leaves out what an oracle does not know.
                find(aspect, group, text.isEmpty() ? "expected %s\nbut was %s".formatted(left, right) : text);
            }
        }
    }

    private static Map<Integer, List<ObjectNode>> byGroup(
            List<ObjectNode> records, Function<ObjectNode, Integer> groupOf) {
        Map<Integer, List<ObjectNode>> byGroup = new HashMap<>();
        for (ObjectNode record : records) {
            byGroup.computeIfAbsent(groupOf.apply(record), group -> new ArrayList<>())
                    .add(record);
        }
        return byGroup;
    }

    private static List<ObjectNode> minus(List<ObjectNode> records, List<ObjectNode> others) {
        List<ObjectNode> rest = records == null ? new ArrayList<>() : new ArrayList<>(records);
        if (others != null) {
            others.forEach(rest::remove);
        }
        return rest;
    }

    // ---------------------------------------------------------------------------------------------------------- laws

    private void checkSegments(List<ObjectNode> profiles, List<ObjectNode> changes) {
        Map<String, ObjectNode> in = new TreeMap<>();
        for (ObjectNode change : changes) {
            String membership = membership(change.path("customer_id").asText(), change);
            boolean enters = change.path("change").asText().equals("entered");
            ObjectNode before = enters ? in.put(membership, change) : in.remove(membership);
            if (enters == (before != null)) {
                find(Aspect.SEGMENTS, groupOf(change), "%s comes behind %s".formatted(change, before));
            }
        }
        for (ObjectNode profile : profiles) {
            for (JsonNode membership : profile.path("segments")) {
                String customer = profile.path("customer_id").asText();
                ObjectNode entered = in.remove(membership(customer, membership));
                if (entered == null || !entered.path("at").equals(membership.path("since"))) {
                    find(
                            Aspect.SEGMENTS,
                            groupOf(profile),
                            "%s is in the profile of %s, and it was published %s"
                                    .formatted(membership, customer, entered));
                }
            }
        }
        in.values().forEach(change -> find(Aspect.SEGMENTS, groupOf(change), "not in the profile: " + change));
    }

    private static String membership(String customer, JsonNode of) {
        return customer + " " + of.path("segment").asText() + " " + of.path("value");
    }

    private void checkVersions(List<OutboundRecord> profiles) throws IOException {
        Map<String, Long> newest = new HashMap<>();
        for (OutboundRecord record : profiles) {
            Long before = newest.put(record.key(), record.version());
            if (before != null && before >= record.version()) {
                find(
                        Aspect.VERSIONS,
                        groupOf(record.key()),
                        "%s: version %d after %d".formatted(record.key(), record.version(), before));
            }
            if (record.value() != null) {
                ObjectNode profile = tree(record.value());
                if (profile.path("version").asLong() != record.version()
                        || !profile.path("customer_id").asText().equals(record.key())) {
                    find(
                            Aspect.VERSIONS,
                            groupOf(record.key()),
                            "%s, version %d: the profile is %s".formatted(record.key(), record.version(), profile));
                }
            }
        }
    }

    private void checkAliases(List<OutboundRecord> profiles, List<OutboundRecord> published) throws IOException {
        Map<String, byte[]> newest = compacted(profiles);
        Set<String> gone = new TreeSet<>();
        profiles.stream()
                .map(OutboundRecord::key)
                .filter(key -> !newest.containsKey(key))
                .forEach(gone::add);
        Map<String, ObjectNode> aliases = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> alias : compacted(published).entrySet()) {
            aliases.put(alias.getKey(), tree(alias.getValue()));
        }
        for (String customer : gone) {
            if (!aliases.containsKey(customer)) {
                find(Aspect.ALIASES, groupOf(customer), customer + " is gone and has no alias");
            }
        }
        aliases.forEach((customer, alias) -> {
            if (newest.containsKey(customer)) {
                find(Aspect.ALIASES, groupOf(customer), "%s is there and has the alias %s".formatted(customer, alias));
                return;
            }
            if (!alias.path("at").isTextual() || !alias.path("because").isTextual()) {
                find(Aspect.ALIASES, groupOf(customer), "%s has the alias %s".formatted(customer, alias));
            }
            List<String> way = new ArrayList<>(List.of(customer));
            String last = customer;
            while (aliases.containsKey(last) && way.size() <= aliases.size()) {
                if (!aliases.get(last).has("into") && log.erases(groupOf(customer))) {
                    return;
                }
                last = aliases.get(last).path("into").asText();
                way.add(last);
            }
            if (!newest.containsKey(last) || groupOf(last) != groupOf(customer)) {
                find(Aspect.ALIASES, groupOf(customer), "the aliases lead nowhere: " + String.join(" → ", way));
            }
        });
    }

    private void checkIds(List<OutboundRecord> records) {
        Map<String, OutboundRecord> byId = new HashMap<>();
        for (OutboundRecord record : records) {
            OutboundRecord other = byId.putIfAbsent(record.id(), record);
            if (other != null) {
                find(
                        Aspect.IDS,
                        groupOf(record.key()),
                        "%s is the id of two:\n%s\n%s".formatted(record.id(), text(other), text(record)));
            }
        }
    }

    private static String text(OutboundRecord record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    // ---------------------------------------------------------------------------------------------------------- JSON

    /** The newest value of each key that has one. */
    private static Map<String, byte[]> compacted(List<OutboundRecord> records) {
        Map<String, byte[]> newest = new LinkedHashMap<>();
        for (OutboundRecord record : records) {
            if (record.value() == null) {
                newest.remove(record.key());
            } else {
                newest.put(record.key(), record.value());
            }
        }
        return newest;
    }

    private static List<ObjectNode> values(List<OutboundRecord> records) throws IOException {
        return trees(records.stream().map(OutboundRecord::value).toList());
    }

    private static List<ObjectNode> trees(Iterable<byte[]> lines) throws IOException {
        List<ObjectNode> trees = new ArrayList<>();
        for (byte[] line : lines) {
            trees.add(tree(line));
        }
        return trees;
    }

    private static ObjectNode tree(byte[] line) throws IOException {
        return (ObjectNode) JSON.readTree(line);
    }
}
