package io.tributary.kibana.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.check.SavedObjects.Item;
import io.tributary.kibana.kql.Kql;
import io.tributary.kibana.kql.KqlException;
import io.tributary.kibana.mapping.FieldType;
import io.tributary.kibana.mapping.IndexMapping;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** The fields of a data view, as its index has them. */
final class Fields {
    private final Item dataView;
    private final IndexMapping mapping;
    private final BundleRules rules;

    Fields(Item dataView, IndexMapping mapping, BundleRules rules) {
        this.dataView = dataView;
        this.mapping = mapping;
        this.rules = rules;
    }

    String index() {
        return dataView.attributes().path("title").asText();
    }

    /** Null if it has none. */
    String timeField() {
        return dataView.attributes().path("timeFieldName").asText(null);
    }

    boolean has(String field) {
        return mapping.field(field).filter(FieldType::isField).isPresent();
    }

    /**
     * The type of a field, which is a fault if it is not there, or not for charts.
     *
     * @param what what it is used for
     */
    Optional<FieldType> require(String field, String what, Faults faults) {
        Optional<FieldType> type = mapping.field(field);
        if (type.isEmpty()) {
            faults.add(FaultKind.UNKNOWN_FIELD, "%s: %s has no field %s".formatted(what, index(), field));
            return type;
        }
        if (rules.isEmpty(field)) {
            faults.add(FaultKind.FIELD_WITHOUT_VALUES, what + ": nothing writes " + field);
        }
        if (!type.get().isField()) {
            faults.add(
                    FaultKind.UNSUITABLE_FIELD,
                    "%s: %s is %s in %s, which Kibana does not chart".formatted(what, field, type.get(), index()));
            return Optional.empty();
        }
        return type;
    }

    /** A field that has to be of one of some types. */
    Optional<FieldType> require(String field, Set<FieldType> types, String what, Faults faults) {
        Optional<FieldType> type = require(field, what, faults);
        if (type.isPresent() && !types.contains(type.get())) {
            faults.add(
                    FaultKind.UNSUITABLE_FIELD,
                    "%s: %s is %s in %s, not one of %s".formatted(what, field, type.get(), index(), types));
            return Optional.empty();
        }
        return type;
    }

    /** A query of Kibana, whose fields have to be there. */
    void checkQuery(JsonNode query, String what, Faults faults) {
        visit(query, what, faults, (field, ranged) -> {
            Optional<FieldType> type = require(field, what, faults);
            if (ranged && type.isPresent() && type.get() != FieldType.NUMBER && type.get() != FieldType.DATE) {
                faults.add(
                        FaultKind.UNSUITABLE_FIELD,
                        "%s: %s is %s, which has no order".formatted(what, field, type.get()));
            }
        });
    }

    /** The fields of a query of Kibana. */
    static Set<String> ofQuery(JsonNode query, String what, Faults faults) {
        Set<String> fields = new HashSet<>();
        visit(query, what, faults, (field, ranged) -> fields.add(field));
        return fields;
    }

    private static void visit(JsonNode query, String what, Faults faults, BiConsumer<String, Boolean> field) {
        try {
            visit(Kql.parse(query.path("query").asText()), field);
        } catch (KqlException e) {
            faults.add(FaultKind.BAD_QUERY, what + ": " + e.getMessage());
        }
    }

    private static void visit(Kql query, BiConsumer<String, Boolean> field) {
        if (query instanceof Kql.And and) {
            and.all().forEach(part -> visit(part, field));
        } else if (query instanceof Kql.Or or) {
            or.any().forEach(part -> visit(part, field));
        } else if (query instanceof Kql.Not not) {
            visit(not.inner(), field);
        } else if (query instanceof Kql.Exists exists) {
            field.accept(exists.field(), false);
        } else if (query instanceof Kql.Is is) {
            field.accept(is.field(), false);
        } else if (query instanceof Kql.Range range) {
            field.accept(range.field(), true);
        }
    }
}
