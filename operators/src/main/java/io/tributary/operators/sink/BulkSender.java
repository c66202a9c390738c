package io.tributary.operators.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.DocWriteRequest;
import org.elasticsearch.action.bulk.BulkRequest;
import org.elasticsearch.action.bulk.BulkResponse;
import org.elasticsearch.action.delete.DeleteRequest;
import org.elasticsearch.action.index.IndexRequest;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.RestHighLevelClient;
import org.elasticsearch.index.VersionType;
import org.elasticsearch.xcontent.XContentType;

/**
 * Sends writes as bulk requests and says what became of each of them.
 *
 * <p>A request that Elasticsearch, or the client, refuses because of some document in it is sent again in two halves,
 * until the document stands alone: one poisonous document never keeps back the others, and never comes back.
 */
@SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
final class BulkSender implements AutoCloseable {
    private final RestHighLevelClient client;
    private final RequestOptions options;

    BulkSender(RestHighLevelClient client, boolean requireAlias) {
        this.client = client;
        // The client drops BulkRequest.requireAlias.
        this.options = RequestOptions.DEFAULT.toBuilder()
                .addParameter("require_alias", String.valueOf(requireAlias))
                .build();
    }

    /** @param whenDone called once, by a thread of the client or by the caller's */
    void send(List<DocumentWrite> writes, Consumer<Answer> whenDone) {
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
                    send(
                            writes.subList(0, half),
                            first -> send(
                                    writes.subList(half, writes.size()),
                                    second -> whenDone.accept(first.and(second).andSplit())));
                } else {
                    whenDone.accept(failed(writes, outcome, failure));
                }
            }
        });
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
        var detail = FailureClassifier.detail(failure.getMessage());
        return new Answer(
                writes.stream().map(write -> new Result(write, outcome, detail)).toList(), 1, 0);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    /** @param detail why, if the outcome is not good */
    record Result(DocumentWrite write, Outcome outcome, String detail) {}

    /**
     * @param results one per write, in their order
     * @param failedRequests requests that failed as a whole, not counting split ones
     * @param splitRequests requests that were sent in two halves
     */
    record Answer(List<Result> results, int failedRequests, int splitRequests) {
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
