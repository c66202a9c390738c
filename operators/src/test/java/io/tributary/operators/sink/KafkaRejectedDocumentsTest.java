package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.json.AcceptedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

/** What of a refused document goes to Kafka; that it gets there is tested with a real node and a real broker. */
class KafkaRejectedDocumentsTest {
    private static final byte[] DOCUMENT = "{\"customer_id\":\"c_1\"}".getBytes(StandardCharsets.UTF_8);

    @Test
    void saysWhatWasRefusedAndWhyAndWhereItWasMeantToGo() throws IOException {
        ProducerRecord<byte[], byte[]> record = record(DocumentWrite.of("cdp-profiles", "c_1", 3, DOCUMENT));

        JsonNode reject = AcceptedJson.mapper().readTree(record.value());
        assertThat(record.topic()).isEqualTo("cdp.rejects.v1");
        assertThat(reject.path("reason").asText()).isEqualTo("refused_by_elasticsearch");
        assertThat(reject.path("detail").asText()).isEqualTo("strict_dynamic_mapping_exception: why");
        assertThat(reject.path("index").asText()).isEqualTo("cdp-profiles");
        assertThat(reject.path("document_id").asText()).isEqualTo("c_1");
        assertThat(reject.path("version").asLong()).isEqualTo(3);
        assertThat(reject.path("raw").binaryValue()).isEqualTo(DOCUMENT);
        assertThat(reject).hasSize(6);
    }

    @Test
    void bearsTheHeadersOfCloudEventsAndAnIdThatIsTheKey() {
        ProducerRecord<byte[], byte[]> record = record(DocumentWrite.of("cdp-profiles", "c_1", 3, DOCUMENT));

        String id = text(record.key());
        assertThat(id).matches("r_[0-9a-f]{16}");
        assertThat(headers(record))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", id,
                        "ce_source", "/elasticsearch/cdp-profiles",
                        "ce_type", "io.tributary.reject.v1",
                        "ce_subject", id,
                        "content-type", "application/json"));
    }

    @Test
    void givesTheSameVersionOfTheSameDocumentTheSameIdAndOthersOthers() {
        DocumentWrite write = DocumentWrite.of("cdp-profiles", "c_1", 3, DOCUMENT);

        assertThat(record(write).key()).isEqualTo(record(write).key());
        assertThat(record(DocumentWrite.of("cdp-profiles", "c_1", 4, DOCUMENT)).key())
                .isNotEqualTo(record(write).key());
        assertThat(record(DocumentWrite.of("cdp-profiles", "c_2", 3, DOCUMENT)).key())
                .isNotEqualTo(record(write).key());
        assertThat(record(DocumentWrite.of("cdp-personal", "c_1", 3, DOCUMENT)).key())
                .isNotEqualTo(record(write).key());
    }

    @Test
    void hasNoBytesOfADeletion() throws IOException {
        JsonNode reject = AcceptedJson.mapper()
                .readTree(record(DocumentWrite.delete("cdp-personal", "c_1", 3)).value());

        assertThat(reject.has("raw")).isFalse();
        assertThat(reject.has("raw_length")).isFalse();
    }

    @Test
    void keepsTheFirstMebibyteOfALargerDocument() throws IOException {
        byte[] document = new byte[5 << 20];
        new Random(1).nextBytes(document);
        byte[] mebibyte = Arrays.copyOf(document, 1 << 20);

        JsonNode whole = AcceptedJson.mapper()
                .readTree(record(DocumentWrite.of("cdp-profiles", "c_1", 3, mebibyte))
                        .value());
        byte[] record =
                record(DocumentWrite.of("cdp-profiles", "c_1", 3, document)).value();
        JsonNode cut = AcceptedJson.mapper().readTree(record);

        assertThat(whole.path("raw").binaryValue()).isEqualTo(mebibyte);
        assertThat(whole.has("raw_length")).isFalse();
        assertThat(cut.path("raw").binaryValue()).isEqualTo(mebibyte);
        assertThat(cut.path("raw_length").asInt()).isEqualTo(5 << 20);
        assertThat(record).hasSizeLessThan(1_400_000);
    }

    private static ProducerRecord<byte[], byte[]> record(DocumentWrite write) {
        return KafkaRejectedDocuments.record(
                "cdp.rejects.v1",
                new RejectedDocument(
                        write, RejectReason.REFUSED_BY_ELASTICSEARCH, "strict_dynamic_mapping_exception: why"));
    }

    private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            assertThat(headers.put(header.key(), text(header.value()))).isNull();
        }
        return headers;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
