package io.tributary.operators.identity;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.schemas.event.CustomerEvent;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Labels a fragment's events with their customer: the one whose canonical identifier is the fragment's own.
 *
 * <p>Such a label never changes, so there is no state.
 */
public final class FragmentLabeler extends KeyedProcessFunction<String, CustomerEvent, CustomerMessage> {
    @Override
    public void processElement(CustomerEvent event, Context context, Collector<CustomerMessage> out) {
        out.collect(new CustomerMessage(event.fragment().customerId(), event));
    }
}
