package io.tributary.local.backtest;

import io.tributary.operators.identity.DeviceOwnership;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.IdentityChange;
import io.tributary.operators.identity.IdentityChange.Kind;
import io.tributary.operators.identity.Link;
import io.tributary.operators.identity.PersonGraph;
import io.tributary.operators.identity.Resolution;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.trigger.EventWatch;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
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

/**
 * Whose each event is, event by event and command by command in their order: fragments and their customers, what the
 * customers list, and what has changed about that.
 */
final class Identities {
    /** Something of one customer is another's now. */
    private record Transfer(Customer from, Customer to) {}

    /** How a customer was before an event or a command, as far as that has changed it. */
    private static final class Before {
        private final boolean existed;
        private final Map<Identifier, Boolean> listed = new HashMap<>(4);

        Before(Customer customer) {
            this.existed = customer.exists();
        }
    }

    private final PersonGraph graph;
    private final Map<Identifier, DeviceOwnership> owners = new HashMap<>();
    private final Set<Identifier> persons = new HashSet<>();
    private final Map<Identifier, Customer> customers = new HashMap<>();

    /** When a person identifier was last erased, milliseconds since 1970. */
    private final Map<FragmentId, Long> erasures = new HashMap<>();

    /** Those that may get further events: of persons, and of devices while they are nobody's. */
    private final Map<FragmentId, Fragment> fragments = new HashMap<>();

    /** The fragments that belong to a person identifier's customer: its own, and of devices before their first login. */
    private final Map<Identifier, List<Fragment>> fragmentsOfPersons = new HashMap<>();

    private final List<byte[]> changes = new ArrayList<>();
    private final EventWatch watch;
    private final Consumer<Customer> beforeTransfer;
    private long merges;

    // Since the beginning of the instant.
    private long instant = Long.MIN_VALUE;
    private final Map<Fragment, Customer> customersBefore = new LinkedHashMap<>();
    private final Set<Customer> forgotten = new LinkedHashSet<>();
    private final Set<Customer> relisted = new LinkedHashSet<>();

    // Of the event or command that is being taken in.
    private String because;
    private final Map<Customer, Before> before = new LinkedHashMap<>();
    private final Set<Transfer> ofEvents = new LinkedHashSet<>();
    private final Map<Transfer, Set<Identifier>> transfers = new LinkedHashMap<>();

    /**
     * @param watch says which events the triggers of sequences name
     * @param beforeTransfer is told of a customer before it gets or loses events of the past, maybe more than once
     */
    Identities(ResolutionRules rules, EventWatch watch, Consumer<Customer> beforeTransfer) {
        this.watch = watch;
        this.graph = new PersonGraph(rules);
        this.beforeTransfer = beforeTransfer;
    }

    /** Takes the next event in. */
    Fragment see(CustomerEvent event) {
        begin(event.timestamp(), event.messageId());
        List<Identifier> carriedPersons = new ArrayList<>(2);
        List<Identifier> carriedDevices = new ArrayList<>(1);
        for (Identifier identifier : event.identifiers()) {
            (identifier.namespace().isPerson() ? carriedPersons : carriedDevices).add(identifier);
        }
        for (Identifier person : carriedPersons) {
            if (persons.add(person)) {
                list(customer(person), person);
            }
        }
        Resolution resolution = graph.show(event.order(), carriedPersons);
        resolution.moves().forEach(this::move);
        Fragment fragment = add(event, carriedPersons, carriedDevices);
        publish(resolution);
        return fragment;
    }

    /** Obeys the next command; it comes before the events of its instant. */
    void obey(PrivacyCommand command) {
        begin(command.at(), command.id());
        switch (command.kind()) {
            case ERASE -> erase(command.identifier());
            case UNMERGE -> {
                Resolution resolution = graph.unmerge(command.identifier(), command.with());
                resolution.moves().forEach(this::move);
                publish(resolution);
            }
        }
    }

    private void begin(long at, String cause) {
        if (at != instant) {
            instant = at;
            customersBefore.clear();
            forgotten.clear();
            relisted.clear();
        }
        because = cause;
        before.clear();
        ofEvents.clear();
        transfers.clear();
    }

    /**
     * Forgets the customer to whom an identifier belongs; a device whose history is somebody's stands for nobody.
     * Nobody else changes: links between two others that were refused or cut were so because of them. Logins stay.
     */
    private void erase(Identifier identifier) {
        if (identifier.namespace().isPerson()) {
            forget(customer(graph.canonical(identifier)));
            for (Identifier person : graph.erase(identifier).erased()) {
                FragmentId fragment = FragmentId.of(person);
                erasures.put(fragment, instant);
                persons.remove(person);
                fragments.remove(fragment);
                fragmentsOfPersons.remove(person);
            }
        } else if (!hasHistoryOfAPerson(identifier)) {
            forget(customer(identifier));
            fragments.remove(FragmentId.of(identifier));
        }
    }

