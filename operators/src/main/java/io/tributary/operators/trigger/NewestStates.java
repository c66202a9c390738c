package io.tributary.operators.trigger;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;

/**
 * The customers' trigger states, of which those that were written last are in memory, too: what comes ahead of the watermark
 * has its timer soon after, which then need not read and decode what has just been encoded and written. Everything is
 * written when it changes, so what is in memory can be forgotten at any time.
 *
 * <p>Bound: {@value #MOST_BYTES} bytes as they are written, some 400 customers. More was measured to be no faster.
 */
public final class NewestStates {
    private static final int MOST_BYTES = 1 << 17;

    private final ValueState<TriggerState> all;

    /** By customer, in the order in which they were written. What is being looked at is not among them. */
    private final Map<String, TriggerState> newest = new LinkedHashMap<>();

    private int bytes;
    private String customerId;

    /** @param all of the present key */
    NewestStates(ValueState<TriggerState> all) {
        this.all = all;
    }

    /** That of the present key, which can be changed and written until the next one is looked at; null for none. */
    TriggerState of(String presentCustomerId) throws IOException {
        customerId = presentCustomerId;
        TriggerState known = newest.remove(customerId);
        if (known == null) {
            return all.value();
        }
        bytes -= known.bytes();
        return known;
    }

    void update(TriggerState state) throws IOException {
        all.update(state);
        // What lies on the heap is not written before a checkpoint, and need not be kept twice.
        if (state.bytes() > 0) {
            newest.put(customerId, state);
            bytes += state.bytes();
            forgetOldest();
        }
    }

    private void forgetOldest() {
        for (Iterator<TriggerState> oldest = newest.values().iterator(); bytes > MOST_BYTES; oldest.remove()) {
            bytes -= oldest.next().bytes();
        }
    }

    /** Forgets what is in memory. */
    void forget() {
        newest.clear();
        bytes = 0;
    }

    void clear() {
        all.clear();
    }
}
