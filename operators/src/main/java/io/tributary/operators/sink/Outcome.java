package io.tributary.operators.sink;

/** What became of one document of a bulk request. */
enum Outcome {
    /** Applied. */
    DONE,
    /** Elasticsearch holds a newer version: as good as applied. */
    STALE,
    /** Not applied, and may be later: an overloaded, absent or unprepared Elasticsearch. */
    RETRY,
    /** Never will be applied, because of what the document is. */
    REJECT,
    /** Never will be applied, because of how the sink is set up: credentials, address. */
    FATAL
}
