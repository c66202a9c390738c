package io.tributary.local.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a simulation to a file and its truth beside it. Both appear under their names only when they are complete, so
 * a run that was interrupted can't be mistaken for a finished one.
 */
public final class SimulationWriter {
    private static final int BUFFER_BYTES = 1 << 17;

    private final JsonFactory factory = new JsonFactory();
    private final IsoTime times = new IsoTime();

    /** {@code FILE.truth.jsonl}; plain text also where the file is compressed. */
    public static Path truthOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".truth.jsonl");
    }

    /**
     * Runs the simulation to its end.
     *
     * @param file replaced if it exists; compressed if its name ends in {@code .gz}
     * @param progress receives the number of lines after each
     */
    public SimulationSummary write(Simulator simulator, Path file, LongConsumer progress) throws IOException {
        Path truth = truthOf(file);
        Path partialFile = partial(file);
        Path partialTruth = partial(truth);
        try {
            SimulationSummary summary = writeBoth(simulator, file, partialFile, partialTruth, progress);
            Files.move(partialTruth, truth, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partialFile, file, StandardCopyOption.REPLACE_EXISTING);
            return summary;
        } finally {
            Files.deleteIfExists(partialFile);
            Files.deleteIfExists(partialTruth);
        }
    }

    private SimulationSummary writeBoth(
            Simulator simulator, Path file, Path partialFile, Path partialTruth, LongConsumer progress)
            throws IOException {
        boolean compressed = file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
        try (OutputStream lines = open(partialFile, compressed);
                OutputStream truths = open(partialTruth, false);
                JsonGenerator json = factory.createGenerator(truths)) {
            json.setRootValueSeparator(null);
            long number = 0;
            while (simulator.hasNext()) {
                SimulatedLine line = simulator.next();
                number++;
                lines.write(line.bytes());
                lines.write('\n');
                writeTruth(json, number, line.truth());
                progress.accept(number);
            }
            SimulationSummary summary = simulator.summary();
            writeSummary(json, summary);
            return summary;
        }
    }

    private void writeTruth(JsonGenerator json, long number, LineTruth truth) throws IOException {
        json.writeStartObject();
        json.writeNumberField("line", number);
        json.writeStringField("kind", truth.kind().id());
        writeOptional(json, "message_id", truth.messageId());
        if (truth.reason() != null) {
            json.writeStringField("reason", truth.reason().id());
        }
        json.writeStringField("at", times.format(truth.at().toEpochMilli()));
        json.writeStringField("person", truth.person());
        writeOptional(json, "user_id", truth.userId());
        writeOptional(json, "email", truth.email());
        writeOptional(json, "mistyped_email", truth.mistypedEmail());
        writeStrings(json, "devices", truth.devices());
        writeStrings(json, "device", truth.device());
        json.writeBooleanField("device_shared", truth.deviceShared());
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private void writeSummary(JsonGenerator json, SimulationSummary summary) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", "summary");
        json.writeNumberField("lines", summary.lines());
        json.writeNumberField("events", summary.events());
        json.writeNumberField("duplicates", summary.duplicates());
        json.writeNumberField("late", summary.late());
        json.writeObjectFieldStart("broken");
        for (var entry : summary.broken().entrySet()) {
            json.writeNumberField(entry.getKey().id(), entry.getValue());
        }
        json.writeEndObject();
        json.writeStringField("newest_event", times.format(summary.newestEvent().toEpochMilli()));
        json.writeNumberField("persons", summary.persons());
        json.writeNumberField("persons_who_log_in", summary.personsWhoLogIn());
        json.writeObjectFieldStart("by_name");
        for (var entry : summary.byName().entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("orders", summary.orders());
        writeMoney(json, "revenue", summary.revenue());
        writeMoney(json, "refunds", summary.refunds());
        json.writeObjectFieldStart("abandoned_carts");
        json.writeNumberField("total", summary.totalAbandonedCarts());
        json.writeObjectFieldStart("by_person");
        for (var entry : summary.abandonedCarts().entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private static void writeMoney(JsonGenerator json, String name, Map<String, BigDecimal> amounts)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (var entry : amounts.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue().toPlainString());
        }
        json.writeEndObject();
    }

    private static void writeOptional(JsonGenerator json, String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private static void writeStrings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static Path partial(Path file) {
        return file.resolveSibling(file.getFileName() + ".partial");
    }

    private static OutputStream open(Path path, boolean compressed) throws IOException {
        OutputStream out = Files.newOutputStream(path);
        return compressed ? new GZIPOutputStream(out, BUFFER_BYTES) : new BufferedOutputStream(out, BUFFER_BYTES);
    }
}
