package io.tributary.local.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.schemas.json.AcceptedJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Compares what came out of the suite with a backtest of the same lines. */
final class Comparison {
    private static final JsonMapper JSON = AcceptedJson.mapper();

    private Comparison() {}

    /**
     * The first difference, for people; empty if there is none.
     *
     * @param profiles the newest of each customer
     * @throws UncheckedIOException if an output is not JSON
     */
    static Optional<String> difference(
            Counts counts, List<byte[]> profiles, List<byte[]> triggers, BacktestResult expected) {
        var rejected = new TreeMap<String, Long>();
        expected.counts().rejected().forEach((reason, number) -> rejected.put(reason.id(), number));
        if (counts.accepted() != expected.counts().accepted()) {
            return differ(
                    "customer events", counts.accepted(), expected.counts().accepted());
        }
        if (!counts.rejects().equals(rejected)) {
            return differ("rejects", counts.rejects(), rejected);
        }
        return different("trigger", sorted(triggers), sorted(expected.triggers()))
                .or(() -> different("profile", withoutVersion(profiles), withoutVersion(expected.profiles())));
    }

    private static Optional<String> different(String what, List<String> actual, List<String> expected) {
        for (var i = 0; i < Math.min(actual.size(), expected.size()); i++) {
            if (!actual.get(i).equals(expected.get(i))) {
                return differ("%s %d".formatted(what, i + 1), actual.get(i), expected.get(i));
            }
        }
        return actual.size() == expected.size()
                ? Optional.empty()
                : differ("number of %ss".formatted(what), actual.size(), expected.size());
    }

    private static Optional<String> differ(String what, Object actual, Object expected) {
        return Optional.of("%s: the suite has %s, a backtest of the same lines %s".formatted(what, actual, expected));
    }

    private static List<String> sorted(List<byte[]> lines) {
        return lines.stream()
                .map(line -> new String(line, StandardCharsets.UTF_8))
                .sorted()
                .toList();
    }

    /**
     * A profile's version depends on the run, and since when somebody is in a segment on the order of arrival; all else is a
     * function of the events.
     */
    private static List<String> withoutVersion(List<byte[]> profiles) {
        var lines = new ArrayList<String>();
        for (var profile : profiles) {
            try {
                var json = (ObjectNode) JSON.readTree(profile);
                json.remove("version");
                json.path("segments").forEach(membership -> ((ObjectNode) membership).remove("since"));
                lines.add(json.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        lines.sort(null);
        return lines;
    }
}
