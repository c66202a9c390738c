package io.tributary.operators.trigger;

/** Receives what is decided for a customer, in its order. */
@FunctionalInterface
public interface TriggerSink {
    /**
     * A trigger has fired; it may be refused.
     *
     * @return whether it is told
     */
    boolean fire(Trigger trigger);

    /** One is not told that has waited, or should have. */
    default void holdBack(SuppressedTrigger suppressed) {
        throw new IllegalStateException("nothing waits here: " + suppressed);
    }

    /** Takes back one that was told. */
    default void retract(Retraction retraction) {
        throw new IllegalStateException("nothing comes late here, and nothing can be taken back: " + retraction);
    }
}
