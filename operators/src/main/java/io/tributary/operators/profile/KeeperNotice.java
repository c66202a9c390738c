package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What all ledger keepers are told. */
public sealed interface KeeperNotice {
    /** For channels between operators of one release; never kept in state. */
    Codec<KeeperNotice> CODEC = new Codec<>() {
        @Override
        public void write(KeeperNotice notice, DataOutput out) throws IOException {
            if (notice instanceof OfCommand of) {
                out.writeBoolean(true);
                PrivacyCommand.CODEC.write(of.command, out);
            } else if (notice instanceof OfDefinitions of) {
                out.writeBoolean(false);
                PublishedDefinitions.CODEC.write(of.definitions, out);
            }
        }

        @Override
        public KeeperNotice read(DataInput in) throws IOException {
            return in.readBoolean()
                    ? new OfCommand(PrivacyCommand.CODEC.read(in))
                    : new OfDefinitions(PublishedDefinitions.CODEC.read(in));
        }
    };

    /** Somebody demands something of their data. */
    record OfCommand(PrivacyCommand command) implements KeeperNotice {}

    /** Other definitions hold. */
    record OfDefinitions(PublishedDefinitions definitions) implements KeeperNotice {}
}
