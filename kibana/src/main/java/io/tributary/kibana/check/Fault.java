package io.tributary.kibana.check;

/**
 * What is wrong, and where.
 *
 * @param object type and id; empty if it is the bundle
 * @param panel dashboard and panel that show it; empty if it is no panel's
 */
public record Fault(FaultKind kind, String object, String panel, String what) {
    @Override
    public String toString() {
        return kind + " " + object + (panel.isEmpty() ? "" : " (" + panel + ")") + ": " + what;
    }
}
