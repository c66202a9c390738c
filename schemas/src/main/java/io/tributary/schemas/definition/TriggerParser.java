package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.types.CelType;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.YamlSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a trigger of the cart. What of one can't be said yet has to be what the platform does, so that nobody takes for
 * changed what is not.
 */
final class TriggerParser {
    private static final String STEPS = "steps";
    private static final String ID = "id";
    private static final String ON = "on";
    private static final String WHERE = "where";
    private static final String SELECT = "select";
    private static final String NOT_FOLLOWED_BY = "not_followed_by";
    private static final String OR_WHEN = "or_when";
    private static final String WITHIN = "within";
    private static final String REMINDERS = "reminders";
    private static final String AFTER = "after";
    private static final String WHEN = "when";
    private static final String EXPIRES_AFTER = "expires_after";
    private static final String COOL_DOWN = "cool_down";
    private static final String PURPOSE = "purpose";
    private static final String PAYLOAD = "payload";

    private static final List<String> KEYS = List.of(
            "name", "title", "description", STEPS, WITHIN, REMINDERS, EXPIRES_AFTER, COOL_DOWN, PURPOSE, PAYLOAD);

    private static final List<String> CART_EVENTS =
            List.of("Product Added", "Wishlist Product Added to Cart", "Product Removed", "Cart Updated");
    private static final List<String> ORDER_EVENTS = List.of("Order Completed");

    private final YamlSource yaml;
    private final Mistakes mistakes;
    private final Check check;

    /** Reads an expression, whose mistakes it tells. */
    @FunctionalInterface
    interface Check {
        /**
         * @param what what messages call it
         * @param objection what is wrong with its type, or null
         * @return null if there are mistakes in it
         */
        CheckedExpression of(YamlSource yaml, Node node, String what, Function<CelType, String> objection);
    }

    TriggerParser(YamlSource yaml, Mistakes mistakes, Check check) {
        this.yaml = yaml;
        this.mistakes = mistakes;
        this.check = check;
    }

    /** The step with which a trigger begins. */
    private record Beginning(String id, TriggerExpression where) {}

    /**
     * Reads a trigger.
     *
     * @param name null if that is a mistake, which is told
     * @param json asked for only where there is no mistake
     * @return null if there are mistakes in it, which are told
     */
    TriggerDefinition parse(String name, YamlSource.Obj keys, Supplier<ObjectNode> json) {
        int before = mistakes.count();
        keys.allow(KEYS);
        String title = text(keys, "title");
        String description = text(keys, "description");
        Beginning beginning = mistakes.attempt(yaml, () -> steps(keys));
        Duration within = mistakes.attempt(yaml, () -> span(keys, WITHIN, 1));
        List<Deadline> deadlines = new ArrayList<>();
        if (beginning != null && within != null) {
            deadlines.add(new Deadline(beginning.id, within, null));
        }
        if (keys.has(REMINDERS)) {
            mistakes.attempt(yaml, () -> reminders(keys.get(REMINDERS), deadlines));
        }
        Duration expiresAfter = mistakes.attempt(yaml, () -> span(keys, EXPIRES_AFTER, 0));
        fixed(keys, COOL_DOWN, "0d");
        fixed(keys, PURPOSE, TriggerDefinition.PURPOSE);
        SortedMap<String, TriggerExpression> payload = new TreeMap<>();
        if (keys.has(PAYLOAD)) {
            mistakes.attempt(yaml, () -> payload(keys.get(PAYLOAD), payload));
        }
        return mistakes.count() > before || name == null
                ? null
                : new TriggerDefinition(
                        name, title, description, beginning.where, deadlines, expiresAfter, payload, json.get());
    }

    private String text(YamlSource.Obj keys, String key) {
        return keys.has(key) ? mistakes.attempt(yaml, () -> yaml.text(keys.get(key), "'" + key + "'")) : null;
    }

    private Duration span(YamlSource.Obj keys, String key, int least) {
        Node node = keys.require(key, Spans.FORM);
        String text = yaml.text(node, "'" + key + "'");
        Duration span = Spans.parse(text);
        if (span == null) {
            throw yaml.error(node, "'" + key + "' must be " + Spans.FORM + ", not '" + text + "'");
        }
        if (span.toMinutes() < least || span.toMillis() > TriggerDefinition.MAX_DELAY) {
            throw yaml.error(node, "'%s' must be %s to 10y, not '%s'".formatted(key, least == 0 ? "0m" : "1m", text));
        }
        return span;
    }

    // -------------------------------------------------------------------------------------------------------- steps

    private Beginning steps(YamlSource.Obj keys) {
        Node node = keys.require(STEPS, "a step with 'on' and one with 'not_followed_by'");
        List<Node> steps = yaml.list(node, "'steps'");
        if (steps.size() != 2) {
            throw yaml.error(
                    node, "'steps' must be two so far: one with 'on', and one with 'not_followed_by' that ends it");
        }
        Beginning beginning = mistakes.attempt(yaml, () -> beginning(steps.get(0)));
        mistakes.attempt(yaml, () -> end(steps.get(1), beginning));
        return beginning;
    }

    private Beginning beginning(Node node) {
        YamlSource.Obj step = yaml.object(node, "a step", mistakes.in(yaml));
        step.allow(List.of(ID, ON, WHERE, SELECT));
        String id = mistakes.attempt(yaml, () -> id(step));
        mistakes.attempt(yaml, () -> events(step, ON, CART_EVENTS));
        TriggerExpression where = condition(step, WHERE);
        mistakes.attempt(yaml, () -> {
            step.require(SELECT, "select: last");
            return null;
        });
        fixed(step, SELECT, "last");
        return id == null ? null : new Beginning(id, where);
    }

