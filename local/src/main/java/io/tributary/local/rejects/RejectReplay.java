package io.tributary.local.rejects;

import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.header.Header;

/**
 * What of the rejects can be sent again: what the rules of today accept, each content once, and nothing that an earlier
 * replay has sent. The record of that is in {@code cdp.events.v1} itself, so an interrupted replay is continued by
 * the next one.
 */
public final class RejectReplay {
    private record Again(PublishPlan.Event event, long recordTime, List<String> rejectIds) {
        EventOrder order() {
            return event.order();
        }
    }

    private final EventParser parser;
    private final Set<String> sentEarlier;
    /** By content. */
    private final Map<String, Again> again = new HashMap<>();

    private final Map<String, Long> refused = new TreeMap<>();
    private long earlier;
    private long repeated;
    private long rows;
    private long documents;

    /** @param sentEarlier ids of rejects that were sent again before, see {@link #sentEarlier(String)} */
    public RejectReplay(EventParser parser, Set<String> sentEarlier) {
        this.parser = parser;
        this.sentEarlier = sentEarlier;
    }

    /**
     * Which rejects were sent again before.
     *
     * @throws IOException if Kafka does not answer
     */
    public static Set<String> sentEarlier(String bootstrapServers) throws IOException {
        Set<String> ids = new HashSet<>();
        TopicLog.read(bootstrapServers, Topic.EVENTS, record -> {
            for (Header replayed : record.headers().headers(Publisher.REPLAY_HEADER)) {
                ids.add(new String(replayed.value(), StandardCharsets.UTF_8));
            }
        });
        return ids;
    }

    /** Decides about a reject. */
    public void add(StoredReject reject) {
        if (reject.kind() == StoredReject.Kind.DOCUMENT) {
            documents++;
        } else if (reject.kind() == StoredReject.Kind.ROW) {
            rows++;
        } else if (sentEarlier.contains(reject.id())) {
            earlier++;
        } else if (reject.isCut()) {
            // The rest is not here, and what is kept of an event is none, or another one.
            refused.merge(RejectReason.TOO_LARGE.id(), 1L, Long::sum);
        } else {
            Inbound today = parser.parse(reject.raw(), Origin.line(reject.where(), 1), reject.recordTime());
            if (!(today instanceof Inbound.Accepted accepted)) {
                refused.merge(
                        today instanceof Inbound.Refused still
                                ? still.reject().reason().id()
                                : reject.reason(),
                        1L,
                        Long::sum);
            } else {
                add(accepted.event(), reject);
            }
        }
    }

    private void add(CustomerEvent event, StoredReject reject) {
        Again first = again.get(reject.content());
        if (first != null) {
            repeated++;
            first.rejectIds.add(reject.id());
            return;
        }
        // As publish does where there is none: the time of the event.
        long recordTime = reject.recordTime() > 0 ? reject.recordTime() : event.timestamp();
        PublishPlan.Event send =
                new PublishPlan.Event(event.order(), event.firstIdentityKey().qualified(), reject.raw());
        again.put(reject.content(), new Again(send, recordTime, new ArrayList<>(List.of(reject.id()))));
    }

    /**
     * Sends them in the order of events.
     *
     * @throws IOException if Kafka did not take everything; another replay continues
     */
    public void send(Publisher publisher) throws IOException {
        for (Again next : again.values().stream()
                .sorted(Comparator.comparing(Again::order))
                .toList()) {
            publisher.sendAgain(next.event, next.recordTime, next.rejectIds);
        }
        publisher.flush();
    }

    /** How many are sent. */
    public long accepted() {
        return again.size();
    }

    /** How many an earlier replay has sent. */
    public long earlier() {
        return earlier;
    }

    /** How many have the bytes of one that is sent, which stands for them too. */
    public long repeated() {
        return repeated;
    }

    /** How many are rows of mapped files. */
    public long rows() {
        return rows;
    }

    /** How many are documents that Elasticsearch refused. */
    public long documents() {
        return documents;
    }

    /** How many would be refused again, by the reason of today. */
    public Map<String, Long> refused() {
        return refused;
    }
}