    private boolean hasHistoryOfAPerson(Identifier device) {
        DeviceOwnership ownership = owners.get(device);
        return ownership != null && !isVoid(ownership.first());
    }

    private void forget(Customer customer) {
        beforeTransfer.accept(customer);
        forgotten.add(customer);
        customer.forget();
    }

    private Fragment add(CustomerEvent event, List<Identifier> carriedPersons, List<Identifier> carriedDevices) {
        Identifier strongest = carriedPersons.isEmpty() ? null : carriedPersons.get(0);
        Identifier device = carriedDevices.isEmpty() ? null : carriedDevices.get(0);
        if (strongest != null && device != null) {
            logIn(event, device, strongest);
        }
        Fragment fragment = strongest == null ? fragmentOf(device, event) : fragmentOf(strongest);
        Customer customer = fragment.customer();
        touch(customer);
        fragment.add(event);
        for (Identifier carried : carriedDevices) {
            if (fragment.devices().add(carried)) {
                list(customer, carried);
            }
        }
        return fragment;
    }

    /** The device's own, if nobody has logged in or who did was erased since; else one that a login has brought. */
    private Fragment fragmentOf(Identifier device, CustomerEvent event) {
        DeviceOwnership ownership = owners.get(device);
        DeviceOwnership.Owner owner = ownership == null ? null : ownership.ownerAt(event.order());
        return owner == null || isVoid(owner)
                ? fragments.computeIfAbsent(FragmentId.of(device), unknown -> new Fragment(customer(device)))
                : fragments.get(owner.person());
    }

    private Fragment fragmentOf(Identifier person) {
        return fragments.computeIfAbsent(FragmentId.of(person), unknown -> newFragmentOfPerson(person));
    }

    /** Whether the person was erased since the login. */
    private boolean isVoid(DeviceOwnership.Owner owner) {
        return owner.since() < erasures.getOrDefault(owner.person(), Long.MIN_VALUE);
    }

    private Fragment newFragmentOfPerson(Identifier person) {
        Fragment fragment = new Fragment(customer(graph.canonical(person)));
        follow(person, fragment);
        return fragment;
    }

    private void follow(Identifier person, Fragment fragment) {
        fragmentsOfPersons
                .computeIfAbsent(person, unknown -> new ArrayList<>(1))
                .add(fragment);
    }

    /** With the first login what the device did before is the person's. */
    private void logIn(CustomerEvent event, Identifier device, Identifier person) {
        DeviceOwnership ownership = owners.computeIfAbsent(device, unknown -> new DeviceOwnership());
        boolean isFirst = ownership.size() == 0;
        ownership.note(event.order(), event.type(), FragmentId.of(person));
        Fragment history = isFirst ? fragments.remove(FragmentId.of(device)) : null;
        if (history != null) {
            follow(person, history);
            move(history, customer(graph.canonical(person)));
        }
    }

    private Customer customer(Identifier canonical) {
        return customers.computeIfAbsent(canonical, added -> new Customer(added, watch));
    }

    private Before touch(Customer customer) {
        return before.computeIfAbsent(customer, Before::new);
    }

    private void list(Customer customer, Identifier identifier) {
        touch(customer).listed.putIfAbsent(identifier, customer.listing().contains(identifier));
        customer.list(identifier);
        relisted.add(customer);
    }

    private void unlist(Customer customer, Identifier identifier) {
        touch(customer).listed.putIfAbsent(identifier, customer.listing().contains(identifier));
        customer.unlist(identifier);
        relisted.add(customer);
    }

    private void move(Resolution.Move move) {
        Customer from = customer(move.from());
        Customer to = customer(move.to());
        if (touch(from).existed) {
            transferred(new Transfer(from, to)).add(move.identifier());
        }
        unlist(from, move.identifier());
        list(to, move.identifier());
        for (Fragment fragment : fragmentsOfPersons.getOrDefault(move.identifier(), List.of())) {
            move(fragment, to);
        }
    }

    /** What goes along. */
    private Set<Identifier> transferred(Transfer transfer) {
        return transfers.computeIfAbsent(transfer, unknown -> new HashSet<>(2));
    }

