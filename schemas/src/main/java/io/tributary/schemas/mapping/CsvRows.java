package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.input.LineReader;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.NearestName;
import io.tributary.schemas.yaml.YamlSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Rows of a CSV file. A quoted cell may contain line ends, but only so many: behind the bound its quote counts as
 * stray, its first line alone is refused, and reading goes on with the next line, so that one bad character can't
 * swallow a file.
 */
final class CsvRows implements RowReader {
    private final YamlSource mapping;
    private final CsvFormat format;
    private final Columns columns;
    private final List<ColumnRef> used;

    /**
     * What the mapping says about the columns.
     *
     * @param header whether the first line names them
     * @param names the names, or null to take the header's
     * @param count the number, or null to take the header's
     * @param place where the mapping says so
     */
    record Columns(boolean header, List<String> names, Integer count, Node place) {}

    /**
     * A reader.
     *
     * @param used every column that the mapping names
     */
    CsvRows(YamlSource mapping, CsvFormat format, Columns columns, List<ColumnRef> used) {
        this.mapping = mapping;
        this.format = format;
        this.columns = columns;
        this.used = used;
    }

    @Override
    public long read(Path file, ReadLimits limits, RowSink sink) {
        try (var reader = new LineReader(file, limits.lineBytes())) {
            return new FileRun(file, reader, limits, sink).run();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
    }

    /** The columns that the mapping uses must be there, each once. */
    void check(List<String> names, String where) {
        for (var column : used) {
            if (!names.contains(column.name())) {
                var hint = NearestName.hint(column.name(), names);
                throw mapping.error(
                        column.place(),
                        "no column '" + column.name() + "'" + (hint.isEmpty() ? ";" : hint) + " " + where + " has: "
                                + String.join(", ", names));
            }
            if (names.indexOf(column.name()) != names.lastIndexOf(column.name())) {
                throw mapping.error(column.place(), where + " has the column '" + column.name() + "' twice");
            }
        }
    }

    /** One pass over one file. */
    private final class FileRun {
        private final Path file;
        private final LineReader reader;
        private final ReadLimits limits;
        private final RowSink sink;
        private final Deque<LineReader.Line> pushedBack = new ArrayDeque<>();
        private long lines;
        private Map<String, Integer> index;
        private int width;

        private FileRun(Path file, LineReader reader, ReadLimits limits, RowSink sink) {
            this.file = file;
            this.reader = reader;
            this.limits = limits;
            this.sink = sink;
        }

        private long run() {
            if (columns.header()) {
                var first = take();
                if (first == null) {
                    return 0;
                }
                readHeader(first);
            } else {
                useColumns(columns.names());
            }
            for (var line = take(); line != null; line = take()) {
                try {
                    sink.row(row(line));
                } catch (RowException e) {
                    sink.reject(new Reject(e.reason(), e.getMessage(), origin(line), line.bytes(), line.length()));
                }
            }
            return lines;
        }

        private Origin origin(LineReader.Line line) {
            return Origin.row(file.getFileName().toString(), line.number());
        }

        private LineReader.Line take() {
            if (!pushedBack.isEmpty()) {
                return pushedBack.poll();
            }
            if (!reader.hasNext()) {
                return null;
            }
            lines++;
            return reader.next();
        }

        private void readHeader(LineReader.Line line) {
            if (format.mayQuote(line.bytes())
                    && format.follow(CsvFormat.Quotes.CLOSED, line.bytes()) != CsvFormat.Quotes.CLOSED) {
                throw broken("its quotes are broken");
            }
            List<String> names;
            try {
                names = cells(line, new Joined(List.of(line))).orElseThrow(() -> broken("its quotes are broken"));
            } catch (RowException e) {
                throw broken(e.getMessage());
            }
            if (columns.count() != null && columns.count() != names.size()) {
                throw mapping.error(
                        columns.place(),
                        "the mapping says " + columns.count() + " columns, the header of " + file + " has "
                                + names.size() + ": " + String.join(", ", names));
            }
            if (columns.names() != null && !columns.names().equals(names)) {
                throw mapping.error(
                        columns.place(),
                        "the header of " + file + " has other columns than the mapping says: "
                                + String.join(", ", names));
            }
            check(names, "the header of " + file);
            useColumns(names);
        }

        private DefinitionException broken(String why) {
            return new DefinitionException(file + ":1: the first line should be the header, but " + why
                    + " (a file without one: header: false)");
        }

        private void useColumns(List<String> names) {
            index = new HashMap<>();
            for (int i = 0; i < names.size(); i++) {
                index.putIfAbsent(names.get(i), i);
            }
            width = names.size();
        }

        private Row row(LineReader.Line first) throws RowException {
            Lines.refuseUnreadable(first, limits);
            if (!format.mayQuote(first.bytes())) {
                return checked(first, new Joined(List.of(first)));
            }
            return switch (format.follow(CsvFormat.Quotes.CLOSED, first.bytes())) {
                case CLOSED -> checked(first, new Joined(List.of(first)));
                case OPEN -> continued(first);
                case BROKEN -> throw bad("broken quotes: text behind a closing quote");
            };
        }

        /** Takes lines until the quote closes; if what comes out is no record, gives all but the first back. */
        private Row continued(LineReader.Line first) throws RowException {
            var taken = new ArrayList<LineReader.Line>(List.of(first));
            long size = first.length();
            var quotes = CsvFormat.Quotes.OPEN;
            while (quotes == CsvFormat.Quotes.OPEN && taken.size() < limits.quotedLines()) {
                var line = take();
                if (line == null) {
                    break;
                }
                taken.add(line);
                size += line.length() + 1;
                if (size > limits.lineBytes()) {
                    break;
                }
                quotes = format.follow(quotes, line.bytes());
            }
            try {
                if (quotes != CsvFormat.Quotes.CLOSED) {
                    throw bad("broken quotes: a quote is not closed within " + limits.quotedLines() + " lines and "
                            + limits.lineBytes() + " bytes");
                }
                return checked(first, new Joined(taken));
            } catch (RowException e) {
                for (int i = taken.size() - 1; i > 0; i--) {
                    pushedBack.push(taken.get(i));
                }
                throw e;
            }
        }

        private Row checked(LineReader.Line first, Joined record) throws RowException {
            var cells = cells(first, record).orElseThrow(() -> bad("broken quotes"));
            if (cells.size() != width) {
                throw bad(cells.size() + (cells.size() == 1 ? " column" : " columns") + " instead of " + width);
            }
            return new CsvRow(index, cells, record.withoutByteOrderMark(), origin(first), record.bytes());
        }

        private Optional<List<String>> cells(LineReader.Line first, Joined record) throws RowException {
            Lines.refuseUnreadable(first, limits);
            var text = Text.utf8(record.withoutByteOrderMark()).orElseThrow(() -> bad("the line is not valid UTF-8"));
            return format.mayQuote(record.bytes()) ? format.parseQuoted(text) : Optional.of(format.split(text));
        }
    }

    private static RowException bad(String detail) {
        return new RowException(RejectReason.BAD_ROW, detail);
    }

    /** One or more lines that are one record, joined by LF. */
    private record Joined(boolean first, byte[] bytes) {
        private Joined(List<LineReader.Line> lines) {
            this(lines.get(0).number() == 1, join(lines));
        }

        private static byte[] join(List<LineReader.Line> lines) {
            if (lines.size() == 1) {
                return lines.get(0).bytes();
            }
            var joined = new ByteArrayOutputStream();
            for (var line : lines) {
                if (joined.size() > 0) {
                    joined.write('\n');
                }
                joined.writeBytes(line.bytes());
            }
            return joined.toByteArray();
        }

        private byte[] withoutByteOrderMark() {
            return first ? Text.withoutByteOrderMark(bytes) : bytes;
        }
    }

    private record CsvRow(Map<String, Integer> index, List<String> cells, byte[] identity, Origin origin, byte[] raw)
            implements Row {
        @Override
        public JsonNode cell(ColumnRef column) {
            var cell = cells.get(index.get(column.name()));
            return cell.isEmpty() ? null : TextNode.valueOf(cell);
        }

        /** Every column is there, an empty cell as {@code ''}: so a comparison with an empty cell is no error. */
        @Override
        public Map<String, Object> variables() {
            var row = new HashMap<String, Object>();
            index.forEach((name, position) -> row.put(name, cells.get(position)));
            return Map.of("row", row);
        }
    }
}
