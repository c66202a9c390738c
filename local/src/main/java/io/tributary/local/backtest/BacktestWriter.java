package io.tributary.local.backtest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.sink.RejectJson;
import io.tributary.operators.trigger.Suppression.Reason;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Writes a backtest's files. Each appears whole or not at all; {@code summary.json} comes last. */
public final class BacktestWriter {
    private final Path out;

    /** @param out the folder; it is created */
    public BacktestWriter(Path out) {
        this.out = out;
    }

    /** @param wallSeconds how long the backtest took */
    public void write(BacktestResult result, double wallSeconds) throws IOException {
        Files.createDirectories(out);
        writeLines("profiles.jsonl", result.profiles());
        writeLines("triggers.jsonl", result.triggers());
        writeLines("triggers-suppressed.jsonl", result.triggersSuppressed());
        writeLines("identity-changes.jsonl", result.identityChanges());
        writeLines("segment-changes.jsonl", result.segmentChanges());
        write("rejects.jsonl", file -> {
            for (Reject reject : result.rejects()) {
                file.write(RejectJson.write(reject));
                file.write('\n');
            }
        });
        byte[] report =
                ProfileJson.write(512, json -> writeReport(json, result.counts().triggers()));
        write("trigger-report.json", file -> {
            file.write(report);
            file.write('\n');
        });
        byte[] summary = ProfileJson.write(512, json -> writeSummary(json, result.counts(), wallSeconds));
        write("summary.json", file -> {
            file.write(summary);
            file.write('\n');
        });
    }

    private void writeLines(String name, List<byte[]> lines) throws IOException {
        write(name, file -> {
            for (byte[] line : lines) {
                file.write(line);
                file.write('\n');
            }
        });
    }

    private void write(String name, Content content) throws IOException {
        Path unfinished = out.resolve("." + name + ".unfinished");
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 16)) {
            content.writeTo(file);
        }
        Files.move(unfinished, out.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void writeReport(JsonGenerator json, TriggerReport report) throws IOException {
        json.writeStartArray();
        for (Map.Entry<TriggerReport.Subject, TriggerReport.Counts> entry :
                report.all().entrySet()) {
            TriggerReport.Counts counts = entry.getValue();
            json.writeStartObject();
            json.writeStringField("trigger", entry.getKey().trigger());
            if (entry.getKey().reminder() != null) {
                json.writeStringField("reminder", entry.getKey().reminder());
            }
            json.writeNumberField("fired", counts.fired());
            json.writeNumberField("customers", counts.customers());
            json.writeNumberField("bought_within_24h", counts.boughtWithinADay());
            json.writeObjectFieldStart("per_day");
            for (Map.Entry<LocalDate, Long> day : counts.perDay().entrySet()) {
                json.writeNumberField(day.getKey().toString(), day.getValue());
            }
            json.writeEndObject();
            if (!counts.suppressed().isEmpty()) {
                writeReasons(json, "suppressed", counts.suppressed());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeSummary(JsonGenerator json, BacktestResult.Counts counts, double wallSeconds)
            throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("events");
        json.writeNumberField("read", counts.read());
        json.writeNumberField("accepted", counts.accepted());
        json.writeNumberField("duplicate", counts.duplicate());
        // All events are applied in order, so none comes late.
        json.writeNumberField("late", 0);
        json.writeNumberField("after_until", counts.afterUntil());
        json.writeObjectFieldStart("rejected");
        for (Map.Entry<RejectReason, Long> entry : counts.rejected().entrySet()) {
            json.writeNumberField(entry.getKey().id(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeNumberField("customers", counts.customers());
        json.writeNumberField("merges", counts.merges());
        writeCounts(json, "segments", counts.segments());
        writeCounts(json, "triggers", counts.triggers().firedByTrigger());
        SortedMap<String, Map<Reason, Long>> suppressed = counts.triggers().suppressedByTrigger();
        if (!suppressed.isEmpty()) {
            json.writeObjectFieldStart("triggers_suppressed");
            for (Map.Entry<String, Map<Reason, Long>> entry : suppressed.entrySet()) {
                writeReasons(json, entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        }
        json.writeNumberField("wall_seconds", Math.round(wallSeconds * 1000) / 1000.0);
        json.writeNumberField("events_per_second", Math.round(counts.read() / Math.max(wallSeconds, 1e-3)));
        json.writeEndObject();
    }

    private static void writeReasons(JsonGenerator json, String field, Map<Reason, Long> counts) throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<Reason, Long> entry : counts.entrySet()) {
            json.writeNumberField(entry.getKey().id(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeCounts(JsonGenerator json, String field, SortedMap<String, Long> counts)
            throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, Long> entry : counts.entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private interface Content {
        void writeTo(OutputStream file) throws IOException;
    }
}
