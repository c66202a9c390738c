package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which triggers, and what holds them back, have held since which watermarks. A customer whose turn has not come since some
 * of them began is taken through all that began meanwhile: what was due before is decided by what held then. Immutable.
 *
 * <p>Bound: the last {@value #MOST}. Whoever's turn has not come for longer than that, which takes as many publications
 * within one sweep, goes on with the oldest of them.
 */
public final class TriggerPeriods {
    static final int MOST = 100;

    private static final byte FORMAT = 3;

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
     * A time in which the same triggers hold.
     *
     * @param from a watermark, milliseconds since 1970: what is due behind it is decided by these
     * @param decided by deadline: what began at or before this instant was decided by an earlier definition, milliseconds
     *     since 1970
     */
    record Period(PublishedTriggers triggers, long from, SortedMap<String, Long> decided) {
        private static final Codec<Period> CODEC = new Codec<>() {
            @Override
            public void write(Period period, DataOutput out) throws IOException {
                PublishedTriggers.CODEC.write(period.triggers, out);
                out.writeLong(period.from);
                Wire.writeMap(period.decided, Wire.STRING, Wire.LONG, out);
            }

            @Override
            public Period read(DataInput in) throws IOException {
                PublishedTriggers triggers = PublishedTriggers.CODEC.read(in);
                long from = in.readLong();
                return new Period(triggers, from, new TreeMap<>(Wire.readMap(Wire.STRING, Wire.LONG, in)));
            }
        };

        Period {
            decided = Collections.unmodifiableSortedMap(decided);
        }

        /** What holds them back. */
        Gate gate() {
            return triggers.gate();
        }

        /** The publication that wrote them like this; 0 of what holds before any. */
        long publication() {
            return triggers.publication();
        }

        /** What a deadline is called, in whichever version. */
        private static String key(CartTrigger trigger, Deadline deadline) {
            return trigger.name() + " " + deadline.step();
        }

        /**
         * What of a deadline was decided by an earlier definition, milliseconds since 1970; the least long for nothing.
         *
         * @param deadline null of a trigger that fires with an event: what has fired is known one by one
         */
        long decided(CartTrigger trigger, Deadline deadline) {
            return deadline == null ? Long.MIN_VALUE : decided.getOrDefault(key(trigger, deadline), Long.MIN_VALUE);
        }

        /** The one that begins behind this one. */
        private Period next(PublishedTriggers next, long watermark) {
            SortedMap<String, Long> until = new TreeMap<>(decided);
            for (CartTrigger trigger : triggers.triggers()) {
                for (Deadline deadline : trigger.definition().deadlines()) {
                    long delay = deadline.delay().toMillis();
                    if (watermark > Long.MIN_VALUE + delay) {
                        until.merge(key(trigger, deadline), watermark - delay, Math::max);
                    }
                }
            }
            // Nothing that comes later can be as long.
            if (watermark > Long.MIN_VALUE + TriggerDefinition.MAX_DELAY) {
                until.values().removeIf(instant -> instant < watermark - TriggerDefinition.MAX_DELAY);
            }
            return new Period(next, watermark, until);
        }
    }

    private TriggerPeriods(List<Period> all) {
        this.all = List.copyOf(all);
    }

    /** Of what holds from the beginning. */
    static TriggerPeriods ofBeginning(PublishedTriggers triggers) {
        return new TriggerPeriods(List.of(new Period(triggers, Long.MIN_VALUE, new TreeMap<>(Map.of()))));
    }

    /**
     * With what holds from a watermark on, if it was published later than what holds.
     *
     * @param watermark milliseconds since 1970
     */
    TriggerPeriods with(PublishedTriggers triggers, long watermark) {
        if (triggers.publication() <= last().publication()) {
            return this;
        }
        List<Period> more = new ArrayList<>(all);
        more.add(last().next(triggers, watermark));
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
            found = period.publication() <= publication ? period : found;
        }
        return found;
    }

    /** What began after a publication, ascending. */
    List<Period> since(long publication) {
        return all.stream().filter(period -> period.publication() > publication).toList();
    }
}
