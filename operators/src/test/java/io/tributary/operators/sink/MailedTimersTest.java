package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl;
import org.junit.jupiter.api.Test;

class MailedTimersTest {
    private final TestProcessingTimeService time = new TestProcessingTimeService();
    private final MailboxExecutorImpl mailbox =
            new MailboxExecutorImpl(new TaskMailboxImpl(), 0, StreamTaskActionExecutor.IMMEDIATE);
    private final MailedTimers timers = new MailedTimers(time, mailbox);

    @Test
    void runsATimerAsAMailWithTheTimeThatItWasSetFor() throws Exception {
        List<Long> times = new ArrayList<>();
        var unused = timers.registerTimer(10, times::add);

        time.setCurrentTime(12);
        assertThat(times).as("before the mail").isEmpty();
        assertThat(mailbox.tryYield()).isTrue();

        assertThat(times).containsExactly(10L);
        assertThat(timers.getCurrentProcessingTime()).isEqualTo(12);
    }

    @Test
    void letsTheTaskHaveWhatATimerThrows() {
        var unused = timers.registerTimer(10, at -> {
            throw new IOException("no answer");
        });

        assertThatCode(() -> time.setCurrentTime(10))
                .as("Flink would swallow it here")
                .doesNotThrowAnyException();
        assertThatThrownBy(mailbox::yield).hasRootCauseMessage("no answer");
    }

    @Test
    void letsTheTaskHaveItsInterrupt() throws Exception {
        var unused = timers.registerTimer(10, at -> {
            Thread.currentThread().interrupt();
            mailbox.yield();
        });
        time.setCurrentTime(10);

        assertThatThrownBy(mailbox::yield).hasRootCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).as("cleared").isFalse();
    }

    @Test
    void runsNothingOfATimerThatWasCancelled() throws Exception {
        List<Long> times = new ArrayList<>();
        timers.registerTimer(10, times::add).cancel(false);
        time.setCurrentTime(12);

        assertThat(mailbox.tryYield()).isFalse();
        assertThat(times).isEmpty();
    }

    @Test
    void forgetsATimerThatFiresWhenTheTaskHasFinished() {
        TaskMailboxImpl closed = new TaskMailboxImpl();
        closed.quiesce();
        MailedTimers late =
                new MailedTimers(time, new MailboxExecutorImpl(closed, 0, StreamTaskActionExecutor.IMMEDIATE));
        List<Long> times = new ArrayList<>();
        var unused = late.registerTimer(10, times::add);

        assertThatCode(() -> time.setCurrentTime(12)).doesNotThrowAnyException();
        assertThat(times).isEmpty();
    }
}
