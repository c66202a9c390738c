package io.tributary.operators.segment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.json.AcceptedJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as {@link Facts} have it: the one place that decides what a number, a text, an object of a customer is. */
public final class PlainJson {
    private PlainJson() {}

    /**
     * What a JSON text says.
     *
     * @return null for a JSON null
     * @throws IllegalArgumentException if it is no JSON
     */
    public static Object of(String json) {
        try {
            return of(AcceptedJson.mapper().readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON", e);
        }
    }

    /**
     * What a value says.
     *
     * @param node read by {@link AcceptedJson#mapper}
     * @return null for a JSON null, and for what is missing
     */
    public static Object of(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(field -> map.put(field.getKey(), of(field.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(element -> list.add(of(element)));
            return list;
        }
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() ? (Object) node.longValue() : node.decimalValue();
        }
        if (node.isNumber()) {
            return node.decimalValue().stripTrailingZeros();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.textValue();
    }
}
