package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a customer has said on one purpose, as far as a decision that waits for the watermark may still ask: the newest
 * statement at or behind the watermark, and all of those ahead of it. {@link Consent} knows only the latest, which hides
 * a refusal that is older than it and yet holds at a deadline between the two. Statements may arrive in any order.
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
            Wire.writeVarInt(timeline.statements.size(), out);
            for (Consent.Statement statement : timeline.statements) {
                Consent.Statement.CODEC.write(statement, out);
            }
        }

        @Override
        public ConsentTimeline read(DataInput in) throws IOException {
            ConsentTimeline timeline = new ConsentTimeline();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                timeline.statements.add(Consent.Statement.CODEC.read(in));
            }
            return timeline;
        }
    };

    /** Ascending by time, no two of the same time. */
    private final List<Consent.Statement> statements = new ArrayList<>(1);

    /** One that knows the latest statement alone; null for silence. */
    static ConsentTimeline ofLatest(Consent.Statement latest) {
        ConsentTimeline timeline = new ConsentTimeline();
        if (latest != null) {
            timeline.statements.add(latest);
        }
        return timeline;
    }

    /** Takes a statement in; of two at the same instant the refusal counts. */
    public void state(Consent.Statement statement) {
        int at = statements.size();
        while (at > 0 && statements.get(at - 1).timestamp() > statement.timestamp()) {
            at--;
        }
        if (at > 0 && statements.get(at - 1).timestamp() == statement.timestamp()) {
            statements.set(at - 1, Consent.Statement.later(statements.get(at - 1), statement));
        } else {
            statements.add(at, statement);
        }
        if (statements.size() > MAX_STATEMENTS) {
            statements.remove(leastMissed());
        }
    }

    /**
     * Drops what no decision ahead of the watermark can ask for.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void forgetBehind(long watermark) {
        int first = 0;
        while (first + 1 < statements.size() && statements.get(first + 1).timestamp() <= watermark) {
            first++;
        }
        statements.subList(0, first).clear();
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

    /** Whether the customer's latest word at an instant is a refusal; silence is consent. */
    public boolean refusesAt(long instant) {
        boolean refuses = false;
        for (Consent.Statement statement : statements) {
            if (statement.timestamp() > instant) {
                break;
            }
            refuses = !statement.granted();
        }
        return refuses;
    }

    /** Ascending by time. */
    public List<Consent.Statement> statements() {
        return List.copyOf(statements);
    }
}
