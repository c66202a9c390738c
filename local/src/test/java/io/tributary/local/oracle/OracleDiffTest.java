package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OracleDiffTest {
    private static final ObjectNode SUMMARY = Json.quoted("{'events':{'read':2,'late':0},'customers':1}");

    @Test
    void findsNothingInEqualOutputs() {
        assertThat(OracleDiff.between(
                        profiles("{'customer_id':'c_1','traits':{'n':1}}"),
                        profiles("{'traits':{'n':1.0},'customer_id':'c_1','version':7,'rfm':{'days':1}}")))
                .isEmpty();
    }

    @Test
    void showsThePathOfEachDifference() {
        assertThat(OracleDiff.between(
                        profiles("{'customer_id':'c_1','cart':{'items':[{'price':'3.00'}]},'traits':{'version':1}}"),
                        profiles("{'customer_id':'c_1','cart':{'items':[{'price':'3.0'}]},'merged_from':['c_9']}")))
                .isEqualTo(
                        """
                        profiles c_1 /cart/items/0/price: expected "3.00" but was "3.0"
                        profiles c_1 /merged_from: expected nothing but was ["c_9"]
                        profiles c_1 /traits: expected {"version":1} but was nothing""");
    }

    @Test
    void showsMissingAndUnexpectedRecords() {
        assertThat(OracleDiff.between(profiles("{'customer_id':'c_1'}"), profiles("{'customer_id':'c_2'}")))
                .isEqualTo(
                        """
                        profiles c_1: missing, expected {"customer_id":"c_1"}
                        profiles c_2: unexpected {"customer_id":"c_2"}""");
    }

    @Test
    void tellsARecordThatIsThereTwice() {
        assertThat(OracleDiff.between(
                        profiles("{'customer_id':'c_1'}"), profiles("{'customer_id':'c_1'}", "{'customer_id':'c_1'}")))
                .isEqualTo("profiles c_1: unexpected {\"customer_id\":\"c_1\"}");
    }

    @Test
    void comparesChangesOfIdentity() {
        ObjectNode expected =
                Json.quoted("{'at':'t','change':'merged','customer_id':'c_1','into':'c_2','because':'m'}");
        ObjectNode actual = expected.deepCopy().put("into", "c_3");

        assertThat(OracleDiff.between(changes(expected), changes(actual)))
                .isEqualTo("identity-changes t merged c_1 m /into: expected \"c_2\" but was \"c_3\"");
    }

    @Test
    void comparesSegmentsAndComputedTraitsIfAsked() {
        OracleOutput expected = segments("{'seen':1}", "{'because':[1]}", "{'value':'x'}");
        OracleOutput actual = segments("{'seen':2}", "{'because':[2]}", "{'value':'y'}");

        assertThat(OracleDiff.between(expected, actual)).isEmpty();
        assertThat(OracleDiff.betweenWithSegments(expected, actual))
                .isEqualTo(
                        """
                        profiles c_1 /computed/seen: expected 1 but was 2
                        summary /segments/seen: expected 1 but was 2
                        segment-changes t c_1 s x entered: missing, expected %s
                        segment-changes t c_1 s y entered: unexpected %s"""
                                .formatted(
                                        expected.segmentChanges().get(1),
                                        actual.segmentChanges().get(1)));
    }

    /** Every change of one customer, and a profile and a summary that say something. */
    private static OracleOutput segments(String seen, String... changes) {
        List<ObjectNode> lines = Stream.of(changes)
                .map(more -> Json.quoted("{'at':'t','customer_id':'c_1','segment':'s','change':'entered'}")
                        .<ObjectNode>setAll(Json.quoted(more)))
                .toList();
        ObjectNode profile = Json.quoted("{'customer_id':'c_1','computed':" + seen + "}");
        ObjectNode summary = SUMMARY.deepCopy().set("segments", Json.quoted(seen));
        return new OracleOutput(List.of(profile), List.of(), lines, List.of(), List.of(), summary);
    }

    @Test
    void comparesCountersAndTakesAnAbsentOneAsZero() {
        OracleOutput actual = new OracleOutput(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Json.quoted("{'events':{'read':3},'customers':1,'wall_seconds':2}"));

        assertThat(OracleDiff.between(profiles(), actual)).isEqualTo("summary /events/read: expected 2 but was 3");
    }

    @Test
    void readsTheFilesOfABacktest(@TempDir Path dir) throws IOException {
        Files.writeString(dir.resolve("profiles.jsonl"), "{\"customer_id\":\"c_1\"}\n{\"customer_id\":\"c_2\"}\n");
        Files.writeString(dir.resolve("identity-changes.jsonl"), "");
        Files.writeString(dir.resolve("triggers.jsonl"), "");
        Files.writeString(dir.resolve("rejects.jsonl"), "");
        Files.writeString(dir.resolve("summary.json"), SUMMARY.toPrettyString());

        OracleOutput profiles = profiles("{'customer_id':'c_1'}", "{'customer_id':'c_2'}");
        assertThat(OracleOutput.read(dir)).isEqualTo(profiles);

        Files.writeString(dir.resolve("segment-changes.jsonl"), "");
        assertThat(OracleOutput.readWithSegments(dir)).isEqualTo(profiles);
    }

    private static OracleOutput changes(ObjectNode change) {
        return new OracleOutput(List.of(), List.of(change), List.of(), List.of(), List.of(), SUMMARY);
    }

    private static OracleOutput profiles(String... profiles) {
        return new OracleOutput(
                List.of(profiles).stream().map(Json::quoted).toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                SUMMARY);
    }
}
