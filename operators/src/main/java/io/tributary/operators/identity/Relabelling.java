package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A fragment has another customer from an instant on, or is erased.
 *
 * @param fragment a person, or a device with what it did before its first login
 * @param canonical the customer's strongest identifier; null if all that the fragment has done is erased
 * @param knownAt the instant, milliseconds since 1970
 * @param because the event or the command that caused it
 * @param leavesNobody whether nobody can belong to the customer that the fragment leaves any more; of an erasure, whether
 *     the customer of that very identifier is meant, also if the fragment is known to have done nothing
 */
public record Relabelling(
        Identifier fragment, Identifier canonical, long knownAt, EventOrder because, boolean leavesNobody)
        implements FragmentMessage {
    /** Without a format of its own: on channels, and part of values that have one. */
    public static final Codec<Relabelling> CODEC = new Codec<>() {
        @Override
        public void write(Relabelling relabelling, DataOutput out) throws IOException {
            Identifier.CODEC.write(relabelling.fragment, out);
            out.writeBoolean(relabelling.canonical != null);
            if (relabelling.canonical != null) {
                Identifier.CODEC.write(relabelling.canonical, out);
            }
            EventOrder.CODEC.write(relabelling.because, out);
            Wire.writeVarLong(relabelling.knownAt - relabelling.because.timestamp(), out);
            out.writeBoolean(relabelling.leavesNobody);
        }

        @Override
        public Relabelling read(DataInput in) throws IOException {
            Identifier fragment = Identifier.CODEC.read(in);
            Identifier canonical = in.readBoolean() ? Identifier.CODEC.read(in) : null;
            EventOrder because = EventOrder.CODEC.read(in);
            long knownAt = because.timestamp() + Wire.readVarLong(in);
            return new Relabelling(fragment, canonical, knownAt, because, in.readBoolean());
        }
    };

    /** @param isMeant whether the fragment was not only the history of somebody else's device */
    static Relabelling erasure(Identifier fragment, long knownAt, EventOrder because, boolean isMeant) {
        return new Relabelling(fragment, null, knownAt, because, isMeant);
    }

    @Override
    public FragmentId fragmentId() {
        return FragmentId.of(fragment);
    }

    /** Whether a command is the cause: those come before the events of their instant. */
    public boolean isByCommand() {
        return because.kind() == EventKind.COMMAND;
    }

    /** Whether all that the fragment has done is erased. */
    public boolean isErasure() {
        return canonical == null;
    }
}
