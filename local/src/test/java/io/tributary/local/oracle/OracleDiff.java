package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says where two outputs differ, one line per difference, as {@code file record /path: expected … but was …}.
 *
 * <p>Left out, at the top of a record only (a trait may have any of these names): what the documents do not fix
 * ({@code version}, {@code trigger_id}, {@code detail}), what is measured ({@code wall_seconds},
 * {@code events_per_second}) and what the oracle does not compute ({@code rfm}, {@code predictions}, why segments
 * change); {@code segments} and {@code computed}, unless they are asked for. Numbers are compared by value. In the summary an absent counter is zero. Records are matched
 * by what identifies them, so one missing line is one difference; the order of the lines is not compared.
 */
public final class OracleDiff {
    private static final Set<String> IGNORED =
            Set.of("version", "trigger_id", "detail", "wall_seconds", "events_per_second", "rfm", "predictions");
    private static final Set<String> DEFINED = Set.of("segments", "computed");
    private static final int MAX_LINES = 60;

    private final Set<String> ignored;
    private final List<String> lines = new ArrayList<>();

    private OracleDiff(Set<String> ignored) {
        this.ignored = ignored;
    }

    /** The differences apart from segments and computed traits, or the empty string when there are none. */
    public static String between(OracleOutput expected, OracleOutput actual) {
        Set<String> ignored = new TreeSet<>(IGNORED);
        ignored.addAll(DEFINED);
        OracleDiff diff = new OracleDiff(ignored);
        diff.files(expected, actual);
        return diff.text();
    }

    /** All differences, or the empty string when there are none. */
    public static String betweenWithSegments(OracleOutput expected, OracleOutput actual) {
        OracleDiff diff = new OracleDiff(IGNORED);
        diff.files(expected, actual);
        diff.records(
                "segment-changes",
                withoutBecause(expected.segmentChanges()),
                withoutBecause(actual.segmentChanges()),
                List.of("at", "customer_id", "segment", "value", "change"));
        return diff.text();
    }

    private static List<ObjectNode> withoutBecause(List<ObjectNode> changes) {
        return changes.stream()
                .<ObjectNode>map(change -> change.deepCopy().without("because"))
                .toList();
    }

    private void files(OracleOutput expected, OracleOutput actual) {
        records("profiles", expected.profiles(), actual.profiles(), List.of("customer_id"));
        records(
                "identity-changes",
                expected.identityChanges(),
                actual.identityChanges(),
                List.of("at", "change", "customer_id", "because"));
        records(
                "triggers",
                expected.triggers(),
                actual.triggers(),
                List.of("fired_at", "trigger", "customer_id", "anchor_message_id"));
        records("rejects", expected.rejects(), actual.rejects(), List.of("file", "line"));
        compare("summary ", "", withoutZeros(expected.summary()), withoutZeros(actual.summary()));
    }

    private String text() {
        if (lines.size() <= MAX_LINES) {
            return String.join("\n", lines);
        }
        return String.join("\n", lines.subList(0, MAX_LINES))
                + "\n… and %d more differences".formatted(lines.size() - MAX_LINES);
    }

    private void records(String file, List<ObjectNode> expected, List<ObjectNode> actual, List<String> key) {
        var expectedByKey = byKey(expected, key);
        var actualByKey = byKey(actual, key);
        for (String id : union(expectedByKey.keySet(), actualByKey.keySet())) {
            List<ObjectNode> left = expectedByKey.getOrDefault(id, List.of());
            List<ObjectNode> right = actualByKey.getOrDefault(id, List.of());
            for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
                if (i >= right.size()) {
                    lines.add("%s %s: missing, expected %s".formatted(file, id, left.get(i)));
                } else if (i >= left.size()) {
                    lines.add("%s %s: unexpected %s".formatted(file, id, right.get(i)));
                } else {
                    compare(file + " " + id + " ", "", withoutIgnored(left.get(i)), withoutIgnored(right.get(i)));
                }
            }
        }
    }

    private Map<String, List<ObjectNode>> byKey(List<ObjectNode> records, List<String> key) {
        Map<String, List<ObjectNode>> result = new TreeMap<>();
        for (ObjectNode line : records) {
            String id = String.join(
                    " ", key.stream().map(field -> line.path(field).asText()).toList());
            result.computeIfAbsent(id, k -> new ArrayList<>()).add(line);
        }
        Comparator<ObjectNode> byContent =
                Comparator.comparing(line -> withoutIgnored(line).toString());
        result.values().forEach(same -> same.sort(byContent));
        return result;
    }

    private void compare(String where, String path, JsonNode expected, JsonNode actual) {
        if (expected.isObject() && actual.isObject()) {
            for (String field : union(names(expected), names(actual))) {
                compare(where, path + "/" + field, expected.path(field), actual.path(field));
            }
        } else if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
            for (int i = 0; i < expected.size(); i++) {
                compare(where, path + "/" + i, expected.get(i), actual.get(i));
            }
        } else if (!same(expected, actual)) {
            lines.add("%s%s: expected %s but was %s".formatted(where, path, show(expected), show(actual)));
        }
    }

    private static boolean same(JsonNode a, JsonNode b) {
        boolean numbers = a.isNumber() && b.isNumber();
        return numbers ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
    }

    private static String show(JsonNode node) {
        return node.isMissingNode() ? "nothing" : node.toString();
    }

    private ObjectNode withoutIgnored(ObjectNode node) {
        return node.deepCopy().remove(ignored);
    }

    private ObjectNode withoutZeros(ObjectNode summary) {
        ObjectNode result = withoutIgnored(summary);
        prune(result);
        return result;
    }

    private static void prune(ObjectNode node) {
        for (String field : names(node)) {
            if (node.get(field) instanceof ObjectNode child) {
                prune(child);
            }
            JsonNode value = node.get(field);
            boolean zero = value.isNumber() && value.decimalValue().signum() == 0;
            if (zero || (value.isObject() && value.isEmpty())) {
                node.remove(field);
            }
        }
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> result = new TreeSet<>(a);
        result.addAll(b);
        return result;
    }
}
