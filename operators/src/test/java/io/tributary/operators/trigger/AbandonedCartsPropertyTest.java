package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.event.CustomerEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Which carts are abandoned is a function of the log: of the events and of what was late in it, not of their arrival. */
class AbandonedCartsPropertyTest {
    private static final long MINUTE = 60_000;
    private static final String CUSTOMER = "c_1";
    private static final AbandonedCart DEFINITION = new AbandonedCart(Duration.ofMinutes(10), Duration.ofHours(1), 1);

    /**
     * One for all tries, as an operator has one for all customers: compiling the pattern and starting the thread that
     * comes with it would take most of the time. Each thread has its own, because shrinking runs in a thread that goes on
     * for a while after its time is up.
     */
    private static final ThreadLocal<AbandonedCarts> CARTS =
            ThreadLocal.withInitial(() -> new AbandonedCarts(DEFINITION));

    @Property
    void firesWhatTheRuleSays(@ForAll("events") List<CustomerEvent> events) throws Exception {
        assertThat(anchors(inOrder(events)))
                .isEqualTo(AbandonedCartRule.anchors(TestStreams.sorted(events), DEFINITION));
    }

    @Property
    void firesAlikeInAnyOrderOfArrivalWithinTheBound(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws Exception {
        assertThat(run(replay(events, 1, 9, 0, seed), false)).isEqualTo(inOrder(events));
    }

    @Property
    void firesAlikeHoweverFarApartThePartitionsAre(
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 2, max = 4) int partitions,
            @ForAll @IntRange(max = 3) int boundMinutes,
            @ForAll long seed)
            throws Exception {
        assertThat(run(replay(events, partitions, boundMinutes, 0, seed), false))
                .isEqualTo(inOrder(events));
    }

    @Property
    void firesWhatTheRuleSaysOfWhatWasKnownWhereEventsAreLate(
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int partitions,
            @ForAll @IntRange(max = 3) int boundMinutes,
            @ForAll long seed)
            throws Exception {
        Replay replay = replay(events, partitions, boundMinutes, 40, seed);
        List<CustomerEvent> log =
                replay.log().stream().map(CustomerMessage.Event::event).toList();
        assertThat(anchors(run(replay, false)))
                .isEqualTo(AbandonedCartRule.anchors(TestStreams.sorted(log), DEFINITION));
    }

    @Property
    void firesAlikeWhenTheStateIsStoredAfterEveryEvent(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws Exception {
        assertThat(run(replay(events, 2, 5, 20, seed), true)).isEqualTo(run(replay(events, 2, 5, 20, seed), false));
    }

    /** Whoever starts anew from what was done before, and gets or loses nothing, goes on as before. */
    @Property
    void firesAlikeWhenItStartsAnewFromWhatTheCustomerHasDone(
            @ForAll("events") List<CustomerEvent> events, @ForAll long seed) throws Exception {
        assertThat(run(replay(events, 2, 5, 20, seed), false, true))
                .isEqualTo(run(replay(events, 2, 5, 20, seed), false));
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(MINUTE, 60);
    }

    private static Replay replay(
            List<CustomerEvent> events, int partitions, int boundMinutes, int lateMinutes, long seed) {
        List<CustomerMessage.Event> messages =
                events.stream().map(event -> message(CUSTOMER, event)).toList();
        return new Replay(messages, partitions, boundMinutes * MINUTE, lateMinutes * MINUTE, seed);
    }

    private static List<String> anchors(List<String> triggers) {
        return triggers.stream()
                .map(json -> json.replaceAll(".*\"anchor_message_id\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    private static List<String> inOrder(List<CustomerEvent> events) throws Exception {
        return run(replay(TestStreams.sorted(events), 1, 0, 0, 0), false);
    }

    /** What the operators do, with a watermark behind every event. */
    private static List<String> run(Replay replay, boolean storing) throws Exception {
        return run(replay, storing, false);
    }

    private static List<String> run(Replay replay, boolean storing, boolean restarting) throws Exception {
        List<String> fired = new ArrayList<>();
        AbandonedCarts carts = CARTS.get();
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        TriggerState state = null;
        long watermark = Long.MIN_VALUE;
        while (replay.hasNext()) {
            CustomerEvent event = replay.next().event();
            LedgerFold.Effect effect = LedgerFold.apply(activity, () -> record, event, watermark);
            boolean changesCart = effect.changesCart();
            if (CartChange.concerns(event, changesCart) && (state != null || changesCart)) {
                state = state == null ? new TriggerState() : state;
                CartChange change = CartChange.of(
                        CUSTOMER, event, changesCart, activity.marketing().statements());
                carts.add(state, (CartChange.Operation) Codecs.roundTrip(CartChange.CODEC, change), watermark);
            }
            watermark = replay.watermark();
            if (state != null) {
                carts.advance(state, CUSTOMER, watermark, trigger -> fired.add(text(trigger)));
                if (restarting && watermark > 0) {
                    CartChange.Restart restart = new CartChange.Restart(
                            CUSTOMER,
                            watermark + 1,
                            false,
                            activity.cart().entries(),
                            activity.marketing().statements());
                    carts.restart(state, restart, trigger -> fired.add(text(trigger)));
                }
                state = storing ? Codecs.roundTrip(TriggerState.CODEC, state) : state;
            }
        }
        return fired;
    }

    private static String text(Trigger trigger) {
        return new String(trigger.json(), StandardCharsets.UTF_8);
    }
}
