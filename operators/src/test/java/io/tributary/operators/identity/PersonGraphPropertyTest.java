package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.identity.Resolution.Move;
import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The laws of who is who. */
class PersonGraphPropertyTest {
    private static final List<Identifier> WORLD = Stream.of(
                    "user_id:u1",
                    "user_id:u2",
                    "user_id:u3",
                    "user_id:u4",
                    "crm_id:c1",
                    "crm_id:c2",
                    "loyalty_card:l1",
                    "loyalty_card:l2",
                    "email:e1@x.com",
                    "email:e2@x.com",
                    "email:e3@x.com",
                    "phone:+48601123456")
            .map(People::id)
            .toList();

    /** Something that happens: an event, an unmerge, an erasure. */
    private sealed interface Step {
        Resolution on(PersonGraph graph);
    }

    private record Showing(long instant, String messageId, Set<Identifier> persons) implements Step {
        EventOrder order() {
            return at(instant, messageId);
        }

        @Override
        public Resolution on(PersonGraph graph) {
            return graph.show(order(), persons);
        }
    }

    private record Unmerge(Identifier one, Identifier other) implements Step {
        @Override
        public Resolution on(PersonGraph graph) {
            return graph.unmerge(one, other);
        }
    }

    private record Erasure(Identifier person) implements Step {
        @Override
        public Resolution on(PersonGraph graph) {
            return graph.erase(person);
        }
    }

    private static final ResolutionRules ENDLESS = ResolutionRules.defaults().withMaxShared(2);

    @Property
    void dependsNeitherOnTheOrderOfShowingsNorOnRepetitions(
            @ForAll("showings") List<Showing> showings, @ForAll long seed) {
        PersonGraph straight = new PersonGraph(ENDLESS);
        showings.forEach(showing -> showing.on(straight));
        List<Showing> shuffled = new ArrayList<>(showings);
        Random random = new Random(seed);
        showings.stream().filter(showing -> random.nextBoolean()).forEach(shuffled::add);
        Collections.shuffle(shuffled, random);
        PersonGraph other = new PersonGraph(ENDLESS);
        shuffled.forEach(showing -> showing.on(other));

        assertThat(canonicals(other)).isEqualTo(canonicals(straight));
        for (Identifier person : WORLD) {
            assertThat(other.isQuarantined(person)).isEqualTo(straight.isQuarantined(person));
        }
    }

    @Property
    void isTheSameWhereverTheUnmergesStand(
            @ForAll("showings") List<Showing> showings, @ForAll("pairs") List<Unmerge> unmerges, @ForAll long seed) {
        PersonGraph straight = new PersonGraph(ENDLESS);
        showings.forEach(showing -> showing.on(straight));
        unmerges.forEach(unmerge -> unmerge.on(straight));
        List<Step> shuffled = new ArrayList<>(showings);
        shuffled.addAll(unmerges);
        Collections.shuffle(shuffled, new Random(seed));
        PersonGraph other = new PersonGraph(ENDLESS);
        shuffled.forEach(step -> step.on(other));

        assertThat(canonicals(other)).isEqualTo(canonicals(straight));
    }

    /** A plain model, found anew from everything that has happened, after each step. */
    @Property
    void equalsThePlainModelAfterEachStep(
            @ForAll("steps") List<Step> steps, @ForAll("maxShared") int maxShared, @ForAll("maxComponent") int most) {
        ResolutionRules rules =
                ResolutionRules.defaults().withMaxShared(maxShared).withMaxComponent(most);
        PersonGraph graph = new PersonGraph(rules);
        Model model = new Model(rules);
        Map<Identifier, Identifier> before = canonicals(graph);
        Set<Link> refusedBefore = Set.of();
        Set<Identifier> quarantinedBefore = Set.of();
        for (Step step : steps) {
            Resolution resolution = step.on(graph);
            model.take(step);

            assertThat(canonicals(graph)).isEqualTo(model.canonicals);
            List<Move> moves = new ArrayList<>(moves(before, model.canonicals));
            moves.removeIf(move -> resolution.erased().contains(move.identifier()));
            assertThat(resolution.moves()).containsExactlyInAnyOrderElementsOf(moves);
            assertThat(resolution.erased()).isEqualTo(model.erasedNow);
            assertThat(resolution.conflicts()).isEqualTo(without(model.refused, refusedBefore));
            assertThat(resolution.full()).isEqualTo(model.full);
            assertThat(new TreeSet<>(resolution.quarantined()))
                    .isEqualTo(new TreeSet<>(without(model.quarantined(), quarantinedBefore)));
            for (Identifier person : WORLD) {
                assertThat(graph.isFrozen(person)).isEqualTo(model.frozen.contains(person));
            }
            before = model.canonicals;
            refusedBefore = Set.copyOf(model.refused);
            quarantinedBefore = model.quarantined();
        }
    }

