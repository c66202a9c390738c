package io.tributary.operators.computed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A fragment's folds: found by their ids, read without definitions, merged like one. */
class ComputedLedgerTest {
    private static final String NOON = "2026-01-10T12:00:00.000Z";
    private static final long NOW = Said.millis("2026-01-10T13:00:00Z");
    private static final Window HOUR = new Window(Duration.ofHours(1).toMillis());
    private static final TraitShape COUNT = new TraitShape(Aggregate.COUNT, null, 0);
    private static final TraitShape HOURLY = new TraitShape(Aggregate.COUNT, HOUR, 0);
    private static final TraitShape SUM = new TraitShape(Aggregate.SUM, HOUR, 0);
    private static final long ORDERS = 0x1234_5678_9ABC_DEF0L;
    private static final long REVENUE = -7;
    private static final long CATEGORIES = 7;

    @Test
    void keepsTheFoldOfEachDefinition() throws IOException {
        ComputedLedger ledger = Codecs.roundTrip(ComputedLedger.CODEC, ledger());

        assertThat(ledger.ids()).containsExactly(REVENUE, CATEGORIES, ORDERS);
        assertThat(ledger.trait(ORDERS, COUNT).value(NOW)).isEqualTo(1L);
        assertThat(ledger.trait(REVENUE, SUM).value(NOW)).isEqualTo(new BigDecimal("35.79"));
        assertThat(ledger.values(CATEGORIES, COUNT).results(NOW)).isEqualTo(Map.of("shoes", 1L));
        assertThat(ledger.get(ORDERS)).isSameAs(ledger.trait(ORDERS, COUNT));
        assertThat(ledger.get(1)).isNull();
    }

    @Test
    void sharesNothingWithWhatItWasMergedFrom() throws IOException {
        ComputedLedger one = ledger();
        ComputedLedger other = Codecs.roundTrip(ComputedLedger.CODEC, ledger());
        byte[] before = Codecs.bytes(ComputedLedger.CODEC, other);
        one.merge(other);
        ComputedLedger third = new ComputedLedger();
        third.merge(one);
        add(third);

        assertThat(one.trait(ORDERS, COUNT).value(NOW)).isEqualTo(2L);
        assertThat(one.trait(REVENUE, SUM).value(NOW)).isEqualTo(new BigDecimal("71.58"));
        assertThat(third.trait(ORDERS, COUNT).value(NOW)).isEqualTo(3L);
        assertThat(third.values(CATEGORIES, COUNT).results(NOW)).isEqualTo(Map.of("shoes", 3L));
        assertThat(Codecs.bytes(ComputedLedger.CODEC, other)).isEqualTo(before);
    }

    @Test
    void aUnionSaysWhatBothSayAndLeavesThemAsTheyWere() throws IOException {
        ComputedLedger one = Codecs.roundTrip(ComputedLedger.CODEC, ledger());
        ComputedLedger other = ledger();
        one.retain(Set.of(ORDERS, REVENUE));
        other.retain(Set.of(ORDERS, CATEGORIES));
        ComputedLedger merged = new ComputedLedger();
        merged.merge(one);
        merged.merge(other);
        byte[] before = Codecs.bytes(ComputedLedger.CODEC, one);

        ComputedLedger union = ComputedLedger.union(one, other);

        assertThat(union.ids()).containsExactly(REVENUE, CATEGORIES, ORDERS);
        assertThat(((TraitFold) union.get(ORDERS)).value(NOW)).isEqualTo(2L);
        assertThat(Codecs.bytes(ComputedLedger.CODEC, union)).isEqualTo(Codecs.bytes(ComputedLedger.CODEC, merged));
        assertThat(Codecs.bytes(ComputedLedger.CODEC, one)).isEqualTo(before);
        assertThat(((TraitFold) other.get(ORDERS)).value(NOW)).isEqualTo(1L);
        assertThat(Codecs.bytes(ComputedLedger.CODEC, ComputedLedger.union(new ComputedLedger(), new ComputedLedger())))
                .hasSize(2);
    }

    @Test
    void whatWasOnlyReadIsWrittenAsItWas() throws IOException {
        ComputedLedger ledger = Codecs.roundTrip(ComputedLedger.CODEC, ledger());
        byte[] before = Codecs.bytes(ComputedLedger.CODEC, ledger);

        assertThat(((TraitFold) ledger.get(ORDERS)).value(NOW)).isEqualTo(1L);
        assertThat(Codecs.bytes(ComputedLedger.CODEC, ledger)).isEqualTo(before);
        ledger.trait(ORDERS, COUNT).merge(ledger().trait(ORDERS, COUNT));
        assertThat(((TraitFold) Codecs.roundTrip(ComputedLedger.CODEC, ledger).get(ORDERS)).value(NOW))
                .isEqualTo(2L);
    }

    @Test
    void foldsOfDefinitionsThatAreGoneStayUntilTheyAreDropped() throws IOException {
        ComputedLedger ledger = Codecs.roundTrip(ComputedLedger.CODEC, ledger());
        ledger.merge(Codecs.roundTrip(ComputedLedger.CODEC, ledger()));

        assertThat(ledger.ids()).hasSize(3);
        ledger.retain(Set.of(ORDERS, 99L));
        assertThat(ledger.ids()).containsExactly(ORDERS);
        assertThat(((TraitFold) ledger.get(ORDERS)).value(NOW)).isEqualTo(2L);
        ledger.retain(Set.of());
        assertThat(ledger.isEmpty()).isTrue();
        assertThat(Codecs.bytes(ComputedLedger.CODEC, ledger)).hasSize(2);
    }

