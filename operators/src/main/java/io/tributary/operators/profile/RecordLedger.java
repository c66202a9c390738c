package io.tributary.operators.profile;

import io.tributary.operators.sink.PersonalTraits;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.Purchase;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.json.JsonSize;
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
 * The cold half of a fragment's ledger: what few events touch. Devices, traits, orders, refunds.
 *
 * <p>Every part is a fold that does not depend on the order of arrival: traits by event time, orders by id.
 *
 * <p>Bounds: {@value #MAX_DEVICES} devices (the strongest), {@value #MAX_TRAITS} traits
 * (the newest), {@value #MAX_ORDERS} orders by id (older ones are sealed into sums: a
 * repetition of a sealed order counts again), amounts per currency of ISO 4217. How long one of them may be, the parser
 * has decided. What is published has bounds in bytes beside ({@link #published}, {@link #publishedTraits}):
 * by them alone state would depend on the order of arrival, because what has been forgotten for a long value can't come
 * back when a short one replaces it.
 */
public final class RecordLedger {
    public static final int MAX_DEVICES = 1_000;
    public static final int MAX_TRAITS = 300;
    public static final int MAX_ORDERS = 500;
    /** Most identifiers of a customer that are published. */
    public static final int MAX_IDENTIFIERS = 1_000;
    /** Most JSON of the identifiers that are published: 256 KiB. */
    public static final int MAX_IDENTIFIER_BYTES = 1 << 18;
    /** Most JSON of the traits that are published: 1 MiB. */
    public static final int MAX_TRAIT_BYTES = 1 << 20;

    private static final byte FORMAT = 3;

    public static final Codec<RecordLedger> CODEC = new RecordLedgerCodec();

    /** A trait's value and the event that stated it; the JSON text {@code null} means removed. */
    private record Trait(EventOrder statedBy, String json) {}

    /**
     * What of many values is published.
     *
     * @param leftOut how many are not
     */
    public record Published<T>(T values, int leftOut) {}

    /** A distinct order: the smallest event that reported it. */
    private record Order(EventOrder reportedBy, Purchase purchase) {}

    private final SortedSet<Identifier> devices = new TreeSet<>();
    private final SortedMap<String, Trait> traits = new TreeMap<>();
    private final Map<String, Order> orders = new HashMap<>();
    private final SortedMap<String, BigDecimal> refunds = new TreeMap<>();
    private long sealedOrders;
    private long sealedFirstAt;
    private final SortedMap<String, BigDecimal> sealedRevenue = new TreeMap<>();
    private boolean personal;

    /** Whether an event says something that belongs here, its devices apart. */
    public static boolean isTouchedBy(CustomerEvent event) {
        return event.purchase() != null || !event.traits().isEmpty();
    }

    /** Folds an event in. */
    public void add(CustomerEvent event) {
        devices.addAll(event.devices());
        forgetWeakest();
        event.traits().forEach((name, json) -> addTrait(name, new Trait(event.order(), json)));
        if (event.kind() == EventKind.ORDER) {
            addOrder(orderKey(event.order(), event.purchase().orderId()), new Order(event.order(), event.purchase()));
        } else if (event.kind() == EventKind.REFUND) {
            add(refunds, event.purchase());
        }
    }

    private void forgetWeakest() {
        while (devices.size() > MAX_DEVICES) {
            devices.remove(devices.last());
        }
    }

    /** Takes in what another fragment of the same customer did. An order that both know counts once. */
    void merge(RecordLedger other) {
        devices.addAll(other.devices);
        forgetWeakest();
        other.traits.forEach(this::addTrait);
        other.orders.forEach(this::addOrder);
        sealedFirstAt = sealedOrders == 0
                ? other.sealedFirstAt
                : other.sealedOrders == 0 ? sealedFirstAt : Math.min(sealedFirstAt, other.sealedFirstAt);
        sealedOrders += other.sealedOrders;
        other.sealedRevenue.forEach((currency, amount) -> sealedRevenue.merge(currency, amount, BigDecimal::add));
        other.refunds.forEach((currency, amount) -> refunds.merge(currency, amount, BigDecimal::add));
        personal |= other.personal;
    }

    /** What two fragments of a customer did together. */
    static RecordLedger union(RecordLedger one, RecordLedger other) {
        RecordLedger union = new RecordLedger();
        union.merge(one);
        union.merge(other);
        return union;
    }

    private void addTrait(String name, Trait trait) {
        personal = personal || PersonalTraits.isPersonal(name, trait.json);
        traits.merge(name, trait, (known, stated) -> stated.statedBy.compareTo(known.statedBy) > 0 ? stated : known);
        if (traits.size() > MAX_TRAITS) {
            traits.remove(Collections.min(
                            traits.entrySet(),
                            Map.Entry.<String, Trait>comparingByValue(Comparator.comparing(Trait::statedBy))
                                    .thenComparing(Map.Entry.<String, Trait>comparingByKey()
                                            .reversed()))
                    .getKey());
        }
    }

    private void addOrder(String key, Order order) {
        orders.merge(
                key,
                order,
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
        add(sealedRevenue, order.purchase);
    }

    /**
     * An order without an id counts by itself: it is the event, not its message id, which comes again beyond the horizon
     * of de-duplication, or from another device of the same customer.
     */
    private static String orderKey(EventOrder order, String orderId) {
        if (orderId != null) {
            return "order:" + orderId;
        }
        return "event:" + order.timestamp() + ":" + Long.toHexString(order.digest()) + ":" + order.messageId();
    }

    /** Whether an operation reports an order that an earlier one has reported: then it changes nothing. */
    boolean repeatsOrder(CartEntry entry) {
        return entry.isOrder() && knowsEarlier(entry.order(), entry.orderId());
    }

    /** Whether an event reports an order that an earlier one has reported: then it changes nothing. */
    public boolean repeatsOrder(CustomerEvent event) {
        return event.kind() == EventKind.ORDER
                && knowsEarlier(event.order(), event.purchase().orderId());
    }

    private boolean knowsEarlier(EventOrder report, String orderId) {
        Order known = orders.get(orderKey(report, orderId));
        return known != null && known.reportedBy.compareTo(report) < 0;
    }

    private static void add(SortedMap<String, BigDecimal> sums, Purchase purchase) {
        if (purchase.amount() != null) {
            sums.merge(purchase.currency(), purchase.amount(), BigDecimal::add);
        }
    }

    /** That the events carry, the strongest first. */
    public SortedSet<Identifier> devices() {
        return Collections.unmodifiableSortedSet(devices);
    }

    /**
     * What of a customer's identifiers is published: the strongest, {@value #MAX_IDENTIFIERS} in at most
     * {@value #MAX_IDENTIFIER_BYTES} bytes of JSON.
     */
    static Published<List<Identifier>> published(SortedSet<Identifier> strongestFirst) {
        List<Identifier> published = new ArrayList<>(Math.min(strongestFirst.size(), MAX_IDENTIFIERS));
        int bytes = 0;
        for (Identifier identifier : strongestFirst) {
            bytes += JsonSize.quoted(identifier.value()) + 1;
            if (bytes > MAX_IDENTIFIER_BYTES || published.size() == MAX_IDENTIFIERS) {
                break;
            }
            published.add(identifier);
        }
        return new Published<>(published, strongestFirst.size() - published.size());
    }

    /** The newest traits, up to {@value #MAX_TRAIT_BYTES} bytes of JSON. */
    public Published<SortedMap<String, String>> publishedTraits() {
        SortedMap<String, String> present = traits();
        long bytes = 0;
        for (Map.Entry<String, String> trait : present.entrySet()) {
            bytes += jsonBytes(trait.getKey(), trait.getValue());
        }
        if (bytes <= MAX_TRAIT_BYTES) {
            return new Published<>(present, 0);
        }
        List<String> newestFirst = new ArrayList<>(present.keySet());
        newestFirst.sort(Comparator.comparing((String name) -> traits.get(name).statedBy)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
        SortedMap<String, String> published = new TreeMap<>();
        bytes = 0;
        for (String name : newestFirst) {
            bytes += jsonBytes(name, present.get(name));
            if (bytes > MAX_TRAIT_BYTES) {
                break;
            }
            published.put(name, present.get(name));
        }
        return new Published<>(published, present.size() - published.size());
    }

    private static int jsonBytes(String name, String json) {
        return JsonSize.quoted(name) + JsonSize.utf8(json) + 2;
    }

    /** The JSON text of a trait, or null. */
    public String trait(String name) {
        Trait trait = traits.get(name);
        return trait == null || trait.json.equals("null") ? null : trait.json;
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

    /**
     * Whether anything personal was ever stated, also if it is not known any more or came after something newer: then a
     * document about it may be somewhere and has to be kept up to date, or deleted. A function of the events, not of what
     * was published, which a restart may repeat in another order.
     */
    public boolean hasEverBeenPersonal() {
        return personal;
    }

    /** Distinct orders. */
    public long orderCount() {
        return sealedOrders + orders.size();
    }

    /** Currency → exact sum over distinct orders. */
    public SortedMap<String, BigDecimal> revenue() {
        SortedMap<String, BigDecimal> revenue = new TreeMap<>(sealedRevenue);
        orders.values().forEach(order -> add(revenue, order.purchase));
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
            Wire.writeAll(ledger.devices, Identifier.CODEC, out);
            writeTraits(ledger, out);
            Wire.writeVarInt(ledger.orders.size(), out);
            for (var entry : ledger.orders.entrySet()) {
                Wire.writeString(entry.getKey(), out);
                EventOrder.CODEC.write(entry.getValue().reportedBy, out);
                Purchase.CODEC.write(entry.getValue().purchase, out);
            }
            writeAmounts(ledger.refunds, out);
            Wire.writeVarLong(ledger.sealedOrders, out);
            if (ledger.sealedOrders > 0) {
                out.writeLong(ledger.sealedFirstAt);
                writeAmounts(ledger.sealedRevenue, out);
            }
            out.writeBoolean(ledger.personal);
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
            Wire.writeAll(events, EventOrder.CODEC, out);
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
            Wire.readFormat(FORMAT, "a record ledger", in);
            RecordLedger ledger = new RecordLedger();
            ledger.devices.addAll(Wire.readAll(Identifier.CODEC, in));
            readTraits(ledger, in);
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                ledger.orders.put(Wire.readString(in), new Order(EventOrder.CODEC.read(in), Purchase.CODEC.read(in)));
            }
            readAmounts(ledger.refunds, in);
            ledger.sealedOrders = Wire.readVarLong(in);
            if (ledger.sealedOrders > 0) {
                ledger.sealedFirstAt = in.readLong();
                readAmounts(ledger.sealedRevenue, in);
            }
            ledger.personal = in.readBoolean();
            return ledger;
        }

        private static void readTraits(RecordLedger ledger, DataInput in) throws IOException {
            List<EventOrder> events = new ArrayList<>();
            events.addAll(Wire.readAll(EventOrder.CODEC, in));
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
