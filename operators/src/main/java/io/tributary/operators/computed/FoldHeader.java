package io.tributary.operators.computed;

import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the binary form of a fold begins with, so that it can be read without its definition: one byte of a lifetime, two
 * to four of a window of whole minutes, and one or two of a limit.
 *
 * @param isPerValue whether it is a {@link ValuesFold}
 */
record FoldHeader(TraitShape shape, boolean isPerValue) {
    private static final int AGGREGATE = 0x0F;
    private static final int IN_MINUTES = 0x10;
    private static final int IN_MILLIS = 0x20;
    private static final int PER_VALUE = 0x40;

    private static final long MINUTE = 60_000;

    private static final Aggregate[] AGGREGATES = Aggregate.values();

    void write(DataOutput out) throws IOException {
        int first = shape.aggregate().ordinal() | (isPerValue ? PER_VALUE : 0);
        Window window = shape.window();
        if (window == null) {
            out.writeByte(first);
        } else if (window.millis() % MINUTE == 0) {
            out.writeByte(first | IN_MINUTES);
            Wire.writeVarLong(window.millis() / MINUTE, out);
        } else {
            out.writeByte(first | IN_MILLIS);
            Wire.writeVarLong(window.millis(), out);
        }
        if (mostOf(shape.aggregate()) > 0) {
            Wire.writeVarInt(shape.limit(), out);
        }
    }

    static FoldHeader read(DataInput in) throws IOException {
        int first = in.readUnsignedByte();
        if ((first & AGGREGATE) >= AGGREGATES.length) {
            throw new IOException("a fold of an unknown aggregate: " + first);
        }
        Aggregate aggregate = AGGREGATES[first & AGGREGATE];
        Window window = null;
        if ((first & IN_MINUTES) != 0) {
            window = new Window(Wire.readVarLong(in) * MINUTE);
        } else if ((first & IN_MILLIS) != 0) {
            window = new Window(Wire.readVarLong(in));
        }
        int limit = mostOf(aggregate) > 0 ? Wire.readVarInt(in) : 0;
        return new FoldHeader(new TraitShape(aggregate, window, limit), (first & PER_VALUE) != 0);
    }

    /**
     * Refuses a limit beyond the bounds.
     *
     * @throws IllegalArgumentException if it is
     */
    static void checkLimit(TraitShape shape) {
        int most = mostOf(shape.aggregate());
        int least = most > 0 ? 1 : 0;
        if (shape.limit() < least || shape.limit() > most) {
            throw new IllegalArgumentException(
                    "the limit of " + shape.aggregate().id() + " is " + least + " to " + most + ": " + shape.limit());
        }
    }

    /** The greatest limit; 0 of what has none. */
    private static int mostOf(Aggregate aggregate) {
        return switch (aggregate) {
            case TOP_K -> TraitShape.MAX_K;
            case UNIQUE_COUNT, UNIQUE_LIST -> TraitShape.MAX_UNIQUE;
            case COUNT, SUM, AVERAGE, MIN, MAX, FIRST, LAST, MOST_FREQUENT -> 0;
        };
    }
}
