package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What caps count of a trigger that was told.
 *
 * @param at when it fired, milliseconds since 1970
 * @param id the 64 bits of its trigger id
 * @param channel of the trigger, or null
 * @param group of the trigger, or null
 */
record Contact(long at, long id, String channel, String group) {
    /** Part of a history, which has a format. */
    static final Codec<Contact> CODEC = new Codec<>() {
        @Override
        public void write(Contact contact, DataOutput out) throws IOException {
            out.writeLong(contact.at);
            out.writeLong(contact.id);
            Wire.writeNullableString(contact.channel, out);
            Wire.writeNullableString(contact.group, out);
        }

        @Override
        public Contact read(DataInput in) throws IOException {
            return new Contact(in.readLong(), in.readLong(), Wire.readNullableString(in), Wire.readNullableString(in));
        }
    };

    static Contact of(Trigger trigger) {
        return new Contact(
                trigger.firedAt(),
                Long.parseUnsignedLong(trigger.id().substring(2), 16),
                trigger.trigger().definition().channel(),
                trigger.trigger().definition().group());
    }
}
