package io.tributary.schemas.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.values.NullValue;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.input.LineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of a file of JSON lines: an object per line, or per element of one of its arrays. */
final class JsonRows implements RowReader {
    private static final String PARENT = "parent";

    private final String explode;

    /**
     * A reader.
     *
     * @param explode the field whose elements are the rows, or null
     */
    JsonRows(String explode) {
        this.explode = explode;
    }

    @Override
    public long read(Path file, ReadLimits limits, RowSink sink) {
        long lines = 0;
        try (var reader = new LineReader(file, limits.lineBytes())) {
            while (reader.hasNext()) {
                var line = reader.next();
                lines = line.number();
                var origin = Origin.row(file.getFileName().toString(), line.number());
                try {
                    rows(line, origin, limits, sink);
                } catch (RowException e) {
                    sink.reject(new Reject(e.reason(), e.getMessage(), origin, line.bytes(), line.length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
        return lines;
    }

    private void rows(LineReader.Line line, Origin origin, ReadLimits limits, RowSink sink) throws RowException {
        var text = text(line, limits);
        var object = parse(text);
        if (explode == null) {
            sink.row(new JsonRow(object, null, line.bytes(), origin, line.bytes()));
            return;
        }
        var elements = object.get(explode);
        if (elements == null || !elements.isArray()) {
            throw new RowException(RejectReason.BAD_ROW, "field '" + explode + "' is not an array");
        }
        if (elements.isEmpty()) {
            throw new RowException(RejectReason.UNMAPPED_ROW, "field '" + explode + "' is an empty array");
        }
        var parent = new Parent(object);
        var rest = object.deepCopy().without(explode).toString();
        var raws = objects(text).iterator();
        int position = 0;
        int others = 0;
        int firstOther = 0;
        for (var element : elements) {
            position++;
            if (element instanceof ObjectNode row) {
                var identity = (row + "\n" + rest).getBytes(StandardCharsets.UTF_8);
                sink.row(new JsonRow(row, parent, identity, origin, raws.next()));
            } else if (++others == 1) {
                firstOther = position;
            }
        }
        if (others > 0) {
            var detail = others == 1
                    ? "element %d of '%s' is not an object".formatted(firstOther, explode)
                    : "%d elements of '%s' are not objects, the first of them is element %d"
                            .formatted(others, explode, firstOther);
            sink.reject(new Reject(RejectReason.BAD_ROW, detail, origin, line.bytes()));
        }
    }

    /** The bytes of each object of the exploded array, as they stand in the line. */
    private List<byte[]> objects(String line) {
        List<byte[]> objects = new ArrayList<>();
        try (var parser = JsonText.MAPPER.createParser(line)) {
            parser.nextToken();
            for (var field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                if (parser.nextToken() != JsonToken.START_ARRAY || !field.equals(explode)) {
                    parser.skipChildren();
                    continue;
                }
                // Of a repeated field the last counts.
                objects.clear();
                for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                    int start = (int) parser.currentTokenLocation().getCharOffset();
                    parser.skipChildren();
                    if (token == JsonToken.START_OBJECT) {
                        int end = (int) parser.currentLocation().getCharOffset();
                        objects.add(line.substring(start, end).getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
            return objects;
        } catch (IOException e) {
            throw new UncheckedIOException("the line has been read before", e);
        }
    }

    private static String text(LineReader.Line line, ReadLimits limits) throws RowException {
        Lines.refuseUnreadable(line, limits);
        var bytes = line.number() == 1 ? Text.withoutByteOrderMark(line.bytes()) : line.bytes();
        return Text.utf8(bytes)
                .orElseThrow(() -> new RowException(RejectReason.NOT_JSON, "the line is not valid UTF-8"));
    }

    private static ObjectNode parse(String text) throws RowException {
        try {
            var node = JsonText.MAPPER.readTree(text);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw node.isMissingNode()
                    ? new RowException(RejectReason.NOT_JSON, "the line is blank")
                    : new RowException(RejectReason.NOT_AN_OBJECT, "the line is JSON, but not an object");
        } catch (StreamConstraintsException e) {
            throw e.getMessage().contains("depth")
                    ? new RowException(RejectReason.TOO_DEEP, "objects are nested deeper than " + JsonText.MAX_DEPTH)
                    : new RowException(RejectReason.BAD_VALUE, "a number or name is longer than the limit");
        } catch (NumberFormatException e) {
            // Jackson lets it through: JSON's exponents have no limit, BigDecimal's have.
            throw new RowException(RejectReason.BAD_VALUE, "the exponent of a number is longer than the limit");
        } catch (JsonProcessingException e) {
            throw new RowException(
                    RejectReason.NOT_JSON,
                    "not valid JSON at byte column "
                            + (e.getLocation() == null ? 0 : e.getLocation().getColumnNr()));
        }
    }

    /** The enclosing object; converted for expressions once for all its rows. */
    private static final class Parent {
        private final ObjectNode object;
        private Object value;

        private Parent(ObjectNode object) {
            this.object = object;
        }

        private Object value() {
            if (value == null) {
                value = convert(object);
            }
            return value;
        }
    }

    private record JsonRow(ObjectNode object, Parent parent, byte[] identity, Origin origin, byte[] raw)
            implements Row {
        @Override
        public JsonNode cell(ColumnRef column) {
            JsonNode node = object;
            int from = 0;
            if (parent != null && column.path().get(0).equals(PARENT)) {
                node = parent.object;
                from = 1;
            }
            for (var name : column.path().subList(from, column.path().size())) {
                node = node == null ? null : node.get(name);
            }
            boolean absent = node == null
                    || node.isNull()
                    || (node.isTextual() && node.textValue().isEmpty());
            return absent ? null : node;
        }

        @Override
        public Map<String, Object> variables() {
            var variables = new HashMap<String, Object>();
            variables.put("row", convert(object));
            if (parent != null) {
                variables.put(PARENT, parent.value());
            }
            return variables;
        }
    }

    /** JSON as values of CEL: whole numbers are int where they fit, all others double. */
    private static Object convert(JsonNode node) {
        if (node.isObject()) {
            var map = new HashMap<String, Object>();
            node.forEachEntry((name, value) -> map.put(name, convert(value)));
            return map;
        }
        if (node.isArray()) {
            var list = new ArrayList<Object>();
            node.forEach(item -> list.add(convert(item)));
            return list;
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() && node.canConvertToLong() ? (Object) node.longValue() : node.doubleValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isTextual() ? node.textValue() : NullValue.NULL_VALUE;
    }
}
