package io.tributary.operators.profile;

import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.segment.CompiledDefinitions;
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
            CompiledDefinitions those = definitions.compiled();
            watch = new EventWatch(those.triggers(), those.delivery());
            publication = definitions.publication();
        }
        return watch;
    }
}
