package io.tributary.local.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The job fails and is restored while Elasticsearch is away: what was read before the checkpoint is nowhere but in the
 * state of the writer, since the source will not read it again.
 */
class ElasticsearchOutageIT {
    private static final int CUSTOMERS = 500;
    private static final int PORTION = 4 * CUSTOMERS;

    /** Documents, in three portions with a checkpoint between them, of customers who have been written in version 1. */
    private final List<DocumentWrite> writes = new ArrayList<>();

    private String prefix;

    @BeforeEach
    void prepare(TestInfo test) throws Exception {
        SharedElasticsearch.node();
        prefix = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT) + "-";
        List<DocumentWrite> before = new ArrayList<>();
        for (var group : List.of("kept", "changed", "gone", "gone-later")) {
            before.addAll(profiles(group, 1));
        }
        new SinkRun().write(before);

        writes.addAll(profiles("kept", 2));
        writes.addAll(profiles("changed", 2));
        writes.addAll(deletions("gone", 2));
        writes.addAll(profiles("gone-later", 2));

        writes.addAll(profiles("changed", 3));
        writes.addAll(deletions("gone-later", 3));
        writes.addAll(profiles("gone", 1));
        writes.addAll(profiles("new", 1));

        writes.addAll(profiles("changed", 4));
        writes.addAll(profiles("gone-later", 2));
        writes.addAll(profiles("gone", 1));
        writes.addAll(profiles("newest", 1));
    }

    @Test
    void losesNothingWhenTheJobFailsAndIsRestoredInTheMiddleOfTheOutage() throws Exception {
        var passed = new AtomicInteger(-1);
        var attempts = new AtomicInteger();
        var readAgain = new ConcurrentLinkedQueue<Integer>();
        try (var proxy = new FlakyProxy(SharedElasticsearch.node().http())) {
            proxy.down();
            var run = new SinkRun()
                    .against(ElasticsearchConnection.to(proxy.http()))
                    .inBatchesOf(500)
                    .restarting(PORTION, new ScriptedSource.Script() {
                        @Override
                        public void starts(int attempt) {
                            attempts.set(attempt);
                        }

                        @Override
                        public void sends(int attempt, int index) {
                            if (attempt > 1) {
                                readAgain.add(index);
                            }
                        }

                        @Override
                        public void checkpointed(int attempt, int documents) {
                            if (attempt == 1 && documents >= PORTION) {
                                throw new IllegalStateException("the job fails, as the test wants it to");
                            }
                            if (attempt > 1 && documents >= 2 * PORTION) {
                                passed.compareAndSet(-1, proxy.passed());
                                proxy.up();
                            }
                        }
                    })
                    .write(writes);

            assertThat(attempts).as("checkpoints were taken during the outage").hasValue(2);
            assertThat(passed).as("requests until the end of the outage").hasValue(0);
            assertThat(readAgain).allMatch(index -> index >= PORTION);
            assertThat(run.rejected()).isEmpty();
            assertNewestVersions();
        }
    }

    @Test
    void losesNothingWhenTheOutageOutlastsTheRetryLimitAndTheJobFailsByItself() throws Exception {
        var attempts = new AtomicInteger();
        try (var proxy = new FlakyProxy(SharedElasticsearch.node().http())) {
            proxy.down();
            var run = new SinkRun()
                    .against(ElasticsearchConnection.to(proxy.http()))
                    .inBatchesOf(500)
                    .impatient()
                    .restarting(PORTION, new ScriptedSource.Script() {
                        @Override
                        public void starts(int attempt) {
                            attempts.set(attempt);
                            if (attempt == 4) {
                                proxy.up();
                            }
                        }
                    })
                    .write(writes);

            assertThat(attempts).hasValue(4);
            assertThat(run.rejected()).isEmpty();
            assertNewestVersions();
        }
    }

    private void assertNewestVersions() throws Exception {
        Map<String, Long> expected = new TreeMap<>();
        for (int customer = 0; customer < CUSTOMERS; customer++) {
            // Only the writer's state had the second version of those.
            expected.put(id("kept", customer), 2L);
            expected.put(id("changed", customer), 4L);
            expected.put(id("new", customer), 1L);
            expected.put(id("newest", customer), 1L);
        }
        assertThat(stored()).isEqualTo(expected);
    }

    /** Document → its version. */
    private Map<String, Long> stored() throws Exception {
        SharedElasticsearch.request("POST", "/" + ElasticsearchSetup.PROFILES + "/_refresh", "");
        JsonNode found = SharedElasticsearch.request(
                "POST",
                "/" + ElasticsearchSetup.PROFILES + "/_search",
                """
                {"query": {"prefix": {"customer_id": "%s"}}, "version": true, "size": 10000, "_source": false}"""
                        .formatted(prefix));
        Map<String, Long> versions = new TreeMap<>();
        found.at("/hits/hits")
                .forEach(hit -> versions.put(
                        hit.path("_id").asText(), hit.path("_version").asLong()));
        return versions;
    }

    private List<DocumentWrite> profiles(String group, int version) {
        return IntStream.range(0, CUSTOMERS)
                .mapToObj(customer -> ProfileDocument.write(
                        "{\"customer_id\": \"%s\", \"version\": %d}"
                                .formatted(id(group, customer), version)
                                .getBytes(UTF_8),
                        PromotedTraits.DEFAULT))
                .toList();
    }

    private List<DocumentWrite> deletions(String group, int version) {
        return IntStream.range(0, CUSTOMERS)
                .mapToObj(customer -> ProfileDocument.delete(id(group, customer), version))
                .toList();
    }

    private String id(String group, int customer) {
        return prefix + group + "-" + customer;
    }
}
