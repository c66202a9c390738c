package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.mapping.Entry.Slot;
import io.tributary.schemas.yaml.NearestName;
import io.tributary.schemas.yaml.YamlSource;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads a mapping file and refuses, at its place, whatever would not work as written. */
final class MappingParser {
    private static final String VERSION = "1";
    private static final List<String> ROOT_KEYS = List.of("version", "input", "events");
    private static final List<String> INPUT_KEYS = List.of("format", "columns", "delimiter", "header", "explode");
    private static final List<String> FORMATS = List.of("csv", "jsonl");

    private static final List<String> TYPES = List.of("identify", "track", "page", "screen", "group", "alias");

    /** Keys of an entry that are top-level fields of the event, in the order in which they are written. */
    private static final Map<String, String> FIELDS = fields();

    /** Keys of an entry that are identifiers but no top-level fields. Configured ones stand in {@code identifiers}. */
    private static final List<String> NAMESPACES = Namespace.defaults().stream()
            .map(Namespace::id)
            .filter(namespace -> !FIELDS.containsKey(namespace))
            .toList();

    private static final List<String> TREES = List.of("context", "properties", "traits");
    private static final List<String> ENTRY_KEYS = entryKeys();

    private static final List<String> SOURCES = List.of("column", "cel", "hash", "sum");
    private static final List<String> VALUE_KEYS = List.of("column", "cel", "hash", "sum", "as");
    private static final List<String> TIME_KEYS =
            List.of("column", "cel", "format", "zone", TimeReader.EPOCH_MS, TimeReader.EPOCH_S);

    private final YamlSource yaml;
    private final IdentitySettings identity;
    private final List<ColumnRef> used = new ArrayList<>();
    private boolean csv;
    private String explode;
    private Expressions expressions;

    MappingParser(YamlSource yaml, IdentitySettings identity) {
        this.yaml = yaml;
        this.identity = identity;
    }

