package io.tributary.local.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.UserException;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.yaml.NearestName;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Whose profile is wanted: that of a customer id, or of whoever has an identifier. */
public sealed interface ProfileQuery {
    /** {@code namespace:value}, normalised, or the customer id. */
    String text();

    /** What may help if nobody is found; the end of a sentence. */
    String advice();

    /** Whether it is this profile. */
    boolean matches(JsonNode profile);

    /** An identifier that a profile lists. */
    record Of(Identifier identifier) implements ProfileQuery {
        @Override
        public String text() {
            return identifier.qualified();
        }

        @Override
        public String advice() {
            return "; try another namespace ("
                    + names().stream()
                            .filter(name -> !name.equals(identifier.namespace().id()))
                            .collect(Collectors.joining(", "))
                    + "), or the prefix that a mapping gives the value";
        }

        @Override
        public boolean matches(JsonNode profile) {
            return contains(
                    profile.path("identifiers").path(identifier.namespace().id()), identifier.value());
        }
    }

    /** A customer id; one that is gone is found where it was merged into. */
    record Customer(String id) implements ProfileQuery {
        @Override
        public String text() {
            return id;
        }

        @Override
        public String advice() {
            return "; try one of the customer's identifiers, such as user_id:42";
        }

        @Override
        public boolean matches(JsonNode profile) {
            return id.equals(profile.path("customer_id").textValue()) || contains(profile.path("merged_from"), id);
        }
    }

    /**
     * Reads {@code NAMESPACE:VALUE} or a customer id.
     *
     * @throws IllegalArgumentException if it is neither; the message says what would be
     * @throws UserException if the value identifies nobody, so that no profile can list it
     */
    static ProfileQuery parse(String text) throws UserException {
        int colon = text.indexOf(':');
        if (colon < 0) {
            if (text.matches("c_[0-9a-f]{16}")) {
                return new Customer(text);
            }
            throw new IllegalArgumentException(
                    "'%s' is neither NAMESPACE:VALUE (namespaces: %s) nor a customer id (c_ and 16 hexadecimal digits)."
                            .formatted(text, String.join(", ", names())));
        }
        String name = text.substring(0, colon);
        String value = text.substring(colon + 1);
        Namespace namespace = Namespace.byId(name);
        if (namespace == null) {
            throw new IllegalArgumentException("There is no namespace '%s'%s Namespaces: %s."
                    .formatted(
                            name,
                            NearestName.of(name, names())
                                    .map(near -> " - did you mean '" + near + "'?")
                                    .orElse("."),
                            String.join(", ", names())));
        }
        if (value.isBlank()) {
            throw new IllegalArgumentException("'%s' has no value: write %s:VALUE.".formatted(text, name));
        }
        Identifier identifier = IdentifierRules.defaults().normalise(namespace, value);
        if (identifier == null) {
            throw new UserException(text + " identifies nobody, so no profile has it: "
                    + switch (namespace) {
                        case EMAIL -> "this is no e-mail address";
                        case PHONE -> "this is no phone number with its country's code, such as +48512345678";
                        default ->
                            "values such as 0, -1, null or anonymous are blocked; if the mapping gives a prefix, write it";
                    });
        }
        return new Of(identifier);
    }

    private static List<String> names() {
        return Arrays.stream(Namespace.values()).map(Namespace::id).toList();
    }

    private static boolean contains(JsonNode list, String value) {
        for (JsonNode element : list) {
            if (value.equals(element.textValue())) {
                return true;
            }
        }
        return false;
    }
}
