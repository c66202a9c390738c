package io.tributary.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tributary.local.simulate.AnaStory;
import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.TimeSeries;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Queries against the running stack whose answers prove the story. */
final class Proof {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = AcceptedJson.mapper();

    /**
     * A query and its answer.
     *
     * @param question what it asks
     * @param command how to repeat it in a shell
     * @param answer what came back
     * @param holds whether that is what the story claims
     */
    record Query(String question, String command, String answer, boolean holds) {}

    private final Endpoints endpoints;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    Proof(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    /**
     * Runs the queries.
     *
     * @param ana her customer id
     * @param ben his
     * @param deadline when abandoned_cart must have fired for Ana
     * @param customers how many there must be
     * @param triggers how many must have fired
     */
    List<Query> run(String ana, String ben, Instant deadline, long customers, long triggers)
            throws IOException, InterruptedException {
        refresh();
        var firedAt = JSON.getNodeFactory().textNode(Timestamps.format(deadline.toEpochMilli()));
        return List.of(
                search(
                        "Ana's profile: two devices, merged from two customers, one order of $84, no cart",
                        ElasticsearchSetup.PROFILES,
                        "_search?q=identifiers.user_id:%s&filter_path=hits.hits._source.identifiers,hits.hits._source.merged_from,hits.hits._source.orders,hits.hits._source.cart"
                                .formatted(AnaStory.ANA),
                        answer -> {
                            var hits = answer.at("/hits/hits");
                            var profile = hits.path(0).path("_source");
                            return hits.size() == 1
                                    && profile.at("/identifiers/anonymous_id").size() == 2
                                    && profile.path("merged_from").size() == 2
                                    && profile.at("/orders/count").asInt() == 1
                                    && profile.at("/orders/revenue/USD").asDouble() == 84.0
                                    && !profile.has("cart");
                        }),
                search(
                        "Ana's triggers: one, an hour after her last item, for $84",
                        TimeSeries.TRIGGERS.alias(),
                        "_search?q=customer_id:%s&filter_path=hits.hits._source.trigger,hits.hits._source.fired_at,hits.hits._source.value"
                                .formatted(ana),
                        answer -> {
                            var hits = answer.at("/hits/hits");
                            var trigger = hits.path(0).path("_source");
                            return hits.size() == 1
                                    && trigger.path("fired_at").equals(firedAt)
                                    && trigger.at("/value/USD").asDouble() == 84.0;
                        }),
                count("Ben's triggers: none", TimeSeries.TRIGGERS.alias(), "customer_id:" + ben, 0),
                count("Customers with a profile", ElasticsearchSetup.PROFILES, "*", customers),
                count(
                        "Abandoned carts of all customers",
                        TimeSeries.TRIGGERS.alias(),
                        "trigger:abandoned_cart",
                        triggers),
                kafka(ana));
    }

    /** What has been written can be found from now on. */
    private void refresh() throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(endpoints.elasticsearch().resolve("/cdp-*/_refresh"))
                        .timeout(LIMIT)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private Query count(String question, String index, String query, long expected)
            throws IOException, InterruptedException {
        return search(
                question,
                index,
                "_count?q=%s&filter_path=count".formatted(query),
                answer -> answer.path("count").asLong(-1) == expected);
    }

    private Query search(String question, String index, String query, Predicate<JsonNode> claim)
            throws IOException, InterruptedException {
        var address = URI.create("%s/%s/%s".formatted(endpoints.elasticsearch(), index, query));
        var answer = http.send(
                        HttpRequest.newBuilder(address).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        return new Query(question, "curl -s '%s'".formatted(address), answer, claim.test(JSON.readTree(answer)));
    }

    private Query kafka(String ana) throws IOException {
        var records = new ArrayList<String>();
        TopicLog.read(endpoints.kafka(), Topic.TRIGGERS, record -> {
            if (ana.equals(new String(record.key(), StandardCharsets.UTF_8))) {
                records.add(new String(record.value(), StandardCharsets.UTF_8));
            }
        });
        var command =
                "kafka-console-consumer.sh --bootstrap-server %s --topic %s --from-beginning --isolation-level read_committed | grep %s"
                        .formatted(endpoints.kafka(), Topic.TRIGGERS, ana);
        return new Query(
                "What a consumer in Kafka gets for Ana: one record",
                command,
                String.join("\n", records),
                records.size() == 1
                        && JSON.readTree(records.get(0))
                                .at("/payload/value/USD")
                                .asText()
                                .equals("84.00"));
    }
}
