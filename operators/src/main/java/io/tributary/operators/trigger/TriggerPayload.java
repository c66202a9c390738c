package io.tributary.operators.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.runtime.CelVariableResolver;
import io.tributary.operators.profile.Cart;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.definition.TriggerExpression;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * What a trigger tells. What an expression only names of a cart is told as a profile has it, money exactly; all else, as CEL
 * says. What says nothing is left out.
 */
final class TriggerPayload {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TriggerPayload() {}

    /** Of a cart. */
    static ObjectNode of(SortedMap<String, TriggerExpression> expressions, CartVariables variables) {
        JsonNode profile = profile(variables.cart());
        return told(
                expressions,
                expression ->
                        expression.path().isEmpty() ? json(expression.value(variables)) : at(profile, expression));
    }

    /**
     * Of a match.
     *
     * @param cart as of its last event; null if nothing is told of it
     */
    static ObjectNode of(
            SortedMap<String, TriggerExpression> expressions, CelVariableResolver variables, SeenCart cart) {
        JsonNode profile = cart == null || !cart.isKnown() ? MissingNode.getInstance() : profile(cart);
        return told(
                expressions,
                expression -> isNamedOfCart(expression) ? at(profile, expression) : json(expression.value(variables)));
    }

    private static boolean isNamedOfCart(TriggerExpression expression) {
        return !expression.path().isEmpty() && expression.path().get(0).equals(TriggerExpression.CART);
    }

    private static ObjectNode told(
            SortedMap<String, TriggerExpression> expressions, Function<TriggerExpression, JsonNode> told) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        expressions.forEach((name, expression) -> {
            JsonNode value = told.apply(expression);
            if (!value.isMissingNode()) {
                payload.set(name, value);
            }
        });
        return payload;
    }

    private static ObjectNode profile(Cart cart) {
        return profile(ProfileJson.write(512, json -> ProfileJson.writeCart(json, cart, true)));
    }

    private static ObjectNode profile(SeenCart cart) {
        return profile(ProfileJson.write(
                512, json -> ProfileJson.writeCart(json, cart.items(), cart.value(), cart.updatedAt())));
    }

    private static ObjectNode profile(byte[] cart) {
        ObjectNode profile = JsonNodeFactory.instance.objectNode();
        try {
            profile.set(TriggerExpression.CART, JSON.readTree(cart));
        } catch (IOException e) {
            throw new UncheckedIOException("a cart is JSON", e);
        }
        return profile;
    }

    private static JsonNode at(JsonNode profile, TriggerExpression expression) {
        JsonNode value = profile;
        for (String name : expression.path()) {
            value = value.path(name);
        }
        return value;
    }

    /** What CEL says as JSON; missing for what JSON has no word for. */
    private static JsonNode json(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof String text) {
            return nodes.textNode(text);
        }
        if (value instanceof Boolean truth) {
            return nodes.booleanNode(truth);
        }
        if (value instanceof Long number) {
            return nodes.numberNode(number);
        }
        if (value instanceof UnsignedLong number) {
            return nodes.numberNode(number.bigIntegerValue());
        }
        if (value instanceof Double number && Double.isFinite(number)) {
            // Without an exponent and the zero of a whole number.
            BigDecimal decimal = BigDecimal.valueOf(number).stripTrailingZeros();
            return nodes.numberNode(decimal.scale() < 0 ? decimal.setScale(0) : decimal);
        }
        if (value instanceof Instant instant) {
            return nodes.textNode(Timestamps.format(instant.toEpochMilli()));
        }
        if (value instanceof List<?> list) {
            var array = nodes.arrayNode();
            list.forEach(element -> array.add(orNull(json(element))));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.entrySet().stream()
                    .sorted((a, b) -> a.getKey().toString().compareTo(b.getKey().toString()))
                    .forEach(field -> object.set(field.getKey().toString(), orNull(json(field.getValue()))));
            return object;
        }
        return nodes.missingNode();
    }

    private static JsonNode orNull(JsonNode value) {
        return value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value;
    }
}
