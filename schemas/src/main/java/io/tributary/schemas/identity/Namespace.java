package io.tributary.schemas.identity;

import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;

/**
 * What an identifier identifies, and how strong it is.
 *
 * <p>A person's identifier follows the person from device to device; a device's identifier stays with the device and
 * never bridges two persons.
 *
 * <p>Seven namespaces are there by default, {@link #defaults()}; {@link IdentitySettings} may change them and add others.
 * A namespace carries all that it takes to compare identifiers and to write them, so whoever reads one back, maybe a
 * release later, needs no configuration to know what it is. Two namespaces are equal if everything is: one that is given
 * another priority is another one, because identifiers are ordered by it.
 *
 * <p>Order: persons before devices, then by priority; the first is the strongest.
 */
public final class Namespace implements Comparable<Namespace>, Serializable {
    /** Whether an identifier belongs to a person or to a device. */
    public enum Kind {
        PERSON,
        DEVICE
    }

    /** Room between the priorities of default namespaces, so that others fit in without changing them. */
    static final int PRIORITY_STEP = 1_000;

    public static final Namespace USER_ID = byDefault(0, "user_id", Kind.PERSON, true);
    public static final Namespace CRM_ID = byDefault(1, "crm_id", Kind.PERSON, true);
    public static final Namespace LOYALTY_CARD = byDefault(2, "loyalty_card", Kind.PERSON, false);
    public static final Namespace EMAIL = byDefault(3, "email", Kind.PERSON, false);
    public static final Namespace PHONE = byDefault(4, "phone", Kind.PERSON, false);
    public static final Namespace ANONYMOUS_ID = byDefault(5, "anonymous_id", Kind.DEVICE, false);
    public static final Namespace DEVICE_ID = byDefault(6, "device_id", Kind.DEVICE, false);

    /** The place in this list is a default namespace's number in binary forms: it never changes. */
    private static final List<Namespace> DEFAULTS =
            List.of(USER_ID, CRM_ID, LOYALTY_CARD, EMAIL, PHONE, ANONYMOUS_ID, DEVICE_ID);

    @Serial
    private static final long serialVersionUID = 1L;

    private static final Namespace[] BY_NUMBER = DEFAULTS.toArray(Namespace[]::new);
    private static final int NO_NUMBER = -1;
    private static final byte WRITTEN_OUT = -1;
    private static final int DEVICE_FLAG = 1;
    private static final int ANCHOR_FLAG = 2;
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    /**
     * Makes equal namespaces one object, which saves memory and time. Nothing depends on it: beyond its bound, which no
     * configuration comes near, namespaces are equal without being one object.
     */
    private static final ConcurrentMap<Namespace, Namespace> KNOWN = new ConcurrentHashMap<>();

    private static final int MOST_KNOWN = 1_024;

    private final int number;
    private final String id;
    private final Kind kind;
    private final boolean anchor;
    private final int priority;
    private final int hash;

    private Namespace(int number, String id, Kind kind, boolean anchor, int priority) {
        this.number = number;
        this.id = id;
        this.kind = kind;
        this.anchor = anchor;
        this.priority = priority;
        this.hash = 31 * id.hashCode() + priority;
    }

    private static Namespace byDefault(int number, String id, Kind kind, boolean anchor) {
        return new Namespace(number, id, kind, anchor, (number + 1) * PRIORITY_STEP);
    }

    /**
     * A namespace. One that equals a default namespace is that.
     *
     * @param anchor see {@link #isAnchor}
     * @param priority at least 0; smaller is stronger, among namespaces of the same kind
     * @throws IllegalArgumentException if the id is none, see {@link #isId}
     */
    public static Namespace of(String id, Kind kind, boolean anchor, int priority) {
        for (Namespace known : DEFAULTS) {
            if (known.is(id, kind, anchor, priority)) {
                return known;
            }
        }
        Namespace namespace = new Namespace(NO_NUMBER, id, kind, anchor, priority);
        Namespace known = KNOWN.get(namespace);
        if (known != null) {
            return known;
        }
        if (!isId(id) || priority < 0 || (anchor && kind == Kind.DEVICE)) {
            throw new IllegalArgumentException("no namespace: %s, %s, anchor %s, priority %d"
                    .formatted(isId(id) ? id : "a malformed name", kind, anchor, priority));
        }
        if (KNOWN.size() < MOST_KNOWN) {
            known = KNOWN.putIfAbsent(namespace, namespace);
        }
        return known == null ? namespace : known;
    }

