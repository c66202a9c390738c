package io.tributary.operators.computed;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.TraitShape;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * All folds of one fragment: the id of a definition → its fold.
 *
 * <p>An id is the fingerprint of what a fold is called and how it folds: a definition that folds otherwise has another id.
 * Whoever reads a ledger need not know the definitions; a fold that belongs to none any more stays until {@link #retain}.
 *
 * <p>An event touches few folds of many. So a fold is made out of its bytes only when it is asked for, and one that was
 * not is written as it was read.
 *
 * <p>Bound: as many folds as there are definitions, if who keeps the ledger retains no others.
 */
public final class ComputedLedger {
    private static final byte FORMAT = 1;

    /** Ledgers of the same events that have forgotten nothing have the same bytes. Folds of nothing are left out. */
    public static final Codec<ComputedLedger> CODEC = new Codec<>() {
        @Override
        public void write(ComputedLedger ledger, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            int full = 0;
            for (int place = 0; place < ledger.count; place++) {
                full += ledger.parts[place].isEmpty() ? 0 : 1;
            }
            Wire.writeVarInt(full, out);
            for (int place = 0; place < ledger.count; place++) {
                if (!ledger.parts[place].isEmpty()) {
                    out.writeLong(ledger.ids[place]);
                    Wire.writeBytes(ledger.parts[place].bytes(), out);
                }
            }
        }

        @Override
        public ComputedLedger read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a computed ledger", in);
            int count = Wire.readVarInt(in);
            ComputedLedger ledger = new ComputedLedger();
            ledger.makeRoom(count);
            for (; ledger.count < count; ledger.count++) {
                ledger.ids[ledger.count] = in.readLong();
                ledger.parts[ledger.count] = new Part(Wire.readBytes(in));
            }
            return ledger;
        }
    };

    /** A fold, or the bytes of one that nobody has asked for, or both if nobody has changed it. */
    private static class Part {
        private byte[] bytes;
        private Fold fold;

        Part(byte[] bytes) {
            this.bytes = bytes;
        }

        Part(Fold fold) {
            this.fold = fold;
        }

        /** The fold, which is going to be changed. */
        Fold forChange() {
            Fold changing = fold();
            bytes = null;
            return changing;
        }

        /** The fold, not to be changed. */
        Fold fold() {
            if (fold == null) {
                fold = make();
            }
            return fold;
        }

        Fold make() {
            return read(bytes);
        }

        static Fold read(byte[] bytes) {
            try {
                DataInput in = new DataInputStream(new UnlockedInput(bytes));
                FoldHeader header = FoldHeader.read(in);
                return header.isPerValue()
                        ? ValuesFold.withContent(header.shape(), in)
                        : TraitFold.withContent(header.shape(), in);
            } catch (IOException e) {
                throw new UncheckedIOException("a fold can't be read", e);
            }
        }

        byte[] bytes() {
            if (bytes != null) {
                return bytes;
            }
            UnlockedOutput written = new UnlockedOutput();
            try (DataOutputStream out = new DataOutputStream(written)) {
                if (fold instanceof TraitFold trait) {
                    TraitFold.CODEC.write(trait, out);
                } else if (fold instanceof ValuesFold values) {
                    ValuesFold.CODEC.write(values, out);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("a fold can't be written", e);
            }
            return written.bytes();
        }

        /** What was written had something. */
        boolean isEmpty() {
            return bytes == null && fold.isEmpty();
        }
    }

    /** What two ledgers know of one definition, put together only if somebody asks. */
    private static final class Union extends Part {
        private final long id;
        private final Part one;
        private final Part other;

        Union(long id, Part one, Part other) {
            super((byte[]) null);
            this.id = id;
            this.one = one;
            this.other = other;
        }

        @Override
        Fold make() {
            Part both = new Part(one.bytes());
            merge(other, both, id);
            return both.fold();
        }

        @Override
        byte[] bytes() {
            fold();
            return super.bytes();
        }

        @Override
        boolean isEmpty() {
            return one.isEmpty() && other.isEmpty();
        }
    }

    /** Ascending; the first {@link #count} are used. */
    private long[] ids = {};

    private Part[] parts = {};
    private int count;

    /**
     * The fold of a trait, to which may be added; a new one if there is none yet.
     *
     * @throws IllegalStateException if there is one that folds otherwise
     */
    public TraitFold trait(long id, TraitShape shape) {
        int place = place(id);
        Part part = place >= 0 ? parts[place] : insert(-place - 1, id, new Part(TraitFold.of(shape)));
        if (part.forChange() instanceof TraitFold fold && fold.shape().equals(shape)) {
            return fold;
        }
        throw otherwise(id, shape);
    }

    /**
     * The fold of a parametric segment, to which may be added; a new one if there is none yet.
     *
     * @throws IllegalStateException if there is one that folds otherwise
     */
    public ValuesFold values(long id, TraitShape shape) {
        int place = place(id);
        Part part = place >= 0 ? parts[place] : insert(-place - 1, id, new Part(ValuesFold.of(shape)));
        if (part.forChange() instanceof ValuesFold fold && fold.shape().equals(shape)) {
            return fold;
        }
        throw otherwise(id, shape);
    }

    private static IllegalStateException otherwise(long id, TraitShape shape) {
        return new IllegalStateException("the definition " + Long.toHexString(id) + " folds by " + shape
                + ", but what is kept was folded otherwise");
    }

    private int place(long id) {
        return Arrays.binarySearch(ids, 0, count, id);
    }

    private void makeRoom(int size) {
        if (size > ids.length) {
            int room = Math.max(size, 2 * count);
            ids = Arrays.copyOf(ids, room);
            parts = Arrays.copyOf(parts, room);
        }
    }

    private Part insert(int place, long id, Part part) {
        makeRoom(count + 1);
        System.arraycopy(ids, place, ids, place + 1, count - place);
        System.arraycopy(parts, place, parts, place + 1, count - place);
        ids[place] = id;
        parts[place] = part;
        count++;
        return part;
    }

    /** Whether there is a fold of a definition, which may have nothing. */
    public boolean contains(long id) {
        return place(id) >= 0;
    }

    /** The fold of a definition, not to be changed; null if there is none. */
    public Fold get(long id) {
        int place = place(id);
        return place < 0 ? null : parts[place].fold();
    }

    /** Of the folds that have something. */
    public SortedSet<Long> ids() {
        SortedSet<Long> full = new TreeSet<>();
        for (int place = 0; place < count; place++) {
            if (!parts[place].isEmpty()) {
                full.add(ids[place]);
            }
        }
        return Collections.unmodifiableSortedSet(full);
    }

    /** Gives the ids of all folds, those that have nothing included, ascending. */
    public void forEachId(LongConsumer id) {
        for (int place = 0; place < count; place++) {
            id.accept(ids[place]);
        }
    }

    /** How many folds there are, those that have nothing included. */
    public int size() {
        return count;
    }

    /** Whether nothing is known. */
    public boolean isEmpty() {
        return ids().isEmpty();
    }

    /** Drops the folds of all other definitions. */
    public void retain(Set<Long> of) {
        int kept = 0;
        for (int place = 0; place < count; place++) {
            if (of.contains(ids[place])) {
                ids[kept] = ids[place];
                parts[kept] = parts[place];
                kept++;
            }
        }
        Arrays.fill(parts, kept, count, null);
        count = kept;
    }

    /**
     * Takes in what another fragment's ledger knows, which stays as it is.
     *
     * @throws IllegalArgumentException if both have a fold of the same id, and they fold otherwise
     */
    public void merge(ComputedLedger other) {
        for (int theirs = 0; theirs < other.count; theirs++) {
            Part part = other.parts[theirs];
            if (!part.isEmpty()) {
                int place = place(other.ids[theirs]);
                if (place < 0) {
                    insert(-place - 1, other.ids[theirs], new Part(part.bytes()));
                } else {
                    merge(part, parts[place], other.ids[theirs]);
                }
            }
        }
    }

    /**
     * What two ledgers know together. Not to be changed, and good for as long as neither of them is.
     *
     * @throws IllegalArgumentException when a fold is asked for that folds otherwise in one of them
     */
    public static ComputedLedger union(ComputedLedger one, ComputedLedger other) {
        ComputedLedger union = new ComputedLedger();
        union.makeRoom(one.count + other.count);
        int ofOne = 0;
        int ofOther = 0;
        while (ofOne < one.count || ofOther < other.count) {
            boolean hasOne = ofOne < one.count && (ofOther == other.count || one.ids[ofOne] <= other.ids[ofOther]);
            boolean hasOther = ofOther < other.count && (ofOne == one.count || other.ids[ofOther] <= one.ids[ofOne]);
            long id = hasOne ? one.ids[ofOne] : other.ids[ofOther];
            Part part = hasOne && hasOther
                    ? new Union(id, one.parts[ofOne], other.parts[ofOther])
                    : hasOne ? one.parts[ofOne] : other.parts[ofOther];
            union.ids[union.count] = id;
            union.parts[union.count] = part;
            union.count++;
            ofOne += hasOne ? 1 : 0;
            ofOther += hasOther ? 1 : 0;
        }
        return union;
    }

    private static void merge(Part part, Part into, long id) {
        if (into.forChange() instanceof TraitFold fold && part.fold() instanceof TraitFold others) {
            fold.merge(others);
        } else if (into.forChange() instanceof ValuesFold fold && part.fold() instanceof ValuesFold others) {
            fold.merge(others);
        } else {
            throw new IllegalArgumentException("one fold of " + Long.toHexString(id) + " is per value, one is not");
        }
    }
}
