package io.tributary.schemas.codec;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Primitive pieces of binary forms: variable-length integers, strings, decimals. */
public final class Wire {
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
}
