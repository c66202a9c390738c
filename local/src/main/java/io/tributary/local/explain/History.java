package io.tributary.local.explain;

import io.tributary.local.explain.StoredChange.Cause;
import io.tributary.operators.identity.IdentityChange.Kind;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What has happened to one customer, picked from all changes of a backtest. It consists of the changes
 *
 * <ul>
 *   <li>of the customer, and of the customers that were merged into it, directly or not, up to their merger: who comes
 *       back afterwards is somebody else; also of those whose events came with a part of another customer, which only
 *       its profile knows;
 *   <li>by which a part of another customer came to one of these;
 *   <li>that refuse a link of a person identifier which one of these has or ever had, or quarantine it, whoever's change
 *       that is published as; and the quarantines by an event that has changed one of these: the value does not become
 *       its identifier, and that is why.
 * </ul>
 *
 * <p>Mergers and identifiers are known only after the changes that they make interesting, so the changes are shown in
 * passes until a pass learns nothing new: at most two more than the longest chain of mergers has links, and as
 * many again for what only the profile knows.
 *
 * <p>Kept is what is listed above: the changes, the customers that were merged into it, its person identifiers, and the
 * events that have changed it. Nothing grows with the number of changes that are shown.
 */
final class History {
    /** Of one instant: a quarantine before its effects, who is there before what happens to them. */
    private static final List<Kind> TOLD = List.of(
            Kind.QUARANTINED,
            Kind.CREATED,
            Kind.COMPONENT_FULL,
            Kind.CONFLICT,
            Kind.UNMERGED,
            Kind.MERGED,
            Kind.LINKED);

    private static final Comparator<StoredChange> ORDER =
            Comparator.comparingLong(StoredChange::at).thenComparingInt(change -> TOLD.indexOf(change.kind()));

    private final String customerId;

    /** The customers whose changes belong to it, and up to which instant. */
    private final Map<String, Long> partUntil = new HashMap<>();

    private final Set<Identifier> persons = new HashSet<>();
    private final Set<Cause> causes = new HashSet<>();
    private final List<StoredChange> changes = new ArrayList<>();
    private final Collection<String> formers;
    private boolean grown;

    /**
     * @param known identifiers that it has
     * @param formers customers that are gone and had events of its, as far as they are known
     */
    History(String customerId, Collection<Identifier> known, Collection<String> formers) {
        this.customerId = customerId;
        this.formers = formers;
        partUntil.put(customerId, Long.MAX_VALUE);
        learn(known);
    }

    /** All changes will be shown, from the first on. */
    void begin() {
        changes.clear();
        grown = false;
    }

    /** Shows a change. */
    void take(StoredChange change) {
        boolean own = isPart(change.customerId(), change.at());
        boolean received = change.into() != null && isPart(change.into(), change.at());
        boolean belongs =
                switch (change.kind()) {
                    case CREATED, LINKED -> own;
                    case MERGED, UNMERGED -> own || received;
                    case CONFLICT, COMPONENT_FULL -> own || touches(change);
                    case QUARANTINED -> own || touches(change) || causes.contains(change.cause());
                };
        if (!belongs) {
            return;
        }
        changes.add(change);
        switch (change.kind()) {
            case CREATED, LINKED, MERGED, UNMERGED -> {
                // Of one instant only parts that went come after quarantines.
                grown |= causes.add(change.cause()) && change.kind() == Kind.UNMERGED;
                learn(change.identifiers());
            }
            default -> {}
        }
        if (change.kind() == Kind.MERGED && received) {
            takeIn(change.customerId(), change.at());
        }
    }

    private void takeIn(String former, long until) {
        Long known = partUntil.get(former);
        if (known == null || known < until) {
            partUntil.put(former, until);
            grown = true;
        }
    }

    private void learn(Collection<Identifier> identifiers) {
        for (Identifier identifier : identifiers) {
            if (identifier.namespace().isPerson()) {
                grown |= persons.add(identifier);
            }
        }
    }

    private boolean touches(StoredChange change) {
        return change.identifiers().stream().anyMatch(persons::contains);
    }

    /** All changes were shown. Returns whether what was learnt asks for another pass. */
    boolean end() {
        if (!grown) {
            // Whoever is not found by mergers alone is gone, so all of its history is one of a former customer.
            for (String former : formers) {
                grown |= partUntil.putIfAbsent(former, Long.MAX_VALUE) == null;
            }
        }
        return grown;
    }

    String customerId() {
        return customerId;
    }

    /** Whether what happened to a customer at an instant happened to this one, as it is now. */
    boolean isPart(String other, long at) {
        Long until = partUntil.get(other);
        return until != null && at <= until;
    }

    /** Person identifiers that it has or had. */
    Set<Identifier> persons() {
        return persons;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** In the order in which they are told. */
    List<StoredChange> changes() {
        return changes.stream().sorted(ORDER).toList();
    }
}
