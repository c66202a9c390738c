package io.tributary.schemas.identity;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What makes one value of the ways in which people write it. */
public enum Normaliser {
    /** As it stands. */
    TEXT {
        @Override
        String apply(String value, List<String> regions) {
            return value;
        }
    },

    /** An e-mail address in lower case. */
    EMAIL {
        @Override
        String apply(String value, List<String> regions) {
            return value.length() <= MAX_E_MAIL_LENGTH && E_MAIL.matcher(value).matches()
                    ? value.toLowerCase(Locale.ROOT)
                    : null;
        }
    },

    /** A phone number as E.164. One without the code of its country is taken for one of the first region that has it. */
    PHONE {
        @Override
        String apply(String value, List<String> regions) {
            if (regions.isEmpty()) {
                return phone(value, null);
            }
            for (String region : regions) {
                String phone = phone(value, region);
                if (phone != null) {
                    return phone;
                }
            }
            return null;
        }
    },

    /** The decimal digits alone, in ASCII. */
    DIGITS {
        @Override
        String apply(String value, List<String> regions) {
            StringBuilder kept = new StringBuilder(value.length());
            value.codePoints().filter(Character::isDigit).forEach(digit -> kept.append(Character.digit(digit, 10)));
            return kept.isEmpty() ? null : kept.toString();
        }
    },

    /** Letters and digits alone, in upper case. */
    LETTERS_AND_DIGITS {
        @Override
        String apply(String value, List<String> regions) {
            StringBuilder kept = new StringBuilder(value.length());
            value.codePoints().filter(Character::isLetterOrDigit).forEach(kept::appendCodePoint);
            return kept.isEmpty() ? null : kept.toString().toUpperCase(Locale.ROOT);
        }
    };

    private static final Pattern E_MAIL = Pattern.compile(
            "[^\\p{Z}\\p{Cc}@,;<>()\\[\\]\"]{1,64}@[^\\p{Z}\\p{Cc}@,;<>()\\[\\]\"]+\\.[^\\p{Z}\\p{Cc}@.,;<>()\\[\\]\"]+");
    private static final int MAX_E_MAIL_LENGTH = 254;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The name as it is written in files. */
    public String id() {
        return id;
    }

    /**
     * The one form of a value that is not empty.
     *
     * @param regions of phone numbers without a country code, ISO 3166
     * @return null if the value is none of its kind
     */
    abstract String apply(String value, List<String> regions);

    private static String phone(String value, String region) {
        PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
        try {
            PhoneNumber number = phones.parse(value, region);
            return phones.isValidNumber(number) ? phones.format(number, PhoneNumberFormat.E164) : null;
        } catch (NumberParseException e) {
            return null;
        }
    }
}
