package io.tributary.operators.identity;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.Collection;
import java.util.Locale;

/**
 * Something that has changed about who is who, with the message that caused it.
 *
 * @param at when, milliseconds since 1970
 * @param customerId whose it is; of {@link Kind#MERGED} and {@link Kind#UNMERGED} the customer that something left
 * @param identifiers what it is about, see {@link Kind}
 * @param into where it went, or null
 * @param because id of the message, or of the privacy command, that caused it
 */
public record IdentityChange(
        long at, Kind kind, String customerId, Collection<Identifier> identifiers, String into, String because) {

    /** What has changed. */
    public enum Kind {
        /** The customer has an event and had none before. All its identifiers. */
        CREATED,

        /** Identifiers are new at a customer that goes on, and come from no other customer. */
        LINKED,

        /** The customer is gone: its events are {@code into}'s. The identifiers that went there. */
        MERGED,

        /** A link breaks a limit. Both ends, at the customer of the stronger one. */
        CONFLICT,

        /** A value is shared by too many anchors. The value, at its own customer. */
        QUARANTINED,

        /** Too many links would hang together. Both ends of the refused one, at the customer of the stronger one. */
        COMPONENT_FULL,

        /** The customer goes on, but some of it went to {@code into}. The identifiers that went there. */
        UNMERGED;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The name as it is written in outputs. */
        public String id() {
            return id;
        }
    }

    /** The public JSON: one object in UTF-8, without a line end. As many identifiers as a profile has at most. */
    public byte[] json() {
        return ProfileJson.write(256, this::writeTo);
    }

    /** For {@code cdp.identity-changes.v1}; its id is that of its content, in which the cause is. */
    public OutboundRecord record() {
        byte[] value = json();
        return new OutboundRecord(
                Topic.IDENTITY_CHANGES,
                customerId,
                "i_" + Hashes.longHex(value),
                "io.tributary.identity-change.v1",
                at,
                0,
                value);
    }

    private void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("at", Timestamps.format(at));
        json.writeStringField("change", kind.id());
        json.writeStringField("customer_id", customerId);
        ProfileJson.writeIdentifiers(json, identifiers);
        if (into != null) {
            json.writeStringField("into", into);
        }
        json.writeStringField("because", because);
        json.writeEndObject();
    }
}
