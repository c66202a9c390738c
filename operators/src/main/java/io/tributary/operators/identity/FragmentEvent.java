package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * An event with the fragment that it belongs to: events that always have the same customer, whoever that is.
 *
 * @param fragment a person, or a device before its first login
 * @param since when the person last logged in on the device of an event that names nobody, milliseconds since 1970; else
 *     {@link Long#MAX_VALUE}
 */
public record FragmentEvent(Identifier fragment, long since, CustomerEvent event) implements FragmentMessage {
    /** Without a format of its own. */
    static final Codec<FragmentEvent> CODEC = new Codec<>() {
        @Override
        public void write(FragmentEvent message, DataOutput out) throws IOException {
            // Mostly it is one of the event's own identifiers, and then the first.
            boolean first = message.fragment.equals(message.event.identifiers().get(0));
            out.writeBoolean(first);
            if (!first) {
                Identifier.CODEC.write(message.fragment, out);
                out.writeLong(message.since);
            }
            CustomerEvent.CODEC.write(message.event, out);
        }

        @Override
        public FragmentEvent read(DataInput in) throws IOException {
            Identifier fragment = in.readBoolean() ? null : Identifier.CODEC.read(in);
            long since = fragment == null ? Long.MAX_VALUE : in.readLong();
            CustomerEvent event = CustomerEvent.CODEC.read(in);
            return fragment == null ? of(event) : new FragmentEvent(fragment, since, event);
        }
    };

    /** An event of its strongest identifier. */
    public static FragmentEvent of(CustomerEvent event) {
        return new FragmentEvent(event.identifiers().get(0), Long.MAX_VALUE, event);
    }
}
