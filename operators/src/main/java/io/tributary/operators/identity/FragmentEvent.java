package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * An event with the fragment that it belongs to.
 *
 * @param since when the person last logged in on the device of an event that names nobody, milliseconds since 1970; else
 *     {@link Long#MAX_VALUE}
 */
public record FragmentEvent(FragmentId fragmentId, long since, CustomerEvent event) implements FragmentMessage {
    /** Without a format of its own. */
    static final Codec<FragmentEvent> CODEC = new Codec<>() {
        @Override
        public void write(FragmentEvent message, DataOutput out) throws IOException {
            FragmentId.CODEC.write(message.fragmentId, out);
            out.writeBoolean(message.isByLogin());
            if (message.isByLogin()) {
                out.writeLong(message.since);
            }
            CustomerEvent.CODEC.write(message.event, out);
        }

        @Override
        public FragmentEvent read(DataInput in) throws IOException {
            FragmentId fragment = FragmentId.CODEC.read(in);
            long since = in.readBoolean() ? in.readLong() : Long.MAX_VALUE;
            return new FragmentEvent(fragment, since, CustomerEvent.CODEC.read(in));
        }
    };

    /** An event of its strongest identifier. */
    public static FragmentEvent of(CustomerEvent event) {
        return new FragmentEvent(FragmentId.of(event.identifiers().get(0)), Long.MAX_VALUE, event);
    }

    /** Whether it names nobody and is a person's because that one has logged in on its device. */
    public boolean isByLogin() {
        return since != Long.MAX_VALUE;
    }
}
