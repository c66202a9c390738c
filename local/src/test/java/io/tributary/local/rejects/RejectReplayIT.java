package io.tributary.local.rejects;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.KafkaBroker;
import io.tributary.local.stack.TopicLog;
import io.tributary.local.stack.Topics;
import io.tributary.operators.kafka.OutboundSerializer;
import io.tributary.operators.sink.RejectJson;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rejects of a real topic, replayed into a real topic. */
class RejectReplayIT {
    private static final long RECORD_TIME = 1_767_350_000_000L;

    @TempDir
    private static Path folder;

    private static KafkaBroker broker;

    private record Sent(String raw, long recordTime) {}

    @BeforeAll
    static void start() throws IOException {
        broker = KafkaBroker.start(folder, 0);
        Topics.create(broker.bootstrapServers(), 2);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void sendsTheBytesOfCommittedRejectsOnceHoweverOftenItRuns() throws Exception {
        reject(true, record(0, RejectReason.TOO_LARGE, event("m-1")));
        reject(true, record(1, RejectReason.TOO_LARGE, event("m-2")), record(2, RejectReason.NOT_JSON, "{"));
        reject(false, record(3, RejectReason.TOO_LARGE, event("aborted")));
        List<StoredReject> read = new ArrayList<>();
        RejectLog.of(broker.bootstrapServers()).read(read::add);
        assertThat(read)
                .extracting(StoredReject::where)
                .containsExactly("cdp.events.v1-0:0", "cdp.events.v1-0:1", "cdp.events.v1-0:2");

        replay(1);
        assertThat(replay(2).accepted()).isEqualTo(1);
        RejectReplay third = replay(Integer.MAX_VALUE);

        assertThat(third.accepted()).isZero();
        assertThat(third.earlier()).isEqualTo(2);
        assertThat(third.refused()).isEqualTo(Map.of("not_json", 1L));
        List<Sent> sent = new ArrayList<>();
        TopicLog.read(
                broker.bootstrapServers(),
                Topic.EVENTS,
                record -> sent.add(new Sent(new String(record.value(), StandardCharsets.UTF_8), record.timestamp())));
        assertThat(sent)
                .containsExactlyInAnyOrder(new Sent(event("m-1"), RECORD_TIME), new Sent(event("m-2"), RECORD_TIME));
    }

    /** One that knows of the first rejects only, like one that was interrupted. */
    private static RejectReplay replay(int rejects) throws IOException {
        Set<String> earlier = RejectReplay.sentEarlier(broker.bootstrapServers());
        RejectReplay replay = new RejectReplay(EventParser.withDefaults(), earlier);
        List<StoredReject> all = new ArrayList<>();
        RejectLog.of(broker.bootstrapServers()).read(all::add);
        all.stream().limit(rejects).forEach(replay::add);
        try (Publisher publisher = new Publisher(broker.bootstrapServers())) {
            replay.send(publisher);
        }
        return replay;
    }

    private static Reject record(long offset, RejectReason reason, String raw) {
        return new Reject(reason, "test", Origin.record(Topic.EVENTS, 0, offset), raw.getBytes(StandardCharsets.UTF_8));
    }

    private static String event(String messageId) {
        return "{\"type\":\"page\",\"messageId\":\"" + messageId
                + "\",\"userId\":\"42\",\"timestamp\":\"2026-01-02T10:00:00Z\"}";
    }

    private static void reject(boolean commit, Reject... rejects) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "rejects-test"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            List<Future<RecordMetadata>> written = new ArrayList<>();
            for (Reject reject : rejects) {
                written.add(producer.send(
                        new OutboundSerializer().serialize(RejectJson.record(reject, RECORD_TIME), null, null)));
            }
            producer.flush();
            for (Future<RecordMetadata> one : written) {
                one.get();
            }
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }
}
