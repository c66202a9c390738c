package io.tributary.schemas.codec;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Primitive pieces of binary forms: variable-length integers, strings, decimals. */
public final class Wire {
    /** {@link #writeString} and {@link #readString}. */
    public static final Codec<String> STRING = new Codec<>() {
        @Override
        public void write(String text, DataOutput out) throws IOException {
            writeString(text, out);
        }

        @Override
        public String read(DataInput in) throws IOException {
            return readString(in);
        }
    };

    /** A long in eight bytes. */
    public static final Codec<Long> LONG = new Codec<>() {
        @Override
        public void write(Long number, DataOutput out) throws IOException {
            out.writeLong(number);
        }

        @Override
        public Long read(DataInput in) throws IOException {
            return in.readLong();
        }
    };

    private Wire() {}

    /** Writes an unsigned LEB128 integer; negative values take ten bytes. */
    public static void writeVarLong(long value, DataOutput out) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    public static long readVarLong(DataInput in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = in.readByte();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IOException("a variable-length integer has more than ten bytes");
    }

    public static void writeVarInt(int value, DataOutput out) throws IOException {
        writeVarLong(value & 0xFFFFFFFFL, out);
    }

    public static int readVarInt(DataInput in) throws IOException {
        return (int) readVarLong(in);
    }

    /** Writes a signed integer in zigzag form: small magnitudes take few bytes. */
    public static void writeSigned(long value, DataOutput out) throws IOException {
        writeVarLong((value << 1) ^ (value >> 63), out);
    }

    public static long readSigned(DataInput in) throws IOException {
        long raw = readVarLong(in);
        return (raw >>> 1) ^ -(raw & 1);
    }

    public static void writeBytes(byte[] bytes, DataOutput out) throws IOException {
        writeVarInt(bytes.length, out);
        out.write(bytes);
    }

    public static byte[] readBytes(DataInput in) throws IOException {
        int length = readVarInt(in);
        if (length < 0) {
            throw new IOException("a negative length");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** Writes a string in UTF-8; an unpaired surrogate, which UTF-8 can't carry, becomes a question mark. */
    public static void writeString(String text, DataOutput out) throws IOException {
        writeBytes(text.getBytes(StandardCharsets.UTF_8), out);
    }

    public static String readString(DataInput in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    /** Writes a string that may be null. */
    public static void writeNullableString(String text, DataOutput out) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            writeString(text, out);
        }
    }

    public static String readNullableString(DataInput in) throws IOException {
        return in.readBoolean() ? readString(in) : null;
    }

    /** Writes an exact decimal: its scale, then its unscaled value. */
    public static <T> void writeNullable(T value, Codec<T> codec, DataOutput out) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            codec.write(value, out);
        }
    }

    public static <T> T readNullable(Codec<T> codec, DataInput in) throws IOException {
        return in.readBoolean() ? codec.read(in) : null;
    }

    public static void writeDecimal(BigDecimal value, DataOutput out) throws IOException {
        writeSigned(value.scale(), out);
        BigInteger unscaled = value.unscaledValue();
        if (unscaled.bitLength() < 63) {
            out.writeBoolean(true);
            writeSigned(unscaled.longValue(), out);
        } else {
            out.writeBoolean(false);
            writeBytes(unscaled.toByteArray(), out);
        }
    }

    public static BigDecimal readDecimal(DataInput in) throws IOException {
        int scale = (int) readSigned(in);
        return in.readBoolean()
                ? BigDecimal.valueOf(readSigned(in), scale)
                : new BigDecimal(new BigInteger(readBytes(in)), scale);
    }

    /**
     * Reads the format that a value begins with.
     *
     * @param what names the value in messages
     * @throws IOException if it is another one
     */
    public static void readFormat(byte expected, String what, DataInput in) throws IOException {
        byte format = in.readByte();
        if (format != expected) {
            throw new IOException(what + " of an unknown format: " + format);
        }
    }

    /** Writes how many values there are, then each. */
    public static <T> void writeAll(Collection<? extends T> values, Codec<T> codec, DataOutput out) throws IOException {
        writeVarInt(values.size(), out);
        for (T value : values) {
            codec.write(value, out);
        }
    }

    /** Reads values into a list that can grow. */
    public static <T> List<T> readAll(Codec<T> codec, DataInput in) throws IOException {
        int size = readVarInt(in);
        List<T> values = new ArrayList<>(size + 1);
        for (int i = 0; i < size; i++) {
            values.add(codec.read(in));
        }
        return values;
    }

    /** Writes how many entries there are, then each. */
    public static <K, V> void writeMap(Map<K, V> map, Codec<K> keys, Codec<V> values, DataOutput out)
            throws IOException {
        writeVarInt(map.size(), out);
        for (Map.Entry<K, V> entry : map.entrySet()) {
            keys.write(entry.getKey(), out);
            values.write(entry.getValue(), out);
        }
    }

    /** Reads entries into a map in their order. */
    public static <K, V> Map<K, V> readMap(Codec<K> keys, Codec<V> values, DataInput in) throws IOException {
        Map<K, V> map = new LinkedHashMap<>(2);
        for (int rest = readVarInt(in); rest > 0; rest--) {
            map.put(keys.read(in), values.read(in));
        }
        return map;
    }
}
