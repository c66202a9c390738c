package io.tributary.operators.serialization;

import static io.tributary.operators.testing.Messages.message;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.minute;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.identity.RecentMessages;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Inbound;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class WireTypeTest {
    @Test
    void carriesWhatCrossesChannels() throws IOException {
        CustomerEvent event = added("m1", "p1", minute(1)).event();

        CustomerMessage.Event message =
                (CustomerMessage.Event) Codecs.roundTrip(CustomerMessage.CODEC, message("c_1", event));
        assertThat(message.customerId()).isEqualTo("c_1");
        assertThat(message.event().cartLines()).isEqualTo(event.cartLines());
        assertThat(message.event().json()).isEqualTo(event.json());
        assertThat(Codecs.roundTrip(Inbound.CODEC, added("m1", "p1", minute(1)).in(3, 7))
                        .origin())
                .isEqualTo(added("m1", "p1", minute(1)).in(3, 7).origin());

        OutboundRecord tombstone = new OutboundRecord("topic", "key", "id", "type", 5, 6, null);
        assertThat(Codecs.roundTrip(OutboundRecord.CODEC, tombstone)).isEqualTo(tombstone);
        OutboundRecord record = new OutboundRecord("topic", "key", "id", "type", 5, 6, new byte[] {1, 2});
        assertThat(Codecs.roundTrip(OutboundRecord.CODEC, record).value()).containsExactly(1, 2);
        OutboundRecord profile = new OutboundRecord("topic", "key", "id", "type", 5, 6, null, true);
        assertThat(Codecs.roundTrip(OutboundRecord.CODEC, profile)).isEqualTo(profile);
    }

    @Test
    void findsItsSerializerAgainFromASavepoint() throws IOException {
        TypeSerializer<RecentMessages> serializer = serializer(WireType.RECENT_MESSAGES);
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
        TypeSerializerSnapshot<RecentMessages> restored = TypeSerializerSnapshot.readVersionedSnapshot(
                new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());

        assertThat(restored.restoreSerializer()).isEqualTo(serializer);
        assertThat(serializer
                        .snapshotConfiguration()
                        .resolveSchemaCompatibility(restored)
                        .isCompatibleAsIs())
                .isTrue();
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void refusesTheStateOfAnotherType() {
        TypeSerializerSnapshot other = serializer(WireType.TRIGGER_STATE).snapshotConfiguration();

        assertThat(serializer(WireType.RECENT_MESSAGES)
                        .snapshotConfiguration()
                        .resolveSchemaCompatibility(other)
                        .isIncompatible())
                .isTrue();
    }

    @Test
    void travelsToTheTaskManagerWithTheJob() throws Exception {
        TypeSerializer<RecentMessages> serializer = serializer(WireType.RECENT_MESSAGES);

        assertThat(InstantiationUtil.<TypeSerializer<RecentMessages>>deserializeObject(
                        InstantiationUtil.serializeObject(serializer),
                        getClass().getClassLoader()))
                .isEqualTo(serializer);
    }

    @Test
    void copiesMutableStateSoThatAHeapSnapshotDoesNotChange() {
        RecentMessages messages = new RecentMessages();
        messages.admit("m1", minute(1), minute(1));
        RecentMessages copy = serializer(WireType.RECENT_MESSAGES).copy(messages);
        messages.admit("m2", minute(2), minute(2));

        assertThat(copy.size()).isEqualTo(1);
    }

    private static <T> TypeSerializer<T> serializer(WireType<T> type) {
        return type.info().createSerializer(new SerializerConfigImpl());
    }
}
