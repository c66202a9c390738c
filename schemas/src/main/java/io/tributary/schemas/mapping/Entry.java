package io.tributary.schemas.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.time.Timestamps;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * One entry of a mapping: which rows it takes and what event it makes of them. Pure; what has to wait for the end of the
 * input waits in {@link Groups}.
 *
 * @param index position in the mapping, part of every hash
 * @param when the condition, or null for every row
 * @param time when the event happened
 * @param values everything that is read from a row, with the field it is written to
 * @param fields top-level fields of the event in their order, as indices into the values
 * @param externalIds further identifiers by namespace, as indices into the values
 * @param trees {@code context}, {@code properties} and {@code traits}, where there are any
 * @param productValues what is read from a row for its product line
 * @param product the product line of a row, or null
 * @param groupBy the key of a group, or null for an event per row
 * @param distinctRows whether exact duplicate rows count once in a group
 */
record Entry(
        int index,
        Expression when,
        Time time,
        List<Slot> values,
        Map<String, Integer> fields,
        SortedMap<String, Integer> externalIds,
        Map<String, Template> trees,
        List<Slot> productValues,
        Template product,
        List<Value> groupBy,
        boolean distinctRows) {

    /** A value and the field it is written to. */
    record Slot(String name, Value value) {}

    /** The source of the timestamp and its format. */
    record Time(Value value, TimeReader reader) {
        long millis(Row row, Value.Ids ids) throws RowException {
            var raw = value.of(row, "timestamp", ids);
            if (raw == null) {
                throw new RowException(RejectReason.BAD_TIMESTAMP, "timestamp: " + source() + " is empty");
            }
            try {
                return reader.millis(raw.isBigDecimal() ? JsonText.plain(raw.decimalValue()) : raw.asText());
            } catch (DateTimeException e) {
                throw new RowException(
                        RejectReason.BAD_TIMESTAMP,
                        "timestamp: " + source() + " is not a time of the format " + reader.title()
                                + " between 1970 and 9999");
            }
        }

        private String source() {
            if (value instanceof Value.Column column) {
                return "column '" + column.column().name() + "'";
            }
            return value instanceof Value.Cel cel
                    ? "the result of " + cel.expression().text()
                    : "the constant";
        }
    }

    /**
     * What one row contributes.
     *
     * @param groupId the hash of the group's key, or null without groups
     * @param product the row's product line, or null
     */
    record Draft(long millis, String groupId, JsonNode[] values, JsonNode product) {}

    boolean takes(Row row) throws RowException {
        return when == null || when.test(row, "when");
    }

    boolean isGrouped() {
        return groupBy != null;
    }

    Draft draft(Row row) throws RowException {
        var groupId = isGrouped() ? groupId(row) : null;
        var ids = new Value.Ids() {
            @Override
            public JsonNode row() {
                return TextNode.valueOf(MappedIds.row(index, row.identity()));
            }

            @Override
            public JsonNode group() {
                return TextNode.valueOf(groupId);
            }
        };
        var line = product == null ? null : product.render(read(productValues, row, ids));
        return new Draft(time.millis(row, ids), groupId, read(values, row, ids), line);
    }

    private String groupId(Row row) throws RowException {
        var key = new JsonNode[groupBy.size()];
        boolean any = false;
        for (int i = 0; i < key.length; i++) {
            key[i] = groupBy.get(i).of(row, "group_by", null);
            any |= key[i] != null;
        }
        if (!any) {
            throw new RowException(RejectReason.BAD_VALUE, "group_by: every part of the key is empty");
        }
        return MappedIds.group(index, Arrays.asList(key));
    }

    private static JsonNode[] read(List<Slot> slots, Row row, Value.Ids ids) throws RowException {
        var read = new JsonNode[slots.size()];
        for (int i = 0; i < read.length; i++) {
            read[i] = slots.get(i).value().of(row, slots.get(i).name(), ids);
        }
        return read;
    }

    /**
     * The values of a group: sums over all rows; of everything else, the value of the latest row that has one.
     *
     * @param drafts in ascending (time, identity of the row) order
     */
    JsonNode[] combine(List<Draft> drafts) {
        var combined = new JsonNode[values.size()];
        for (int i = 0; i < combined.length; i++) {
            boolean sum = values.get(i).value() instanceof Value.Sum;
            for (var draft : drafts) {
                var value = draft.values()[i];
                if (value != null) {
                    combined[i] = sum && combined[i] != null ? add(combined[i], value) : value;
                }
            }
        }
        return combined;
    }

    private static JsonNode add(JsonNode a, JsonNode b) {
        BigDecimal sum = a.decimalValue().add(b.decimalValue());
        return DecimalNode.valueOf(sum);
    }

    /** The event as UTF-8 JSON, its fields in the order of the specification's examples. */
    byte[] write(long millis, JsonNode[] combined, List<JsonNode> products) throws RowException {
        var event = JsonNodeFactory.instance.objectNode();
        fields.forEach((name, index) -> {
            if (combined[index] != null) {
                event.set(name, combined[index]);
            }
            if (name.equals("messageId")) {
                event.put("timestamp", Timestamps.format(millis));
            }
        });
        set(event, "context", combined, context -> addExternalIds(context, combined));
        set(event, "properties", combined, properties -> {
            if (!products.isEmpty()) {
                properties.putArray("products").addAll(products);
            }
        });
        set(event, "traits", combined, traits -> {});
        try {
            return JsonText.MAPPER.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new RowException(
                    RejectReason.BAD_VALUE,
                    "a value can't be written as JSON: " + e.getClass().getSimpleName());
        }
    }

    /** A tree of the event, where anything in it is present. */
    private void set(ObjectNode event, String name, JsonNode[] combined, Consumer<ObjectNode> more) {
        var template = trees.get(name);
        var tree = template != null && template.render(combined) instanceof ObjectNode object
                ? object
                : JsonNodeFactory.instance.objectNode();
        more.accept(tree);
        if (!tree.isEmpty()) {
            event.set(name, tree);
        }
    }

    private void addExternalIds(ObjectNode context, JsonNode[] combined) {
        var ids = JsonNodeFactory.instance.arrayNode();
        externalIds.forEach((namespace, index) -> {
            if (combined[index] != null) {
                var id = ids.addObject();
                id.set("id", combined[index]);
                id.put("type", namespace).put("collection", "users").put("encoding", "none");
            }
        });
        if (!ids.isEmpty()) {
            context.set("externalIds", ids);
        }
    }
}
