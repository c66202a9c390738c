package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.RejectReason;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A record of {@code cdp.privacy.v1}; they are applied in (at, id) order. Of several with the same id the first by (at,
 * line) counts.
 *
 * @param command {@code erase} or {@code unmerge}
 * @param identifier {@code namespace:value}
 * @param with the other one of an unmerge, else null
 */
public record PrivacyCommand(String id, Instant at, String command, String identifier, String with)
        implements Comparable<PrivacyCommand> {

    public static PrivacyCommand erase(String id, Instant at, String identifier) {
        return new PrivacyCommand(id, at, "erase", identifier, null);
    }

    public static PrivacyCommand unmerge(String id, Instant at, String identifier, String with) {
        return new PrivacyCommand(id, at, "unmerge", identifier, with);
    }

    /** With other identifiers. */
    public PrivacyCommand mapIdentifiers(UnaryOperator<String> change) {
        return new PrivacyCommand(id, at, command, change.apply(identifier), with == null ? null : change.apply(with));
    }

    /** As it stands in a file. */
    public String line() {
        ObjectNode line = Json.object()
                .put("id", id)
                .put("at", at.toString())
                .put("command", command)
                .put("identifier", identifier);
        if (with != null) {
            line.put("with", with);
        }
        return line.toString();
    }

    /** Why it can't be obeyed: an unmerge takes two different persons. */
    Optional<RejectReason> refusal(IdentityConfig config) {
        Optional<Identifier> one = config.identifier(identifier);
        if (command.equals("erase")) {
            return one.isPresent() ? Optional.empty() : Optional.of(RejectReason.NO_IDENTIFIER);
        }
        Optional<Identifier> other = config.identifier(with);
        if (one.isEmpty() || other.isEmpty()) {
            return Optional.of(RejectReason.NO_IDENTIFIER);
        }
        boolean twoPersons = one.get().isPerson() && other.get().isPerson() && !one.equals(other);
        return twoPersons ? Optional.empty() : Optional.of(RejectReason.BAD_VALUE);
    }

    @Override
    public int compareTo(PrivacyCommand other) {
        return Comparator.comparing(PrivacyCommand::at)
                .thenComparing(PrivacyCommand::id)
                .thenComparing(PrivacyCommand::line)
                .compare(this, other);
    }
}
