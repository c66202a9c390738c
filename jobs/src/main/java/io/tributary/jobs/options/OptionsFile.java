package io.tributary.jobs.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.description.HtmlFormatter;

/**
 * Reads a job's options from YAML, nested or with dotted keys, and refuses what no option is called.
 *
 * <p>Values are checked when they are read: a duration that is none fails with the key's name.
 */
public final class OptionsFile {
    private OptionsFile() {}

    /** The options that a class declares as public constants, by key. */
    public static Map<String, ConfigOption<?>> declaredBy(Class<?> options) {
        Map<String, ConfigOption<?>> declared = new TreeMap<>();
        for (Field field : options.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
                try {
                    ConfigOption<?> option = (ConfigOption<?>) field.get(null);
                    declared.put(option.key(), option);
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("a public constant is accessible", e);
                }
            }
        }
        return declared;
    }

    /**
     * Reads a file.
     *
     * @throws OptionsException if the file can't be read, is no YAML, or contains a key or a value that does not fit
     */
    public static Configuration read(Path file, Class<?> options) {
        JsonNode root;
        try {
            root = new YAMLMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new OptionsException(file + ":" + line + ": not valid YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new OptionsException(file + ": can't be read: " + e.getMessage());
        }
        Map<String, String> values = new TreeMap<>();
        if (!root.isMissingNode() && !root.isNull()) {
            flatten(file, "", root, values);
        }
        return check(file.toString(), values, declaredBy(options));
    }

    private static void flatten(Path file, String prefix, JsonNode node, Map<String, String> values) {
        if (!node.isObject()) {
            throw new OptionsException(file + ": options are a map of keys and values");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String key = prefix + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject()) {
                flatten(file, key + ".", value, values);
            } else if (value.isArray()) {
                List<String> elements = new ArrayList<>();
                value.forEach(element -> elements.add(element.asText()));
                values.put(key, String.join(";", elements));
            } else if (!value.isNull()) {
                values.put(key, value.asText());
            }
        }
    }

    private static Configuration check(
            String source, Map<String, String> values, Map<String, ConfigOption<?>> declared) {
        Configuration configuration = new Configuration();
        values.forEach((key, value) -> {
            ConfigOption<?> option = declared.get(key);
            if (option == null) {
                throw new OptionsException(source + ": no option is called '" + key + "'" + nearest(key, declared));
            }
            configuration.setString(key, value);
            try {
                configuration.get(option);
            } catch (IllegalArgumentException e) {
                throw new OptionsException(source + ": '" + value + "' does not fit " + key + ": "
                        + new HtmlFormatter().format(option.description()));
            }
        });
        return configuration;
    }

    private static String nearest(String key, Map<String, ConfigOption<?>> declared) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        return declared.keySet().stream()
                .min((a, b) -> Integer.compare(distance.apply(key, a), distance.apply(key, b)))
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("");
    }
}
