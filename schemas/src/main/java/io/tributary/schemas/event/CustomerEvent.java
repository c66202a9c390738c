package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An accepted event: what the customer's ledgers, profile and triggers fold, and the JSON as it came.
 *
 * @param order place in the total order; its timestamp is the event's, corrected for clock skew
 * @param type call of the specification
 * @param name event name of a track call, else the type's name: the key of {@code events.by_name}
 * @param identifiers strongest first, distinct; never empty
 * @param traits name → JSON text of the value ({@code null} removes the trait); empty if the event states none
 * @param consent purpose → granted; empty if the event states none
 * @param cartLines of a cart event; a {@code Cart Updated} may have none
 * @param purchase of an order, a refund or a cancellation, else null
 * @param json the event as it came: one JSON object in UTF-8
 * @param knownAt from when on decisions know of the event, milliseconds since 1970: its own time or, if it came late,
 *     the first instant that its partition's watermark had not passed at its place in the log. A function of the log, so
 *     that a replay and a restored job decide like the first run, whatever their watermarks are at that moment.
 */
public record CustomerEvent(
        EventOrder order,
        EventType type,
        String name,
        List<Identifier> identifiers,
        Map<String, String> traits,
        Map<String, Boolean> consent,
        List<CartLine> cartLines,
        Purchase purchase,
        byte[] json,
        long knownAt) {
    private static final byte[] NO_JSON = {};

    /** For channels between operators of one release; never kept in state. */
    public static final Codec<CustomerEvent> CODEC = new CustomerEventCodec();

    /** Milliseconds since 1970. */
    public long timestamp() {
        return order.timestamp();
    }

    public EventKind kind() {
        return order.kind();
    }

    public String messageId() {
        return order.messageId();
    }

    /** The event's strongest person identifier, or null if it names nobody. */
    public Identifier person() {
        Identifier strongest = identifiers.get(0);
        return strongest.namespace().isPerson() ? strongest : null;
    }

    /** The person identifiers, strongest first. */
    public List<Identifier> persons() {
        int end = 0;
        while (end < identifiers.size() && identifiers.get(end).namespace().isPerson()) {
            end++;
        }
        return identifiers.subList(0, end);
    }

    /** The devices, strongest first. Only the first one can be somebody's. */
    public List<Identifier> devices() {
        return identifiers.subList(persons().size(), identifiers.size());
    }

    /** The event's device, or null. */
    public Identifier device() {
        List<Identifier> devices = devices();
        return devices.isEmpty() ? null : devices.get(0);
    }

    /** The key of de-duplication: the event's device, else its strongest person identifier. */
    public Identifier firstIdentityKey() {
        Identifier device = device();
        return device == null ? identifiers.get(0) : device;
    }

    /** Whether it was at or behind its partition's watermark when it was read. */
    public boolean isLate() {
        return knownAt > timestamp();
    }

    /**
     * The event as one that came late, or as it is if the instant is not after it.
     *
     * @param instant milliseconds since 1970
     */
    public CustomerEvent knownAt(long instant) {
        return new CustomerEvent(
                order,
                type,
                name,
                identifiers,
                traits,
                consent,
                cartLines,
                purchase,
                json,
                Math.max(instant, timestamp()));
    }

    /** The event for those who only fold it. */
    public CustomerEvent withoutJson() {
        return new CustomerEvent(
                order, type, name, identifiers, traits, consent, cartLines, purchase, NO_JSON, knownAt);
    }

    private static final class CustomerEventCodec implements Codec<CustomerEvent> {
        private static final int HAS_TRAITS = 1;
        private static final int HAS_CONSENT = 2;
        private static final int HAS_CART_LINES = 4;
        private static final int HAS_PURCHASE = 8;
        private static final int LATE = 16;

        @Override
        public void write(CustomerEvent event, DataOutput out) throws IOException {
            out.writeByte((event.traits.isEmpty() ? 0 : HAS_TRAITS)
                    | (event.consent.isEmpty() ? 0 : HAS_CONSENT)
                    | (event.cartLines.isEmpty() ? 0 : HAS_CART_LINES)
                    | (event.purchase == null ? 0 : HAS_PURCHASE)
                    | (event.isLate() ? LATE : 0));
            EventOrder.CODEC.write(event.order, out);
            out.writeByte(event.type.ordinal());
            Wire.writeString(event.name, out);
            Wire.writeVarInt(event.identifiers.size(), out);
            for (Identifier identifier : event.identifiers) {
                Identifier.CODEC.write(identifier, out);
            }
            if (!event.traits.isEmpty()) {
                Wire.writeVarInt(event.traits.size(), out);
                for (Map.Entry<String, String> trait : event.traits.entrySet()) {
                    Wire.writeString(trait.getKey(), out);
                    Wire.writeString(trait.getValue(), out);
                }
            }
            if (!event.consent.isEmpty()) {
                Wire.writeVarInt(event.consent.size(), out);
                for (Map.Entry<String, Boolean> statement : event.consent.entrySet()) {
                    Wire.writeString(statement.getKey(), out);
                    out.writeBoolean(statement.getValue());
                }
            }
            if (!event.cartLines.isEmpty()) {
                Wire.writeVarInt(event.cartLines.size(), out);
                for (CartLine line : event.cartLines) {
                    CartLine.CODEC.write(line, out);
                }
            }
            if (event.purchase != null) {
                Purchase.CODEC.write(event.purchase, out);
            }
            Wire.writeBytes(event.json, out);
            if (event.isLate()) {
                Wire.writeVarLong(event.knownAt - event.timestamp(), out);
            }
        }

        @Override
        public CustomerEvent read(DataInput in) throws IOException {
            int flags = in.readByte();
            EventOrder order = EventOrder.CODEC.read(in);
            EventType type = EventType.byOrdinal(in.readByte());
            String name = Wire.readString(in);
            int identifierCount = Wire.readVarInt(in);
            List<Identifier> identifiers = new ArrayList<>(identifierCount);
            for (int i = 0; i < identifierCount; i++) {
                identifiers.add(Identifier.CODEC.read(in));
            }
            Map<String, String> traits = Map.of();
            if ((flags & HAS_TRAITS) != 0) {
                traits = new LinkedHashMap<>();
                for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                    traits.put(Wire.readString(in), Wire.readString(in));
                }
            }
            Map<String, Boolean> consent = Map.of();
            if ((flags & HAS_CONSENT) != 0) {
                consent = new LinkedHashMap<>();
                for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                    consent.put(Wire.readString(in), in.readBoolean());
                }
            }
            List<CartLine> cartLines = List.of();
            if ((flags & HAS_CART_LINES) != 0) {
                cartLines = new ArrayList<>();
                for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                    cartLines.add(CartLine.CODEC.read(in));
                }
            }
            Purchase purchase = (flags & HAS_PURCHASE) != 0 ? Purchase.CODEC.read(in) : null;
            byte[] json = Wire.readBytes(in);
            long knownAt = order.timestamp() + ((flags & LATE) != 0 ? Wire.readVarLong(in) : 0);
            return new CustomerEvent(
                    order, type, name, identifiers, traits, consent, cartLines, purchase, json, knownAt);
        }
    }
}
