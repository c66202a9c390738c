package io.tributary.schemas.codec;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A compact binary form of a value, for state and for channels between operators.
 *
 * <p>Every form that outlives a process begins with a format version, so that a newer release reads what an older one
 * wrote. Implementations are stateless.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {
    void write(T value, DataOutput out) throws IOException;

    T read(DataInput in) throws IOException;
}
