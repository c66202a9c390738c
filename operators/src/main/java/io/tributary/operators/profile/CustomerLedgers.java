package io.tributary.operators.profile;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.sink.PersonalIdentifiers;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * All that is kept of the customer whose turn it is, apart from the ledgers of single fragments; and what its own fragment
 * and the others say together. Not thread-safe.
 */
final class CustomerLedgers {
    private final Kept<ProfileState> hot;
    private final Kept<RecordLedger> ownRecord;
    private final Kept<ComputedLedger> ownComputed;
    private final Kept<ActivityLedger> othersActivity;
    private final Kept<RecordLedger> othersRecord;
    private final Kept<ComputedLedger> othersComputed;
    private final Kept<Membership> membership;
    private final Kept<Memberships> segments;
    private final Kept<ProfileTimelines> asked;

    // Of both; null if it has to be put together.
    private ActivityLedger activity;
    private RecordLedger record;
    private ComputedLedger computed;

    CustomerLedgers(
            Kept<ProfileState> hot,
            Kept<RecordLedger> ownRecord,
            Kept<ComputedLedger> ownComputed,
            Kept<ActivityLedger> othersActivity,
            Kept<RecordLedger> othersRecord,
            Kept<ComputedLedger> othersComputed,
            Kept<Membership> membership,
            Kept<Memberships> segments,
            Kept<ProfileTimelines> asked) {
        this.hot = hot;
        this.ownRecord = ownRecord;
        this.ownComputed = ownComputed;
        this.othersActivity = othersActivity;
        this.othersRecord = othersRecord;
        this.othersComputed = othersComputed;
        this.membership = membership;
        this.segments = segments;
        this.asked = asked;
    }

    private List<Kept<?>> all() {
        return List.of(
                hot, ownRecord, ownComputed, othersActivity, othersRecord, othersComputed, membership, segments, asked);
    }

    /** Another customer has its turn. */
    void next() {
        all().forEach(Kept::next);
        changed();
    }

    /** Ends the turn. */
    void write() {
        all().forEach(Kept::write);
    }

    Kept<ProfileState> hot() {
        return hot;
    }

    ProfileState state() {
        return hot.get();
    }

    Kept<RecordLedger> ownRecord() {
        return ownRecord;
    }

    Kept<ComputedLedger> ownComputed() {
        return ownComputed;
    }

    Kept<ActivityLedger> othersActivity() {
        return othersActivity;
    }

    Kept<RecordLedger> othersRecord() {
        return othersRecord;
    }

    Kept<ComputedLedger> othersComputed() {
        return othersComputed;
    }

    Kept<Membership> membership() {
        return membership;
    }

    /** The memberships in segments. */
    Kept<Memberships> segments() {
        return segments;
    }

    /** Of the memberships for which triggers ask, as far as they may be asked for behind the watermark, what has changed. */
    Kept<ProfileTimelines> asked() {
        return asked;
    }

    void keep(Membership members) {
        state().membership(!members.isEmpty());
        if (members.isEmpty()) {
            membership.clear();
        } else {
            membership.set(members);
        }
    }

    // ------------------------------------------------------------------------------------------------------- of both

    /** Any ledger has been changed. */
    void changed() {
        activity = null;
        record = null;
        computed = null;
    }

    /** The hot halves of all fragments together. Not to be changed. */
    ActivityLedger activity() {
        if (activity == null) {
            activity = state().own();
            if (state().hasOthers()) {
                activity = ActivityLedger.union(activity, othersActivity.get());
                activity.cart().dropRepetitions(this::isRepetition);
            }
        }
        return activity;
    }

    private boolean isRepetition(CartEntry entry) {
        return ownRepeatsOrder(entry) || othersRepeatOrder(entry);
    }

    boolean ownRepeatsOrder(CartEntry entry) {
        return ownRecord.get().repeatsOrder(entry);
    }

    boolean othersRepeatOrder(CartEntry entry) {
        return othersRecord.get().repeatsOrder(entry);
    }

    /** The cold halves of all fragments together. Not to be changed. */
    RecordLedger record() {
        if (record == null) {
            record = state().hasOthers() ? RecordLedger.union(ownRecord.get(), othersRecord.get()) : ownRecord.get();
        }
        return record;
    }

    /** What the computed traits know of all fragments. Not to be changed. */
    ComputedLedger computed() {
        if (computed == null) {
            computed = state().hasOthers()
                    ? ComputedLedger.union(ownComputed.get(), othersComputed.get())
                    : ownComputed.get();
        }
        return computed;
    }

    /** The cart's operations of all fragments. */
    CartLog cart() {
        ProfileState state = state();
        if (!state.areOthersWatched()) {
            return state.own().cart();
        }
        CartLog cart = new CartLog();
        cart.merge(state.own().cart());
        cart.merge(othersActivity.get().cart());
        cart.dropRepetitions(this::isRepetition);
        return cart;
    }

    ConsentTimelines said() {
        ProfileState state = state();
        if (!state.areOthersWatched()) {
            return state.own().said();
        }
        ConsentTimelines said = new ConsentTimelines();
        said.merge(state.own().said());
        said.merge(othersActivity.get().said());
        return said;
    }

    // --------------------------------------------------------------------------------------------------- who it is

    /** All that the customer lists. */
    SortedSet<Identifier> listing() {
        SortedSet<Identifier> listing = persons();
        listing.addAll(record().devices());
        return listing;
    }

    /** Whether the customer may list other identifiers by an event; false for most that are known. */
    boolean mayIdentifyBy(CustomerEvent event) {
        if (state().canonical() == null) {
            return true;
        }
        for (Identifier device : event.devices()) {
            boolean isKnown = state().own().knows(device)
                    || (state().hasOthers() && othersActivity.get().knows(device));
            if (!isKnown) {
                return true;
            }
        }
        return false;
    }

    /** All that the customer lists as of the events that the watermark has passed. */
    Collection<Identifier> seenListing() {
        SortedSet<Identifier> listing = persons();
        for (Identifier device : record().devices()) {
            if (state().hasSeen(device)) {
                listing.add(device);
            }
        }
        return listing;
    }

    private SortedSet<Identifier> persons() {
        SortedSet<Identifier> persons = new TreeSet<>();
        Identifier canonical = state().canonical();
        if (canonical != null && canonical.namespace().isPerson()) {
            persons.add(canonical);
        }
        if (state().hasMembership()) {
            persons.addAll(membership.get().persons());
        }
        return persons;
    }

    /**
     * Whether anything personal was ever stated of the customer.
     *
     * @param record what is left of what was stated
     */
    boolean hasEverBeenPersonal(RecordLedger record) {
        Identifier canonical = state().canonical();
        return record.hasEverBeenPersonal()
                || (canonical != null && PersonalIdentifiers.isPersonal(canonical))
                || (state().hasMembership() && membership.get().hasEverBeenPersonal());
    }
}
