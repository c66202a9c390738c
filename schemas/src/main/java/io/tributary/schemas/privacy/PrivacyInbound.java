package io.tributary.schemas.privacy;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.event.Reject;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What a record of {@code cdp.privacy.v1} turned out to be. */
public sealed interface PrivacyInbound {
    /** For channels between operators of one release; never kept in state. */
    Codec<PrivacyInbound> CODEC = new Codec<>() {
        @Override
        public void write(PrivacyInbound inbound, DataOutput out) throws IOException {
            if (inbound instanceof Accepted accepted) {
                out.writeBoolean(true);
                PrivacyCommand.CODEC.write(accepted.command, out);
            } else if (inbound instanceof Refused refused) {
                out.writeBoolean(false);
                Reject.CODEC.write(refused.reject, out);
            }
        }

        @Override
        public PrivacyInbound read(DataInput in) throws IOException {
            return in.readBoolean() ? new Accepted(PrivacyCommand.CODEC.read(in)) : new Refused(Reject.CODEC.read(in));
        }
    };

    /** A command that can be obeyed. */
    record Accepted(PrivacyCommand command) implements PrivacyInbound {}

    /** Refused input. */
    record Refused(Reject reject) implements PrivacyInbound {}
}
