package io.tributary.operators.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.DocWriteRequest;
import org.elasticsearch.action.admin.indices.alias.get.GetAliasesRequest;
import org.elasticsearch.action.admin.indices.refresh.RefreshRequest;
import org.elasticsearch.action.bulk.BulkRequest;
import org.elasticsearch.action.bulk.BulkResponse;
import org.elasticsearch.action.delete.DeleteRequest;
import org.elasticsearch.action.index.IndexRequest;
import org.elasticsearch.action.search.SearchRequest;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.RestHighLevelClient;
import org.elasticsearch.index.VersionType;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.xcontent.XContentType;

/**
 * Sends writes as bulk requests and says what became of each of them.
 *
 * <p>All documents of a customer are deleted when all that was under way before has come to its end and can be found.
 *
 * <p>A request that Elasticsearch, or the client, refuses because of some document in it is sent again in two halves,
 * until the document stands alone: one poisonous document never keeps back the others, and never comes back.
 */
@SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
final class BulkSender implements AutoCloseable {
    private static final int DELETED_AT_ONCE = 1_000;

    private final RestHighLevelClient client;
    private final RequestOptions toAlias;
    private final Set<TimeSeries> prepared = ConcurrentHashMap.newKeySet();
    private final Map<Long, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private final AtomicLong sent = new AtomicLong();

    BulkSender(RestHighLevelClient client, boolean requireAlias) {
        this.client = client;
        // The client drops BulkRequest.requireAlias.
        this.toAlias = RequestOptions.DEFAULT.toBuilder()
                .addParameter("require_alias", String.valueOf(requireAlias))
                .build();
    }

    /**
     * @param whenDone called once, by a thread of the client or by the caller's; must not throw, because the client takes
     *     that for a failure of the request
     */
    void send(List<DocumentWrite> writes, Consumer<Answer> whenDone) {
        List<DocumentWrite> ofDocuments = new ArrayList<>(writes);
        ofDocuments.removeIf(DocumentWrite::ofCustomer);
        List<DocumentWrite> ofCustomers = new ArrayList<>(writes);
        ofCustomers.removeAll(ofDocuments);
        if (ofCustomers.isEmpty()) {
            sendBulk(ofDocuments, whenDone);
        } else if (ofDocuments.isEmpty()) {
            var unused = CompletableFuture.allOf(underWay.values().toArray(CompletableFuture[]::new))
                    .thenRun(() -> deleteOf(ofCustomers, whenDone));
        } else {
            sendBulk(ofDocuments, first -> send(ofCustomers, second -> whenDone.accept(first.and(second))));
        }
    }

    /** Indices of time series come into being with their first document, by their template: it has to be there. */
    private void sendBulk(List<DocumentWrite> writes, Consumer<Answer> whenDone) {
        var toAliases = new ArrayList<DocumentWrite>();
        var ofSeries = new EnumMap<TimeSeries, List<DocumentWrite>>(TimeSeries.class);
        for (var write : writes) {
            TimeSeries.ofIndex(write.index())
                    .map(series -> ofSeries.computeIfAbsent(series, none -> new ArrayList<>()))
                    .orElse(toAliases)
                    .add(write);
        }
        if (ofSeries.isEmpty()) {
            sendBulk(writes, toAlias, whenDone);
            return;
        }
        sendPrepared(ofSeries, new ArrayList<>(), Answer.NONE, first -> {
            if (toAliases.isEmpty()) {
                whenDone.accept(first);
            } else {
                sendBulk(toAliases, toAlias, second -> whenDone.accept(first.and(second)));
            }
        });
    }

    private void sendPrepared(
            EnumMap<TimeSeries, List<DocumentWrite>> unknown,
            List<DocumentWrite> known,
            Answer answer,
            Consumer<Answer> whenDone) {
        if (unknown.isEmpty()) {
            if (known.isEmpty()) {
                whenDone.accept(answer);
            } else {
                sendBulk(known, RequestOptions.DEFAULT, sent -> whenDone.accept(answer.and(sent)));
            }
            return;
        }
        var series = unknown.keySet().iterator().next();
        var writes = unknown.remove(series);
        if (prepared.contains(series)) {
            known.addAll(writes);
            sendPrepared(unknown, known, answer, whenDone);
            return;
        }
        client.indices()
                .existsAliasAsync(
                        new GetAliasesRequest(series.alias()),
                        RequestOptions.DEFAULT,
                        listener(
                                writes,
                                failed -> sendPrepared(unknown, known, answer.and(failed), whenDone),
                                exists -> {
                                    if (exists) {
                                        prepared.add(series);
                                        known.addAll(writes);
                                        sendPrepared(unknown, known, answer, whenDone);
                                    } else {
                                        var missing = answer(
                                                writes,
                                                Outcome.RETRY,
                                                "alias " + series.alias() + " is missing: ./cdp elastic setup",
                                                0);
                                        sendPrepared(unknown, known, answer.and(missing), whenDone);
                                    }
                                }));
    }

    private void sendBulk(List<DocumentWrite> writes, RequestOptions options, Consumer<Answer> whenDone) {
        var number = sent.incrementAndGet();
        var done = new CompletableFuture<Void>();
        underWay.put(number, done);
        bulk(writes, options, answer -> {
            underWay.remove(number);
            done.complete(null);
            whenDone.accept(answer);
        });
    }

