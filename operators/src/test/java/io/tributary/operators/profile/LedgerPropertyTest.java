package io.tributary.operators.profile;

import static io.tributary.operators.identity.People.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The fold of a ledger: a function of the set of events, not of their arrival. */
class LedgerPropertyTest {
    private static final long MINUTE = 60_000;
    private static final long DAY = 24 * 60 * MINUTE;
    private static final long BOUND = 10 * MINUTE;

    /** Nothing has passed. */
    private static final long NO_WATERMARK = Long.MIN_VALUE;

    @Property
    void doesNotDependOnTheOrderOfArrival(@ForAll("minutes") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        assertThat(Ledger.of(shuffled(events, seed)).profile())
                .isEqualTo(Ledger.of(TestStreams.sorted(events)).profile());
    }

    @Property
    void doesNotDependOnTheOrderOfArrivalOverMonths(@ForAll("days") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        assertThat(Ledger.of(shuffled(events, seed)).profile())
                .isEqualTo(Ledger.of(TestStreams.sorted(events)).profile());
    }

    @Property
    void doesNotDependOnTheOrderOfArrivalWhileTheWatermarkForgets(
            @ForAll("minutes") List<CustomerEvent> events, @ForAll long seed) throws IOException {
        Ledger ledger = new Ledger();
        long newest = 0;
        for (CustomerEvent event : TestStreams.inTime(events, BOUND, seed)) {
            ledger.apply(event, newest - BOUND - 1);
            newest = Math.max(newest, event.timestamp());
        }

        assertThat(ledger.profile())
                .isEqualTo(Ledger.of(TestStreams.sorted(events)).profile());
    }

    @Property
    void survivesItsBinaryFormAtAnyPointOfTheStream(@ForAll("minutes") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Ledger straight = new Ledger();
        Ledger stored = new Ledger();
        for (CustomerEvent event : shuffled(events, seed)) {
            straight.apply(event, NO_WATERMARK);
            stored.apply(event, NO_WATERMARK);
            stored.activity = Codecs.roundTrip(ActivityLedger.CODEC, stored.activity);
            stored.record = Codecs.roundTrip(RecordLedger.CODEC, stored.record);
        }

        assertThat(stored.profile()).isEqualTo(straight.profile());
        assertThat(Codecs.bytes(ActivityLedger.CODEC, stored.activity))
                .isEqualTo(Codecs.bytes(ActivityLedger.CODEC, straight.activity));
    }

    /** What several fragments of a customer did is what one would have done, in whatever order they come together. */
    @Property
    void isMergedFromFragmentsAsIfOneHadDoneAll(@ForAll("minutes") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        assertThatMergingIsFolding(events, seed);
    }

    @Property
    void isMergedFromFragmentsAsIfOneHadDoneAllOverMonths(@ForAll("days") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        assertThatMergingIsFolding(events, seed);
    }

    private static void assertThatMergingIsFolding(List<CustomerEvent> events, long seed) throws IOException {
        Random random = new Random(seed);
        List<Ledger> fragments = new ArrayList<>(List.of(new Ledger(), new Ledger()));
        if (random.nextBoolean()) {
            fragments.add(new Ledger());
        }
        for (CustomerEvent event : shuffled(events, seed)) {
            fragments.get(random.nextInt(fragments.size())).apply(event, NO_WATERMARK);
        }
        Ledger folded = Ledger.of(events);
        for (int times = 0; times < 2; times++) {
            Collections.shuffle(fragments, random);
            Ledger merged = new Ledger();
            for (Ledger fragment : fragments) {
                merged.merge(fragment);
            }

            assertThat(merged.profile()).isEqualTo(folded.profile());
            assertThat(merged.activity.consent().statements())
                    .isEqualTo(folded.activity.consent().statements());
            assertThat(merged.activity.said().statements())
                    .isEqualTo(folded.activity.said().statements());
            assertThat(merged.record.hasEverBeenPersonal()).isEqualTo(folded.record.hasEverBeenPersonal());
            for (CustomerEvent event : events) {
                assertThat(merged.record.repeatsOrder(event)).isEqualTo(folded.record.repeatsOrder(event));
                assertThat(merged.activity.knows(id("anonymous_id:a-1")))
                        .isEqualTo(folded.activity.knows(id("anonymous_id:a-1")));
            }
        }
    }

