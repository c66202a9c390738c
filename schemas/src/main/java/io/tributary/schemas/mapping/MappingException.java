package io.tributary.schemas.mapping;

/**
 * A mistake in a mapping file, or a file that does not fit its mapping (a column that the header does not have).
 *
 * <p>The message is one line for the person who wrote the mapping: {@code shop.yaml:7:5: unknown key 'colum' — did you
 * mean 'column'?}. Bad rows never raise it; they become rejects.
 */
public final class MappingException extends RuntimeException {
    MappingException(String message) {
        super(message);
    }

    MappingException(String message, Throwable cause) {
        super(message, cause);
    }
}
