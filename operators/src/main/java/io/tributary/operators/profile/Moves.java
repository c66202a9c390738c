package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What comes and goes at an instant at a customer, and what of that outlives its single events. Not thread-safe. */
final class Moves {
    /** Of one event what goes comes before what comes, and then the event itself is looked at. */
    private static final Comparator<CustomerMessage> IN_ORDER = CustomerMessage.BY_CAUSE
            .thenComparing(message -> message instanceof CustomerMessage.Put)
            .thenComparing(message -> message instanceof CustomerMessage.Sight);

    private final long instant;

    /** What is to be done at the instant, in order. */
    private final PriorityQueue<CustomerMessage> due = new PriorityQueue<>(IN_ORDER);

    /** The events of a fragment that have arrived behind what it starts anew with. */
    private final IdentityHashMap<CustomerMessage, List<CustomerMessage.Event>> arrivedWith;

    /** The events that triggers of sequences name, of fragments that have come. */
    private final Map<FragmentId, List<WatchedEvent>> watched = new HashMap<>(0);

    private final List<CustomerMessage.Sight> rest = new ArrayList<>();

    /** Whether a fragment was here before the instant, by fragments that have come or gone. */
    private final Map<FragmentId, Boolean> wereHere = new HashMap<>(1);

    private final Map<FragmentId, Boolean> areHere = new HashMap<>(1);

    /** Fragments that have come or gone and have an event before the instant. */
    private final Set<FragmentId> ofThePast = new HashSet<>(1);

    /** What the triggers learn from events that have waited, by fragment; all of it is also what they start anew from. */
    private final List<Told> cartChanges = new ArrayList<>(0);

    private record Told(FragmentId fragment, CartChange change) {}

    private boolean any;
    private boolean erased;

    /** Former customers who were part of what was erased. */
    private final SortedSet<String> erasedFormer = new TreeSet<>();

    private CustomerMessage.Retract lastRetract;

    Moves(long instant, WaitingMessages.Due due) {
        this.instant = instant;
        this.due.addAll(due.messages());
        this.arrivedWith = due.arrivedWith();
    }

    /** Something that has come up, and is due now or later. */
    void add(CustomerMessage.Sight sight) {
        if (sight.knownAt() <= instant) {
            due.add(sight);
        } else {
            rest.add(sight);
        }
    }

    /** Milliseconds since 1970. */
    long instant() {
        return instant;
    }

    /** Whether nothing more is due at the instant. */
    boolean isOver() {
        return due.isEmpty();
    }

    /** The event because of which the next is due. */
    EventOrder nextCause() {
        return due.element().because();
    }

    /** What has come up meanwhile and is due later. */
    List<CustomerMessage.Sight> rest() {
        return rest;
    }

    /** The events that have waited for a fragment to start anew. */
    List<CustomerMessage.Event> arrivedWith(CustomerMessage start) {
        List<CustomerMessage.Event> events = arrivedWith.getOrDefault(start, List.of());
        any |= !events.isEmpty();
        return events;
    }

    /** What the triggers are told of an event that has waited, unless they start anew or its fragment leaves. */
    void tellLater(FragmentId fragment, CartChange change) {
        cartChanges.add(new Told(fragment, change));
    }

    /** Events that have waited and that triggers of sequences name. */
    List<WatchedEvent> waited() {
        return cartChanges.stream()
                .map(told -> ((CartChange.Operation) told.change).watched())
                .filter(Objects::nonNull)
                .toList();
    }

    List<CartChange> cartChanges() {
        return cartChanges.stream().map(Told::change).toList();
    }

    /** Whether the customer is not what it was. */
    boolean changesAnything() {
        return any;
    }

    /** Whether something was erased. */
    boolean erases() {
        return erased;
    }

    /** @param customerIds of customers who are part of something that is erased */
    void eraseFormer(Collection<String> customerIds) {
        erasedFormer.addAll(customerIds);
    }

    SortedSet<String> erasedFormer() {
        return erasedFormer;
    }

    /** The last departure of a fragment with an event, or of an erased one; or null. */
    CustomerMessage.Retract lastRetract() {
        return lastRetract;
    }

    /** The next that is due because of an event, or null. */
    CustomerMessage poll(EventOrder because) {
        boolean isNext = !due.isEmpty() && due.peek().because().equals(because);
        return isNext ? due.remove() : null;
    }

    void note(CustomerMessage message, EventOrder firstEvent, boolean comes) {
        wereHere.putIfAbsent(message.fragmentId(), !comes);
        areHere.put(message.fragmentId(), comes);
        if (!comes) {
            cartChanges.removeIf(told -> told.fragment.equals(message.fragmentId()));
        }
        boolean erases = message instanceof CustomerMessage.Retract retract && retract.isErasure();
        if (erases || (firstEvent != null && firstEvent.timestamp() < instant)) {
            ofThePast.add(message.fragmentId());
        }
        if (message instanceof CustomerMessage.Put put) {
            watched.put(put.fragmentId(), put.watched());
        }
        any = true;
        erased |= erases;
        if (message instanceof CustomerMessage.Retract retract && (erases || firstEvent != null)) {
            lastRetract = retract;
        }
    }

    /** An event that is in the ledger and yet to come is looked at as if it came now. */
    void lookAgain(CustomerMessage.Put put, EventOrder event, List<Identifier> devices) {
        add(new CustomerMessage.Sight(
                put.customerId(), put.fragmentId(), devices, Math.max(event.timestamp(), put.knownAt()), event));
    }

    /** Whether the customer has other fragments than before the instant. */
    boolean hasOthersThanBefore() {
        return !wereHere.equals(areHere);
    }

    /** The fragments whose events are not the customer's any more. */
    Set<FragmentId> gone() {
        Set<FragmentId> gone = new HashSet<>(wereHere.keySet());
        gone.removeIf(fragment -> !wereHere.get(fragment) || areHere.get(fragment));
        return gone;
    }

    /** The events that triggers of sequences name, of fragments that have come. */
    List<WatchedEvent> come() {
        List<WatchedEvent> come = new ArrayList<>(0);
        watched.forEach((fragment, events) -> {
            if (!wereHere.get(fragment) && areHere.get(fragment)) {
                come.addAll(events);
            }
        });
        come.sort(null);
        return come;
    }

    /** Whether events of the past are among what the customer has got. */
    boolean bringsThePast() {
        return ofThePast.stream().anyMatch(fragment -> !wereHere.get(fragment) && areHere.get(fragment));
    }

    /** Whether events of the past are among what the customer has got or lost. */
    boolean changesThePast() {
        return ofThePast.stream().anyMatch(fragment -> !wereHere.get(fragment).equals(areHere.get(fragment)));
    }
}
