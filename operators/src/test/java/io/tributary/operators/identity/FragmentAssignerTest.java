package io.tributary.operators.identity;

import static io.tributary.operators.testing.TestEvent.after;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.testing.KeyedHarness;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.event.CustomerEvent;
import java.time.Duration;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FragmentAssignerTest {
    private static final String STATE = "recent-messages";

    private KeyedHarness<CustomerEvent, FragmentMessage> harness;

    @AfterEach
    void leavesNoStateAndNoTimersOnceAllHaveExpired() throws Exception {
        harness.watermark(after(Duration.ofDays(400)));
        assertThat(harness.keysIn(STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.entries()).isZero();
        harness.close();
    }

    @Test
    void passesARetryOfAMessageOnlyOnce() throws Exception {
        start(null);
        see("m1", minute(1));
        see("m2", minute(2));
        see("m1", minute(1));

        assertThat(passed()).containsExactly("m1", "m2");
    }

    @Test
    void letsTheSameMessageIdPassForAnotherKey() throws Exception {
        start(null);
        process(track("m1", "Page Opened", minute(1)).device("phone"));
        process(track("m1", "Page Opened", minute(1)).device("laptop"));
        process(track("m1", "Page Opened", minute(1)).user("42").alsoDevice("phone"));

        assertThat(passed())
                .as("nobody is named, and the device comes before the user")
                .isEmpty();
        assertThat(harness.eventTimeTimers())
                .as("per key one for what waits and one to forget")
                .isEqualTo(4);
        harness.watermark(minute(1));
        assertThat(passed()).containsExactly("m1", "m1");
        assertThat(harness.eventTimeTimers()).isEqualTo(2);
    }

    @Test
    void recognisesARetryForADayInEitherDirection() throws Exception {
        start(null);
        long noon = after(Duration.ofDays(2));
        see("m1", noon);
        see("m1", noon + RecentMessages.HORIZON_MILLIS);
        see("m1", noon - RecentMessages.HORIZON_MILLIS);
        assertThat(passed()).containsExactly("m1");

        see("m1", noon + RecentMessages.HORIZON_MILLIS + 1);
        assertThat(passed()).as("beyond the horizon it counts as new").containsExactly("m1");
    }

    @Test
    void recognisesARetryThatArrivesBehindNewerMessages() throws Exception {
        start(null);
        see("m3", minute(30));
        see("m1", minute(10));
        see("m2", minute(20));
        see("m1", minute(10));
        see("m2", minute(20));

        assertThat(passed()).containsExactly("m3", "m1", "m2");
    }

    @Test
    void remembersTheNewestThousandIdsOfAKey() throws Exception {
        start(null);
        for (int i = 0; i < RecentMessages.MAX_IDS + 1; i++) {
            see("m" + i, minute(1) + i);
        }
        assertThat(passed()).hasSize(RecentMessages.MAX_IDS + 1);

        see("m1", minute(1) + 1);
        assertThat(passed()).as("the oldest of the newest thousand").isEmpty();
        see("m0", minute(1));
        assertThat(passed()).as("older than the newest thousand").containsExactly("m0");
    }

    @Test
    void keepsOneTimerPerKeyWhichFollowsTheNewestMessage() throws Exception {
        start(null);
        see("m1", minute(0));
        see("m2", minute(60));
        assertThat(harness.eventTimeTimers()).isEqualTo(1);

        harness.watermark(forgotten(minute(0)));
        assertThat(harness.keysIn(STATE)).as("m2 may still be repeated").isEqualTo(1);
        assertThat(harness.eventTimeTimers()).isEqualTo(1);

        assertThat(forgotten(minute(60))).as("the next full minute").isEqualTo(minute(61 + 24 * 60));
        harness.watermark(forgotten(minute(60)) - 1);
        assertThat(harness.keysIn(STATE)).isEqualTo(1);
        harness.watermark(forgotten(minute(60)));
        assertThat(harness.keysIn(STATE)).isZero();
    }

    @Test
    void recognisesARetryOfALateBatchForADayAfterItCame() throws Exception {
        start(null);
        long now = after(Duration.ofDays(10));
        harness.watermark(now - 1);
        seeLate("m1", minute(1), now);
        harness.watermark(now + RecentMessages.HORIZON_MILLIS);
        seeLate("m1", minute(1), now + RecentMessages.HORIZON_MILLIS);
        assertThat(passed()).as("of an unknown key").containsExactly("m1");
        harness.watermark(forgotten(now) - 1);
        assertThat(harness.keysIn(STATE)).isEqualTo(1);
        harness.watermark(forgotten(now));
        assertThat(harness.keysIn(STATE)).isZero();

        see("m2", after(Duration.ofDays(20)));
        seeLate("m3", minute(3), after(Duration.ofDays(20)));
        seeLate("m3", minute(3), after(Duration.ofDays(20)) + 5);
        assertThat(passed()).as("behind newer messages of its key").containsExactly("m2", "m3");
    }

    @Test
    void recognisesARetryAcrossARestore() throws Exception {
        start(null);
        see("m1", minute(1));
        OperatorSubtaskState state = harness.snapshot();
        harness.close();

        start(state);
        see("m1", minute(1));
        see("m2", minute(2));
        assertThat(passed()).containsExactly("m2");
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
    }

    @Test
    void endsAtTheEndOfABoundedLog() throws Exception {
        start(null);
        see("m1", minute(1));
        harness.watermark(Long.MAX_VALUE);

        assertThat(harness.keysIn(STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
    }

    private void start(OperatorSubtaskState restored) throws Exception {
        harness = new KeyedHarness<>(
                new FragmentAssigner(),
                event -> event.firstIdentityKey().customerId(),
                WireType.FRAGMENT_MESSAGE,
                restored);
    }

    /** When nothing is known any more of a key whose newest message was known at an instant. */
    private static long forgotten(long newest) {
        long forgetEvery = FragmentAssigner.FORGET_EVERY_MILLIS;
        return Math.floorDiv(newest + RecentMessages.HORIZON_MILLIS + forgetEvery, forgetEvery) * forgetEvery;
    }

    private void see(String messageId, long at) throws Exception {
        process(track(messageId, "Page Opened", at));
    }

    private void seeLate(String messageId, long at, long known) throws Exception {
        CustomerEvent late = track(messageId, "Page Opened", at).event().knownAt(known);
        harness.process(late, late.timestamp());
    }

    private void process(TestEvent event) throws Exception {
        CustomerEvent parsed = event.event();
        harness.process(parsed, parsed.timestamp());
    }

    private List<String> passed() {
        return harness.drain().stream()
                .map(FragmentEvent.class::cast)
                .map(passed -> passed.event().messageId())
                .toList();
    }
}
