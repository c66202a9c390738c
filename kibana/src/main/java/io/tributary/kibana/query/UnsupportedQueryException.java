package io.tributary.kibana.query;

/** Something of a saved object of which nobody here knows what Kibana asks for it. */
public final class UnsupportedQueryException extends RuntimeException {
    public UnsupportedQueryException(String what) {
        super(what);
    }
}
