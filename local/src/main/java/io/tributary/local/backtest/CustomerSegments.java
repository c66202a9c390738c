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
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.identity.Identifier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A customer's computed traits and memberships on its way through a backtest. */
final class CustomerSegments {
    private final Customer customer;
    private final CompiledDefinitions definitions;
    private final SegmentTracker tracker;

    /** Null if nobody wants to know. */
    private final Listener listener;

    /** Null if nothing asks for it, or if there is none. */
    private String zone;

    private Memberships memberships = new Memberships();
    private final List<byte[]> changes = new ArrayList<>(0);
    private ActivityLedger activity = new ActivityLedger();
    private RecordLedger record = new RecordLedger();
    private ComputedLedger computed = new ComputedLedger();
    /** As of the last instant: the customer itself is ahead. */
    private Set<Identifier> listing = Set.of();

    private SegmentClock clock = new SegmentClock();

    /** How many events of each fragment are folded in. */
    private final Map<Fragment, Integer> folded = new HashMap<>();

    /** Who is told of changes, in order. */
    @FunctionalInterface
    interface Listener {
        /** @param isFound whether it shows because the customer has got or lost events of the past */
        void changed(SegmentChange change, boolean isFound);

        /**
         * It is in another time zone.
         *
         * @param at milliseconds since 1970
         */
        default void moved(long at, String before, String zone) {
            // Not everybody asks.
        }
    }

    /** A change, whenever. */
    private record Change(String segment, String value, boolean entered) {
        static Change of(SegmentChange change) {
            return new Change(change.segment(), change.value(), change.entered());
        }
    }

    /** An event with the fragment that it belongs to. */
    record Seen(Fragment fragment, CustomerEvent event) {}

    /** @param listener null if nobody wants to know */
    CustomerSegments(Customer customer, CompiledDefinitions definitions, SegmentTracker tracker, Listener listener) {
        this.customer = customer;
        this.definitions = definitions;
        this.tracker = tracker;
        this.listener = listener;
    }

    private Facts facts() {
        return new ProfileFacts(
                new ProfileFacts.Ledgers(
                        () -> activity,
                        () -> record,
                        () -> listing,
                        definitions.traits().facts(() -> computed)),
                clock.now());
    }

    /**
     * Lets an instant happen.
     *
     * @param instant milliseconds since 1970
     * @param seen the customer's events at the instant, in their order
     */
    void apply(long instant, List<Seen> seen) throws IOException {
        apply(instant, seen, customer.listing());
    }

    private void apply(long instant, List<Seen> seen, Set<Identifier> listed) throws IOException {
        Facts facts = facts();
        tracker.open(facts, clock, () -> memberships, instant, true, this::changed);
        for (Seen one : seen) {
            tracker.changing(one.event, facts, clock);
            fold(one.event);
            folded.merge(one.fragment, 1, Integer::sum);
        }
        listing = Set.copyOf(listed);
        lookAtZone(instant);
        tracker.close(facts, clock, () -> memberships, instant, this::changed);
    }

    private void fold(CustomerEvent event) throws IOException {
        LedgerFold.apply(activity, () -> record, event, event.timestamp() - 1);
        definitions.traits().fold(new EventView(event), computed, Long.MIN_VALUE);
    }

    private void lookAtZone(long instant) {
        String before = zone;
        zone = definitions.zone(facts());
        if (listener != null && !Objects.equals(before, zone)) {
            listener.moved(instant, before, zone);
        }
    }

    /** The time zone of the customer; null if nothing asks for it, or if there is none. */
    String zone() {
        return zone;
    }

    /** Whether the customer is in a segment, or, if it is parametric, in one of its values. */
    boolean isIn(String segment) {
        return definitions.isIn(segment, memberships);
    }

    /** Lets time pass up to and including an instant, milliseconds since 1970. */
    void pass(long until) {
        tracker.advance(facts(), clock, () -> memberships, until, this::changed);
    }

