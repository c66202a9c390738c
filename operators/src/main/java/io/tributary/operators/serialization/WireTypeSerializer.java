package io.tributary.operators.serialization;

import java.io.IOException;
import java.io.Serial;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serialises values of a {@link WireType} by its codec.
 *
 * <p>State evolves inside the codec: each value begins with its format, and a codec reads every format that was ever
 * released. So a serializer is always compatible with an older one of the same type, and nothing is migrated.
 */
final class WireTypeSerializer<T> extends TypeSerializer<T> {
    private transient WireType<T> type;
    private final String id;

    WireTypeSerializer(WireType<T> type) {
        this.type = type;
        this.id = type.id();
    }

    WireType<T> type() {
        return type;
    }

    @Serial
    private Object readResolve() {
        return new WireTypeSerializer<>(WireType.byId(id));
    }

    @Override
    public boolean isImmutableType() {
        return type.isImmutable();
    }

    @Override
    public TypeSerializer<T> duplicate() {
        return this;
    }

    @Override
    public T createInstance() {
        return null;
    }

    @Override
    public T copy(T from) {
        if (type.isImmutable()) {
            return from;
        }
        try {
            DataOutputSerializer out = new DataOutputSerializer(256);
            serialize(from, out);
            return deserialize(new DataInputDeserializer(out.getSharedBuffer(), 0, out.length()));
        } catch (IOException e) {
            throw new IllegalStateException("copying through memory failed", e);
        }
    }

    @Override
    public T copy(T from, T reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(T value, DataOutputView target) throws IOException {
        type.codec().write(value, target);
    }

    @Override
    public T deserialize(DataInputView source) throws IOException {
        return type.codec().read(source);
    }

    @Override
    public T deserialize(T reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WireTypeSerializer<?> serializer && serializer.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<T> snapshotConfiguration() {
        return new Snapshot<>(type);
    }

    /** What a savepoint says about the serializer: the id of the type. */
    public static final class Snapshot<T> implements TypeSerializerSnapshot<T> {
        private WireType<T> type;

        /** For Flink, which then calls {@link #readSnapshot}. */
        public Snapshot() {}

        Snapshot(WireType<T> type) {
            this.type = type;
        }

        @Override
        public int getCurrentVersion() {
            return 1;
        }

        @Override
        public void writeSnapshot(DataOutputView out) throws IOException {
            out.writeUTF(type.id());
        }

        @Override
        @SuppressWarnings("unchecked")
        public void readSnapshot(int readVersion, DataInputView in, ClassLoader userCodeClassLoader)
                throws IOException {
            type = (WireType<T>) WireType.byId(in.readUTF());
        }

        @Override
        public TypeSerializer<T> restoreSerializer() {
            return new WireTypeSerializer<>(type);
        }

        @Override
        public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(TypeSerializerSnapshot<T> old) {
            return old instanceof Snapshot<T> snapshot && snapshot.type == type
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.incompatible();
        }
    }
}
