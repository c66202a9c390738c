package io.tributary.local.simulate;

import io.tributary.local.simulate.SeededRandom.Purpose;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Generates a shop's traffic in the order of arrival.
 *
 * <p>A queue of what happens next (one entry per person, one per subscription, one per coming refund) is worked off in
 * time order; each entry yields the lines of a whole visit, which wait in a small heap until nothing that is still to
 * happen can arrive before them. Memory: some hundred bytes per person, plus the lines of the visits under way and of
 * the batches that phones hold back.
 *
 * <p>Single use, not thread-safe.
 */
public final class Simulator implements Iterator<SimulatedLine> {
    private static final long MINUTE = 60_000L;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /** Everybody has come once by then, so that a short simulation has all its customers. */
    private static final double FIRST_VISIT_WITHIN = 0.8;

    private static final int FIRST_VISIT_ATTEMPTS = 50;
    /** Relative traffic per local hour. */
    private static final double[] HOURS = {
        0.35, 0.2, 0.1, 0.08, 0.08, 0.15, 0.35, 0.6, 0.8, 0.95, 1.05, 1.15,
        1.3, 1.2, 1.1, 1.1, 1.15, 1.3, 1.55, 1.85, 2.0, 1.8, 1.25, 0.7,
    };

    private static final double BUSIEST_HOUR = 2.0;
    private static final double MEAN_HOUR = 0.9213;

    private static final double REFUND_SHARE = 0.06;
    private static final double WHOLE_REFUND_SHARE = 0.6;
    private static final double CANCELLED_SHARE = 0.02;
    private static final double OPENED_SHARE = 0.35;
    private static final double OPENED_BY_LOST_SHARE = 0.03;
    private static final double CLICKED_SHARE = 0.3;

    /** Measured; only the calibration of the rate of late events depends on it. */
    private static final double MEAN_EVENTS_PER_VISIT = 9.3;

    private static final long SHORTEST_BATCH = 2 * MINUTE;
    private static final long LONGEST_BATCH = 6 * HOUR;
    private static final long BETWEEN_BATCHED = 300;
    private static final long FASTEST_SEND = 20;
    private static final long SLOWEST_SEND = 500;
    private static final long SHORTEST_RETRY = 1_000;
    private static final long LONGEST_RETRY = 90_000;
    private static final Breakage[] BREAKAGES = Breakage.values();

