package io.tributary.schemas.privacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;

/**
 * Reads privacy commands:
 * {@code {"id":"…","at":"…","command":"erase|unmerge","identifier":"email:ana@x.com","with":"…"}}. Never throws for any
 * input: what can't be obeyed becomes a {@link Reject} that keeps its bytes. Not thread-safe.
 */
public final class PrivacyParser {
    private static final byte[] NO_BYTES = {};
    private static final int MAX_ID = 512;
    private static final int MAX_BYTES = 16 << 10;
    private static final int MAX_DEPTH = EventLimits.defaults().maxDepth();

    private final IdentifierRules identifierRules;
    private final ObjectReader json = JsonMapper.builder(AcceptedJson.factory(MAX_DEPTH, MAX_BYTES))
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    public PrivacyParser(IdentifierRules identifierRules) {
        this.identifierRules = identifierRules;
    }

    /** @param raw a record's value or a line of a file; null is refused like an empty line */
    public PrivacyInbound parse(byte[] raw, Origin origin) {
        byte[] bytes = raw == null ? NO_BYTES : raw;
        try {
            return new PrivacyInbound.Accepted(read(bytes));
        } catch (Refusal refusal) {
            return new PrivacyInbound.Refused(new Reject(refusal.reason, refusal.getMessage(), origin, bytes));
        }
    }

    private PrivacyCommand read(byte[] raw) throws Refusal {
        JsonNode command = object(raw);
        String id = text(command, "id");
        if (id.length() > MAX_ID) {
            throw new Refusal(RejectReason.BAD_VALUE, "id is longer than " + MAX_ID + " characters");
        }
        long at = Timestamps.parse(command.path("at").asText(""));
        if (at == Timestamps.INVALID) {
            throw new Refusal(RejectReason.BAD_TIMESTAMP, "at is no ISO-8601 instant between 1970 and 9999");
        }
        switch (text(command, "command")) {
            case "erase" -> {
                return PrivacyCommand.erase(id, at, identifier(command, "identifier"));
            }
            case "unmerge" -> {
                Identifier one = identifier(command, "identifier");
                Identifier other = identifier(command, "with");
                if (one.equals(other)) {
                    throw new Refusal(RejectReason.BAD_VALUE, "identifier and with are the same");
                }
                if (!one.namespace().isPerson() || !other.namespace().isPerson()) {
                    throw new Refusal(RejectReason.BAD_VALUE, "unmerge takes two person identifiers, not a device's");
                }
                return PrivacyCommand.unmerge(id, at, one, other);
            }
            default -> throw new Refusal(RejectReason.BAD_VALUE, "command is neither erase nor unmerge");
        }
    }

    private JsonNode object(byte[] raw) throws Refusal {
        if (raw.length == 0) {
            throw new Refusal(RejectReason.EMPTY_LINE, "no bytes");
        }
        if (raw.length > MAX_BYTES) {
            throw new Refusal(RejectReason.TOO_LARGE, raw.length + " bytes, the limit is " + MAX_BYTES);
        }
        JsonNode command;
        try {
            command = json.readTree(raw);
        } catch (JsonProcessingException e) {
            throw new Refusal(RejectReason.NOT_JSON, "JSON syntax error");
        } catch (IOException e) {
            throw new Refusal(RejectReason.NOT_JSON, "not UTF-8");
        }
        if (!command.isObject()) {
            throw new Refusal(RejectReason.NOT_AN_OBJECT, "a command is a JSON object");
        }
        return command;
    }

    private static String text(JsonNode command, String field) throws Refusal {
        JsonNode value = command.get(field);
        if (value == null || !value.isTextual() || value.textValue().isBlank()) {
            throw new Refusal(RejectReason.BAD_VALUE, field + " is missing");
        }
        return value.textValue();
    }

    private Identifier identifier(JsonNode command, String field) throws Refusal {
        String text = text(command, field);
        int colon = text.indexOf(':');
        Namespace namespace = colon < 0 ? null : identifierRules.namespace(text.substring(0, colon));
        if (namespace == null) {
            throw new Refusal(
                    RejectReason.BAD_VALUE, field + " is no identifier of a known namespace, as email:ana@x.com is");
        }
        Identifier identifier = identifierRules.normalise(namespace, text.substring(colon + 1));
        if (identifier == null) {
            throw new Refusal(RejectReason.NO_IDENTIFIER, field + " is blocked or invalid");
        }
        return identifier;
    }

    /** Without a stack trace, because hostile input would pay for it. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final RejectReason reason;

        Refusal(RejectReason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }
    }
}
