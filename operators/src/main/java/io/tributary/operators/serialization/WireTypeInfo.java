package io.tributary.operators.serialization;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Flink's view of a {@link WireType}. */
final class WireTypeInfo<T> extends TypeInformation<T> {
    private final WireTypeSerializer<T> serializer;

    WireTypeInfo(WireType<T> type) {
        this.serializer = new WireTypeSerializer<>(type);
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<T> getTypeClass() {
        return serializer.type().type();
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer;
    }

    @Override
    public String toString() {
        return "WireType(" + serializer.type().id() + ")";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WireTypeInfo<?> info && info.serializer.equals(serializer);
    }

    @Override
    public int hashCode() {
        return serializer.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof WireTypeInfo;
    }
}