    private static Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("type", "type");
        fields.put("event", "event");
        fields.put("name", "name");
        fields.put("message_id", "messageId");
        fields.put("user_id", "userId");
        fields.put("anonymous_id", "anonymousId");
        fields.put("previous_id", "previousId");
        fields.put("group_id", "groupId");
        return fields;
    }

    private static List<String> entryKeys() {
        var keys = new ArrayList<>(List.of("when", "group_by", "distinct_rows", "timestamp"));
        keys.addAll(FIELDS.keySet());
        keys.addAll(NAMESPACES);
        keys.addAll(List.of("identifiers", "products"));
        keys.addAll(TREES);
        return keys;
    }

    Mapping parse() {
        var root = yaml.root("the mapping");
        root.allow(ROOT_KEYS);
        var version = yaml.text(root.require("version", "this is version: " + VERSION), "'version'");
        if (!version.equals(VERSION)) {
            throw yaml.error(root.get("version"), "version " + version + " is not known; this is version: " + VERSION);
        }
        var input = yaml.object(root.require("input", "input: {format: csv} or {format: jsonl}"), "'input'");
        input.allow(INPUT_KEYS);
        csv = yaml.oneOf(input.require("format", "csv or jsonl"), "format", FORMATS)
                .equals("csv");
        var csvColumns = csv ? csvColumns(input) : null;
        explode = csv ? null : explode(input);
        expressions = new Expressions(yaml, csv, explode != null);

        var entries = new ArrayList<Entry>();
        var nodes = yaml.list(root.require("events", "a list of what rows become"), "'events'");
        for (var node : nodes) {
            entries.add(new EntryParser(yaml.object(node, "an entry of 'events'"), entries.size()).parse());
        }
        if (entries.isEmpty()) {
            throw yaml.error(root.get("events"), "'events' has no entry");
        }
        used.addAll(expressions.columns());
        return new Mapping(csv ? csvRows(input, csvColumns) : new JsonRows(explode), List.copyOf(entries));
    }

    private CsvRows csvRows(YamlSource.Obj input, CsvRows.Columns columns) {
        var rows = new CsvRows(yaml, format(input), columns, List.copyOf(used));
        if (columns.names() != null) {
            rows.check(columns.names(), "'columns'");
        }
        return rows;
    }

    private CsvRows.Columns csvColumns(YamlSource.Obj input) {
        if (input.has("explode")) {
            throw yaml.error(input.keyNode("explode"), "'explode' is for format: jsonl");
        }
        boolean header = !input.has("header") || yaml.bool(input.get("header"), "'header'");
        var place = input.has("columns") ? input.get("columns") : input.node();
        List<String> names = null;
        Integer count = null;
        if (input.has("columns") && YamlSource.isList(place)) {
            names = yaml.list(place, "'columns'").stream()
                    .map(node -> yaml.text(node, "a column's name"))
                    .toList();
        } else if (input.has("columns")) {
            var text = yaml.text(place, "'columns'");
            if (!text.matches("[1-9]\\d{0,4}")) {
                throw yaml.error(place, "'columns' must be a number of columns or a list of their names");
            }
            count = Integer.valueOf(text);
        }
        if (!header && names == null) {
            throw yaml.error(place, "without a header, 'columns' must list the names");
        }
        return new CsvRows.Columns(header, names, count, place);
    }

    private CsvFormat format(YamlSource.Obj input) {
        if (!input.has("delimiter")) {
            return new CsvFormat(',');
        }
        var node = input.get("delimiter");
        var delimiter = yaml.text(node, "'delimiter'");
        if (delimiter.equals("whitespace")) {
            return CsvFormat.WHITESPACE;
        }
        if (delimiter.equals("tab")) {
            return new CsvFormat('\t');
        }
        char c = delimiter.charAt(0);
        if (delimiter.length() != 1 || c >= 128 || (c < 32 && c != '\t') || c == '"') {
            throw yaml.error(node, "'delimiter' must be one ASCII character, tab or whitespace");
        }
        return new CsvFormat(c);
    }

    private String explode(YamlSource.Obj input) {
        for (var key : List.of("columns", "delimiter", "header")) {
            if (input.has(key)) {
                throw yaml.error(input.keyNode(key), "'" + key + "' is for format: csv");
            }
        }
        return input.has("explode") ? yaml.text(input.get("explode"), "'explode'") : null;
    }

    private ColumnRef column(Node node) {
        var column = ColumnRef.of(yaml.text(node, "'column'"), node);
        if (csv) {
            used.add(column);
        }
        return column;
    }

    /** Where a value stands decides what it can be. */
    private enum Place {
        FIELD,
        TREE,
        PRODUCT
    }

    /** One entry of {@code events}. */
    private final class EntryParser {
        private final YamlSource.Obj entry;
        private final int index;
        private final boolean grouped;
        private List<Slot> slots = new ArrayList<>();

        private EntryParser(YamlSource.Obj entry, int index) {
            this.entry = entry;
            this.index = index;
            this.grouped = entry.has("group_by");
        }

        private Entry parse() {
            entry.allow(ENTRY_KEYS);
            checkType();
            var when = entry.has("when") ? expressions.condition(entry.get("when")) : null;
            var fields = topLevel();
            var externalIds = externalIds();
            var trees = new LinkedHashMap<String, Template>();
            for (var name : TREES) {
                if (entry.has(name)) {
                    trees.put(name, tree(name));
                }
            }
            var values = List.copyOf(slots);
            slots = new ArrayList<>();
            var product = entry.has("products") ? template(entry.get("products"), "products", Place.PRODUCT) : null;
            if (product instanceof Template.Leaf) {
                throw yaml.error(entry.get("products"), "'products' must be an object: the fields of one product line");
            }
            return new Entry(
                    index,
                    when,
                    time(),
                    values,
                    fields,
                    externalIds,
                    trees,
                    List.copyOf(slots),
                    product,
                    groupBy(),
                    distinctRows());
        }

        private void checkType() {
            var node = entry.require("type", "one of " + String.join(", ", TYPES));
            if (node instanceof ScalarNode) {
                var type = yaml.oneOf(node, "type", TYPES);
                if (type.equals("track") && !entry.has("event")) {
                    throw yaml.error(entry.node(), "'event' is missing: a track call needs the event's name");
                }
            }
        }

        private Map<String, Integer> topLevel() {
            var fields = new LinkedHashMap<String, Integer>();
            FIELDS.forEach((key, field) -> {
                if (entry.has(key)) {
                    fields.put(field, add(key, text(value(entry.get(key), key, Place.FIELD))));
                } else if (key.equals("message_id")) {
                    fields.put(field, add(key, grouped ? new Value.GroupHash() : new Value.RowHash()));
                }
            });
            return fields;
        }

        private SortedMap<String, Integer> externalIds() {
            var ids = new TreeMap<String, Integer>();
            for (var namespace : NAMESPACES) {
                if (entry.has(namespace)) {
                    ids.put(namespace, add(namespace, text(value(entry.get(namespace), namespace, Place.FIELD))));
                }
            }
            if (!entry.has("identifiers")) {
                return ids;
            }
            var further = yaml.object(entry.get("identifiers"), "'identifiers'");
            for (var namespace : further.keys()) {
                boolean added = identity.namespace(namespace) != null && Namespace.byId(namespace) == null;
                if (!added && (ids.containsKey(namespace) || FIELDS.containsKey(namespace))) {
                    throw yaml.error(
                            further.keyNode(namespace),
                            "'" + namespace + "' is a key of the entry, not of 'identifiers'");
                }
                if (identity.namespace(namespace) == null) {
                    // Behind the mapping it would be dropped without a word.
                    var known = identity.names().stream()
                            .filter(name -> !FIELDS.containsKey(name) || Namespace.byId(name) == null)
                            .toList();
                    var hint = NearestName.hint(namespace, known);
                    throw yaml.error(
                            further.keyNode(namespace),
                            "no namespace '" + namespace + "'"
                                    + (hint.isEmpty()
                                            ? "; known: " + String.join(", ", known) + "; further ones by --identity"
                                            : hint));
                }
                ids.put(namespace, add(namespace, text(value(further.get(namespace), namespace, Place.FIELD))));
            }
            return ids;
        }

        private Template tree(String name) {
            var tree = yaml.object(entry.get(name), "'" + name + "'");
            var reserved = name.equals("context") ? "externalIds" : name.equals("properties") ? "products" : null;
            if (reserved != null && tree.has(reserved)) {
                throw yaml.error(
                        tree.keyNode(reserved),
                        "'" + reserved + "' is written from the entry's "
                                + (reserved.equals("products") ? "'products'" : "identifiers"));
            }
            return object(tree, name, Place.TREE);
        }

        /** A value, a list or a nested object. */
        private Template template(Node node, String name, Place place) {
            if (YamlSource.isList(node)) {
                var items = new ArrayList<Template>();
                for (var item : yaml.list(node, name)) {
                    items.add(template(item, name + "[" + items.size() + "]", place));
                }
                return new Template.Arr(List.copyOf(items));
            }
            if (YamlSource.isObject(node)) {
                var object = yaml.object(node, name);
                refuseNearMiss(object);
                if (SOURCES.stream().noneMatch(object::has)) {
                    return object(object, name, place);
                }
            }
            return new Template.Leaf(add(name, value(node, name, place)));
        }

        private Template.Obj object(YamlSource.Obj object, String name, Place place) {
            if (name.chars().filter(c -> c == '.').count() > 20) {
                throw yaml.error(object.node(), "objects are nested too deep");
            }
            var fields = new LinkedHashMap<String, Template>();
            for (var key : object.keys()) {
                fields.put(key, template(object.get(key), name + "." + key, place));
            }
            return new Template.Obj(fields);
        }

        /** {@code {colum: price}} would be a nested object with a constant in it: nobody means that. */
        private void refuseNearMiss(YamlSource.Obj object) {
            if (SOURCES.stream().anyMatch(object::has)) {
                return;
            }
            boolean plain = object.keys().stream().allMatch(key -> object.get(key) instanceof ScalarNode);
            if (!plain || object.keys().size() > 2) {
                return;
            }
            for (var key : object.keys()) {
                if (key.equals("as")) {
                    throw yaml.error(object.keyNode(key), "'as' needs a value: column or cel");
                }
                var near = NearestName.of(key, SOURCES);
                if (near.isPresent()) {
                    throw yaml.error(
                            object.keyNode(key), "unknown key '" + key + "' — did you mean '" + near.get() + "'?");
                }
            }
        }

        private int add(String name, Value value) {
            slots.add(new Slot(name, value));
            return slots.size() - 1;
        }

        private Value value(Node node, String name, Place place) {
            if (YamlSource.isList(node)) {
                throw yaml.error(node, "'" + name + "' must be one value, not a list");
            }
            if (node instanceof ScalarNode) {
                var constant = yaml.constant(node);
                if (constant.isNull()) {
                    throw yaml.error(node, "'" + name + "' has no value; leave the key out");
                }
                return new Value.Constant(constant);
            }
            var spec = yaml.object(node, "'" + name + "'");
            spec.allow(VALUE_KEYS);
            var sources = SOURCES.stream().filter(spec::has).toList();
            if (sources.size() != 1) {
                throw yaml.error(node, "'" + name + "' needs exactly one of " + String.join(", ", SOURCES));
            }
            var source = sources.get(0);
            var as = as(spec);
            if (as != null && (source.equals("hash") || source.equals("sum"))) {
                throw yaml.error(spec.keyNode("as"), "'as' is for column and cel, not for " + source);
            }
            return switch (source) {
                case "column" -> new Value.Column(column(spec.get("column")), as);
                case "cel" -> new Value.Cel(expressions.value(spec.get("cel")), as);
                case "sum" -> sum(spec.get("sum"), place);
                default -> hash(spec.get("hash"), place);
            };
        }

        private As as(YamlSource.Obj spec) {
            return spec.has("as")
                    ? As.named(yaml.oneOf(spec.get("as"), "as", As.names())).orElseThrow()
                    : null;
        }

        private Value sum(Node node, Place place) {
            if (!grouped || place != Place.TREE) {
                throw yaml.error(
                        node,
                        "'sum' adds up the rows of a group: it needs group_by, and a place in properties, context or traits");
            }
            return new Value.Sum(column(node));
        }

        private Value hash(Node node, Place place) {
            if (yaml.oneOf(node, "hash", List.of("row", "group")).equals("group")) {
                if (!grouped) {
                    throw yaml.error(node, "hash: group needs group_by");
                }
                return new Value.GroupHash();
            }
            if (grouped && place != Place.PRODUCT) {
                throw yaml.error(node, "hash: row is ambiguous with group_by; use hash: group");
            }
            return new Value.RowHash();
        }

        /** Identifiers, names and ids are texts in the specification, whatever the input has. */
        private static Value text(Value value) {
            if (value instanceof Value.Constant constant) {
                return new Value.Constant(As.STRING.convert(constant.value()).orElseThrow());
            }
            if (value instanceof Value.RowHash || value instanceof Value.GroupHash) {
                return value;
            }
            return new Value.AsText(value);
        }

        private Entry.Time time() {
            var node = entry.require("timestamp", "timestamp: {column: …, format: …}");
            if (node instanceof ScalarNode) {
                return constantTime(node);
            }
            var spec = yaml.object(node, "'timestamp'");
            spec.allow(TIME_KEYS);
            var sources = List.of("column", "cel", TimeReader.EPOCH_MS, TimeReader.EPOCH_S).stream()
                    .filter(spec::has)
                    .toList();
            if (sources.size() != 1) {
                throw yaml.error(node, "'timestamp' needs exactly one of column, cel, epoch_ms, epoch_s");
            }
            var source = sources.get(0);
            var value = source.equals("cel")
                    ? new Value.Cel(expressions.value(spec.get("cel")), null)
                    : new Value.Column(column(spec.get(source)), null);
            if (source.startsWith("epoch")) {
                if (spec.has("format")) {
                    throw yaml.error(spec.keyNode("format"), "'format' is said by '" + source + "' already");
                }
                return new Entry.Time(value, reader(spec, source));
            }
            return new Entry.Time(
                    value,
                    reader(spec, spec.has("format") ? yaml.text(spec.get("format"), "'format'") : TimeReader.ISO));
        }

        private TimeReader reader(YamlSource.Obj spec, String format) {
            var zone = ZoneId.of("UTC");
            if (spec.has("zone")) {
                var name = yaml.text(spec.get("zone"), "'zone'");
                try {
                    zone = ZoneId.of(name);
                } catch (DateTimeException e) {
                    throw yaml.error(
                            spec.get("zone"),
                            "'" + name + "' is no time zone" + NearestName.hint(name, ZoneId.getAvailableZoneIds()));
                }
            }
            try {
                return new TimeReader(format, zone);
            } catch (IllegalArgumentException e) {
                var hint = NearestName.hint(format, TimeReader.specialFormats());
                throw yaml.error(
                        spec.has("format") ? spec.get("format") : spec.node(),
                        "'" + format + "' is no time format" + (hint.isEmpty() ? ": " + e.getMessage() : hint));
            }
        }

        private Entry.Time constantTime(Node node) {
            var text = yaml.text(node, "'timestamp'");
            var reader = new TimeReader(TimeReader.ISO, ZoneId.of("UTC"));
            try {
                reader.millis(text);
            } catch (DateTimeException e) {
                throw yaml.error(node, "'timestamp' must be an ISO-8601 time or {column: …, format: …}");
            }
            JsonNode constant = TextNode.valueOf(text);
            return new Entry.Time(new Value.Constant(constant), reader);
        }

        private List<Value> groupBy() {
            if (!grouped) {
                return null;
            }
            var nodes = yaml.list(entry.get("group_by"), "'group_by'");
            if (nodes.isEmpty()) {
                throw yaml.error(entry.get("group_by"), "'group_by' names no column");
            }
            var key = new ArrayList<Value>();
            for (var node : nodes) {
                if (node instanceof ScalarNode) {
                    key.add(new Value.Column(column(node), null));
                    continue;
                }
                var part = value(node, "group_by", Place.FIELD);
                if (!(part instanceof Value.Column || part instanceof Value.Cel)) {
                    throw yaml.error(node, "'group_by' takes columns, {column: …} and {cel: …}");
                }
                key.add(part);
            }
            return List.copyOf(key);
        }

        private boolean distinctRows() {
            if (!entry.has("distinct_rows")) {
                return false;
            }
            if (!grouped) {
                throw yaml.error(
                        entry.keyNode("distinct_rows"),
                        "'distinct_rows' needs group_by; without it, exact duplicate rows have one message_id already");
            }
            return yaml.bool(entry.get("distinct_rows"), "'distinct_rows'");
        }
    }
}