    /** Two make a union without being changed themselves: they go on apart. */
    @Property
    void isUnitedWithoutBeingChanged(@ForAll("minutes") List<CustomerEvent> events, @ForAll long seed)
            throws IOException {
        Ledger one = Ledger.of(events.subList(0, events.size() / 2));
        Ledger other = Ledger.of(events.subList(events.size() / 2, events.size()));
        String before = one.profile() + other.profile();
        Ledger union = new Ledger();
        union.activity = ActivityLedger.union(one.activity, other.activity);
        union.record = RecordLedger.union(one.record, other.record);
        for (CustomerEvent event : shuffled(events, seed)) {
            union.apply(event, NO_WATERMARK);
        }

        assertThat(one.profile() + other.profile()).isEqualTo(before);
    }

    @Property
    void mergesATimelineOfConsentAsIfOneHadSaidAll(
            @ForAll("minutes") List<CustomerEvent> events,
            @ForAll long seed,
            @ForAll @IntRange(max = 100) int minutes) {
        Random random = new Random(seed);
        ConsentTimeline folded = new ConsentTimeline();
        List<ConsentTimeline> parts = List.of(new ConsentTimeline(), new ConsentTimeline(), new ConsentTimeline());
        for (CustomerEvent event : shuffled(events, seed)) {
            Boolean granted = event.consent().get("marketing");
            if (granted != null) {
                Consent.Statement statement = new Consent.Statement(
                        event.timestamp(), granted, event.timestamp() + random.nextInt(3) * MINUTE);
                folded.state(statement);
                parts.get(random.nextInt(3)).state(statement);
            }
        }
        long watermark = TestEvent.minute(minutes);
        ConsentTimeline merged = new ConsentTimeline();
        for (ConsentTimeline part : parts) {
            if (random.nextBoolean()) {
                part.forgetBehind(watermark);
            }
            part.statements().forEach(merged::state);
        }

        for (long instant = watermark; instant <= TestEvent.minute(110); instant += MINUTE / 2) {
            assertThat(merged.at(instant)).isEqualTo(folded.at(instant));
        }
    }

    @Property
    void changesNothingInTheRecordByARepeatedEventOtherThanARefund(
            @ForAll("minutes") List<CustomerEvent> events, @ForAll long seed) throws IOException {
        List<CustomerEvent> withoutRefunds = events.stream()
                .filter(event -> event.kind() != EventKind.REFUND)
                .toList();
        Ledger once = Ledger.of(withoutRefunds);
        Ledger twice = Ledger.of(withoutRefunds);
        shuffled(withoutRefunds, seed).forEach(twice.record::add);
        twice.activity = once.activity;

        assertThat(twice.profile()).isEqualTo(once.profile());
    }

    @Property
    void changesNothingByARepeatedCartOperation(@ForAll("minutes") List<CustomerEvent> events, @ForAll long seed) {
        CartLog log = new CartLog();
        List<CartEntry> entries = events.stream()
                .filter(event -> CartEntry.isRelevant(event.kind()))
                .map(CartEntry::of)
                .toList();
        entries.forEach(log::add);
        List<CartEntry> before = List.copyOf(log.entries());
        List<CartEntry> again = new ArrayList<>(entries);
        Collections.shuffle(again, new Random(seed));

        assertThat(again).noneMatch(log::add);
        assertThat(log.entries()).isEqualTo(before);
    }

