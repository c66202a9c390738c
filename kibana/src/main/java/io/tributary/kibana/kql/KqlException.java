package io.tributary.kibana.kql;

/** A query that can't be read. */
public final class KqlException extends RuntimeException {
    KqlException(String query, int at, String what) {
        super("%s at character %d of: %s".formatted(what, at + 1, query));
    }
}
