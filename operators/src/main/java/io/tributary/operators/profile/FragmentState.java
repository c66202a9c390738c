package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.Relabelling;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Whose a fragment is and will be, and the hot half of its ledger. */
public final class FragmentState {
    private static final byte FORMAT = 2;

    public static final Codec<FragmentState> CODEC = new Codec<>() {
        @Override
        public void write(FragmentState state, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeNullable(state.canonical, Identifier.CODEC, out);
            Wire.writeAll(state.relabellings, Relabelling.CODEC, out);
            Wire.writeNullable(state.first, EventOrder.CODEC, out);
            Wire.writeMap(state.newDevices, Identifier.CODEC, EventOrder.CODEC, out);
            FragmentLedger.writeFormer(state.former, out);
            out.writeLong(state.erasedAt);
            Wire.writeVarInt(state.retained, out);
            ActivityLedger.CODEC.write(state.activity, out);
        }

        @Override
        public FragmentState read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a fragment's state", in);
            Identifier canonical = Wire.readNullable(Identifier.CODEC, in);
            List<Relabelling> relabellings = Wire.readAll(Relabelling.CODEC, in);
            EventOrder first = Wire.readNullable(EventOrder.CODEC, in);
            Map<Identifier, EventOrder> newDevices = Wire.readMap(Identifier.CODEC, EventOrder.CODEC, in);
            SortedSet<String> former = FragmentLedger.readFormer(in);
            long erasedAt = in.readLong();
            int retained = Wire.readVarInt(in);
            FragmentState state = new FragmentState(relabellings, former, ActivityLedger.CODEC.read(in));
            state.canonical = canonical;
            state.first = first;
            state.erasedAt = erasedAt;
            state.retained = retained;
            state.newDevices.putAll(newDevices);
            return state;
        }
    };

    /** The customer's strongest identifier; null if it is the fragment itself. */
    private Identifier canonical;

    private final List<Relabelling> relabellings;
    private EventOrder first;

    /** Devices that were not known when the watermark stood before their first event here, with that event. */
    private final Map<Identifier, EventOrder> newDevices = new LinkedHashMap<>(1);

    private final SortedSet<String> former;
    private long erasedAt = Long.MIN_VALUE;
    private int retained;
    private final ActivityLedger activity;

    FragmentState() {
        this(new ArrayList<>(1), new TreeSet<>(), new ActivityLedger());
    }

    private FragmentState(List<Relabelling> relabellings, SortedSet<String> former, ActivityLedger activity) {
        this.relabellings = relabellings;
        this.former = former;
        this.activity = activity;
    }

    /** Whose the fragment is. */
    String customerOf(FragmentId fragment) {
        return canonical == null ? fragment.customerId() : canonical.customerId();
    }

    /** The strongest identifier of the fragment's customer. */
    Identifier canonicalOf(Identifier fragment) {
        return canonical == null ? fragment : canonical;
    }

    ActivityLedger activity() {
        return activity;
    }

    /** The fragment's first event, or null. */
    EventOrder first() {
        return first;
    }

    /**
     * Notes an event before it is folded.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    void note(CustomerEvent event, long watermark) {
        EventOrder order = event.order();
        if (first == null || order.compareTo(first) < 0) {
            first = order;
        }
        newDevices.values().removeIf(known -> known.timestamp() <= watermark);
        for (Identifier device : event.devices()) {
            EventOrder known = newDevices.get(device);
            if (known == null ? !activity.knows(device) : order.compareTo(known) < 0) {
                newDevices.put(device, order);
            }
        }
    }

    /**
     * The devices that none of the fragment's events before another one carries, with the first that does.
     *
     * @param event at which the watermark has just arrived
     */
    Map<Identifier, EventOrder> devicesAfter(EventOrder event) {
        Map<Identifier, EventOrder> after = new LinkedHashMap<>(newDevices);
        after.values().removeIf(known -> known.compareTo(event) < 0);
        return after;
    }

    /** Former customers that nobody can belong to any more. */
    SortedSet<String> former() {
        return former;
    }

    void await(Relabelling relabelling) {
        relabellings.add(relabelling);
    }

    /** Takes out some of what is known at an instant, in the order in which it happens. */
    List<Relabelling> known(long instant, Predicate<Relabelling> some) {
        List<Relabelling> known = new ArrayList<>(1);
        relabellings.removeIf(next -> next.knownAt() <= instant && some.test(next) && known.add(next));
        return known;
    }

    boolean awaits() {
        return !relabellings.isEmpty();
    }

    /** What is left of an erased fragment: when that was, and what waits. */
    FragmentState erased(long instant) {
        FragmentState erased = new FragmentState(relabellings, new TreeSet<>(), new ActivityLedger());
        erased.erasedAt = instant;
        return erased;
    }

    /** When the fragment was erased last, milliseconds since 1970, or {@link Long#MIN_VALUE}. */
    long erasedAt() {
        return erasedAt;
    }

    /** How many events are retained, or were when that was last counted and have come since. */
    int retained() {
        return retained;
    }

    void retains(int count) {
        retained = count;
    }

    void relabel(Relabelling relabelling) {
        Identifier fragment = relabelling.fragment();
        Identifier from = canonicalOf(fragment);
        if (relabelling.leavesNobody() && existedBefore(relabelling.because())) {
            former.add(from.customerId());
            while (former.size() > FragmentLedger.MAX_FORMER) {
                former.remove(former.last());
            }
        }
        canonical = relabelling.canonical().equals(fragment) ? null : relabelling.canonical();
    }

    /** Whether the fragment has an event that comes before another one. */
    boolean existedBefore(EventOrder event) {
        return first != null && first.compareTo(event) < 0;
    }
}
