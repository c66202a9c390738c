package io.tributary.operators.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Since when what computed traits fold is folded, of those that came when there were customers already: the watermark at
 * which they were received. For one thread.
 *
 * <p>State: an instant for each such fold of the definitions that hold.
 */
public final class TraitBeginnings {
    private static final long NOT_YET = Long.MIN_VALUE;

    private final BroadcastState<Long, Long> kept;
    private boolean areAllKnown;
    private boolean areNone;

    /** To be made when the operator's state is initialised. */
    public TraitBeginnings(OperatorStateStore store) throws Exception {
        kept = store.getBroadcastState(kept());
        areNone = !kept.iterator().hasNext();
    }

    static MapStateDescriptor<Long, Long> kept() {
        return new MapStateDescriptor<>("trait-beginnings", Types.LONG, Types.LONG);
    }

    /** Other definitions hold. What they fold that was not folded before begins with the next {@linkplain #at watermark}. */
    public void change(ComputedTraits before, ComputedTraits after) throws Exception {
        Set<Long> folds = after.folds();
        List<Long> gone = new ArrayList<>();
        for (Map.Entry<Long, Long> beginning : kept.entries()) {
            if (!folds.contains(beginning.getKey())) {
                gone.add(beginning.getKey());
            }
        }
        for (long fold : gone) {
            kept.remove(fold);
        }
        for (long fold : folds) {
            if (!before.folds().contains(fold)) {
                kept.put(fold, NOT_YET);
            }
        }
        areAllKnown = false;
        areNone = !kept.iterator().hasNext();
    }

    /** What has just begun begins at a watermark, if that is one; milliseconds since 1970. */
    public void at(long watermark) throws Exception {
        boolean isOne = watermark != Watermark.UNINITIALIZED.getTimestamp()
                && watermark != Watermark.MAX_WATERMARK.getTimestamp();
        if (areAllKnown || !isOne) {
            return;
        }
        List<Long> begun = new ArrayList<>();
        for (Map.Entry<Long, Long> beginning : kept.entries()) {
            if (beginning.getValue() == NOT_YET) {
                begun.add(beginning.getKey());
            }
        }
        for (long fold : begun) {
            kept.put(fold, watermark);
        }
        areAllKnown = true;
    }

    /** Whether everything has been folded from the beginning. */
    boolean areNone() {
        return areNone;
    }

    /** Since when a fold is folded, milliseconds since 1970; null if from the beginning, or if that is not known yet. */
    Long of(long fold) {
        try {
            Long beginning = kept.get(fold);
            return beginning == null || beginning == NOT_YET ? null : beginning;
        } catch (Exception e) {
            throw new IllegalStateException("what is kept on the heap can't be read", e);
        }
    }
}
