package io.tributary.local.publish;

import io.tributary.local.UserException;
import io.tributary.operators.kafka.DefinitionTopic;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes definitions to {@code cdp.definitions.v1}: a whole set in one transaction. Of two who publish at the same time
 * the one that began first is refused.
 */
public final class DefinitionPublisher {
    private static final String TRANSACTIONAL_ID = "tributary-definitions";

    private DefinitionPublisher() {}

    /**
     * What a publication has done.
     *
     * @param before what held
     * @param after what holds now; the same if nothing has changed
     */
    public record Publication(PublishedDefinitions before, PublishedDefinitions after) {
        public boolean isNothing() {
            return after.publication() == before.publication();
        }
    }

    /** What would be done, of which nothing is. */
    public static Publication plan(String bootstrapServers, Definitions definitions, long now) throws UserException {
        try {
            PublishedDefinitions before = published(bootstrapServers);
            return new Publication(before, before.next(definitions, now));
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /**
     * What holds, if it can be read with these namespaces of identifiers.
     *
     * @throws UserException if Kafka does not answer, or what holds needs other namespaces
     */
    public static Definitions inForce(String bootstrapServers, IdentitySettings identity) throws UserException {
        try {
            return published(bootstrapServers).definitions(identity);
        } catch (KafkaException e) {
            throw new UserException(
                    "Kafka at %s does not give the definitions (%s); look with ./cdp status"
                            .formatted(bootstrapServers, e.getMessage()),
                    e);
        } catch (DefinitionsException e) {
            throw new UserException(
                    "What was published can't be read here: %s. Name the job's rules of identity with --identity"
                            .formatted(e.mistakes().get(0)),
                    e);
        }
    }

    private static PublishedDefinitions published(String bootstrapServers) {
        return DefinitionTopic.read(Map.of("bootstrap.servers", bootstrapServers, "default.api.timeout.ms", 20_000));
    }

    private static UserException failed(KafkaException e) {
        return new UserException("Kafka did not take part: " + e.getMessage() + ". Nothing was published", e);
    }

    /**
     * Publishes what is other than what holds. The topic has to be there.
     *
     * @param now milliseconds since 1970
     */
    public static Publication publish(String bootstrapServers, Definitions definitions, long now) throws UserException {
        try (Producer<byte[], byte[]> producer = producer(bootstrapServers)) {
            // From here on whoever has begun before is refused, so nobody publishes between reading and writing.
            producer.initTransactions();
            PublishedDefinitions before = published(bootstrapServers);
            Publication publication = new Publication(before, before.next(definitions, now));
            if (!publication.isNothing()) {
                send(publication, now, producer);
            }
            return publication;
        } catch (ProducerFencedException e) {
            throw new UserException(
                    "Somebody else is publishing definitions. Nothing was published: look at what holds with"
                            + " ./cdp definitions diff, and try again",
                    e);
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    private static void send(Publication publication, long now, Producer<byte[], byte[]> producer) {
        producer.beginTransaction();
        for (PublishedDefinitions.Written record : publication.after().recordsSince(publication.before())) {
            // Whether all have arrived the transaction tells.
            var unused = producer.send(new ProducerRecord<>(
                    Topic.DEFINITIONS, null, now, record.key().getBytes(StandardCharsets.UTF_8), record.value()));
        }
        producer.commitTransaction();
    }

    private static Producer<byte[], byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        TRANSACTIONAL_ID,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        20_000,
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        Topic.MAX_RECORD_BYTES,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
