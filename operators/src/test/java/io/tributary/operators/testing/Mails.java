package io.tributary.operators.testing;

import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/** The mailbox of an operator in a harness, which nobody else empties. */
public final class Mails {
    /** Milliseconds, as long as what an operator puts off for a moment. */
    private static final long MOMENT = 10;

    private Mails() {}

    /**
     * Runs mails, and those that they send. When there are none, processing time goes on by a moment, as often as that
     * brings any.
     *
     * @param most no more than these
     * @return how many there were
     */
    public static int run(AbstractStreamOperatorTestHarness<?> harness, int most) throws Exception {
        int run = runDue(harness, most);
        boolean isGoingOn = true;
        while (run < most && isGoingOn) {
            harness.getProcessingTimeService().advance(MOMENT);
            int more = runDue(harness, most - run);
            run += more;
            isGoingOn = more > 0;
        }
        return run;
    }

    /** {@link #run} of what does not wait. */
    public static int runDue(AbstractStreamOperatorTestHarness<?> harness, int most) throws Exception {
        int run = 0;
        while (run < most && harness.getTaskMailbox().hasMail()) {
            harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
            run++;
        }
        return run;
    }
}
