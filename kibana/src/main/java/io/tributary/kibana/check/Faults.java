package io.tributary.kibana.check;

import java.util.List;

/** Where faults of one object are noted. */
record Faults(String object, String panel, List<Fault> all) {
    void add(FaultKind kind, String what) {
        all.add(new Fault(kind, object, panel, what));
    }

    Faults ofPanel(String name) {
        return new Faults(object, name, all);
    }
}
