package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.schemas.event.CustomerEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Which carts are abandoned is a function of the log: of the events and of what was late in it, not of their arrival. */
class AbandonedCartsPropertyTest {
    private static final long MINUTE = 60_000;
    private static final Duration DELAY = Duration.ofMinutes(10);

    /**
     * One for all tries, as an operator has one for all customers: compiling the pattern and starting the thread that
     * comes with it would take most of the time. Each thread has its own, because shrinking runs in a thread that goes on
     * for a while after its time is up.
     */
    private static final ThreadLocal<Triggers> CARTS =
            ThreadLocal.withInitial(() -> new Triggers(CartTrigger.firstOf(TestTriggers.abandonedCart("10m", "1h"))));

    @Property
    void firesWhatTheRuleSays(@ForAll("events") List<CustomerEvent> events) throws Exception {
        assertThat(anchors(inOrder(events))).isEqualTo(CartTriggerRule.anchors(TestStreams.sorted(events), DELAY));
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
        assertThat(anchors(run(replay, false))).isEqualTo(CartTriggerRule.anchors(TestStreams.sorted(log), DELAY));
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
        List<CustomerMessage.Event> messages = events.stream()
                .map(event -> message(TriggerRun.CUSTOMER, event))
                .toList();
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

    private static List<String> run(Replay replay, boolean storing) throws Exception {
        return run(replay, storing, false);
    }

    private static List<String> run(Replay replay, boolean storing, boolean restarting) throws Exception {
        return TriggerRun.of(CARTS.get(), TriggerRun.NO_SEQUENCE, replay, storing, restarting).stream()
                .map(trigger -> new String(trigger.json(), StandardCharsets.UTF_8))
                .toList();
    }
}
