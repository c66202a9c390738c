package io.tributary.schemas.identity;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.io.Serializable;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Normalises identifiers and refuses those that identify nobody.
 *
 * <p>Every value is stripped of surrounding white space, no-break spaces included. E-mails are lower-cased; phone numbers become E.164. A value
 * on the blocklist (compared without case), or made of zeros and hyphens alone, is what broken clients send instead of
 * an identifier: it is dropped.
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
    private static final Pattern E_MAIL = Pattern.compile(
            "[^\\p{Z}\\p{Cc}@,;<>()\\[\\]\"]{1,64}@[^\\p{Z}\\p{Cc}@,;<>()\\[\\]\"]+\\.[^\\p{Z}\\p{Cc}@.,;<>()\\[\\]\"]+");
    private static final char NEXT_LINE = '\u0085';
    private static final int MAX_E_MAIL_LENGTH = 254;

    private final String phoneRegion;

    /** @param phoneRegion ISO 3166 region of phone numbers without a country code, or null: those are then invalid */
    public IdentifierRules(String phoneRegion) {
        this.phoneRegion = phoneRegion;
    }

    public static IdentifierRules defaults() {
        return new IdentifierRules(null);
    }

    /** The normalised identifier, or null if the value identifies nobody. */
    public Identifier normalise(Namespace namespace, String raw) {
        String value = strip(raw);
        if (value.length() > MAX_LENGTH || isBlocked(value)) {
            return null;
        }
        String normalised =
                switch (namespace) {
                    case EMAIL -> email(value);
                    case PHONE -> phone(value);
                    default -> value;
                };
        return normalised == null ? null : new Identifier(namespace, normalised);
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

    private static String email(String value) {
        return value.length() <= MAX_E_MAIL_LENGTH && E_MAIL.matcher(value).matches()
                ? value.toLowerCase(Locale.ROOT)
                : null;
    }

    private String phone(String value) {
        PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
        try {
            PhoneNumber number = phones.parse(value, phoneRegion);
            return phones.isValidNumber(number) ? phones.format(number, PhoneNumberFormat.E164) : null;
        } catch (NumberParseException e) {
            return null;
        }
    }
}
