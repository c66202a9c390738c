package io.tributary.schemas.yaml;

/**
 * A mistake in a file that somebody has written (a mapping, rules of identity), or a file of data that does not fit it (a
 * column that the header does not have).
 *
 * <p>The message is one line for the person who wrote it: {@code shop.yaml:7:5: unknown key 'colum' — did you mean
 * 'column'?}. Bad rows never raise it; they become rejects.
 */
public final class DefinitionException extends RuntimeException {
    private final int line;
    private final int column;

    public DefinitionException(String message) {
        this(message, null);
    }

    public DefinitionException(String message, Throwable cause) {
        this(message, cause, 0, 0);
    }

    /**
     * A mistake at a place that the message names.
     *
     * @param line from 1 on
     * @param column from 1 on
     */
    DefinitionException(String message, Throwable cause, int line, int column) {
        super(message, cause);
        this.line = line;
        this.column = column;
    }

    /** The line of the mistake, from 1 on; 0 if it has no place. */
    public int line() {
        return line;
    }

    /** The column of the mistake, from 1 on; 0 if it has no place. */
    public int column() {
        return column;
    }
}
