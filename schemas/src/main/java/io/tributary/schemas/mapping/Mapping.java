package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.YamlSource;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * How the rows of a CSV or JSON-lines file become events of the Segment specification; {@code docs/mappings.md} is the
 * language. Loaded from YAML once, with every mistake reported at its place, and used for any number of files.
 */
public final class Mapping {
    private final RowReader reader;
    private final List<Entry> entries;

    Mapping(RowReader reader, List<Entry> entries) {
        this.reader = reader;
        this.entries = entries;
    }

    /**
     * Loads a mapping file.
     *
     * @throws DefinitionException if there is a mistake in it
     * @throws UncheckedIOException if it can't be read
     */
    public static Mapping load(Path file) {
        return load(file, IdentitySettings.defaults());
    }

    /**
     * Loads a mapping file.
     *
     * @param identity says which namespaces there are
     * @throws DefinitionException if there is a mistake in it
     * @throws UncheckedIOException if it can't be read
     */
    public static Mapping load(Path file, IdentitySettings identity) {
        return new MappingParser(YamlSource.load(file, "the mapping"), identity).parse();
    }

    /**
     * Reads a mapping from its text.
     *
     * @param name what messages call it
     * @throws DefinitionException if there is a mistake in it
     */
    public static Mapping parse(String name, String yaml) {
        return parse(name, yaml, IdentitySettings.defaults());
    }

    /**
     * Reads a mapping from its text.
     *
     * @param name what messages call it
     * @param identity says which namespaces there are
     * @throws DefinitionException if there is a mistake in it
     */
    public static Mapping parse(String name, String yaml, IdentitySettings identity) {
        return new MappingParser(new YamlSource(name, yaml), identity).parse();
    }

    /** As {@link #read(List, ReadLimits, Consumer)} with {@link ReadLimits#DEFAULT}. */
    public MappingSummary read(List<Path> files, Consumer<MappedLine> out) {
        return read(files, ReadLimits.DEFAULT, out);
    }

    /**
     * Maps files as one input. Events of single rows and rejects are delivered in the order of the files, grouped
     * events at the end. The bytes of the events do not depend on the order of files and rows.
     *
     * @throws DefinitionException if a file does not fit the mapping, or its groups exceed the limit
     * @throws UncheckedIOException if a file can't be read; the message names it
     */
    public MappingSummary read(List<Path> files, ReadLimits limits, Consumer<MappedLine> out) {
        var run = new Run(new Groups(limits.groupedBytes()), out);
        long lines = 0;
        for (var file : files) {
            lines += reader.read(file, limits, run);
        }
        run.groups.drain(run::deliver);
        return new MappingSummary(lines, run.rows, run.events, run.rejects);
    }

    /** One reading of all files. */
    private final class Run implements RowSink {
        private final Groups groups;
        private final Consumer<MappedLine> out;
        private long rows;
        private long events;
        private long rejects;

        private Run(Groups groups, Consumer<MappedLine> out) {
            this.groups = groups;
            this.out = out;
        }

        @Override
        public void row(Row row) {
            rows++;
            try {
                var taking = new ArrayList<Entry>();
                for (var entry : entries) {
                    if (entry.takes(row)) {
                        taking.add(entry);
                    }
                }
                if (taking.isEmpty()) {
                    throw new RowException(RejectReason.UNMAPPED_ROW, "no entry of the mapping applies");
                }
                for (var entry : taking) {
                    map(row, entry);
                }
            } catch (RowException e) {
                reject(new Reject(e.reason(), e.getMessage(), row.origin(), row.raw()));
            }
        }

        private void map(Row row, Entry entry) {
            try {
                var draft = entry.draft(row);
                if (entry.isGrouped()) {
                    groups.add(row, entry, draft);
                    return;
                }
                var products = draft.product() == null ? List.<JsonNode>of() : List.of(draft.product());
                deliver(new MappedLine.Event(
                        entry.write(draft.millis(), draft.values(), products), row.origin(), row.raw()));
            } catch (RowException e) {
                reject(new Reject(e.reason(), e.getMessage(), row.origin(), row.raw()));
            }
        }

        @Override
        public void reject(Reject reject) {
            deliver(new MappedLine.Refused(reject));
        }

        private void deliver(MappedLine line) {
            if (line instanceof MappedLine.Event) {
                events++;
            } else {
                rejects++;
            }
            out.accept(line);
        }
    }
}
