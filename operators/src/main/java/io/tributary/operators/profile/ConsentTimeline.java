package io.tributary.operators.profile;

import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a customer has said on one purpose, as far as a decision that waits for the watermark may still ask: the newest
 * statement that was known at the watermark, and all that were said or known later. {@link Consent} knows only the
 * latest, which hides a refusal that is older than it and yet holds at a deadline between the two. Statements may arrive
 * in any order; one that came late counts from when it was known.
 *
 * <p>Bound: {@value #MAX_STATEMENTS} statements. Of more, which takes that many ahead of the watermark, the oldest goes
 * that repeats the word before it, else the oldest grant. The first changes an answer only if a contradiction of what was
 * repeated arrives later still; the second makes a refusal last longer than it did.
 */
public final class ConsentTimeline {
    public static final int MAX_STATEMENTS = 200;

    /** Without a format of its own: part of values that have one. */
    public static final Codec<ConsentTimeline> CODEC = new Codec<>() {
        @Override
        public void write(ConsentTimeline timeline, DataOutput out) throws IOException {
            Wire.writeAll(timeline.statements, Consent.Statement.TIMED_CODEC, out);
        }

        @Override
        public ConsentTimeline read(DataInput in) throws IOException {
            ConsentTimeline timeline = new ConsentTimeline();
            timeline.statements.addAll(Wire.readAll(Consent.Statement.TIMED_CODEC, in));
            return timeline;
        }
    };

    private static final Comparator<Consent.Statement> ORDER = Comparator.comparingLong(Consent.Statement::timestamp)
            .thenComparing(Consent.Statement::granted)
            .thenComparingLong(Consent.Statement::knownAt);

    /** Ascending by time. */
    private final List<Consent.Statement> statements = new ArrayList<>(1);

    /** Takes a statement in; of two at the same instant the refusal counts. */
    public void state(Consent.Statement statement) {
        int at = statements.size();
        while (at > 0 && ORDER.compare(statements.get(at - 1), statement) > 0) {
            at--;
        }
        if (at > 0 && says(statements.get(at - 1), statement)) {
            // Known earlier already.
            return;
        }
        statements.add(at, statement);
        if (at + 1 < statements.size() && says(statements.get(at + 1), statement)) {
            statements.remove(at + 1);
        }
        if (statements.size() > MAX_STATEMENTS) {
            statements.remove(leastMissed());
        }
    }

    private static boolean says(Consent.Statement a, Consent.Statement b) {
        return a.timestamp() == b.timestamp() && a.granted() == b.granted();
    }

    /**
     * Drops what no decision ahead of the watermark can ask for.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void forgetBehind(long watermark) {
        long newestKnown = Long.MIN_VALUE;
        for (Consent.Statement statement : statements) {
            if (statement.knownAt() <= watermark) {
                newestKnown = statement.timestamp();
            }
        }
        while (!statements.isEmpty() && statements.get(0).timestamp() < newestKnown) {
            statements.remove(0);
        }
    }

    private int leastMissed() {
        int oldestGrant = -1;
        for (int i = 0; i < statements.size(); i++) {
            boolean granted = statements.get(i).granted();
            if (i > 0 && granted == statements.get(i - 1).granted()) {
                return i;
            }
            if (granted && oldestGrant < 0) {
                oldestGrant = i;
            }
        }
        return oldestGrant;
    }

    /** The customer's latest word at an instant, as far as it was known then. */
    public Word at(long instant) {
        boolean refuses = false;
        long saidAt = Long.MIN_VALUE;
        for (Consent.Statement statement : statements) {
            if (statement.knownAt() <= instant) {
                refuses = !statement.granted() || (refuses && statement.timestamp() == saidAt);
                saidAt = statement.timestamp();
            }
        }
        if (saidAt == Long.MIN_VALUE) {
            return Word.SILENT;
        }
        return refuses ? Word.REFUSED : Word.GRANTED;
    }

    /** When the newest statement was made, milliseconds since 1970. */
    long newest() {
        return statements.get(statements.size() - 1).timestamp();
    }

    /** Ascending by time. */
    public List<Consent.Statement> statements() {
        return List.copyOf(statements);
    }
}
