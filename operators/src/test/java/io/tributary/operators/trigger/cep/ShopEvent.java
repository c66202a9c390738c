package io.tributary.operators.trigger.cep;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** A small event; {@code sequence} tells events of one instant apart. */
public record ShopEvent(String customer, long timestamp, int sequence, String kind, int value) {

    static TypeSerializer<ShopEvent> serializer() {
        return TypeInformation.of(ShopEvent.class).createSerializer(new SerializerConfigImpl());
    }
}