    @Property
    void neverKeepsMoreCartOperationsThanItsBounds(@ForAll("days") List<CustomerEvent> events) {
        CartLog log = new CartLog();
        for (CustomerEvent event : events) {
            if (CartEntry.isRelevant(event.kind())) {
                log.add(CartEntry.of(event));
                log.forgetBehind(Long.MAX_VALUE);
            }
        }
        List<Long> times = log.entries().stream()
                .filter(entry -> !entry.isOrder())
                .map(entry -> entry.order().timestamp())
                .toList();

        assertThat(log.entries()).isSorted();
        assertThat(times).allMatch(at -> at > times.get(times.size() - 1) - CartLog.WINDOW_MILLIS);
    }

    @Test
    void keepsTheNewest200CartEventsThatHavePassedAnd1400OperationsInAll() {
        CartLog log = new CartLog();
        for (int i = 0; i < 250; i++) {
            log.add(CartEntry.of(
                    TestEvent.added("m" + i, "p" + i, TestEvent.START + i).event()));
        }
        assertThat(log.entries()).hasSize(250);
        log.forgetOld(TestEvent.START + 210);
        assertThat(log.entries().get(0).order().messageId()).isEqualTo("m11");
        log.forgetOld(Long.MAX_VALUE);
        assertThat(log.entries()).hasSize(CartLog.MAX_CART_EVENTS);
        assertThat(log.cart().items()).hasSize(CartLog.MAX_CART_EVENTS);
        assertThat(log.entries().get(0).order().messageId()).isEqualTo("m50");

        for (int i = 0; i < 1_500; i++) {
            log.add(CartEntry.of(TestEvent.ordered("o" + i, "o" + i, TestEvent.START + 1_000 + i)
                    .event()));
        }
        assertThat(log.entries()).hasSize(CartLog.MAX_ENTRIES);
    }

