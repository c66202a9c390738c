package io.tributary.local.oracle;

import java.time.Instant;
import java.util.Comparator;

/**
 * A record of {@code cdp.privacy.v1}; they are applied in (at, id) order.
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

    @Override
    public int compareTo(PrivacyCommand other) {
        return Comparator.comparing(PrivacyCommand::at)
                .thenComparing(PrivacyCommand::id)
                .compare(this, other);
    }
}
