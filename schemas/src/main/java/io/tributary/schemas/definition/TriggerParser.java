package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.YamlSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads the only trigger that there is so far. Two spans of it are free; whatever else the text says has to be what the
 * platform does, so that nobody takes for changed what is not.
 */
final class TriggerParser {
    private static final String NAME = "name";
    private static final String STEPS = "steps";
    private static final String WITHIN = "within";
    private static final String EXPIRES_AFTER = "expires_after";

    private static final List<String> KEYS =
            List.of(NAME, "title", "description", STEPS, WITHIN, EXPIRES_AFTER, "cool_down", "purpose", "payload");

    /** By key of the trigger; spans of time and texts. */
    private static final Map<String, String> FIXED = new TreeMap<>(Map.of("cool_down", "0d", "purpose", "marketing"));

    private static final List<String> CART_EVENTS =
            List.of("Product Added", "Wishlist Product Added to Cart", "Product Removed", "Cart Updated");
    private static final List<String> ORDER_EVENTS = List.of("Order Completed");

    private final YamlSource yaml;
    private final Mistakes mistakes;

    TriggerParser(YamlSource yaml, Mistakes mistakes) {
        this.yaml = yaml;
        this.mistakes = mistakes;
    }

    /**
     * Reads the trigger.
     *
     * @param json asked for only where there is no mistake
     * @return null if there are mistakes in it, which are told
     */
    AbandonedCartDefinition parse(YamlSource.Obj keys, Supplier<ObjectNode> json) {
        int before = mistakes.count();
        if (!keys.has(NAME)) {
            return null;
        }
        String name = yaml.text(keys.get(NAME), "'name'");
        if (!name.equals(AbandonedCartDefinition.NAME)) {
            throw yaml.error(
                    keys.get(NAME), "'%s': triggers other than abandoned_cart are not there yet".formatted(name));
        }
        keys.allow(KEYS);
        for (String key : List.of("title", "description")) {
            if (keys.has(key)) {
                mistakes.attempt(yaml, () -> yaml.text(keys.get(key), "'" + key + "'"));
            }
        }
        mistakes.attempt(yaml, () -> steps(keys));
        Duration within = mistakes.attempt(yaml, () -> span(keys, WITHIN, 1));
        Duration expiresAfter = mistakes.attempt(yaml, () -> span(keys, EXPIRES_AFTER, 0));
        FIXED.forEach((key, value) -> fixed(keys, key, value));
        mistakes.attempt(yaml, () -> payload(keys));
        return mistakes.count() > before ? null : new AbandonedCartDefinition(within, expiresAfter, json.get());
    }

    private Duration span(YamlSource.Obj keys, String key, int least) {
        Node node = keys.require(key, Spans.FORM);
        String text = yaml.text(node, "'" + key + "'");
        Duration span = Spans.parse(text);
        if (span == null) {
            throw yaml.error(node, "'" + key + "' must be " + Spans.FORM + ", not '" + text + "'");
        }
        if (span.toMinutes() < least || span.toMillis() > Window.MOST) {
            throw yaml.error(node, "'%s' must be %s to 10y, not '%s'".formatted(key, least == 0 ? "0m" : "1m", text));
        }
        return span;
    }

    /** @return nothing: what is wrong is thrown or told */
    private Void steps(YamlSource.Obj keys) {
        Node node = keys.require(STEPS, "the steps 'cart' and 'order'");
        List<Node> steps = yaml.list(node, "'steps'");
        if (steps.size() != 2) {
            throw yaml.error(node, "'steps' can't be changed yet: there are two, 'cart' and 'order'");
        }
        step(steps.get(0), "cart", Map.of("where", "size(cart.items) > 0", "select", "last"), "on", CART_EVENTS);
        step(steps.get(1), "order", Map.of("or_when", "size(cart.items) == 0"), "not_followed_by", ORDER_EVENTS);
        return null;
    }

    private void step(Node node, String id, Map<String, String> texts, String events, List<String> names) {
        mistakes.attempt(yaml, () -> {
            YamlSource.Obj step = yaml.object(node, "a step", mistakes.in(yaml));
            List<String> known = new ArrayList<>(List.of("id", events));
            known.addAll(new TreeMap<>(texts).keySet());
            step.allow(known);
            fixed(step, "id", id);
            new TreeMap<>(texts).forEach((key, text) -> fixed(step, key, text));
            return events(step, events, names);
        });
    }

    /** The names in any order: they mean the same. */
    private Void events(YamlSource.Obj step, String key, List<String> names) {
        String as = "[" + String.join(", ", names) + "]";
        Node node = step.require(key, key + ": " + as);
        List<String> stated = yaml.list(node, "'" + key + "'").stream()
                .map(name -> yaml.text(name, "an event's name"))
                .sorted()
                .toList();
        if (!stated.equals(names.stream().sorted().toList())) {
            throw changed(node, key, as);
        }
        return null;
    }

    private Void payload(YamlSource.Obj keys) {
        Map<String, String> fields = new TreeMap<>(Map.of("items", "cart.items", "value", "cart.value"));
        Node node = keys.require("payload", "{items: cart.items, value: cart.value}");
        YamlSource.Obj payload = yaml.object(node, "'payload'", mistakes.in(yaml));
        payload.allow(fields.keySet());
        fields.forEach((key, value) -> fixed(payload, key, value));
        return null;
    }

    /** Whatever it is, expression, span or word: alike in all but white space. */
    private void fixed(YamlSource.Obj keys, String key, String value) {
        mistakes.attempt(yaml, () -> {
            Node node = keys.require(key, key + ": " + value);
            if (!CelTokens.canonical(yaml.text(node, "'" + key + "'")).equals(CelTokens.canonical(value))) {
                throw changed(node, key, value);
            }
            return null;
        });
    }

    private DefinitionException changed(Node node, String key, String value) {
        return yaml.error(node, "'%s' can't be changed yet: it is %s".formatted(key, value));
    }
}
