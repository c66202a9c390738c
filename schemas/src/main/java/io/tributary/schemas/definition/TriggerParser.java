package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.types.CelType;
import io.tributary.schemas.definition.EventSequence.Correlation;
import io.tributary.schemas.definition.EventSequence.Relation;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.yaml.YamlSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a trigger. */
final class TriggerParser {
    static final String ID = "id";
    static final String WHERE = "where";
    static final String SELECT = "select";
    static final String WITHIN = "within";
    private static final String STEPS = "steps";
    private static final String OR_WHEN = "or_when";
    private static final String CORRELATION = "correlation";
    private static final String REMINDERS = "reminders";
    private static final String AFTER = "after";
    private static final String WHEN = "when";
    private static final String DELAY = "delay";
    private static final String EXPIRES_AFTER = "expires_after";
    private static final String GRACE = "grace";
    private static final String COOL_DOWN = "cool_down";
    private static final String PURPOSE = "purpose";
    private static final String PAYLOAD = "payload";
    private static final String CHANNEL = "channel";
    private static final String GROUP = "group";
    private static final String PRIORITY = "priority";
    private static final Pattern PRIORITIES = Pattern.compile("\\d{1,2}|100");

    private static final List<String> KEYS = List.of(
            "name",
            "title",
            "description",
            STEPS,
            CORRELATION,
            WITHIN,
            REMINDERS,
            DELAY,
            EXPIRES_AFTER,
            GRACE,
            COOL_DOWN,
            PURPOSE,
            PAYLOAD,
            CHANNEL,
            GROUP,
            PRIORITY);

    private static final Set<String> CART_EVENTS =
            Set.of("Product Added", "Wishlist Product Added to Cart", "Product Removed", "Cart Updated");
    private static final Set<String> ORDER_EVENTS = Set.of("Order Completed");

    private final YamlSource yaml;
    private final Mistakes mistakes;
    private final Check check;
    private final KnownSegments segments;

    /** Reads an expression, whose mistakes it tells. */
    @FunctionalInterface
    interface Check {
        /**
         * @param what what messages call it
         * @param objection what is wrong with its type, or null
         * @return null if there are mistakes in it
         */
        CheckedExpression of(
                YamlSource yaml, Node node, String what, Language language, Function<CelType, String> objection);
    }

    TriggerParser(YamlSource yaml, Mistakes mistakes, Check check, KnownSegments segments) {
        this.yaml = yaml;
        this.mistakes = mistakes;
        this.check = check;
        this.segments = segments;
    }