    @Test
    void keepsTheSame200NamesInAnyOrderOfArrival() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            events.add(TestEvent.track("m" + i, "name " + i % 250, TestEvent.START + i)
                    .event());
        }
        Ledger ordered = Ledger.of(events);

        assertThat(ordered.activity.countByName()).hasSize(ActivityLedger.MAX_NAMES);
        assertThat(ordered.activity.countByName().values()).containsOnly(2L);
        assertThat(ordered.activity.count()).isEqualTo(500);
        for (long seed = 0; seed < 5; seed++) {
            assertThat(Ledger.of(shuffled(events, seed)).profile()).isEqualTo(ordered.profile());
        }
    }

    @Test
    void keepsTheStrongest1000DevicesInAnyOrderOfArrival() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            events.add(TestEvent.track("m" + i, "Opened", TestEvent.START + i)
                    .alsoDevice("device " + i)
                    .event());
        }
        Ledger ordered = Ledger.of(events);

        assertThat(ordered.record.devices()).hasSize(RecordLedger.MAX_DEVICES);
        assertThat(Ledger.of(shuffled(events, 1)).profile()).isEqualTo(ordered.profile());
    }

    @Test
    void keepsTheNewest300TraitsInAnyOrderOfArrival() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            events.add(TestEvent.identify("m" + i, TestEvent.START + i)
                    .trait("t" + i % 350, i)
                    .event());
        }
        Ledger ordered = Ledger.of(events);

        assertThat(ordered.record.traits())
                .hasSize(RecordLedger.MAX_TRAITS)
                .containsEntry("t0", "350")
                .containsEntry("t349", "349")
                .doesNotContainKey("t99");
        for (long seed = 0; seed < 5; seed++) {
            assertThat(Ledger.of(shuffled(events, seed)).profile()).isEqualTo(ordered.profile());
        }
    }

    @Test
    void countsAnOrderWithoutAnIdByItselfWhateverItsMessageId() throws IOException {
        CustomerEvent order = TestEvent.ordered("m1", null, TestEvent.START).event();
        CustomerEvent atAnotherTime =
                TestEvent.ordered("m1", null, TestEvent.START + 2 * DAY).event();
        CustomerEvent onAnotherDevice =
                TestEvent.ordered("m1", null, TestEvent.START).alsoDevice("a1").event();

        assertThat(Ledger.of(List.of(order, onAnotherDevice, atAnotherTime))
                        .record
                        .orderCount())
                .isEqualTo(3);
        assertThat(Ledger.of(List.of(order, order)).record.orderCount()).isEqualTo(1);
    }

    @Test
    void sealsWhatIsOlderThanTheNewest500OrdersWithoutLosingTheSums() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            events.add(TestEvent.ordered("m" + i, "o" + i, TestEvent.START + i)
                    .with("currency", i % 2 == 0 ? "USD" : "EUR")
                    .with("revenue", "0.10")
                    .event());
        }
        Ledger ordered = Ledger.of(events);

        assertThat(ordered.record.orderCount()).isEqualTo(700);
        assertThat(ordered.record.revenue().get("EUR")).isEqualByComparingTo("35");
        assertThat(ordered.record.revenue().get("USD")).isEqualByComparingTo("35");
        assertThat(ordered.record.firstOrderAt()).isEqualTo(TestEvent.START);
        assertThat(ordered.record.lastOrderAt()).isEqualTo(TestEvent.START + 699);
        assertThat(ordered.record.repeatsOrder(TestEvent.ordered("again", "o200", TestEvent.START + 999)
                        .event()))
                .as("the oldest of the newest 500")
                .isTrue();
        assertThat(ordered.record.repeatsOrder(TestEvent.ordered("again", "o199", TestEvent.START + 999)
                        .event()))
                .as("sealed")
                .isFalse();
        for (long seed = 0; seed < 5; seed++) {
            Ledger shuffled = Ledger.of(shuffled(events, seed));
            shuffled.record = Codecs.roundTrip(RecordLedger.CODEC, shuffled.record);
            assertThat(shuffled.profile()).isEqualTo(ordered.profile());
        }
    }

    @Test
    void keepsTheNewestPurposesOfConsentInAnyOrderOfArrival() throws IOException {
        List<CustomerEvent> events = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            events.add(TestEvent.identify("m" + i, TestEvent.START + i / 3)
                    .consent("purpose " + i % 45, i % 2 == 0)
                    .event());
        }
        Ledger ordered = Ledger.of(events);

        assertThat(ordered.activity.consent().statements()).hasSize(Consent.MAX_PURPOSES);
        for (long seed = 0; seed < 10; seed++) {
            assertThat(Ledger.of(shuffled(events, seed)).profile()).isEqualTo(ordered.profile());
        }
    }

    @Provide
    Arbitrary<List<CustomerEvent>> minutes() {
        return TestStreams.events(MINUTE, 60);
    }

    @Provide
    Arbitrary<List<CustomerEvent>> days() {
        return TestStreams.events(DAY, 60);
    }

    private static List<CustomerEvent> shuffled(List<CustomerEvent> events, long seed) {
        List<CustomerEvent> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, new Random(seed));
        return shuffled;
    }

    /** Both halves of a ledger. */
    private static final class Ledger {
        private ActivityLedger activity = new ActivityLedger();
        private RecordLedger record = new RecordLedger();

        static Ledger of(List<CustomerEvent> events) throws IOException {
            Ledger ledger = new Ledger();
            for (CustomerEvent event : events) {
                ledger.apply(event, NO_WATERMARK);
            }
            return ledger;
        }

        void apply(CustomerEvent event, long watermark) throws IOException {
            LedgerFold.apply(activity, () -> record, event, watermark);
        }

        /** As a customer takes in what another of its fragments has done. */
        void merge(Ledger other) {
            activity = ActivityLedger.union(activity, other.activity);
            RecordLedger own = record;
            activity.cart().dropRepetitions(entry -> own.repeatsOrder(entry) || other.record.repeatsOrder(entry));
            record = RecordLedger.union(record, other.record);
        }

        String profile() {
            return new String(
                    ProfileJson.profile(
                            "c_1",
                            record.devices(),
                            activity,
                            record,
                            ProfileJson.Segments.NONE,
                            new TreeSet<>(),
                            activity.count()),
                    StandardCharsets.UTF_8);
        }
    }
}
