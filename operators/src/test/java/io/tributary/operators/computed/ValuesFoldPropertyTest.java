package io.tributary.operators.computed;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of a parametric segment's fold, for all its aggregates. */
class ValuesFoldPropertyTest {
    private static final List<Aggregate> AGGREGATES =
            List.of(Aggregate.COUNT, Aggregate.SUM, Aggregate.AVERAGE, Aggregate.MIN, Aggregate.MAX);

    @Property
    void isWhatTheListOfEventsComesToAtAnyInstant(@ForAll(supplier = Scenario.Any.class) Scenario scenario) {
        for (Aggregate aggregate : AGGREGATES) {
            TraitShape shape = scenario.shape(aggregate);
            ValuesFold fold = fold(shape, scenario.events());
            NaiveTraits naive = new NaiveTraits(shape, scenario.events());
            for (long now : scenario.instants(shape)) {
                assertThat(fold.results(now)).as("%s at %d", shape, now).isEqualTo(naive.results(now));
            }
        }
    }

    @Property
    void isTheSameFoldInAnyOrderOfEventsAndFragments(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        for (Aggregate aggregate : AGGREGATES) {
            TraitShape shape = scenario.shape(aggregate);

            assertThat(Codecs.bytes(ValuesFold.CODEC, shuffledAndMerged(shape, scenario, false)))
                    .as("%s", shape)
                    .isEqualTo(Codecs.bytes(ValuesFold.CODEC, fold(shape, scenario.events())));
        }
    }

    @Property
    void comesToTheSameWhateverWasForgottenOnTheWay(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        for (Aggregate aggregate : AGGREGATES) {
            TraitShape shape = scenario.shape(aggregate);
            ValuesFold straight = fold(shape, scenario.events());
            ValuesFold merged = shuffledAndMerged(shape, scenario, true);
            for (long now : scenario.instants(shape)) {
                if (now >= scenario.newest()) {
                    assertThat(merged.results(now)).as("%s at %d", shape, now).isEqualTo(straight.results(now));
                }
            }
        }
    }

    @Property
    void staysTheSameUntilTheNextChange(@ForAll(supplier = Scenario.Any.class) Scenario scenario) {
        for (Aggregate aggregate : AGGREGATES) {
            TraitShape shape = scenario.shape(aggregate);
            ValuesFold fold = fold(shape, scenario.events());
            NaiveTraits naive = new NaiveTraits(shape, scenario.events());
            int buckets = naive.ends().size();
            long now = 0;
            for (int changes = 0; ; changes++) {
                long next = fold.nextChange(now);

                assertThat(changes).isLessThanOrEqualTo(buckets);
                assertThat(next).isGreaterThan(now);
                assertThat(naive.results(next - 1)).isEqualTo(fold.results(now));
                if (next == Long.MAX_VALUE) {
                    break;
                }
                now = next;
            }
            fold.forgetBefore(now);
            if (shape.window() != null) {
                assertThat(fold.isEmpty()).isTrue();
            }
        }
    }

    @Property
    void isReadAsItWasWritten(@ForAll(supplier = Scenario.Any.class) Scenario scenario) throws IOException {
        for (Aggregate aggregate : AGGREGATES) {
            TraitShape shape = scenario.shape(aggregate);
            ValuesFold fold = fold(shape, scenario.events());
            ValuesFold read = Codecs.roundTrip(ValuesFold.CODEC, fold);

            assertThat(read.shape()).isEqualTo(shape);
            assertThat(read.isEmpty()).isEqualTo(fold.isEmpty());
            assertThat(Codecs.bytes(ValuesFold.CODEC, read)).isEqualTo(Codecs.bytes(ValuesFold.CODEC, fold));
            for (long now : scenario.instants(shape)) {
                assertThat(read.results(now)).isEqualTo(fold.results(now));
                assertThat(read.nextChange(now)).isEqualTo(fold.nextChange(now));
            }
        }
    }

    @Property(tries = 50)
    void mergesWithoutChangingOrHoldingOnToTheOther(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        List<Said> half = scenario.events().subList(0, scenario.events().size() / 2);
        List<Said> rest =
                scenario.events().subList(half.size(), scenario.events().size());
        for (Aggregate aggregate : AGGREGATES) {
            TraitShape shape = scenario.shape(aggregate);
            ValuesFold other = fold(shape, half);
            ValuesFold fold = ValuesFold.of(shape);
            fold.merge(other);
            rest.forEach(event -> add(event, fold));

            assertThat(Codecs.bytes(ValuesFold.CODEC, other))
                    .isEqualTo(Codecs.bytes(ValuesFold.CODEC, fold(shape, half)));
            rest.forEach(event -> add(event, other));
            assertThat(Codecs.bytes(ValuesFold.CODEC, other)).isEqualTo(Codecs.bytes(ValuesFold.CODEC, fold));
        }
    }

    private static void add(Said event, ValuesFold fold) {
        fold.add(event.order(), event.keys(), event.numbers());
    }

    private static ValuesFold fold(TraitShape shape, List<Said> events) {
        ValuesFold fold = ValuesFold.of(shape);
        events.forEach(event -> add(event, fold));
        return fold;
    }

    /** Over up to four fragments, some stored and read again on the way. */
    private static ValuesFold shuffledAndMerged(TraitShape shape, Scenario scenario, boolean forgets)
            throws IOException {
        Random random = scenario.random();
        List<ValuesFold> fragments = new ArrayList<>();
        for (int rest = random.nextInt(4); rest >= 0; rest--) {
            fragments.add(ValuesFold.of(shape));
        }
        List<Said> shuffled = new ArrayList<>(scenario.events());
        Collections.shuffle(shuffled, random);
        for (Said event : shuffled) {
            int i = random.nextInt(fragments.size());
            add(event, fragments.get(i));
            if (forgets && random.nextInt(10) == 0) {
                fragments.get(i).forgetBefore(Math.min(scenario.someInstant(), scenario.newest()));
            }
            if (random.nextInt(20) == 0) {
                fragments.set(i, Codecs.roundTrip(ValuesFold.CODEC, fragments.get(i)));
            }
        }
        while (fragments.size() > 1) {
            ValuesFold one = fragments.remove(random.nextInt(fragments.size()));
            fragments.get(random.nextInt(fragments.size())).merge(one);
        }
        return fragments.get(0);
    }
}
