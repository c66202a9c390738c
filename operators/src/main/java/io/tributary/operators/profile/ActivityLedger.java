package io.tributary.operators.profile;

import io.tributary.operators.trigger.AbandonedCart;
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

/**
 * The hot half of a fragment's ledger: what every event touches. Counters, first and last seen, consent, the cart.
 *
 * <p>Bound: {@value #MAX_NAMES} event names of at most {@value #MAX_NAME_LENGTH} characters (of more, those with the
 * smallest hashes are counted by name), the cart's operations (see {@link CartLog}), what was said on the triggers'
 * purpose (see {@link ConsentTimeline}), 8 bytes per identifier.
 */
public final class ActivityLedger {
    public static final int MAX_NAMES = 200;
    /** A longer name is counted, but not by name. */
    public static final int MAX_NAME_LENGTH = 256;

    private static final byte FORMAT = 2;

    /** Has no {@link ConsentTimeline}, only what the profile shows. */
    private static final byte FORMAT_WITHOUT_TIMELINE = 1;

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
            Wire.writeVarInt(ledger.identifierHashes.length, out);
            for (long hash : ledger.identifierHashes) {
                out.writeLong(hash);
            }
            Consent.CODEC.write(ledger.consent, out);
            ConsentTimeline.CODEC.write(ledger.marketing, out);
            CartLog.CODEC.write(ledger.cart, out);
        }

        @Override
        public ActivityLedger read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT && format != FORMAT_WITHOUT_TIMELINE) {
                throw new IOException("an activity ledger of an unknown format: " + format);
            }
            long count = Wire.readVarLong(in);
            long firstSeen = in.readLong();
            long lastSeen = firstSeen + Wire.readVarLong(in);
            SortedMap<String, Long> countByName = new TreeMap<>();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                String name = Wire.readString(in);
                long times = Wire.readVarLong(in);
                // Older releases had no limit of the length.
                if (name.length() <= MAX_NAME_LENGTH) {
                    countByName.put(name, times);
                }
            }
            long[] identifierHashes = new long[Wire.readVarInt(in)];
            for (int i = 0; i < identifierHashes.length; i++) {
                identifierHashes[i] = in.readLong();
            }
            Consent consent = Consent.CODEC.read(in);
            ConsentTimeline marketing = format == FORMAT_WITHOUT_TIMELINE
                    ? ConsentTimeline.ofLatest(consent.on(AbandonedCart.PURPOSE))
                    : ConsentTimeline.CODEC.read(in);
            ActivityLedger ledger = new ActivityLedger(countByName, consent, marketing, CartLog.CODEC.read(in));
            ledger.count = count;
            ledger.firstSeen = firstSeen;
            ledger.lastSeen = lastSeen;
            ledger.identifierHashes = identifierHashes;
            return ledger;
        }
    };

    private long count;
    private long firstSeen;
    private long lastSeen;
    private final SortedMap<String, Long> countByName;

    /** Ascending. */
    private long[] identifierHashes = {};

    private final Consent consent;

    /** On the purpose of the triggers, which decide behind the watermark. */
    private final ConsentTimeline marketing;

    private final CartLog cart;

    public ActivityLedger() {
        this(new TreeMap<>(), new Consent(), new ConsentTimeline(), new CartLog());
    }

    private ActivityLedger(
            SortedMap<String, Long> countByName, Consent consent, ConsentTimeline marketing, CartLog cart) {
        this.countByName = countByName;
        this.consent = consent;
        this.marketing = marketing;
        this.cart = cart;
    }

    /**
     * Folds an event in.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     * @param watermark what has passed, milliseconds since 1970: what no event in time can ask for is forgotten
     */
    void add(CustomerEvent event, boolean changesCart, long watermark) {
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
        Boolean granted = event.consent().get(AbandonedCart.PURPOSE);
        if (granted != null) {
            marketing.state(new Consent.Statement(event.timestamp(), granted, event.knownAt()));
        }
        marketing.forgetBehind(watermark);
        if (changesCart) {
            cart.add(CartEntry.of(event));
            cart.forgetBehind(watermark);
        }
    }

    /**
     * Notes the event's identifiers.
     *
     * @return whether one of them is new, so that the {@link RecordLedger} has to be told
     */
    boolean noteIdentifiers(CustomerEvent event) {
        boolean isNew = false;
        for (Identifier identifier : event.identifiers()) {
            long hash = Hashes.prefix(Hashes.sha256(identifier.qualified()));
            int at = Arrays.binarySearch(identifierHashes, hash);
            if (at < 0 && identifierHashes.length < RecordLedger.MAX_IDENTIFIERS) {
                identifierHashes = Arrays.copyOf(identifierHashes, identifierHashes.length + 1);
                identifierHashes[identifierHashes.length - 1] = hash;
                Arrays.sort(identifierHashes);
            }
            isNew |= at < 0;
        }
        return isNew;
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

    public SortedMap<String, Long> countByName() {
        return Collections.unmodifiableSortedMap(countByName);
    }

    public Consent consent() {
        return consent;
    }

    /** What has been said on {@link AbandonedCart#PURPOSE}. */
    public ConsentTimeline marketing() {
        return marketing;
    }

    public CartLog cart() {
        return cart;
    }
}
