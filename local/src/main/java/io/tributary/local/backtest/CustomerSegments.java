package io.tributary.local.backtest;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileFacts;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.Facts;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.segment.SegmentClock;
import io.tributary.operators.segment.SegmentJson;
import io.tributary.operators.segment.SegmentTracker;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** A customer's computed traits and memberships on its way through a backtest. */
final class CustomerSegments {
    private final Customer customer;
    private final CompiledDefinitions definitions;
    private final SegmentTracker tracker;
    private final Memberships memberships = new Memberships();
    private final List<byte[]> changes = new ArrayList<>(0);
    private ActivityLedger activity = new ActivityLedger();
    private RecordLedger record = new RecordLedger();
    private ComputedLedger computed = new ComputedLedger();
    /** As of the last instant: the customer itself is ahead. */
    private Set<Identifier> listing = Set.of();

    private SegmentClock clock = new SegmentClock();

    CustomerSegments(Customer customer, CompiledDefinitions definitions, SegmentTracker tracker) {
        this.customer = customer;
        this.definitions = definitions;
        this.tracker = tracker;
    }

    private Facts facts() {
        return new ProfileFacts(
                new ProfileFacts.Ledgers(() -> activity, () -> record, () -> listing, new ProfileFacts.Computed() {
                    @Override
                    public Object value(String trait, long now) {
                        return definitions.traits().value(computed, trait, now);
                    }

                    @Override
                    public SortedMap<String, Object> values(String segment, long now) {
                        return definitions.traits().values(computed, segment, now);
                    }

                    @Override
                    public long nextChange(long now) {
                        return definitions.traits().nextChange(computed, now);
                    }
                }),
                clock.now());
    }

    /**
     * Lets an instant happen.
     *
     * @param instant milliseconds since 1970
     * @param events of the customer at the instant, in their order
     */
    void apply(long instant, List<CustomerEvent> events) throws IOException {
        Facts facts = facts();
        tracker.open(facts, clock, memberships, instant, this::changed);
        for (CustomerEvent event : events) {
            tracker.changing(event, facts, clock);
            fold(event);
        }
        listing = Set.copyOf(customer.listing());
        tracker.close(facts, clock, memberships, instant, this::changed);
    }

    private void fold(CustomerEvent event) throws IOException {
        LedgerFold.apply(activity, () -> record, event, event.timestamp() - 1);
        definitions.traits().fold(new EventView(event), computed);
    }

    /** Lets time pass up to and including an instant, milliseconds since 1970. */
    void pass(long until) {
        tracker.advance(facts(), clock, memberships, until, this::changed);
    }

    /**
     * The customer has got or lost events of the past.
     *
     * @param instant milliseconds since 1970; what happened at it is part of what the customer has
     * @param because why everything ends if nothing is left
     */
    void startAnew(long instant, SegmentChange.Reason because) throws IOException {
        activity = new ActivityLedger();
        record = new RecordLedger();
        computed = new ComputedLedger();
        for (CustomerEvent event : customer.history()) {
            fold(event);
        }
        listing = Set.copyOf(customer.listing());
        if (customer.exists()) {
            tracker.lookAnew(facts(), instant, clock, memberships, this::changed);
        } else {
            tracker.leaveAll(instant, because, memberships, this::changed);
            clock = new SegmentClock();
        }
    }

    /** Whether the customer lists other identifiers than at the last instant. */
    boolean hasOtherIdentifiers() {
        return !clock.isNew() && !listing.equals(customer.listing());
    }

    private void changed(SegmentChange change) {
        changes.add(ProfileJson.write(256, json -> SegmentJson.write(json, customer.id(), change)));
    }

    /** Public JSON lines, in no particular order. */
    List<byte[]> changes() {
        return changes;
    }

    /** What the profile says at an instant, milliseconds since 1970. */
    ProfileJson.Segments published(long now) {
        return new ProfileJson.Segments(
                definitions.traits().published(computed, now), tracker.memberships(memberships, facts().at(now)));
    }
}
