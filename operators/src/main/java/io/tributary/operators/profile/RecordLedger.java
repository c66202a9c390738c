package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.Purchase;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cold half of a fragment's ledger: what few events touch. Identifiers, traits, orders, refunds, consent.
 *
 * <p>Every part is a fold that does not depend on the order of arrival: traits and consent by event time, orders by id.
 *
 * <p>Bounds: {@value #MAX_IDENTIFIERS} identifiers (the strongest), {@value #MAX_TRAITS} traits and
 * {@value #MAX_PURPOSES} purposes (the newest), {@value #MAX_ORDERS} orders by id (older ones are sealed into sums: a
 * repetition of a sealed order counts again), amounts per currency of ISO 4217.
 */
public final class RecordLedger {
    public static final int MAX_IDENTIFIERS = 1_000;
    public static final int MAX_TRAITS = 300;
    public static final int MAX_PURPOSES = 100;
    public static final int MAX_ORDERS = 500;

    private static final byte FORMAT = 1;

    public static final Codec<RecordLedger> CODEC = new RecordLedgerCodec();

    /** A trait's value and the event that stated it; the JSON text {@code null} means removed. */
    private record Trait(EventOrder statedBy, String json) {}

    /** A purpose's latest statement. */
    private record Statement(long timestamp, boolean granted) {}

    /** A distinct order: the smallest event that reported it. */
    private record Order(EventOrder reportedBy, BigDecimal amount, String currency) {}

    private final SortedSet<Identifier> identifiers = new TreeSet<>();
    private final SortedMap<String, Trait> traits = new TreeMap<>();
    private final SortedMap<String, Statement> consent = new TreeMap<>();
    private final Map<String, Order> orders = new HashMap<>();
    private final SortedMap<String, BigDecimal> refunds = new TreeMap<>();
    private long sealedOrders;
    private long sealedFirstAt;
    private final SortedMap<String, BigDecimal> sealedRevenue = new TreeMap<>();

    /** Whether an event says something that belongs here, its identifiers apart. */
    public static boolean isTouchedBy(CustomerEvent event) {
        return event.purchase() != null
                || !event.traits().isEmpty()
                || !event.consent().isEmpty();
    }

    /** Folds an event in. */
    public void add(CustomerEvent event) {
        identifiers.addAll(event.identifiers());
        while (identifiers.size() > MAX_IDENTIFIERS) {
            identifiers.remove(identifiers.last());
        }
        event.traits().forEach((name, json) -> addTrait(name, new Trait(event.order(), json)));
        event.consent().forEach((purpose, granted) -> addStatement(purpose, new Statement(event.timestamp(), granted)));
        if (event.kind() == EventKind.ORDER) {
            addOrder(event);
        } else if (event.kind() == EventKind.REFUND) {
            add(refunds, event.purchase().currency(), event.purchase().amount());
        }
    }

    private void addTrait(String name, Trait trait) {
        traits.merge(name, trait, (known, stated) -> stated.statedBy.compareTo(known.statedBy) > 0 ? stated : known);
        if (traits.size() > MAX_TRAITS) {
            traits.remove(oldest(traits, Comparator.comparing(Trait::statedBy)));
        }
    }

    private void addStatement(String purpose, Statement statement) {
        consent.merge(purpose, statement, (known, stated) -> {
            if (stated.timestamp == known.timestamp) {
                return stated.granted ? known : stated;
            }
            return stated.timestamp > known.timestamp ? stated : known;
        });
        if (consent.size() > MAX_PURPOSES) {
            consent.remove(oldest(consent, Comparator.comparing(Statement::timestamp)));
        }
    }

    /** The key with the oldest value; of equally old ones the last by name. */
    private static <V> String oldest(SortedMap<String, V> map, Comparator<V> byAge) {
        return Collections.min(
                        map.entrySet(),
                        Map.Entry.<String, V>comparingByValue(byAge)
                                .thenComparing(
                                        Map.Entry.<String, V>comparingByKey().reversed()))
                .getKey();
    }

    private void addOrder(CustomerEvent event) {
        Purchase purchase = event.purchase();
        // An order without an id counts by itself; no id begins with the separator of the other half.
        String key = purchase.orderId() == null ? "m\n" + event.messageId() : "o\n" + purchase.orderId();
        orders.merge(
                key,
                new Order(event.order(), purchase.amount(), purchase.currency()),
                (known, reported) -> reported.reportedBy.compareTo(known.reportedBy) < 0 ? reported : known);
        if (orders.size() > MAX_ORDERS) {
            seal(Collections.min(orders.entrySet(), Map.Entry.comparingByValue(Comparator.comparing(Order::reportedBy)))
                    .getKey());
        }
    }

    private void seal(String key) {
        Order order = orders.remove(key);
        long at = order.reportedBy.timestamp();
        sealedFirstAt = sealedOrders == 0 ? at : Math.min(sealedFirstAt, at);
        sealedOrders++;
        add(sealedRevenue, order.currency, order.amount);
    }

    private static void add(SortedMap<String, BigDecimal> sums, String currency, BigDecimal amount) {
        if (amount.signum() != 0) {
            sums.merge(currency, amount, BigDecimal::add);
        }
    }

    public SortedSet<Identifier> identifiers() {
        return Collections.unmodifiableSortedSet(identifiers);
    }

    /** Name → JSON text. */
    public SortedMap<String, String> traits() {
        SortedMap<String, String> present = new TreeMap<>();
        traits.forEach((name, trait) -> {
            if (!trait.json.equals("null")) {
                present.put(name, trait.json);
            }
        });
        return present;
    }

    /** Purpose → granted. */
    public SortedMap<String, Boolean> consent() {
        SortedMap<String, Boolean> latest = new TreeMap<>();
        consent.forEach((purpose, statement) -> latest.put(purpose, statement.granted));
        return latest;
    }

    /** Distinct orders. */
    public long orderCount() {
        return sealedOrders + orders.size();
    }

    /** Currency → exact sum over distinct orders. */
    public SortedMap<String, BigDecimal> revenue() {
        SortedMap<String, BigDecimal> revenue = new TreeMap<>(sealedRevenue);
        orders.values().forEach(order -> add(revenue, order.currency, order.amount));
        return revenue;
    }

    /** Currency → exact sum over refunds and cancellations; positive. */
    public SortedMap<String, BigDecimal> refunds() {
        return Collections.unmodifiableSortedMap(refunds);
    }

    /** Time of the first order, milliseconds since 1970; undefined without an order. */
    public long firstOrderAt() {
        long first = sealedOrders == 0 ? Long.MAX_VALUE : sealedFirstAt;
        for (Order order : orders.values()) {
            first = Math.min(first, order.reportedBy.timestamp());
        }
        return first;
    }

    /** Time of the last order, milliseconds since 1970; undefined without an order. */
    public long lastOrderAt() {
        long last = 0;
        for (Order order : orders.values()) {
            last = Math.max(last, order.reportedBy.timestamp());
        }
        return last;
    }

    private static final class RecordLedgerCodec implements Codec<RecordLedger> {
        @Override
        public void write(RecordLedger ledger, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarInt(ledger.identifiers.size(), out);
            for (Identifier identifier : ledger.identifiers) {
                Identifier.CODEC.write(identifier, out);
            }
            writeTraits(ledger, out);
            Wire.writeVarInt(ledger.consent.size(), out);
            for (var entry : ledger.consent.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                out.writeLong(entry.getValue().timestamp);
                out.writeBoolean(entry.getValue().granted);
            }
            Wire.writeVarInt(ledger.orders.size(), out);
            for (var entry : ledger.orders.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                EventOrder.CODEC.write(entry.getValue().reportedBy, out);
                Wire.writeDecimal(entry.getValue().amount, out);
                Wire.writeString(entry.getValue().currency, out);
            }
            writeAmounts(ledger.refunds, out);
            Wire.writeVarLong(ledger.sealedOrders, out);
            if (ledger.sealedOrders > 0) {
                out.writeLong(ledger.sealedFirstAt);
                writeAmounts(ledger.sealedRevenue, out);
            }
        }

        /** Many traits come from one event, so events stand in a table of their own. */
        private static void writeTraits(RecordLedger ledger, DataOutput out) throws IOException {
            List<EventOrder> events = new ArrayList<>();
            Map<EventOrder, Integer> places = new HashMap<>();
            for (Trait trait : ledger.traits.values()) {
                if (places.putIfAbsent(trait.statedBy, events.size()) == null) {
                    events.add(trait.statedBy);
                }
            }
            Wire.writeVarInt(events.size(), out);
            for (EventOrder event : events) {
                EventOrder.CODEC.write(event, out);
            }
            Wire.writeVarInt(ledger.traits.size(), out);
            for (var entry : ledger.traits.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                Wire.writeVarInt(places.get(entry.getValue().statedBy), out);
                Wire.writeString(entry.getValue().json, out);
            }
        }

        private static void writeAmounts(SortedMap<String, BigDecimal> amounts, DataOutput out) throws IOException {
            Wire.writeVarInt(amounts.size(), out);
            for (var entry : amounts.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                Wire.writeDecimal(entry.getValue(), out);
            }
        }

        @Override
        public RecordLedger read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("a record ledger of an unknown format: " + format);
            }
            RecordLedger ledger = new RecordLedger();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                ledger.identifiers.add(Identifier.CODEC.read(in));
            }
            readTraits(ledger, in);
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                ledger.consent.put(Wire.readString(in), new Statement(in.readLong(), in.readBoolean()));
            }
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                ledger.orders.put(
                        Wire.readString(in),
                        new Order(EventOrder.CODEC.read(in), Wire.readDecimal(in), Wire.readString(in)));
            }
            readAmounts(ledger.refunds, in);
            ledger.sealedOrders = Wire.readVarLong(in);
            if (ledger.sealedOrders > 0) {
                ledger.sealedFirstAt = in.readLong();
                readAmounts(ledger.sealedRevenue, in);
            }
            return ledger;
        }

        private static void readTraits(RecordLedger ledger, DataInput in) throws IOException {
            List<EventOrder> events = new ArrayList<>();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                events.add(EventOrder.CODEC.read(in));
            }
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                String name = Wire.readString(in);
                EventOrder statedBy = events.get(Wire.readVarInt(in));
                ledger.traits.put(name, new Trait(statedBy, Wire.readString(in)));
            }
        }

        private static void readAmounts(SortedMap<String, BigDecimal> amounts, DataInput in) throws IOException {
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                amounts.put(Wire.readString(in), Wire.readDecimal(in));
            }
        }
    }
}
