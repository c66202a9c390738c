package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.RejectReason;

/** Where one value of an event comes from. */
sealed interface Value {
    /**
     * The value for a row, or null where it is absent.
     *
     * @param what the field that is written, for messages
     * @param ids the ids of the row and of its group
     */
    JsonNode of(Row row, String what, Ids ids) throws RowException;

    /** The ids that {@code hash: row} and {@code hash: group} give. */
    interface Ids {
        JsonNode row();

        JsonNode group();
    }

    record Constant(JsonNode value) implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) {
            return value;
        }
    }

    record Column(ColumnRef column, As as) implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) throws RowException {
            var cell = row.cell(column);
            return cell == null || as == null ? cell : convert(cell, as, what, "column '" + column.name() + "'");
        }
    }

    record Cel(Expression expression, As as) implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) throws RowException {
            var value = expression.value(row, what);
            return value == null || as == null ? value : convert(value, as, what, "the result of " + expression.text());
        }
    }

    record RowHash() implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) {
            return ids.row();
        }
    }

    record GroupHash() implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) {
            return ids.group();
        }
    }

    /** The exact sum of a column over the rows of a group; for one row its number. */
    record Sum(ColumnRef column) implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) throws RowException {
            var cell = row.cell(column);
            return cell == null ? null : convert(cell, As.DECIMAL, what, "column '" + column.name() + "'");
        }
    }

    /** A value as text, after its own conversion. */
    record AsText(Value value) implements Value {
        @Override
        public JsonNode of(Row row, String what, Ids ids) throws RowException {
            var read = value.of(row, what, ids);
            return read == null ? null : convert(read, As.STRING, what, "the value");
        }
    }

    private static JsonNode convert(JsonNode value, As as, String what, String source) throws RowException {
        var converted = as.convert(value);
        if (converted.isEmpty()) {
            throw new RowException(RejectReason.BAD_VALUE, what + ": " + source + " is not a " + as.title());
        }
        return converted.get();
    }
}
