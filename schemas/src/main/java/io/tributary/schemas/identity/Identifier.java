package io.tributary.schemas.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A normalised identifier. Identifiers order by (priority of the namespace, SHA-256 of {@code namespace:value}): the
 * smallest is the strongest.
 *
 * <p>No record, because it keeps its hash once that is asked for: sets of thousands are sorted by it.
 */
public final class Identifier implements Comparable<Identifier> {
    private static final HexFormat HEX = HexFormat.of();

    public static final Codec<Identifier> CODEC = new Codec<>() {
        @Override
        public void write(Identifier identifier, DataOutput out) throws IOException {
            identifier.namespace.write(out);
            Wire.writeString(identifier.value, out);
        }

        @Override
        public Identifier read(DataInput in) throws IOException {
            return new Identifier(Namespace.read(in), Wire.readString(in));
        }
    };

    private final Namespace namespace;
    private final String value;

    /** 0 until it is asked for; who asks at the same time finds the same. */
    private long hash;

    public Identifier(Namespace namespace, String value) {
        this.namespace = namespace;
        this.value = value;
    }

    public Namespace namespace() {
        return namespace;
    }

    public String value() {
        return value;
    }

    /** {@code namespace:value}. */
    public String qualified() {
        return namespace.id() + ":" + value;
    }

    /** The id of the customer whose canonical identifier this is: {@code c_} and 16 hexadecimal digits. */
    public String customerId() {
        return customerId(hash());
    }

    /** The same of an identifier of which nothing but its {@link #hash} is known. */
    public static String customerId(long hash) {
        return "c_" + HEX.toHexDigits(hash);
    }

    /** The first eight bytes of the SHA-256 of {@link #qualified}: what may be kept of somebody who was erased. */
    public long hash() {
        long known = hash;
        if (known == 0) {
            known = Hashes.prefix(Hashes.sha256(qualified()));
            hash = known;
        }
        return known;
    }

    @Override
    public int compareTo(Identifier other) {
        int byNamespace = namespace.compareTo(other.namespace);
        if (byNamespace != 0) {
            return byNamespace;
        }
        if (value.equals(other.value)) {
            return 0;
        }
        int byHash = Long.compareUnsigned(hash(), other.hash());
        if (byHash != 0) {
            return byHash;
        }
        return Arrays.compareUnsigned(Hashes.sha256(qualified()), Hashes.sha256(other.qualified()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Identifier identifier
                && namespace.equals(identifier.namespace)
                && value.equals(identifier.value);
    }

    @Override
    public int hashCode() {
        return 31 * namespace.hashCode() + value.hashCode();
    }

    @Override
    public String toString() {
        return "Identifier[namespace=" + namespace + ", value=" + value + "]";
    }
}
