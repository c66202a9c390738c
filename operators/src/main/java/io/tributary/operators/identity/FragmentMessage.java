package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What reaches a fragment. */
public sealed interface FragmentMessage permits FragmentEvent, Relabelling {
    /** Also part of values that have a format. */
    Codec<FragmentMessage> CODEC = new Codec<>() {
        @Override
        public void write(FragmentMessage message, DataOutput out) throws IOException {
            if (message instanceof FragmentEvent event) {
                out.writeBoolean(true);
                FragmentEvent.CODEC.write(event, out);
            } else if (message instanceof Relabelling relabelling) {
                out.writeBoolean(false);
                Relabelling.CODEC.write(relabelling, out);
            }
        }

        @Override
        public FragmentMessage read(DataInput in) throws IOException {
            return in.readBoolean() ? FragmentEvent.CODEC.read(in) : Relabelling.CODEC.read(in);
        }
    };

    FragmentId fragmentId();
}
