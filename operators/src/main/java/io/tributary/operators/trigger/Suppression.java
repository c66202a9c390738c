package io.tributary.operators.trigger;

/**
 * Why a trigger that has fired is not told.
 *
 * @param detail what exactly, for people
 */
public record Suppression(Reason reason, String detail) {
    /** In the order in which they are asked: the first that holds is told. */
    public enum Reason {
        /** What ends it has happened while it waited. */
        ENDED("ended"),
        /** Too many wait already. */
        BACKLOG("backlog"),
        EXPIRED("expired"),
        CONSENT("consent"),
        /** The customer is in a segment nobody in which is told anything. */
        SUPPRESSED("suppressed"),
        QUIET_HOURS("quiet_hours"),
        COOL_DOWN("cool_down"),
        CAP("cap");

        private final String id;

        Reason(String id) {
            this.id = id;
        }

        /** As it is published. */
        public String id() {
            return id;
        }
    }
}
