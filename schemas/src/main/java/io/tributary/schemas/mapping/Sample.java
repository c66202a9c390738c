package io.tributary.schemas.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.input.LineReader;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The beginning of a file as a table of texts, with what its format seems to be.
 *
 * @param input the mapping's {@code input} in YAML
 * @param json whether rows are JSON, where numbers are numbers in expressions
 * @param named whether the file names its columns itself
 * @param columns values of every column, without empty ones, in the order of the file
 * @param rows number of rows that were looked at
 */
record Sample(String input, boolean json, boolean named, Map<String, List<String>> columns, int rows) {
    private static final int MAX_ROWS = 20_000;
    private static final long MAX_BYTES = 16L << 20;
    private static final int LINES_FOR_FORMAT = 200;

    static Sample of(Path file) {
        var lines = lines(file);
        if (lines.isEmpty()) {
            throw new DefinitionException(file + ": there is no line of text in it");
        }
        return lines.get(0).stripLeading().startsWith("{") ? json(file, lines) : csv(file, lines);
    }

    List<String> values(String column) {
        return columns.getOrDefault(column, List.of());
    }

    private static List<String> lines(Path file) {
        var lines = new ArrayList<String>();
        long bytes = 0;
        try (var reader = new LineReader(file)) {
            while (reader.hasNext() && lines.size() < MAX_ROWS && bytes < MAX_BYTES) {
                var line = reader.next();
                bytes += line.bytes().length;
                if (!line.truncated()) {
                    Text.utf8(line.number() == 1 ? Text.withoutByteOrderMark(line.bytes()) : line.bytes())
                            .filter(text -> !text.isBlank())
                            .ifPresent(lines::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
        return lines;
    }

    // ---- CSV

    private static Sample csv(Path file, List<String> lines) {
        var format = delimiter(lines.subList(0, Math.min(lines.size(), LINES_FOR_FORMAT)));
        var table = new ArrayList<List<String>>();
        for (var line : lines) {
            cells(format.csv(), line)
                    .filter(cells -> cells.size() == format.width())
                    .ifPresent(table::add);
        }
        if (table.isEmpty()) {
            throw new DefinitionException(file + ": no delimiter found that gives every line the same columns");
        }
        boolean header = isHeader(table);
        var names = new ArrayList<String>();
        for (int i = 0; i < format.width(); i++) {
            names.add(header ? table.get(0).get(i) : "c" + (i + 1));
        }
        var columns = new LinkedHashMap<String, List<String>>();
        names.forEach(name -> columns.put(name, new ArrayList<>()));
        for (var row : header ? table.subList(1, table.size()) : table) {
            for (int i = 0; i < row.size(); i++) {
                if (!row.get(i).isEmpty()) {
                    columns.get(names.get(i)).add(row.get(i));
                }
            }
        }
        var input = "{format: csv" + format.yaml()
                + (header ? "" : ", header: false, columns: [" + String.join(", ", names) + "]") + "}";
        return new Sample(input, false, header, columns, table.size() - (header ? 1 : 0));
    }

    private record Format(CsvFormat csv, String yaml, int width, double agreement) {}

    private static Format delimiter(List<String> lines) {
        var candidates = List.of(
                candidate(lines, new CsvFormat(','), ""),
                candidate(lines, new CsvFormat(';'), ", delimiter: \";\""),
                candidate(lines, new CsvFormat('\t'), ", delimiter: tab"),
                candidate(lines, new CsvFormat('|'), ", delimiter: \"|\""));
        Format best = candidates.get(0);
        for (var format : candidates) {
            if (format.width > 1 && (best.width == 1 || format.agreement > best.agreement)) {
                best = format;
            }
        }
        // Spaces are everywhere; they separate only where nothing else does.
        var spaces = candidate(lines, CsvFormat.WHITESPACE, ", delimiter: whitespace");
        return best.width == 1 && spaces.width > 1 && spaces.agreement > 0.9 ? spaces : best;
    }

    private static Format candidate(List<String> lines, CsvFormat format, String yaml) {
        var widths = new TreeMap<Integer, Integer>();
        for (var line : lines) {
            cells(format, line).ifPresent(cells -> widths.merge(cells.size(), 1, Integer::sum));
        }
        int width = 1;
        int most = 0;
        for (var entry : widths.entrySet()) {
            if (entry.getValue() >= most) {
                width = entry.getKey();
                most = entry.getValue();
            }
        }
        return new Format(format, yaml, width, (double) most / lines.size());
    }

    private static Optional<List<String>> cells(CsvFormat format, String line) {
        return line.indexOf('"') >= 0 && format != CsvFormat.WHITESPACE
                ? format.parseQuoted(line)
                : Optional.of(format.split(line));
    }

    /** A header has names: distinct, none empty, none a number, a date or an e-mail address. */
    private static boolean isHeader(List<List<String>> table) {
        var first = table.get(0);
        return new HashSet<>(first).size() == first.size()
                && first.stream().noneMatch(cell -> cell.isBlank() || cell.matches(".*@.*|[-+]?[\\d., :/-]+"));
    }

    // ---- JSON lines

    private static Sample json(Path file, List<String> lines) {
        var objects = new ArrayList<ObjectNode>();
        lines.forEach(line -> object(line).ifPresent(objects::add));
        if (objects.isEmpty()) {
            throw new DefinitionException(file + ": no line of it is a JSON object");
        }
        if (isSegment(objects.get(0))) {
            throw new DefinitionException(
                    file + ": these are events of the Segment specification; they need no mapping");
        }
        var explode = explode(objects);
        var columns = new LinkedHashMap<String, List<String>>();
        int rows = 0;
        for (var object : objects) {
            if (explode.isEmpty()) {
                flatten("", object, columns);
                rows++;
                continue;
            }
            var rest = object.deepCopy();
            rest.remove(explode.get());
            for (var element : object.path(explode.get())) {
                if (rows++ < MAX_ROWS) {
                    flatten("", element, columns);
                    flatten("parent.", rest, columns);
                }
            }
        }
        var input = "{format: jsonl"
                + explode.map(field -> ", explode: " + Yaml12.text(field)).orElse("") + "}";
        return new Sample(input, true, true, columns, rows);
    }

    /** A broken line is no sample; reading the file rejects it. */
    private static Optional<ObjectNode> object(String line) {
        try {
            return JsonText.MAPPER.readTree(line) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JsonProcessingException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isSegment(ObjectNode object) {
        return Set.of("identify", "track", "page", "screen", "group", "alias")
                        .contains(object.path("type").asText())
                && (object.has("userId") || object.has("anonymousId") || object.has("messageId"));
    }

    /** The one field that is a list of objects in every line. */
    private static Optional<String> explode(List<ObjectNode> objects) {
        var counts = new HashMap<String, Integer>();
        for (var object : objects) {
            object.forEachEntry((name, value) -> {
                if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                    counts.merge(name, 1, Integer::sum);
                }
            });
        }
        var names = new LinkedHashSet<>(counts.keySet());
        names.removeIf(name -> counts.get(name) < objects.size());
        return names.size() == 1 ? Optional.of(names.iterator().next()) : Optional.empty();
    }

    private static void flatten(String prefix, JsonNode node, Map<String, List<String>> columns) {
        node.properties().forEach(field -> {
            var name = prefix + field.getKey();
            var value = field.getValue();
            if (value.isObject()) {
                flatten(name + ".", value, columns);
            } else if (value.isValueNode() && !field.getKey().contains(".")) {
                var values = columns.computeIfAbsent(name, key -> new ArrayList<>());
                if (!value.isNull() && !value.asText().isEmpty()) {
                    values.add(value.asText());
                }
            }
        });
    }
}
