package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.DeliveryDefinition.Cap;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What counts for the caps, and for what cools down, of one customer: what it was told, and what counts as told because it turned out to be another
 * one's too. Immutable.
 *
 * <p>The two are apart because what was told is a fact, and the other follows from who the customer is now: when that
 * changes it is found anew.
 *
 * <p>Bound: of both, for each cap the newest that it counts, as many as it allows, within its window; for each trigger that
 * cools down those of two matches. Nothing without caps and such triggers.
 */
public final class GateHistory {
    public static final GateHistory EMPTY = new GateHistory(List.of(), List.of());

    private static final byte FORMAT = 1;

    public static final Codec<GateHistory> CODEC = new Codec<>() {
        @Override
        public void write(GateHistory history, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeAll(history.told, Contact.CODEC, out);
            Wire.writeAll(history.replayed, Contact.CODEC, out);
        }

        @Override
        public GateHistory read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a history of what was told", in);
            return new GateHistory(Wire.readAll(Contact.CODEC, in), Wire.readAll(Contact.CODEC, in));
        }
    };

    /** Ascending by time. */
    private final List<Contact> told;

    /** Ascending by time; none of what was told. */
    private final List<Contact> replayed;

    private GateHistory(List<Contact> told, List<Contact> replayed) {
        this.told = List.copyOf(told);
        this.replayed = List.copyOf(replayed);
    }

    public boolean isEmpty() {
        return told.isEmpty() && replayed.isEmpty();
    }

    /** How many there are. */
    int size() {
        return told.size() + replayed.size();
    }

    /** Whether a cap's window that ends with an instant, milliseconds since 1970, has as many as it allows. */
    boolean reaches(Cap cap, long instant) {
        int counted = 0;
        for (List<Contact> contacts : List.of(told, replayed)) {
            for (Contact contact : contacts) {
                boolean isInWindow = contact.at() <= instant
                        && contact.at() > instant - cap.within().toMillis();
                counted += isInWindow && cap.counts(contact.channel(), contact.group()) ? 1 : 0;
            }
        }
        return counted >= cap.most();
    }

    /** Whether in the time before a contact another match of its trigger was told. */
    boolean hasAnother(Contact contact, Duration coolDown) {
        return Stream.of(told, replayed)
                .flatMap(List::stream)
                .anyMatch(one -> contact.trigger().equals(one.trigger())
                        && one.match() != contact.match()
                        && one.at() <= contact.at()
                        && one.at() > contact.at() - coolDown.toMillis());
    }

    boolean wasTold(Contact contact) {
        return told.stream().anyMatch(one -> one.id() == contact.id());
    }

    /** With what was told, and is not older than anything else that was. */
    GateHistory withTold(Contact contact) {
        List<Contact> more = new ArrayList<>(told);
        more.add(contact);
        return new GateHistory(more, replayed);
    }

    /** With what counts as told, and is not older than anything else that does. */
    GateHistory withReplayed(Contact contact) {
        List<Contact> more = new ArrayList<>(replayed);
        more.add(contact);
        return new GateHistory(told, more);
    }

    /** Without what only counts as told. */
    GateHistory facts() {
        return replayed.isEmpty() ? this : new GateHistory(told, List.of());
    }

    /**
     * Without what nothing asks for from an instant on, milliseconds since 1970.
     *
     * @param coolDowns by trigger
     */
    GateHistory at(long instant, List<Cap> caps, Map<String, Duration> coolDowns) {
        if (isEmpty()) {
            return this;
        }
        List<Contact> keptTold = kept(told, instant, caps, coolDowns);
        List<Contact> keptReplayed = kept(replayed, instant, caps, coolDowns);
        return keptTold.size() == told.size() && keptReplayed.size() == replayed.size()
                ? this
                : new GateHistory(keptTold, keptReplayed);
    }

    private static List<Contact> kept(
            List<Contact> contacts, long instant, List<Cap> caps, Map<String, Duration> coolDowns) {
        Map<String, Set<Long>> newestMatches = new HashMap<>();
        List<Contact> kept = new ArrayList<>(contacts.size());
        int[] room = caps.stream().mapToInt(Cap::most).toArray();
        for (int i = contacts.size() - 1; i >= 0; i--) {
            Contact contact = contacts.get(i);
            boolean counts = false;
            for (int cap = 0; cap < room.length; cap++) {
                if (caps.get(cap).counts(contact.channel(), contact.group()) && room[cap] > 0) {
                    room[cap]--;
                    counts |= contact.at() > instant - caps.get(cap).within().toMillis();
                }
            }
            Duration coolDown = coolDowns.get(contact.trigger());
            if (coolDown != null) {
                // Whichever match is asked for, one of two is another.
                Set<Long> matches = newestMatches.computeIfAbsent(contact.trigger(), added -> new HashSet<>());
                counts |= matches.size() < 2
                        && matches.add(contact.match())
                        && contact.at() > instant - coolDown.toMillis();
            }
            if (counts) {
                kept.add(contact);
            }
        }
        Collections.reverse(kept);
        return kept;
    }

    /** The first instant at which nothing counts any more if nothing is added, milliseconds since 1970; the least long if nothing does. */
    long end(List<Cap> caps, Map<String, Duration> coolDowns) {
        long end = Long.MIN_VALUE;
        for (List<Contact> contacts : List.of(told, replayed)) {
            for (Contact contact : contacts) {
                for (Cap cap : caps) {
                    if (cap.counts(contact.channel(), contact.group())) {
                        end = Math.max(end, contact.at() + cap.within().toMillis());
                    }
                }
                Duration coolDown = coolDowns.get(contact.trigger());
                if (coolDown != null) {
                    end = Math.max(end, contact.at() + coolDown.toMillis());
                }
            }
        }
        return end;
    }

    @Override
    public String toString() {
        return "told " + told + ", replayed " + replayed;
    }
}
