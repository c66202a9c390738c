package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.testing.LargestEvents;
import io.tributary.schemas.testing.PublicSchemas;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * The worst that one sender can write into the topic of events, through the whole job on real components: whatever it
 * is, it reaches its topics, and another customer's events behind it are served.
 */
class HostileEventsIT {
    private static final JsonMapper JSON = AcceptedJson.mapper();
    private static final long MICROSECONDS = 1_767_605_400_000_000L;
    private static final String AT = "2026-01-05T10:00:00.000Z";
    private static final String TIME = ",\"timestamp\":\"" + AT + "\"";

    @Test
    void stopNobody() throws Exception {
        List<byte[]> largest = LargestEvents.of("largest");
        List<byte[]> numbers = new ArrayList<>();
        for (String number : List.of("9".repeat(1_001), "0." + "3".repeat(30_000), "1e999999999", "1e99999999999")) {
            numbers.add(utf8("{\"type\":\"identify\",\"userId\":\"numbers\"" + TIME + ",\"traits\":{\"n"
                    + numbers.size() + "\":" + number + "}}"));
        }
        String products = "{\"sku\":\"s\"},".repeat(70_000) + "{\"sku\":\"s\"}";
        try (StreamedRun run = new StreamedRun(2);
                Sender sender = new Sender(run.bootstrapServers())) {
            largest.forEach(event -> sender.send(event, Timestamps.parse(AT)));
            numbers.forEach(event -> sender.send(event, Timestamps.parse(AT)));
            sender.send(utf8("{\"type\":\"page\",\"userId\":\"numbers\"}"), MICROSECONDS);
            sender.send(utf8("not JSON"), MICROSECONDS);
            sender.send(new byte[(4 << 20) - 1_000], Timestamps.parse(AT));
            sender.send(
                    utf8("{\"type\":\"track\",\"event\":\"Cart Updated\",\"userId\":\"numbers\"" + TIME
                            + ",\"properties\":{\"products\":[" + products + "]}}"),
                    Timestamps.parse(AT));
            sender.send(
                    utf8("{\"type\":\"track\",\"event\":\"Product Added\",\"messageId\":\"good\",\"userId\":\"good\""
                            + TIME + ",\"properties\":{\"product_id\":\"p1\",\"price\":3.3000000000000003}}"),
                    Timestamps.parse(AT));
            sender.tick("2026-01-05T13:00:00.000Z");
            run.awaitRecords(Topic.TRIGGERS, 2);
            run.awaitRecords(Topic.REJECTS, 4);
            run.stop();

            Map<String, String> rejects = new TreeMap<>();
            for (ConsumerRecord<String, byte[]> record : run.records(Topic.REJECTS)) {
                JsonNode reject = JSON.readTree(record.value());
                assertThat(PublicSchemas.faults("reject", reject)).isEmpty();
                rejects.put(
                        reject.path("reason").asText(),
                        record.timestamp() + " " + reject.path("raw_length").asLong());
            }
            assertThat(rejects)
                    .isEqualTo(Map.of(
                            "bad_timestamp",
                            "0 0",
                            "not_json",
                            "0 0",
                            "too_large",
                            Timestamps.parse(AT) + " " + ((4 << 20) - 1_000),
                            "bad_value",
                            Timestamps.parse(AT) + " 0"));

            Map<String, JsonNode> profiles = new TreeMap<>();
            for (ConsumerRecord<String, byte[]> record : run.records(Topic.PROFILES)) {
                profiles.put(record.key(), JSON.readTree(record.value()));
            }
            assertThat(profiles).hasSize(3);
            assertThat(profiles.values()).allSatisfy(profile -> assertThat(PublicSchemas.faults("profile", profile))
                    .isEmpty());
            assertThat(profiles.get(id("largest")).at("/events/count").asInt()).isEqualTo(largest.size());
            assertThat(profiles.get(id("largest")).path("traits_left_out").asInt())
                    .isEqualTo(300 - 31);
            assertThat(profiles.get(id("numbers")).path("traits")).hasSize(4);
            assertThat(profiles.get(id("good")).at("/cart/value/USD").asText()).isEqualTo("3.3000000000000003");

            List<ConsumerRecord<String, byte[]>> events = run.records(Topic.CUSTOMER_EVENTS);
            assertThat(events).hasSize(largest.size() + numbers.size() + 1);
            assertThat(events)
                    .extracting(record ->
                            new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))
                    .doesNotHaveDuplicates();

            assertThat(largestOf(run, Topic.PROFILES)).isBetween(2_900_000, 3_100_000);
            assertThat(largestOf(run, Topic.CUSTOMER_EVENTS)).isBetween(2_200_000, 2_500_000);
            assertThat(largestOf(run, Topic.TRIGGERS)).isBetween(1_200_000, 1_400_000);
            assertThat(largestOf(run, Topic.REJECTS)).isBetween(1_390_000, 1_400_000);

            assertThat(SharedElasticsearch.count("cdp-profiles", "*")).isEqualTo(3);
            assertThat(SharedElasticsearch.count("cdp-triggers", "*")).isEqualTo(2);
        }
    }

    private static int largestOf(StreamedRun run, String topic) {
        return run.records(topic).stream()
                .mapToInt(record -> record.value().length)
                .max()
                .orElseThrow();
    }

    private static String id(String userId) {
        return new Identifier(Namespace.USER_ID, userId).customerId();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A producer that sends what the topic takes, at any time. */
    private static final class Sender implements AutoCloseable {
        private final KafkaProducer<byte[], byte[]> producer;

        Sender(String bootstrapServers) {
            producer = new KafkaProducer<>(
                    Map.of(
                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            bootstrapServers,
                            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                            8 << 20),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }

        void tick(String at) {
            for (int partition = 0; partition < 2; partition++) {
                send(partition, utf8("{\"type\":\"tick\",\"timestamp\":\"" + at + "\"}"), MICROSECONDS);
            }
        }

        void send(byte[] value, long recordTime) {
            send(0, value, recordTime);
        }

        private void send(int partition, byte[] value, long recordTime) {
            try {
                producer.send(new ProducerRecord<>(Topic.EVENTS, partition, recordTime, null, value))
                        .get();
            } catch (Exception e) {
                throw new IllegalStateException("the topic takes any of it", e);
            }
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
