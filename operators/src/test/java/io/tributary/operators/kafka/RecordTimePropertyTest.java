package io.tributary.operators.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.clock.EventIntake;
import io.tributary.operators.clock.TickingWatermarks;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.RejectJson;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import javax.annotation.Nullable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Kafka's record time is whatever the producer says: microseconds, nanoseconds, −1. One that is no time between 1970 and
 * 9999 is none.
 */
class RecordTimePropertyTest {
    private static final String WITHOUT_TIME = "{\"type\":\"page\",\"userId\":\"u\"}";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MICROSECONDS = 1_767_605_400_000_000L;

    @Property
    void isTheTimeOfAnEventWithoutOneIfItIsATime(@ForAll("recordTimes") long recordTime) throws Exception {
        Inbound inbound = read(WITHOUT_TIME, recordTime);

        if (!Timestamps.isValid(recordTime)) {
            assertThat(inbound).isInstanceOfSatisfying(Inbound.Refused.class, refused -> assertThat(
                            refused.reject().reason())
                    .isEqualTo(RejectReason.BAD_TIMESTAMP));
            return;
        }
        assertThat(inbound).isInstanceOfSatisfying(Inbound.Accepted.class, accepted -> {
            assertThat(accepted.event().timestamp()).isEqualTo(recordTime);
            assertThat(accepted.clock()).isEqualTo(recordTime);
        });
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        LedgerFold.apply(activity, () -> record, ((Inbound.Accepted) inbound).event(), 0);
        assertThat(text(ProfileJson.profile(
                        "c_1", List.of(), activity, record, ProfileJson.Segments.NONE, new TreeSet<>(), 1)))
                .contains("\"last_seen\":\"" + Timestamps.format(recordTime) + '"');
    }

    @Property
    void neverMovesTheClockBeyondTheTimeThatAnEventStates(@ForAll("recordTimes") long recordTime) {
        String line = "{\"type\":\"page\",\"userId\":\"u\",\"timestamp\":\"2026-01-05T09:30:00.000Z\"}";
        long stated = Timestamps.parse("2026-01-05T09:30:00.000Z");

        if (read(line, recordTime) instanceof Inbound.Accepted accepted) {
            assertThat(accepted.clock())
                    .isEqualTo(Timestamps.isValid(recordTime) ? Math.min(stated, recordTime) : stated);
        } else {
            assertThat(recordTime).isBetween(1L, stated);
        }
    }

    @Property
    void isNoReasonNotToPublishAReject(@ForAll("recordTimes") long recordTime) throws Exception {
        try (var intake = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new EventIntake(10_000)))) {
            intake.setup(WireType.CUSTOMER_EVENT.info().createSerializer(new SerializerConfigImpl()));
            intake.open();
            Inbound inbound = read("not JSON", recordTime);
            intake.processElement(
                    inbound,
                    new TickingWatermarks(0).createTimestampAssigner(null).extractTimestamp(inbound, recordTime));

            List<ProducerRecord<byte[], byte[]>> published = new ArrayList<>();
            intake.getSideOutput(EventIntake.REJECTS).forEach(reject -> published.add(serialized(reject.getValue())));
            long expected = Timestamps.isValid(recordTime) ? recordTime : 0;
            assertThat(published).singleElement().satisfies(record -> {
                assertThat(record.timestamp()).isEqualTo(expected);
                assertThat(text(record.headers().lastHeader("ce_time").value())).isEqualTo(Timestamps.format(expected));
            });
        }
    }

    @Example
    void isInARejectWhatSaysWhenItsLineWasSent() throws IOException {
        assertThat(sentAt("not JSON", "2026-02-03T04:05:06.789Z")).isEqualTo("2026-02-03T04:05:06.789Z");
        assertThat(sentAt(WITHOUT_TIME, "2026-02-03T04:05:06.789Z"))
                .as("it dates no event")
                .isEqualTo("2026-02-03T04:05:06.789Z");
        assertThat(sentAt("not JSON", "yesterday")).isEmpty();
        assertThat(sentAt("not JSON", null)).isEmpty();
    }

    /** What the reject of a line says; a record without a time and, if it is not null, with a header. */
    private static String sentAt(String line, @Nullable String header) throws IOException {
        RecordHeaders headers = new RecordHeaders();
        if (header != null) {
            headers.add(EventDeserializer.SENT_AT_HEADER, header.getBytes(StandardCharsets.UTF_8));
        }
        Reject reject = ((Inbound.Refused) read(line, 0, headers)).reject();
        return JSON.readTree(RejectJson.write(reject)).path("sent_at").asText();
    }

    @Provide
    Arbitrary<Long> recordTimes() {
        return Arbitraries.oneOf(
                Arbitraries.longs(),
                Arbitraries.longs().between(-1, 2 * Timestamps.MAX),
                Arbitraries.of(-1L, 0L, 1L, MICROSECONDS, Timestamps.MAX, Timestamps.MAX + 1, Long.MAX_VALUE - 1));
    }

    private static Inbound read(String line, long recordTime) {
        return read(line, recordTime, new RecordHeaders());
    }

    private static Inbound read(String line, long recordTime, RecordHeaders headers) {
        EventDeserializer deserializer = new EventDeserializer(EventLimits.defaults(), IdentifierRules.defaults());
        deserializer.open(null);
        List<Inbound> read = new ArrayList<>();
        deserializer.deserialize(
                new ConsumerRecord<>(
                        "cdp.events.v1",
                        0,
                        7,
                        recordTime,
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        null,
                        line.getBytes(StandardCharsets.UTF_8),
                        headers,
                        Optional.empty()),
                new ListCollector<>(read));
        return read.get(0);
    }

    private static ProducerRecord<byte[], byte[]> serialized(OutboundRecord record) {
        return new OutboundSerializer().serialize(record, null, null);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
