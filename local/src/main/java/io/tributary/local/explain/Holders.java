package io.tributary.local.explain;

import io.tributary.schemas.identity.Identifier;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The customers that have an identifier by what has changed, for one that no profile lists: because no event belongs to
 * its customer, or because the profile has more identifiers than it lists. Kept are those customers.
 */
final class Holders {
    private final Identifier identifier;
    private final Set<String> holders = new LinkedHashSet<>();
    private boolean mentioned;

    Holders(Identifier identifier) {
        this.identifier = identifier;
    }

    /** Shows the next change. */
    void take(StoredChange change) {
        if (!change.identifiers().contains(identifier)) {
            return;
        }
        mentioned = true;
        switch (change.kind()) {
            case CREATED, LINKED -> holders.add(change.customerId());
            case MERGED, UNMERGED -> {
                holders.remove(change.customerId());
                holders.add(change.into());
            }
            case QUARANTINED -> {
                holders.clear();
                holders.add(change.customerId());
            }
            case CONFLICT, COMPONENT_FULL -> {}
        }
    }

    /** None if nothing was said of the identifier. One that was only refused is on its own. */
    Set<String> customers() {
        return holders.isEmpty() && mentioned ? Set.of(identifier.customerId()) : holders;
    }
}
