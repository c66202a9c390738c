package io.tributary.schemas.event;

/** What a record or a line turned out to be: an event, a tick of the clock, or a reject. */
public sealed interface Inbound {
    /** Where it came from. */
    Origin origin();

    /**
     * An accepted event.
     *
     * @param clock by how far the event may move its partition's clock: its timestamp, at most the instant at which it
     *     was received; milliseconds since 1970
     */
    record Accepted(CustomerEvent event, long clock, Origin origin) implements Inbound {}

    /**
     * Event time has reached an instant, whether or not anything happened.
     *
     * @param timestamp milliseconds since 1970
     */
    record Tick(long timestamp, Origin origin) implements Inbound {}

    /** Refused input. */
    record Refused(Reject reject) implements Inbound {
        @Override
        public Origin origin() {
            return reject.origin();
        }
    }
}