    @Property
    void nothingIsLargerThanItMayBe(@ForAll("steps") List<Step> steps) {
        ResolutionRules rules = ResolutionRules.defaults().withMaxShared(2).withMaxComponent(3);
        PersonGraph graph = new PersonGraph(rules);
        for (Step step : steps) {
            step.on(graph);
            for (Identifier person : WORLD) {
                RawComponent component = graph.componentOf(person);
                if (component != null) {
                    assertThat(component.linkCount()).isLessThanOrEqualTo(3);
                    assertThat(component.identifiers())
                            .hasSizeLessThanOrEqualTo(4)
                            .contains(component.key());
                    assertThat(component.member(person).anchorCount()).isLessThanOrEqualTo(3);
                }
            }
        }
    }

    /** As in the resolver's state: what is not written is forgotten, and nobody shares what was read. */
    @Property
    void answersAlikeIfComponentsAreStoredAfterEachStep(
            @ForAll("steps") List<Step> steps, @ForAll("maxShared") int maxShared, @ForAll("maxComponent") int most) {
        ResolutionRules rules =
                ResolutionRules.defaults().withMaxShared(maxShared).withMaxComponent(most);
        PersonGraph onHeap = new PersonGraph(rules);
        PersonGraph stored = new PersonGraph(rules, new StoredComponents());
        for (Step step : steps) {
            assertThat(step.on(stored)).isEqualTo(step.on(onHeap));
            assertThat(canonicals(stored)).isEqualTo(canonicals(onHeap));
            for (Identifier person : WORLD) {
                assertThat(stored.isQuarantined(person)).isEqualTo(onHeap.isQuarantined(person));
                assertThat(stored.isFrozen(person)).isEqualTo(onHeap.isFrozen(person));
                assertThat(stored.customerOf(person)).isEqualTo(onHeap.customerOf(person));
            }
        }
    }

    /** Components as bytes. */
    private static final class StoredComponents implements RawComponents {
        private final Map<Identifier, Identifier> keys = new HashMap<>();
        private final Map<Identifier, byte[]> components = new HashMap<>();
        private final Set<Long> erased = new HashSet<>();

        @Override
        public Identifier keyOf(Identifier member) {
            return keys.get(member);
        }

        @Override
        public void index(Identifier member, Identifier key) {
            keys.put(member, key);
        }

