package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** What waits at a customer for one instant, in the order of arrival: mostly one thing. */
public record CustomerMessages(List<CustomerMessage> all) {
    public static final Codec<CustomerMessages> CODEC = new Codec<>() {
        @Override
        public void write(CustomerMessages messages, DataOutput out) throws IOException {
            Wire.writeAll(messages.all, CustomerMessage.CODEC, out);
        }

        @Override
        public CustomerMessages read(DataInput in) throws IOException {
            return new CustomerMessages(Wire.readAll(CustomerMessage.CODEC, in));
        }
    };
}
