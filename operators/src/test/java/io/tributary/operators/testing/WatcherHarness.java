package io.tributary.operators.testing;

import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.operators.trigger.PublishedTrigger;
import io.tributary.schemas.definition.PublishedDefinitions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** Runs the watcher of carts. */
public final class WatcherHarness extends SweepHarness<CartChange> {
    /**
     * With a definition of the first publication, which holds from the beginning.
     *
     * @param restored state to start from, or null
     */
    public WatcherHarness(AbandonedCart definition, OperatorSubtaskState restored) throws Exception {
        this(new PublishedTrigger(1, definition), restored);
    }

    /**
     * With what was published before the job was submitted.
     *
     * @param restored state to start from, or null
     */
    public WatcherHarness(PublishedDefinitions published, OperatorSubtaskState restored) throws Exception {
        this(PublishedTrigger.of(published), restored);
    }

    private WatcherHarness(PublishedTrigger published, OperatorSubtaskState restored) throws Exception {
        super(new CartWatcher(published), CartWatcher.periods(), CartChange::customerId, restored);
    }
}
