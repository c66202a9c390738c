package io.tributary.operators.profile;

import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.trigger.EventWatch;

/** Which events the triggers that hold look at. For one thread. */
final class ActiveWatch {
    private final ActiveDefinitions definitions;
    private long publication = -1;
    private EventWatch watch;

    ActiveWatch(ActiveDefinitions definitions) {
        this.definitions = definitions;
    }

    EventWatch get() {
        if (definitions.publication() != publication) {
            watch = new EventWatch(definitions.compiled().triggers());
            publication = definitions.publication();
        }
        return watch;
    }
}
