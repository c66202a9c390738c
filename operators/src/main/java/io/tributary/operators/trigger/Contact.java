package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.TriggerDefinition;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What caps count of a trigger that was told.
 *
 * @param at when it was told, milliseconds since 1970
 * @param id the 64 bits of its trigger id
 * @param channel of the trigger, or null
 * @param group of the trigger, or null
 * @param trigger the trigger's name if it cools down, else null
 * @param match of such a trigger, which of its matches it belongs to, with all its reminders; else 0
 */
record Contact(long at, long id, String channel, String group, String trigger, long match) {
    /** Part of a history, which has a format. */
    static final Codec<Contact> CODEC = new Codec<>() {
        @Override
        public void write(Contact contact, DataOutput out) throws IOException {
            out.writeLong(contact.at);
            out.writeLong(contact.id);
            Wire.writeNullableString(contact.channel, out);
            Wire.writeNullableString(contact.group, out);
            Wire.writeNullableString(contact.trigger, out);
            if (contact.trigger != null) {
                out.writeLong(contact.match);
            }
        }

        @Override
        public Contact read(DataInput in) throws IOException {
            long at = in.readLong();
            long id = in.readLong();
            String channel = Wire.readNullableString(in);
            String group = Wire.readNullableString(in);
            String trigger = Wire.readNullableString(in);
            return new Contact(at, id, channel, group, trigger, trigger == null ? 0 : in.readLong());
        }
    };

    static Contact of(Trigger trigger) {
        TriggerDefinition definition = trigger.trigger().definition();
        boolean coolsDown = !definition.coolDown().isZero();
        return new Contact(
                trigger.toldAt(),
                Long.parseUnsignedLong(trigger.id().substring(2), 16),
                definition.channel(),
                definition.group(),
                coolsDown ? definition.name() : null,
                coolsDown ? trigger.matchOfAllSteps() : 0);
    }
}
