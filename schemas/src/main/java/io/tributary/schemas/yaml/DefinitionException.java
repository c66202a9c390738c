package io.tributary.schemas.yaml;

/**
 * A mistake in a file that somebody has written (a mapping, rules of identity), or a file of data that does not fit it (a
 * column that the header does not have).
 *
 * <p>The message is one line for the person who wrote it: {@code shop.yaml:7:5: unknown key 'colum' — did you mean
 * 'column'?}. Bad rows never raise it; they become rejects.
 */
public final class DefinitionException extends RuntimeException {
    public DefinitionException(String message) {
        super(message);
    }

    public DefinitionException(String message, Throwable cause) {
        super(message, cause);
    }
}
