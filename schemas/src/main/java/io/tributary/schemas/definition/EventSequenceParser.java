package io.tributary.schemas.definition;

import io.tributary.schemas.definition.EventSequence.Correlation;
import io.tributary.schemas.definition.EventSequence.Relation;
import io.tributary.schemas.definition.EventSequence.Select;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.yaml.YamlSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the steps of a trigger of a sequence of events. */
final class EventSequenceParser {
    private static final String TIMES = "times";
    private static final String OPTIONAL = "optional";

    private static final List<String> RELATIONS =
            Stream.of(Relation.values()).map(Relation::key).toList();
    private static final List<String> FOLLOWING = RELATIONS.subList(1, RELATIONS.size());

    private final YamlSource yaml;
    private final Mistakes mistakes;
    private final TriggerExpressions expressions;
    private final KnownSegments segments;

    EventSequenceParser(YamlSource yaml, Mistakes mistakes, TriggerExpressions expressions, KnownSegments segments) {
        this.yaml = yaml;
        this.mistakes = mistakes;
        this.expressions = expressions;
        this.segments = segments;
    }

    /** A step, and where it stands. */
    private record Written(Step step, YamlSource.Obj keys) {}

    /**
     * Reads a sequence.
     *
     * @param correlation null if nothing is said of it
     * @param within says how long a match may take, if it takes any time; null if that is a mistake
     * @return null if there are mistakes in it, which are told
     */
    EventSequence parse(Node all, Node correlation, Function<Boolean, Duration> within) {
        int before = mistakes.count();
        List<Node> nodes = yaml.list(all, "'steps'");
        if (nodes.isEmpty() || nodes.size() > EventSequence.MAX_STEPS) {
            throw yaml.error(all, "'steps' must be 1 to %d, not %d".formatted(EventSequence.MAX_STEPS, nodes.size()));
        }
        List<Written> steps = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            Relation relation = i == 0 ? Relation.ON : null;
            Written read = mistakes.attempt(yaml, () -> step(node, relation, ids));
            if (read == null) {
                expressions.knowNotAll();
            } else {
                steps.add(read);
            }
        }
        if (steps.size() < nodes.size()) {
            return null;
        }
        mistakes.attempt(yaml, () -> order(steps));
        Select select = mistakes.attempt(yaml, () -> select(steps));
        Correlation by = correlation == null
                ? Correlation.CUSTOMER
                : mistakes.attempt(
                        yaml, () -> oneOf(correlation, "correlation", Correlation.values(), Correlation::key));
        if (by != null && by != Correlation.CUSTOMER) {
            mistakes.attempt(yaml, () -> refuseChanges(steps, by));
        }
        Duration longest = within.apply(steps.size() > 1 || steps.get(0).step.times() > 1);
        return mistakes.count() > before
                ? null
                : new EventSequence(steps.stream().map(Written::step).toList(), select, by, longest);
    }

    /** @return nothing: what is wrong is thrown */
    private Void refuseChanges(List<Written> steps, Correlation by) {
        for (Written written : steps) {
            boolean hasChange = written.step.events().stream().anyMatch(name -> SegmentEvent.ofName(name) != null);
            if (hasChange || written.step.events().contains(MergerEvent.NAME)) {
                throw yaml.error(
                        written.keys.get(written.step.relation().key()),
                        "a %s is about no '%s': leave 'correlation' out"
                                .formatted(hasChange ? "change of a segment" : "merger", by.key()));
            }
        }
        return null;
    }

    private Written step(Node node, Relation first, Set<String> ids) {
        YamlSource.Obj keys = yaml.object(node, "a step", mistakes.in(yaml));
        Relation relation = first == null ? relation(keys) : first;
        List<String> allowed = new ArrayList<>(List.of(TriggerParser.ID, relation.key(), TriggerParser.WHERE));
        if (relation != Relation.NOT_FOLLOWED_BY) {
            allowed.add(TIMES);
        }
        if (relation == Relation.ON) {
            allowed.add(TriggerParser.SELECT);
        } else if (relation == Relation.FOLLOWED_BY) {
            allowed.add(OPTIONAL);
        }
        keys.allow(allowed);
        int before = mistakes.count();
        String id = mistakes.attempt(yaml, () -> expressions.otherId(keys, ids));
        SortedSet<String> events = mistakes.attempt(yaml, () -> events(keys, relation));
        TriggerExpression where = expressions.condition(keys, TriggerParser.WHERE);
        Integer times = keys.has(TIMES) ? mistakes.attempt(yaml, () -> times(keys.get(TIMES))) : Integer.valueOf(1);
        Boolean optional = keys.has(OPTIONAL)
                ? mistakes.attempt(yaml, () -> yaml.bool(keys.get(OPTIONAL), "'" + OPTIONAL + "'"))
                : Boolean.FALSE;
        if (mistakes.count() > before) {
            return null;
        }
        ids.add(id);
        Step step = new Step(id, relation, events, where, times, optional);
        if (step.isTaken()) {
            expressions.know(id);
        }
        return new Written(step, keys);
    }

    private Relation relation(YamlSource.Obj keys) {
        List<Relation> said = Stream.of(Relation.values())
                .filter(relation -> relation != Relation.ON && keys.has(relation.key()))
                .toList();
        if (said.size() != 1) {
            throw yaml.error(
                    keys.node(),
                    "a step behind the first has one of %s, not %s"
                            .formatted(String.join(", ", FOLLOWING), said.isEmpty() ? "none" : said.size()));
        }
        return said.get(0);
    }

    private SortedSet<String> events(YamlSource.Obj keys, Relation relation) {
        Node node = keys.require(relation.key(), "names of events, such as [Product Viewed]");
        List<Node> names = yaml.list(node, "'" + relation.key() + "'");
        if (names.isEmpty() || names.size() > EventSequence.MAX_EVENTS) {
            throw yaml.error(
                    node,
                    "'%s' must name 1 to %d events, not %d"
                            .formatted(relation.key(), EventSequence.MAX_EVENTS, names.size()));
        }
        SortedSet<String> events = new TreeSet<>();
        for (Node name : names) {
            boolean isChange = YamlSource.isObject(name);
            String event = isChange ? change(name) : event(name);
            if (event == null) {
                continue;
            }
            if (!events.add(event)) {
                throw yaml.error(name, "'" + SegmentEvent.text(event) + "' is here twice");
            }
            SegmentEvent change = SegmentEvent.ofName(event);
            if (change != null && relation == Relation.NOT_FOLLOWED_BY) {
                events.add(new SegmentEvent(change.segment(), change.isEntered(), true).name());
            }
        }
        return events;
    }

    private String event(Node node) {
        String event = yaml.text(node, "an event's name");
        if (!event.isEmpty() && Character.isISOControl(event.charAt(0))) {
            throw yaml.error(node, "an event's name can't begin with a control character");
        }
        return event;
    }

    /** The name of a change of a membership, or of a merger; null for what is neither, which is told. */
    private String change(Node node) {
        YamlSource.Obj keys = yaml.object(node, "an event", mistakes.in(yaml));
        List<String> known = List.of(SegmentEvent.ENTERED, SegmentEvent.EXITED, MergerEvent.MERGED);
        keys.allow(known);
        if (keys.keys().size() != 1) {
            throw yaml.error(
                    node, "an event is a name or one of {entered: SEGMENT}, {exited: SEGMENT} and {merged: true}");
        }
        String key = keys.keys().iterator().next();
        if (!known.contains(key)) {
            return null;
        }
        if (key.equals(MergerEvent.MERGED)) {
            if (!yaml.bool(keys.get(key), "'" + key + "'")) {
                throw yaml.error(keys.get(key), "'merged' can only be true: leave it out where no merger is meant");
            }
            return MergerEvent.NAME;
        }
        Node segment = keys.get(key);
        String name = yaml.text(segment, "'" + key + "'");
        segments.refuseUnknown(yaml, segment, name);
        return new SegmentEvent(name, key.equals(SegmentEvent.ENTERED), false).name();
    }

    private int times(Node node) {
        String text = yaml.text(node, "'" + TIMES + "'");
        if (!text.matches("[1-9]\\d?") || Integer.parseInt(text) > EventSequence.MAX_TIMES) {
            throw yaml.error(
                    node,
                    "'%s' must be a whole number from 1 to %d, not '%s'"
                            .formatted(TIMES, EventSequence.MAX_TIMES, text));
        }
        return Integer.parseInt(text);
    }

    /** @return nothing: what is wrong is thrown */
    private Void order(List<Written> steps) {
        refuseLooksAtOptional(steps);
        for (int i = 1; i < steps.size(); i++) {
            Step before = steps.get(i - 1).step;
            Step step = steps.get(i).step;
            YamlSource.Obj keys = steps.get(i).keys;
            if (!before.isTaken() && step.relation() != Relation.FOLLOWED_BY) {
                throw yaml.error(
                        keys.keyNode(step.relation().key()),
                        "behind 'not_followed_by' comes 'followed_by', or nothing");
            }
            if (!before.isTaken() && !Collections.disjoint(before.events(), step.events())) {
                throw yaml.error(
                        keys.get(step.relation().key()),
                        "an event can't be both what must not happen before this step and the step itself");
            }
            if (step.optional() && step.times() > 1) {
                throw yaml.error(keys.keyNode(TIMES), "an optional step can't have 'times'");
            }
            boolean isLast = i == steps.size() - 1;
            if (step.optional()
                    && (isLast || !before.isTaken() || !steps.get(i + 1).step.isTaken())) {
                throw yaml.error(
                        keys.keyNode(OPTIONAL),
                        isLast
                                ? "the last step can't be optional: it is what the trigger waits for"
                                : "a step beside 'not_followed_by' can't be optional");
            }
        }
        return null;
    }

    /** Flink CEP would leave an optional step out although it has happened, if the condition holds without it alone. */
    private void refuseLooksAtOptional(List<Written> steps) {
        Set<String> optional = new HashSet<>();
        for (Written written : steps) {
            TriggerExpression where = written.step.where();
            if (where != null && !Collections.disjoint(where.steps(), optional)) {
                throw yaml.error(
                        written.keys.get(TriggerParser.WHERE),
                        "'where' can't look at an optional step; 'payload', and 'when' of a reminder, can");
            }
            if (written.step.optional()) {
                optional.add(written.step.id());
            }
        }
    }

    private Select select(List<Written> steps) {
        Step first = steps.get(0).step;
        YamlSource.Obj keys = steps.get(0).keys;
        Select select = keys.has(TriggerParser.SELECT)
                ? oneOf(keys.get(TriggerParser.SELECT), "select", Select.values(), Select::key)
                : Select.LAST;
        if (select == Select.LAST && first.times() > 1) {
            throw yaml.error(keys.keyNode(TIMES), "with 'times' the first step needs 'select: every'");
        }
        for (Written step : steps.subList(1, steps.size())) {
            boolean isBoth = !Collections.disjoint(first.events(), step.step.events());
            if (select == Select.LAST && isBoth) {
                throw yaml.error(
                        step.keys.get(step.step.relation().key()),
                        "with 'select: last' an event of the first step begins anew: name others here, or say"
                                + " 'select: every' there");
            }
        }
        return select;
    }

    private <T> T oneOf(Node node, String what, T[] values, Function<T, String> key) {
        String text = yaml.oneOf(node, what, Stream.of(values).map(key).toList());
        return Stream.of(values)
                .filter(value -> key.apply(value).equals(text))
                .findFirst()
                .orElseThrow();
    }
}
