package io.tributary.operators.segment;

import dev.cel.runtime.CelVariableResolver;
import io.tributary.operators.segment.ProfileField.Root;
import java.math.BigDecimal;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Facts as the variables of CEL. Asks only for what an expression looks at. */
record FactsVariables(Facts facts) implements CelVariableResolver {
    @Override
    public Optional<Object> find(String name) {
        return switch (name) {
            case "first_seen" -> Optional.ofNullable(facts.value(ProfileField.FIRST_SEEN));
            case "last_seen" -> Optional.ofNullable(facts.value(ProfileField.LAST_SEEN));
            case "value" -> Optional.ofNullable(ofCel(facts.value(ProfileField.VALUE)));
            case "events" ->
                Optional.of(Map.of(
                        "count", facts.value(ProfileField.EVENT_COUNT), "by_name", new Fields(Root.EVENTS_BY_NAME)));
            default -> Root.named(name).map(Fields::new);
        };
    }

    /** A value of {@link Facts} as CEL has it: it knows no decimals. */
    private static Object ofCel(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal.doubleValue();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(FactsVariables::ofCel).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> fields = new LinkedHashMap<>();
            map.forEach((name, field) -> fields.put(name, ofCel(field)));
            return fields;
        }
        return value;
    }

    private final class Fields extends AbstractMap<String, Object> {
        private final Root root;

        private Fields(Root root) {
            this.root = root;
        }

        @Override
        public Object get(Object name) {
            return name instanceof String text ? ofCel(facts.value(new ProfileField(root, text))) : null;
        }

        @Override
        public boolean containsKey(Object name) {
            return get(name) != null;
        }

        @Override
        @SuppressWarnings("unchecked") // A map's names are texts.
        public Set<Entry<String, Object>> entrySet() {
            return ((Map<String, Object>) ofCel(facts.all(root))).entrySet();
        }
    }
}
