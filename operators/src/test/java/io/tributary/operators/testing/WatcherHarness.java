package io.tributary.operators.testing;

import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.operators.trigger.PublishedTriggers;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** Runs the watcher of carts. */
public final class WatcherHarness extends SweepHarness<CartChange> {
    /**
     * With definitions of the first publication, which hold from the beginning.
     *
     * @param restored state to start from, or null
     */
    public WatcherHarness(Definitions definitions, OperatorSubtaskState restored) throws Exception {
        this(PublishedDefinitions.NONE.next(definitions, 0), restored);
    }

    /**
     * With what was published before the job was submitted.
     *
     * @param restored state to start from, or null
     */
    public WatcherHarness(PublishedDefinitions published, OperatorSubtaskState restored) throws Exception {
        this(PublishedTriggers.of(published), restored);
    }

    private WatcherHarness(PublishedTriggers published, OperatorSubtaskState restored) throws Exception {
        super(new CartWatcher(published), CartWatcher.periods(), CartChange::customerId, restored);
    }
}
