package io.tributary.kibana.mapping;

import java.util.Set;

/** What a chart can do with a field, by the type that Elasticsearch gives it. */
public enum FieldType {
    KEYWORD("string", true),
    /** Can be searched, but neither grouped nor sorted. */
    TEXT("string", false),
    NUMBER("number", true),
    DATE("date", true),
    BOOLEAN("boolean", true),
    IP("ip", true),
    /** Within a flattened or nested object, or one itself: Lens charts none of them. */
    OPAQUE("", false),
    /** Has fields, but is none. */
    OBJECT("", false),
    /** Of a type that nothing here uses. */
    OTHER("", false);

    private static final Set<String> NUMBERS = Set.of(
            "long", "integer", "short", "byte", "double", "float", "half_float", "scaled_float", "unsigned_long");

    private final String lens;
    private final boolean aggregatable;

    FieldType(String lens, boolean aggregatable) {
        this.lens = lens;
        this.aggregatable = aggregatable;
    }

    static FieldType of(String type) {
        if (NUMBERS.contains(type)) {
            return NUMBER;
        }
        return switch (type) {
            case "keyword", "constant_keyword", "wildcard" -> KEYWORD;
            case "text", "match_only_text" -> TEXT;
            case "date", "date_nanos" -> DATE;
            case "boolean" -> BOOLEAN;
            case "ip" -> IP;
            case "flattened", "nested" -> OPAQUE;
            case "object" -> OBJECT;
            default -> OTHER;
        };
    }

    /** The {@code dataType} of a column of Lens. */
    public String lens() {
        return lens;
    }

    /** Whether it can be grouped and sorted by. */
    public boolean isAggregatable() {
        return aggregatable;
    }

    /** Whether it has values at all that Kibana shows and filters. */
    public boolean isField() {
        return !lens.isEmpty();
    }
}
