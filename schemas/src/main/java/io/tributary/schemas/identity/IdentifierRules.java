package io.tributary.schemas.identity;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Normalises identifiers and refuses those that identify nobody.
 *
 * <p>Every value is stripped of surrounding white space, no-break spaces included, then takes the form of its namespace's
 * {@link Normaliser}. A value on the blocklist (compared without case), or made of zeros and hyphens alone, is what
 * broken clients send instead of an identifier: it is dropped.
 */
public final class IdentifierRules implements Serializable {
    /** Longest identifier, in UTF-16 units. A longer one identifies nobody: it is a payload in the wrong field. */
    public static final int MAX_LENGTH = 1_024;

    private static final Set<String> BLOCKED = Set.of(
            "",
            "-1",
            "[object object]",
            "anonymous",
            "false",
            "guest",
            "n/a",
            "nan",
            "nil",
            "none",
            "null",
            "true",
            "undefined",
            "unknown");
    private static final int LONGEST_BLOCKED =
            BLOCKED.stream().mapToInt(String::length).max().orElseThrow();
    private static final char NEXT_LINE = '\u0085';

    private final IdentitySettings settings;

    /** Rules by configuration. */
    public IdentifierRules(IdentitySettings settings) {
        this.settings = settings;
    }

    /** @param phoneRegion ISO 3166 region of phone numbers without a country code, or null: those are then invalid */
    public IdentifierRules(String phoneRegion) {
        this(
                phoneRegion == null
                        ? IdentitySettings.defaults()
                        : IdentitySettings.defaults().withPhoneRegions(List.of(phoneRegion)));
    }

    public static IdentifierRules defaults() {
        return new IdentifierRules(IdentitySettings.defaults());
    }

    /** The namespace of that name as it is configured, or null. */
    public Namespace namespace(String name) {
        return settings.namespace(name);
    }

    /**
     * The normalised identifier, or null if the value identifies nobody.
     *
     * @param namespace is looked up by its name. One that is not configured, which is known from outputs alone, takes
     *     values as they stand
     */
    public Identifier normalise(Namespace namespace, String raw) {
        String value = strip(raw);
        if (value.length() > MAX_LENGTH || isBlocked(value)) {
            return null;
        }
        NamespaceSettings of = settings.of(namespace.id());
        if (of == null) {
            return new Identifier(namespace, value);
        }
        String normalised = of.normalised(value);
        return normalised == null || normalised.length() > MAX_LENGTH || isBlocked(normalised)
                ? null
                : new Identifier(of.namespace(), normalised);
    }

    /** By Unicode's property White_Space: no-break spaces come with what was copied from a web page. */
    private static String strip(String raw) {
        int from = 0;
        int to = raw.length();
        while (from < to && isSpace(raw.charAt(from))) {
            from++;
        }
        while (from < to && isSpace(raw.charAt(to - 1))) {
            to--;
        }
        return raw.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
    }

    private static boolean isBlocked(String value) {
        return (value.length() <= LONGEST_BLOCKED && BLOCKED.contains(value.toLowerCase(Locale.ROOT)))
                || isZerosAndHyphens(value);
    }

    private static boolean isZerosAndHyphens(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) != '0' && value.charAt(i) != '-') {
                return false;
            }
        }
        return true;
    }
}
