package io.tributary.local.oracle;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/**
 * {@code namespace:value}, after normalisation. The smallest by (priority of the namespace, SHA-256) is the strongest.
 *
 * @param priority position of the namespace, 0 for the strongest
 * @param hash SHA-256 of {@code namespace:value} in hexadecimal
 * @param customerId the id of the customer whose canonical identifier this is
 */
record Identifier(IdentityConfig.Namespace namespace, int priority, String value, String hash, String customerId)
        implements Comparable<Identifier> {

    private static final Comparator<Identifier> STRENGTH =
            Comparator.comparingInt(Identifier::priority).thenComparing(Identifier::hash);

    static Identifier of(IdentityConfig.Namespace namespace, int priority, String value) {
        String text = namespace.name() + ":" + value;
        String hash = Oracle.sha256(text.getBytes(StandardCharsets.UTF_8));
        return new Identifier(namespace, priority, value, hash, "c_" + hash.substring(0, 16));
    }

    boolean isPerson() {
        return namespace.person();
    }

    @Override
    public int compareTo(Identifier other) {
        return STRENGTH.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Identifier that && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    @Override
    public String toString() {
        return namespace.name() + ":" + value;
    }
}
