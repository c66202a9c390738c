package io.tributary.local.oracle;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What identifies whom: the namespaces, the strongest first, and the limits of identity resolution.
 *
 * @param maxComponent most links that hang together
 * @param previousId namespace of an alias's {@code previousId}
 */
public record IdentityConfig(List<Namespace> namespaces, int maxComponent, String previousId) {
    /** No limit. */
    public static final int NONE = Integer.MAX_VALUE;

    private static final Pattern BLOCKED = Pattern.compile("(|null|undefined|-1|anonymous|[0-]*0[0-]*)");
    private static final Pattern EMAIL = Pattern.compile("[^\\s@]+@[^\\s@]+\\.[^\\s@]+");

    /** How a value is normalised, and which values are valid. */
    public enum Form {
        TEXT,
        EMAIL,
        PHONE
    }

    /**
     * One kind of identifier.
     *
     * @param person identifies a person, else a device
     * @param anchor counted by {@code maxShared}: a user id, a CRM id, a record
     * @param limit most values of one customer
     * @param maxShared most anchors with which a value is seen before it is quarantined
     */
    public record Namespace(String name, boolean person, boolean anchor, int limit, int maxShared, Form form) {
        private static final int DEFAULT_MAX_SHARED = 3;

        /** Of a person, neither an anchor nor limited. */
        public static Namespace person(String name) {
            return new Namespace(name, true, false, NONE, DEFAULT_MAX_SHARED, Form.TEXT);
        }

        /** Of a person, an anchor without a limit. */
        public static Namespace anchor(String name) {
            return new Namespace(name, true, true, NONE, DEFAULT_MAX_SHARED, Form.TEXT);
        }

        public static Namespace device(String name) {
            return new Namespace(name, false, false, NONE, NONE, Form.TEXT);
        }

        public Namespace withLimit(int values) {
            return new Namespace(name, person, anchor, values, maxShared, form);
        }

        public Namespace withMaxShared(int anchors) {
            return new Namespace(name, person, anchor, limit, anchors, form);
        }

        public Namespace withForm(Form other) {
            return new Namespace(name, person, anchor, limit, maxShared, other);
        }
    }

    /** The contract's. */
    public static IdentityConfig defaults() {
        return new IdentityConfig(
                List.of(
                        Namespace.anchor("user_id").withLimit(1),
                        Namespace.anchor("crm_id"),
                        Namespace.person("loyalty_card"),
                        Namespace.person("email").withForm(Form.EMAIL),
                        Namespace.person("phone").withForm(Form.PHONE),
                        Namespace.device("anonymous_id"),
                        Namespace.device("device_id")),
                2_000,
                "anonymous_id");
    }

    public IdentityConfig withMaxComponent(int links) {
        return new IdentityConfig(namespaces, links, previousId);
    }

    public IdentityConfig withPreviousId(String namespace) {
        return new IdentityConfig(namespaces, maxComponent, namespace);
    }

    /** With another namespace of that name at the same place, or with one more behind the others. */
    public IdentityConfig with(Namespace namespace) {
        List<Namespace> changed = new ArrayList<>(namespaces);
        find(namespace.name())
                .ifPresentOrElse(old -> changed.set(changed.indexOf(old), namespace), () -> changed.add(namespace));
        return new IdentityConfig(List.copyOf(changed), maxComponent, previousId);
    }

    /** With every namespace changed. */
    public IdentityConfig withEach(UnaryOperator<Namespace> change) {
        return new IdentityConfig(namespaces.stream().map(change).toList(), maxComponent, previousId);
    }

    /** The identifier of a value; nothing if the namespace is unknown, or the value is blocked or invalid. */
    Optional<Identifier> identifier(String namespace, String raw) {
        String value = raw.strip();
        if (BLOCKED.matcher(value.toLowerCase(Locale.ROOT)).matches()) {
            return Optional.empty();
        }
        return find(namespace).flatMap(found -> normalised(found.form(), value)
                .map(normal -> Identifier.of(found, namespaces.indexOf(found), normal)));
    }

    /** The identifier that is written as {@code namespace:value}. */
    Optional<Identifier> identifier(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? Optional.empty() : identifier(text.substring(0, colon), text.substring(colon + 1));
    }

    Optional<Namespace> find(String name) {
        return namespaces.stream()
                .filter(namespace -> namespace.name().equals(name))
                .findFirst();
    }

    private static Optional<String> normalised(Form form, String value) {
        return switch (form) {
            case TEXT -> Optional.of(value);
            case EMAIL ->
                Optional.of(value.toLowerCase(Locale.ROOT))
                        .filter(v -> EMAIL.matcher(v).matches());
            case PHONE -> phone(value);
        };
    }

    private static Optional<String> phone(String value) {
        PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
        try {
            return Optional.of(phones.parse(value, null))
                    .filter(phones::isValidNumber)
                    .map(number -> phones.format(number, PhoneNumberFormat.E164));
        } catch (NumberParseException e) {
            return Optional.empty();
        }
    }
}
