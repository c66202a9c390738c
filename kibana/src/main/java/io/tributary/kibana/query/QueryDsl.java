package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.kibana.kql.Kql;
import java.time.Instant;
import java.util.List;

/** Elasticsearch's queries, as Kibana makes them. */
final class QueryDsl {
    private QueryDsl() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A query of a saved object. */
    static JsonNode query(JsonNode query) {
        Known.only(query, "a query", "query", "language");
        if (!query.path("language").asText().equals("kuery")) {
            throw new UnsupportedQueryException("the language " + query.path("language"));
        }
        return kql(query.path("query").asText());
    }

    static JsonNode kql(String query) {
        return kql(Kql.parse(query));
    }

    private static JsonNode kql(Kql query) {
        if (query instanceof Kql.And and) {
            return all(and.all().stream().map(QueryDsl::kql).toList());
        }
        if (query instanceof Kql.Or or) {
            return any(or.any().stream().map(QueryDsl::kql).toList());
        }
        if (query instanceof Kql.Not not) {
            return not(kql(not.inner()));
        }
        if (query instanceof Kql.Exists exists) {
            return any(List.of(exists(exists.field())));
        }
        if (query instanceof Kql.Is is) {
            return any(List.of(is(is)));
        }
        if (query instanceof Kql.Range range) {
            return any(List.of(range(range)));
        }
        ObjectNode everything = object();
        everything.putObject("match_all");
        return everything;
    }

    private static JsonNode is(Kql.Is is) {
        ObjectNode query = object();
        if (is.wildcard()) {
            if (is.value().indexOf('?') >= 0) {
                throw new UnsupportedQueryException("a question mark beside asterisks: " + is.value());
            }
            query.putObject("wildcard").putObject(is.field()).put("value", is.value());
        } else {
            // Values in quotes are phrases. For a single word it makes no difference, as all fields here are words.
            boolean phrase = is.value().chars().anyMatch(Character::isWhitespace);
            query.putObject(phrase ? "match_phrase" : "match").put(is.field(), is.value());
        }
        return query;
    }

    private static JsonNode range(Kql.Range range) {
        ObjectNode query = object();
        query.putObject("range")
                .putObject(range.field())
                .put(
                        switch (range.comparison()) {
                            case LESS -> "lt";
                            case AT_MOST -> "lte";
                            case GREATER -> "gt";
                            case AT_LEAST -> "gte";
                        },
                        range.bound());
        return query;
    }

    static JsonNode exists(String field) {
        ObjectNode query = object();
        query.putObject("exists").put("field", field);
        return query;
    }

    static JsonNode term(String field, String value) {
        ObjectNode query = object();
        query.putObject("match_phrase").put(field, value);
        return query;
    }

    /** From included, to excluded; either may be null. */
    static JsonNode between(String field, Number from, Number to) {
        ObjectNode query = object();
        ObjectNode bounds = query.putObject("range").putObject(field);
        if (from != null) {
            bounds.set("gte", number(from));
        }
        if (to != null) {
            bounds.set("lt", number(to));
        }
        return query;
    }

    static JsonNode number(Number number) {
        return number instanceof Long whole
                ? JsonNodeFactory.instance.numberNode(whole.longValue())
                : JsonNodeFactory.instance.numberNode(number.doubleValue());
    }

    static JsonNode timeRange(String field, Context context) {
        ObjectNode query = object();
        query.putObject("range")
                .putObject(field)
                .put("gte", Instant.ofEpochMilli(context.from()).toString())
                .put("lte", Instant.ofEpochMilli(context.to()).toString())
                .put("format", "strict_date_optional_time");
        return query;
    }

    static JsonNode all(List<JsonNode> queries) {
        return bool("filter", queries);
    }

    static JsonNode not(JsonNode query) {
        return bool("must_not", List.of(query));
    }

    private static JsonNode any(List<JsonNode> queries) {
        ObjectNode query = bool("should", queries);
        ((ObjectNode) query.get("bool")).put("minimum_should_match", 1);
        return query;
    }

    private static ObjectNode bool(String occurrence, List<JsonNode> queries) {
        ObjectNode query = object();
        ArrayNode clauses = query.putObject("bool").putArray(occurrence);
        clauses.addAll(queries);
        return query;
    }
}
