package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known at one first identity key, a device or a person: whose the device was, and which persons have been shown
 * together, so that nobody else has to be asked about what is known.
 *
 * <p>Bound: {@link DeviceOwnership}'s logins, and {@value #MAX_SHOWN} sets of persons; of more, the oldest is forgotten
 * and will be told again.
 */
public final class KeyIdentity {
    static final int MAX_SHOWN = 64;

    private static final byte FORMAT = 1;

    public static final Codec<KeyIdentity> CODEC = new Codec<>() {
        @Override
        public void write(KeyIdentity identity, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            DeviceOwnership.CODEC.write(identity.ownership, out);
            Wire.writeVarInt(identity.shown.size(), out);
            for (Map.Entry<Long, Long> shown : identity.shown.entrySet()) {
                out.writeLong(shown.getKey());
                out.writeLong(shown.getValue());
            }
        }

        @Override
        public KeyIdentity read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "the identity of a key", in);
            KeyIdentity identity = new KeyIdentity(DeviceOwnership.CODEC.read(in));
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                identity.shown.put(in.readLong(), in.readLong());
            }
            return identity;
        }
    };

    private final DeviceOwnership ownership;

    /** Hash of persons that were shown together → time of the earliest such event. */
    private final Map<Long, Long> shown = new LinkedHashMap<>(2);

    KeyIdentity() {
        this(new DeviceOwnership());
    }

    private KeyIdentity(DeviceOwnership ownership) {
        this.ownership = ownership;
    }

    /** Whose the device was. */
    DeviceOwnership ownership() {
        return ownership;
    }

    /**
     * Notes that an event shows persons together.
     *
     * @return whether that is news: nothing of the same persons is known that is earlier
     */
    boolean show(EventOrder order, List<Identifier> persons) {
        List<String> names = new ArrayList<>(persons.size());
        persons.forEach(person -> names.add(person.qualified()));
        long hash = Hashes.prefix(Hashes.sha256(String.join("\n", names)));
        Long known = shown.get(hash);
        if (known != null && known < order.timestamp()) {
            return false;
        }
        shown.put(hash, order.timestamp());
        if (shown.size() > MAX_SHOWN) {
            shown.remove(shown.keySet().iterator().next());
        }
        return true;
    }
}