        @Override
        public RawComponent get(Identifier key) {
            try {
                byte[] bytes = components.get(key);
                return bytes == null ? null : Codecs.read(RawComponent.CODEC, bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void put(Identifier key, RawComponent component) {
            try {
                components.put(key, Codecs.bytes(RawComponent.CODEC, component));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void erase(Identifier member) {
            keys.remove(member);
            erased.add(member.hash());
        }

        @Override
        public boolean isErased(Identifier member) {
            return erased.contains(member.hash());
        }

        @Override
        public void remove(Identifier key) {
            components.remove(key);
        }
    }

    private static Map<Identifier, Identifier> canonicals(PersonGraph graph) {
        return WORLD.stream().collect(Collectors.toMap(person -> person, graph::canonical));
    }

    private static List<Move> moves(Map<Identifier, Identifier> before, Map<Identifier, Identifier> after) {
        return WORLD.stream()
                .filter(person -> !before.get(person).equals(after.get(person)))
                .map(person -> new Move(person, before.get(person), after.get(person)))
                .toList();
    }

    private static <T extends Comparable<T>> List<T> without(Set<T> all, Set<T> some) {
        return all.stream().filter(one -> !some.contains(one)).sorted().toList();
    }

    /** All links that were ever recorded, and everything that follows, by sets and loops alone. */
    private static final class Model {
        private final ResolutionRules rules;
        private final Map<Link, EventOrder> links = new HashMap<>();
        private final Map<Identifier, Set<Identifier>> anchors = new HashMap<>();
        private final Set<Identifier> erased = new HashSet<>();
        private final List<Identifier> erasedNow = new ArrayList<>();
        private final Set<Identifier> frozen = new HashSet<>();
        private final Set<Link> apart = new HashSet<>();
        private Map<Identifier, Identifier> canonicals =
                WORLD.stream().collect(Collectors.toMap(person -> person, person -> person));
        private final Set<Link> refused = new TreeSet<>();
        private final List<Link> full = new ArrayList<>();

        Model(ResolutionRules rules) {
            this.rules = rules;
        }

        void take(Step step) {
            full.clear();
            erasedNow.clear();
            if (step instanceof Showing showing) {
                show(showing);
            } else if (step instanceof Unmerge unmerge) {
                if (!unmerge.one().equals(unmerge.other())) {
                    apart.add(Link.of(unmerge.one(), unmerge.other()));
                }
            } else if (step instanceof Erasure erasure) {
                Identifier customer = canonicals.get(erasure.person());
                WORLD.stream()
                        .filter(person -> canonicals.get(person).equals(customer))
                        .sorted()
                        .forEach(erasedNow::add);
                erased.addAll(erasedNow);
                frozen.removeAll(erasedNow);
            }
            resolve();
        }

        private void show(Showing showing) {
            TreeSet<Identifier> persons = new TreeSet<>(showing.persons());
            for (Identifier person : without(persons, erased)) {
                for (Identifier anchor : persons) {
                    if (anchor.namespace().isAnchor() && !anchor.equals(person)) {
                        anchors.computeIfAbsent(person, p -> new HashSet<>()).add(anchor);
                    }
                }
            }
            for (Identifier stronger : persons) {
                for (Identifier weaker : persons.tailSet(stronger, false)) {
                    show(new Link(stronger, weaker), showing.order());
                }
            }
        }

        private void show(Link link, EventOrder order) {
            if (isVoid(link)) {
                return;
            }
            if (links.containsKey(link)) {
                links.merge(link, order, (a, b) -> a.compareTo(b) <= 0 ? a : b);
                return;
            }
            if (frozen.contains(link.stronger()) || frozen.contains(link.weaker())) {
                return;
            }
            Set<Link> one = hangingTogetherWith(link.stronger());
            Set<Link> other = hangingTogetherWith(link.weaker());
            Set<Link> both = new HashSet<>(one);
            both.addAll(other);
            if (both.size() + 1 > rules.maxComponent()) {
                boolean freezesOther = other.size() > one.size();
                frozen.add(freezesOther ? link.weaker() : link.stronger());
                (freezesOther ? other : one).forEach(known -> {
                    frozen.add(known.stronger());
                    frozen.add(known.weaker());
                });
                full.add(link);
            } else {
                links.put(link, order);
            }
        }

        Set<Identifier> quarantined() {
            return WORLD.stream()
                    .filter(person -> !erased.contains(person)
                            && anchors.getOrDefault(person, Set.of()).size() > rules.maxShared(person.namespace()))
                    .collect(Collectors.toSet());
        }

        private boolean isVoid(Link link) {
            Set<Identifier> quarantined = quarantined();
            return Stream.of(link.stronger(), link.weaker())
                    .anyMatch(end -> quarantined.contains(end) || erased.contains(end));
        }

        private Set<Link> hangingTogetherWith(Identifier person) {
            Set<Identifier> reached = new HashSet<>(Set.of(person));
            Set<Link> together = new HashSet<>();
            for (int before = -1; before < together.size(); ) {
                before = together.size();
                for (Link link : links.keySet()) {
                    if (!isVoid(link) && (reached.contains(link.stronger()) || reached.contains(link.weaker()))) {
                        together.add(link);
                        reached.add(link.stronger());
                        reached.add(link.weaker());
                    }
                }
            }
            return together;
        }

        private void resolve() {
            Map<Identifier, TreeSet<Identifier>> customers = new HashMap<>();
            WORLD.forEach(person -> customers.put(person, new TreeSet<>(Set.of(person))));
            refused.clear();
            Map<EventOrder, TreeSet<Link>> inOrder = new TreeMap<>();
            links.forEach((link, order) ->
                    inOrder.computeIfAbsent(order, o -> new TreeSet<>()).add(link));
            inOrder.values()
                    .forEach(ofOneEvent -> ofOneEvent.forEach(link -> {
                        TreeSet<Identifier> union = new TreeSet<>(customers.get(link.stronger()));
                        if (isVoid(link) || union.contains(link.weaker())) {
                            return;
                        }
                        union.addAll(customers.get(link.weaker()));
                        if (breaksALimit(union)) {
                            refused.add(link);
                        } else if (apart.stream()
                                .noneMatch(pair -> union.contains(pair.stronger()) && union.contains(pair.weaker()))) {
                            union.forEach(member -> customers.put(member, union));
                        }
                    }));
            canonicals = WORLD.stream()
                    .collect(Collectors.toMap(
                            person -> person, person -> customers.get(person).first()));
        }

        private boolean breaksALimit(Set<Identifier> customer) {
            return Namespace.defaults().stream()
                    .anyMatch(namespace -> customer.stream()
                                    .filter(member -> member.namespace().equals(namespace))
                                    .count()
                            > rules.limit(namespace));
        }
    }

    // ---------------------------------------------------------------------------------------------- what may happen

    @Provide
    Arbitrary<List<Showing>> showings() {
        return showing().list().ofMaxSize(25);
    }

    @Provide
    Arbitrary<List<Unmerge>> pairs() {
        return unmerge().list().ofMaxSize(3);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Arbitraries.<Step>frequencyOf(
                        Tuple.of(16, showing().map(step -> step)),
                        Tuple.of(2, unmerge().map(step -> step)),
                        Tuple.of(1, person().map(Erasure::new)))
                .list()
                .ofMaxSize(30);
    }

    @Provide
    Arbitrary<Integer> maxShared() {
        return Arbitraries.integers().between(0, 3);
    }

    @Provide
    Arbitrary<Integer> maxComponent() {
        return Arbitraries.integers().between(1, 12);
    }

    private static Arbitrary<Identifier> person() {
        return Arbitraries.of(WORLD);
    }

    private static Arbitrary<Showing> showing() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 20),
                        Arbitraries.of("m1", "m2"),
                        Arbitraries.frequencyOf(
                                Tuple.of(6, person().set().ofSize(2)),
                                Tuple.of(2, person().set().ofMinSize(1).ofMaxSize(4))))
                .as(Showing::new);
    }

    private static Arbitrary<Unmerge> unmerge() {
        return Combinators.combine(person(), person()).as(Unmerge::new);
    }
}
