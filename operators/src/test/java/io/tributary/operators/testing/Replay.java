package io.tributary.operators.testing;

import io.tributary.operators.profile.CustomerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Reads the partitions of a log as a job does that catches up at full speed: each in order up to the lateness bound, but
 * as far apart in event time as it likes, for it stays with one as long as it likes. A partition ends with a tick.
 */
public final class Replay {
    /** The partitions' last tick, milliseconds since 1970: an hour and more behind every event of {@link TestStreams}. */
    public static final long LAST_TICK = TestEvent.minute(200);

    private final long bound;
    private final Random random;
    private final List<Deque<CustomerMessage>> partitions = new ArrayList<>();
    private final long[] newest;
    private int current;
    private int rest;

    /** @param bound by how much a partition may be out of order, milliseconds */
    public Replay(List<CustomerMessage> messages, int partitions, long bound, long seed) {
        this.bound = bound;
        this.random = new Random(seed);
        this.newest = new long[partitions];
        List<List<CustomerMessage>> dealt = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            dealt.add(new ArrayList<>());
            newest[i] = Long.MIN_VALUE;
        }
        messages.forEach(message -> dealt.get(random.nextInt(partitions)).add(message));
        for (List<CustomerMessage> partition : dealt) {
            this.partitions.add(new ArrayDeque<>(
                    TestStreams.inTime(partition, message -> message.event().timestamp(), bound, random.nextLong())));
        }
    }

    public boolean hasNext() {
        return partitions.stream().anyMatch(partition -> !partition.isEmpty());
    }

    public CustomerMessage next() {
        while (rest == 0 || partitions.get(current).isEmpty()) {
            current = random.nextInt(partitions.size());
            rest = 1 + random.nextInt(random.nextBoolean() ? 3 : 100);
        }
        rest--;
        CustomerMessage message = partitions.get(current).remove();
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
