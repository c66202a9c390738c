package io.tributary.local.backtest;

import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.trigger.EventWatch.Cause;
import io.tributary.operators.trigger.GateHistory;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.operators.trigger.RetainedEvents;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.definition.DeliveryDefinition.CustomerZone;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The way of people who may turn out to be the same through a backtest, instant by instant: first the commands and
 * the labels, then the events, then the deadlines.
 *
 * <p>A customer who gets or loses events of the past starts anew from what is its own now; what that would have fired
 * up to and including the instant counts as fired. To start anew takes time ({@link WatchedEvents#newestBefore}), so it is
 * put off until there is something for the triggers, or something may fire.
 */
final class GroupRun {
    /** How far a customer's triggers have come. */
    private static final class Watch {
        /** Null before the first event, or if it has to start anew. */
        private CustomerRun run;

        private boolean relabelled;

        /** What has fired before the last relabelling, by {@code Trigger.match}. */
        private final Set<Long> told = new HashSet<>(0);

        /** Its mergers, and changes of its memberships, that a trigger names, ascending. */
        private final List<WatchedEvent> segmentChanges = new ArrayList<>(0);

        /** The instant of the last relabelling, milliseconds since 1970. */
        private long decidedUntil = Long.MIN_VALUE;

        /** What counts for caps if there is no run, and what it was told otherwise up to its beginning. */
        private GateHistory history = GateHistory.EMPTY;

        /** What triggers ask for of it: since the last relabelling, as if it had always been the same. */
        private final ProfileTimelines asked = new ProfileTimelines();

        /** Whether its past up to the last relabelling was erased. */
        private boolean erased;

        /** What is due before this instant has fired, milliseconds since 1970. */
        private long passedBefore = Long.MIN_VALUE;

        private void turn(String name, long at, String before, String value) {
            if (at <= decidedUntil) {
                asked.state(Map.of(name, List.of(Turn.always(value))));
            } else {
                asked.turn(name, at, before, value);
            }
        }

        /** @param place null for the end */
        private List<WatchedEvent> segmentChangesBefore(EventOrder place) {
            List<WatchedEvent> before = place == null
                    ? segmentChanges
                    : segmentChanges.stream()
                            .filter(change -> change.order().compareTo(place) < 0)
                            .toList();
            return RetainedEvents.newest(before);
        }
    }

    private final CustomerRun.Decisions decisions;
    private final Identities identities;
    private final Map<Customer, Watch> watches = new HashMap<>();
    private final Map<Customer, CustomerSegments> segments = new HashMap<>();
    private final List<CustomerRun.Fired> triggers = new ArrayList<>();
    private final List<CustomerRun.Suppressed> suppressed = new ArrayList<>();
    private long end;

    /** The place of the instant in the order of events, before all that happens at it. */
    private EventOrder beginning;

    /** Those who start anew at the instant and of whom it is not known yet what counts for caps. */
    private final Set<Customer> uncounted = new LinkedHashSet<>();

    /** Whether memberships are those of the instant. */
    private boolean areSegmentsPassed;

    GroupRun(ResolutionRules rules, CustomerRun.Decisions decisions) {
        this.decisions = decisions;
        this.identities = new Identities(rules, decisions.watch(), this::passUpToInstant);
    }

    /**
     * Goes all the way.
     *
     * @param end milliseconds since 1970; deadlines up to and including it fire
     */
    void run(EventGroups.Group group, long end) throws IOException {
        this.end = end;
        int event = 0;
        int command = 0;
        while (event < group.events().size() || command < group.commands().size()) {
            long instant = Math.min(group.timeOfEvent(event), group.timeOfCommand(command));
            beginning = EventOrder.beginningOf(instant);
            areSegmentsPassed = false;
            while (group.timeOfCommand(command) == instant) {
                identities.obey(group.commands().get(command));
                command++;
            }
            int first = event;
            List<Fragment> fragments = new ArrayList<>(1);
            while (group.timeOfEvent(event) == instant) {
                fragments.add(identities.see(group.events().get(event)));
                event++;
            }
            Set<Customer> relabelled = identities.relabelled();
            relabelled.forEach(customer -> startAnew(customer, instant));
            for (int i = first; i < event; i++) {
                Customer customer = fragments.get(i - first).customer();
                if (decisions.watch().looksAtProfile()) {
                    segmentsOf(customer).pass(instant - 1);
                }
                apply(customer, group.events().get(i));
            }
            if (decisions.watch().namesMerger()) {
                relabelled.stream().filter(identities::isMerged).forEach(customer -> merged(customer, instant));
            }
            passSegments(instant, relabelled, fragments, group.events().subList(first, event));
            areSegmentsPassed = true;
            for (Customer customer : uncounted) {
                Watch watch = watches.get(customer);
                watch.run.history(history(customer, watch));
            }
            uncounted.clear();
        }
        segments.values().forEach(customer -> customer.pass(end));
        for (Customer customer : List.copyOf(watches.keySet())) {
            pass(customer, end, null);
            drain(watches.get(customer));
        }
    }

    /** Before anything changes at an instant, what is due before it fires by what was known then. */
    private void passUpToInstant(Customer customer) {
        Watch watch = watches.get(customer);
        long instant = beginning.timestamp();
        if (watch != null && watch.passedBefore < instant) {
            watch.passedBefore = instant;
            segmentsOf(customer).pass(instant - 1);
            pass(customer, instant - 1, beginning);
        }
    }

    private void pass(Customer customer, long until, EventOrder before) {
        Watch watch = watches.get(customer);
        if (watch.run == null && mayFire(customer, watch, until, before)) {
            watch.run = rebuilt(customer, watch, before);
        }
        if (watch.run != null) {
            watch.run.finish(until, decisions);
        }
    }

    /**
     * Whether a deadline may lie in the undecided past of a customer who has to start anew. All that triggers look at is
     * decided then, so of the cart only the newest event can have one.
     */
    private boolean mayFire(Customer customer, Watch watch, long until, EventOrder before) {
        WatchedEvents events = customer.watched();
        List<WatchedEvent> changes = watch.segmentChangesBefore(before);
        long newestChange = changes.isEmpty()
                ? Long.MIN_VALUE
                : changes.get(changes.size() - 1).order().timestamp();
        return decisions
                .triggers()
                .mayFire(
                        events.newestCartEventBefore(before),
                        Math.max(events.newestOfSequencesBefore(before), newestChange),
                        watch.decidedUntil,
                        until);
    }

    private CustomerSegments segmentsOf(Customer customer) {
        return segments.computeIfAbsent(
                customer,
                unknown -> new CustomerSegments(
                        unknown,
                        decisions.definitions(),
                        decisions.tracker(),
                        decisions.watch().looksAtProfile() ? listenerOf(unknown) : null));
    }

    private CustomerSegments.Listener listenerOf(Customer customer) {
        return new CustomerSegments.Listener() {
            @Override
            public void changed(SegmentChange change, boolean isFound) {
                GroupRun.this.changed(customer, change, isFound);
            }

            @Override
            public void moved(long at, String before, String zone) {
                if (asksForZone()) {
                    turn(customer, zoneName(), at, before, zone);
                }
            }
        };
    }

    private boolean asksForZone() {
        return zoneName() != null && decisions.watch().asked().contains(zoneName());
    }

    /** Null if nothing asks for the time zones of customers. */
    private String zoneName() {
        CustomerZone zone = decisions.definitions().delivery().customerZone();
        return zone == null ? null : zone.toString();
    }

    private void turn(Customer customer, String name, long at, String before, String value) {
        Watch watch = watches.computeIfAbsent(customer, unknown -> new Watch());
        watch.turn(name, at, before, value);
        if (watch.run != null) {
            watch.run.see(decisions);
        }
    }

    /** A trigger may name the change of a membership; of whoever is gone nothing can be triggered. */
    private void changed(Customer customer, SegmentChange change, boolean isFound) {
        if (decisions.watch().asked().contains(change.segment())) {
            boolean isIn = segmentsOf(customer).isIn(change.segment());
            turn(
                    customer,
                    change.segment(),
                    change.at(),
                    ProfileTimelines.membership(!isIn),
                    ProfileTimelines.membership(isIn));
        }
        WatchedEvent watched = decisions
                .watch()
                .watched(customer.id(), change, isFound ? Cause.MOVED : Cause.HAPPENED, Long.MIN_VALUE);
        if (watched == null || !customer.exists()) {
            return;
        }
        Watch watch = watches.computeIfAbsent(customer, unknown -> new Watch());
        watch.segmentChanges.add(watched);
        if (watch.run == null && !watch.relabelled) {
            watch.run = new CustomerRun(customer.id(), watch.asked);
        }
        if (watch.run != null) {
            watch.run.apply(watched, decisions);
        }
    }

    private void merged(Customer customer, long instant) {
        WatchedEvent merger = decisions.watch().merger(customer.id(), instant);
        Watch watch = watches.get(customer);
        if (watch.run == null) {
            watch.run = rebuilt(customer, watch, merger.order());
        }
        watch.segmentChanges.add(merger);
        watch.run.apply(merger, decisions);
    }

    /** Each customer's memberships change once at an instant, whatever happens at it. */
    private void passSegments(
            long instant, Set<Customer> relabelled, List<Fragment> fragments, List<CustomerEvent> events)
            throws IOException {
        if (!decisions.definitions().decideAnything()) {
            return;
        }
        Map<Customer, List<CustomerSegments.Seen>> byCustomer = new LinkedHashMap<>();
        identities.relisted().forEach(customer -> byCustomer.put(customer, new ArrayList<>(0)));
        for (int i = 0; i < events.size(); i++) {
            byCustomer
                    .computeIfAbsent(fragments.get(i).customer(), none -> new ArrayList<>(1))
                    .add(new CustomerSegments.Seen(fragments.get(i), events.get(i)));
        }
        for (Customer customer : relabelled) {
            segmentsOf(customer).startAnew(instant, byCustomer.getOrDefault(customer, List.of()));
        }
        for (Map.Entry<Customer, List<CustomerSegments.Seen>> entry : byCustomer.entrySet()) {
            CustomerSegments of = segmentsOf(entry.getKey());
            if (!relabelled.contains(entry.getKey()) && (!entry.getValue().isEmpty() || of.hasOtherIdentifiers())) {
                of.apply(instant, entry.getValue());
            }
        }
    }

    private void startAnew(Customer customer, long instant) {
        Watch watch = watches.computeIfAbsent(customer, unknown -> new Watch());
        drain(watch);
        watch.run = null;
        watch.relabelled = true;
        watch.decidedUntil = instant;
        for (String name : decisions.watch().asked()) {
            CustomerSegments of = segmentsOf(customer);
            String value = name.equals(zoneName()) ? of.zone() : ProfileTimelines.membership(of.isIn(name));
            watch.turn(name, instant, value, value);
        }
        watch.erased = identities.isForgotten(customer);
        watch.history = watch.erased ? GateHistory.EMPTY : watch.history;
        if (watch.erased || !customer.exists()) {
            watch.segmentChanges.clear();
        }
    }

    private void drain(Watch watch) {
        if (watch.run != null) {
            triggers.addAll(watch.run.triggers());
            suppressed.addAll(watch.run.suppressed());
            watch.run.triggers().forEach(fired -> watch.told.add(fired.match()));
            watch.run.suppressed().forEach(held -> watch.told.add(held.match()));
            watch.history = watch.run.history();
        }
    }

    private void apply(Customer customer, CustomerEvent event) throws IOException {
        Watch watch = watches.computeIfAbsent(customer, unknown -> new Watch());
        if (watch.relabelled && !customer.watched().isWatched(event)) {
            return;
        }
        if (watch.run == null) {
            watch.run = watch.relabelled
                    ? rebuilt(customer, watch, event.order())
                    : new CustomerRun(customer.id(), watch.asked);
        }
        watch.run.apply(event, decisions);
    }

    private CustomerRun rebuilt(Customer customer, Watch watch, EventOrder before) {
        try {
            boolean isCounted = areSegmentsPassed || watch.decidedUntil < beginning.timestamp();
            GateHistory history = isCounted ? history(customer, watch) : GateHistory.EMPTY;
            CustomerRun run = new CustomerRun(customer.id(), watch.asked, watch.decidedUntil, watch.told, history);
            if (!isCounted) {
                uncounted.add(customer);
            }
            Deque<WatchedEvent> changes = new ArrayDeque<>(watch.segmentChangesBefore(before));
            for (CustomerEvent event : customer.watched().newestBefore(before)) {
                while (!changes.isEmpty() && changes.peek().order().compareTo(event.order()) < 0) {
                    run.replay(changes.remove(), decisions);
                }
                run.replay(event, decisions);
            }
            changes.forEach(change -> run.replay(change, decisions));
            run.startAnew(decisions);
            run.see(decisions);
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What counts for caps since the customer was relabelled last. */
    private GateHistory history(Customer customer, Watch watch) throws IOException {
        if (!decisions.gate().counts() || watch.erased) {
            return watch.history;
        }
        CustomerRun past = new CustomerRun(customer.id(), watch.asked);
        for (CustomerEvent event : customer.watched().newestBefore(EventOrder.beginningOf(watch.decidedUntil + 1))) {
            past.fold(event);
        }
        return decisions
                .gate()
                .startedAnew(watch.history, past.firesOf(decisions, watch.decidedUntil), watch.decidedUntil);
    }

    // --------------------------------------------------------------------------------------------------------- answers

    /**
     * The customers that there are at the end.
     *
     * @param profiles public JSON lines
     * @param members segment → how many customers are in it
     */
    record Customers(List<byte[]> profiles, Map<String, Long> members) {}

    Customers customers() throws IOException {
        List<byte[]> profiles = new ArrayList<>();
        Map<String, Long> members = new HashMap<>();
        for (Customer customer : identities.customers()) {
            if (customer.exists()) {
                ProfileJson.Segments published = segmentsOf(customer).published(end);
                published.memberships().segments().forEach(segment -> members.merge(segment, 1L, Long::sum));
                profiles.add(profile(customer, published));
            }
        }
        return new Customers(profiles, members);
    }

    private byte[] profile(Customer customer, ProfileJson.Segments published) throws IOException {
        Watch watch = watches.get(customer);
        CustomerRun run = watch.run;
        if (watch.relabelled) {
            run = new CustomerRun(customer.id(), watch.asked);
            for (CustomerEvent event : customer.history()) {
                run.fold(event);
            }
        }
        return run.profile(customer.listing(), customer.mergedFrom(), published);
    }

    /** Public JSON lines. */
    List<byte[]> triggers() {
        return triggers.stream().map(CustomerRun.Fired::json).toList();
    }

    /** Public JSON lines. */
    List<byte[]> triggersSuppressed() {
        return suppressed.stream().map(CustomerRun.Suppressed::json).toList();
    }

    /** Counts what has fired and what was held back; whoever is somebody else at the end is counted as that. */
    void report(TriggerReport report) {
        suppressed.forEach(held -> report.suppressed(held.subject(), held.reason()));
        if (triggers.isEmpty()) {
            return;
        }
        Map<String, Customer> last = new HashMap<>();
        for (Customer customer : identities.customers()) {
            if (customer.exists()) {
                last.put(customer.id(), customer);
                customer.mergedFrom().forEach(former -> last.putIfAbsent(former, customer));
            }
        }
        for (CustomerRun.Fired fired : triggers) {
            Customer customer = last.get(fired.customerId());
            boolean bought =
                    customer != null && customer.watched().hasOrder(fired.at(), fired.at() + TriggerReport.ANYWAY);
            report.fired(fired.subject(), fired.at(), customer == null ? fired.customerId() : customer.id(), bought);
        }
    }

    /** Public JSON lines. */
    List<byte[]> segmentChanges() {
        return segments.values().stream()
                .flatMap(customer -> customer.changes().stream())
                .toList();
    }

    /** Public JSON lines. */
    List<byte[]> identityChanges() {
        return identities.changes();
    }

    long merges() {
        return identities.merges();
    }
}
