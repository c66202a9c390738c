package io.tributary.operators.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.schemas.definition.Definitions;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** What passes the gate is what a plain rule says that looks at all that was told before, and no history is kept beyond need. */
class GatePropertyTest {
    private static final long MINUTE = 60_000;

    /** An hour and a half before the clocks of Warsaw go forward. */
    private static final long START = Instant.parse("2026-03-28T23:30:00Z").toEpochMilli();

    /** Minutes by trigger. */
    private static final Map<String, Integer> COOL_DOWNS = Map.of("a", 45, "b", 400);

    private static Gate gate(String quiet, List<Cap> caps) {
        List<String> triggers = new ArrayList<>();
        COOL_DOWNS.forEach((name, minutes) ->
                triggers.add(TestTriggers.trigger(name, "true", "1h", "1h", "  cool_down: " + minutes + "m\n")));
        String delivery =
                "{%scaps: [%s]}".formatted(quiet, caps.stream().map(Cap::yaml).collect(Collectors.joining(", ")));
        Definitions definitions = TestTriggers.heldBackBy(delivery, triggers.toArray(String[]::new));
        return new Gate(definitions.delivery(), definitions.triggers().values());
    }

    private record Cap(int most, int minutes, String channel, String group) {
        private String yaml() {
            return "{most: %d, within: %dm%s%s}"
                    .formatted(
                            most,
                            minutes,
                            channel == null ? "" : ", channel: " + channel,
                            group == null ? "" : ", group: " + group);
        }
    }

    /** Minutes of the day; no quiet hours where both are the same. */
    private record Quiet(int from, int to) {
        private String yaml() {
            return from == to
                    ? ""
                    : "quiet_hours: {from: \"%02d:%02d\", to: \"%02d:%02d\", zone: Europe/Warsaw}, "
                            .formatted(from / 60, from % 60, to / 60, to % 60);
        }

        private boolean holds(long instant) {
            long offset = ZoneId.of("Europe/Warsaw")
                            .getRules()
                            .getOffset(Instant.ofEpochMilli(instant))
                            .getTotalSeconds()
                    * 1_000L;
            long minute = Math.floorMod(instant + offset, 1_440 * MINUTE) / MINUTE;
            return from < to ? minute >= from && minute < to : from > to && (minute >= from || minute < to);
        }
    }

    private record Attempt(
            long at, int id, String channel, String group, String trigger, int match, boolean isRefused) {
        private Contact contact() {
            return new Contact(at, id, channel, group, trigger, trigger == null ? 0 : match);
        }
    }

    @Property(tries = 500)
    void tellsWhatTheRuleSays(
            @ForAll("quiet") Quiet quiet,
            @ForAll("caps") @Size(max = 4) List<Cap> caps,
            @ForAll("attempts") @Size(max = 60) List<Attempt> attempts)
            throws Exception {
        Gate gate = gate(quiet.yaml(), caps);
        List<Attempt> told = new ArrayList<>();
        GateHistory history = GateHistory.EMPTY;
        List<Attempt> inOrder =
                attempts.stream().sorted(Comparator.comparingLong(Attempt::at)).toList();
        for (Attempt attempt : inOrder) {
            Suppression suppression = gate.suppression(
                    attempt.contact(),
                    "marketing",
                    new Recipient(attempt.isRefused ? Word.REFUSED : Word.SILENT, null, null),
                    history);

            assertThat(suppression == null ? "told" : suppression.reason().id())
                    .isEqualTo(rule(quiet, caps, attempt, told));
            if (suppression == null) {
                told.add(attempt);
                history = gate.told(attempt.contact(), history);
            }
            history = Codecs.roundTrip(GateHistory.CODEC, gate.at(attempt.at, history));
            assertThat(history.size())
                    .isLessThanOrEqualTo(caps.stream().mapToInt(Cap::most).sum() + 2 * COOL_DOWNS.size());
        }
        assertThat(gate.at(gate.end(history), history).isEmpty()).isTrue();
        assertThat(history.isEmpty() || !gate.at(gate.end(history) - 1, history).isEmpty())
                .isTrue();
    }

    private static String rule(Quiet quiet, List<Cap> caps, Attempt attempt, List<Attempt> told) {
        if (attempt.isRefused) {
            return "consent";
        }
        if (quiet.holds(attempt.at)) {
            return "quiet_hours";
        }
        if (attempt.trigger != null
                && told.stream()
                        .anyMatch(before -> attempt.trigger.equals(before.trigger)
                                && before.match != attempt.match
                                && before.at > attempt.at - COOL_DOWNS.get(attempt.trigger) * MINUTE)) {
            return "cool_down";
        }
        for (Cap cap : caps) {
            long counted = told.stream()
                    .filter(before -> isOf(cap, before) && before.at > attempt.at - cap.minutes * MINUTE)
                    .count();
            if (isOf(cap, attempt) && counted + 1 > cap.most) {
                return "cap";
            }
        }
        return "told";
    }

    private static boolean isOf(Cap cap, Attempt attempt) {
        return (cap.channel == null || Objects.equals(cap.channel, attempt.channel))
                && (cap.group == null || Objects.equals(cap.group, attempt.group));
    }

    /** Whoever gets what is told to others in turns knows what was told itself, whatever came and went in between. */
    @Property(tries = 200)
    void whatOnlyCountedIsForgottenAndWhatWasToldIsNot(
            @ForAll("caps") @Size(min = 1, max = 3) List<Cap> caps,
            @ForAll("attempts") @Size(max = 30) List<Attempt> attempts,
            @ForAll List<Boolean> comesAndGoes) {
        Gate gate = gate("", caps);
        GateHistory alone = GateHistory.EMPTY;
        GateHistory mixed = GateHistory.EMPTY;
        Map<Long, Attempt> inOrder = new TreeMap<>();
        attempts.forEach(attempt -> inOrder.put(attempt.at, attempt));
        int i = 0;
        for (Attempt attempt : inOrder.values()) {
            if (i < comesAndGoes.size() && comesAndGoes.get(i)) {
                mixed = mixed.withReplayed(new Contact(attempt.at, attempt.id + 1_000_000L, "email", "cart", "a", -1));
                mixed = gate.at(attempt.at, mixed);
            } else {
                alone = gate.told(attempt.contact(), alone);
                mixed = gate.told(attempt.contact(), mixed);
            }
            i++;
            long now = attempt.at;
            assertThat(gate.startedAnew(mixed, List.of(), now))
                    .hasToString(gate.at(now, alone).toString());
        }
    }

    @Provide
    Arbitrary<Quiet> quiet() {
        Arbitrary<Integer> minutes = Arbitraries.integers().between(0, 47).map(half -> 30 * half);
        return Combinators.combine(minutes, minutes).as(Quiet::new);
    }

    @Provide
    Arbitrary<List<Cap>> caps() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(1, 5, 30, 120, 720),
                        Arbitraries.of("email", "push").injectNull(0.5),
                        Arbitraries.of("cart", "news").injectNull(0.5))
                .as(Cap::new)
                .list();
    }

    /** Often at the same instant, and at the ends of windows. */
    @Provide
    Arbitrary<List<Attempt>> attempts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 360).map(five -> START + 5 * five * MINUTE),
                        Arbitraries.integers().between(0, 1_000_000),
                        Arbitraries.of("email", "push").injectNull(0.3),
                        Arbitraries.of("cart", "news").injectNull(0.3),
                        Arbitraries.of("a", "b").injectNull(0.5),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.of(false, false, false, true))
                .as(Attempt::new)
                .list();
    }
}
