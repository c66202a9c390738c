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
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of a trait's fold, for all aggregates. */
class TraitFoldPropertyTest {
    @Property
    void isWhatTheListOfEventsComesToAtAnyInstant(@ForAll(supplier = Scenario.Any.class) Scenario scenario) {
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold fold = fold(shape, scenario.events());
            NaiveTraits naive = new NaiveTraits(shape, scenario.events());
            for (long now : scenario.instants(shape)) {
                assertThat(fold.value(now)).as("%s at %d", shape, now).isEqualTo(naive.value(now));
            }
        }
    }

    @Property
    void isTheSameFoldInAnyOrderOfEventsAndFragments(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            byte[] straight = Codecs.bytes(TraitFold.CODEC, fold(shape, scenario.events()));
            List<TraitFold> fragments = fragments(shape, scenario);

            assertThat(Codecs.bytes(TraitFold.CODEC, merged(fragments, scenario.random())))
                    .as("%s", shape)
                    .isEqualTo(straight);
        }
    }

    @Property
    void comesToTheSameWhateverWasForgottenOnTheWay(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        Random random = scenario.random();
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold straight = fold(shape, scenario.events());
            List<TraitFold> fragments = fragments(shape, scenario, fold -> {
                if (random.nextInt(10) == 0) {
                    fold.forgetBefore(Math.min(scenario.someInstant(), scenario.newest()));
                }
            });
            TraitFold merged = merged(fragments, random);
            for (long now : scenario.instants(shape)) {
                if (now >= scenario.newest()) {
                    assertThat(merged.value(now)).as("%s at %d", shape, now).isEqualTo(straight.value(now));
                }
            }
        }
    }

    @Property
    void forgetsWithoutChangingWhatComes(@ForAll(supplier = Scenario.Any.class) Scenario scenario) {
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold straight = fold(shape, scenario.events());
            TraitFold forgetful = fold(shape, scenario.events());
            List<Long> instants = scenario.instants(shape);
            Collections.sort(instants);
            for (long now : instants) {
                forgetful.forgetBefore(now);
                for (long later : instants) {
                    if (later >= now) {
                        assertThat(forgetful.value(later)).isEqualTo(straight.value(later));
                        assertThat(forgetful.nextChange(later)).isEqualTo(straight.nextChange(later));
                    }
                }
            }
            if (shape.window() != null) {
                assertThat(forgetful.isEmpty()).isTrue();
            }
        }
    }

    /** Against a copy each time, which nobody has asked anything. */
    @Property
    void saysTheSameWhateverWasAskedOnTheWay(@ForAll(supplier = Scenario.Any.class) Scenario scenario)
            throws IOException {
        Random random = scenario.random();
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold fold = TraitFold.of(shape);
            for (Said event : scenario.events()) {
                if (random.nextInt(4) == 0) {
                    fold.merge(fold(shape, List.of(event)));
                } else {
                    fold.add(event.order(), event.values());
                }
                for (int asked = random.nextInt(4); asked > 0; asked--) {
                    long now = random.nextBoolean() ? event.order().timestamp() : scenario.someInstant();
                    TraitFold copy = Codecs.roundTrip(TraitFold.CODEC, fold);
                    assertThat(fold.value(now)).as("%s at %d", shape, now).isEqualTo(copy.value(now));
                }
                if (random.nextInt(4) == 0) {
                    fold.forgetBefore(scenario.someInstant());
                }
            }
        }
    }

    /** And of all that time changes, nothing is passed over. */
    @Property
    void staysTheSameUntilTheNextChange(@ForAll(supplier = Scenario.Any.class) Scenario scenario) {
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold fold = fold(shape, scenario.events());
            NaiveTraits naive = new NaiveTraits(shape, scenario.events());
            int buckets = naive.ends().size();
            long now = 0;
            for (int changes = 0; ; changes++) {
                Object value = fold.value(now);
                long next = fold.nextChange(now);

                assertThat(changes).isLessThanOrEqualTo(buckets);
                assertThat(next).isGreaterThan(now);
                assertThat(value).isEqualTo(naive.value(now));
                assertThat(naive.value(now + (next - now) / 2)).isEqualTo(value);
                assertThat(naive.value(next - 1)).isEqualTo(value);
                assertThat(fold.nextChange(next - 1)).isEqualTo(next);
                if (next == Long.MAX_VALUE) {
                    break;
                }
                now = next;
            }
        }
    }

    @Property
    void isReadAsItWasWritten(@ForAll(supplier = Scenario.Any.class) Scenario scenario) throws IOException {
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold fold = fold(shape, scenario.events());
            TraitFold read = Codecs.roundTrip(TraitFold.CODEC, fold);

            assertThat(read.shape()).isEqualTo(shape);
            assertThat(read.isEmpty()).isEqualTo(fold.isEmpty());
            assertThat(Codecs.bytes(TraitFold.CODEC, read)).isEqualTo(Codecs.bytes(TraitFold.CODEC, fold));
            for (long now : scenario.instants(shape)) {
                assertThat(read.value(now)).isEqualTo(fold.value(now));
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
        for (Aggregate aggregate : Aggregate.values()) {
            TraitShape shape = scenario.shape(aggregate);
            TraitFold other = fold(shape, half);
            TraitFold fold = TraitFold.of(shape);
            fold.merge(other);
            rest.forEach(event -> fold.add(event.order(), event.values()));

            assertThat(Codecs.bytes(TraitFold.CODEC, other))
                    .isEqualTo(Codecs.bytes(TraitFold.CODEC, fold(shape, half)));
            rest.forEach(event -> other.add(event.order(), event.values()));
            assertThat(Codecs.bytes(TraitFold.CODEC, other)).isEqualTo(Codecs.bytes(TraitFold.CODEC, fold));
        }
    }

    private static TraitFold fold(TraitShape shape, List<Said> events) {
        TraitFold fold = TraitFold.of(shape);
        events.forEach(event -> fold.add(event.order(), event.values()));
        return fold;
    }

    private static List<TraitFold> fragments(TraitShape shape, Scenario scenario) throws IOException {
        return fragments(shape, scenario, fold -> {});
    }

    /** Up to four folds of the events in another order, some stored and read again on the way. */
    private static List<TraitFold> fragments(TraitShape shape, Scenario scenario, Consumer<TraitFold> between)
            throws IOException {
        Random random = scenario.random();
        List<TraitFold> fragments = new ArrayList<>();
        for (int rest = random.nextInt(4); rest >= 0; rest--) {
            fragments.add(TraitFold.of(shape));
        }
        List<Said> shuffled = new ArrayList<>(scenario.events());
        Collections.shuffle(shuffled, random);
        for (Said event : shuffled) {
            int i = random.nextInt(fragments.size());
            fragments.get(i).add(event.order(), event.values());
            between.accept(fragments.get(i));
            if (random.nextInt(20) == 0) {
                fragments.set(i, Codecs.roundTrip(TraitFold.CODEC, fragments.get(i)));
            }
        }
        return fragments;
    }

    /** Two of them become one until there is only one. */
    private static TraitFold merged(List<TraitFold> fragments, Random random) {
        while (fragments.size() > 1) {
            TraitFold one = fragments.remove(random.nextInt(fragments.size()));
            fragments.get(random.nextInt(fragments.size())).merge(one);
        }
        return fragments.get(0);
    }
}
