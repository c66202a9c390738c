package io.tributary.operators.profile;

import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.flink.api.common.state.MapState;

/**
 * The customers that a customer was merged from. Few are at hand in the {@link Membership}; when they become many they go
 * to parts by their first byte, so that somebody with thousands of devices does not read and write all of them with each
 * new one.
 *
 * <p>Bound: {@value #MAX_AT_HAND} at hand; in the parts, eight bytes for each that has a fragment here.
 */
final class FormerCustomers {
    static final int MAX_AT_HAND = 100;

    private static final int PARTS = 256;
    private static final int HEX = 16;
    private static final int HEX_BEGINS = "c_".length();

    /** First byte of the customer ids → their hashes, ascending. Nothing of it is at hand. */
    private final MapState<Integer, long[]> parts;

    FormerCustomers(MapState<Integer, long[]> parts) {
        this.parts = parts;
    }

    /** @param customerId whose they are: nobody is merged from itself */
    void add(Collection<String> former, String customerId, Membership members) throws Exception {
        for (String id : former) {
            if (!id.equals(customerId) && !isInPart(id, members)) {
                members.formerAtHand().add(id);
            }
        }
        if (members.formerAtHand().size() > MAX_AT_HAND) {
            putAway(members);
        }
    }

    private boolean isInPart(String id, Membership members) throws Exception {
        if (members.formerInParts() == 0) {
            return false;
        }
        long hash = hash(id);
        long[] part = parts.get(part(hash));
        return part != null && LongStream.of(part).anyMatch(known -> known == hash);
    }

    private void putAway(Membership members) throws Exception {
        Map<Integer, List<Long>> byPart = new TreeMap<>();
        for (String id : members.formerAtHand()) {
            long hash = hash(id);
            byPart.computeIfAbsent(part(hash), none -> new ArrayList<>(1)).add(hash);
        }
        for (Map.Entry<Integer, List<Long>> more : byPart.entrySet()) {
            long[] known = parts.get(more.getKey());
            LongStream all = LongStream.concat(
                    known == null ? LongStream.empty() : LongStream.of(known),
                    more.getValue().stream().mapToLong(Long::longValue));
            // Their first byte is the same, so signed is unsigned order.
            parts.put(more.getKey(), all.sorted().toArray());
        }
        members.formerInParts(members.formerInParts() + members.formerAtHand().size());
        members.formerAtHand().clear();
    }

    /** Forgets all of them. */
    void clear(Membership members) {
        members.formerAtHand().clear();
        if (members.formerInParts() > 0) {
            parts.clear();
            members.formerInParts(0);
        }
    }

    int count(Membership members) {
        return members.formerAtHand().size() + members.formerInParts();
    }

    /** At least so many of the smallest ids, if there are so many. */
    SortedSet<String> smallest(int number, Membership members) throws Exception {
        SortedSet<String> smallest = new TreeSet<>(members.formerAtHand());
        int left = Math.min(number, members.formerInParts());
        for (int i = 0; i < PARTS && left > 0; i++) {
            long[] part = parts.get(i);
            if (part != null) {
                for (long hash : part) {
                    smallest.add(Identifier.customerId(hash));
                }
                left -= part.length;
            }
        }
        return smallest;
    }

    private static long hash(String customerId) {
        return Long.parseUnsignedLong(customerId, HEX_BEGINS, customerId.length(), HEX);
    }

    private static int part(long hash) {
        return (int) (hash >>> (Long.SIZE - Byte.SIZE));
    }
}
