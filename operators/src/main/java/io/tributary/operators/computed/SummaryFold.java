package io.tributary.operators.computed;

import io.tributary.operators.computed.Buckets.Bucket;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Count, sum, average, min, max, first, last: one thing per bucket. Of min, max, first and last only the buckets remain
 * that will once be chosen, of last the newest.
 */
final class SummaryFold<V> extends TraitFold {
    private final Bucketing bucketing;
    private final Summary<V> summary;
    private final Buckets<V> buckets;

    /** Of how many of the last buckets somebody has asked what they say; 0 if nobody has. What is added counts. */
    private int asked;

    private V ofAsked;

    /** What the last bucket says, the last two, the last three …, as far as somebody has asked who asks of others, too. */
    private final List<V> ofLast = new ArrayList<>(0);

    SummaryFold(TraitShape shape, Summary<V> summary) {
        super(shape);
        this.bucketing = new Bucketing(shape.window());
        this.summary = summary;
        this.buckets = new Buckets<>(bucketing);
    }

    @Override
    public void add(EventOrder order, List<?> values) {
        V said = summary.of(order, values);
        if (said != null) {
            add(bucketing.of(order.timestamp()), said);
            dropBeaten();
        }
    }

    @Override
    void mergeSame(TraitFold other) {
        @SuppressWarnings("unchecked") // The same aggregate has the same summary.
        SummaryFold<V> same = (SummaryFold<V>) other;
        same.buckets.all().forEach(bucket -> add(bucket.number(), bucket.content()));
        dropBeaten();
    }

    private void add(long number, V said) {
        int size = buckets.all().size();
        boolean isAmongAsked =
                asked > 0 && number >= buckets.all().get(size - asked).number();
        Bucket<V> bucket = buckets.at(number);
        bucket.set(bucket.content() == null ? said : summary.combine(bucket.content(), said));
        ofLast.clear();
        if (summary.isChoice()) {
            asked = 0;
        } else if (isAmongAsked) {
            asked += buckets.all().size() - size;
            ofAsked = summary.combine(ofAsked, said);
        }
    }

    private void dropBeaten() {
        List<Bucket<V>> all = buckets.all();
        if (!summary.isChoice() || all.size() < 2) {
            return;
        }
        V best = all.get(all.size() - 1).content();
        for (int i = all.size() - 2; i >= 0; i--) {
            V chosen = summary.combine(best, all.get(i).content());
            if (chosen.equals(best)) {
                all.remove(i);
            }
            best = chosen;
        }
    }

    @Override
    public Object value(long now) {
        int count = buckets.countOfCounting(now);
        return summary.result(count == 0 ? null : ofLast(count));
    }

    private V ofLast(int count) {
        if (asked == 0) {
            asked = count;
            ofAsked = combined(count);
        }
        return asked == count ? ofAsked : stepped(count);
    }

    private V combined(int count) {
        List<Bucket<V>> all = buckets.all();
        V result = all.get(all.size() - 1).content();
        for (int i = 2; i <= count; i++) {
            result = summary.combine(result, all.get(all.size() - i).content());
        }
        return result;
    }

    private V stepped(int count) {
        List<Bucket<V>> all = buckets.all();
        while (ofLast.size() < count) {
            int size = ofLast.size();
            V one = all.get(all.size() - 1 - size).content();
            ofLast.add(size == 0 ? one : summary.combine(ofLast.get(size - 1), one));
        }
        return ofLast.get(count - 1);
    }

    @Override
    public boolean isEmpty() {
        return buckets.isEmpty();
    }

    @Override
    public long nextChange(long now) {
        return buckets.nextChange(now);
    }

    @Override
    public void forgetBefore(long now) {
        buckets.forgetBefore(now);
        if (asked > buckets.all().size()) {
            asked = 0;
        }
    }

    @Override
    void writeContent(DataOutput out) throws IOException {
        buckets.write(summary, out);
    }

    @Override
    void readContent(DataInput in) throws IOException {
        buckets.read(summary, in);
    }
}