    /**
     * The customer has got or lost events of the past.
     *
     * @param instant milliseconds since 1970; what happened at it is part of what the customer has
     * @param seen the customer's events at the instant, in their order: what these alone change has happened, all else is found
     */
    void startAnew(long instant, List<Seen> seen) throws IOException {
        Set<Change> happened = listener == null || seen.isEmpty() ? Set.of() : changesBy(instant, seen);
        if (hasLost() || gainsAnOrder()) {
            activity = new ActivityLedger();
            record = new RecordLedger();
            computed = new ComputedLedger();
            folded.clear();
        }
        List<CustomerEvent> gained = new ArrayList<>();
        for (Fragment fragment : customer.fragments()) {
            List<CustomerEvent> events = fragment.events();
            gained.addAll(events.subList(folded.getOrDefault(fragment, 0), events.size()));
            folded.put(fragment, events.size());
        }
        gained.sort(Comparator.comparing(CustomerEvent::order));
        for (CustomerEvent event : gained) {
            fold(event);
        }
        listing = Set.copyOf(customer.listing());
        lookAtZone(instant);
        if (customer.exists()) {
            tracker.lookAnew(
                    facts(),
                    instant,
                    clock,
                    () -> memberships,
                    change -> changed(change, !happened.contains(Change.of(change))));
        } else {
            tracker.leaveAll(instant, () -> memberships, change -> changed(change, true));
            clock = new SegmentClock();
        }
    }

    /** What those events at an instant would change that are the customer's anyway, if it neither got nor lost any. */
    private Set<Change> changesBy(long instant, List<Seen> seen) throws IOException {
        Set<Change> all = new HashSet<>();
        CustomerSegments alone =
                new CustomerSegments(customer, definitions, tracker, (change, isFound) -> all.add(Change.of(change)));
        alone.memberships = copy(memberships, Memberships.CODEC);
        alone.activity = copy(activity, ActivityLedger.CODEC);
        alone.record = copy(record, RecordLedger.CODEC);
        alone.computed = copy(computed, ComputedLedger.CODEC);
        alone.clock = copy(clock, SegmentClock.CODEC);
        alone.listing = listing;
        Set<Identifier> listed = new HashSet<>(listing);
        List<Seen> own = seen.stream()
                .filter(one -> folded.containsKey(one.fragment)
                        || one.fragment.formerCustomers().isEmpty())
                .toList();
        for (Seen one : own) {
            listed.add(one.event.firstIdentityKey());
            listed.addAll(one.event.devices());
        }
        if (!own.isEmpty()) {
            alone.apply(instant, own, listed);
        }
        return all;
    }

    private static <T> T copy(T value, Codec<T> codec) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        codec.write(value, new DataOutputStream(bytes));
        return codec.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    private boolean hasLost() {
        return !customer.fragments().containsAll(folded.keySet());
    }

    /** Of an order that two fragments report the first one counts, also for what is no cart any more. */
    private boolean gainsAnOrder() {
        return customer.fragments().stream()
                .filter(fragment -> !folded.containsKey(fragment))
                .flatMap(fragment -> fragment.events().stream())
                .anyMatch(event -> event.kind() == EventKind.ORDER);
    }

    /** Whether the customer lists other identifiers than at the last instant. */
    boolean hasOtherIdentifiers() {
        return !clock.isNew() && !listing.equals(customer.listing());
    }

    private void changed(SegmentChange change) {
        changed(change, false);
    }

    private void changed(SegmentChange change, boolean isFound) {
        if (listener != null) {
            listener.changed(change, isFound);
        }
        changes.add(ProfileJson.write(256, json -> SegmentJson.write(json, customer.id(), change)));
    }

    /** Public JSON lines, in no particular order. */
    List<byte[]> changes() {
        return changes;
    }

    /** What the profile says at an instant, milliseconds since 1970. */
    ProfileJson.Segments published(long now) {
        return new ProfileJson.Segments(
                definitions.traits().published(computed, now),
                Collections.emptySortedMap(),
                tracker.memberships(memberships, facts().at(now)));
    }
}
