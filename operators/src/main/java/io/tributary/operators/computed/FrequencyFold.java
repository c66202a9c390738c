package io.tributary.operators.computed;

import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Most_frequent and top_k: how often each text was there. */
final class FrequencyFold extends TraitFold {
    private final KeyedBuckets<Long> counts;

    FrequencyFold(TraitShape shape) {
        super(shape);
        this.counts = new KeyedBuckets<>(new Bucketing(shape.window()), Summaries.COUNT);
    }

    @Override
    public void add(EventOrder order, List<?> values) {
        counts.add(order, BoundedValues.texts(values), List.of());
    }

    @Override
    void mergeSame(TraitFold other) {
        counts.merge(((FrequencyFold) other).counts);
    }

    @Override
    public Object value(long now) {
        // By text; the sorting is stable.
        List<Map.Entry<String, Long>> texts =
                new ArrayList<>(counts.counting(now).entrySet());
        texts.sort(Map.Entry.comparingByValue(Collections.reverseOrder()));
        if (shape().aggregate() == Aggregate.MOST_FREQUENT) {
            return texts.isEmpty() ? null : texts.get(0).getKey();
        }
        return texts.stream().limit(shape().limit()).map(Map.Entry::getKey).toList();
    }

    @Override
    public boolean isEmpty() {
        return counts.isEmpty();
    }

    @Override
    public long nextChange(long now) {
        return counts.nextChange(now);
    }

    @Override
    public void forgetBefore(long now) {
        counts.forgetBefore(now);
    }

    @Override
    void writeContent(DataOutput out) throws IOException {
        counts.write(out);
    }

    @Override
    void readContent(DataInput in) throws IOException {
        counts.read(in);
    }
}