    /** What is said of steps and of what they are for. */
    private record Shape(String step, TriggerExpression where, EventSequence events, List<Deadline> deadlines) {
        boolean firesAtDeadline() {
            return events == null || events.endsByAbsence();
        }
    }

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
        boolean isOfCart = isOfCart(keys);
        TriggerExpressions expressions = new TriggerExpressions(
                yaml, mistakes, check, isOfCart ? Language.ofCartTriggers() : Language.ofEventTriggers());
        Shape shape = isOfCart ? cart(keys, expressions) : sequence(keys, expressions);
        if (keys.has(REMINDERS)) {
            mistakes.attempt(yaml, () -> reminders(keys, shape, expressions));
        }
        Duration delay = mistakes.attempt(yaml, () -> delay(keys, shape));
        Duration expiresAfter = mistakes.attempt(yaml, () -> span(keys, EXPIRES_AFTER, 0));
        Duration grace = mistakes.attempt(yaml, () -> grace(keys, shape));
        Duration coolDown = mistakes.attempt(
                yaml,
                () -> keys.has(COOL_DOWN)
                        ? span(keys, COOL_DOWN, 0, TriggerDefinition.MAX_COOL_DOWN, "365d")
                        : Duration.ZERO);
        String purpose = mistakes.attempt(
                yaml,
                () -> keys.has(PURPOSE)
                        ? purpose(yaml, keys.get(PURPOSE), "'" + PURPOSE + "'")
                        : TriggerDefinition.PURPOSE);
        SortedMap<String, TriggerExpression> payload = new TreeMap<>();
        if (keys.has(PAYLOAD)) {
            mistakes.attempt(yaml, () -> payload(keys.get(PAYLOAD), payload, expressions));
        }
        String channel = mistakes.attempt(yaml, () -> optionalName(keys, CHANNEL));
        String group = mistakes.attempt(yaml, () -> optionalName(keys, GROUP));
        Integer priority = mistakes.attempt(yaml, () -> priority(keys));
        return mistakes.count() > before || name == null
                ? null
                : new TriggerDefinition(
                        name,
                        title,
                        description,
                        shape.where,
                        shape.events,
                        shape.deadlines,
                        delay,
                        expiresAfter,
                        grace,
                        coolDown,
                        purpose,
                        payload,
                        channel,
                        group,
                        priority,
                        json.get());
    }

    private String text(YamlSource.Obj keys, String key) {
        return keys.has(key) ? mistakes.attempt(yaml, () -> yaml.text(keys.get(key), "'" + key + "'")) : null;
    }

    private String optionalName(YamlSource.Obj keys, String key) {
        return keys.has(key) ? DefinitionsParser.name(yaml, keys.get(key), "'" + key + "'") : null;
    }

    /** As events name it in what customers say of their consent. */
    static String purpose(YamlSource yaml, Node node, String what) {
        String purpose = yaml.text(node, what);
        if (purpose.isBlank() || purpose.length() > TriggerDefinition.MAX_PURPOSE) {
            throw yaml.error(
                    node,
                    "%s must have 1 to %d characters, as context.consent of events has it"
                            .formatted(what, TriggerDefinition.MAX_PURPOSE));
        }
        return purpose;
    }

    private int priority(YamlSource.Obj keys) {
        if (!keys.has(PRIORITY)) {
            return 0;
        }
        String text = yaml.text(keys.get(PRIORITY), "'" + PRIORITY + "'");
        if (!PRIORITIES.matcher(text).matches()) {
            throw yaml.error(
                    keys.get(PRIORITY), "'%s' must be a number from 0 to 100, not '%s'".formatted(PRIORITY, text));
        }
        return Integer.parseInt(text);
    }

    private Duration delay(YamlSource.Obj keys, Shape shape) {
        if (!keys.has(DELAY)) {
            return Duration.ZERO;
        }
        if (shape.firesAtDeadline()) {
            throw yaml.error(
                    keys.keyNode(DELAY),
                    "'delay' is for triggers that fire with an event; how long nothing must follow is said by 'within'");
        }
        return span(keys, DELAY, 0, TriggerDefinition.MAX_WAIT, "30d");
    }

    private Duration grace(YamlSource.Obj keys, Shape shape) {
        boolean isOfDeadline = shape.firesAtDeadline();
        if (!keys.has(GRACE)) {
            return isOfDeadline ? TriggerDefinition.GRACE : Duration.ZERO;
        }
        if (!isOfDeadline) {
            throw yaml.error(keys.keyNode(GRACE), "'grace' is for triggers whose last step has 'not_followed_by'");
        }
        return span(keys, GRACE, 0, TriggerDefinition.MAX_GRACE, "30d");
    }

    private Duration span(YamlSource.Obj keys, String key, int least) {
        return span(keys, key, least, TriggerDefinition.MAX_DELAY, "10y");
    }

    private Duration span(YamlSource.Obj keys, String key, int least, long mostMillis, String most) {
        Node node = keys.require(key, Spans.FORM);
        String text = yaml.text(node, "'" + key + "'");
        Duration span = Spans.parse(text);
        if (span == null) {
            throw yaml.error(node, "'" + key + "' must be " + Spans.FORM + ", not '" + text + "'");
        }
        if (span.toMinutes() < least || span.toMillis() > mostMillis) {
            throw yaml.error(
                    node, "'%s' must be %s to %s, not '%s'".formatted(key, least == 0 ? "0m" : "1m", most, text));
        }
        return span;
    }

    // -------------------------------------------------------------------------------------------------------- steps

    /** Whether it begins with each cart event and ends with an order: then it is the cart that it is about. */
    private boolean isOfCart(YamlSource.Obj keys) {
        if (!keys.has(STEPS) || !YamlSource.isList(keys.get(STEPS))) {
            return false;
        }
        List<Node> steps = yaml.list(keys.get(STEPS), "'steps'");
        return steps.size() == 2
                && names(steps.get(0), Relation.ON).equals(CART_EVENTS)
                && names(steps.get(1), Relation.NOT_FOLLOWED_BY).equals(ORDER_EVENTS)
                && isOrIsNot(steps.get(0), SELECT, EventSequence.Select.LAST.key())
                && isOrIsNot(keys.node(), CORRELATION, Correlation.CUSTOMER.key());
    }

    /** The names that a step has, as far as they are any; mistakes are told by whoever reads it. */
    private Set<String> names(Node step, Relation relation) {
        Set<String> names = new HashSet<>();
        Node node = YamlSource.isObject(step) ? quietly(step).get(relation.key()) : null;
        if (node != null && YamlSource.isList(node)) {
            for (Node name : yaml.list(node, "")) {
                names.add(yaml.json(name).asText());
            }
        }
        return names;
    }

    private boolean isOrIsNot(Node object, String key, String value) {
        YamlSource.Obj keys = YamlSource.isObject(object) ? quietly(object) : null;
        return keys == null
                || !keys.has(key)
                || (!YamlSource.isObject(keys.get(key))
                        && !YamlSource.isList(keys.get(key))
                        && yaml.json(keys.get(key)).asText().equals(value));
    }

    private YamlSource.Obj quietly(Node object) {
        return yaml.object(object, "a step", mistake -> {});
    }

    private Shape cart(YamlSource.Obj keys, TriggerExpressions expressions) {
        List<Node> steps = yaml.list(keys.get(STEPS), "'steps'");
        YamlSource.Obj first = yaml.object(steps.get(0), "a step", mistakes.in(yaml));
        first.allow(List.of(ID, Relation.ON.key(), WHERE, SELECT));
        String id = mistakes.attempt(yaml, () -> expressions.id(first));
        TriggerExpression where = expressions.condition(first, WHERE);
        YamlSource.Obj end = yaml.object(steps.get(1), "a step", mistakes.in(yaml));
        end.allow(List.of(ID, Relation.NOT_FOLLOWED_BY.key(), OR_WHEN));
        mistakes.attempt(yaml, () -> expressions.otherId(end, id == null ? Set.of() : Set.of(id)));
        // Each cart event ends what the one before it has begun, so what is said here says nothing more.
        expressions.condition(end, OR_WHEN);
        Duration within = mistakes.attempt(yaml, () -> span(keys, WITHIN, 1));
        return new Shape(id, where, null, deadlines(id, within));
    }

    private static List<Deadline> deadlines(String step, Duration within) {
        List<Deadline> deadlines = new ArrayList<>();
        if (step != null && within != null) {
            deadlines.add(new Deadline(step, within, null));
        }
        return deadlines;
    }

    private Shape sequence(YamlSource.Obj keys, TriggerExpressions expressions) {
        EventSequenceParser parser = new EventSequenceParser(yaml, mistakes, expressions, segments);
        EventSequence events = mistakes.attempt(yaml, () -> {
            Node steps = keys.require(STEPS, "what has to happen: a step with 'on' and what follows it");
            return parser.parse(steps, keys.has(CORRELATION) ? keys.get(CORRELATION) : null, takesTime -> {
                if (!takesTime && keys.has(WITHIN)) {
                    throw yaml.error(keys.keyNode(WITHIN), "'within' means nothing where one event is enough");
                }
                return takesTime ? mistakes.attempt(yaml, () -> span(keys, WITHIN, 1)) : Duration.ZERO;
            });
        });
        if (events == null) {
            return new Shape(null, null, null, new ArrayList<>());
        }
        String step = events.first().id();
        return new Shape(
                step, null, events, events.endsByAbsence() ? deadlines(step, events.within()) : new ArrayList<>());
    }

    // ---------------------------------------------------------------------------------------------------- reminders

    private Void reminders(YamlSource.Obj keys, Shape shape, TriggerExpressions expressions) {
        Node node = keys.get(REMINDERS);
        if (!shape.firesAtDeadline()) {
            throw yaml.error(
                    keys.keyNode(REMINDERS), "'reminders' are for triggers whose last step has 'not_followed_by'");
        }
        List<Node> reminders = yaml.list(node, "'" + REMINDERS + "'");
        if (reminders.size() >= TriggerDefinition.MAX_DEADLINES) {
            throw yaml.error(
                    node,
                    "'%s' has %d of them, and %d is the most"
                            .formatted(REMINDERS, reminders.size(), TriggerDefinition.MAX_DEADLINES - 1));
        }
        reminders.forEach(reminder -> mistakes.attempt(yaml, () -> reminder(reminder, shape.deadlines, expressions)));
        return null;
    }

    private Void reminder(Node node, List<Deadline> deadlines, TriggerExpressions expressions) {
        YamlSource.Obj keys = yaml.object(node, "a reminder", mistakes.in(yaml));
        keys.allow(List.of(ID, AFTER, WHEN));
        Set<String> ids = new HashSet<>();
        deadlines.forEach(deadline -> ids.add(deadline.step()));
        String id = mistakes.attempt(yaml, () -> expressions.otherId(keys, ids));
        Duration after = mistakes.attempt(yaml, () -> span(keys, AFTER, 1));
        TriggerExpression when = expressions.condition(keys, WHEN);
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

    // ------------------------------------------------------------------------------------------------------ payload

    private Void payload(Node node, SortedMap<String, TriggerExpression> fields, TriggerExpressions expressions) {
        YamlSource.Obj payload = yaml.object(node, "'" + PAYLOAD + "'", mistakes.in(yaml));
        if (payload.keys().size() > TriggerDefinition.MAX_PAYLOAD) {
            throw yaml.error(
                    node,
                    "'%s' has %d names, and %d is the most"
                            .formatted(PAYLOAD, payload.keys().size(), TriggerDefinition.MAX_PAYLOAD));
        }
        for (String key : payload.keys()) {
            mistakes.attempt(yaml, () -> expressions.name(payload.keyNode(key), "a name of 'payload'"));
            TriggerExpression value = expressions.value(payload.get(key), "'" + key + "'");
            if (value != null) {
                fields.put(key, value);
            }
        }
        return null;
    }
}
