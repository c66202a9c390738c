package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whose a device is. */
class DeviceOwnershipTest {
    private static final long LAST = 20;

    private record Carried(EventOrder order, EventType type, FragmentId person) {}

    private final DeviceOwnership device = new DeviceOwnership();

    @Test
    void isNobodysWithoutALogin() {
        assertThat(device.ownerAt(at(1))).isNull();
    }

    @Test
    void wasThePersonsOfTheFirstLoginAlsoBefore() {
        device.note(at(10), EventType.IDENTIFY, user(1));
        device.note(at(20), EventType.IDENTIFY, user(2));

        assertThat(device.ownerAt(at(5)).person()).isEqualTo(user(1));
        assertThat(device.ownerAt(at(10)).person()).isEqualTo(user(1));
        assertThat(device.ownerAt(at(19)).person()).isEqualTo(user(1));
        assertThat(device.ownerAt(at(20)).person()).isEqualTo(user(2));
    }

    @Test
    void anEventLogsInOnlyIfItIsTheEarliestOfItsPerson() {
        assertThat(device.note(at(10), EventType.TRACK, user(1))).isTrue();
        assertThat(device.note(at(20), EventType.IDENTIFY, user(2))).isTrue();
        assertThat(device.note(at(30), EventType.TRACK, user(1))).isFalse();

        assertThat(device.ownerAt(at(30)).person()).isEqualTo(user(2));
    }

    @Test
    void aLaterEventIsNoLoginAnyMoreWhenAnEarlierOneTurnsUp() {
        device.note(at(10), EventType.IDENTIFY, user(2));
        device.note(at(20), EventType.TRACK, user(1));
        device.note(at(5), EventType.TRACK, user(1));

        assertThat(device.ownerAt(at(20)).person()).isEqualTo(user(2));
        assertThat(device.ownerAt(at(7)).person()).isEqualTo(user(1));
    }

    @Test
    void isThePersonsSinceTheLastLogin() {
        for (int instant = 10; instant < 50; instant += 10) {
            device.note(at(instant), EventType.IDENTIFY, user(1));
            device.forgetBehind(at(instant).timestamp());
        }

        assertThat(device.ownerAt(at(45))).isEqualTo(new DeviceOwnership.Owner(user(1), at(40).timestamp()));
        assertThat(device.ownerAt(at(5))).isEqualTo(new DeviceOwnership.Owner(user(1), at(10).timestamp()));
        assertThat(device.size()).isEqualTo(2);
    }

    @Test
    void keepsABoundedNumberOfLogins() {
        for (int i = 0; i < 3 * DeviceOwnership.MAX_LOGINS; i++) {
            device.note(at(i), EventType.IDENTIFY, user(i));
        }

        assertThat(device.size()).isEqualTo(DeviceOwnership.MAX_LOGINS);
        assertThat(device.ownerAt(at(2_500)).person()).isEqualTo(user(2_500));
        assertThat(device.ownerAt(at(3)).person()).isEqualTo(user(2_000));
    }

    @Test
    void forgetsRepetitionsBeforeAnythingElse() {
        device.note(at(0), EventType.IDENTIFY, user(1));
        for (int i = 1; i < 3 * DeviceOwnership.MAX_LOGINS; i++) {
            device.note(at(i), EventType.IDENTIFY, user(2));
        }

        assertThat(device.size()).isEqualTo(DeviceOwnership.MAX_LOGINS);
        assertThat(device.ownerAt(at(0)).person()).isEqualTo(user(1));
        assertThat(device.ownerAt(at(1)).person()).isEqualTo(user(2));
    }

    @Property
    void equalsThePlainRuleInAnyOrder(@ForAll("events") List<Carried> events, @ForAll long seed) {
        List<Carried> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, new Random(seed));
        DeviceOwnership noted = new DeviceOwnership();
        shuffled.forEach(event -> noted.note(event.order(), event.type(), event.person()));

        assertThat(owners(noted)).isEqualTo(plainOwners(events));
    }

    @Property
    void changesNoOwnerByForgetting(@ForAll("events") List<Carried> events) {
        DeviceOwnership noted = new DeviceOwnership();
        for (Carried event : inOrder(events)) {
            noted.note(event.order(), event.type(), event.person());
            noted.forgetBehind(event.order().timestamp() - 1);
        }

        assertThat(owners(noted)).isEqualTo(plainOwners(events));
    }

    @Property
    void answersAlikeIfItIsStoredAfterEachEvent(@ForAll("events") List<Carried> events, @ForAll long seed)
            throws IOException {
        List<Carried> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, new Random(seed));
        DeviceOwnership straight = new DeviceOwnership();
        DeviceOwnership stored = new DeviceOwnership();
        for (Carried event : shuffled) {
            assertThat(stored.isLogin(event.order(), event.type(), event.person()))
                    .isEqualTo(straight.isLogin(event.order(), event.type(), event.person()));
            assertThat(stored.note(event.order(), event.type(), event.person()))
                    .isEqualTo(straight.note(event.order(), event.type(), event.person()));
            stored = Codecs.roundTrip(DeviceOwnership.CODEC, stored);
            assertThat(owners(stored)).isEqualTo(owners(straight));
            assertThat(stored.first()).isEqualTo(straight.first());
            assertThat(stored.isFirst(event.order())).isEqualTo(straight.isFirst(event.order()));
            assertThat(stored.size()).isEqualTo(straight.size());
        }
    }

    private static List<FragmentId> owners(DeviceOwnership device) {
        List<FragmentId> owners = new ArrayList<>();
        LongStream.rangeClosed(0, LAST).forEach(instant -> owners.add(ownerAt(at(instant, "n"), device)));
        return owners;
    }

    private static FragmentId ownerAt(EventOrder order, DeviceOwnership device) {
        DeviceOwnership.Owner owner = device.ownerAt(order);
        return owner == null ? null : owner.person();
    }

    private static List<FragmentId> plainOwners(List<Carried> events) {
        List<Carried> sorted = inOrder(events);
        List<Carried> logins = new ArrayList<>();
        for (Carried event : sorted) {
            boolean first = logins.stream().noneMatch(login -> login.person().equals(event.person()));
            if (first || event.type() == EventType.IDENTIFY || event.type() == EventType.ALIAS) {
                logins.add(event);
            }
        }
        List<FragmentId> owners = new ArrayList<>();
        for (long instant = 0; instant <= LAST; instant++) {
            EventOrder order = at(instant, "n");
            FragmentId owner = logins.isEmpty() ? null : logins.get(0).person();
            for (Carried login : logins) {
                owner = login.order().compareTo(order) <= 0 ? login.person() : owner;
            }
            owners.add(owner);
        }
        return owners;
    }

    private static FragmentId user(int number) {
        return FragmentId.of(People.user(number));
    }

    private static List<Carried> inOrder(List<Carried> events) {
        return events.stream().sorted(Comparator.comparing(Carried::order)).toList();
    }

    @Provide
    Arbitrary<List<Carried>> events() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, LAST),
                        Arbitraries.of("m1", "m2", "o1", "o2"),
                        Arbitraries.of(EventType.IDENTIFY, EventType.ALIAS, EventType.TRACK, EventType.GROUP),
                        Arbitraries.integers().between(1, 3))
                .as((instant, messageId, type, person) -> new Carried(at(instant, messageId), type, user(person)))
                .list()
                .uniqueElements(Carried::order)
                .ofMaxSize(15);
    }
}
