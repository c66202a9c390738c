package io.tributary.local.docs;

// The page docs/consumers.md shows what lies between the two marks; a test compares.
// docs:begin
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Mails abandoned carts, each once.
 *
 * @param handled your table of the ids of triggers that were mailed; it outlives the process
 * @param mail takes customer id and items
 */
public record CartMailer(Set<String> handled, Clock clock, BiConsumer<String, JsonNode> mail) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static KafkaConsumer<String, byte[]> consumer(String bootstrapServers) {
        var config = Map.<String, Object>of(
                "bootstrap.servers", bootstrapServers,
                "group.id", "cart-mailer",
                "isolation.level", "read_committed",
                "enable.auto.commit", false,
                "auto.offset.reset", "earliest");
        var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of("cdp.triggers.v1"));
        return consumer;
    }

    /** To be called in a loop. */
    public void poll(KafkaConsumer<String, byte[]> consumer) throws IOException {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
            var trigger = JSON.readTree(record.value());
            if (trigger.has("retracts")) {
                continue; // what it names should not have fired
            }
            var expires = Instant.parse(trigger.get("expires_at").asText());
            if (expires.isAfter(clock.instant())
                    && handled.add(trigger.get("trigger_id").asText())) {
                mail.accept(trigger.get("customer_id").asText(), trigger.at("/payload/items"));
            }
        }
        consumer.commitSync();
    }
}
// docs:end
