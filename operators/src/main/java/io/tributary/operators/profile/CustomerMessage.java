package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What reaches a customer's profile: an event, labelled with its customer.
 *
 * @param customerId {@code c_} and 16 hexadecimal digits
 */
public record CustomerMessage(String customerId, CustomerEvent event) {
    private static final byte EVENT = 0;

    /** For channels between operators of one release; never kept in state. */
    public static final Codec<CustomerMessage> CODEC = new Codec<>() {
        @Override
        public void write(CustomerMessage message, DataOutput out) throws IOException {
            out.writeByte(EVENT);
            Wire.writeString(message.customerId, out);
            CustomerEvent.CODEC.write(message.event, out);
        }

        @Override
        public CustomerMessage read(DataInput in) throws IOException {
            byte kind = in.readByte();
            if (kind != EVENT) {
                throw new IOException("no message of kind " + kind);
            }
            return new CustomerMessage(Wire.readString(in), CustomerEvent.CODEC.read(in));
        }
    };
}
