package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which definitions of a trigger have held since which watermarks. A customer whose turn has not come since one of them began
 * is taken through all that began meanwhile: what was due before is decided by what held then. Immutable.
 *
 * <p>Bound: the last {@value #MOST}. Whoever's turn has not come for longer than that, which takes as many publications
 * within one sweep, goes on with the oldest of them.
 */
public final class TriggerPeriods {
    static final int MOST = 100;

    private static final byte FORMAT = 1;

    public static final Codec<TriggerPeriods> CODEC = new Codec<>() {
        @Override
        public void write(TriggerPeriods periods, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeAll(periods.all, Period.CODEC, out);
        }

        @Override
        public TriggerPeriods read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "periods of triggers", in);
            return new TriggerPeriods(Wire.readAll(Period.CODEC, in));
        }
    };

    /** Ascending; at least one. */
    private final List<Period> all;

    /**
     * A time in which one definition holds.
     *
     * @param publication by which it was written like this; 0 of what holds before any
     * @param from a watermark, milliseconds since 1970: what is due behind it is decided by this definition
     * @param decided what began at or before this instant was decided by an earlier definition, milliseconds since 1970
     */
    record Period(long publication, long from, long decided, AbandonedCart definition) {
        /** The one that begins behind this one. */
        private Period next(PublishedTrigger trigger, long watermark) {
            long began = definition.isThere()
                            && watermark > Long.MIN_VALUE + definition.delay().toMillis()
                    ? watermark - definition.delay().toMillis()
                    : Long.MIN_VALUE;
            return new Period(trigger.publication(), watermark, Math.max(decided, began), trigger.definition());
        }

        private static final Codec<Period> CODEC = new Codec<>() {
            @Override
            public void write(Period period, DataOutput out) throws IOException {
                Wire.writeVarLong(period.publication, out);
                out.writeLong(period.from);
                out.writeLong(period.decided);
                Wire.writeVarInt(period.definition.version(), out);
                Wire.writeVarLong(period.definition.delay().toMillis(), out);
                Wire.writeVarLong(period.definition.expiresAfter().toMillis(), out);
            }

            @Override
            public Period read(DataInput in) throws IOException {
                long publication = Wire.readVarLong(in);
                long from = in.readLong();
                long decided = in.readLong();
                int version = Wire.readVarInt(in);
                Duration delay = Duration.ofMillis(Wire.readVarLong(in));
                Duration expiresAfter = Duration.ofMillis(Wire.readVarLong(in));
                return new Period(publication, from, decided, new AbandonedCart(delay, expiresAfter, version));
            }
        };
    }

    private TriggerPeriods(List<Period> all) {
        this.all = List.copyOf(all);
    }

    /** Of what holds from the beginning. */
    static TriggerPeriods ofBeginning(PublishedTrigger trigger) {
        return new TriggerPeriods(
                List.of(new Period(trigger.publication(), Long.MIN_VALUE, Long.MIN_VALUE, trigger.definition())));
    }

    /**
     * With what holds from a watermark on, if it was published later than what holds.
     *
     * @param watermark milliseconds since 1970
     */
    TriggerPeriods with(PublishedTrigger trigger, long watermark) {
        if (trigger.publication() <= last().publication) {
            return this;
        }
        List<Period> more = new ArrayList<>(all);
        more.add(last().next(trigger, watermark));
        return new TriggerPeriods(more.subList(Math.max(0, more.size() - MOST), more.size()));
    }

    /** What holds. */
    Period last() {
        return all.get(all.size() - 1);
    }

    /** What held since a publication; the oldest that is known, if that is later. */
    Period of(long publication) {
        Period found = all.get(0);
        for (Period period : all) {
            found = period.publication <= publication ? period : found;
        }
        return found;
    }

    /** What began after a publication, ascending. */
    List<Period> since(long publication) {
        return all.stream().filter(period -> period.publication > publication).toList();
    }
}
