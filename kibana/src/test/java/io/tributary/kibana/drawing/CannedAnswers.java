package io.tributary.kibana.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.kibana.query.Search;

/** Answers any search of the dashboards: a few groups of each kind, with numbers that depend on nothing but their place. */
final class CannedAnswers implements Search {
    private static final long START = 1_767_225_600_000L;
    private static final long DAY = 86_400_000;
    private static final int DAYS = 10;

    /** Of names and texts, with what a picture has to escape. */
    private static final String[] NAMES = {
        "alpha", "beta & <b>", "gamma \"g\"", "a name that is much too long for its place"
    };

    private int number = 7;

    @Override
    public JsonNode search(String index, JsonNode body) {
        ObjectNode answer = object();
        ObjectNode hits = answer.putObject("hits");
        hits.putObject("total").put("value", next());
        if (body.path("size").asInt() > 0) {
            ArrayNode documents = hits.putArray("hits");
            for (int i = 0; i < 40; i++) {
                ObjectNode fields = documents.addObject().putObject("fields");
                for (JsonNode field : body.path("fields")) {
                    fields.putArray(field.path("field").asText()).add(NAMES[next() % NAMES.length]);
                }
            }
        }
        answer.set("aggregations", aggregations(body.path("aggs")));
        return answer;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private int next() {
        number = (number * 31 + 17) % 997;
        return number;
    }

    private ObjectNode aggregations(JsonNode asked) {
        ObjectNode answers = object();
        asked.forEachEntry((name, aggregation) -> answers.set(name, aggregation(aggregation)));
        return answers;
    }

    private ObjectNode group(JsonNode aggregation) {
        ObjectNode group = aggregations(aggregation.path("aggs"));
        return group.put("doc_count", next());
    }

    private ObjectNode aggregation(JsonNode asked) {
        ObjectNode answer = object();
        if (asked.has("terms")) {
            ArrayNode buckets = answer.put("sum_other_doc_count", 0).putArray("buckets");
            for (String name : NAMES) {
                buckets.add(group(asked).put("key", name));
            }
        } else if (asked.has("date_histogram")) {
            ArrayNode buckets = answer.putArray("buckets");
            for (int day = 0; day < DAYS; day++) {
                buckets.add(group(asked).put("key", START + day * DAY));
            }
        } else if (asked.has("histogram")) {
            ArrayNode buckets = answer.putArray("buckets");
            for (int i = 0; i < 30; i++) {
                buckets.add(group(asked)
                        .put("key", i * asked.at("/histogram/interval").asDouble()));
            }
        } else if (asked.has("range")) {
            ArrayNode buckets = answer.putArray("buckets");
            asked.at("/range/ranges").forEach(range -> buckets.add(group(asked).setAll((ObjectNode) range.deepCopy())));
        } else if (asked.has("filters")) {
            ObjectNode buckets = answer.putObject("buckets");
            asked.at("/filters/filters").fieldNames().forEachRemaining(name -> buckets.set(name, group(asked)));
        } else if (asked.has("filter")) {
            return group(asked);
        } else if (asked.has("percentiles")) {
            answer.putObject("values").put("50.0", next() / 4.0);
        } else {
            boolean date = asked.toString().matches(".*(\"at\"|_at\"|_seen\").*");
            answer.put("value", date ? START + next() * 60_000L : next() / 4.0);
        }
        return answer;
    }
}
