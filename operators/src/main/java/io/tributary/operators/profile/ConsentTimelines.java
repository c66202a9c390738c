package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a customer has said, purpose by purpose, as far as a decision that waits for the watermark may still ask.
 *
 * <p>Bound: {@value Consent#MAX_PURPOSES} purposes, those of the newest statements; of each see {@link ConsentTimeline}.
 */
public final class ConsentTimelines {
    /** The customer's word on a purpose at an instant. */
    public enum Word {
        GRANTED,
        REFUSED,
        /** Nothing was said. */
        SILENT
    }

    /** Without a format of its own: part of values that have one. */
    public static final Codec<ConsentTimelines> CODEC = new Codec<>() {
        @Override
        public void write(ConsentTimelines timelines, DataOutput out) throws IOException {
            Wire.writeMap(timelines.byPurpose, Wire.STRING, ConsentTimeline.CODEC, out);
        }

        @Override
        public ConsentTimelines read(DataInput in) throws IOException {
            ConsentTimelines timelines = new ConsentTimelines();
            timelines.byPurpose.putAll(Wire.readMap(Wire.STRING, ConsentTimeline.CODEC, in));
            return timelines;
        }
    };

    /** Of {@link #statements()}; for channels between operators of one release. */
    public static final Codec<SortedMap<String, List<Consent.Statement>>> STATEMENTS = new Codec<>() {
        private final Codec<List<Consent.Statement>> all = new Codec<>() {
            @Override
            public void write(List<Consent.Statement> statements, DataOutput out) throws IOException {
                Wire.writeAll(statements, Consent.Statement.TIMED_CODEC, out);
            }

            @Override
            public List<Consent.Statement> read(DataInput in) throws IOException {
                return Wire.readAll(Consent.Statement.TIMED_CODEC, in);
            }
        };

        @Override
        public void write(SortedMap<String, List<Consent.Statement>> statements, DataOutput out) throws IOException {
            Wire.writeMap(statements, Wire.STRING, all, out);
        }

        @Override
        public SortedMap<String, List<Consent.Statement>> read(DataInput in) throws IOException {
            return new TreeMap<>(Wire.readMap(Wire.STRING, all, in));
        }
    };

    private final SortedMap<String, ConsentTimeline> byPurpose = new TreeMap<>();

    /** Takes what an event says in. */
    void state(CustomerEvent event) {
        event.consent()
                .forEach((purpose, granted) ->
                        state(purpose, List.of(new Consent.Statement(event.timestamp(), granted, event.knownAt()))));
    }

    /** Takes statements in, by purpose. */
    public void state(Map<String, List<Consent.Statement>> statements) {
        statements.forEach(this::state);
    }

    private void state(String purpose, List<Consent.Statement> statements) {
        ConsentTimeline timeline = byPurpose.computeIfAbsent(purpose, unknown -> new ConsentTimeline());
        statements.forEach(timeline::state);
        if (byPurpose.size() > Consent.MAX_PURPOSES) {
            byPurpose.remove(Collections.min(
                            byPurpose.entrySet(),
                            Comparator.<Map.Entry<String, ConsentTimeline>>comparingLong(
                                            entry -> entry.getValue().newest())
                                    .thenComparing(Map.Entry.<String, ConsentTimeline>comparingByKey()
                                            .reversed()))
                    .getKey());
        }
    }

    /** Takes the statements of somebody who is the same customer in. */
    void merge(ConsentTimelines other) {
        state(other.statements());
    }

    /**
     * Drops what no decision ahead of the watermark can ask for.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void forgetBehind(long watermark) {
        byPurpose.values().forEach(timeline -> timeline.forgetBehind(watermark));
    }

    /** The customer's latest word on a purpose at an instant, milliseconds since 1970, as far as it was known then. */
    public Word at(String purpose, long instant) {
        ConsentTimeline timeline = byPurpose.get(purpose);
        return timeline == null ? Word.SILENT : timeline.at(instant);
    }

    public boolean isEmpty() {
        return byPurpose.isEmpty();
    }

    /** By purpose, ascending by time. */
    public SortedMap<String, List<Consent.Statement>> statements() {
        SortedMap<String, List<Consent.Statement>> statements = new TreeMap<>();
        byPurpose.forEach((purpose, timeline) -> statements.put(purpose, timeline.statements()));
        return statements;
    }
}
