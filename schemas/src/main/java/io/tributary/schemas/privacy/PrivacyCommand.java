package io.tributary.schemas.privacy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Locale;

/**
 * A command of {@code cdp.privacy.v1}. Commands are obeyed in the order of (time, id), before the events of their
 * instant.
 *
 * @param at milliseconds since 1970
 * @param with the other person of an unmerge, else null
 */
public record PrivacyCommand(String id, long at, Kind kind, Identifier identifier, Identifier with)
        implements Comparable<PrivacyCommand> {
    /** What is demanded. */
    public enum Kind {
        /** The customer to whom the identifier belongs is forgotten. */
        ERASE,
        /** Two person identifiers are never one customer. */
        UNMERGE;

        private static final Kind[] VALUES = values();

        /** As it is published. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final byte FORMAT = 1;

    public static final Codec<PrivacyCommand> CODEC = new Codec<>() {
        @Override
        public void write(PrivacyCommand command, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeString(command.id, out);
            out.writeLong(command.at);
            out.writeByte(command.kind.ordinal());
            Identifier.CODEC.write(command.identifier, out);
            if (command.kind == Kind.UNMERGE) {
                Identifier.CODEC.write(command.with, out);
            }
        }

        @Override
        public PrivacyCommand read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a privacy command", in);
            String id = Wire.readString(in);
            long at = in.readLong();
            Kind kind = Kind.VALUES[in.readByte()];
            Identifier identifier = Identifier.CODEC.read(in);
            return new PrivacyCommand(
                    id, at, kind, identifier, kind == Kind.UNMERGE ? Identifier.CODEC.read(in) : null);
        }
    };

    public static PrivacyCommand erase(String id, long at, Identifier identifier) {
        return new PrivacyCommand(id, at, Kind.ERASE, identifier, null);
    }

    public static PrivacyCommand unmerge(String id, long at, Identifier one, Identifier other) {
        return new PrivacyCommand(id, at, Kind.UNMERGE, one, other);
    }

    /** As a record of {@code cdp.privacy.v1}: one JSON object in UTF-8, without a line end. */
    public byte[] json() {
        ObjectNode json = AcceptedJson.mapper().createObjectNode();
        json.put("id", id);
        json.put("at", Timestamps.format(at));
        json.put("command", kind.id());
        json.put("identifier", identifier.qualified());
        if (with != null) {
            json.put("with", with.qualified());
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Its place among events: before all of an instant.
     *
     * @param instant at which it is obeyed, milliseconds since 1970
     */
    public EventOrder orderAt(long instant) {
        return new EventOrder(instant, EventKind.COMMAND, id, 0);
    }

    @Override
    public int compareTo(PrivacyCommand other) {
        return Comparator.comparingLong(PrivacyCommand::at)
                .thenComparing(PrivacyCommand::id)
                .compare(this, other);
    }
}
