package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The hot half of a fragment's ledger: what every event touches. Counters, first and last seen, consent, the cart.
 *
 * <p>Bound: {@value #MAX_NAMES} event names of at most {@value #MAX_NAME_LENGTH} characters (of more, those with the
 * smallest hashes are counted by name), the cart's operations (see {@link CartLog}), what was said on the triggers'
 * purpose (see {@link ConsentTimeline}), 8 bytes per device.
 */
public final class ActivityLedger {
    public static final int MAX_NAMES = 200;
    /** A longer name is counted, but not by name. */
    public static final int MAX_NAME_LENGTH = 256;

    private static final byte FORMAT = 4;

    public static final Codec<ActivityLedger> CODEC = new Codec<>() {
        @Override
        public void write(ActivityLedger ledger, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarLong(ledger.count, out);
            out.writeLong(ledger.firstSeen);
            Wire.writeVarLong(ledger.lastSeen - ledger.firstSeen, out);
            Wire.writeVarInt(ledger.countByName.size(), out);
            for (var entry : ledger.countByName.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                Wire.writeVarLong(entry.getValue(), out);
            }
            Wire.writeVarInt(ledger.deviceHashes.length, out);
            for (long hash : ledger.deviceHashes) {
                out.writeLong(hash);
            }
            Consent.CODEC.write(ledger.consent, out);
            ConsentTimelines.CODEC.write(ledger.said, out);
            CartLog.CODEC.write(ledger.cart, out);
        }

        @Override
        public ActivityLedger read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "an activity ledger", in);
            long count = Wire.readVarLong(in);
            long firstSeen = in.readLong();
            long lastSeen = firstSeen + Wire.readVarLong(in);
            SortedMap<String, Long> countByName = new TreeMap<>();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                countByName.put(Wire.readString(in), Wire.readVarLong(in));
            }
            long[] deviceHashes = new long[Wire.readVarInt(in)];
            for (int i = 0; i < deviceHashes.length; i++) {
                deviceHashes[i] = in.readLong();
            }
            Consent consent = Consent.CODEC.read(in);
            ConsentTimelines said = ConsentTimelines.CODEC.read(in);
            ActivityLedger ledger = new ActivityLedger(countByName, consent, said, CartLog.CODEC.read(in));
            ledger.count = count;
            ledger.firstSeen = firstSeen;
            ledger.lastSeen = lastSeen;
            ledger.deviceHashes = deviceHashes;
            return ledger;
        }
    };

    private long count;
    private long firstSeen;
    private long lastSeen;
    private final SortedMap<String, Long> countByName;

    /** Ascending. */
    private long[] deviceHashes = {};

    private final Consent consent;

    /** The same for triggers, which decide behind the watermark. */
    private final ConsentTimelines said;

    private final CartLog cart;

    public ActivityLedger() {
        this(new TreeMap<>(), new Consent(), new ConsentTimelines(), new CartLog());
    }

    private ActivityLedger(SortedMap<String, Long> countByName, Consent consent, ConsentTimelines said, CartLog cart) {
        this.countByName = countByName;
        this.consent = consent;
        this.said = said;
        this.cart = cart;
    }

    /**
     * Folds an event in.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     * @param watermark what has passed, milliseconds since 1970: what no event in time can ask for is forgotten
     * @param repeats whether an order has been reported before by other fragments of the customer
     */
    void add(CustomerEvent event, boolean changesCart, long watermark, Predicate<CartEntry> repeats) {
        firstSeen = count == 0 ? event.timestamp() : Math.min(firstSeen, event.timestamp());
        lastSeen = count == 0 ? event.timestamp() : Math.max(lastSeen, event.timestamp());
        count++;
        if (event.name().length() <= MAX_NAME_LENGTH) {
            countByName.merge(event.name(), 1L, Long::sum);
            BoundedNames.trim(countByName, MAX_NAMES);
        }
        event.consent()
                .forEach((purpose, granted) ->
                        consent.state(purpose, new Consent.Statement(event.timestamp(), granted)));
        said.state(event);
        said.forgetBehind(watermark);
        if (changesCart) {
            cart.add(CartEntry.of(event));
            cart.forgetBehind(watermark, repeats);
        }
    }

    /**
     * Notes the event's devices.
     *
     * @return whether one of them is new, so that the {@link RecordLedger} has to be told
     */
    boolean noteDevices(CustomerEvent event) {
        boolean isNew = false;
        for (Identifier device : event.devices()) {
            isNew |= noteDevice(Hashes.prefix(Hashes.sha256(device.qualified())));
        }
        return isNew;
    }

    /** Whether an event with the device was folded in; of devices beyond the bound that is not known. */
    boolean knows(Identifier device) {
        return Arrays.binarySearch(deviceHashes, Hashes.prefix(Hashes.sha256(device.qualified()))) >= 0;
    }

    /** Beyond the bound a device is new each time. */
    private boolean noteDevice(long hash) {
        int at = Arrays.binarySearch(deviceHashes, hash);
        if (at < 0 && deviceHashes.length < RecordLedger.MAX_DEVICES) {
            long[] more = new long[deviceHashes.length + 1];
            System.arraycopy(deviceHashes, 0, more, 0, -at - 1);
            more[-at - 1] = hash;
            System.arraycopy(deviceHashes, -at - 1, more, -at, deviceHashes.length + at + 1);
            deviceHashes = more;
        }
        return at < 0;
    }

    /**
     * Takes in what another fragment of the same customer did.
     *
     * @param watermark what has passed, milliseconds since 1970: of it the cart keeps what one fragment would
     */
    void merge(ActivityLedger other, long watermark) {
        merge(other);
        cart.forgetOld(watermark);
    }

    private void merge(ActivityLedger other) {
        if (other.count == 0) {
            return;
        }
        firstSeen = count == 0 ? other.firstSeen : Math.min(firstSeen, other.firstSeen);
        lastSeen = count == 0 ? other.lastSeen : Math.max(lastSeen, other.lastSeen);
        count += other.count;
        other.countByName.forEach((name, times) -> countByName.merge(name, times, Long::sum));
        BoundedNames.trim(countByName, MAX_NAMES);
        for (long hash : other.deviceHashes) {
            noteDevice(hash);
        }
        consent.merge(other.consent);
        said.merge(other.said);
        cart.merge(other.cart);
    }

    /** What two fragments of a customer did together. */
    static ActivityLedger union(ActivityLedger one, ActivityLedger other) {
        ActivityLedger union = new ActivityLedger();
        union.merge(one);
        union.merge(other);
        return union;
    }

    /** Accepted events. */
    public long count() {
        return count;
    }

    /** Milliseconds since 1970. */
    public long firstSeen() {
        return firstSeen;
    }

    /** Milliseconds since 1970. */
    public long lastSeen() {
        return lastSeen;
    }

    /** How many events of a name there were. */
    long countOf(String name) {
        return countByName.getOrDefault(name, 0L);
    }

    public SortedMap<String, Long> countByName() {
        return Collections.unmodifiableSortedMap(countByName);
    }

    public Consent consent() {
        return consent;
    }

    /** What has been said, as far as triggers may ask. */
    public ConsentTimelines said() {
        return said;
    }

    public CartLog cart() {
        return cart;
    }
}
