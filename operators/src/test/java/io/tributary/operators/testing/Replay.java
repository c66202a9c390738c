package io.tributary.operators.testing;

import io.tributary.operators.clock.PartitionClocks;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Reads the partitions of a log as a job does that catches up at full speed: each in order up to the lateness bound, but
 * as far apart in event time as it likes, for it stays with one as long as it likes. A partition ends with a tick. Some
 * events may come later than the bound; they are marked as the job's intake would mark them.
 */
public final class Replay {
    /** The partitions' last tick, milliseconds since 1970: an hour and more behind every event of {@link TestStreams}. */
    public static final long LAST_TICK = TestEvent.minute(400);

    private final long bound;
    private final Random random;
    private final List<Deque<CustomerMessage.Event>> partitions = new ArrayList<>();
    private final List<CustomerMessage.Event> log = new ArrayList<>();
    private final long[] newest;
    private int current;
    private int rest;

    /**
     * A replay of messages.
     *
     * @param bound by how much a partition may be out of order, milliseconds
     * @param latest by how much more some of the events may be late, or 0 for none
     */
    public Replay(List<CustomerMessage.Event> messages, int partitions, long bound, long latest, long seed) {
        this.bound = bound;
        this.random = new Random(seed);
        this.newest = new long[partitions];
        List<List<CustomerMessage.Event>> dealt = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            dealt.add(new ArrayList<>());
            newest[i] = Long.MIN_VALUE;
        }
        messages.forEach(message -> dealt.get(random.nextInt(partitions)).add(message));
        for (List<CustomerMessage.Event> partition : dealt) {
            List<CustomerMessage.Event> arriving = marked(
                    TestStreams.arriving(
                            partition,
                            message ->
                                    message.event().timestamp() + random.nextLong(bound + 1) + delay(message, latest)),
                    bound);
            this.partitions.add(new ArrayDeque<>(arriving));
            log.addAll(arriving);
        }
    }

    /**
     * Every fourth event is late. Orders with an id are not: which of two reports of an order counts is decided when they
     * arrive, not when they are known.
     */
    private long delay(CustomerMessage.Event message, long latest) {
        boolean repeatable =
                message.event().purchase() != null && message.event().purchase().orderId() != null;
        return latest > 0 && !repeatable && random.nextInt(4) == 0 ? random.nextLong(latest + 1) : 0;
    }

    private static List<CustomerMessage.Event> marked(List<CustomerMessage.Event> partition, long bound) {
        PartitionClocks clocks = new PartitionClocks(bound);
        List<CustomerMessage.Event> marked = new ArrayList<>();
        for (CustomerMessage.Event message : partition) {
            CustomerEvent event = message.event();
            marked.add(new CustomerMessage.Event(
                    message.customerId(), message.fragmentId(), event.knownAt(clocks.knownAt("", event.timestamp()))));
            clocks.advance("", event.timestamp());
        }
        return marked;
    }

    /** All messages as they are marked, in no particular order. */
    public List<CustomerMessage.Event> log() {
        return log;
    }

    public boolean hasNext() {
        return partitions.stream().anyMatch(partition -> !partition.isEmpty());
    }

    public CustomerMessage.Event next() {
        while (rest == 0 || partitions.get(current).isEmpty()) {
            current = random.nextInt(partitions.size());
            rest = 1 + random.nextInt(random.nextBoolean() ? 3 : 100);
        }
        rest--;
        CustomerMessage.Event message = partitions.get(current).remove();
        newest[current] = Math.max(newest[current], message.event().timestamp());
        return message;
    }

    /** Flink's: the least of the partitions' watermarks, {@link Long#MIN_VALUE} until each has one. */
    public long watermark() {
        long least = LAST_TICK;
        for (int i = 0; i < newest.length; i++) {
            if (!partitions.get(i).isEmpty()) {
                least = Math.min(least, newest[i] == Long.MIN_VALUE ? Long.MIN_VALUE : newest[i] - bound - 1);
            }
        }
        return least;
    }
}
