package io.tributary.operators.computed;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.TraitShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

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
            SortedSet<Long> ids = ledger.ids();
            Wire.writeVarInt(ids.size(), out);
            for (long id : ids) {
                out.writeLong(id);
                Wire.writeBytes(ledger.parts.get(id).bytes(), out);
            }
        }

        @Override
        public ComputedLedger read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a computed ledger", in);
            ComputedLedger ledger = new ComputedLedger();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                ledger.parts.put(in.readLong(), new Part(Wire.readBytes(in)));
            }
            return ledger;
        }
    };

    /** A fold, or the bytes of one that nobody has asked for. */
    private static final class Part {
        private byte[] bytes;
        private Fold fold;

        Part(byte[] bytes) {
            this.bytes = bytes;
        }

        Part(Fold fold) {
            this.fold = fold;
        }

        /** The fold, which may be changed from now on. */
        Fold fold() {
            if (fold == null) {
                try {
                    DataInput in = new DataInputStream(new ByteArrayInputStream(bytes));
                    FoldHeader header = FoldHeader.read(in);
                    fold = header.isPerValue()
                            ? ValuesFold.withContent(header.shape(), in)
                            : TraitFold.withContent(header.shape(), in);
                } catch (IOException e) {
                    throw new UncheckedIOException("a fold can't be read", e);
                }
                bytes = null;
            }
            return fold;
        }

        byte[] bytes() {
            if (bytes != null) {
                return bytes;
            }
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(written)) {
                if (fold instanceof TraitFold trait) {
                    TraitFold.CODEC.write(trait, out);
                } else if (fold instanceof ValuesFold values) {
                    ValuesFold.CODEC.write(values, out);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("a fold can't be written", e);
            }
            return written.toByteArray();
        }

        /** What was written had something. */
        boolean isEmpty() {
            return fold != null && fold.isEmpty();
        }
    }

    private final SortedMap<Long, Part> parts = new TreeMap<>();

    /**
     * The fold of a trait, to which may be added; a new one if there is none yet.
     *
     * @throws IllegalStateException if there is one that folds otherwise
     */
    public TraitFold trait(long id, TraitShape shape) {
        if (parts.computeIfAbsent(id, absent -> new Part(TraitFold.of(shape))).fold() instanceof TraitFold fold
                && fold.shape().equals(shape)) {
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
        if (parts.computeIfAbsent(id, absent -> new Part(ValuesFold.of(shape))).fold() instanceof ValuesFold fold
                && fold.shape().equals(shape)) {
            return fold;
        }
        throw otherwise(id, shape);
    }

    private static IllegalStateException otherwise(long id, TraitShape shape) {
        return new IllegalStateException("the definition " + Long.toHexString(id) + " folds by " + shape
                + ", but what is kept was folded otherwise");
    }

    /** The fold of a definition, or null if there is none. */
    public Fold get(long id) {
        Part part = parts.get(id);
        return part == null ? null : part.fold();
    }

    /** Of the folds that have something. */
    public SortedSet<Long> ids() {
        SortedSet<Long> ids = new TreeSet<>();
        parts.forEach((id, part) -> {
            if (!part.isEmpty()) {
                ids.add(id);
            }
        });
        return Collections.unmodifiableSortedSet(ids);
    }

    /** How many folds there are, those that have nothing included. */
    public int size() {
        return parts.size();
    }

    /** Whether nothing is known. */
    public boolean isEmpty() {
        return parts.values().stream().allMatch(Part::isEmpty);
    }

    /** Drops the folds of all other definitions. */
    public void retain(Set<Long> ids) {
        parts.keySet().retainAll(ids);
    }

    /**
     * Takes in what another fragment's ledger knows, which stays as it is.
     *
     * @throws IllegalArgumentException if both have a fold of the same id, and they fold otherwise
     */
    public void merge(ComputedLedger other) {
        other.parts.forEach((id, theirs) -> {
            Part own = parts.get(id);
            if (theirs.isEmpty()) {
                return;
            }
            if (own == null) {
                parts.put(id, new Part(theirs.bytes()));
            } else if (own.fold() instanceof TraitFold fold && theirs.fold() instanceof TraitFold others) {
                fold.merge(others);
            } else if (own.fold() instanceof ValuesFold fold && theirs.fold() instanceof ValuesFold others) {
                fold.merge(others);
            } else {
                throw new IllegalArgumentException("one fold of " + Long.toHexString(id) + " is per value, one is not");
            }
        });
    }
}