    private void bulk(List<DocumentWrite> writes, RequestOptions options, Consumer<Answer> whenDone) {
        client.bulkAsync(request(writes), options, new ActionListener<>() {
            @Override
            public void onResponse(BulkResponse response) {
                whenDone.accept(answer(writes, response));
            }

            @Override
            public void onFailure(Exception failure) {
                var outcome = FailureClassifier.ofRequest(failure);
                if (outcome == Outcome.REJECT && writes.size() > 1) {
                    int half = writes.size() / 2;
                    bulk(
                            writes.subList(0, half),
                            options,
                            first -> bulk(
                                    writes.subList(half, writes.size()),
                                    options,
                                    second -> whenDone.accept(first.and(second).andSplit())));
                } else {
                    whenDone.accept(failed(writes, outcome, failure));
                }
            }
        });
    }

    /** Deletes what can be found of customers, until nothing can. */
    private void deleteOf(List<DocumentWrite> customers, Consumer<Answer> whenDone) {
        var first = customers.get(0);
        var alike = new ArrayList<>(customers);
        alike.removeIf(other -> !other.index().equals(first.index()) || other.version() != first.version());
        var others = new ArrayList<>(customers);
        others.removeAll(alike);
        if (!others.isEmpty()) {
            deleteOf(alike, done -> deleteOf(others, rest -> whenDone.accept(done.and(rest))));
            return;
        }
        client.indices()
                .refreshAsync(
                        new RefreshRequest(first.index()),
                        RequestOptions.DEFAULT,
                        listener(customers, whenDone, refreshed -> deleteFound(customers, whenDone)));
    }

    private void deleteFound(List<DocumentWrite> customers, Consumer<Answer> whenDone) {
        var index = customers.get(0).index();
        var version = customers.get(0).version();
        var ids = customers.stream().map(DocumentWrite::id).toList();
        var query = new SearchSourceBuilder()
                .query(QueryBuilders.termsQuery("customer_id", ids))
                .fetchSource(false)
                .size(DELETED_AT_ONCE);
        client.searchAsync(
                new SearchRequest(index).source(query), RequestOptions.DEFAULT, listener(customers, whenDone, found -> {
                    var deletions = Arrays.stream(found.getHits().getHits())
                            .map(hit -> DocumentWrite.delete(hit.getIndex(), hit.getId(), version))
                            .toList();
                    if (deletions.isEmpty()) {
                        whenDone.accept(answer(customers, Outcome.DONE, "", 0));
                    } else {
                        sendBulk(deletions, answer -> goOn(customers, answer, whenDone));
                    }
                }));
    }

    private void goOn(List<DocumentWrite> customers, Answer deleted, Consumer<Answer> whenDone) {
        var kept = deleted.results().stream()
                .filter(result -> result.outcome() != Outcome.DONE)
                .findFirst();
        if (kept.isPresent()) {
            whenDone.accept(answer(customers, kept.get().outcome(), kept.get().detail(), deleted.failedRequests()));
        } else {
            deleteOf(customers, whenDone);
        }
    }

    private static <T> ActionListener<T> listener(
            List<DocumentWrite> writes, Consumer<Answer> whenDone, Consumer<T> onResponse) {
        return new ActionListener<>() {
            @Override
            public void onResponse(T response) {
                onResponse.accept(response);
            }

            @Override
            public void onFailure(Exception failure) {
                whenDone.accept(failed(writes, FailureClassifier.ofRequest(failure), failure));
            }
        };
    }

    private static BulkRequest request(List<DocumentWrite> writes) {
        var bulk = new BulkRequest();
        for (var write : writes) {
            DocWriteRequest<?> request = write.isDelete()
                    ? new DeleteRequest(write.index(), write.id())
                    : new IndexRequest(write.index()).id(write.id()).source(write.document(), XContentType.JSON);
            request.versionType(VersionType.EXTERNAL_GTE);
            request.version(write.version());
            bulk.add(request);
        }
        return bulk;
    }

    private static Answer answer(List<DocumentWrite> writes, BulkResponse response) {
        var items = response.getItems();
        var results = new ArrayList<Result>(items.length);
        for (int i = 0; i < items.length; i++) {
            var detail = items[i].isFailed() ? FailureClassifier.detail(items[i].getFailureMessage()) : "";
            results.add(new Result(writes.get(i), FailureClassifier.ofItem(items[i]), detail));
        }
        return new Answer(results, 0, 0);
    }

    private static Answer failed(List<DocumentWrite> writes, Outcome outcome, Exception failure) {
        return answer(writes, outcome, FailureClassifier.detail(failure), 1);
    }

    private static Answer answer(List<DocumentWrite> writes, Outcome outcome, String detail, int failedRequests) {
        return new Answer(
                writes.stream().map(write -> new Result(write, outcome, detail)).toList(), failedRequests, 0);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    /** @param detail why, if the outcome is not good */
    record Result(DocumentWrite write, Outcome outcome, String detail) {}

    /**
     * @param results one per write
     * @param failedRequests requests that failed as a whole, not counting split ones
     * @param splitRequests requests that were sent in two halves
     */
    record Answer(List<Result> results, int failedRequests, int splitRequests) {
        static final Answer NONE = new Answer(List.of(), 0, 0);

        Answer and(Answer other) {
            var all = new ArrayList<>(results);
            all.addAll(other.results);
            return new Answer(all, failedRequests + other.failedRequests, splitRequests + other.splitRequests);
        }

        Answer andSplit() {
            return new Answer(results, failedRequests, splitRequests + 1);
        }
    }
}
