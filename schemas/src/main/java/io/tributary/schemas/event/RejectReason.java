package io.tributary.schemas.event;

import java.util.Locale;

/** Why a piece of input was refused. The {@link #id()} is part of the public contract of {@code cdp.rejects.v1}. */
public enum RejectReason {
    /** The line of a file is empty. */
    EMPTY_LINE,
    /** The bytes are not JSON by RFC 8259: a syntax error, invalid UTF-8, trailing bytes. */
    NOT_JSON,
    /** Valid JSON, but not an object. */
    NOT_AN_OBJECT,
    /** More bytes than the configured limit. */
    TOO_LARGE,
    /** Objects and arrays are nested deeper than the configured limit. */
    TOO_DEEP,
    /** No identifier is left after normalisation and the blocklist. */
    NO_IDENTIFIER,
    /** There is no timestamp, or it can't be read, or it lies outside 1970–9999. */
    BAD_TIMESTAMP,
    /** The event happened later than it was received, beyond the tolerated skew. */
    IN_FUTURE,
    /** {@code type} is missing or none of the specification's. */
    UNKNOWN_TYPE,
    /** A track call without an event name. */
    MISSING_EVENT_NAME,
    /** A field that decides something (an amount, a quantity, a currency, an identifier) can't be read. */
    BAD_VALUE,
    /** A row of a mapped file has the wrong shape: number of columns, quotes, encoding. */
    BAD_ROW,
    /** No entry of the mapping applies to the row. */
    UNMAPPED_ROW,
    /** An expression of the mapping failed on the row. */
    MAPPING_ERROR,
    /** A record of the topic of definitions is none, or the set that it closes has a mistake. */
    BAD_DEFINITION,
    /** Elasticsearch refused the document for good (4xx other than 409 and 429). */
    REFUSED_BY_ELASTICSEARCH;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The reason in snake_case, as it is published. */
    public String id() {
        return id;
    }

    /**
     * The reason of that id.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static RejectReason byId(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }
}
