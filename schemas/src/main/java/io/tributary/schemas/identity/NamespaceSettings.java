package io.tributary.schemas.identity;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How identifiers of one namespace are read and linked.
 *
 * @param limit most values that one customer has, at least 1; {@link IdentitySettings#NO_LIMIT} for any number
 * @param maxShared most distinct anchors, other than itself, that a value is seen with before it is quarantined
 * @param normaliser what makes one value of the ways in which people write it
 * @param regions of phone numbers without a country code, ISO 3166, the first that has the number; none: it is invalid
 * @param blocklist values that identify nobody, beside those that never do; compared without case, as they are written in
 *     an event and normalised
 */
public record NamespaceSettings(
        Namespace namespace,
        int limit,
        int maxShared,
        Normaliser normaliser,
        List<String> regions,
        Set<String> blocklist)
        implements Serializable {

    public NamespaceSettings {
        regions = List.copyOf(regions);
        Set<String> blocked = new HashSet<>();
        for (String value : blocklist) {
            blocked.add(value.toLowerCase(Locale.ROOT));
            String normalised = normaliser.apply(value, regions);
            if (normalised != null) {
                blocked.add(normalised.toLowerCase(Locale.ROOT));
            }
        }
        blocklist = Set.copyOf(blocked);
    }

    static NamespaceSettings defaultsOf(Namespace namespace) {
        return new NamespaceSettings(
                namespace,
                namespace.isNamed(Namespace.USER_ID) ? 1 : IdentitySettings.NO_LIMIT,
                IdentitySettings.DEFAULT_MAX_SHARED,
                namespace.isNamed(Namespace.EMAIL)
                        ? Normaliser.EMAIL
                        : namespace.isNamed(Namespace.PHONE) ? Normaliser.PHONE : Normaliser.TEXT,
                List.of(),
                Set.of());
    }

    NamespaceSettings withRegions(List<String> others) {
        return new NamespaceSettings(namespace, limit, maxShared, normaliser, others, blocklist);
    }

    /** The normalised form of a value that is not empty; null if it is invalid or blocked. */
    String normalised(String value) {
        String normalised = normaliser.apply(value, regions);
        return normalised == null || isBlocked(value) || isBlocked(normalised) ? null : normalised;
    }

    private boolean isBlocked(String value) {
        return !blocklist.isEmpty() && blocklist.contains(value.toLowerCase(Locale.ROOT));
    }
}
