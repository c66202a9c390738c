package io.tributary.jobs.options;

import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;

/** Writes the reference of a job's options from the class that declares them. */
public final class OptionsDocs {
    private OptionsDocs() {}

    /** A page in Markdown: one row per option, by key. */
    public static String markdown(String job, Class<?> options) {
        StringBuilder page = new StringBuilder(
                """
                # Options of the %s job

                Generated from `%s`; a test fails when this page is stale.

                The file that `--config` names is YAML, nested or with dotted keys. An unknown key is refused. Lists are \
                YAML lists, or text with semicolons. Durations are written `10 s`, `5 min`, `1 h`.

                | option | type | default | meaning |
                |---|---|---|---|
                """
                        .formatted(job, options.getSimpleName()));
        Map<String, String> types = types(options);
        OptionsFile.declaredBy(options).forEach((key, option) -> page.append("| `")
                .append(key)
                .append("` | ")
                .append(types.get(key))
                .append(" | ")
                .append(option.hasDefaultValue() ? "`" + text(option.defaultValue()) + "`" : "none")
                .append(" | ")
                .append(new HtmlFormatter().format(option.description()).replace("|", "\\|"))
                .append(" |\n"));
        return page.toString();
    }

    /** Key → type, which an option keeps to itself; the constant's declaration tells it. */
    private static Map<String, String> types(Class<?> options) {
        Map<String, String> types = new TreeMap<>();
        for (Field field : options.getFields()) {
            if (field.getType() == ConfigOption.class) {
                try {
                    Type type = ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
                    types.put(((ConfigOption<?>) field.get(null)).key(), name(type));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("a public constant is accessible", e);
                }
            }
        }
        return types;
    }

    private static String name(Type type) {
        return type instanceof ParameterizedType list
                ? "list of " + name(list.getActualTypeArguments()[0])
                : ((Class<?>) type).getSimpleName();
    }

    private static String text(Object value) {
        return value instanceof Duration duration ? TimeUtils.formatWithHighestUnit(duration) : value.toString();
    }
}
