package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
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
final class YamlSource {
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,99})");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d{0,99})\\.\\d{1,99}");

    private final String name;
    private final Node root;

    YamlSource(String name, String text) {
        this.name = name;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            throw new MappingException(
                    place(e.getProblemMark()) + "not valid YAML: "
                            + (e.getContext() == null ? "" : e.getContext() + ": ")
                            + e.getProblem(),
                    e);
        } catch (YAMLException e) {
            throw new MappingException(name + ": not valid YAML: " + e.getMessage(), e);
        }
        if (root == null) {
            throw new MappingException(name + ": the file is empty");
        }
    }

    Obj root() {
        return object(root, "the mapping");
    }

    MappingException error(Node node, String what) {
        return new MappingException(place(node.getStartMark()) + what);
    }

    private String place(Mark mark) {
        return mark == null ? name + ": " : name + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1) + ": ";
    }

    static boolean isObject(Node node) {
        return node instanceof MappingNode;
    }

    static boolean isList(Node node) {
        return node instanceof SequenceNode;
    }

    Obj object(Node node, String what) {
        if (!(node instanceof MappingNode mapping)) {
            throw error(node, what + " must be an object (key: value)");
        }
        return new Obj(mapping);
    }

    List<Node> list(Node node, String what) {
        if (!(node instanceof SequenceNode sequence)) {
            throw error(node, what + " must be a list");
        }
        return sequence.getValue();
    }

    /** A scalar as text, however it is written. */
    String text(Node node, String what) {
        if (!(node instanceof ScalarNode scalar) || scalar.getValue().isEmpty()) {
            throw error(node, what + " must be a text");
        }
        return scalar.getValue();
    }

    boolean bool(Node node, String what) {
        if (isObject(node) || isList(node) || !constant(node).isBoolean()) {
            throw error(node, what + " must be true or false");
        }
        return constant(node).booleanValue();
    }

    /** A scalar as JSON. */
    JsonNode constant(Node node) {
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
    final class Obj {
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

        Node node() {
            return node;
        }

        Collection<String> keys() {
            return values.keySet();
        }

        boolean has(String key) {
            return values.containsKey(key);
        }

        Node get(String key) {
            return values.get(key);
        }

        Node keyNode(String key) {
            return keys.get(key);
        }

        Node require(String key, String why) {
            if (!has(key)) {
                throw error(node, "'" + key + "' is missing: " + why);
            }
            return get(key);
        }

        void allow(Collection<String> valid) {
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
