package io.tributary.operators.profile;

import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;

/**
 * A customer is another one now, or was erased: an entry of {@code cdp.customer-aliases.v1}, with the former id as its key.
 *
 * @param into the customer that it is now, which may have an entry of its own; null if it was erased
 * @param at since when, milliseconds since 1970
 * @param because id of the message that caused it
 */
record CustomerAlias(String customerId, String into, long at, String because) {
    private static final String TYPE = "io.tributary.customer-alias.v1";

    static CustomerAlias of(CustomerMessage.Retract last) {
        return new CustomerAlias(
                last.customerId(),
                last.into(),
                last.because().timestamp(),
                last.because().messageId());
    }

    OutboundRecord record() {
        byte[] value = json();
        byte[] cause = (customerId + "\n" + new String(value, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        return new OutboundRecord(Topic.CUSTOMER_ALIASES, customerId, "a_" + Hashes.longHex(cause), TYPE, at, 0, value);
    }

    /** The customer is one of its own again. */
    static OutboundRecord withdrawal(String customerId, long at, long version) {
        byte[] cause = (customerId + "\n" + version).getBytes(StandardCharsets.UTF_8);
        return new OutboundRecord(
                Topic.CUSTOMER_ALIASES, customerId, "a_" + Hashes.longHex(cause), TYPE, at, version, null);
    }

    private byte[] json() {
        return ProfileJson.write(160, json -> {
            json.writeStartObject();
            if (into != null) {
                json.writeStringField("into", into);
            }
            json.writeStringField("at", Timestamps.format(at));
            json.writeStringField("because", because);
            json.writeEndObject();
        });
    }
}
