package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Names a fragment, events that always have the same customer, without saying whose it is: a person, or a device before
 * its first login.
 *
 * @param namespace of the person or device
 * @param hash {@link Identifier#hash} of the person or device
 */
public record FragmentId(Namespace namespace, long hash) {
    public static final Codec<FragmentId> CODEC = new Codec<>() {
        @Override
        public void write(FragmentId fragment, DataOutput out) throws IOException {
            fragment.namespace.write(out);
            out.writeLong(fragment.hash);
        }

        @Override
        public FragmentId read(DataInput in) throws IOException {
            return new FragmentId(Namespace.read(in), in.readLong());
        }
    };

    public static FragmentId of(Identifier identifier) {
        return new FragmentId(identifier.namespace(), identifier.hash());
    }

    /** The customer that the fragment is alone: {@code c_} and 16 hexadecimal digits. */
    public String customerId() {
        return Identifier.customerId(hash);
    }

    /** Whether the customer has its id of this fragment: then it is the customer's own one. */
    public boolean isOwnOf(String customerId) {
        return customerId().equals(customerId);
    }
}
