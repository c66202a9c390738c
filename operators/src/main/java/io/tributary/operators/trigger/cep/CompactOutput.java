package io.tributary.operators.trigger.cep;

import java.io.DataOutput;
import java.io.IOException;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Lets Flink's own serializers of matching state write compactly: counts, reference counts and versions are small, and
 * every long is a time near the others. Ints take 1 byte up to 127; longs are differences from a base time. Read by
 * {@link CompactInput}; never given to an event's serializer, whose ints and longs may be anything.
 */
final class CompactOutput extends DataOutputSerializer {

    /** Flink's "no timestamp" of a start state. */
    static final long NO_TIMESTAMP = -1;

    private long base;

    CompactOutput(int initialBytes) {
        super(initialBytes);
    }

    /** Begins anew with times relative to {@code base}, which is written first. */
    void begin(long base) throws IOException {
        clear();
        this.base = base;
        writeVarLong(this, base);
    }

    @Override
    public void writeInt(int value) throws IOException {
        writeVarLong(this, Integer.toUnsignedLong(value));
    }

    @Override
    public void writeLong(long value) throws IOException {
        long difference = value - base;
        writeVarLong(this, value == NO_TIMESTAMP ? 0 : ((difference << 1) ^ (difference >> 63)) + 1);
    }

    /** Writes 7 bits a byte, the lowest first. */
    static void writeVarLong(DataOutput target, long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            target.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        target.writeByte((int) rest);
    }
}
