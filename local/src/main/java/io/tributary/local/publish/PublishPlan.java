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
 * @param refused lines that the job will reject, as they are: they have no time, so they go first
 * @param sends events and ticks in order
 * @param unsendable rows that a mapping refused and lines beyond the size limit: they go to the rejects directly
 */
public record PublishPlan(List<byte[]> refused, List<Send> sends, List<Reject> unsendable) {
    /** A record to send. */
    public sealed interface Send {
        /** Milliseconds since 1970. */
        long timestamp();

        byte[] json();
    }

    /** @param key first identity key, so that a device's events stay in order */
    public record Event(EventOrder order, String key, byte[] json) implements Send {
        @Override
        public long timestamp() {
            return order.timestamp();
        }
    }

    /** To be written to every partition. */
    public record Tick(long timestamp, byte[] json) implements Send {}

    /** Ticks come after the events of their instant. */
    private static final Comparator<Send> ORDER = Comparator.comparingLong(Send::timestamp)
            .thenComparing(Tick.class::isInstance)
            .thenComparing((a, b) ->
                    a instanceof Event first && b instanceof Event second ? first.order.compareTo(second.order) : 0);

    /**
     * Reads files into a plan; everything is held in memory.
     *
     * @throws UserException if a file can't be read
     */
    public static PublishPlan read(EventFiles files) throws UserException {
        PublishPlan plan = new PublishPlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        files.read(EventParser.withDefaults(), plan::add);
        plan.sends.sort(ORDER);
        return plan;
    }

    private void add(Inbound inbound, byte[] json) {
        if (inbound instanceof Inbound.Accepted accepted) {
            CustomerEvent event = accepted.event();
            sends.add(new Event(event.order(), event.firstIdentityKey().qualified(), json));
        } else if (inbound instanceof Inbound.Tick tick) {
            sends.add(new Tick(tick.timestamp(), json));
        } else if (inbound instanceof Inbound.Refused refused) {
            if (json == null || refused.reject().reason() == RejectReason.TOO_LARGE) {
                unsendable.add(refused.reject());
            } else {
                this.refused.add(json);
            }
        }
    }

    /** The time of the newest event, milliseconds since 1970. */
    public OptionalLong newest() {
        for (int i = sends.size() - 1; i >= 0; i--) {
            if (sends.get(i) instanceof Event event) {
                return OptionalLong.of(event.timestamp());
            }
        }
        return OptionalLong.empty();
    }

    public long events() {
        return sends.stream().filter(Event.class::isInstance).count();
    }
}