    private final SimulationConfig config;
    private final Catalog catalog;
    private final CustomerState[] states;
    private final SeededRandom breaking;
    private final EventJson json = new EventJson();
    private final Tally tally = new Tally();
    private final double batchedVisitShare;
    private final long end;
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::time).thenComparingLong(Task::sequence));
    private final PriorityQueue<Pending> pending =
            new PriorityQueue<>(Comparator.comparingLong(Pending::arrival).thenComparingLong(Pending::sequence));
    private long sequence;

    public Simulator(SimulationConfig config) {
        this.config = config;
        catalog = new Catalog(config.products(), config.seed());
        breaking = SeededRandom.of(config.seed(), Purpose.BREAKAGE, 0);
        end = config.end().toEpochMilli();
        double batchedPerVisit = (MEAN_EVENTS_PER_VISIT + 1) / 2 / MEAN_EVENTS_PER_VISIT;
        batchedVisitShare = config.rates().late() / (Device.phoneShareOfVisits() * batchedPerVisit);
        states = new CustomerState[config.customers()];
        for (int index = 0; index < states.length; index++) {
            states[index] = new CustomerState(config.seed(), index);
            Person person = Person.of(index, config);
            tally.personsWhoLogIn += person.logsIn() ? 1 : 0;
            schedule(firstVisit(person, states[index].behaviour), index, Action.VISIT, null);
        }
    }

    @Override
    public boolean hasNext() {
        while (!tasks.isEmpty()
                && (pending.isEmpty() || tasks.peek().time() <= pending.peek().arrival())) {
            run(tasks.remove());
        }
        return !pending.isEmpty();
    }

    @Override
    public SimulatedLine next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the simulation has ended");
        }
        return pending.remove().line();
    }

    /**
     * What the whole must add up to.
     *
     * @throws IllegalStateException before the last line was taken
     */
    public SimulationSummary summary() {
        if (hasNext()) {
            throw new IllegalStateException("the simulation has not ended");
        }
        Map<String, Integer> abandoned = new TreeMap<>();
        for (int index = 0; index < states.length; index++) {
            int carts = states[index].abandonedUntil(tally.newest);
            if (carts > 0) {
                abandoned.put("p-" + index, carts);
            }
        }
        return new SimulationSummary(
                tally.lines(),
                tally.events,
                tally.duplicates,
                tally.late,
                Collections.unmodifiableMap(new EnumMap<>(tally.broken)),
                Instant.ofEpochMilli(tally.newest),
                states.length,
                tally.personsWhoLogIn,
                Collections.unmodifiableMap(new TreeMap<>(tally.byName)),
                tally.orders,
                Collections.unmodifiableMap(new TreeMap<>(tally.revenue)),
                Collections.unmodifiableMap(new TreeMap<>(tally.refunds)),
                Collections.unmodifiableMap(abandoned));
    }

    private void run(Task task) {
        Person person = Person.of(task.person(), config);
        switch (task.action()) {
            case VISIT -> visit(person, task.time());
            case MAIL -> mail(person, task.time());
            case REFUND -> refund(person, task.order(), "Order Refunded", task.time());
            case CANCELLATION -> refund(person, task.order(), "Order Cancelled", task.time());
        }
    }

    private void visit(Person person, long planned) {
        CustomerState state = states[person.index()];
        Device device = chooseDevice(person, state.behaviour);
        long free = device.shared() ? states[device.owner()].sharedBusyUntil + MINUTE : planned;
        long start = Math.max(planned, free);
        Visit visit = Visit.of(person, state, device, catalog, start);
        if (device.shared()) {
            states[device.owner()].sharedBusyUntil = visit.end();
        }
        deliver(person, state, visit.events(), device.kind() == Device.Kind.PHONE);
        if (visit.order() != null) {
            ordered(person, state, visit);
        }
        if (visit.subscribed() && person.mistypedEmail() == null) {
            schedule(visit.end() + state.behaviour.between(DAY, 7 * DAY), person.index(), Action.MAIL, null);
        }
        if (!state.lost) {
            schedule(nextVisit(person, state.behaviour, visit.end() + MINUTE), person.index(), Action.VISIT, null);
        }
    }

    private static Device chooseDevice(Person person, SeededRandom random) {
        double sum = person.devices().stream().mapToDouble(Device::weight).sum();
        double point = random.uniform() * sum;
        for (Device device : person.devices()) {
            point -= device.weight();
            if (point < 0) {
                return device;
            }
        }
        return person.devices().get(0);
    }

    private void ordered(Person person, CustomerState state, Visit visit) {
        tally.order(visit.order());
        double fate = state.behaviour.uniform();
        if (fate < REFUND_SHARE) {
            long time = visit.end() + state.behaviour.between(DAY, 14 * DAY);
            schedule(time, person.index(), Action.REFUND, visit.order());
        } else if (fate < REFUND_SHARE + CANCELLED_SHARE) {
            long time = visit.end() + state.behaviour.between(MINUTE, 2 * HOUR);
            schedule(time, person.index(), Action.CANCELLATION, visit.order());
        }
    }

    /** Known customers get it from the shop's server; a guest asks for it where the order was placed. */
    private void refund(Person person, Order order, String event, long time) {
        CustomerState state = states[person.index()];
        boolean severalLines = order.lines().size() > 1;
        boolean whole = event.equals("Order Cancelled") || !severalLines || state.behaviour.chance(WHOLE_REFUND_SHARE);
        long amount = whole ? order.revenue() : order.refundOfFirstLine();
        tally.refund(order.market(), amount);
        Device device = order.userId() == null ? order.device() : null;
        long network = FASTEST_SEND;
        ClientEvent refund = new ClientEvent(
                time,
                network,
                "track",
                event,
                order.userId(),
                device,
                null,
                body -> order.writeRefund(body, amount, whole));
        deliver(person, state, List.of(refund), false);
    }

    private void mail(Person person, long time) {
        CustomerState state = states[person.index()];
        SeededRandom random = state.behaviour;
        if (random.chance(state.lost ? OPENED_BY_LOST_SHARE : OPENED_SHARE)) {
            List<ClientEvent> events = new ArrayList<>();
            events.add(mailed(person, "Email Opened", time));
            if (random.chance(CLICKED_SHARE)) {
                events.add(mailed(person, "Email Link Clicked", time + 20_000));
            }
            deliver(person, state, events, false);
        }
        schedule(time + 7 * DAY, person.index(), Action.MAIL, null);
    }

    private static ClientEvent mailed(Person person, String name, long time) {
        String userId = person.mailedByAddress() ? null : person.userId();
        return new ClientEvent(time, FASTEST_SEND, "track", name, userId, null, person.email(), body -> {
            body.writeStringField("campaign_name", "weekly");
            body.writeStringField("email_subject", "New this week");
        });
    }

    /** Turns events into lines on their way; a phone may hold back a visit's last events and send them in a batch. */
    private void deliver(Person person, CustomerState state, List<ClientEvent> events, boolean phone) {
        SeededRandom random = state.delivery;
        int batchFrom = events.size();
        long batchSent = 0;
        if (phone && random.chance(batchedVisitShare)) {
            batchFrom = random.below(events.size());
            batchSent = events.get(events.size() - 1).time() + random.logBetween(SHORTEST_BATCH, LONGEST_BATCH);
        }
        for (int i = 0; i < events.size(); i++) {
            ClientEvent event = events.get(i);
            boolean late = i >= batchFrom;
            long sent = late
                    ? batchSent + (i - batchFrom) * BETWEEN_BATCHED
                    : event.time() + random.between(FASTEST_SEND, SLOWEST_SEND);
            String messageId = "m-" + person.index() + "-" + state.nextMessage();
            tally.event(event, late);
            enqueue(person, event, messageId, sent, late ? LineKind.LATE : LineKind.EVENT);
            if (random.chance(config.rates().duplicates())) {
                tally.duplicates++;
                long retried = sent + random.logBetween(SHORTEST_RETRY, LONGEST_RETRY);
                enqueue(person, event, messageId, retried, LineKind.DUPLICATE);
            }
            if (random.chance(config.rates().broken())) {
                enqueueBroken(person, event, "m-" + person.index() + "-" + state.nextMessage(), sent);
            }
        }
    }

    private void enqueue(Person person, ClientEvent event, String messageId, long sent, LineKind kind) {
        long arrival = sent + event.network();
        byte[] line = json.render(event, person, messageId, sent, arrival);
        enqueue(arrival, line, LineTruth.of(kind, messageId, event.at(), person, event.device(), null));
    }

    private void enqueueBroken(Person person, ClientEvent event, String messageId, long sent) {
        long arrival = sent + event.network();
        Breakage breakage = breaking.pick(BREAKAGES);
        byte[] line = breakage.apply(json.render(event, person, messageId, sent, arrival), breaking);
        tally.broken.merge(breakage.reason(), 1L, Long::sum);
        String readableId = breakage.keepsMessageId() ? messageId : null;
        LineTruth truth =
                LineTruth.of(LineKind.BROKEN, readableId, event.at(), person, event.device(), breakage.reason());
        enqueue(arrival, line, truth);
    }

    private void enqueue(long arrival, byte[] line, LineTruth truth) {
        pending.add(new Pending(arrival, sequence++, new SimulatedLine(Instant.ofEpochMilli(arrival), line, truth)));
    }

    private void schedule(long time, int person, Action action, Order order) {
        if (time < end) {
            tasks.add(new Task(time, sequence++, person, action, order));
        }
    }

    private long firstVisit(Person person, SeededRandom random) {
        long start = config.start().toEpochMilli();
        long latest = start + (long) (FIRST_VISIT_WITHIN * (end - start));
        long time = random.between(start, latest);
        for (int i = 1; i < FIRST_VISIT_ATTEMPTS && !isAwake(person, time, random); i++) {
            time = random.between(start, latest);
        }
        return time;
    }

    /** A Poisson process whose rate follows the person's local hour, by thinning. */
    private static long nextVisit(Person person, SeededRandom random, long after) {
        double meanPause = DAY / (person.visitsPerDay() * BUSIEST_HOUR / MEAN_HOUR);
        long time = after;
        do {
            time += (long) random.exponential(meanPause);
        } while (!isAwake(person, time, random));
        return time;
    }

    private static boolean isAwake(Person person, long time, SeededRandom random) {
        int hour = (int) Math.floorMod(time / HOUR + person.market().utcOffsetHours(), 24L);
        return random.chance(HOURS[hour] / BUSIEST_HOUR);
    }

    private enum Action {
        VISIT,
        MAIL,
        REFUND,
        CANCELLATION
    }

    private record Task(long time, long sequence, int person, Action action, Order order) {}

    private record Pending(long arrival, long sequence, SimulatedLine line) {}
}
