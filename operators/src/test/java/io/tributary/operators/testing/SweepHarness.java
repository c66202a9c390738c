package io.tributary.operators.testing;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sweep.SweepFunction;
import io.tributary.operators.sweep.SweepOperator;
import io.tributary.schemas.definition.PublishedDefinitions;
import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/**
 * Runs a function that is told of definitions. A watermark is through it, with all turns, when it has been sent.
 *
 * @param <A> type of the keyed input
 */
public abstract class SweepHarness<A> extends KeyedBroadcastHarness<A, PublishedDefinitions, OutboundRecord> {
    SweepHarness(
            SweepFunction<String, A, PublishedDefinitions, OutboundRecord> function,
            MapStateDescriptor<?, ?> toldToAll,
            KeySelector<A, String> key,
            OperatorSubtaskState restored)
            throws Exception {
        super(
                new SweepOperator<>(function, List.of(toldToAll), WireType.PUBLISHED_DEFINITIONS.info()),
                key,
                WireType.OUTBOUND_RECORD,
                restored);
    }

    @Override
    public void watermark(long instant) throws Exception {
        arrive(instant);
        int run = 1;
        while (run > 0 && !isThrough(instant)) {
            run = runMails(1);
        }
    }

    /** The watermark arrives; what has a turn by it waits for {@linkplain #runMails mails}. */
    public void arrive(long instant) throws Exception {
        super.watermark(instant);
    }
}
