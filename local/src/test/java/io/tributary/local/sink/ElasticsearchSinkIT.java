package io.tributary.local.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.SearchDocuments;
import io.tributary.operators.sink.SinkCounter;
import io.tributary.operators.sink.TimeSeries;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.sink.TriggerDocument;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.testing.Await;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class ElasticsearchSinkIT {
    private String prefix;

    @BeforeEach
    void ownIds(TestInfo test) {
        SharedElasticsearch.node();
        prefix = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT) + "-";
    }

    @Test
    void countsAnOlderVersionAsStaleAndKeepsTheNewerOne() throws Exception {
        new SinkRun().write(List.of(profile("1", 5, "new")));

        var run = new SinkRun().write(List.of(profile("1", 4, "old"), profile("2", 1, "other")));

        assertThat(run.count(SinkCounter.DOCUMENTS_STALE)).isEqualTo(1);
        assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(1);
        assertThat(run.rejected()).isEmpty();
        assertThat(trait("1")).isEqualTo("new");
    }

    @Test
    void writesTheSameVersionAgainAfterARestart() throws Exception {
        new SinkRun().write(List.of(profile("1", 5, "same")));

        var run = new SinkRun().write(List.of(profile("1", 5, "same")));

        assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(1);
        assertThat(trait("1")).isEqualTo("same");
    }

    @Test
    void refusesABadDocumentOnceAndLandsTheRestOfItsBulk() throws Exception {
        var writes = new ArrayList<>(profiles(20, "good"));
        var bad = DocumentWrite.of(
                ElasticsearchSetup.PROFILES,
                prefix + "bad",
                7,
                "{\"first_seen\":\"not a date, but personal\"}".getBytes(UTF_8));
        writes.add(10, bad);

        var run = new SinkRun().write(writes);

        assertThat(run.rejected()).singleElement().satisfies(rejected -> {
            assertThat(rejected.reason()).isEqualTo(RejectReason.REFUSED_BY_ELASTICSEARCH);
            assertThat(rejected.write().id()).isEqualTo(bad.id());
            assertThat(rejected.write().document()).isEqualTo(bad.document());
            assertThat(rejected.detail()).contains("first_seen").doesNotContain("personal");
        });
        assertThat(run.count(SinkCounter.DOCUMENTS_REJECTED)).isEqualTo(1);
        assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(20);
        assertThat(stored("good")).isEqualTo(20);
    }

    @Test
    void findsTheDocumentThatMakesAWholeBulkUnreadable() throws Exception {
        var writes = new ArrayList<>(profiles(9, "beside"));
        writes.add(4, DocumentWrite.of(ElasticsearchSetup.PROFILES, prefix + "bad", 1, "{\"a\":".getBytes(UTF_8)));

        var run = new SinkRun().write(writes);

        assertThat(run.rejected())
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.write().id()).isEqualTo(prefix + "bad"));
        assertThat(run.count(SinkCounter.REQUESTS_SPLIT)).isPositive();
        assertThat(stored("beside")).isEqualTo(9);
    }

    @Test
    void refusesWhatTheMappingDoesNotKnow() throws Exception {
        var run = new SinkRun()
                .write(List.of(DocumentWrite.of(
                        ElasticsearchSetup.PROFILES, prefix + "bad", 1, "{\"surprise\":1}".getBytes(UTF_8))));

        assertThat(run.rejected()).singleElement().satisfies(rejected -> assertThat(rejected.detail())
                .contains("strict"));
    }

    @Test
    void refusesADocumentBeyondTheLimitAndGoesOn() throws Exception {
        var large = DocumentWrite.of(ElasticsearchSetup.PROFILES, prefix + "large", 1, new byte[5 << 20]);

        var run = new SinkRun().write(List.of(large, profile("1", 1, "small")));

        assertThat(run.rejected()).singleElement().satisfies(rejected -> assertThat(rejected.reason())
                .isEqualTo(RejectReason.TOO_LARGE));
        assertThat(stored("small")).isEqualTo(1);
    }

    @Test
    void losesNothingWhenElasticsearchIsOverloaded() throws Exception {
        try (var proxy = new FlakyProxy(SharedElasticsearch.node().http(), 429, 5)) {
            var run = new SinkRun()
                    .against(ElasticsearchConnection.to(proxy.http()))
                    .inBatchesOf(50)
                    .write(profiles(300, "overloaded"));

            assertThat(run.rejected()).isEmpty();
            assertThat(run.count(SinkCounter.REQUESTS_FAILED)).isEqualTo(5);
            assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isPositive();
            assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(300);
            assertThat(stored("overloaded")).isEqualTo(300);
        }
    }

    @Test
    void losesNothingWhenTheNodeIsDownForTwentySeconds() throws Exception {
        var node = SharedElasticsearch.node();
        new SinkRun().write(profiles(100, "before"));
        node.stop();
        var back = CompletableFuture.runAsync(
                () -> {
                    try {
                        node.start();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                CompletableFuture.delayedExecutor(20, TimeUnit.SECONDS, ElasticsearchSinkIT::runApart));

        // The first hundred change again while the node is down.
        var run = new SinkRun().inBatchesOf(100).write(versions(2, 1_000, "after"));

        back.get(2, TimeUnit.MINUTES);
        assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isPositive();
        assertThat(run.rejected()).isEmpty();
        assertThat(stored("after")).isEqualTo(1_000);
        assertThat(stored("before")).isZero();
    }

    @Test
    void doesNotBringBackADeletedDocumentByALateRetry() throws Exception {
        new SinkRun().write(List.of(profile("1", 5, "first")));
        new SinkRun().write(List.of(ProfileDocument.delete(prefix + "1", 7)));

        var late = new SinkRun().write(List.of(profile("1", 6, "late")));

        assertThat(late.count(SinkCounter.DOCUMENTS_STALE)).isEqualTo(1);
        assertThat(document("1").path("found").asBoolean(true)).isFalse();
        assertThat(SharedElasticsearch.get("/cdp-profiles-v1/_settings/index.gc_deletes")
                        .findValue("gc_deletes")
                        .asText())
                .as("longer than the longest retry, see RetrySchedule")
                .isEqualTo("1h");
        new SinkRun().write(List.of(profile("1", 8, "again")));
        assertThat(trait("1")).isEqualTo("again");
    }

    @Test
    void sendsOnlyTheNewestVersionOfACustomerInTheBuffer() throws Exception {
        var writes = IntStream.rangeClosed(1, 100)
                .mapToObj(version -> profile("1", version, "v" + version))
                .toList();

        var run = new SinkRun().write(writes);

        assertThat(run.count(SinkCounter.DOCUMENTS_COALESCED)).isPositive();
        assertThat(run.count(SinkCounter.DOCUMENTS_COALESCED)
                        + run.count(SinkCounter.DOCUMENTS_WRITTEN)
                        + run.count(SinkCounter.DOCUMENTS_STALE))
                .isEqualTo(100);
        assertThat(trait("1")).isEqualTo("v100");
    }

    @Test
    void stopsTheJobWhenNobodyHasSetUpTheAlias() {
        var write = DocumentWrite.of("cdp-nothing", "1", 1, "{}".getBytes(UTF_8));

        assertThatThrownBy(() -> new SinkRun().impatient().write(List.of(write)))
                .hasStackTraceContaining("cdp-nothing");
    }

    @Test
    void deletesWhatFiredForACustomer() throws Exception {
        var writes = new ArrayList<DocumentWrite>();
        for (int i = 0; i < 30; i++) {
            writes.add(trigger("erased", i));
            writes.add(trigger("other", i));
        }
        writes.add(TimeSeries.TRIGGERS.deleteAllOf(prefix + "erased"));
        writes.add(TimeSeries.TRIGGERS.deleteAllOf(prefix + "never-there"));
        writes.add(trigger("other", 30));

        var run = new SinkRun().inBatchesOf(7).write(writes);

        assertThat(run.rejected()).isEmpty();
        assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(writes.size());
        assertThat(fired("erased")).isZero();
        assertThat(fired("other")).isEqualTo(31);
    }

    @Test
    void deletesWhatFiredForACustomerWhenElasticsearchIsNoLongerOverloaded() throws Exception {
        new SinkRun().write(List.of(trigger("erased", 1)));
        try (var proxy = new FlakyProxy(SharedElasticsearch.node().http(), 429, 3)) {
            var run = new SinkRun()
                    .against(ElasticsearchConnection.to(proxy.http()))
                    .write(List.of(TimeSeries.TRIGGERS.deleteAllOf(prefix + "erased")));

            assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isEqualTo(3);
            assertThat(fired("erased")).isZero();
        }
    }

    @Test
    void setsUpTwiceWithoutHarm() throws Exception {
        new SinkRun().write(List.of(profile("1", 1, "kept")));

        ElasticsearchSetup.apply(SharedElasticsearch.connection());

        assertThat(trait("1")).isEqualTo("kept");
    }

    private List<DocumentWrite> profiles(int count, String trait) {
        return versions(1, count, trait);
    }

    private List<DocumentWrite> versions(long version, int count, String trait) {
        return IntStream.range(0, count)
                .mapToObj(number -> profile(String.valueOf(number), version, trait))
                .toList();
    }

    private DocumentWrite profile(String id, long version, String trait) {
        return ProfileDocument.write(
                """
                {"customer_id": "%s", "version": %d, "traits": {"run": "%s", "note": "%s"}}"""
                        .formatted(prefix + id, version, prefix + trait, trait)
                        .getBytes(UTF_8),
                PromotedTraits.DEFAULT);
    }

    @Test
    void hasWhatHappensOnceHoweverOftenItIsWrittenInTheIndexOfItsMonth() throws Exception {
        var writes = Stream.of("1970-01-01T00:00:00.001Z", "2026-01-31T23:59:59.999Z", "2026-02-01T00:00:00.000Z")
                .map(this::change)
                .toList();

        new SinkRun().write(writes);
        var again = new SinkRun().write(writes);

        assertThat(again.rejected()).isEmpty();
        SharedElasticsearch.request("POST", "/cdp-segment-changes/_refresh", "");
        var found = SharedElasticsearch.request(
                "POST",
                "/cdp-segment-changes/_search?sort=at",
                """
                {"query": {"term": {"customer_id": "%s"}}}""".formatted(prefix + "c"));
        assertThat(found.path("hits").path("hits").findValuesAsText("_index"))
                .containsExactly(
                        "cdp-segment-changes-v1-earlier",
                        "cdp-segment-changes-v1-2026.01",
                        "cdp-segment-changes-v1-2026.02");
        assertThat(found.toString()).contains("\"observed\":\"personal\"").doesNotContain("ana@x.com");
    }

    @Test
    void waitsForTheTemplateRatherThanGuessAMapping() throws Exception {
        for (var index : SharedElasticsearch.get("/_cat/indices/cdp-segment-changes-*?format=json&h=index")) {
            SharedElasticsearch.request("DELETE", "/" + index.path("index").asText(), "");
        }
        var writing = CompletableFuture.supplyAsync(() -> {
            try {
                return new SinkRun().write(List.of(change("2026-03-01T00:00:00.000Z"), profile("1", 1, "beside")));
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });

        Await.until("what is beside it", Duration.ofMinutes(1), () -> stored("beside") == 1);
        ElasticsearchSetup.apply(SharedElasticsearch.connection());

        var run = writing.get(1, TimeUnit.MINUTES);
        assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isPositive();
        assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(2);
        assertThat(SharedElasticsearch.get("/cdp-segment-changes-v1-2026.03/_mapping")
                        .findValue("dynamic")
                        .asText())
                .isEqualTo("strict");
    }

    /** Whose class loader a thread of the delays has depends on who was the first to wait: a job's, which has ended. */
    private static void runApart(Runnable task) {
        var thread = new Thread(task);
        thread.setContextClassLoader(ElasticsearchSinkIT.class.getClassLoader());
        thread.start();
    }

    private DocumentWrite change(String at) {
        var written = new ArrayList<DocumentWrite>();
        new SearchDocuments(PromotedTraits.DEFAULT)
                .flatMap(
                        new OutboundRecord(
                                Topic.SEGMENT_CHANGES,
                                prefix + "c",
                                prefix + at,
                                "io.tributary.segment-change.v1",
                                Timestamps.parse(at),
                                1,
                                """
                                {"at": "%s", "customer_id": "%s", "segment": "ours", "change": "entered", \
                                "definition_version": 1, \
                                "because": [{"condition": "traits.email.endsWith('x.com')", "observed": "ana@x.com"}]}"""
                                        .formatted(at, prefix + "c")
                                        .getBytes(UTF_8)),
                        new ListCollector<>(written));
        return written.get(0);
    }

    private DocumentWrite trigger(String customer, int number) {
        return TriggerDocument.write(
                """
                {"trigger_id": "%s-%d", "trigger": "abandoned_cart", "customer_id": "%s",
                "fired_at": "2026-0%d-05T10:30:00.000Z"}"""
                        .formatted(prefix + customer, number, prefix + customer, 1 + number % 9)
                        .getBytes(UTF_8));
    }

    private long fired(String customer) throws Exception {
        return SharedElasticsearch.count(TimeSeries.TRIGGERS.alias(), "customer_id:%22" + prefix + customer + "%22");
    }

    private long stored(String trait) throws Exception {
        return SharedElasticsearch.count(ElasticsearchSetup.PROFILES, "traits.run:%22" + prefix + trait + "%22");
    }

    private String trait(String id) throws Exception {
        return document(id).path("_source").path("traits").path("note").asText();
    }

    private JsonNode document(String id) throws Exception {
        return SharedElasticsearch.get("/" + ElasticsearchSetup.PROFILES + "/_doc/" + prefix + id);
    }
}
