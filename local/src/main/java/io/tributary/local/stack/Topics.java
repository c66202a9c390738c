package io.tributary.local.stack;

import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;

/**
 * The suite's Kafka topics with the configuration that they need.
 *
 * <p>Record time is event time, which may be years ago or, at the end of a simulation, ahead of the clock. Therefore
 * nothing expires by age, no record is refused for lying in the future, and a segment is not closed because event time
 * leapt by a week. The compacted topics are tables: the last record of a key is its value, and a null deletes it.
 */
public final class Topics {
    /** All topics, inputs first. */
    public static final List<String> ALL = List.of(
            Topic.EVENTS,
            Topic.CATALOG,
            Topic.DEFINITIONS,
            Topic.PRIVACY,
            Topic.CUSTOMER_EVENTS,
            Topic.PROFILES,
            Topic.CUSTOMER_ALIASES,
            Topic.IDENTITY_CHANGES,
            Topic.SEGMENT_CHANGES,
            Topic.TRIGGERS,
            Topic.TRIGGERS_SUPPRESSED,
            Topic.REJECTS);

    private static final List<String> COMPACTED = List.of(Topic.DEFINITIONS, Topic.PROFILES, Topic.CUSTOMER_ALIASES);

    /** A reject carries a whole message in base64, a profile many traits: more than the 1 MB that is the default. */
    private static final String MAX_MESSAGE_BYTES = Integer.toString(Topic.MAX_RECORD_BYTES);

    private static final Duration LEADERS_LIMIT = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private Topics() {}

    /**
     * Creates what is missing and corrects the configuration of what exists, so that it may be called at every start.
     * Only {@link Topic#EVENTS} has the given number of partitions, the others one; an existing topic never loses partitions.
     * Returns when Kafka takes records for all of them.
     *
     * @param bootstrapServers Kafka's address
     * @param eventPartitions of {@link Topic#EVENTS}, at least 1
     * @throws IOException if Kafka refuses
     */
    public static void create(String bootstrapServers, int eventPartitions) throws IOException {
        try (var admin = admin(bootstrapServers)) {
            var existing = admin.listTopics().names().get();
            admin.createTopics(ALL.stream()
                            .filter(topic -> !existing.contains(topic))
                            .map(topic -> new NewTopic(
                                            topic,
                                            Optional.of(topic.equals(Topic.EVENTS) ? eventPartitions : 1),
                                            Optional.empty())
                                    .configs(configuration(topic)))
                            .toList())
                    .all()
                    .get();
            if (existing.contains(Topic.EVENTS)) {
                grow(admin, eventPartitions);
            }
            var changes = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
            ALL.stream()
                    .filter(existing::contains)
                    .forEach(topic -> changes.put(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            configuration(topic).entrySet().stream()
                                    .map(entry -> new AlterConfigOp(
                                            new ConfigEntry(entry.getKey(), entry.getValue()),
                                            AlterConfigOp.OpType.SET))
                                    .toList()));
            admin.incrementalAlterConfigs(changes).all().get();
            awaitLeaders(admin, eventPartitions);
        } catch (ExecutionException e) {
            throw new IOException(
                    "Kafka refused to create the topics: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while creating the topics", e);
        }
    }

    /**
     * How far each topic's log reaches: the sum of its partitions' end offsets. It counts every record ever written,
     * also compacted ones, and the markers of transactions.
     *
     * @throws IOException if Kafka does not answer
     */
    public static Map<String, Long> endOffsets(String bootstrapServers) throws IOException {
        try (var admin = admin(bootstrapServers)) {
            var latest = new HashMap<TopicPartition, OffsetSpec>();
            admin.describeTopics(ALL).allTopicNames().get().forEach((topic, description) -> description
                    .partitions()
                    .forEach(partition ->
                            latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
            var sums = new TreeMap<String, Long>();
            admin.listOffsets(latest)
                    .all()
                    .get()
                    .forEach((partition, end) -> sums.merge(partition.topic(), end.offset(), Long::sum));
            return sums;
        } catch (ExecutionException e) {
            throw new IOException(
                    "Kafka does not tell its offsets: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking Kafka for its offsets", e);
        }
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of(
                "bootstrap.servers", bootstrapServers,
                "default.api.timeout.ms", "20000",
                "request.timeout.ms", "10000"));
    }

    private static void grow(Admin admin, int partitions) throws ExecutionException, InterruptedException {
        if (eventPartitions(admin) < partitions) {
            admin.createPartitions(Map.of(Topic.EVENTS, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
    }

    /**
     * How far event time has come: the greatest record time of {@link Topic#EVENTS}, milliseconds since 1970.
     *
     * @return empty if there is no record
     * @throws IOException if Kafka does not answer
     */
    public static OptionalLong newestEventTime(String bootstrapServers) throws IOException {
        try (var admin = admin(bootstrapServers)) {
            var newest = new HashMap<TopicPartition, OffsetSpec>();
            int partitions = eventPartitions(admin);
            for (int partition = 0; partition < partitions; partition++) {
                newest.put(new TopicPartition(Topic.EVENTS, partition), OffsetSpec.maxTimestamp());
            }
            return admin.listOffsets(newest).all().get().values().stream()
                    .filter(found -> found.offset() >= 0)
                    .mapToLong(ListOffsetsResultInfo::timestamp)
                    .max();
        } catch (ExecutionException e) {
            throw new IOException(
                    "Kafka did not tell how far its log reaches: "
                            + e.getCause().getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking Kafka how far its log reaches", e);
        }
    }

    /**
     * Returns when clients can see every partition and its leader serves it; Kafka answers a creation before that. A source
     * or a ticker that starts with too few partitions would leave the others without a reader, or without a clock, until it
     * looks for partitions again. A producer that is too early may lose a batch: its first request is refused because the
     * broker does not lead the partition yet, the second one is taken, and the first one, repeated, is out of sequence until
     * it expires (KAFKA-15591).
     */
    private static void awaitLeaders(Admin admin, int eventPartitions) throws ExecutionException, InterruptedException {
        var latest = new HashMap<TopicPartition, OffsetSpec>();
        for (var topic : ALL) {
            int partitions = topic.equals(Topic.EVENTS) ? eventPartitions : 1;
            for (int partition = 0; partition < partitions; partition++) {
                latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        var end = System.nanoTime() + LEADERS_LIMIT.toNanos();
        while (true) {
            try {
                // Only a partition's leader answers.
                admin.listOffsets(latest).all().get();
                return;
            } catch (ExecutionException e) {
                // The client asks again by itself, but not about a topic that no broker knows of yet.
                if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    private static int eventPartitions(Admin admin) throws ExecutionException, InterruptedException {
        return admin.describeTopics(List.of(Topic.EVENTS))
                .allTopicNames()
                .get()
                .get(Topic.EVENTS)
                .partitions()
                .size();
    }

    private static Map<String, String> configuration(String topic) {
        var configuration = new HashMap<String, String>();
        configuration.put("cleanup.policy", COMPACTED.contains(topic) ? "compact" : "delete");
        configuration.put("retention.ms", "-1");
        configuration.put("message.timestamp.type", "CreateTime");
        configuration.put("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        configuration.put("segment.ms", Long.toString(Long.MAX_VALUE));
        configuration.put("max.message.bytes", MAX_MESSAGE_BYTES);
        return configuration;
    }
}
