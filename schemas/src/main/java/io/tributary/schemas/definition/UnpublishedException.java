package io.tributary.schemas.definition;

/** A record of the topic of definitions is none that was published as one. */
public final class UnpublishedException extends Exception {
    private static final long serialVersionUID = 1L;

    UnpublishedException(String message) {
        super(message);
    }
}
