package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Codecs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class MembershipsPropertyTest {
    /** Comes into a segment, or leaves it if it is in. */
    record Step(int segment, String value, long at) {}

    @Property
    void areWhatWasEnteredAndNotLeft(@ForAll @Size(max = 60) List<@From("steps") Step> steps) throws IOException {
        Memberships memberships = new Memberships();
        Map<Integer, Map<String, Long>> expected = new TreeMap<>();
        for (Step step : steps) {
            Map<String, Long> of = expected.computeIfAbsent(step.segment, none -> new TreeMap<>());
            String key = step.value == null ? "" : step.value;
            if (of.remove(key) != null) {
                memberships.exit(step.segment, step.value);
            } else {
                of.put(key, step.at);
                memberships.enter(step.segment, step.value, step.at);
            }
            if (of.isEmpty()) {
                expected.remove(step.segment);
            }
        }

        assertThat(said(memberships)).isEqualTo(expected);
        Memberships read = Codecs.roundTrip(Memberships.CODEC, memberships);
        assertThat(said(read)).isEqualTo(expected);
        assertThat(read.isEmpty()).isEqualTo(expected.isEmpty());
    }

    private static Map<Integer, Map<String, Long>> said(Memberships memberships) {
        Map<Integer, Map<String, Long>> said = new TreeMap<>();
        for (int segment : memberships.segments()) {
            assertThat(memberships.contains(segment)).isTrue();
            said.put(segment, Map.of("", memberships.since(segment)));
        }
        said.putAll(memberships.parametric());
        return said;
    }

    /** Segments from 100 on have values. */
    @Provide
    Arbitrary<Step> steps() {
        Arbitrary<Long> times = Arbitraries.longs().between(-5, 1_800_000_000_000L);
        return Arbitraries.oneOf(
                Combinators.combine(Arbitraries.integers().between(0, 40), times)
                        .as((segment, at) -> new Step(segment, null, at)),
                Combinators.combine(
                                Arbitraries.integers().between(100, 103),
                                Arbitraries.of("shoes", "hats", "Wąs", "x".repeat(300)),
                                times)
                        .as(Step::new));
    }
}
