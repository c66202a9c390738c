package io.tributary.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.local.UserException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerIT {
    @TempDir
    private static Path folder;

    private static KafkaBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = KafkaBroker.start(folder.resolve("kafka"), 0);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void hidesTheRecordsOfAnAbortedTransactionFromConsumersThatReadCommitted() throws Exception {
        var topic = topic("aborted");
        try (var producer = producer(Map.of("transactional.id", "aborts"))) {
            producer.initTransactions();
            transact(producer, topic, "first");
            producer.commitTransaction();
            transact(producer, topic, "aborted");
            producer.abortTransaction();
            transact(producer, topic, "second");
            producer.commitTransaction();
        }

        assertThat(read(topic, "read_committed")).containsExactly("first", "second");
        assertThat(read(topic, "read_uncommitted")).containsExactly("first", "aborted", "second");
    }

    @Test
    void hidesTheRecordsOfAProducerThatHasBeenReplacedByANewOneOfItsName() throws Exception {
        var topic = topic("fenced");
        try (var crashed = producer(Map.of("transactional.id", "replaced"));
                var successor = producer(Map.of("transactional.id", "replaced"))) {
            crashed.initTransactions();
            transact(crashed, topic, "lost in the crash");
            successor.initTransactions();
            transact(successor, topic, "written again");
            successor.commitTransaction();

            assertThatThrownBy(crashed::commitTransaction).isInstanceOf(KafkaException.class);
        }

        assertThat(read(topic, "read_committed")).containsExactly("written again");
    }

    @Test
    void servesRecordsAndOffsetsOfGroupsAgainAfterARestart() throws Exception {
        var topic = topic("kept");
        var partition = new TopicPartition(topic, 0);
        try (var producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, "before")).get();
        }
        try (var consumer = consumer("read_committed")) {
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(1)));
        }

        broker.close();
        broker = KafkaBroker.start(folder.resolve("kafka"), 0);

        try (var producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, "after")).get();
        }
        assertThat(read(topic, "read_committed")).containsExactly("before", "after");
        try (var consumer = consumer("read_committed")) {
            consumer.assign(List.of(partition));
            assertThat(consumer.position(partition)).isEqualTo(1);
        }
    }

    @Test
    void refusesATopicThatNobodyHasCreated() {
        try (var producer = producer(Map.of("max.block.ms", "1000"))) {
            assertThatThrownBy(() -> producer.partitionsFor("cdp.evnets.v1")).isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void saysInOneLineWhichPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> KafkaBroker.start(folder.resolve("second"), taken.getLocalPort()))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "Port %d of 127.0.0.1 is taken; choose another one for Kafka, or 0 for a free one",
                            taken.getLocalPort());
        }
    }

    private static String topic(String name) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
        return name;
    }

    private static void transact(KafkaProducer<String, String> producer, String topic, String value) throws Exception {
        producer.beginTransaction();
        // Waits until it is in the log, also if the transaction is aborted later.
        producer.send(new ProducerRecord<>(topic, value)).get();
    }

    private static KafkaProducer<String, String> producer(Map<String, String> more) {
        var config = new HashMap<String, Object>(more);
        config.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "group.id",
                        "kafka-broker-it",
                        "enable.auto.commit",
                        "false",
                        "isolation.level",
                        isolation),
                new StringDeserializer(),
                new StringDeserializer());
    }

    /** What a topic of one partition holds for a consumer, up to its end. */
    private static List<String> read(String topic, String isolation) {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = consumer(isolation)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            var values = new ArrayList<String>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
