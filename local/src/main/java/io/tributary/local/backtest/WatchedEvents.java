package io.tributary.local.backtest;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.profile.ConsentTimeline;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.trigger.EventWatch;
import io.tributary.operators.trigger.RetainedEvents;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A customer's events that triggers look at: cart events, orders, what sequences name, statements on the triggers' purpose. */
final class WatchedEvents {
    private final NavigableMap<EventOrder, CustomerEvent> cartEvents = new TreeMap<>();
    private final NavigableMap<EventOrder, CustomerEvent> orders = new TreeMap<>();
    private final NavigableMap<EventOrder, CustomerEvent> ofSequences = new TreeMap<>();
    private final Map<String, NavigableMap<EventOrder, CustomerEvent>> statementsByPurpose = new TreeMap<>();
    private final EventWatch watch;

    /** @param watch says what sequences name */
    WatchedEvents(EventWatch watch) {
        this.watch = watch;
    }

    boolean isWatched(CustomerEvent event) {
        return watch.names(event) || isWatchedByAll(event);
    }

    /** Whether triggers look at an event whatever they name. */
    static boolean isWatchedByAll(CustomerEvent event) {
        return CartEntry.isRelevant(event.kind()) || !event.consent().isEmpty();
    }

    void add(CustomerEvent event) {
        if (event.kind().isCart()) {
            cartEvents.put(event.order(), event);
        } else if (event.kind() == EventKind.ORDER) {
            orders.put(event.order(), event);
        }
        if (watch.names(event)) {
            ofSequences.put(event.order(), event);
        }
        for (String purpose : event.consent().keySet()) {
            statementsByPurpose
                    .computeIfAbsent(purpose, added -> new TreeMap<>())
                    .put(event.order(), event);
        }
    }

    void remove(CustomerEvent event) {
        cartEvents.remove(event.order());
        orders.remove(event.order());
        ofSequences.remove(event.order());
        statementsByPurpose.values().forEach(statements -> statements.remove(event.order()));
    }

    void clear() {
        cartEvents.clear();
        orders.clear();
        ofSequences.clear();
        statementsByPurpose.clear();
    }

    /**
     * When the cart last changed other than by an order, milliseconds since 1970; {@link Long#MIN_VALUE} for never.
     *
     * @param place what is looked at lies before it in the order of events; null for the end
     */
    long newestCartEventBefore(EventOrder place) {
        return newestBefore(place, cartEvents);
    }

    /**
     * When something last happened that a sequence names, milliseconds since 1970; {@link Long#MIN_VALUE} for never.
     *
     * @param place what is looked at lies before it in the order of events; null for the end
     */
    long newestOfSequencesBefore(EventOrder place) {
        return newestBefore(place, ofSequences);
    }

    private static long newestBefore(EventOrder place, NavigableMap<EventOrder, CustomerEvent> events) {
        EventOrder newest = place == null ? (events.isEmpty() ? null : events.lastKey()) : events.lowerKey(place);
        return newest == null ? Long.MIN_VALUE : newest.timestamp();
    }

    /**
     * Whether there is an order in a time.
     *
     * @param after before the time, milliseconds since 1970
     * @param until the end of the time, which belongs to it, milliseconds since 1970
     */
    boolean hasOrder(long after, long until) {
        EventOrder next = orders.higherKey(EventOrder.beginningOf(after + 1));
        return next != null && next.timestamp() <= until;
    }

    /**
     * All that decides what triggers do from a place in the order of events on, in order: as many of the newest cart
     * events as a cart is made of, orders as a ledger knows by id, events as sequences are found in, statements on each
     * purpose as are remembered.
     *
     * @param place null for the end
     */
    Collection<CustomerEvent> newestBefore(EventOrder place) {
        NavigableMap<EventOrder, CustomerEvent> newest = new TreeMap<>();
        addNewest(CartLog.MAX_CART_EVENTS, cartEvents, place, newest);
        addNewest(RecordLedger.MAX_ORDERS, orders, place, newest);
        addNewest(RetainedEvents.MOST, ofSequences, place, newest);
        statementsByPurpose
                .values()
                .forEach(statements -> addNewest(ConsentTimeline.MAX_STATEMENTS, statements, place, newest));
        return newest.values();
    }

    private static void addNewest(
            int most,
            NavigableMap<EventOrder, CustomerEvent> from,
            EventOrder place,
            NavigableMap<EventOrder, CustomerEvent> to) {
        NavigableMap<EventOrder, CustomerEvent> before = place == null ? from : from.headMap(place, false);
        int room = most;
        for (Map.Entry<EventOrder, CustomerEvent> entry : before.descendingMap().entrySet()) {
            if (room-- == 0) {
                break;
            }
            to.put(entry.getKey(), entry.getValue());
        }
    }
}
