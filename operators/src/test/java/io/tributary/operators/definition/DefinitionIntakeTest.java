package io.tributary.operators.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.clock.EventIntake;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentitySettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DefinitionIntakeTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRAIT = "traits: [{name: orders, aggregate: count, events: [Order Completed]}]\n";
    private static final PublishedDefinitions FIRST =
            next(PublishedDefinitions.NONE, TRAIT + "segments: [{name: vip, when: computed.orders > 9}]\n");
    private static final PublishedDefinitions SECOND = next(
            FIRST,
            TRAIT + "segments: [{name: vip, when: computed.orders > 9}, {name: buyer, when: computed.orders > 0}]\n");

    private OneInputStreamOperatorTestHarness<DefinitionInbound, PublishedDefinitions> harness;
    private long offset;

    @BeforeEach
    void start() throws Exception {
        start(0, null);
    }

    @AfterEach
    void stop() throws Exception {
        harness.close();
    }

    private void start(long known, OperatorSubtaskState restored) throws Exception {
        harness = new OneInputStreamOperatorTestHarness<>(
                new ProcessOperator<>(new DefinitionIntake(IdentitySettings.defaults(), known)));
        harness.getExecutionConfig().enableObjectReuse();
        ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig()).setGenericTypes(false);
        harness.setup(WireType.PUBLISHED_DEFINITIONS.info().createSerializer(new SerializerConfigImpl()));
        if (restored != null) {
            harness.initializeState(restored);
        }
        harness.open();
    }

    private static PublishedDefinitions next(PublishedDefinitions before, String yaml) {
        return before.next(Definitions.of("a.yaml", yaml), 1_767_225_600_000L);
    }

    private void read(List<PublishedDefinitions.Written> records) throws Exception {
        for (PublishedDefinitions.Written record : records) {
            read(record.key(), record.value());
        }
    }

    private void read(String key, byte[] value) throws Exception {
        harness.processElement(
                new DefinitionInbound(
                        Origin.record("cdp.definitions.v1", 0, offset++), key.getBytes(StandardCharsets.UTF_8), value),
                5);
    }

    /** The segments of each set that was told of since the last call. */
    private List<List<String>> told() {
        List<List<String>> told = harness.extractOutputValues().stream()
                .map(set -> set.entries().stream().map(Definitions.Entry::name).toList())
                .toList();
        harness.getOutput().clear();
        return told;
    }

    @Test
    void tellsOfAWholeSetWhenItIsClosed() throws Exception {
        List<PublishedDefinitions.Written> records = FIRST.recordsSince(PublishedDefinitions.NONE);
        read(records.subList(0, records.size() - 1));
        assertThat(told()).isEmpty();
        read(records.subList(records.size() - 1, records.size()));
        assertThat(told()).containsExactly(List.of("vip", "orders"));
        read(SECOND.recordsSince(FIRST));
        assertThat(told()).as("what has not changed is there").containsExactly(List.of("buyer", "vip", "orders"));
        assertThat(harness.getSideOutput(DefinitionIntake.NOTICES))
                .extracting(record -> ((KeeperNotice.OfDefinitions) record.getValue())
                        .definitions()
                        .publication())
                .containsExactly(1L, 2L);
    }

    @Test
    void saysNothingOfWhatEverybodyKnows() throws Exception {
        harness.close();
        start(1, null);
        read(FIRST.recordsSince(PublishedDefinitions.NONE));
        assertThat(told()).isEmpty();
        read(SECOND.recordsSince(FIRST));
        assertThat(told()).hasSize(1);
    }

    @Test
    void goesOnInTheMiddleOfAPublication() throws Exception {
        List<PublishedDefinitions.Written> records = FIRST.recordsSince(PublishedDefinitions.NONE);
        read(records.subList(0, 1));
        OperatorSubtaskState state = harness.snapshot(1, 1);
        harness.close();
        start(0, state);
        read(records.subList(1, records.size()));
        assertThat(told()).containsExactly(List.of("vip", "orders"));
    }

    @Test
    void rejectsASetWithAMistakeAndWhatIsNoRecord() throws Exception {
        read(FIRST.recordsSince(PublishedDefinitions.NONE));
        told();
        PublishedDefinition trait = FIRST.all().stream()
                .filter(definition -> definition.name().equals("orders"))
                .findFirst()
                .orElseThrow();
        String removed = new String(trait.toJson(), StandardCharsets.UTF_8)
                .replaceFirst("\"definition\":.*", "\"removed\":true}");
        read(trait.key(), removed.getBytes(StandardCharsets.UTF_8));
        String closing = "{\"publication\":2,\"at\":\"2026-01-02T00:00:00.000Z\"}";
        read("publication", closing.getBytes(StandardCharsets.UTF_8));
        read("segments:vip", "no JSON".getBytes(StandardCharsets.UTF_8));

        assertThat(told()).as("what held goes on holding").isEmpty();
        List<JsonNode> rejects = new ArrayList<>();
        for (var record : harness.getSideOutput(EventIntake.REJECTS)) {
            rejects.add(JSON.readTree(record.getValue().value()));
        }
        assertThat(rejects).extracting(reject -> reject.path("reason").asText()).containsOnly("bad_definition");
        assertThat(rejects.get(0).path("detail").asText())
                .startsWith("what holds goes on holding; of the set: vip")
                .contains("no computed trait 'orders'");
        assertThat(rejects.get(1).path("detail").asText())
                .isEqualTo("the record is no part of a publication: it is no JSON");
        assertThat(rejects.get(1).path("offset").asLong()).isEqualTo(offset - 1);
    }
}