    /** @return nothing: what is wrong is thrown or told */
    private Void end(Node node, Beginning beginning) {
        YamlSource.Obj step = yaml.object(node, "a step", mistakes.in(yaml));
        step.allow(List.of(ID, NOT_FOLLOWED_BY, OR_WHEN));
        mistakes.attempt(yaml, () -> {
            String id = id(step);
            if (beginning != null && id.equals(beginning.id)) {
                throw yaml.error(step.get(ID), "a step with the id '" + id + "' is here already");
            }
            return id;
        });
        mistakes.attempt(yaml, () -> events(step, NOT_FOLLOWED_BY, ORDER_EVENTS));
        // Each cart event ends what the one before it has begun, so what is said here says nothing more.
        condition(step, OR_WHEN);
        return null;
    }

    private String id(YamlSource.Obj step) {
        return name(step.require(ID, "the step's name"), "'id'");
    }

    private String name(Node node, String what) {
        String name = yaml.text(node, what);
        if (!DefinitionsParser.NAME.matcher(name).matches()) {
            throw yaml.error(
                    node,
                    "%s must be a lower-case letter and up to 63 lower-case letters, digits and underscores, not '%s'"
                            .formatted(what, name));
        }
        return name;
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

    // ---------------------------------------------------------------------------------------------------- reminders

    private Void reminders(Node node, List<Deadline> deadlines) {
        List<Node> reminders = yaml.list(node, "'" + REMINDERS + "'");
        if (reminders.size() >= TriggerDefinition.MAX_DEADLINES) {
            throw yaml.error(
                    node,
                    "'%s' has %d of them, and %d is the most"
                            .formatted(REMINDERS, reminders.size(), TriggerDefinition.MAX_DEADLINES - 1));
        }
        reminders.forEach(reminder -> mistakes.attempt(yaml, () -> reminder(reminder, deadlines)));
        return null;
    }

    private Void reminder(Node node, List<Deadline> deadlines) {
        YamlSource.Obj keys = yaml.object(node, "a reminder", mistakes.in(yaml));
        keys.allow(List.of(ID, AFTER, WHEN));
        String id = mistakes.attempt(yaml, () -> {
            String name = id(keys);
            if (deadlines.stream().anyMatch(deadline -> deadline.step().equals(name))) {
                throw yaml.error(keys.get(ID), "a step with the id '" + name + "' is here already");
            }
            return name;
        });
        Duration after = mistakes.attempt(yaml, () -> span(keys, AFTER, 1));
        TriggerExpression when = condition(keys, WHEN);
        if (id == null || after == null || deadlines.isEmpty()) {
            return null;
        }
        Duration delay = deadlines.get(0).delay().plus(after);
        if (delay.compareTo(deadlines.get(deadlines.size() - 1).delay()) <= 0) {
            throw yaml.error(keys.get(AFTER), "reminders follow each other: 'after' must be more than the one before");
        }
        if (delay.toMillis() > TriggerDefinition.MAX_DELAY) {
            throw yaml.error(keys.get(AFTER), "'within' and 'after' must be 10y at most together");
        }
        deadlines.add(new Deadline(id, delay, when));
        return null;
    }

    // -------------------------------------------------------------------------------------------------- expressions

    /** Null if there is none, or one with mistakes, which are told. */
    private TriggerExpression condition(YamlSource.Obj keys, String key) {
        String what = "'" + key + "'";
        return keys.has(key)
                ? expression(keys.get(key), what, type -> DefinitionsParser.notACondition(what, type))
                : null;
    }

    private TriggerExpression expression(Node node, String what, Function<CelType, String> objection) {
        CheckedExpression checked = mistakes.attempt(yaml, () -> check.of(yaml, node, what, objection));
        return checked == null ? null : checked.ofTrigger();
    }

    private Void payload(Node node, SortedMap<String, TriggerExpression> fields) {
        YamlSource.Obj payload = yaml.object(node, "'" + PAYLOAD + "'", mistakes.in(yaml));
        if (payload.keys().size() > TriggerDefinition.MAX_PAYLOAD) {
            throw yaml.error(
                    node,
                    "'%s' has %d names, and %d is the most"
                            .formatted(PAYLOAD, payload.keys().size(), TriggerDefinition.MAX_PAYLOAD));
        }
        for (String key : payload.keys()) {
            mistakes.attempt(yaml, () -> name(payload.keyNode(key), "a name of 'payload'"));
            TriggerExpression value = expression(payload.get(key), "'" + key + "'", type -> null);
            if (value != null) {
                fields.put(key, value);
            }
        }
        return null;
    }

    // ----------------------------------------------------------------------------------------- what can't be changed

    /** If it is said: alike in all but white space. */
    private void fixed(YamlSource.Obj keys, String key, String value) {
        if (keys.has(key)) {
            mistakes.attempt(yaml, () -> {
                Node node = keys.get(key);
                if (!yaml.text(node, "'" + key + "'").trim().equals(value)) {
                    throw changed(node, key, value);
                }
                return null;
            });
        }
    }

    private DefinitionException changed(Node node, String key, String value) {
        return yaml.error(node, "'%s' can't be changed yet: it is %s".formatted(key, value));
    }
}