    /**
     * The namespace of that name where the configuration is not known: the default one, else a person's that is weaker
     * than all others.
     *
     * @throws IllegalArgumentException if the id is none, see {@link #isId}
     */
    public static Namespace named(String id) {
        Namespace known = byId(id);
        return known != null ? known : of(id, Kind.PERSON, false, Integer.MAX_VALUE);
    }

    /** The default namespace of that name, or null. */
    public static Namespace byId(String id) {
        for (Namespace namespace : DEFAULTS) {
            if (namespace.id.equals(id)) {
                return namespace;
            }
        }
        return null;
    }

    /** The namespaces that there are without configuration, the strongest first. */
    public static List<Namespace> defaults() {
        return DEFAULTS;
    }

    /** Whether a text can be the name of a namespace: lower-case ASCII letters, digits and underscores, at most 64. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The name as it is written in outputs and commands. */
    public String id() {
        return id;
    }

    public Kind kind() {
        return kind;
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

    /** Smaller is stronger, among namespaces of the same kind. */
    public int priority() {
        return priority;
    }

    /** Whether it is of this name, however it is configured. */
    public boolean isNamed(Namespace other) {
        return id.equals(other.id);
    }

    // ----------------------------------------------------------------------------------------------------- binary form

    /**
     * Writes a default namespace as the byte that it has always been, another one in full: a marker, the priority, the
     * flags, the id.
     */
    public void write(DataOutput out) throws IOException {
        if (number != NO_NUMBER) {
            out.writeByte(number);
            return;
        }
        out.writeByte(WRITTEN_OUT);
        Wire.writeVarInt(priority, out);
        out.writeByte((kind == Kind.DEVICE ? DEVICE_FLAG : 0) | (anchor ? ANCHOR_FLAG : 0));
        Wire.writeString(id, out);
    }

    public static Namespace read(DataInput in) throws IOException {
        byte number = in.readByte();
        if (number >= 0 && number < BY_NUMBER.length) {
            return BY_NUMBER[number];
        }
        if (number != WRITTEN_OUT) {
            throw new IOException("no namespace has the number " + number);
        }
        int priority = Wire.readVarInt(in);
        byte flags = in.readByte();
        String id = Wire.readString(in);
        if ((flags & ~(DEVICE_FLAG | ANCHOR_FLAG)) != 0) {
            throw new IOException("unknown flags of a namespace: " + flags);
        }
        try {
            return of(id, (flags & DEVICE_FLAG) != 0 ? Kind.DEVICE : Kind.PERSON, (flags & ANCHOR_FLAG) != 0, priority);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Serial
    private Object readResolve() {
        return of(id, kind, anchor, priority);
    }

    // ------------------------------------------------------------------------------------------------ equality, order

    private boolean is(String otherId, Kind otherKind, boolean otherAnchor, int otherPriority) {
        return priority == otherPriority && anchor == otherAnchor && kind == otherKind && id.equals(otherId);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Namespace that && is(that.id, that.kind, that.anchor, that.priority));
    }

    /** The same in every process, unlike that of an enum. */
    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public int compareTo(Namespace other) {
        if (this == other) {
            return 0;
        }
        int order = kind.compareTo(other.kind);
        if (order == 0) {
            order = Integer.compare(priority, other.priority);
        }
        if (order == 0) {
            order = id.compareTo(other.id);
        }
        return order != 0 ? order : Boolean.compare(other.anchor, anchor);
    }

    /** The name. */
    @Override
    public String toString() {
        return id;
    }
}
