package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.segment.SegmentClock;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is read and written on every event of a customer: the hot half of the ledger of the customer's own fragment, the
 * one whose identifier is the canonical one; what there is beside it, so that nobody has to look; what was published.
 *
 * <p>It stays when the customer is gone: its version goes on rising if it comes back.
 */
public final class ProfileState {
    private static final byte FORMAT = 3;

    private static final int PENDING = 1;
    private static final int PUBLISHED = 2;
    private static final int ALIASED = 4;
    private static final int WAITING = 8;
    private static final int OTHERS_WATCHED = 16;
    private static final int OWN_SEEN = 32;
    private static final int HAS_CANONICAL = 64;
    private static final int HAS_OTHERS = 128;
    private static final int HAS_MEMBERSHIP = 256;
    private static final int HAS_SEGMENT_CLOCK = 512;

    public static final Codec<ProfileState> CODEC = new Codec<>() {
        @Override
        public void write(ProfileState state, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarInt(
                    (state.pending ? PENDING : 0)
                            | (state.published ? PUBLISHED : 0)
                            | (state.aliased ? ALIASED : 0)
                            | (state.startsWaiting > 0 || !state.sightsWaiting.isEmpty() ? WAITING : 0)
                            | (state.othersWatched ? OTHERS_WATCHED : 0)
                            | (state.ownSeen ? OWN_SEEN : 0)
                            | (state.canonical != null ? HAS_CANONICAL : 0)
                            | (state.hasOthers() ? HAS_OTHERS : 0)
                            | (state.membership ? HAS_MEMBERSHIP : 0)
                            | (state.hasSegmentClock() ? HAS_SEGMENT_CLOCK : 0),
                    out);
            Wire.writeVarLong(state.version, out);
            Wire.writeSigned(state.publishedAt, out);
            if (state.canonical != null) {
                Identifier.CODEC.write(state.canonical, out);
            }
            if (state.hasOthers()) {
                Wire.writeVarInt(state.others, out);
                Wire.writeVarInt(state.othersSeen, out);
                Wire.writeVarLong(state.otherEvents, out);
            }
            if (state.startsWaiting > 0 || !state.sightsWaiting.isEmpty()) {
                Wire.writeVarInt(state.startsWaiting, out);
                Wire.writeVarInt(state.sightsWaiting.size(), out);
                for (Map.Entry<Long, Long> sight : state.sightsWaiting.entrySet()) {
                    out.writeLong(sight.getKey());
                    out.writeLong(sight.getValue());
                }
            }
            Wire.writeVarInt(state.seenDevices.length, out);
            for (long hash : state.seenDevices) {
                out.writeLong(hash);
            }
            if (state.hasSegmentClock()) {
                SegmentClock.CODEC.write(state.segmentClock, out);
                Wire.writeVarLong(state.publication, out);
                out.writeLong(state.segmentTimer);
            }
            ActivityLedger.CODEC.write(state.own, out);
        }

        @Override
        public ProfileState read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a profile state", in);
            int flags = Wire.readVarInt(in);
            ProfileState state = new ProfileState();
            state.pending = (flags & PENDING) != 0;
            state.published = (flags & PUBLISHED) != 0;
            state.aliased = (flags & ALIASED) != 0;
            state.othersWatched = (flags & OTHERS_WATCHED) != 0;
            state.ownSeen = (flags & OWN_SEEN) != 0;
            state.membership = (flags & HAS_MEMBERSHIP) != 0;
            state.version = Wire.readVarLong(in);
            state.publishedAt = Wire.readSigned(in);
            if ((flags & HAS_CANONICAL) != 0) {
                state.canonical = Identifier.CODEC.read(in);
            }
            if ((flags & HAS_OTHERS) != 0) {
                state.others = Wire.readVarInt(in);
                state.othersSeen = Wire.readVarInt(in);
                state.otherEvents = Wire.readVarLong(in);
            }
            if ((flags & WAITING) != 0) {
                state.startsWaiting = Wire.readVarInt(in);
                for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                    state.sightsWaiting.put(in.readLong(), in.readLong());
                }
            }
            state.seenDevices = new long[Wire.readVarInt(in)];
            for (int i = 0; i < state.seenDevices.length; i++) {
                state.seenDevices[i] = in.readLong();
            }
            if ((flags & HAS_SEGMENT_CLOCK) != 0) {
                state.segmentClock = SegmentClock.CODEC.read(in);
                state.publication = Wire.readVarLong(in);
                state.segmentTimer = in.readLong();
            }
            state.own = ActivityLedger.CODEC.read(in);
            return state;
        }
    };

    private Identifier canonical;
    private ActivityLedger own = new ActivityLedger();
    private boolean ownSeen;
    private int others;
    private int othersSeen;
    private long otherEvents;
    private boolean othersWatched;
    private boolean membership;

    /** Hashes of devices whose first event here has been passed, ascending. */
    private long[] seenDevices = {};

    private int startsWaiting;

    /** Hash of a fragment, or of one and its device, of which a sight waits → time of the earliest such event. */
    private final Map<Long, Long> sightsWaiting = new LinkedHashMap<>(1);

    private SegmentClock segmentClock = new SegmentClock();
    private long publication;
    private long segmentTimer = SegmentClock.NEVER;

    private long version;
    private long publishedAt;
    private boolean pending;
    private boolean published;
    private boolean aliased;

    /**
     * The customer's strongest identifier, or null as long as nobody has named it, as before the first event that does
     * and after the customer is gone.
     */
    Identifier canonical() {
        return canonical;
    }

    /** @param identifier may be null */
    void canonical(Identifier identifier) {
        canonical = identifier;
    }

    // ------------------------------------------------------------------------------------------------------ fragments

    /** The hot half of the ledger of the customer's own fragment. */
    public ActivityLedger own() {
        return own;
    }

    void own(ActivityLedger ledger) {
        own = ledger;
    }

    boolean hasOthers() {
        return others > 0;
    }

    /**
     * What there is beside the customer's own fragment.
     *
     * @param fragments how many that have an event
     * @param events how many events they have
     * @param watched whether triggers look at any of them
     */
    void others(int fragments, long events, boolean watched) {
        others = fragments;
        otherEvents = events;
        othersWatched = watched;
    }

    int others() {
        return others;
    }

    /** Whether triggers look at something that other fragments have done. */
    boolean areOthersWatched() {
        return othersWatched;
    }

    /** Whether there is a {@link Membership}. */
    boolean hasMembership() {
        return membership;
    }

    void membership(boolean something) {
        membership = something;
    }

    /** Whether the customer has never been here, and nothing waits that would bring it. */
    boolean isBlank() {
        return version == 0 && !hasAnybody() && startsWaiting == 0 && sightsWaiting.isEmpty();
    }

    /** Whether any fragment has an event. */
    boolean hasAnybody() {
        return own.count() > 0 || others > 0;
    }

    /** Events of all fragments. */
    long eventCount() {
        return own.count() + otherEvents;
    }

    // ------------------------------------------------------------------------------------- what has been seen in order

    /** Whether the customer exists as of the events that the watermark has passed. */
    boolean isSeen() {
        return ownSeen || othersSeen > 0;
    }

    boolean isOwnSeen() {
        return ownSeen;
    }

    void seeOwn(boolean seen) {
        ownSeen = seen;
    }

    /** @param fragments how many of the other fragments exist as of the events that the watermark has passed */
    void seeOthers(int fragments) {
        othersSeen = fragments;
    }

    int othersSeen() {
        return othersSeen;
    }

    /** Of more devices than may be kept, which nobody is told of, all count as seen. */
    boolean hasSeen(Identifier device) {
        return seenDevices.length >= RecordLedger.MAX_DEVICES || Arrays.binarySearch(seenDevices, device.hash()) >= 0;
    }

    /** @return whether it is new */
    boolean see(Identifier device) {
        long hash = device.hash();
        int at = Arrays.binarySearch(seenDevices, hash);
        if (at < 0 && seenDevices.length < RecordLedger.MAX_DEVICES) {
            seenDevices = Arrays.copyOf(seenDevices, seenDevices.length + 1);
            seenDevices[seenDevices.length - 1] = hash;
            Arrays.sort(seenDevices);
        }
        return at < 0;
    }

    /** Forgets all devices but some. */
    void seeOnly(Iterable<Identifier> devices) {
        long[] before = seenDevices;
        seenDevices = new long[0];
        for (Identifier device : devices) {
            if (Arrays.binarySearch(before, device.hash()) >= 0) {
                see(device);
            }
        }
    }

    /** Whether a fragment is still to come, or to start anew after an erasure. */
    boolean isStartWaiting() {
        return startsWaiting > 0;
    }

    void startWaits() {
        startsWaiting++;
    }

    /** One that has waited starts. */
    void hasStarted() {
        startsWaiting--;
    }

    /** What waits up to and including an instant has been looked at, milliseconds since 1970. */
    void sightsPassed(long instant) {
        sightsWaiting.values().removeIf(at -> at <= instant);
    }

    /**
     * Notes that an event shows a fragment, to be looked at again in the order of events.
     *
     * @return whether it is the earliest such event, as far as is known
     */
    boolean sightWaits(FragmentId fragment, long at) {
        return sightWaits(fragment.hash(), at);
    }

    /** The same of a device with a fragment: another fragment that shows it may have gone by then. */
    boolean sightWaits(FragmentId fragment, Identifier device, long at) {
        return sightWaits(31 * fragment.hash() + device.hash(), at);
    }

    private boolean sightWaits(long hash, long at) {
        Long earliest = sightsWaiting.get(hash);
        if (earliest != null && earliest < at) {
            return false;
        }
        sightsWaiting.put(hash, at);
        return true;
    }

    // ------------------------------------------------------------------------------------------------------- segments

    private boolean hasSegmentClock() {
        return !segmentClock.isNew() || segmentTimer != SegmentClock.NEVER;
    }

    /** How far memberships have come. */
    SegmentClock segmentClock() {
        return segmentClock;
    }

    void segmentClock(SegmentClock clock) {
        segmentClock = clock;
    }

    /** The publication of the definitions that memberships were decided by. */
    long publication() {
        return publication;
    }

    void publication(long number) {
        publication = number;
    }

    /**
     * The turn that is awaited for memberships that time changes, milliseconds since 1970, or {@link SegmentClock#NEVER}. It
     * may be before anything is due, never after.
     */
    long segmentTimer() {
        return segmentTimer;
    }

    void segmentTimer(long instant) {
        segmentTimer = instant;
    }

    // ---------------------------------------------------------------------------------------------------- publication

    /** Rises strictly with every change of the customer. */
    public long version() {
        return version;
    }

    /** @param base what the version is greater than from now on */
    void change(long base) {
        version = Math.max(version, base) + 1;
    }

    /** When the profile was last published, milliseconds of processing time. */
    long publishedAt() {
        return publishedAt;
    }

    /** Whether a timer is set that will publish what has changed since. */
    boolean isPending() {
        return pending;
    }

    /** Whether consumers know a profile of the customer. */
    boolean isPublished() {
        return published;
    }

    void published(long now) {
        publishedAt = now;
        pending = false;
        published = true;
    }

    void withdrawn() {
        published = false;
    }

    void awaitTimer() {
        pending = true;
    }

    void timerHasFired() {
        pending = false;
    }

    /** Whether consumers know the customer as an alias of another one. */
    boolean isAliased() {
        return aliased;
    }

    void aliased(boolean alias) {
        aliased = alias;
    }
}
