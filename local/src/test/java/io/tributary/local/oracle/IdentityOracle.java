package io.tributary.local.oracle;

import io.tributary.local.oracle.Oracle.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who is who, computed from the accepted events in their order, the privacy commands and the configuration, in the
 * plainest way: after every event and every command the components are found anew from the whole link log, and the
 * customers of all events so far from the components.
 *
 * <p><b>What is known when.</b> Events and commands are taken one after the other; a command comes before the events of
 * its instant. At each instant all labels come first, then its events, then its deadlines: so at a deadline D the log
 * is known up to and including D. Whoever the anchor belongs to by that log fires, on the strength of all events up to
 * D that belong to the same customer by that log. What comes later changes neither the trigger nor its customer. Only
 * the profiles, {@code merged_from} and the counters are those of the end.
 *
 * <p>Where the documents are silent or unclear, this is what is assumed; to be reconciled, not believed. What an
 * implementation is most likely to decide differently comes first:
 *
 * <p><b>Triggers</b>
 *
 * <ol>
 *   <li>"At or before the merge counts as fired" is taken literally: a deadline at the very instant at which its
 *       customer gets or loses earlier events (by a merge, a first login, a quarantine, a command) fires for nobody,
 *       the winner's own deadline included. (Events of that instant itself are not earlier.) "One left behind fires
 *       once" would say the opposite; then {@code Oracle.countsAsFired} is always false.
 *   <li>A replay is the fold of all events of the customer: the bound of 200 retained events is not modelled. So an
 *       order that is a repetition in the union cancels nothing, and consent is that of the union.
 *   <li>A split (unmerge, quarantine) is replayed like a merge: a cart whose order has gone to somebody else is open
 *       again, if its deadline is still to come.
 * </ol>
 *
 * <p><b>Links, quarantine, the cap</b>
 *
 * <ol>
 *   <li>{@code max_component}: the links of a component are those that hang together in the log, refused or cut ones
 *       included, void ones not. A link is refused if there would be more than {@code max_component} with it, also when
 *       it joins two components, and also between two members. Then whatever hangs together with that end of it that has
 *       more links (at equality the stronger end) is frozen for good, also when it comes apart later: no further link to
 *       any of these identifiers enters the log, and nothing is said about it. Links are asked in the order of events
 *       and then pairs; void ones ask for nothing.
 *   <li>Anchors are counted over all events, whatever became of the links: refused, void, cut or erased. An anchor can
 *       be quarantined as well: a user id seen with four CRM ids. A value does not count for itself. Each namespace has
 *       its {@code max_shared}, which is the value's and not the anchor's. An erased value is not counted as shared any
 *       more, whatever it is seen with; as an anchor of other values it goes on counting.
 *   <li>Void links count for nothing: neither for limits nor for the cap. Quarantine is for good, until an erasure.
 *   <li>Every two person identifiers of one event are a pair; pairs of one event are taken in the order of (stronger,
 *       weaker) by (priority, hash).
 *   <li>A limit is about the distinct values of a namespace in one component. Devices have none.
 *   <li>A refused link is asked again whenever the component is found anew, so it may hold later: after a quarantine,
 *       an unmerge or an erasure.
 * </ol>
 *
 * <p><b>Devices</b>
 *
 * <ol>
 *   <li>Of an alias with {@code anonymousId} and {@code previousId} only the first device logs in: of one namespace the
 *       one with the smallest hash.
 *   <li>An event carries a pair only if the device is its first and the person identifier its strongest.
 *   <li>A login at the instant of an event counts if it comes before it in the order of events.
 *   <li>Until its first login, what a device does belongs to the device's own customer, which is merged then.
 *   <li>Logins of an erased person, and the earliest event that carries a pair, stay known but belong to nobody: an
 *       event without a person, whose last login is by a person who was erased after that login, belongs to the
 *       device's own customer, for good. A login at the instant of the erasure comes after it.
 * </ol>
 *
 * <p><b>Profiles</b>
 *
 * <ol>
 *   <li>{@code merged_from} are the former customers of the customer's events, at any time, directly or not, as far as
 *       they do not exist now. A customer that was undone by a split is listed wherever its events went.
 *   <li>A customer whose canonical identifier changes is merged into the new one, though nobody else is part of it.
 *   <li>A person identifier is known once an accepted event carried it, also an erased one.
 *   <li>A customer who was erased does not exist, also as a former one of events that a split had taken from it.
 * </ol>
 *
 * <p><b>Changes</b>, all by comparing before and after each event or command; {@code because} is its message id or id
 *
 * <ol>
 *   <li>{@code created}: the customer has an event and had none before; all its identifiers. Also for one that comes
 *       back.
 *   <li>{@code merged}: one whose events went to {@code into} and that has none left; the person identifiers that went
 *       there, and the devices that the events carry. One line for each {@code into}.
 *   <li>{@code unmerged}: one that goes on, but events or person identifiers of which went to {@code into} (which need
 *       not have an event); by a command or a quarantine. The same identifiers.
 *   <li>{@code linked}: identifiers, devices too, that are new at a customer that goes on, without those that came from
 *       another customer by {@code merged} or {@code unmerged}.
 *   <li>{@code conflict}: a link that breaks a limit and did not do so before; both ends, at the customer of the
 *       stronger one, no {@code into}. A link that is cut by an unmerge is not a conflict.
 *   <li>{@code quarantined}: the value, at its own customer, no {@code into}. {@code component_full}: as conflict.
 *   <li>An erasure is no change: there is no word for it. It changes nobody else: a link between two others that was
 *       refused or cut was so because of them.
 * </ol>
 *
 * <p><b>Commands</b>
 *
 * <ol>
 *   <li>A command at {@code at} acts before the events of that instant. Its identifiers are normalised as those of
 *       events. A refused one ({@link PrivacyCommand#refusal}: an unmerge with a device, or twice the same) does
 *       nothing. Of several with the same id the first counts.
 *   <li>Unmerge: the two are never in one component, whatever connects them. A link that would bring them together is
 *       cut, in the order of the links. If one of them is erased, it makes no difference.
 *   <li>Erase means the customer to whom the identifier belongs then: all its events before {@code at} are gone, and
 *       none of its person identifiers is ever linked again, but later events found a customer anew. A device stands
 *       for its customer only as long as what it did first belongs to nobody: nobody has logged in on it, or the first
 *       who did was erased since; else it does nothing.
 *       Triggers that fired remain, the counters and the memory of the de-duplication too.
 * </ol>
 */
final class IdentityOracle {
    /** A line of {@code identity-changes.jsonl}; {@code into} may be null. */
    record Change(
            Instant at,
            String change,
            String customer,
            NavigableSet<Identifier> identifiers,
            String into,
            String because) {}

    /** One thing that happens: an event, or a command. */
    private record Step(Instant at, Event event, PrivacyCommand command) {
        String because() {
            return event == null ? command.id() : event.messageId();
        }
    }

    /** Two person identifiers, the stronger first. */
    private record Link(Identifier a, Identifier b) implements Comparable<Link> {
        static Link of(Identifier one, Identifier other) {
            return one.compareTo(other) < 0 ? new Link(one, other) : new Link(other, one);
        }

        NavigableSet<Identifier> ends() {
            return new TreeSet<>(List.of(a, b));
        }

        @Override
        public int compareTo(Link other) {
            return Comparator.comparing(Link::a).thenComparing(Link::b).compare(this, other);
        }
    }

    /** From this event on the device is the person's. */
    private record Login(Event event, Identifier device, Identifier person) {}

    private record Move(String from, String to) {}

    private final IdentityConfig config;
    private final List<Event> events;

    // What has been seen so far.
    private final NavigableSet<Identifier> persons = new TreeSet<>();
    private final Map<Identifier, Set<Identifier>> anchors = new HashMap<>();
    private final Set<Link> shown = new HashSet<>();
    private final List<Link> log = new ArrayList<>();
    private final Set<Identifier> frozen = new HashSet<>();
    private final List<Link> apart = new ArrayList<>();
    private final List<Login> logins = new ArrayList<>();
    private final Map<Identifier, Instant> erasedPersons = new HashMap<>(); // with their last erasure
    private final Set<Event> erasedEvents = identitySet();

    // Who everybody is so far: the customer of each event (null: erased), and what each customer lists.
    private View view = View.EMPTY;
    private List<String> customers = new ArrayList<>();
    private Map<String, NavigableSet<Identifier>> listings = new TreeMap<>();

    // What has happened so far.
    private final Map<Integer, Set<String>> formerCustomers = new HashMap<>(); // by position of the event
    private final List<Change> changes = new ArrayList<>();

    private final List<Step> steps = new ArrayList<>();
    private final List<View> viewsAfter = new ArrayList<>();

    /** All of them at or before the end, without duplicates and refused ones. */
    IdentityOracle(IdentityConfig config, List<Event> accepted, List<PrivacyCommand> commands) {
        this.config = config;
        this.events = accepted;
        commands.stream().sorted().forEach(command -> steps.add(new Step(command.at(), null, command)));
        accepted.forEach(event -> steps.add(new Step(event.at(), event, null)));
        steps.sort(Comparator.comparing(Step::at)); // stable: a command comes before the events of its instant
        for (Step step : steps) {
            take(step);
            viewsAfter.add(view);
        }
    }

    // --------------------------------------------------------------------------------------------------------- answers

    /** The customer of an event as of an instant, its events and commands included; null if it was erased. */
    String customerOf(Event event, Instant asOf) {
        return viewAt(asOf).customerOf(event);
    }

    /** The customer of each event at the end, null if it was erased. */
    List<String> customers() {
        return Collections.unmodifiableList(customers);
    }

    /** The events up to an instant that belong to a customer as of that instant. */
    List<Event> history(String customer, Instant asOf) {
        View then = viewAt(asOf);
        return events.stream()
                .filter(event -> !event.at().isAfter(asOf))
                .filter(event -> customer.equals(then.customerOf(event)))
                .toList();
    }

    /** The first so many events, in their order, by their customers as of an instant; erased ones are nobody's. */
    Map<String, List<Event>> histories(int seen, Instant asOf) {
        View then = viewAt(asOf);
        Map<String, List<Event>> result = new TreeMap<>();
        for (Event event : events.subList(0, seen)) {
            String customer = then.customerOf(event);
            if (customer != null) {
                result.computeIfAbsent(customer, c -> new ArrayList<>()).add(event);
            }
        }
        return result;
    }

    /** What the profile of a customer with these events lists as of an instant. */
    NavigableSet<Identifier> identifiers(String customer, List<Event> history, Instant asOf) {
        View then = viewAt(asOf);
        NavigableSet<Identifier> result = new TreeSet<>();
        history.forEach(event -> result.addAll(event.devices()));
        events.stream()
                .filter(event -> !event.at().isAfter(asOf))
                .flatMap(event -> event.persons().stream())
                .filter(person -> then.customerOf(person).equals(customer))
                .forEach(result::add);
        return result;
    }

    /** The names of all kinds of identifiers. */
    List<String> namespaces() {
        return config.namespaces().stream().map(IdentityConfig.Namespace::name).toList();
    }

    /** The instants of all events and commands. */
    NavigableSet<Instant> instants() {
        return steps.stream().map(Step::at).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether a customer got or lost earlier events at an instant: by a merge, a split, an erasure. */
    boolean isRelabelled(String customer, Instant at) {
        View before = viewAt(at.minusNanos(1));
        View after = viewAt(at);
        return !before.equals(after)
                && events.stream().filter(event -> event.at().isBefore(at)).anyMatch(event -> {
                    String from = before.customerOf(event);
                    String to = after.customerOf(event);
                    return !Objects.equals(from, to) && (customer.equals(from) || customer.equals(to));
                });
    }

    /** What the profile of a customer lists. */
    NavigableSet<Identifier> identifiers(String customer) {
        return listings.get(customer);
    }

    /** The former customers of its events, as far as they are gone. */
    NavigableSet<String> mergedFrom(String customer) {
        NavigableSet<String> result = new TreeSet<>();
        formerCustomers.forEach((event, former) -> {
            if (customer.equals(customers.get(event))) {
                result.addAll(former);
            }
        });
        result.removeAll(listings.keySet());
        return result;
    }

    List<Change> changes() {
        return changes;
    }

    private View viewAt(Instant instant) {
        int last = -1;
        while (last + 1 < steps.size() && !steps.get(last + 1).at().isAfter(instant)) {
            last++;
        }
        return last < 0 ? View.EMPTY : viewsAfter.get(last);
    }

    // ----------------------------------------------------------------------------------------------------------- steps

    private void take(Step step) {
        Set<Link> full = new TreeSet<>();
        boolean changed = step.event() == null ? obey(step.command()) : see(step.event(), full);
        if (changed) {
            View before = view;
            view = resolve();
            full.forEach(link -> publish(step, "component_full", view.customerOf(link.a()), link.ends(), null));
            publishWhatIsVoid(step, before);
            relabel(step, before);
        } else if (step.event() != null) {
            add(step);
        }
    }

    /** An event: is there a new link or a login in it? */
    private boolean see(Event event, Set<Link> full) {
        NavigableSet<Identifier> seen = event.persons();
        persons.addAll(seen);
        seen.forEach(value -> seen.stream()
                .filter(other -> other.namespace().anchor() && !other.equals(value))
                .forEach(anchor ->
                        anchors.computeIfAbsent(value, v -> new HashSet<>()).add(anchor)));
        boolean isNew = false;
        for (Identifier a : seen) {
            for (Identifier b : seen.tailSet(a, false)) {
                if (shown.add(new Link(a, b))) {
                    isNew = true;
                    Link link = new Link(a, b);
                    if (isVoid(link) || frozen.contains(a) || frozen.contains(b)) {
                        continue;
                    }
                    if (hangingTogether(a, b).size() < config.maxComponent()) {
                        log.add(link);
                    } else {
                        full.add(link);
                        freeze(hangingTogether(b).size() > hangingTogether(a).size() ? b : a);
                    }
                }
            }
        }
        return login(event) || isNew;
    }

    /** An identify or alias with device and person, or the earliest event that carries the pair. */
    private boolean login(Event event) {
        Optional<Identifier> device = event.device();
        Optional<Identifier> person = event.strongestPerson();
        if (device.isEmpty() || person.isEmpty()) {
            return false;
        }
        // The earliest event with the pair is always a login: so if there is none, this is the earliest.
        boolean earliest = logins.stream()
                .noneMatch(login ->
                        login.device().equals(device.get()) && login.person().equals(person.get()));
        boolean isLogin =
                earliest || event.type().equals("identify") || event.type().equals("alias");
        if (isLogin) {
            logins.add(new Login(event, device.get(), person.get()));
        }
        return isLogin;
    }

    private boolean obey(PrivacyCommand command) {
        Identifier identifier = config.identifier(command.identifier()).orElseThrow();
        if (command.command().equals("erase")) {
            return erase(command.at(), identifier);
        }
        apart.add(Link.of(identifier, config.identifier(command.with()).orElseThrow()));
        return true;
    }

    /** The customer's events are gone, and none of its person identifiers is ever linked again. */
    private boolean erase(Instant at, Identifier identifier) {
        Optional<Login> first = logins.stream()
                .filter(login -> login.device().equals(identifier))
                .min(Comparator.comparing(Login::event));
        if (first.isPresent()
                && !erasedPersons
                        .getOrDefault(first.get().person(), Instant.MIN)
                        .isAfter(first.get().event().at())) {
            return false;
        }
        String customer = identifier.isPerson() ? view.customerOf(identifier) : identifier.customerId();
        for (int i = 0; i < customers.size(); i++) {
            if (customer.equals(customers.get(i))) {
                erasedEvents.add(events.get(i));
            }
        }
        Stream.concat(persons.stream(), Stream.of(identifier))
                .filter(i -> view.customerOf(i).equals(customer))
                .forEach(i -> erasedPersons.put(i, at));
        return true;
    }

    // ------------------------------------------------------------------------------------------- components of the log

    private boolean isQuarantined(Identifier value) {
        return !erasedPersons.containsKey(value)
                && anchors.getOrDefault(value, Set.of()).size()
                        > value.namespace().maxShared();
    }

    private boolean isVoid(Link link) {
        return isQuarantined(link.a())
                || isQuarantined(link.b())
                || erasedPersons.containsKey(link.a())
                || erasedPersons.containsKey(link.b());
    }

    /** The links that hang together with these identifiers, refused or not. Void ones count for nothing. */
    private Set<Link> hangingTogether(Identifier... identifiers) {
        Set<Identifier> reached = new HashSet<>(List.of(identifiers));
        Set<Link> links = new HashSet<>();
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Link link : log) {
                boolean touches = reached.contains(link.a()) || reached.contains(link.b());
                if (touches && !links.contains(link) && !isVoid(link)) {
                    links.add(link);
                    reached.addAll(link.ends());
                    grows = true;
                }
            }
        }
        return links;
    }

    private void freeze(Identifier person) {
        frozen.add(person);
        hangingTogether(person).forEach(link -> frozen.addAll(link.ends()));
    }

    /** Takes the links in their order, as if for the first time. */
    private View resolve() {
        View result = View.empty();
        persons.stream().filter(this::isQuarantined).forEach(result.quarantined()::add);
        for (Link link : log) {
            NavigableSet<Identifier> a = result.componentOf(link.a());
            NavigableSet<Identifier> b = result.componentOf(link.b());
            if (isVoid(link) || a.contains(link.b())) {
                continue;
            }
            NavigableSet<Identifier> union = new TreeSet<>(a);
            union.addAll(b);
            if (breaksALimit(union)) {
                result.refused().add(link);
            } else if (apart.stream().noneMatch(pair -> union.contains(pair.a()) && union.contains(pair.b()))) {
                union.forEach(member -> result.components().put(member, union));
            }
        }
        for (Login login : logins) {
            result.logins()
                    .computeIfAbsent(login.device(), d -> new ArrayList<>())
                    .add(login);
        }
        result.erasedPersons().putAll(erasedPersons);
        result.erased().addAll(erasedEvents);
        return result;
    }

    private static boolean breaksALimit(Set<Identifier> component) {
        Map<IdentityConfig.Namespace, Integer> values = new HashMap<>();
        component.forEach(member -> values.merge(member.namespace(), 1, Integer::sum));
        return values.entrySet().stream()
                .anyMatch(e -> e.getValue() > e.getKey().limit());
    }

    /**
     * Who is who at one moment.
     *
     * @param components of two and more, at each of their members
     * @param refused links that would break a limit
     * @param logins of each device, in their order
     * @param erasedPersons with their last erasure
     * @param erased events
     */
    private record View(
            Map<Identifier, NavigableSet<Identifier>> components,
            Set<Identifier> quarantined,
            Set<Link> refused,
            Map<Identifier, List<Login>> logins,
            Map<Identifier, Instant> erasedPersons,
            Set<Event> erased) {

        static final View EMPTY = empty();

        static View empty() {
            return new View(
                    new HashMap<>(), new TreeSet<>(), new TreeSet<>(), new HashMap<>(), new HashMap<>(), identitySet());
        }

        NavigableSet<Identifier> componentOf(Identifier person) {
            NavigableSet<Identifier> component = components.get(person);
            return component == null ? new TreeSet<>(Set.of(person)) : component;
        }

        /** The canonical identifier, which is the smallest, names the customer. */
        String customerOf(Identifier person) {
            NavigableSet<Identifier> component = components.get(person);
            return (component == null ? person : component.first()).customerId();
        }

        /** By the fragment: the strongest person identifier, else the device's ownership interval. */
        String customerOf(Event event) {
            if (erased.contains(event)) {
                return null;
            }
            return personOf(event)
                    .map(this::customerOf)
                    .orElseGet(() -> event.device().orElseThrow().customerId());
        }

        private Optional<Identifier> personOf(Event event) {
            return event.strongestPerson().or(() -> event.device().flatMap(device -> ownerOf(device, event)));
        }

        /**
         * The person of the greatest login up to the event, before the first login that one's; nobody if the person was
         * erased after that login.
         */
        private Optional<Identifier> ownerOf(Identifier device, Event event) {
            List<Login> known = logins.getOrDefault(device, List.of());
            return known.stream()
                    .filter(login -> login.event().compareTo(event) <= 0)
                    .reduce((earlier, later) -> later)
                    .or(() -> known.stream().findFirst())
                    .filter(login -> !erasedPersons
                            .getOrDefault(login.person(), Instant.MIN)
                            .isAfter(login.event().at()))
                    .map(Login::person);
        }

        /** The person identifiers of the customer of an event. */
        NavigableSet<Identifier> personsOf(Event event) {
            return new TreeSet<>(personOf(event).map(this::componentOf).orElse(new TreeSet<>()));
        }
    }

    // --------------------------------------------------------------------------------------------------------- changes

    /** An event that tells nothing new about who is who. */
    private void add(Step step) {
        String customer = view.customerOf(step.event());
        Map<String, NavigableSet<Identifier>> before = new HashMap<>();
        if (listings.containsKey(customer)) {
            before.put(customer, new TreeSet<>(listings.get(customer)));
        } else {
            listings.put(customer, view.personsOf(step.event()));
        }
        customers.add(customer);
        listings.get(customer).addAll(step.event().devices());
        publishWhatAppeared(step, before, Map.of(customer, listings.get(customer)), Map.of());
    }

    /** All events so far get their customer anew. */
    private void relabel(Step step, View before) {
        List<String> oldCustomers = customers;
        Map<String, NavigableSet<Identifier>> oldListings = listings;
        customers = new ArrayList<>();
        listings = new TreeMap<>();
        int seen = oldCustomers.size() + (step.event() == null ? 0 : 1);
        for (Event event : events.subList(0, seen)) {
            String customer = view.customerOf(event);
            customers.add(customer);
            if (customer != null) {
                listings.computeIfAbsent(customer, c -> new TreeSet<>()).addAll(event.devices());
            }
        }
        persons.stream()
                .filter(person -> listings.containsKey(view.customerOf(person)))
                .forEach(person -> listings.get(view.customerOf(person)).add(person));

        Set<Move> moves = new HashSet<>();
        Map<Move, NavigableSet<Identifier>> went = new HashMap<>();
        for (int i = 0; i < oldCustomers.size(); i++) {
            String from = oldCustomers.get(i);
            String to = customers.get(i);
            if (from != null && to != null && !from.equals(to)) {
                moves.add(new Move(from, to));
                went.computeIfAbsent(new Move(from, to), move -> new TreeSet<>())
                        .addAll(events.get(i).devices());
                formerCustomers.computeIfAbsent(i, e -> new TreeSet<>()).add(from);
            }
        }
        persons.stream()
                .filter(person -> !erasedPersons.containsKey(person))
                .filter(person -> oldListings.containsKey(before.customerOf(person)))
                .forEach(person -> {
                    Move move = new Move(before.customerOf(person), view.customerOf(person));
                    if (!move.from().equals(move.to())) {
                        went.computeIfAbsent(move, m -> new TreeSet<>()).add(person);
                    }
                });

        went.forEach((move, identifiers) -> {
            boolean gone = moves.contains(move) && !listings.containsKey(move.from());
            publish(step, gone ? "merged" : "unmerged", move.from(), identifiers, move.to());
        });
        publishWhatAppeared(step, oldListings, listings, went);
    }

    private void publishWhatIsVoid(Step step, View before) {
        view.quarantined().stream()
                .filter(value -> !before.quarantined().contains(value))
                .forEach(value ->
                        publish(step, "quarantined", view.customerOf(value), new TreeSet<>(Set.of(value)), null));
        view.refused().stream()
                .filter(link -> !before.refused().contains(link))
                .forEach(link -> publish(step, "conflict", view.customerOf(link.a()), link.ends(), null));
    }

    /** New customers, and identifiers that are new at a customer without having come from another one. */
    private void publishWhatAppeared(
            Step step,
            Map<String, NavigableSet<Identifier>> before,
            Map<String, NavigableSet<Identifier>> after,
            Map<Move, NavigableSet<Identifier>> went) {
        after.forEach((customer, identifiers) -> {
            if (!before.containsKey(customer)) {
                publish(step, "created", customer, identifiers, null);
                return;
            }
            NavigableSet<Identifier> linked = new TreeSet<>(identifiers);
            linked.removeAll(before.get(customer));
            went.forEach((move, came) -> {
                if (move.to().equals(customer)) {
                    linked.removeAll(came);
                }
            });
            if (!linked.isEmpty()) {
                publish(step, "linked", customer, linked, null);
            }
        });
    }

    private void publish(Step step, String change, String customer, NavigableSet<Identifier> identifiers, String into) {
        changes.add(new Change(step.at(), change, customer, new TreeSet<>(identifiers), into, step.because()));
    }

    private static <T> Set<T> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
