package io.tributary.local.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.UserException;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.identity.NamespaceSettings;
import io.tributary.schemas.identity.Normaliser;
import io.tributary.schemas.yaml.NearestName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose profile is wanted: that of a customer id, or of whoever has an identifier. */
public sealed interface ProfileQuery {
    /** {@code namespace:value}, normalised, or the customer id. */
    String text();

    /** What may help if nobody is found; the end of a sentence. */
    String advice();

    /** Whether it is this profile. */
    boolean matches(JsonNode profile);

    /**
     * An identifier that a profile lists.
     *
     * @param namespaces the names of those that there are, as far as they are known
     */
    record Of(Identifier identifier, List<String> namespaces) implements ProfileQuery {
        @Override
        public String text() {
            return identifier.qualified();
        }

        @Override
        public String advice() {
            String namespace = identifier.namespace().id();
            return (namespaces.contains(namespace)
                            ? ""
                            : NearestName.hint(namespace, namespaces).replace('—', '-'))
                    + "; try another namespace ("
                    + namespaces.stream()
                            .filter(name -> !name.equals(namespace))
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
     * @param identity the rules of identity. Where they are not known, any well-formed name is that of a namespace, and
     *     values of those that are not there by default are taken as they stand
     * @throws IllegalArgumentException if it is neither; the message says what would be
     * @throws UserException if the value identifies nobody, so that no profile can list it
     */
    static ProfileQuery parse(String text, Optional<IdentitySettings> identity) throws UserException {
        IdentitySettings settings = identity.orElse(IdentitySettings.defaults());
        int colon = text.indexOf(':');
        if (colon < 0) {
            if (text.matches("c_[0-9a-f]{16}")) {
                return new Customer(text);
            }
            throw new IllegalArgumentException(
                    "'%s' is neither NAMESPACE:VALUE (namespaces: %s) nor a customer id (c_ and 16 hexadecimal digits)."
                            .formatted(text, String.join(", ", settings.names())));
        }
        String name = text.substring(0, colon);
        String value = text.substring(colon + 1);
        Namespace namespace = settings.namespace(name);
        if (namespace == null && identity.isEmpty() && Namespace.isId(name)) {
            namespace = Namespace.named(name);
        }
        if (namespace == null) {
            throw new IllegalArgumentException("There is no namespace '%s'%s Namespaces: %s."
                    .formatted(
                            name,
                            NearestName.of(name, settings.names())
                                    .map(near -> " - did you mean '" + near + "'?")
                                    .orElse("."),
                            String.join(", ", settings.names())));
        }
        if (value.isBlank()) {
            throw new IllegalArgumentException("'%s' has no value: write %s:VALUE.".formatted(text, name));
        }
        Identifier identifier = new IdentifierRules(settings).normalise(namespace, value);
        if (identifier == null) {
            throw new UserException(text + " identifies nobody, so no profile has it: " + whyNobody(settings.of(name)));
        }
        return new Of(identifier, settings.names());
    }

    private static String whyNobody(NamespaceSettings namespace) {
        return switch (namespace == null ? Normaliser.TEXT : namespace.normaliser()) {
            case EMAIL -> "this is no e-mail address";
            case PHONE -> "this is no phone number with its country's code, such as +48512345678";
            case TEXT, DIGITS, LETTERS_AND_DIGITS ->
                "values such as 0, -1, null or anonymous are blocked; if the mapping gives a prefix, write it";
        };
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
