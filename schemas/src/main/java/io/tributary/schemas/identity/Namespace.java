package io.tributary.schemas.identity;

/**
 * What an identifier identifies. The order of the constants is the default priority: the first is the strongest.
 *
 * <p>A person's identifier follows the person from device to device; a device's identifier stays with the device and
 * never bridges two persons.
 */
public enum Namespace {
    USER_ID("user_id", Kind.PERSON, true),
    CRM_ID("crm_id", Kind.PERSON, true),
    LOYALTY_CARD("loyalty_card", Kind.PERSON),
    EMAIL("email", Kind.PERSON),
    PHONE("phone", Kind.PERSON),
    ANONYMOUS_ID("anonymous_id", Kind.DEVICE),
    DEVICE_ID("device_id", Kind.DEVICE);

    /** Whether an identifier belongs to a person or to a device. */
    public enum Kind {
        PERSON,
        DEVICE
    }

    private static final Namespace[] VALUES = values();

    private final String id;
    private final Kind kind;
    private final boolean anchor;

    Namespace(String id, Kind kind) {
        this(id, kind, false);
    }

    Namespace(String id, Kind kind, boolean anchor) {
        this.id = id;
        this.kind = kind;
        this.anchor = anchor;
    }

    /** The name as it is written in outputs and commands. */
    public String id() {
        return id;
    }

    public boolean isPerson() {
        return kind == Kind.PERSON;
    }

    /**
     * Whether its values stand for a record that somebody keeps of one person. A value that is seen with too many of
     * them is shared, and identifies nobody.
     */
    public boolean isAnchor() {
        return anchor;
    }

    /** The namespace of that name, or null. */
    public static Namespace byId(String id) {
        for (Namespace namespace : VALUES) {
            if (namespace.id.equals(id)) {
                return namespace;
            }
        }
        return null;
    }

    static Namespace byOrdinal(int ordinal) {
        return VALUES[ordinal];
    }
}
