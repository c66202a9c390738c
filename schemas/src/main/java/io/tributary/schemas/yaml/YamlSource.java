package io.tributary.schemas.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
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
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML file as nodes that know their line and column, so that every message can point at its place.
 *
 * <p>Plain scalars are numbers (exact), {@code true}, {@code false} or {@code null} as in YAML 1.2, else text: YAML
 * 1.1's {@code NO} would turn Norway into a boolean.
 */
public final class YamlSource {
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,99})");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d{0,99})\\.\\d{1,99}");

    private final String name;
    private final Node root;

    /**
     * Reads a text.
     *
     * @param name what messages call it
     * @throws DefinitionException if it is no YAML, or empty
     */
    public YamlSource(String name, String text) {
        this.name = name;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            throw new DefinitionException(
                    place(e.getProblemMark()) + "not valid YAML: "
                            + (e.getContext() == null ? "" : e.getContext() + ": ")
                            + e.getProblem(),
                    e);
        } catch (YAMLException e) {
            throw new DefinitionException(name + ": not valid YAML: " + e.getMessage(), e);
        }
        if (root == null) {
            throw new DefinitionException(name + ": the file is empty");
        }
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

    /** A mistake at a node's place. */
    public DefinitionException error(Node node, String what) {
        return new DefinitionException(place(node.getStartMark()) + what);
    }

    private String place(Mark mark) {
        return mark == null ? name + ": " : name + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1) + ": ";
    }

    public static boolean isObject(Node node) {
        return node instanceof MappingNode;
    }

    public static boolean isList(Node node) {
        return node instanceof SequenceNode;
    }

    public Obj object(Node node, String what) {
        if (!(node instanceof MappingNode mapping)) {
            throw error(node, what + " must be an object (key: value)");
        }
        return new Obj(mapping);
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

    /** An object whose keys are texts, each there once, in the order of the file. */
    public final class Obj {
        private final Node node;
        private final Map<String, Node> keys = new LinkedHashMap<>();
        private final Map<String, Node> values = new LinkedHashMap<>();

        private Obj(MappingNode mapping) {
            node = mapping;
            for (var tuple : mapping.getValue()) {
                var key = text(tuple.getKeyNode(), "a key");
                if (keys.put(key, tuple.getKeyNode()) != null) {
                    throw error(tuple.getKeyNode(), "the key '" + key + "' is here twice");
                }
                values.put(key, tuple.getValueNode());
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
                    throw error(
                            keys.get(key),
                            "unknown key '" + key + "'"
                                    + (hint.isEmpty() ? "; known here: " + String.join(", ", valid) : hint));
                }
            }
        }
    }
}
