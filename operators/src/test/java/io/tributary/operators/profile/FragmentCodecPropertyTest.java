package io.tributary.operators.profile;

import static io.tributary.operators.identity.People.at;
import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.testing.Codecs.roundTrip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.People;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.EventWatch;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What customers are sent and what they keep is what was written. */
class FragmentCodecPropertyTest {
    private static final SortedMap<String, List<Turn>> SEGMENTS = new TreeMap<>(
            Map.of("vip", List.of(Turn.always(false), new Turn(5, true)), "new", List.of(Turn.always(true))));

    private static final List<Identifier> PERSONS = Stream.of(
                    "user_id:42", "crm_id:7", "email:ana@x.com", "phone:+48601123456")
            .map(People::id)
            .toList();
    private static final List<Identifier> DEVICES =
            List.of(id("anonymous_id:phone"), id("anonymous_id:a-1"), id("device_id:d-1"));

    @Property(tries = 100)
    void messagesToCustomersAreReadAsTheyWereWritten(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        Identifier fragment = person(random);
        Identifier to = person(random);
        EventOrder because = at(random.nextInt(1_000), "żółw");
        long knownAt = because.timestamp() + (random.nextBoolean() ? 0 : random.nextInt(1_000));
        Map<Identifier, EventOrder> newDevices = new LinkedHashMap<>();
        DEVICES.stream()
                .filter(device -> random.nextBoolean())
                .forEach(device -> newDevices.put(device, at(random.nextInt(1_000))));
        List<CustomerMessage> messages = new ArrayList<>();
        events.forEach(
                event -> messages.add(new CustomerMessage.Event(to.customerId(), FragmentId.of(fragment), event)));
        FragmentLedger ledger = ledger(events, random);
        EventOrder first = at(5);
        messages.add(new CustomerMessage.Put(
                to.customerId(),
                fragment,
                to,
                person(random),
                first,
                newDevices,
                ledger,
                watched(events, fragment),
                knownAt,
                because));
        messages.add(new CustomerMessage.Put(
                to.customerId(), fragment, to, person(random), null, Map.of(), null, List.of(), knownAt, because));
        messages.add(new CustomerMessage.Retract(
                to.customerId(), fragment, "c_1", first, Set.copyOf(newDevices.keySet()), knownAt, because));
        messages.add(new CustomerMessage.Retract(to.customerId(), fragment, "c_1", null, Set.of(), knownAt, because));
        messages.add(new CustomerMessage.Sight(
                to.customerId(), FragmentId.of(fragment), List.copyOf(newDevices.keySet()), knownAt, because));
        for (CustomerMessage message : messages) {
            CustomerMessage read = roundTrip(CustomerMessage.CODEC, message);

            assertThat(read)
                    .hasSameClassAs(message)
                    .usingRecursiveComparison()
                    .withEqualsForType(Identifier::equals, Identifier.class)
                    .isEqualTo(message);
            assertThat(read.knownAt()).isEqualTo(message.knownAt());
            assertThat(read.because()).isEqualTo(message.because());
        }
    }

    private static List<WatchedEvent> watched(List<CustomerEvent> events, Identifier fragment) {
        EventWatch watch = new EventWatch(
                Definitions.of(
                                "triggers.yaml",
                                """
                        triggers:
                        - name: any
                          steps:
                          - {id: first, on: [Product Added, Order Completed]}
                          - {id: last, followed_by: [Product Removed, Cart Updated, Product Viewed]}
                          correlation: product
                          within: 1h
                          expires_after: 1h
                          payload: {all: event.properties, first: steps.first.properties.product_id}
                        """)
                        .triggers()
                        .values(),
                DeliveryDefinition.NONE);
        return events.stream()
                .filter(watch::names)
                .map(event -> watch.watched(event, FragmentId.of(fragment)))
                .toList();
    }

    @Property(tries = 100)
    void cartChangesAreReadAsTheyWereWritten(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        ActivityLedger activity = ledger(events, random).activity();
        SortedMap<String, List<Consent.Statement>> consent = activity.said().statements();
        List<CartChange> changes = new ArrayList<>();
        changes.add(new CartChange.Restart(
                "c_1",
                random.nextLong(),
                random.nextBoolean(),
                activity.cart().entries(),
                Set.of(FragmentId.of(person(random))),
                false,
                watched(events, person(random)),
                consent,
                SEGMENTS));
        for (CustomerEvent event : events) {
            boolean changesCart = CartEntry.isRelevant(event.kind());
            for (WatchedEvent watched : watched(List.of(event), person(random))) {
                changes.add(CartChange.of("c_1", event, changesCart, watched, () -> consent, () -> SEGMENTS));
            }
            changes.add(new CartChange.Operation("c_1", null, null, consent, SEGMENTS));
        }
        changes.add(new CartChange.Erasure("c_1", new TreeSet<>(List.of("c_3", "c_2"))));
        for (CartChange change : changes) {
            assertThat(roundTrip(CartChange.CODEC, change)).isEqualTo(change);
        }
    }

