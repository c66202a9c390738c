package io.tributary.jobs.options;

/** A mistake in the options, told in one sentence for the person who made it. */
public final class OptionsException extends RuntimeException {
    public OptionsException(String message) {
        super(message);
    }
}
