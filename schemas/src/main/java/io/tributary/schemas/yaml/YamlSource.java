package io.tributary.schemas.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML file as nodes that know their line and column, so that every message can point at its place.
 *
 * <p>Plain scalars are numbers (exact), {@code true}, {@code false} or {@code null} as in YAML 1.2, else text: YAML
 * 1.1's {@code NO} would turn Norway into a boolean.
 */
public final class YamlSource {
    /** Longest exponent of a number that is written out, in digits. */
    private static final int MAX_PLAIN = 1_000;

    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,99})");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d{0,99})\\.\\d{1,99}");

    private static final Pattern LINE_END = Pattern.compile("\\r\\n|[\\n\\r\\u0085\\u2028\\u2029]");

    /** Of a file, in code points. */
    public static final int MAX_CHARACTERS = 4 << 20;

    private final String name;
    private final String[] lines;
    private final Node root;

    /**
     * Reads a text.
     *
     * @param name what messages call it
     * @throws DefinitionException if it is no YAML, empty, or longer than {@value #MAX_CHARACTERS} characters
     */
    public YamlSource(String name, String text) {
        int characters = text.codePointCount(0, text.length());
        if (characters > MAX_CHARACTERS) {
            throw new DefinitionException(
                    "%s: the file has %d characters, more than the %d that a file may have: split it"
                            .formatted(name, characters, MAX_CHARACTERS));
        }
        this.name = name;
        this.lines = LINE_END.split(text, -1);
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(MAX_CHARACTERS);
            root = new Yaml(options).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            throw error(
                    e.getProblemMark(),
                    "not valid YAML: " + (e.getContext() == null ? "" : e.getContext() + ": ") + e.getProblem(),
                    e);
        } catch (YAMLException e) {
            throw new DefinitionException(name + ": not valid YAML: " + firstLine(e.getMessage()), e);
        }
        if (root == null) {
            throw new DefinitionException(name + ": the file is empty");
        }
    }

    /**
     * Takes JSON for YAML that says the same. Messages name no place in it.
     *
     * @param name what messages call it
     */
    public YamlSource(String name, JsonNode json) {
        this.name = name;
        this.lines = new String[0];
        this.root = node(json);
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }

    private static Node node(JsonNode json) {
        if (json.isObject()) {
            List<NodeTuple> tuples = new ArrayList<>();
            json.forEachEntry(
                    (key, value) -> tuples.add(new NodeTuple(scalar(key, ScalarStyle.DOUBLE_QUOTED), node(value))));
            return new MappingNode(Tag.MAP, true, tuples, null, null, FlowStyle.FLOW);
        }
        if (json.isArray()) {
            List<Node> items = new ArrayList<>();
            json.forEach(item -> items.add(node(item)));
            return new SequenceNode(Tag.SEQ, true, items, null, null, FlowStyle.FLOW);
        }
        if (json.isTextual()) {
            return scalar(json.textValue(), ScalarStyle.DOUBLE_QUOTED);
        }
        boolean plain = json.isNumber() && Math.abs((long) json.decimalValue().scale()) <= MAX_PLAIN;
        return scalar(plain ? json.decimalValue().toPlainString() : json.asText(), ScalarStyle.PLAIN);
    }

    private static Node scalar(String text, ScalarStyle style) {
        return new ScalarNode(Tag.STR, text, null, null, style);
    }

    /**
     * Reads a file.
     *
     * @param what what messages call a file of its kind
     * @throws DefinitionException if it is not UTF-8, no YAML, or empty
     * @throws UncheckedIOException if it can't be read
     */
    public static YamlSource load(Path file, String what) {
        try {
            return new YamlSource(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new DefinitionException(file + ": not valid UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + what + " " + file + ": " + e.getMessage(), e);
        }
    }

    /** @param what what messages call the whole of it */
    public Obj root(String what) {
        return object(root, what);
    }

    /** {@link #object(Node, String, Consumer)} of the whole. */
    public Obj root(String what, Consumer<DefinitionException> mistakes) {
        return object(root, what, mistakes);
    }

    public Node root() {
        return root;
    }

    /** A mistake at a node's place. */
    public DefinitionException error(Node node, String what) {
        return error(node.getStartMark(), what, null);
    }

    /**
     * A mistake within a scalar's text.
     *
     * @param offset where in the text, in code points
     */
    public DefinitionException error(ScalarNode node, int offset, String what) {
        if (node.getStartMark() == null) {
            return error(node, what);
        }
        ScalarPlaces.Place place = ScalarPlaces.of(lines, node, offset);
        return error(place.line(), place.column(), what, null);
    }

    private DefinitionException error(Mark mark, String what, Throwable cause) {
        return mark == null
                ? new DefinitionException(name + ": " + oneLine(what), cause)
                : error(mark.getLine() + 1, mark.getColumn() + 1, what, cause);
    }

    private DefinitionException error(int line, int column, String what, Throwable cause) {
        return new DefinitionException(name + ":" + line + ":" + column + ": " + oneLine(what), cause, line, column);
    }

    /** What is wrong may be quoted in a message, with its line breaks. */
    private static String oneLine(String what) {
        return what.replaceAll("\\s*\\R\\s*", " ");
    }

    public static boolean isObject(Node node) {
        return node instanceof MappingNode;
    }

    public static boolean isList(Node node) {
        return node instanceof SequenceNode;
    }

    public Obj object(Node node, String what) {
        return object(node, what, YamlSource::raise);
    }

    /**
     * An object of which every mistake is wanted, not only the first.
     *
     * @param mistakes takes what is wrong with its keys; of a key that is there twice the first counts
     */
    public Obj object(Node node, String what, Consumer<DefinitionException> mistakes) {
        if (!(node instanceof MappingNode mapping)) {
            throw error(node, what + " must be an object (key: value)");
        }
        return new Obj(mapping, mistakes);
    }

    private static void raise(DefinitionException mistake) {
        throw mistake;
    }

    public List<Node> list(Node node, String what) {
        if (!(node instanceof SequenceNode sequence)) {
            throw error(node, what + " must be a list");
        }
        return sequence.getValue();
    }

    /** A scalar as text, however it is written. */
    public String text(Node node, String what) {
        if (!(node instanceof ScalarNode scalar) || scalar.getValue().isEmpty()) {
            throw error(node, what + " must be a text");
        }
        return scalar.getValue();
    }

    /** A scalar that is one of some words. */
    public String oneOf(Node node, String what, Collection<String> valid) {
        var text = text(node, "'" + what + "'");
        if (!valid.contains(text)) {
            var hint = NearestName.hint(text, valid);
            throw error(
                    node,
                    "'" + what + "' can't be '" + text + "'"
                            + (hint.isEmpty() ? "; known: " + String.join(", ", valid) : hint));
        }
        return text;
    }

    public boolean bool(Node node, String what) {
        if (isObject(node) || isList(node) || !constant(node).isBoolean()) {
            throw error(node, what + " must be true or false");
        }
        return constant(node).booleanValue();
    }

    /** A scalar as JSON. */
    public JsonNode constant(Node node) {
        var scalar = (ScalarNode) node;
        var text = scalar.getValue();
        if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
            return TextNode.valueOf(text);
        }
        if (INTEGER.matcher(text).matches()) {
            return BigIntegerNode.valueOf(new BigInteger(text));
        }
        if (DECIMAL.matcher(text).matches()) {
            return DecimalNode.valueOf(new BigDecimal(text));
        }
        return switch (text) {
            case "true" -> BooleanNode.TRUE;
            case "false" -> BooleanNode.FALSE;
            case "", "~", "null" -> NullNode.instance;
            default -> TextNode.valueOf(text);
        };
    }

    /**
     * A node as JSON that is the same for all ways of writing it: keys are sorted, numbers in their shortest form.
     *
     * @throws DefinitionException if a key is no text
     */
    public JsonNode json(Node node) {
        if (node instanceof MappingNode mapping) {
            Map<String, JsonNode> sorted = new TreeMap<>();
            mapping.getValue()
                    .forEach(tuple -> sorted.put(text(tuple.getKeyNode(), "a key"), json(tuple.getValueNode())));
            return JsonNodeFactory.instance.objectNode().setAll(sorted);
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            sequence.getValue().forEach(item -> list.add(json(item)));
            return list;
        }
        JsonNode constant = constant(node);
        return constant instanceof DecimalNode decimal ? shortest(decimal.decimalValue()) : constant;
    }

    private static JsonNode shortest(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() <= 0 ? BigIntegerNode.valueOf(stripped.toBigInteger()) : DecimalNode.valueOf(stripped);
    }

    /** An object whose keys are texts, each there once, in the order of the file. */
    public final class Obj {
        private final Node node;
        private final Consumer<DefinitionException> mistakes;
        private final Map<String, Node> keys = new LinkedHashMap<>();
        private final Map<String, Node> values = new LinkedHashMap<>();

        private Obj(MappingNode mapping, Consumer<DefinitionException> mistakes) {
            this.node = mapping;
            this.mistakes = mistakes;
            for (var tuple : mapping.getValue()) {
                var key = text(tuple.getKeyNode(), "a key");
                if (keys.putIfAbsent(key, tuple.getKeyNode()) == null) {
                    values.put(key, tuple.getValueNode());
                } else {
                    mistakes.accept(error(tuple.getKeyNode(), "the key '" + key + "' is here twice"));
                }
            }
        }

        public Node node() {
            return node;
        }

        public Collection<String> keys() {
            return values.keySet();
        }

        public boolean has(String key) {
            return values.containsKey(key);
        }

        public Node get(String key) {
            return values.get(key);
        }

        public Node keyNode(String key) {
            return keys.get(key);
        }

        /** @param why what belongs there, for the message */
        public Node require(String key, String why) {
            if (!has(key)) {
                throw error(node, "'" + key + "' is missing: " + why);
            }
            return get(key);
        }

        /** Refuses keys that have no meaning here. */
        public void allow(Collection<String> valid) {
            for (var key : new ArrayList<>(keys())) {
                if (!valid.contains(key)) {
                    var hint = NearestName.hint(key, valid);
                    mistakes.accept(error(
                            keys.get(key),
                            "unknown key '" + key + "'"
                                    + (hint.isEmpty() ? "; known here: " + String.join(", ", valid) : hint)));
                }
            }
        }
    }
}
