package io.tributary.operators.profile;

import io.tributary.operators.identity.IdentityChange;
import io.tributary.operators.identity.IdentityChange.Kind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What one event changes about who a customer is: collects what comes and goes, and says it in public terms. */
final class CustomerPassage {
    /** What goes to one other customer. */
    private static final class Departure {
        private final Set<Identifier> identifiers = new LinkedHashSet<>();
        private boolean withEvents;
    }

    /** What comes from one other customer. */
    private static final class Arrival {
        private final Set<Identifier> identifiers = new HashSet<>(2);
        private boolean withEvents;
    }

    private final String customerId;
    private final EventOrder because;
    private final boolean existed;
    private final Map<String, Departure> departures = new LinkedHashMap<>(1);
    private final List<Identifier> listed = new ArrayList<>(2);

    /** By the canonical identifier of the customer that they come from. */
    private final Map<Identifier, Arrival> arrivals = new HashMap<>(2);

    /** @param existed whether the customer had an event before */
    CustomerPassage(String customerId, EventOrder because, boolean existed) {
        this.customerId = customerId;
        this.because = because;
        this.existed = existed;
    }

    /** The customer lists an identifier that it did not list before. */
    void list(Identifier identifier) {
        listed.add(identifier);
    }

    /**
     * An identifier has come.
     *
     * @param from canonical identifier of the customer that it has left
     * @param withEvents whether what it came with had an event before
     */
    void arrive(Identifier identifier, Identifier from, boolean withEvents) {
        Arrival arrival = arrivals.computeIfAbsent(from, unknown -> new Arrival());
        arrival.identifiers.add(identifier);
        arrival.withEvents |= withEvents;
    }

    /** A fragment has gone, with what it carries. */
    void depart(String into, Collection<Identifier> identifiers, boolean withEvents) {
        Departure departure = departures.computeIfAbsent(into, unknown -> new Departure());
        departure.identifiers.addAll(identifiers);
        departure.withEvents |= withEvents;
    }

    /**
     * Tells what has changed.
     *
     * @param exists whether the customer has an event now
     * @param listing all that it lists now
     */
    void tell(boolean exists, Supplier<Collection<Identifier>> listing, Consumer<IdentityChange> changes) {
        if (existed) {
            departures.forEach((into, departure) -> {
                boolean gone = departure.withEvents && !exists;
                changes.accept(change(gone ? Kind.MERGED : Kind.UNMERGED, departure.identifiers, into));
            });
        }
        if (exists && !existed) {
            changes.accept(change(Kind.CREATED, listing.get(), null));
        } else if (exists) {
            arrivals.forEach((from, arrival) -> {
                // If the canonical one has come too, so have all the others: without an event there was no customer.
                if (arrival.withEvents || !arrival.identifiers.contains(from)) {
                    listed.removeAll(arrival.identifiers);
                }
            });
            if (!listed.isEmpty()) {
                changes.accept(change(Kind.LINKED, listed, null));
            }
        }
    }

    private IdentityChange change(Kind kind, Collection<Identifier> identifiers, String into) {
        return new IdentityChange(because.timestamp(), kind, customerId, identifiers, into, because.messageId());
    }
}
