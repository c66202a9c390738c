package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.testing.Codecs.roundTrip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventType;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What crosses channels and lies in state is what was written. */
class IdentityCodecPropertyTest {
    private static final List<Identifier> PERSONS = Stream.of(
                    "user_id:42", "user_id:żółw", "crm_id:7", "loyalty_card:5", "email:ana@x.com", "phone:+48601123456")
            .map(People::id)
            .toList();
    private static final List<Identifier> DEVICES = List.of(id("anonymous_id:phone"), id("device_id:d-1"));

    @Property
    void aSightingIsReadAsItWasWritten(@ForAll("sighting") Sighting sighting) throws IOException {
        Sighting read = roundTrip(Sighting.CODEC, sighting);

        assertThat(read).isEqualTo(sighting).isEqualByComparingTo(sighting);
        assertThat(read.isLogin()).isEqualTo(sighting.device() != null);
    }

    @Property
    void aRelabellingIsReadAsItWasWritten(@ForAll("relabellings") Relabelling relabelling) throws IOException {
        assertThat(roundTrip(Relabelling.CODEC, relabelling)).isEqualTo(relabelling);
    }

    @Property
    void aLoginThatWaitsIsReadAsItWasWritten(@ForAll("logins") Waiting login) throws IOException {
        assertThat(roundTrip(Waiting.CODEC, login)).isEqualTo(login).isEqualByComparingTo(login);
    }

    @Property(tries = 100)
    void anEventThatWaitsIsReadAsItWasWritten(@ForAll("events") List<CustomerEvent> events) throws IOException {
        for (CustomerEvent event : events) {
            Waiting waiting = new Waiting.Anonymous(event);

            assertThat(roundTrip(Waiting.CODEC, waiting))
                    .usingRecursiveComparison()
                    .withEqualsForType(Identifier::equals, Identifier.class)
                    .isEqualTo(waiting);
            Identifier person = PERSONS.get(event.messageId().length() % 2);
            FragmentEvent message = person.equals(event.identifiers().get(0))
                    ? FragmentEvent.of(event)
                    : new FragmentEvent(FragmentId.of(person), event.timestamp() - 1, event);
            assertThat(roundTrip(FragmentEvent.CODEC, message))
                    .usingRecursiveComparison()
                    .withEqualsForType(Identifier::equals, Identifier.class)
                    .isEqualTo(message);
        }
    }

    @Property
    void aFollowerAndASlotAreReadAsTheyWereWritten(
            @ForAll("persons") Identifier person, @ForAll("devices") Identifier device, @ForAll long instant)
            throws IOException {
        for (Following following : List.of(new Following(person, device), new Following(person, null))) {
            assertThat(roundTrip(Following.CODEC, following)).isEqualTo(following);
        }
        Slot slot = new Slot(instant, (int) (instant & 0xffff));
        assertThat(roundTrip(Slot.CODEC, slot)).isEqualTo(slot);
    }

    /** One that is stored after every step answers like one that never was. */
    @Property
    void aKeysIdentityGoesOnAsItWas(@ForAll("sightings") List<Sighting> sightings) throws IOException {
        KeyIdentity straight = new KeyIdentity();
        KeyIdentity stored = new KeyIdentity();
        for (Sighting sighting : sightings) {
            if (sighting.isLogin()) {
                FragmentId person = FragmentId.of(sighting.persons().get(0));
                boolean isLogin = straight.ownership().note(sighting.order(), EventType.TRACK, person);
                assertThat(stored.ownership().note(sighting.order(), EventType.TRACK, person))
                        .isEqualTo(isLogin);
            } else {
                assertThat(stored.show(sighting.order(), sighting.persons()))
                        .isEqualTo(straight.show(sighting.order(), sighting.persons()));
            }
            stored = roundTrip(KeyIdentity.CODEC, stored);
            assertThat(stored.ownership().ownerAt(sighting.order()))
                    .isEqualTo(straight.ownership().ownerAt(sighting.order()));
            assertThat(stored.ownership().first())
                    .isEqualTo(straight.ownership().first());
        }
        assertThat(stored)
                .usingRecursiveComparison()
                .withEqualsForType(Identifier::equals, Identifier.class)
                .isEqualTo(straight);
    }

    @Provide
    Arbitrary<Identifier> persons() {
        return Arbitraries.of(PERSONS);
    }

    @Provide
    Arbitrary<Identifier> devices() {
        return Arbitraries.of(DEVICES);
    }

    @Provide
    Arbitrary<Sighting> sighting() {
        return Combinators.combine(orders(), lateness(), persons().set().ofMinSize(2), devices())
                .as((order, late, persons, device) -> {
                    List<Identifier> strongestFirst = List.copyOf(new TreeSet<>(persons));
                    return late % 2 == 0
                            ? Sighting.together(order.timestamp() + late, order, strongestFirst)
                            : Sighting.firstLogin(order.timestamp() + late, order, device, strongestFirst.get(0));
                });
    }

    @Provide
    Arbitrary<List<Sighting>> sightings() {
        return sighting().list().ofMaxSize(40);
    }

    @Provide
    Arbitrary<Relabelling> relabellings() {
        Arbitrary<Identifier> fragments = Arbitraries.oneOf(persons(), devices());
        return Combinators.combine(fragments, persons(), orders(), lateness(), Arbitraries.of(true, false))
                .as((fragment, canonical, order, late, leavesNobody) ->
                        new Relabelling(fragment, canonical, order.timestamp() + late, order, leavesNobody));
    }

    @Provide
    Arbitrary<Waiting> logins() {
        return Combinators.combine(orders(), lateness(), Arbitraries.of(EventType.class), devices(), persons())
                .as((order, late, type, device, person) ->
                        new Waiting.Login(order, order.timestamp() + late, type, device, person));
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(60_000, 5).map(events -> events.stream()
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

    private static Arbitrary<EventOrder> orders() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 10),
                        Arbitraries.of(EventKind.class),
                        Arbitraries.of("m1", "wiadomość", ""),
                        Arbitraries.longs())
                .as(EventOrder::new);
    }

    private static Arbitrary<Long> lateness() {
        return Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(0L)),
                Tuple.of(1, Arbitraries.longs().between(0, 1L << 40)));
    }
}
