package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import io.tributary.schemas.definition.Definitions.Entry;
import io.tributary.schemas.definition.Rules.Finding;
import io.tributary.schemas.definition.SegmentDefinition.Parametric;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.money.Money;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.NearestName;
import io.tributary.schemas.yaml.YamlSource;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads a set of definitions and names, at their places, all the mistakes in it. */
final class DefinitionsParser {
    /** Longest chain of segments of which each names the next. */
    static final int MAX_CHAIN = 100;

    /** Of a definition, and of what has a name within one. */
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,9}");

    private static final List<String> TRAIT_KEYS = List.of(
            "name", "title", "description", "aggregate", "events", "where", "value", "window", "k", "max_values");
    private static final List<String> SEGMENT_KEYS =
            List.of("name", "title", "description", "when", "for_each", "max_values", "trait");
    private static final List<String> TRAIT_OF_SEGMENT_KEYS =
            List.of("aggregate", "events", "where", "value", "window");

    /** What a trait per value can be: one number, so that values can be ranked. */
    private static final Set<Aggregate> RANKED =
            EnumSet.of(Aggregate.COUNT, Aggregate.SUM, Aggregate.AVERAGE, Aggregate.MIN, Aggregate.MAX);

    private static final Map<Aggregate.Values, String> WANTED = wanted();

    private static final Set<CelKind> NUMBERS =
            EnumSet.of(CelKind.INT, CelKind.UINT, CelKind.DOUBLE, CelKind.STRING, CelKind.DYN, CelKind.TYPE_PARAM);

    private final IdentitySettings identity;
    private final Mistakes mistakes = new Mistakes();
    private final Map<DefinitionKind, List<Written>> written = new EnumMap<>(DefinitionKind.class);
    private final Map<DefinitionKind, Set<String>> names = new EnumMap<>(DefinitionKind.class);
    private final List<Entry> entries = new ArrayList<>();

    /** Whether some file could not be read: then what nobody has defined may stand there. */
    private boolean incomplete;

    /** A definition as it stands in a file. */
    private record Written(YamlSource yaml, YamlSource.Obj keys, String name) {}

    DefinitionsParser(IdentitySettings identity) {
        this.identity = identity;
        for (DefinitionKind kind : DefinitionKind.values()) {
            written.put(kind, new ArrayList<>());
            names.put(kind, new TreeSet<>());
        }
    }

    private static Map<Aggregate.Values, String> wanted() {
        Map<Aggregate.Values, String> wanted = new EnumMap<>(Aggregate.Values.class);
        wanted.put(Aggregate.Values.NUMBERS, "a number");
        wanted.put(Aggregate.Values.TEXTS, "a text");
        wanted.put(Aggregate.Values.ANY, "a text, a number or true or false");
        return wanted;
    }

    // -------------------------------------------------------------------------------------------------------- files

    /** Reads a file: which definitions it has, not yet what they are. */
    void read(Supplier<YamlSource> file) {
        mistakes.begin();
        try {
            YamlSource yaml = mistakes.of(file.get());
            YamlSource.Obj root = yaml.root("the file", mistakes::add);
            root.allow(DefinitionKind.keys());
            for (DefinitionKind kind : DefinitionKind.values()) {
                if (root.has(kind.key())) {
                    read(yaml, root, kind);
                }
            }
        } catch (DefinitionException e) {
            mistakes.add(e);
            incomplete = true;
        }
    }

    private void read(YamlSource yaml, YamlSource.Obj root, DefinitionKind kind) {
        Node node = root.get(kind.key());
        if (kind.isList()) {
            List<Node> list = mistakes.attempt(yaml, () -> yaml.list(node, "'" + kind.key() + "'"));
            incomplete |= list == null;
            if (list != null) {
                list.forEach(entry -> read(yaml, entry, kind));
            }
            return;
        }
        mistakes.attempt(yaml, () -> {
            if (!written.get(kind).isEmpty()) {
                throw yaml.error(root.keyNode(kind.key()), "'" + kind.key() + "' is in the set already");
            }
            YamlSource.Obj keys = yaml.object(node, "'" + kind.key() + "'", mistakes.in(yaml));
            return written.get(kind).add(new Written(yaml, keys, kind.key()));
        });
    }

    private void read(YamlSource yaml, Node node, DefinitionKind kind) {
        mistakes.attempt(yaml, () -> {
            YamlSource.Obj keys = yaml.object(node, "an entry of '" + kind.key() + "'", mistakes.in(yaml));
            // Without a name it is not there for the others, but its own mistakes are told.
            String name = mistakes.attempt(yaml, () -> name(yaml, keys, kind));
            return written.get(kind).add(new Written(yaml, keys, name));
        });
    }

    private String name(YamlSource yaml, YamlSource.Obj keys, DefinitionKind kind) {
        Node node = keys.require("name", "what it is called");
        String name = yaml.text(node, "'name'");
        if (!NAME.matcher(name).matches()) {
            throw yaml.error(
                    node,
                    "'name' is a lower-case letter and up to 63 lower-case letters, digits and underscores, not '%s'"
                            .formatted(name));
        }
        if (!names.get(kind).add(name)) {
            throw yaml.error(node, "'%s' is in '%s' already".formatted(name, kind.key()));
        }
        return name;
    }

    /** What has a name within a definition. */
    static String name(YamlSource yaml, Node node, String what) {
        String name = yaml.text(node, what);
        if (!NAME.matcher(name).matches()) {
            throw yaml.error(
                    node,
                    "%s must be a lower-case letter and up to 63 lower-case letters, digits and underscores, not '%s'"
                            .formatted(what, name));
        }
        return name;
    }

    /** What is read is a part of a set: the rest of it, which was checked with it, is not there. */
    void readsAPart() {
        incomplete = true;
    }

    /** Whether what was read so far has a definition of the same kind and name. */
    boolean defines(Entry entry) {
        return entry.kind().isList()
                ? names.get(entry.kind()).contains(entry.name())
                : !written.get(entry.kind()).isEmpty();
    }

    /** Reads a definition that has travelled. */
    void read(Entry entry) {
        mistakes.begin();
        YamlSource yaml = mistakes.of(new YamlSource(entry.name(), entry.json()));
        DefinitionKind kind = entry.kind();
        if (kind.isList()) {
            read(yaml, yaml.root(), kind);
        } else {
            written.get(kind).add(new Written(yaml, yaml.root(kind.key(), mistakes.in(yaml)), kind.key()));
        }
    }

    // ------------------------------------------------------------------------------------------------------ the set

    /** @throws DefinitionsException if there are mistakes */
    Definitions parse() {
        SortedMap<String, TraitDefinition> traits = new TreeMap<>();
        SortedMap<String, CelType> computed = new TreeMap<>();
        Map<String, TraitShape> shapes = new HashMap<>();
        for (Written trait : written.get(DefinitionKind.TRAIT)) {
            TraitDefinition definition = mistakes.attempt(trait.yaml, () -> trait(trait));
            if (trait.name != null) {
                computed.put(
                        trait.name,
                        definition == null
                                ? SimpleType.DYN
                                : Profile.typeOf(definition.shape().aggregate()));
            }
            if (definition != null) {
                shapes.put(trait.name, definition.shape());
            }
            keep(DefinitionKind.TRAIT, trait, definition, traits);
        }
        SortedMap<String, SegmentDefinition> segments = segments(computed);
        SortedMap<String, TriggerDefinition> triggers = new TreeMap<>();
        for (Written trigger : written.get(DefinitionKind.TRIGGER)) {
            keep(DefinitionKind.TRIGGER, trigger, trigger(trigger), triggers);
        }
        ModelDefinitions models = models();
        DeliveryDefinition delivery = delivery(shapes);
        if (mistakes.count() > 0) {
            throw new DefinitionsException(mistakes.messages());
        }
        return new Definitions(traits, segments, triggers, models, delivery, entries);
    }

    /** Once there is a mistake nothing is kept: the set will be refused. */
    private <T> void keep(DefinitionKind kind, Written from, T definition, Map<String, T> all) {
        if (definition != null && from.name != null && mistakes.count() == 0) {
            all.put(from.name, definition);
            entries.add(new Entry(kind, from.name, json(from)));
        }
    }

    private static ObjectNode json(Written written) {
        return (ObjectNode) written.yaml.json(written.keys.node());
    }

    private String optional(Written from, String key) {
        return from.keys.has(key)
                ? mistakes.attempt(from.yaml, () -> from.yaml.text(from.keys.get(key), "'" + key + "'"))
                : null;
    }

    // ------------------------------------------------------------------------------------------------------- traits

    /** Null if there are mistakes in it. */
    private TraitDefinition trait(Written from) {
        int before = mistakes.count();
        String title = optional(from, "title");
        String description = optional(from, "description");
        FoldDefinition fold = fold(from.yaml, from.keys, TRAIT_KEYS, EnumSet.allOf(Aggregate.class));
        return fold == null || mistakes.count() > before || from.name == null
                ? null
                : new TraitDefinition(from.name, title, description, fold, json(from));
    }

    /** Null if there are mistakes in it. */
    private FoldDefinition fold(YamlSource yaml, YamlSource.Obj keys, List<String> allowed, Set<Aggregate> known) {
        int before = mistakes.count();
        keys.allow(allowed);
        Aggregate aggregate = mistakes.attempt(yaml, () -> aggregate(yaml, keys, known));
        List<String> events = mistakes.attempt(yaml, () -> events(yaml, keys));
        EventExpression where = keys.has("where") ? condition(yaml, keys.get("where")) : null;
        Window window = keys.has("window") ? mistakes.attempt(yaml, () -> window(yaml, keys.get("window"))) : null;
        if (aggregate == null) {
            return null;
        }
        Integer limit = mistakes.attempt(yaml, () -> allowed.contains("k") ? limit(yaml, keys, aggregate) : 0);
        EventExpression value = mistakes.attempt(yaml, () -> value(yaml, keys, aggregate));
        return mistakes.count() > before
                ? null
                : new FoldDefinition(new TraitShape(aggregate, window, limit), events, where, value);
    }

    private static Aggregate aggregate(YamlSource yaml, YamlSource.Obj keys, Set<Aggregate> known) {
        List<String> ids = Aggregate.ids().stream()
                .filter(id -> known.contains(Aggregate.byId(id)))
                .toList();
        Node node = keys.require("aggregate", "one of " + String.join(", ", ids));
        String id = yaml.text(node, "'aggregate'");
        if (!ids.contains(id) && Aggregate.ids().contains(id)) {
            throw yaml.error(
                    node,
                    "'aggregate' of a segment's trait can't be '%s', which is no number to rank values by; known: %s"
                            .formatted(id, String.join(", ", ids)));
        }
        return Aggregate.byId(yaml.oneOf(node, "aggregate", ids));
    }

    private List<String> events(YamlSource yaml, YamlSource.Obj keys) {
        Node node = keys.require("events", "a list of event names, such as [Order Completed]");
        List<String> events = new ArrayList<>();
        for (Node name : yaml.list(node, "'events'")) {
            mistakes.attempt(yaml, () -> {
                String event = yaml.text(name, "an event's name");
                if (events.contains(event)) {
                    throw yaml.error(name, "'" + event + "' is here twice");
                }
                return events.add(event);
            });
        }
        if (events.isEmpty()) {
            throw yaml.error(node, "'events' names no event");
        }
        return events;
    }

    private static Window window(YamlSource yaml, Node node) {
        String text = yaml.text(node, "'window'");
        Duration span = Spans.parse(text);
        if (span == null) {
            throw yaml.error(node, "'window' must be " + Spans.FORM + ", not '" + text + "'");
        }
        if (span.toMillis() < Window.LEAST || span.toMillis() > Window.MOST) {
            throw yaml.error(node, "'window' must be 1m to 10y, not '" + text + "'");
        }
        return new Window(span.toMillis());
    }

    private int limit(YamlSource yaml, YamlSource.Obj keys, Aggregate aggregate) {
        String key =
                switch (aggregate) {
                    case TOP_K -> "k";
                    case UNIQUE_COUNT, UNIQUE_LIST -> "max_values";
                    default -> "";
                };
        refuse(yaml, keys, key, "k", "top_k");
        refuse(yaml, keys, key, "max_values", "unique_count and unique_list");
        return switch (aggregate) {
            case TOP_K -> number(yaml, keys, key, TraitShape.MAX_K, TraitShape.DEFAULT_K);
            case UNIQUE_COUNT -> number(yaml, keys, key, TraitShape.MAX_UNIQUE, TraitShape.MAX_UNIQUE);
            case UNIQUE_LIST -> number(yaml, keys, key, TraitShape.MAX_UNIQUE, TraitShape.DEFAULT_UNIQUE_LIST);
            default -> 0;
        };
    }

    private void refuse(YamlSource yaml, YamlSource.Obj keys, String own, String key, String of) {
        if (!own.equals(key) && keys.has(key)) {
            mistakes.add(yaml, yaml.error(keys.keyNode(key), "'%s' is for aggregate: %s".formatted(key, of)));
        }
    }

    private static int number(YamlSource yaml, YamlSource.Obj keys, String key, int most, int otherwise) {
        if (!keys.has(key)) {
            return otherwise;
        }
        String text = yaml.text(keys.get(key), "'" + key + "'");
        if (!WHOLE_NUMBER.matcher(text).matches() || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw yaml.error(keys.get(key), "'%s' must be a number from 1 to %d, not '%s'".formatted(key, most, text));
        }
        return Integer.parseInt(text);
    }

    // -------------------------------------------------------------------------------------------------- expressions

    private EventExpression value(YamlSource yaml, YamlSource.Obj keys, Aggregate aggregate) {
        Aggregate.Values kind = aggregate.takes();
        if (kind == Aggregate.Values.NONE) {
            if (keys.has("value")) {
                throw yaml.error(keys.keyNode("value"), "'value' is not for aggregate: " + aggregate.id());
            }
            return null;
        }
        Node node = keys.require("value", "of each event, " + WANTED.get(kind));
        return expression(
                yaml,
                node,
                "'value'",
                type -> fits(type, kind)
                        ? null
                        : "'value' must be %s for aggregate: %s, not %s"
                                .formatted(WANTED.get(kind), aggregate.id(), Explanations.words(type)));
    }

    private EventExpression condition(YamlSource yaml, Node node) {
        return mistakes.attempt(yaml, () -> expression(yaml, node, "'where'", type -> notACondition("'where'", type)));
    }

    /** Null if it is one, as far as the type tells. */
    static String notACondition(String what, CelType type) {
        return type.kind() == CelKind.BOOL || type.kind() == CelKind.DYN
                ? null
                : "%s must be a condition, true or false, not %s".formatted(what, Explanations.words(type));
    }

    private static boolean fits(CelType type, Aggregate.Values kind) {
        if (type instanceof ListType list) {
            return kind != Aggregate.Values.ANY && fits(list.elemType(), kind);
        }
        return NUMBERS.contains(type.kind()) || (kind != Aggregate.Values.NUMBERS && type.kind() == CelKind.BOOL);
    }

    /** An expression over an event, or null if it has mistakes, which are told. */
    private EventExpression expression(YamlSource yaml, Node node, String what, Function<CelType, String> objection) {
        CheckedExpression checked = check(yaml, node, what, Language.ofEvents(), objection, new ArrayList<>());
        return checked == null ? null : checked.overEvents();
    }

    private CheckedExpression check(
            YamlSource yaml,
            Node node,
            String what,
            Language language,
            Function<CelType, String> objection,
            List<Finding> segmentsNamed) {
        String text = yaml.text(node, what);
        ScalarNode scalar = (ScalarNode) node;
        Language.Checked checked = language.check(text);
        checked.findings().forEach(finding -> mistakes.add(yaml, yaml.error(scalar, finding.offset(), finding.what())));
        segmentsNamed.addAll(checked.segments());
        if (checked.expression() == null) {
            return null;
        }
        String wrong = objection.apply(checked.expression().ast().getResultType());
        if (wrong != null) {
            throw yaml.error(node, wrong);
        }
        return checked.expression();
    }

    // ----------------------------------------------------------------------------------------------------- segments

    private SortedMap<String, SegmentDefinition> segments(SortedMap<String, CelType> computed) {
        SortedMap<String, SegmentDefinition> segments = new TreeMap<>();
        SegmentLanguages languages = new SegmentLanguages(computed, identity.names(), incomplete);
        Map<String, SegmentNames> named = new LinkedHashMap<>();
        for (Written segment : written.get(DefinitionKind.SEGMENT)) {
            SegmentDefinition definition = mistakes.attempt(segment.yaml, () -> segment(segment, languages, named));
            keep(DefinitionKind.SEGMENT, segment, definition, segments);
        }
        refuseUnknown(named);
        refuseCircles(named);
        return segments;
    }

    /** Which segments a segment names, and where. */
    private record SegmentNames(YamlSource yaml, ScalarNode when, List<Finding> names) {
        private DefinitionException error(Finding at, String what) {
            return yaml.error(when, at.offset(), what);
        }
    }

    private SegmentDefinition segment(Written from, SegmentLanguages languages, Map<String, SegmentNames> named) {
        int before = mistakes.count();
        YamlSource yaml = from.yaml;
        YamlSource.Obj keys = from.keys;
        keys.allow(SEGMENT_KEYS);
        String title = optional(from, "title");
        String description = optional(from, "description");
        FoldDefinition trait = null;
        Parametric parametric = null;
        if (keys.has("for_each")) {
            EventExpression forEach = mistakes.attempt(
                    yaml,
                    () -> expression(
                            yaml,
                            keys.get("for_each"),
                            "'for_each'",
                            type -> fits(type, Aggregate.Values.TEXTS)
                                    ? null
                                    : "'for_each' must be a text, not " + Explanations.words(type)));
            Integer maxValues = mistakes.attempt(
                    yaml,
                    () -> number(
                            yaml,
                            keys,
                            "max_values",
                            SegmentDefinition.MAX_VALUES,
                            SegmentDefinition.DEFAULT_MAX_VALUES));
            trait = mistakes.attempt(yaml, () -> traitPerValue(yaml, keys));
            if (forEach != null && maxValues != null && trait != null) {
                parametric = new Parametric(forEach, maxValues, trait);
            }
        } else {
            for (String key : List.of("trait", "max_values")) {
                if (keys.has(key)) {
                    mistakes.add(yaml, yaml.error(keys.keyNode(key), "'" + key + "' is for segments with 'for_each'"));
                }
            }
        }
        CelType value = !keys.has("for_each")
                ? null
                : trait == null ? SimpleType.DYN : Profile.typeOf(trait.shape().aggregate());
        List<Finding> names = new ArrayList<>();
        CheckedExpression when = mistakes.attempt(yaml, () -> when(yaml, keys, languages.withValue(value), names));
        if (from.name != null && keys.get("when") instanceof ScalarNode scalar) {
            named.put(from.name, new SegmentNames(yaml, scalar, names));
        }
        if (when == null || mistakes.count() > before || from.name == null) {
            return null;
        }
        TreeSet<String> segments = new TreeSet<>();
        names.forEach(name -> segments.add(name.what()));
        return new SegmentDefinition(
                from.name,
                title,
                description,
                when,
                parametric,
                Collections.unmodifiableSortedSet(segments),
                Collections.unmodifiableSortedSet(new TreeSet<>(when.computed().keySet())),
                json(from));
    }

    private CheckedExpression when(
            YamlSource yaml, YamlSource.Obj keys, Language language, List<Finding> segmentsNamed) {
        Node node = keys.require("when", "the condition under which a customer is in the segment");
        return check(yaml, node, "'when'", language, type -> notACondition("'when'", type), segmentsNamed);
    }

    private FoldDefinition traitPerValue(YamlSource yaml, YamlSource.Obj keys) {
        Node node = keys.require("trait", "what is counted per value, such as {aggregate: count, events: […]}");
        YamlSource.Obj trait = yaml.object(node, "'trait'", mistakes.in(yaml));
        return fold(yaml, trait, TRAIT_OF_SEGMENT_KEYS, RANKED);
    }

    private void refuseUnknown(Map<String, SegmentNames> named) {
        Set<String> known = names.get(DefinitionKind.SEGMENT);
        for (SegmentNames segment : named.values()) {
            for (Finding name : segment.names) {
                if (!known.contains(name.what()) && !incomplete) {
                    mistakes.add(segment.yaml, segment.error(name, noSegment(name.what())));
                }
            }
        }
    }

    private void refuseUnknown(YamlSource yaml, Node node, String name) {
        if (!names.get(DefinitionKind.SEGMENT).contains(name) && !incomplete) {
            throw yaml.error(node, noSegment(name));
        }
    }

    private String noSegment(String name) {
        return "no segment '" + name + "'" + NearestName.hint(name, names.get(DefinitionKind.SEGMENT));
    }

    /**
     * Tells each circle once, where the first of its segments that was reached names the next; and where chains become too
     * long: whoever decides a segment first decides those that it names.
     */
    private void refuseCircles(Map<String, SegmentNames> named) {
        Map<String, Integer> done = new HashMap<>();
        for (String start : named.keySet()) {
            // By hand and not by recursion: a chain may be as long as there are segments.
            List<String> path = new ArrayList<>();
            Deque<Iterator<String>> ahead = new ArrayDeque<>();
            enter(start, named, path, ahead, done);
            while (!ahead.isEmpty()) {
                if (!ahead.peek().hasNext()) {
                    ahead.pop();
                    String last = path.remove(path.size() - 1);
                    done.put(last, chainFrom(named.get(last), done));
                    continue;
                }
                String next = ahead.peek().next();
                int first = path.indexOf(next);
                if (first < 0) {
                    enter(next, named, path, ahead, done);
                } else {
                    refuseCircle(path.subList(first, path.size()), named);
                }
            }
        }
    }

    private static void enter(
            String name,
            Map<String, SegmentNames> named,
            List<String> path,
            Deque<Iterator<String>> ahead,
            Map<String, Integer> done) {
        if (named.containsKey(name) && !done.containsKey(name)) {
            path.add(name);
            ahead.push(
                    named.get(name).names.stream().map(Finding::what).distinct().iterator());
        }
    }

    /** How many segments name each other from one on, itself included. */
    private int chainFrom(SegmentNames segment, Map<String, Integer> done) {
        int longest = 0;
        for (Finding name : segment.names) {
            int length = done.getOrDefault(name.what(), 0);
            longest = Math.max(longest, length);
            if (length == MAX_CHAIN) {
                mistakes.add(
                        segment.yaml,
                        segment.error(
                                name,
                                "segments name each other in a chain of more than %d from here".formatted(MAX_CHAIN)));
            }
        }
        return longest + 1;
    }

    private void refuseCircle(List<String> circle, Map<String, SegmentNames> named) {
        String second = circle.size() == 1 ? circle.get(0) : circle.get(1);
        SegmentNames first = named.get(circle.get(0));
        Finding next = first.names.stream()
                .filter(finding -> finding.what().equals(second))
                .findFirst()
                .orElseThrow();
        mistakes.add(
                first.yaml,
                first.error(
                        next,
                        "segments name each other in a circle: %s → %s"
                                .formatted(String.join(" → ", circle), circle.get(0))));
    }

    // ----------------------------------------------------------------------------------------------------- triggers

    /** Null if there are mistakes in it. */
    private TriggerDefinition trigger(Written from) {
        TriggerParser parser = new TriggerParser(from.yaml, mistakes, this::checkOfTrigger, this::refuseUnknown);
        return parser.parse(from.name, from.keys, () -> json(from));
    }

    private CheckedExpression checkOfTrigger(
            YamlSource yaml, Node node, String what, Language language, Function<CelType, String> objection) {
        List<Finding> named = new ArrayList<>();
        CheckedExpression checked = check(yaml, node, what, language, objection, named);
        refuseUnknown(Map.of(what, new SegmentNames(yaml, (ScalarNode) node, named)));
        return checked;
    }

    // ----------------------------------------------------------------------------------------------------- delivery

    /** @param shapes of computed traits in which there is no mistake */
    private DeliveryDefinition delivery(Map<String, TraitShape> shapes) {
        DeliveryDefinition delivery = DeliveryDefinition.NONE;
        for (Written rules : written.get(DefinitionKind.DELIVERY)) {
            DeliveryParser parser = new DeliveryParser(
                    rules.yaml,
                    mistakes,
                    this::refuseUnknown,
                    (yaml, node, name) -> refuseNoText(yaml, node, name, shapes));
            delivery = mistakes.attempt(rules.yaml, () -> parser.parse(rules.keys, () -> json(rules)));
            keep(DefinitionKind.DELIVERY, rules, delivery, new TreeMap<>());
        }
        return delivery;
    }

    private void refuseNoText(YamlSource yaml, Node node, String name, Map<String, TraitShape> shapes) {
        Set<String> known = names.get(DefinitionKind.TRAIT);
        if (!known.contains(name)) {
            if (!incomplete) {
                throw yaml.error(node, "no computed trait '" + name + "'" + NearestName.hint(name, known));
            }
            return;
        }
        TraitShape shape = shapes.get(name);
        if (shape != null && shape.window() != null) {
            throw yaml.error(node, "the computed trait '" + name + "' has a window: time alone would change the zone");
        }
        CelType type = shape == null ? SimpleType.DYN : Profile.typeOf(shape.aggregate());
        if (type.kind() != CelKind.STRING && type.kind() != CelKind.DYN) {
            throw yaml.error(
                    node, "the computed trait '%s' is no text but %s".formatted(name, Explanations.words(type)));
        }
    }

    // ------------------------------------------------------------------------------------------------------- models

    private ModelDefinitions models() {
        return new ModelDefinitions(
                model(DefinitionKind.BG_NBD, List.of("r", "alpha", "a", "b"), this::bgNbd),
                model(DefinitionKind.GAMMA_GAMMA, List.of("p", "q", "gamma", "currency"), this::gammaGamma),
                model(DefinitionKind.CLV, List.of("months", "monthly_discount"), this::clv),
                model(DefinitionKind.RFM, List.of("boundaries", "currency"), this::rfm));
    }

    private <T> T model(DefinitionKind kind, List<String> keys, Function<Written, T> reading) {
        for (Written model : written.get(kind)) {
            model.keys.allow(keys);
            T read = mistakes.attempt(model.yaml, () -> reading.apply(model));
            keep(kind, model, read, new TreeMap<>());
            return read;
        }
        return null;
    }

    private ModelDefinitions.BgNbd bgNbd(Written model) {
        double r = positive(model, "r");
        double alpha = positive(model, "alpha");
        double a = positive(model, "a");
        return new ModelDefinitions.BgNbd(r, alpha, a, positive(model, "b"));
    }

    private ModelDefinitions.GammaGamma gammaGamma(Written model) {
        double p = positive(model, "p");
        double q = positive(model, "q");
        double gamma = positive(model, "gamma");
        return new ModelDefinitions.GammaGamma(p, q, gamma, currency(model));
    }

    private ModelDefinitions.Clv clv(Written model) {
        Integer months = mistakes.attempt(model.yaml, () -> {
            model.keys.require("months", "how far ahead, for example 12");
            return number(model.yaml, model.keys, "months", 1_200, 0);
        });
        double discount = positive(model, "monthly_discount");
        return new ModelDefinitions.Clv(months == null ? 0 : months, discount);
    }

    private ModelDefinitions.Rfm rfm(Written model) {
        mistakes.attempt(
                model.yaml,
                () -> model.yaml.oneOf(
                        model.keys.require("boundaries", "boundaries: quantile"), "boundaries", List.of("quantile")));
        return new ModelDefinitions.Rfm(currency(model));
    }

    /** Any number if that is a mistake, which is told. */
    private double positive(Written model, String key) {
        Double number = mistakes.attempt(model.yaml, () -> {
            Node node = model.keys.require(key, "a positive number");
            JsonNode constant = node instanceof ScalarNode ? model.yaml.constant(node) : null;
            BigDecimal value = constant != null && constant.isNumber() ? constant.decimalValue() : BigDecimal.ZERO;
            if (value.signum() <= 0 || !Double.isFinite(value.doubleValue()) || value.doubleValue() == 0) {
                throw model.yaml.error(node, "'" + key + "' must be a positive number");
            }
            return value.doubleValue();
        });
        return number == null ? 0 : number;
    }

    /** Null if that is a mistake, which is told. */
    private String currency(Written model) {
        return mistakes.attempt(model.yaml, () -> {
            Node node = model.keys.require("currency", "a currency of ISO 4217, such as USD");
            String code = model.yaml.text(node, "'currency'");
            if (!Money.isCurrency(code)) {
                throw model.yaml.error(
                        node, "'currency' must be a currency of ISO 4217, such as USD, not '" + code + "'");
            }
            return code;
        });
    }
}
