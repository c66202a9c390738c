package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.testing.ReferenceData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JSONTestSuite: {@code y_} is JSON, {@code n_} is not, {@code i_} may be either. */
@Timeout(60)
class JsonTestSuiteTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Not JSON either way; the limit of depth or emptiness shows before the syntax error. */
    private static final Map<String, RejectReason> OTHER_REASONS = Map.of(
            "n_structure_100000_opening_arrays.json", RejectReason.TOO_DEEP,
            "n_structure_open_array_object.json", RejectReason.TOO_DEEP,
            "n_structure_no_data.json", RejectReason.EMPTY_LINE);

    @Test
    void tellsJsonFromWhatIsNot() {
        for (Path file : files()) {
            RejectReason reason =
                    Events.reject(Events.parse(ReferenceData.read(file), 0)).reason();
            String name = file.getFileName().toString();
            switch (name.charAt(0)) {
                // Valid JSON, but none of the files is an event.
                case 'y' -> assertThat(reason).as(name).isIn(RejectReason.NOT_AN_OBJECT, RejectReason.UNKNOWN_TYPE);
                case 'n' ->
                    assertThat(reason).as(name).isEqualTo(OTHER_REASONS.getOrDefault(name, RejectReason.NOT_JSON));
                default ->
                    assertThat(reason)
                            .as(name)
                            .isIn(
                                    RejectReason.NOT_AN_OBJECT,
                                    RejectReason.UNKNOWN_TYPE,
                                    RejectReason.NOT_JSON,
                                    RejectReason.TOO_DEEP);
            }
        }
    }

    @Test
    void tellsJsonFromWhatIsNotInsideProperty() {
        checkWrapped(value -> "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"u\","
                + "\"timestamp\":\"2026-01-05T09:30:00.000Z\",\"properties\":{\"v\":" + value + "}}");
    }

    @Test
    void tellsJsonFromWhatIsNotInsideTrait() {
        checkWrapped(value -> "{\"type\":\"identify\",\"userId\":\"u\",\"timestamp\":\"2026-01-05T09:30:00.000Z\","
                + "\"traits\":{\"v\":" + value + "}}");
    }

    @Test
    void keepsTraitsThatAreJsonAsTheyAre() throws IOException {
        for (Path file : files()) {
            if (!file.getFileName().toString().startsWith("y_")) {
                continue;
            }
            byte[] value = ReferenceData.read(file);
            byte[] event = surround(
                    "{\"type\":\"identify\",\"userId\":\"u\",\"timestamp\":\"2026-01-05T09:30:00.000Z\",\"traits\":{\"v\":",
                    value,
                    "}}");
            CustomerEvent accepted = Events.event(Events.parse(event, 0));
            assertThat(MAPPER.readTree(accepted.traits().get("v")))
                    .as(file.getFileName().toString())
                    .isEqualTo(MAPPER.readTree(value));
            Events.assertSurvivesRoundTrip(accepted);
        }
    }

    private static void checkWrapped(UnaryOperator<String> wrapper) {
        String[] around = wrapper.apply("\n").split("\n", -1);
        Map<String, String> wrong = new TreeMap<>();
        for (Path file : files()) {
            Inbound inbound = Events.parse(surround(around[0], ReferenceData.read(file), around[1]), 0);
            boolean refusedAsText = inbound instanceof Inbound.Refused refused
                    && (refused.reject().reason() == RejectReason.NOT_JSON
                            || refused.reject().reason() == RejectReason.TOO_DEEP);
            boolean right =
                    switch (file.getFileName().toString().charAt(0)) {
                        case 'y' -> inbound instanceof Inbound.Accepted;
                        case 'n' -> refusedAsText;
                        default -> inbound instanceof Inbound.Accepted || refusedAsText;
                    };
            if (!right) {
                wrong.put(file.getFileName().toString(), Events.describe(inbound));
            }
        }
        // No exception is needed: no file that is invalid by itself becomes valid in the place of a value.
        assertThat(wrong).isEmpty();
    }

    private static byte[] surround(String before, byte[] value, String after) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(value);
        bytes.writeBytes(after.getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private static List<Path> files() {
        return ReferenceData.jsonFiles("hostile/JSONTestSuite/test_parsing");
    }
}
