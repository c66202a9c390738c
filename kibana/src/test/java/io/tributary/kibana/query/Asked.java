package io.tributary.kibana.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/** Answers in order, and remembers the questions. */
final class Asked implements Search {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    final List<JsonNode> bodies = new ArrayList<>();
    private final List<JsonNode> answers = new ArrayList<>();

    Asked(String... answers) {
        for (String answer : answers) {
            this.answers.add(json(answer));
        }
    }

    /** JSON, whose quotes may be single and whose names may have none. */
    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public JsonNode search(String index, JsonNode body) {
        bodies.add(json(body.toString()));
        return answers.get(bodies.size() - 1);
    }
}
