package io.tributary.operators.trigger.cep;

import java.io.DataInput;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;

/** Reads what {@link CompactOutput} wrote. */
final class CompactInput extends DataInputDeserializer {

    private long base;

    /** Begins with the base time that the first bytes hold. */
    void begin(byte[] bytes) throws IOException {
        setBuffer(bytes);
        base = readVarLong(this);
    }

    @Override
    public int readInt() throws IOException {
        return (int) readVarLong(this);
    }

    @Override
    public long readLong() throws IOException {
        long encoded = readVarLong(this);
        if (encoded == 0) {
            return CompactOutput.NO_TIMESTAMP;
        }
        long zigzag = encoded - 1;
        return base + ((zigzag >>> 1) ^ -(zigzag & 1));
    }

    /** Reads what {@link CompactOutput#writeVarLong} wrote. */
    static long readVarLong(DataInput source) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = source.readByte();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("A number of the matching state has no end");
    }
}
