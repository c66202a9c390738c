package io.tributary.operators.profile;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Folds a customer's events into the profile and publishes it.
 *
 * <p>The main output is {@code cdp.customer-events.v1}. Profiles go out when they change: at once, if the last
 * publication is long enough ago, else when that time is over, so that a busy customer does not flood the consumers.
 *
 * <p>State: the hot half of the ledger, read and written on every event; the cold half, written only by what it keeps
 * and read also to publish. Both live as long as the customer. One processing-time timer while a publication is
 * pending.
 */
public final class ProfileFolder extends KeyedProcessFunction<String, CustomerMessage, OutboundRecord> {
    /** Profiles to publish. */
    public static final OutputTag<OutboundRecord> PROFILES =
            new OutputTag<>("profiles", WireType.OUTBOUND_RECORD.info());

    /** What the triggers look at, keyed as the input. */
    public static final OutputTag<CartChange> CART_CHANGES =
            new OutputTag<>("cart-changes", WireType.CART_CHANGE.info());

    private final long publishEveryMillis;
    private transient ValueState<ProfileState> hot;
    private transient ValueState<RecordLedger> cold;
    private transient Counter customersCreated;
    private transient Counter profilesPublished;

    /** @param publishEveryMillis least time between two publications of a customer, milliseconds of processing time */
    public ProfileFolder(long publishEveryMillis) {
        this.publishEveryMillis = publishEveryMillis;
    }

    static ValueStateDescriptor<ProfileState> hot() {
        return new ValueStateDescriptor<>("profile-hot", WireType.PROFILE_STATE.info());
    }

    static ValueStateDescriptor<RecordLedger> cold() {
        return new ValueStateDescriptor<>("profile-cold", WireType.RECORD_LEDGER.info());
    }

    @Override
    public void open(OpenContext openContext) {
        hot = getRuntimeContext().getState(hot());
        cold = getRuntimeContext().getState(cold());
        customersCreated = getRuntimeContext().getMetricGroup().counter("customersCreated");
        profilesPublished = getRuntimeContext().getMetricGroup().counter("profilesPublished");
    }

    @Override
    public void processElement(CustomerMessage message, Context context, Collector<OutboundRecord> out)
            throws Exception {
        ProfileState state = hot.value();
        if (state == null) {
            state = new ProfileState();
            customersCreated.inc();
        }
        CustomerEvent event = message.event();
        ActivityLedger activity = state.activity();
        LedgerFold.Effect effect = LedgerFold.apply(
                activity, this::record, event, context.timerService().currentWatermark());
        RecordLedger record = effect.record();
        if (record != null) {
            cold.update(record);
        }
        out.collect(customerEvent(message, state));
        CartChange cartChange = CartChange.of(message.customerId(), event, effect.changesCart(), activity.marketing());
        if (cartChange != null) {
            context.output(CART_CHANGES, cartChange);
        }
        long now = context.timerService().currentProcessingTime();
        if (!state.isPending()) {
            if (now - state.publishedAt() >= publishEveryMillis) {
                publish(message.customerId(), state, record == null ? record() : record, now, context);
            } else {
                state.awaitTimer();
                context.timerService().registerProcessingTimeTimer(state.publishedAt() + publishEveryMillis);
            }
        }
        hot.update(state);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<OutboundRecord> out) throws Exception {
        ProfileState state = hot.value();
        if (state != null && state.isPending()) {
            publish(
                    context.getCurrentKey(),
                    state,
                    record(),
                    context.timerService().currentProcessingTime(),
                    context);
            hot.update(state);
        }
    }

    private RecordLedger record() throws IOException {
        RecordLedger record = cold.value();
        return record == null ? new RecordLedger() : record;
    }

    private void publish(String customerId, ProfileState state, RecordLedger record, long now, Context context) {
        state.published(now);
        profilesPublished.inc();
        context.output(PROFILES, profile(customerId, state, record));
    }

    /** Its id is that of its content: after a rebuild another profile may bear the same version. */
    private static OutboundRecord profile(String customerId, ProfileState state, RecordLedger record) {
        ActivityLedger activity = state.activity();
        long version = state.version();
        byte[] profile = ProfileJson.profile(customerId, activity, record, version);
        return new OutboundRecord(
                Topic.PROFILES,
                customerId,
                "p_" + Hashes.longHex(profile),
                "io.tributary.profile.v1",
                activity.lastSeen(),
                version,
                profile,
                record.hasEverBeenPersonal());
    }

    /**
     * Its id is that of its cause, the message of a device or person at an instant, whatever order the log is read in.
     * The instant is part of it because a message id may come again beyond the horizon of de-duplication.
     */
    private static OutboundRecord customerEvent(CustomerMessage message, ProfileState state) {
        CustomerEvent event = message.event();
        Cart cart = state.activity().cart().cartAt(event.order());
        String cause = event.firstIdentityKey().qualified() + "\n" + event.messageId() + "\n" + event.timestamp();
        return new OutboundRecord(
                Topic.CUSTOMER_EVENTS,
                message.customerId(),
                "e_" + Hashes.longHex(cause.getBytes(StandardCharsets.UTF_8)),
                "io.tributary.customer-event.v1",
                event.timestamp(),
                state.version(),
                ProfileJson.customerEvent(message.customerId(), event.json(), cart, state.version()));
    }
}
