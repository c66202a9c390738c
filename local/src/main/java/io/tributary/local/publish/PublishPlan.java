package io.tributary.local.publish;

import io.tributary.local.UserException;
import io.tributary.local.input.EventFiles;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * What goes to Kafka, in the order in which a backtest applies it.
 *
 * <p>Ticks of files stay out. A backtest knows its whole log and needs none; in a stream they would decide what is late
 * and which deadlines have passed, so the same file would mean something else there, and one tick of the year 9999 would
 * make everything after it late. Whoever publishes tells the time, once, behind the events.
 *
 * @param refused lines that the job will reject, as they are: they have no time, so they go first
 * @param events in order
 * @param unsendable rows that a mapping refused and lines beyond the size limit: they go to the rejects directly
 * @param ticks how many ticks of the files were left out
 */
public record PublishPlan(List<byte[]> refused, List<Event> events, List<Reject> unsendable, long ticks) {
    /** @param key first identity key, so that a device's events stay in order */
    public record Event(EventOrder order, String key, byte[] json) {
        /** Milliseconds since 1970. */
        public long timestamp() {
            return order.timestamp();
        }
    }

    /** As {@link #read(EventFiles, EventParser)} with the default rules. */
    public static PublishPlan read(EventFiles files) throws UserException {
        return read(files, EventParser.withDefaults());
    }

    /**
     * Reads files into a plan; everything is held in memory.
     *
     * @param parser says what is an event
     * @throws UserException if a file can't be read
     */
    public static PublishPlan read(EventFiles files, EventParser parser) throws UserException {
        List<byte[]> refused = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        List<Reject> unsendable = new ArrayList<>();
        long[] ticks = {0};
        files.read(parser, (inbound, json) -> {
            if (inbound instanceof Inbound.Accepted accepted) {
                CustomerEvent event = accepted.event();
                events.add(new Event(event.order(), event.firstIdentityKey().qualified(), json));
            } else if (inbound instanceof Inbound.Tick) {
                ticks[0]++;
            } else if (inbound instanceof Inbound.Refused line) {
                if (json == null || line.reject().reason() == RejectReason.TOO_LARGE) {
                    unsendable.add(line.reject());
                } else {
                    refused.add(json);
                }
            }
        });
        events.sort(Comparator.comparing(Event::order));
        return new PublishPlan(refused, events, unsendable, ticks[0]);
    }

    /** The time of the newest event, milliseconds since 1970. */
    public OptionalLong newest() {
        return events.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(events.get(events.size() - 1).timestamp());
    }
}
