package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.elastic.ProfileRebuild;
import io.tributary.local.publish.Publisher;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.TimeSeries;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.testing.Await;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The job's indices, made anew while it writes to them. */
class ElasticRebuildIT {
    private static final Duration DEADLINE = Duration.ofSeconds(90);
    private static final long START = Timestamps.parse("2026-01-05T10:00:00.000Z");
    private static final String SEEN =
            """
            segments:
            - {name: seen, when: events.count >= 1}
            """;

    /** Others know the first indices by name. */
    @AfterAll
    static void leaveTheNodeAsItWas() throws Exception {
        SharedElasticsearch.empty();
    }

    @Test
    void profilesMoveToNewIndicesWhileTheJobWritesAndNothingElseIsInThem() throws Exception {
        try (StreamedRun run = new StreamedRun(2, AbandonedCartAlone.with("segments.yaml", SEEN));
                Publisher publisher = new Publisher(run.bootstrapServers())) {
            for (int i = 0; i < 100; i++) {
                send(publisher, i, START);
            }
            // Devices that have been customers of their own become theirs.
            for (int i = 0; i < 10; i++) {
                send(publisher, identify("login-" + i, "device-" + i, "user-" + i, START + 2), START + 2);
            }
            publisher.tick(START + 60_000);
            publisher.flush();
            // Every other of them.
            run.awaitRecords(Topic.CUSTOMER_ALIASES, 5);
            SharedElasticsearch.request("PUT", "/cdp-profiles-v1/_doc/c_ghost", "{\"customer_id\": \"c_ghost\"}");

            AtomicBoolean isOver = new AtomicBoolean();
            CompletableFuture<Integer> further = CompletableFuture.supplyAsync(() -> {
                int sent = 100;
                try {
                    for (; !isOver.get(); sent++) {
                        send(publisher, sent, START + 100_000);
                        // About as fast as the job commits.
                        Thread.sleep(20);
                    }
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
                return sent;
            });
            List<String> told = new ArrayList<>();
            ProfileRebuild.run(
                    SharedElasticsearch.connection(),
                    run.bootstrapServers(),
                    new PromotedTraits(Set.of("country", "plan"), Set.of(), Set.of()),
                    false,
                    DEADLINE,
                    told::add);
            isOver.set(true);
            int sent = further.get();

            assertThat(told).contains("cdp-profiles goes to cdp-profiles-v2", "cdp-profiles-v1 is deleted");
            publisher.send(
                    PrivacyCommand.erase("erase", START + 3_000_000, new Identifier(Namespace.USER_ID, "user-3")));
            for (int i = sent; i < sent + 20; i++) {
                send(publisher, i, START + 3_600_000);
            }
            publisher.tick(START + 7_200_000);
            publisher.flush();
            Await.until("the same versions in Kafka and in Elasticsearch", DEADLINE, () -> {
                Map<String, Long> inKafka = new TreeMap<>();
                run.profiles()
                        .forEach((id, profile) ->
                                inKafka.put(id, profile.path("version").asLong()));
                return inKafka.size() >= sent - 10 && inKafka.equals(versions("cdp-profiles"));
            });

            assertThat(SharedElasticsearch.get("/_alias/cdp-profiles,cdp-personal")
                            .fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder("cdp-profiles-v2", "cdp-personal-v2");
            assertThat(SharedElasticsearch.count("cdp-profiles", "traits_kw.plan:gold"))
                    .as("of those that the rebuild read")
                    .isGreaterThanOrEqualTo(50);
            for (TimeSeries series : TimeSeries.values()) {
                assertThat(SharedElasticsearch.count(
                                series.alias(),
                                "customer_id:" + new Identifier(Namespace.USER_ID, "user-3").customerId()))
                        .as("%s of whom was erased", series)
                        .isZero();
            }
            assertThat(SharedElasticsearch.count("cdp-segment-changes", "change:entered"))
                    .isGreaterThan(sent);
        }
    }

    private static Map<String, Long> versions(String index) throws Exception {
        SharedElasticsearch.request("POST", "/" + index + "/_refresh", "");
        Map<String, Long> versions = new TreeMap<>();
        for (JsonNode hit : SharedElasticsearch.get("/" + index + "/_search?size=10000&version=true&_source=false")
                .path("hits")
                .path("hits")) {
            versions.put(hit.path("_id").asText(), hit.path("_version").asLong());
        }
        return versions;
    }

    /** Of each customer one event; every other one is a person. */
    private static void send(Publisher publisher, int number, long at) throws Exception {
        String event = number % 2 == 0
                ? identify("m-" + number, "device-" + number, "user-" + number, at)
                : ("{\"type\":\"track\",\"event\":\"Product Added\",\"messageId\":\"m-%d\",\"anonymousId\":\"device-%d\","
                                + "\"timestamp\":\"%s\",\"properties\":{\"product_id\":\"p1\",\"price\":\"10.00\"}}")
                        .formatted(number, number, Timestamps.format(at));
        send(publisher, event, at);
    }

    private static String identify(String id, String device, String user, long at) {
        return ("{\"type\":\"identify\",\"messageId\":\"%s\",\"anonymousId\":\"%s\",\"userId\":\"%s\",\"timestamp\":\"%s\","
                        + "\"traits\":{\"plan\":\"gold\",\"email\":\"%s@example.com\"}}")
                .formatted(id, device, user, Timestamps.format(at), user);
    }

    private static void send(Publisher publisher, String event, long at) throws Exception {
        publisher.send(at, null, event.getBytes(StandardCharsets.UTF_8));
    }
}