    @Test
    void foldsOfNothingAreLeftOutAndStayTheirOwners() throws IOException {
        ComputedLedger ledger = new ComputedLedger();
        TraitFold fold = ledger.trait(ORDERS, HOURLY);

        assertThat(ledger.isEmpty()).isTrue();
        assertThat(ledger.ids()).isEmpty();
        assertThat(Codecs.bytes(ComputedLedger.CODEC, ledger)).hasSize(2);

        fold.add(Said.at(NOON).order(), List.of());
        assertThat(ledger.isEmpty()).isFalse();
        assertThat(Codecs.roundTrip(ComputedLedger.CODEC, ledger).ids()).containsExactly(ORDERS);

        fold.forgetBefore(NOW + 60_000);
        assertThat(ledger.isEmpty()).isTrue();
        ComputedLedger other = new ComputedLedger();
        other.merge(ledger);
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void refusesWhatWasFoldedOtherwise() {
        ComputedLedger ledger = ledger();
        ComputedLedger other = new ComputedLedger();
        other.values(ORDERS, COUNT).add(Said.at(NOON).order(), List.of("shoes"), List.of());

        assertThatThrownBy(() -> ledger.trait(ORDERS, SUM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the definition 123456789abcdef0 folds by TraitShape[aggregate=SUM");
        assertThatThrownBy(() -> ledger.values(ORDERS, COUNT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ledger.trait(CATEGORIES, COUNT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ledger.merge(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("one fold of 123456789abcdef0 is per value, one is not");
    }

    @Test
    void aFoldThatNobodyAsksForIsWrittenAsItWasRead() throws IOException {
        byte[] ofALaterRelease = {1, 1, 0, 0, 0, 0, 0, 0, 0, 5, 3, 0x0F, 1, 1};
        ComputedLedger ledger = Codecs.read(ComputedLedger.CODEC, ofALaterRelease);

        assertThat(ledger.ids()).containsExactly(5L);
        assertThat(Codecs.bytes(ComputedLedger.CODEC, ledger)).isEqualTo(ofALaterRelease);
        assertThatThrownBy(() -> ledger.get(5))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("a fold can't be read")
                .hasRootCauseMessage("a fold of an unknown aggregate: 15");
    }

    @Test
    void refusesUnknownFormatsAndFoldsOfTheOtherSort() throws IOException {
        assertThatThrownBy(() -> Codecs.read(ComputedLedger.CODEC, new byte[] {2, 0}))
                .isInstanceOf(IOException.class)
                .hasMessage("a computed ledger of an unknown format: 2");
        byte[] trait = Codecs.bytes(TraitFold.CODEC, TraitFold.of(COUNT));
        byte[] values = Codecs.bytes(ValuesFold.CODEC, ValuesFold.of(COUNT));
        assertThatThrownBy(() -> Codecs.read(ValuesFold.CODEC, trait))
                .isInstanceOf(IOException.class)
                .hasMessage("a fold of a trait where one per value is wanted");
        assertThatThrownBy(() -> Codecs.read(TraitFold.CODEC, values))
                .isInstanceOf(IOException.class)
                .hasMessage("a fold per value where one of a trait is wanted");
    }

    @Property
    void isTheSameInAnyOrderOfEventsAndFragments(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        Random random = scenario.random();
        Map<Long, TraitShape> traits = new LinkedHashMap<>();
        for (Aggregate aggregate : Aggregate.values()) {
            traits.put(random.nextLong(), scenario.shape(aggregate));
        }
        long perValue = random.nextLong();
        TraitShape perValueShape = scenario.shape(Aggregate.AVERAGE);
        ComputedLedger straight = new ComputedLedger();
        List<ComputedLedger> fragments = new ArrayList<>();
        for (int rest = random.nextInt(4); rest >= 0; rest--) {
            fragments.add(new ComputedLedger());
        }
        List<Said> shuffled = new ArrayList<>(scenario.events());
        Collections.shuffle(shuffled, random);
        for (Said event : shuffled) {
            int i = random.nextInt(fragments.size());
            // Not every event belongs to every definition.
            int definitions = random.nextInt();
            for (ComputedLedger ledger : List.of(straight, fragments.get(i))) {
                int bit = 1;
                for (Map.Entry<Long, TraitShape> trait : traits.entrySet()) {
                    if ((definitions & bit) != 0) {
                        ledger.trait(trait.getKey(), trait.getValue()).add(event.order(), event.values());
                    }
                    bit <<= 1;
                }
                if ((definitions & bit) != 0) {
                    ledger.values(perValue, perValueShape).add(event.order(), event.keys(), event.numbers());
                }
            }
            if (random.nextInt(20) == 0) {
                fragments.set(i, Codecs.roundTrip(ComputedLedger.CODEC, fragments.get(i)));
            }
        }
        while (fragments.size() > 1) {
            ComputedLedger one = fragments.remove(random.nextInt(fragments.size()));
            fragments.get(random.nextInt(fragments.size())).merge(one);
        }

        assertThat(fragments.get(0).ids()).isEqualTo(straight.ids());
        assertThat(Codecs.bytes(ComputedLedger.CODEC, fragments.get(0)))
                .isEqualTo(Codecs.bytes(ComputedLedger.CODEC, straight));
    }

    private static ComputedLedger ledger() {
        ComputedLedger ledger = new ComputedLedger();
        add(ledger);
        return ledger;
    }

    private static void add(ComputedLedger ledger) {
        Said order = Said.at(NOON, new BigDecimal("35.79"));
        ledger.trait(ORDERS, COUNT).add(order.order(), order.values());
        ledger.trait(REVENUE, SUM).add(order.order(), order.values());
        ledger.values(CATEGORIES, COUNT).add(order.order(), List.of("shoes"), List.of());
    }
}
