package io.tributary.local;

import java.io.IOException;

/**
 * A failure that its user can mend. The message is one line that says what is wrong and what to do; {@code ./cdp} prints
 * it as it is, without a stack trace.
 */
public final class UserException extends IOException {
    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message);
    }

    public UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
