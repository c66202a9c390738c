package io.tributary.operators.identity;

import io.tributary.operators.identity.RawComponent.Member;
import io.tributary.operators.identity.RawComponent.ShownLink;
import io.tributary.operators.identity.Resolution.Move;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which person identifiers are one customer.
 *
 * <p>Identifiers that an event shows together are linked, every two of them. Customers are a function of the links, each
 * with the smallest event that showed it, and of how many anchors each value was seen with: whatever the order in which
 * events are shown, and however often, as long as nothing freezes.
 *
 * <ul>
 *   <li><b>Quarantine.</b> A value that was seen with more distinct anchors than {@link ResolutionRules#maxShared} is
 *       shared. For good, it is a customer of its own, and its links are void: they connect nothing and count for
 *       nothing. Anchors are counted over all events, whatever became of the links.
 *   <li><b>Limits.</b> Links are taken in the order of (event, pair). One that would give a customer more values of a
 *       namespace than {@link ResolutionRules#limit} is refused: a conflict. It is asked again whenever its component is
 *       resolved anew.
 *   <li><b>Size.</b> A link that would make more links than {@link ResolutionRules#maxComponent} hang together is
 *       refused, and the component of the two that has more links (at equality that of the stronger identifier) is
 *       frozen: no further link to any of its members is kept. What is refused so leaves no trace, so nothing grows.
 *   <li><b>Unmerge.</b> A pair that is kept apart is never one customer, whatever connects it: links that would bring it
 *       together are left out.
 *   <li><b>Erasure.</b> The identifiers of an erased customer are never linked again, and nothing else is known of them.
 * </ul>
 *
 * <p>A showing reads and writes the components of its identifiers and no other. Cost: a new link resolves its component
 * anew, in the number of its links; so over its life a component costs at most half the square of
 * {@code maxComponent}. A known link that is not older than before costs its look-up. Not thread-safe.
 */
public final class PersonGraph {
    private final ResolutionRules rules;
    private final RawComponents components;

    /** A graph on the heap. */
    public PersonGraph(ResolutionRules rules) {
        this(rules, new RawComponentsInMemory());
    }

    /** @param components what is known already */
    public PersonGraph(ResolutionRules rules, RawComponents components) {
        this.rules = rules;
        this.components = components;
    }

    /**
     * Takes in what an event shows.
     *
     * @param order the event's
     * @param persons the event's person identifiers, all of them, in any order
     * @throws IllegalArgumentException if one of them is a device's
     */
    public Resolution show(EventOrder order, Collection<Identifier> persons) {
        persons.forEach(PersonGraph::requirePerson);
        if (persons.size() < 2) {
            return Resolution.NOTHING;
        }
        Session session = new Session();
        List<Identifier> all = List.copyOf(new TreeSet<>(persons));
        List<Identifier> strongestFirst =
                all.stream().filter(person -> !session.isErased(person)).toList();
        for (Identifier person : strongestFirst) {
            session.countAnchors(person, all);
        }
        for (int i = 0; i < strongestFirst.size(); i++) {
            for (int j = i + 1; j < strongestFirst.size(); j++) {
                session.show(new Link(strongestFirst.get(i), strongestFirst.get(j)), order);
            }
        }
        return session.end();
    }

    /**
     * Keeps two identifiers apart, for good. Of identifiers of devices, or an identifier with itself, it says nothing:
     * a login is not undone by it.
     */
    public Resolution unmerge(Identifier one, Identifier other) {
        if (one.equals(other)
                || !one.namespace().isPerson()
                || !other.namespace().isPerson()) {
            return Resolution.NOTHING;
        }
        Session session = new Session();
        if (session.isErased(one) || session.isErased(other)) {
            return Resolution.NOTHING;
        }
        Link pair = Link.of(one, other);
        for (Identifier end : List.of(one, other)) {
            RawComponent component = session.componentOf(end);
            session.touch(component);
            component.keepApart(pair);
        }
        return session.end();
    }

    /**
     * Forgets a customer: of its identifiers only a hash is kept, by which they are never linked again. Each that is seen
     * later is a customer of its own, and not quarantined. As anchors of others they go on counting, by their hashes.
     *
     * @param person any person identifier of the customer, known or not
     * @throws IllegalArgumentException if it is a device's
     */
    public Resolution erase(Identifier person) {
        requirePerson(person);
        Session session = new Session();
        session.erase(customerOf(person));
        return session.end();
    }

    /** The strongest identifier of a person identifier's customer: the identifier itself if it is unknown. */
    public Identifier canonical(Identifier person) {
        RawComponent component = componentOf(person);
        return component == null ? person : component.member(person).canonical();
    }

    /** All person identifiers of the customer to whom one of them belongs. */
    public Set<Identifier> customerOf(Identifier person) {
        RawComponent component = componentOf(person);
        if (component == null) {
            return Set.of(person);
        }
        Identifier canonical = component.member(person).canonical();
        Set<Identifier> customer = new HashSet<>();
        for (Member member : component.members()) {
            if (member.canonical().equals(canonical)) {
                customer.add(member.identifier());
            }
        }
        return customer;
    }

    /** Whether a value is shared by too many anchors. */
    public boolean isQuarantined(Identifier person) {
        RawComponent component = componentOf(person);
        return component != null && component.member(person).isQuarantined();
    }

    /** Whether no further link to an identifier is kept, because too many hang together. */
    public boolean isFrozen(Identifier person) {
        RawComponent component = componentOf(person);
        return component != null && component.member(person).isFrozen();
    }

    /** What hangs together with an identifier, or null if it is unknown. */
    RawComponent componentOf(Identifier person) {
        Identifier key = components.keyOf(person);
        return key == null ? null : components.get(key);
    }

    private static void requirePerson(Identifier identifier) {
        if (!identifier.namespace().isPerson()) {
            throw new IllegalArgumentException("an identifier of a device: " + identifier.namespace());
        }
    }

    /** From what was known to what is known: each component is fetched once, and kept once if it has changed. */
    private final class Session {
        private final Map<Identifier, RawComponent> fetched = new HashMap<>();
        private final Set<Identifier> dissolved = new HashSet<>();
        private final Set<Identifier> changed = new HashSet<>();
        private final Set<Identifier> toResolve = new LinkedHashSet<>();

        private final List<Identifier> quarantined = new ArrayList<>(0);
        private final List<Link> full = new ArrayList<>(0);
        private final List<Identifier> erased = new ArrayList<>(0);

        boolean isErased(Identifier person) {
            return components.keyOf(person) == null && components.isErased(person);
        }

        RawComponent componentOf(Identifier person) {
            Identifier key = components.keyOf(person);
            if (key == null) {
                components.index(person, person);
                take(RawComponent.of(person));
                return fetched.get(person);
            }
            return fetched.computeIfAbsent(key, components::get);
        }

        private void take(RawComponent component) {
            fetched.put(component.key(), component);
            changed.add(component.key());
        }

        /** A component will have to be resolved anew. */
        void touch(RawComponent component) {
            changed.add(component.key());
            toResolve.add(component.key());
        }

        /** @param persons all that an event shows together */
        void countAnchors(Identifier person, List<Identifier> persons) {
            RawComponent component = componentOf(person);
            Member member = component.member(person);
            if (!member.isQuarantined() && hasTooManyAnchors(component, member, persons)) {
                touch(component);
                member.quarantine();
                quarantined.add(person);
                component.cutOff(person);
                split(component);
            }
        }

        private boolean hasTooManyAnchors(RawComponent component, Member member, List<Identifier> persons) {
            int max = rules.maxShared(member.identifier().namespace());
            int known = member.anchorCount();
            boolean tooMany = false;
            for (Identifier anchor : persons) {
                if (rules.isAnchor(anchor.namespace()) && !anchor.equals(member.identifier())) {
                    tooMany = member.count(anchor, max);
                }
            }
            if (member.anchorCount() > known) {
                changed.add(component.key());
            }
            return tooMany;
        }

        void show(Link link, EventOrder order) {
            RawComponent one = componentOf(link.stronger());
            RawComponent other = componentOf(link.weaker());
            Member stronger = one.member(link.stronger());
            Member weaker = other.member(link.weaker());
            if (stronger.isQuarantined() || weaker.isQuarantined()) {
                return;
            }
            ShownLink known = one.link(link);
            if (known != null) {
                if (order.compareTo(known.order()) < 0) {
                    touch(one);
                    known.order(order);
                }
                return;
            }
            if (stronger.isFrozen() || weaker.isFrozen()) {
                return;
            }
            int links = one == other ? one.linkCount() : one.linkCount() + other.linkCount();
            if (links >= rules.maxComponent()) {
                RawComponent larger = other.linkCount() > one.linkCount() ? other : one;
                larger.freeze();
                changed.add(larger.key());
                full.add(link);
                return;
            }
            touch(one);
            touch(other);
            join(one, other).add(link, order);
        }

        /** Those of the fewer members belong to the other one now. */
        private RawComponent join(RawComponent one, RawComponent other) {
            if (one == other) {
                return one;
            }
            boolean intoOne = one.identifiers().size() >= other.identifiers().size();
            RawComponent larger = intoOne ? one : other;
            RawComponent smaller = intoOne ? other : one;
            smaller.identifiers().forEach(member -> components.index(member, larger.key()));
            larger.absorb(smaller);
            fetched.remove(smaller.key());
            changed.remove(smaller.key());
            toResolve.remove(smaller.key());
            dissolved.add(smaller.key());
            return larger;
        }

        /** Forgets persons who are one customer. */
        void erase(Set<Identifier> customer) {
            for (Identifier person : new TreeSet<>(customer)) {
                RawComponent component = componentOf(person);
                for (Link pair : component.apartFrom(person)) {
                    for (Identifier end : List.of(pair.stronger(), pair.weaker())) {
                        RawComponent home = componentOf(end);
                        home.forgetApart(pair);
                        changed.add(home.key());
                    }
                }
                touch(component);
                component.cutOff(person);
                split(component);
                // What is left of its component is the person alone.
                RawComponent alone = componentOf(person);
                fetched.remove(alone.key());
                changed.remove(alone.key());
                toResolve.remove(alone.key());
                dissolved.add(alone.key());
                components.erase(person);
                erased.add(person);
            }
        }

        /** Lets go what does not hang together with a touched component any more. */
        void split(RawComponent component) {
            for (RawComponent part : component.split()) {
                part.identifiers().forEach(member -> components.index(member, part.key()));
                take(part);
                toResolve.add(part.key());
                dissolved.remove(part.key());
            }
        }

        Resolution end() {
            List<Move> moves = new ArrayList<>(0);
            List<Link> conflicts = new ArrayList<>(0);
            toResolve.forEach(key -> fetched.get(key).resolve(rules, moves, conflicts));
            Collections.sort(conflicts);
            dissolved.forEach(components::remove);
            changed.forEach(key -> components.put(key, fetched.get(key)));
            return new Resolution(moves, quarantined, conflicts, full, erased);
        }
    }
}
