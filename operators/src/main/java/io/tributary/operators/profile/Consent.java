package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a customer has said about what may be done with the data: per purpose the latest statement by event time, of
 * statements at the same instant the restrictive one.
 *
 * <p>Bound: {@value #MAX_PURPOSES} purposes, the newest.
 */
public final class Consent {
    public static final int MAX_PURPOSES = 32;

    /** Without a format of its own: part of values that have one. */
    public static final Codec<Consent> CODEC = new Codec<>() {
        @Override
        public void write(Consent consent, DataOutput out) throws IOException {
            Wire.writeVarInt(consent.statements.size(), out);
            for (Map.Entry<String, Statement> entry : consent.statements.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                Statement.CODEC.write(entry.getValue(), out);
            }
        }

        @Override
        public Consent read(DataInput in) throws IOException {
            Consent consent = new Consent();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                consent.statements.put(Wire.readString(in), Statement.CODEC.read(in));
            }
            return consent;
        }
    };

    /**
     * A customer's word on one purpose.
     *
     * @param timestamp when it was said, milliseconds since 1970
     * @param knownAt from when on decisions know of it: {@code timestamp}, or later if it came late
     */
    public record Statement(long timestamp, boolean granted, long knownAt) {
        /** Without {@code knownAt}, which only {@link ConsentTimeline} asks for. */
        static final Codec<Statement> CODEC = new Codec<>() {
            @Override
            public void write(Statement statement, DataOutput out) throws IOException {
                out.writeLong(statement.timestamp);
                out.writeBoolean(statement.granted);
            }

            @Override
            public Statement read(DataInput in) throws IOException {
                return new Statement(in.readLong(), in.readBoolean());
            }
        };

        /** The whole. */
        public static final Codec<Statement> TIMED_CODEC = new Codec<>() {
            @Override
            public void write(Statement statement, DataOutput out) throws IOException {
                CODEC.write(statement, out);
                Wire.writeVarLong(statement.knownAt - statement.timestamp, out);
            }

            @Override
            public Statement read(DataInput in) throws IOException {
                Statement inTime = CODEC.read(in);
                return new Statement(inTime.timestamp, inTime.granted, inTime.timestamp + Wire.readVarLong(in));
            }
        };

        /** One that came in time. */
        public Statement(long timestamp, boolean granted) {
            this(timestamp, granted, timestamp);
        }

        /** The one of two that counts. */
        public static Statement later(Statement a, Statement b) {
            if (a.timestamp == b.timestamp) {
                return a.granted ? b : a;
            }
            return a.timestamp > b.timestamp ? a : b;
        }
    }

    private final SortedMap<String, Statement> statements = new TreeMap<>();

    /** Takes a statement in. */
    public void state(String purpose, Statement statement) {
        statements.merge(purpose, statement, Statement::later);
        if (statements.size() > MAX_PURPOSES) {
            statements.remove(Collections.min(
                            statements.entrySet(),
                            Map.Entry.<String, Statement>comparingByValue(Comparator.comparing(Statement::timestamp))
                                    .thenComparing(Map.Entry.<String, Statement>comparingByKey()
                                            .reversed()))
                    .getKey());
        }
    }

    /** Takes the statements of somebody who is the same customer in. */
    void merge(Consent other) {
        other.statements.forEach(this::state);
    }

    /** The latest statement on a purpose, or null. */
    public Statement on(String purpose) {
        return statements.get(purpose);
    }

    /** Purpose → latest statement. */
    public SortedMap<String, Statement> statements() {
        return Collections.unmodifiableSortedMap(statements);
    }
}
