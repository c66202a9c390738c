package io.tributary.operators.computed;

import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Unique_count and unique_list: which texts were there, each with its last bucket.
 *
 * <p>Bound: the limit of texts that were there last; of those whose last bucket (over a lifetime: whose last event's time)
 * is the same, the smaller hashes. A text that leaves has as many after it as there is room for, and theirs only become
 * later; so what is kept does not depend on the order of arrival.
 *
 * <p>A count keeps hashes only: eight bytes each. Two texts with the same first eight bytes of SHA-256 count as one.
 */
final class UniqueFold extends TraitFold {
    /**
     * A text and when it was there last.
     *
     * @param last its last bucket, or over a lifetime the time of its last event, milliseconds since 1970
     */
    private record Seen(HashedText text, long last) {}

    private static final Comparator<Seen> LATEST_FIRST =
            Comparator.comparingLong(Seen::last).reversed().thenComparing(Seen::text);

    private final Bucketing bucketing;
    private final boolean keepsTexts;

    /** The latest first. */
    private final ArrayList<Seen> seen = new ArrayList<>(2);

    UniqueFold(TraitShape shape) {
        super(shape);
        this.bucketing = new Bucketing(shape.window());
        this.keepsTexts = shape.aggregate() == Aggregate.UNIQUE_LIST;
    }

    @Override
    public void add(EventOrder order, List<?> values) {
        long last = shape().window() == null ? order.timestamp() : bucketing.of(order.timestamp());
        for (String value : BoundedValues.texts(values)) {
            HashedText text = new HashedText(value);
            note(new Seen(keepsTexts ? text : HashedText.unknown(text.hash()), last));
        }
    }

    @Override
    void mergeSame(TraitFold other) {
        ((UniqueFold) other).seen.forEach(this::note);
    }

    private void note(Seen now) {
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i).text.isSame(now.text)) {
                if (seen.get(i).last >= now.last) {
                    return;
                }
                seen.remove(i);
                break;
            }
        }
        int at = -Collections.binarySearch(seen, now, LATEST_FIRST) - 1;
        if (at < shape().limit()) {
            seen.add(at, now);
            if (seen.size() > shape().limit()) {
                seen.remove(shape().limit());
            }
        }
    }

    /** How many count at an instant: the first ones. */
    private int counting(long now) {
        int end = seen.size();
        while (end > 0 && !bucketing.counts(seen.get(end - 1).last, now)) {
            end--;
        }
        return end;
    }

    @Override
    public Object value(long now) {
        int counting = counting(now);
        return keepsTexts
                ? seen.stream()
                        .limit(counting)
                        .map(text -> text.text.text())
                        .sorted()
                        .toList()
                : Long.valueOf(counting);
    }

    @Override
    public boolean isEmpty() {
        return seen.isEmpty();
    }

    @Override
    public long nextChange(long now) {
        int counting = counting(now);
        return counting == 0 ? Long.MAX_VALUE : bucketing.endOf(seen.get(counting - 1).last);
    }

    @Override
    public void forgetBefore(long now) {
        seen.subList(counting(now), seen.size()).clear();
    }

    @Override
    void writeContent(DataOutput out) throws IOException {
        Wire.writeVarInt(seen.size(), out);
        long after = 0;
        for (Seen text : seen) {
            Wire.writeSigned(after - text.last, out);
            after = text.last;
            if (keepsTexts) {
                Wire.writeString(text.text.text(), out);
            } else {
                out.writeLong(text.text.hash());
            }
        }
    }

    @Override
    void readContent(DataInput in) throws IOException {
        long last = 0;
        int count = Wire.readVarInt(in);
        seen.ensureCapacity(count + 1);
        for (int rest = count; rest > 0; rest--) {
            last -= Wire.readSigned(in);
            HashedText text = keepsTexts ? new HashedText(Wire.readString(in)) : HashedText.unknown(in.readLong());
            seen.add(new Seen(text, last));
        }
    }
}
