package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of {@code backtest --out DIR} as trees, in the order of their lines.
 *
 * @param profiles lines of {@code profiles.jsonl}
 * @param identityChanges lines of {@code identity-changes.jsonl}
 * @param segmentChanges lines of {@code segment-changes.jsonl}
 * @param triggers lines of {@code triggers.jsonl}
 * @param rejects lines of {@code rejects.jsonl}
 * @param summary content of {@code summary.json}
 */
public record OracleOutput(
        List<ObjectNode> profiles,
        List<ObjectNode> identityChanges,
        List<ObjectNode> segmentChanges,
        List<ObjectNode> triggers,
        List<ObjectNode> rejects,
        ObjectNode summary) {

    /** Reads what a backtest wrote, without changes of segments. A missing file is an error. */
    public static OracleOutput read(Path dir) throws IOException {
        return read(dir, List.of());
    }

    /** Reads all of what a backtest wrote. A missing file is an error: the contract names all of them. */
    public static OracleOutput readWithSegments(Path dir) throws IOException {
        return read(dir, lines(dir.resolve("segment-changes.jsonl")));
    }

    private static OracleOutput read(Path dir, List<ObjectNode> segmentChanges) throws IOException {
        return new OracleOutput(
                lines(dir.resolve("profiles.jsonl")),
                lines(dir.resolve("identity-changes.jsonl")),
                segmentChanges,
                lines(dir.resolve("triggers.jsonl")),
                lines(dir.resolve("rejects.jsonl")),
                Json.object(Files.readString(dir.resolve("summary.json"))));
    }

    private static List<ObjectNode> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Json::object).toList();
    }
}
