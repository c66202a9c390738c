package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What a record or a line turned out to be: an event, a tick of the clock, or a reject. */
public sealed interface Inbound {
    /** For channels between operators of one release; never kept in state. */
    Codec<Inbound> CODEC = new Codec<>() {
        @Override
        public void write(Inbound inbound, DataOutput out) throws IOException {
            if (inbound instanceof Accepted accepted) {
                out.writeByte(0);
                CustomerEvent.CODEC.write(accepted.event, out);
                Wire.writeVarLong(accepted.clock, out);
                Origin.CODEC.write(accepted.origin, out);
            } else if (inbound instanceof Tick tick) {
                out.writeByte(1);
                Wire.writeVarLong(tick.timestamp, out);
                Origin.CODEC.write(tick.origin, out);
            } else if (inbound instanceof Refused refused) {
                out.writeByte(2);
                Reject.CODEC.write(refused.reject, out);
            }
        }

        @Override
        public Inbound read(DataInput in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case 0 -> new Accepted(CustomerEvent.CODEC.read(in), Wire.readVarLong(in), Origin.CODEC.read(in));
                case 1 -> new Tick(Wire.readVarLong(in), Origin.CODEC.read(in));
                case 2 -> new Refused(Reject.CODEC.read(in));
                default -> throw new IOException("no inbound of kind " + kind);
            };
        }
    };

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
