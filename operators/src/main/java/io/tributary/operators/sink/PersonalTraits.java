package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which traits say who a person is: e-mail, phone, names, address, date of birth, picture, as the Segment spec and CRM
 * exports name them, whatever their case and separators ({@code firstName}, {@code first_name}, {@code First Name}).
 */
public final class PersonalTraits {
    private static final Set<String> NAMES = Set.of(
            "name",
            "fullname",
            "firstname",
            "lastname",
            "middlename",
            "givenname",
            "familyname",
            "surname",
            "nickname",
            "displayname",
            "username");
    private static final Set<String> ADDRESSES = Set.of(
            "address",
            "addresses",
            "billingaddress",
            "shippingaddress",
            "homeaddress",
            "street",
            "streetaddress",
            "address1",
            "address2",
            "addressline1",
            "addressline2",
            "housenumber",
            "postalcode",
            "postcode",
            "zip",
            "zipcode");
    private static final Set<String> OTHERS = Set.of(
            "email",
            "emailaddress",
            "emails",
            "phone",
            "phonenumber",
            "phones",
            "mobile",
            "mobilephone",
            "telephone",
            "fax",
            "birthday",
            "birthdate",
            "dateofbirth",
            "avatar",
            "photo",
            "ip",
            "ipaddress");

    /** As expressions name fields: {@code traits.email}, {@code traits['first name']}. */
    private static final Pattern FIELD =
            Pattern.compile("\\b(traits|properties|identifiers)(?:\\.(\\w+)|\\[\\s*(?:'([^']*)'|\"([^\"]*)\")\\s*])");

    private PersonalTraits() {}

    /** @param shared the other traits; an object that holds both kinds is in both */
    record Split(ObjectNode personal, ObjectNode shared) {}

    static Split split(ObjectNode traits) {
        var personal = FreeValues.JSON.createObjectNode();
        var shared = FreeValues.JSON.createObjectNode();
        traits.properties().forEach(entry -> {
            var name = entry.getKey();
            var value = entry.getValue();
            if (isPersonal(name) || (value.isArray() && holdsPersonal(value))) {
                personal.set(name, value);
            } else if (value instanceof ObjectNode inner && holdsPersonal(inner)) {
                var parts = split(inner);
                personal.set(name, parts.personal());
                if (!parts.shared().isEmpty()) {
                    shared.set(name, parts.shared());
                }
            } else {
                shared.set(name, value);
            }
        });
        return new Split(personal, shared);
    }

    /**
     * Whether a trait, or anything inside it, is personal.
     *
     * @param json its value, JSON text
     * @throws java.io.UncheckedIOException if that is not JSON
     */
    public static boolean isPersonal(String name, String json) {
        boolean isFlat = json.isEmpty() || (json.charAt(0) != '{' && json.charAt(0) != '[');
        return isPersonal(name) || (!isFlat && holdsPersonal(FreeValues.tree(json)));
    }

    /** Whether an expression looks at a personal trait, or at identifiers that are personal. */
    static boolean isNamedIn(String expression) {
        return FIELD.matcher(expression).results().anyMatch(field -> {
            var name = Stream.of(field.group(2), field.group(3), field.group(4))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow();
            return field.group(1).equals("identifiers") ? PersonalIdentifiers.isPersonal(name) : isPersonal(name);
        });
    }

    static boolean isName(String trait) {
        return NAMES.contains(plain(trait));
    }

    static boolean isAddress(String trait) {
        return ADDRESSES.contains(plain(trait));
    }

    private static boolean isPersonal(String trait) {
        var plain = plain(trait);
        return NAMES.contains(plain) || ADDRESSES.contains(plain) || OTHERS.contains(plain);
    }

    private static boolean holdsPersonal(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .anyMatch(entry -> isPersonal(entry.getKey()) || holdsPersonal(entry.getValue()));
        }
        for (var element : value) {
            if (holdsPersonal(element)) {
                return true;
            }
        }
        return false;
    }

    private static String plain(String trait) {
        var plain = new StringBuilder(trait.length());
        trait.chars().filter(Character::isLetterOrDigit).forEach(letter -> plain.append((char) letter));
        return plain.toString().toLowerCase(Locale.ROOT);
    }
}