    private void move(Fragment fragment, Customer to) {
        Customer from = fragment.customer();
        beforeTransfer.accept(from);
        beforeTransfer.accept(to);
        touch(from);
        touch(to);
        if (fragment.hasEventBefore(instant)) {
            customersBefore.putIfAbsent(fragment, from);
        }
        Transfer transfer = new Transfer(from, to);
        ofEvents.add(transfer);
        transferred(transfer).addAll(fragment.devices());
        fragment.moveTo(to);
        for (Identifier device : fragment.devices()) {
            unlist(from, device);
            list(to, device);
        }
    }

    // --------------------------------------------------------------------------------------------------------- changes

    private void publish(Resolution resolution) {
        resolution.full().forEach(link -> publish(Kind.COMPONENT_FULL, link));
        resolution.conflicts().forEach(link -> publish(Kind.CONFLICT, link));
        for (Identifier value : resolution.quarantined()) {
            publish(Kind.QUARANTINED, customer(value), List.of(value), null);
        }
        transfers.forEach((transfer, identifiers) -> {
            boolean gone = ofEvents.contains(transfer) && !transfer.from().exists();
            if (gone) {
                merges++;
            }
            publish(gone ? Kind.MERGED : Kind.UNMERGED, transfer.from(), identifiers, transfer.to());
        });
        before.forEach((customer, was) -> {
            if (customer.exists() && !was.existed) {
                publish(Kind.CREATED, customer, customer.listing(), null);
            } else if (customer.exists()) {
                Collection<Identifier> linked = linked(customer, was);
                if (!linked.isEmpty()) {
                    publish(Kind.LINKED, customer, linked, null);
                }
            }
        });
    }

    /** What a customer lists now and did not before, without what came from another one. */
    private Collection<Identifier> linked(Customer customer, Before was) {
        List<Identifier> linked = new ArrayList<>(1);
        was.listed.forEach((identifier, listed) -> {
            if (!listed && customer.listing().contains(identifier) && !cameFromAnother(identifier, customer)) {
                linked.add(identifier);
            }
        });
        return linked;
    }

    private boolean cameFromAnother(Identifier identifier, Customer customer) {
        for (Map.Entry<Transfer, Set<Identifier>> transfer : transfers.entrySet()) {
            if (transfer.getKey().to() == customer && transfer.getValue().contains(identifier)) {
                return true;
            }
        }
        return false;
    }

    private void publish(Kind kind, Link link) {
        Customer customer = customer(graph.canonical(link.stronger()));
        publish(kind, customer, List.of(link.stronger(), link.weaker()), null);
    }

    private void publish(Kind kind, Customer customer, Collection<Identifier> identifiers, Customer into) {
        changes.add(
                new IdentityChange(instant, kind, customer.id(), identifiers, into == null ? null : into.id(), because)
                        .json());
    }

    // --------------------------------------------------------------------------------------------------------- answers

    /** Customers that have got or lost events of the past by what was taken in at the last instant. */
    Set<Customer> relabelled() {
        Set<Customer> relabelled = new LinkedHashSet<>(forgotten);
        customersBefore.forEach((fragment, customer) -> {
            if (fragment.customer() != customer) {
                relabelled.add(customer);
                relabelled.add(fragment.customer());
            }
        });
        return relabelled;
    }

    /**
     * Whether a customer who had done something before the last instant has got at it what another one had done, and nothing of
     * it was erased.
     */
    boolean isMerged(Customer customer) {
        boolean hasGot = false;
        boolean hadPast = false;
        for (Map.Entry<Fragment, Customer> moved : customersBefore.entrySet()) {
            boolean isHere = moved.getKey().customer() == customer;
            hadPast |= moved.getValue() == customer;
            hasGot |= isHere && moved.getValue() != customer;
        }
        hadPast |= customer.fragments().stream()
                .anyMatch(fragment -> !customersBefore.containsKey(fragment) && fragment.hasEventBefore(instant));
        return hasGot && hadPast && !isForgotten(customer);
    }

    /** Whether all that a customer had done before the last instant was erased at it. */
    boolean isForgotten(Customer customer) {
        return forgotten.contains(customer);
    }

    /** Customers that list others than before the last instant, maybe. */
    Set<Customer> relisted() {
        return relisted;
    }

    /** All that have a canonical identifier, also those without an event. */
    Collection<Customer> customers() {
        return customers.values();
    }

    /** Public JSON lines, in no particular order. */
    List<byte[]> changes() {
        return changes;
    }

    /** How many of the changes are mergers. */
    long merges() {
        return merges;
    }
}
