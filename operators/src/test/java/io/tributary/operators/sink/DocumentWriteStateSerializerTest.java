package io.tributary.operators.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;
import org.junit.jupiter.api.Test;

class DocumentWriteStateSerializerTest {
    @Test
    void restoresWritesAndDeletionsWhateverTheirSizeInARequest() throws Exception {
        var serializer = new DocumentWriteStateSerializer();
        var writes = List.of(
                DocumentWrite.of("cdp-profiles", "ü-1", 7, "{\"a\":\"ż\"}".getBytes(UTF_8)),
                DocumentWrite.delete("cdp-personal", "c_2", Long.MAX_VALUE),
                DocumentWrite.of("cdp-triggers", "c_3", 0, new byte[0]),
                DocumentWrite.deleteAllOf("cdp-triggers", "c_4", 2));
        var state = new BufferedRequestState<>(writes.stream()
                .map(write -> new RequestEntryWrapper<>(write, write.size()))
                .toList());

        var restored = serializer.deserialize(serializer.getVersion(), serializer.serialize(state));

        assertThat(restored.getBufferedRequestEntries())
                .extracting(RequestEntryWrapper::getRequestEntry)
                .usingRecursiveFieldByFieldElementComparator()
                .isEqualTo(writes);
        assertThat(restored.getStateSize()).isEqualTo(state.getStateSize());
    }
}
