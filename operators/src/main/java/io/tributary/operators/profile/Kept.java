package io.tributary.operators.profile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.flink.api.common.state.ValueState;

/**
 * A keyed value in the turn of one key: read when somebody asks for the first time, written once at the end. Not
 * thread-safe.
 *
 * @param <T> may be mutable: whoever changes it says so
 */
final class Kept<T> {
    private final ValueState<T> state;
    private final Supplier<T> ofNothing;
    private T value;
    private boolean isRead;
    private boolean isThere;
    private boolean isChanged;

    /** @param ofNothing makes a value of nothing */
    Kept(ValueState<T> state, Supplier<T> ofNothing) {
        this.state = state;
        this.ofNothing = ofNothing;
    }

    /** Another key has its turn. What was changed and not {@linkplain #write written} is forgotten. */
    void next() {
        value = null;
        isRead = false;
        isChanged = false;
    }

    /** The value; one of nothing if there is none. */
    T get() {
        read();
        return value;
    }

    /** Whether there is something, be it kept or set in this turn. */
    boolean isThere() {
        read();
        return isThere;
    }

    private void read() {
        if (!isRead) {
            try {
                value = state.value();
            } catch (IOException e) {
                throw new UncheckedIOException("what is kept can't be read", e);
            }
            isThere = value != null;
            if (!isThere) {
                value = ofNothing.get();
            }
            isRead = true;
        }
    }

    /** The value has been changed. */
    void changed() {
        isThere = true;
        isChanged = true;
    }

    void set(T other) {
        value = other;
        isRead = true;
        changed();
    }

    /** There is nothing from now on. */
    void clear() {
        value = ofNothing.get();
        isRead = true;
        isThere = false;
        isChanged = true;
    }

    /** Ends the turn. */
    void write() {
        if (!isChanged) {
            return;
        }
        if (isThere) {
            try {
                state.update(value);
            } catch (IOException e) {
                throw new UncheckedIOException("what has changed can't be kept", e);
            }
        } else {
            state.clear();
        }
        isChanged = false;
    }
}
