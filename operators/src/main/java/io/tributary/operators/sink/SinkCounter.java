package io.tributary.operators.sink;

/** What the sink counts, per subtask. Documents in = written + stale + rejected + coalesced + still buffered. */
public enum SinkCounter {
    /** Documents that Elasticsearch applied, deletions included. */
    DOCUMENTS_WRITTEN("documentsWritten"),
    /** Documents of which Elasticsearch held a newer version; normal after a restart and with several bulks in flight. */
    DOCUMENTS_STALE("documentsStale"),
    /** Documents that were handed to {@link RejectedDocuments}. Alert on any. */
    DOCUMENTS_REJECTED("documentsRejected"),
    /** Failed attempts to write a document that will be repeated. Alert when it rises for minutes. */
    DOCUMENTS_RETRIED("documentsRetried"),
    /** Documents that were not sent because a newer version of the same one was there. */
    DOCUMENTS_COALESCED("documentsCoalesced"),
    /** Bulk requests that failed as a whole: no connection, a time-out, a status of 400 or more. */
    REQUESTS_FAILED("requestsFailed"),
    /** Bulk requests sent in two halves because one of their documents made the whole unreadable or too large. */
    REQUESTS_SPLIT("requestsSplit");

    /** Gauge: documents that wait for another attempt. */
    static final String DOCUMENTS_WAITING = "documentsWaiting";
    /** Gauge, in milliseconds: for how long the document that has failed longest has been failing. Alert beyond minutes. */
    static final String FAILING_FOR_MILLIS = "failingForMilliseconds";

    private final String metric;

    SinkCounter(String metric) {
        this.metric = metric;
    }

    /** The metric's name in the operator's group. */
    public String metric() {
        return metric;
    }
}
