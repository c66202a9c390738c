package io.tributary.local.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.UserException;
import io.tributary.operators.identity.IdentityChange;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A line of {@code identity-changes.jsonl}; see {@link IdentityChange}.
 *
 * @param at milliseconds since 1970
 * @param identifiers as they stand there
 * @param leftOut how many more there were
 * @param into null where nothing went anywhere
 */
record StoredChange(
        long at,
        IdentityChange.Kind kind,
        String customerId,
        List<Identifier> identifiers,
        long leftOut,
        String into,
        String because) {
    private static final Map<String, IdentityChange.Kind> KINDS = Arrays.stream(IdentityChange.Kind.values())
            .collect(Collectors.toUnmodifiableMap(IdentityChange.Kind::id, Function.identity()));

    /**
     * Reads the public JSON of a change.
     *
     * @param place what messages call it
     * @param identity the rules of identity, as far as they are known
     * @throws UserException if it is something else
     */
    static StoredChange read(byte[] line, String place, IdentitySettings identity) throws UserException {
        JsonNode json;
        try {
            json = AcceptedJson.mapper().readTree(line);
        } catch (IOException e) {
            throw new UserException(place + " is not JSON; run the backtest again", e);
        }
        String at = json.path("at").textValue();
        long millis = at == null ? Timestamps.INVALID : Timestamps.parse(at);
        String change = json.path("change").textValue();
        IdentityChange.Kind kind = change == null ? null : KINDS.get(change);
        String customerId = json.path("customer_id").textValue();
        List<Identifier> identifiers = identifiers(json.path("identifiers"), identity);
        String into = json.path("into").textValue();
        String because = json.path("because").textValue();
        if (millis == Timestamps.INVALID
                || kind == null
                || customerId == null
                || identifiers == null
                || because == null
                || isMove(kind) != (into != null)) {
            throw new UserException(place + " is no identity change; run the backtest again");
        }
        long leftOut = json.path("identifiers_left_out").asLong(0);
        return new StoredChange(millis, kind, customerId, identifiers, leftOut, into, because);
    }

    /**
     * Reads the field {@code identifiers} of a change or a profile.
     *
     * @param identity the rules of identity, as far as they are known
     * @return null if it is something else
     */
    static List<Identifier> identifiers(JsonNode byNamespace, IdentitySettings identity) {
        if (!byNamespace.isObject()) {
            return null;
        }
        List<Identifier> identifiers = new ArrayList<>(2);
        for (Map.Entry<String, JsonNode> entry : byNamespace.properties()) {
            if (!Namespace.isId(entry.getKey()) || !entry.getValue().isArray()) {
                return null;
            }
            Namespace known = identity.namespace(entry.getKey());
            Namespace namespace = known == null ? Namespace.named(entry.getKey()) : known;
            for (JsonNode value : entry.getValue()) {
                if (!value.isTextual()) {
                    return null;
                }
                identifiers.add(new Identifier(namespace, value.textValue()));
            }
        }
        return identifiers;
    }

    private static boolean isMove(IdentityChange.Kind kind) {
        return kind == IdentityChange.Kind.MERGED || kind == IdentityChange.Kind.UNMERGED;
    }

    /** The event that caused it: message ids come again, but hardly at the same instant. */
    Cause cause() {
        return new Cause(at, because);
    }

    /** When, and by which message. */
    record Cause(long at, String because) {}
}
