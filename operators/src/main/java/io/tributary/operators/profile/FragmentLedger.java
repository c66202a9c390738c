package io.tributary.operators.profile;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a fragment has done, both halves of its ledger, and whose it was: what goes with it from customer to customer.
 *
 * <p>Bound: those of the halves, and {@value #MAX_FORMER} former customers.
 */
public final class FragmentLedger {
    /** Of more, the smallest ids are kept. */
    static final int MAX_FORMER = 100;

    private static final byte FORMAT = 2;

    public static final Codec<FragmentLedger> CODEC = new Codec<>() {
        @Override
        public void write(FragmentLedger ledger, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            ActivityLedger.CODEC.write(ledger.activity, out);
            RecordLedger.CODEC.write(ledger.record, out);
            ComputedLedger.CODEC.write(ledger.computed, out);
            writeFormer(ledger.former, out);
            out.writeBoolean(ledger.seen);
        }

        @Override
        public FragmentLedger read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a fragment's ledger", in);
            FragmentLedger ledger = new FragmentLedger(
                    ActivityLedger.CODEC.read(in),
                    RecordLedger.CODEC.read(in),
                    ComputedLedger.CODEC.read(in),
                    readFormer(in));
            ledger.seen = in.readBoolean();
            return ledger;
        }
    };

    private final ActivityLedger activity;
    private final RecordLedger record;
    private final ComputedLedger computed;
    private final SortedSet<String> former;
    private boolean seen;

    FragmentLedger(ActivityLedger activity, RecordLedger record, ComputedLedger computed, SortedSet<String> former) {
        this.activity = activity;
        this.record = record;
        this.computed = computed;
        this.former = former;
    }

    static FragmentLedger empty() {
        return new FragmentLedger(new ActivityLedger(), new RecordLedger(), new ComputedLedger(), new TreeSet<>());
    }

    public ActivityLedger activity() {
        return activity;
    }

    public RecordLedger record() {
        return record;
    }

    /** What computed traits know of it. */
    ComputedLedger computed() {
        return computed;
    }

    /** Customers that the fragment has left and that nobody can belong to any more. */
    SortedSet<String> former() {
        return former;
    }

    /** Whether the fragment exists as of the events that the watermark has passed. */
    boolean isSeen() {
        return seen;
    }

    void see() {
        seen = true;
    }

    static void writeFormer(SortedSet<String> former, DataOutput out) throws IOException {
        Wire.writeAll(former, Wire.STRING, out);
    }

    static SortedSet<String> readFormer(DataInput in) throws IOException {
        return new TreeSet<>(Wire.readAll(Wire.STRING, in));
    }
}