    @Property(tries = 100)
    void aFragmentsLedgerIsReadAsItWasWritten(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        FragmentLedger ledger = ledger(events, new Random(seed));

        assertThat(roundTrip(FragmentLedger.CODEC, ledger))
                .usingRecursiveComparison()
                .withEqualsForType(Identifier::equals, Identifier.class)
                .isEqualTo(ledger);
    }

    /** One that is stored after every step answers like one that never was. */
    @Property(tries = 100)
    void aFragmentsStateGoesOnAsItWas(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        Identifier fragment = id("email:ana@x.com");
        FragmentState straight = new FragmentState();
        FragmentState stored = new FragmentState();
        for (CustomerEvent event : events) {
            long now = event.timestamp();
            Relabelling relabelling =
                    new Relabelling(fragment, person(random), now + 60_000, event.order(), random.nextBoolean());
            boolean relabels = random.nextInt(3) == 0;
            List<List<Relabelling>> known = new ArrayList<>();
            for (FragmentState state : List.of(straight, stored)) {
                state.note(event, now - 300_000);
                LedgerFold.apply(state.activity(), RecordLedger::new, event, now - 300_000);
                if (relabels) {
                    state.await(relabelling);
                }
                known.add(state.known(now, all -> true));
                known.get(known.size() - 1).forEach(state::relabel);
            }
            assertThat(known.get(1)).isEqualTo(known.get(0));
            stored = roundTrip(FragmentState.CODEC, stored);
            assertThat(stored.devicesAfter(event.order())).isEqualTo(straight.devicesAfter(event.order()));
        }
        assertThat(stored)
                .usingRecursiveComparison()
                .withEqualsForType(Identifier::equals, Identifier.class)
                .isEqualTo(straight);
        assertThat(stored.canonicalOf(fragment)).isEqualTo(straight.canonicalOf(fragment));
    }

    @Property
    void aMembershipIsReadAsItWasWritten(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Membership membership = new Membership();
        for (int i = random.nextInt(5); i > 0; i--) {
            membership.add(person(random));
            membership.formerOfOwn().add("c_" + random.nextInt(5));
            membership.formerAtHand().add("c_" + random.nextInt(9));
            membership.formerInParts(random.nextInt(300));
        }
        membership.remove(person(random));
        if (random.nextInt(4) == 0) {
            membership.notePersonal();
        }

        assertThat(roundTrip(Membership.CODEC, membership))
                .usingRecursiveComparison()
                .withEqualsForType(Identifier::equals, Identifier.class)
                .isEqualTo(membership);
    }

    @Property(tries = 200)
    void aProfilesStateIsReadAsItWasWritten(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        ProfileState state = new ProfileState();
        if (random.nextBoolean()) {
            state.canonical(person(random));
        }
        state.own(ledger(events, random).activity());
        state.seeOwn(random.nextBoolean());
        if (random.nextBoolean()) {
            state.others(1 + random.nextInt(300), random.nextLong(1L << 40), random.nextBoolean());
            state.seeOthers(random.nextInt(300));
        }
        DEVICES.stream().filter(device -> random.nextBoolean()).forEach(state::see);
        state.membership(random.nextBoolean());
        for (int i = random.nextInt(3); i > 0; i--) {
            state.startWaits();
            state.sightWaits(FragmentId.of(person(random)), random.nextLong(1_000));
        }
        for (int i = random.nextInt(300); i > 0; i--) {
            state.change(0);
        }
        if (random.nextBoolean()) {
            state.published(random.nextLong());
        }
        if (random.nextBoolean()) {
            state.awaitTimer();
        }
        state.aliased(random.nextBoolean());
        ProfileState read = roundTrip(ProfileState.CODEC, state);

        assertThat(read)
                .usingRecursiveComparison()
                .withEqualsForType(Identifier::equals, Identifier.class)
                .isEqualTo(state);
        for (Identifier device : DEVICES) {
            assertThat(read.hasSeen(device)).isEqualTo(state.hasSeen(device));
        }
    }

    private static FragmentLedger ledger(List<CustomerEvent> events, Random random) throws IOException {
        FragmentLedger ledger = FragmentLedger.empty();
        for (CustomerEvent event : events) {
            LedgerFold.apply(ledger.activity(), ledger::record, event, Long.MIN_VALUE);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            ledger.former().add("c_" + random.nextInt(9));
        }
        if (random.nextBoolean()) {
            ledger.see();
        }
        return ledger;
    }

    private static Identifier person(Random random) {
        return PERSONS.get(random.nextInt(PERSONS.size()));
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(60_000, 20).map(events -> events.stream()
                .map(event ->
                        arrived(event.knownAt(event.timestamp() + event.order().digest() % 2 * 1_000)))
                .toList());
    }

    /** The event as it comes over a channel, so that its maps are what they will be when it is read. */
    private static CustomerEvent arrived(CustomerEvent event) {
        try {
            return roundTrip(CustomerEvent.CODEC, event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
