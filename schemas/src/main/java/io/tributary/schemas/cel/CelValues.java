package io.tributary.schemas.cel;

import dev.cel.common.values.NullValue;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values that CEL finds in an event, in a binary form: null, truth, numbers, texts, lists and objects of them. */
public final class CelValues {
    private static final byte NULL = 0;
    private static final byte FALSE = 1;
    private static final byte TRUE = 2;
    private static final byte WHOLE = 3;
    private static final byte DOUBLE = 4;
    private static final byte TEXT = 5;
    private static final byte LIST = 6;
    private static final byte OBJECT = 7;

    /** Of one value. The names of an object are sorted, so equal values have equal bytes. */
    public static final Codec<Object> CODEC = new Codec<>() {
        @Override
        public void write(Object value, DataOutput out) throws IOException {
            if (value instanceof NullValue) {
                out.writeByte(NULL);
            } else if (value instanceof Boolean truth) {
                out.writeByte(truth ? TRUE : FALSE);
            } else if (value instanceof Long number) {
                out.writeByte(WHOLE);
                Wire.writeSigned(number, out);
            } else if (value instanceof Double number) {
                out.writeByte(DOUBLE);
                out.writeDouble(number);
            } else if (value instanceof String text) {
                out.writeByte(TEXT);
                Wire.writeString(text, out);
            } else if (value instanceof List<?> list) {
                out.writeByte(LIST);
                Wire.writeAll(list, this, out);
            } else if (value instanceof Map<?, ?> object) {
                out.writeByte(OBJECT);
                Map<String, Object> sorted = new TreeMap<>();
                object.forEach((name, field) -> sorted.put((String) name, field));
                Wire.writeMap(sorted, Wire.STRING, this, out);
            } else {
                throw new IllegalArgumentException("no value of an event's: " + value.getClass());
            }
        }

        @Override
        public Object read(DataInput in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case NULL -> NullValue.NULL_VALUE;
                case FALSE -> false;
                case TRUE -> true;
                case WHOLE -> Wire.readSigned(in);
                case DOUBLE -> in.readDouble();
                case TEXT -> Wire.readString(in);
                case LIST -> new ArrayList<>(Wire.readAll(this, in));
                case OBJECT -> new TreeMap<>(Wire.readMap(Wire.STRING, this, in));
                default -> throw new IOException("no value of kind " + kind);
            };
        }
    };

    private CelValues() {}
}
