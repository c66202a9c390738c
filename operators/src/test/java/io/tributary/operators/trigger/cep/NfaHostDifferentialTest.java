package io.tributary.operators.trigger.cep;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.trigger.cep.RandomPattern.Link;
import io.tributary.operators.trigger.cep.RandomPattern.Quantity;
import io.tributary.operators.trigger.cep.RandomPattern.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The host against Flink's own operator: random patterns, random events of several customers. */
class NfaHostDifferentialTest {

    private static final int TRIES = 20;
    private static final List<String> CUSTOMERS = List.of("ana", "ben", "eva");

    /** Greatest number of cases per try, so that {@code tributary.seeds} scales the effort. */
    private static final int CASES = Integer.getInteger("tributary.seeds", 20);

    /**
     * One run.
     *
     * @param seed decides where the host is saved, loaded and told the time
     */
    record Run(RandomPattern pattern, List<ShopEvent> events, long seed) {

        long end() {
            return (events.isEmpty() ? 0 : events.get(events.size() - 1).timestamp()) + pattern.within() + 2;
        }

        /** So that the stock operator never has to notice the end of a gap late. */
        Run withAnEventEachMillisecond() {
            List<ShopEvent> all = new ArrayList<>(events);
            for (long now = 1; now <= end(); now++) {
                for (String customer : CUSTOMERS) {
                    all.add(new ShopEvent(customer, now, Integer.MAX_VALUE, "nothing", 0));
                }
            }
            all.sort(Comparator.comparingLong(ShopEvent::timestamp).thenComparingInt(ShopEvent::sequence));
            return new Run(pattern, all, seed);
        }
    }

    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void findsWhatTheStockOperatorFindsInItsOrder(@ForAll("runs") List<Run> runs) throws Exception {
        for (Run run : runs) {
            assertThat(savedAndLoaded(run))
                    .as("%s", run)
                    .isEqualTo(StockCep.find(run.pattern().build(), run.events(), run.end()));
        }
    }

    /**
     * The stock operator notices the end of a gap only with the customer's next event or end of a window, the host at
     * once. So a match that ends with a gap has another time; and if it skips others, it does so later.
     */
    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void findsWhatTheStockOperatorFindsWhenGapsAreLimited(@ForAll("runsWithGaps") List<Run> runs) throws Exception {
        for (Run run : runs) {
            if (!run.pattern().skipPastLastEvent()) {
                assertThat(setsWithoutMatchTimes(savedAndLoaded(run)))
                        .as("%s", run)
                        .isEqualTo(setsWithoutMatchTimes(
                                StockCep.find(run.pattern().build(), run.events(), run.end())));
            }
            Run often = run.withAnEventEachMillisecond();
            assertThat(savedAndLoaded(often))
                    .as("%s", run)
                    .isEqualTo(StockCep.find(often.pattern().build(), often.events(), often.end()));
        }
    }

    /**
     * CEP limits only the gap before the step that {@code within} is called on, here the last, and gives it to a match
     * when an event passes the repeated step by: after b@9 the gap since a@7 has already ended. The stock operator moves
     * time once per instant, so c@9 still completes the match and c@10 comes too late.
     */
    @Example
    void aGapThatHadEndedWhenItsMatchCameToItEndsWithTheInstant() throws Exception {
        RandomPattern pattern = new RandomPattern(
                List.of(
                        new Step(Link.FOLLOWED_BY, Quantity.ONE_OR_MORE, "a", true),
                        new Step(Link.NOT_FOLLOWED_BY, Quantity.ONE_OR_MORE, "c", true),
                        new Step(Link.NOT_FOLLOWED_BY, Quantity.ONE, "c", false)),
                8,
                1,
                false);
        List<ShopEvent> events = List.of(
                new ShopEvent("ben", 7, 0, "a", 2),
                new ShopEvent("eva", 7, 1, "a", 2),
                new ShopEvent("ben", 9, 2, "b", 1),
                new ShopEvent("eva", 9, 3, "b", 1),
                new ShopEvent("eva", 9, 4, "c", 3),
                new ShopEvent("ben", 10, 5, "c", 3),
                new ShopEvent("ana", 14, 6, "a", 0),
                new ShopEvent("ana", 19, 7, "c", 2));
        Map<String, List<String>> expected = Map.of(
                "ana", List.of("match at 19: s0[14#6a0] s2[19#7c2]"),
                "ben", List.of("timeout at 8: s0[7#0a2]"),
                "eva", List.of("match at 9: s0[7#1a2] s2[9#4c3]"));
        for (long seed = 0; seed < 100; seed++) {
            Run run = new Run(pattern, events, seed);
            assertThat(savedAndLoaded(run)).as("seed %s", seed).isEqualTo(expected);
            assertThat(StockCep.find(pattern.build(), events, run.end())).isEqualTo(expected);
        }
    }

    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void hasTheSameBytesWhetherOrNotItWasSavedInBetween(@ForAll("runs") List<Run> runs) throws Exception {
        for (Run run : runs) {
            try (NfaHost<ShopEvent> resident = host(run);
                    NfaHost<ShopEvent> travelling = host(run)) {
                byte[] bytes = save(travelling);
                for (ShopEvent event : run.events()) {
                    load(travelling, bytes);
                    travelling.advance(event, event.timestamp(), new Findings());
                    boolean changed = travelling.changed();
                    byte[] before = bytes;
                    bytes = save(travelling);
                    resident.advance(event, event.timestamp(), new Findings());
                    assertThat(bytes).as("%s", run).isEqualTo(save(resident));
                    if (!changed) {
                        assertThat(bytes).as("unchanged: %s", run).isEqualTo(before);
                    }
                }
            }
        }
    }

    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void leavesNothingBehindWhenAllWindowsHaveEnded(@ForAll("runsWithGaps") List<Run> runs) throws Exception {
        for (Run run : runs) {
            try (NfaHost<ShopEvent> host = host(run)) {
                for (ShopEvent event : run.events()) {
                    host.advance(event, event.timestamp(), new Findings());
                }
                host.advanceTime(run.end(), new Findings());
                assertThat(host.isEmpty()).as("%s", run).isTrue();
                assertThat(host.leftovers()).as("%s", run).isZero();
                assertThat(host.nextTimeout()).isEmpty();
                assertThat(save(host)).containsExactly(0);
            }
        }
    }

    /** One host for all customers, loaded and saved at random points, told the time at random points. */
    private static Map<String, List<String>> savedAndLoaded(Run run) throws Exception {
        Random random = new Random(run.seed());
        Map<String, byte[]> saved = new HashMap<>();
        Map<String, Findings> findings = new HashMap<>();
        CUSTOMERS.forEach(customer -> findings.put(customer, new Findings()));
        try (NfaHost<ShopEvent> host = host(run)) {
            byte[] empty = save(host);
            String loaded = null;
            for (ShopEvent event : run.events()) {
                if (!event.customer().equals(loaded) || random.nextBoolean()) {
                    if (loaded != null) {
                        saved.put(loaded, save(host));
                    }
                    loaded = event.customer();
                    load(host, saved.getOrDefault(loaded, empty));
                }
                long early = event.timestamp() - random.nextInt(5);
                if (early > 0) {
                    host.advanceTime(early, findings.get(loaded));
                }
                host.advance(event, event.timestamp(), findings.get(loaded));
                assertThat(host.nextTimeout().orElse(Long.MAX_VALUE)).isGreaterThan(host.time());
            }
            if (loaded != null) {
                saved.put(loaded, save(host));
            }
            for (Map.Entry<String, byte[]> customer : saved.entrySet()) {
                load(host, customer.getValue());
                while (host.nextTimeout().isPresent() && random.nextBoolean()) {
                    host.advanceTime(host.nextTimeout().getAsLong(), findings.get(customer.getKey()));
                }
                host.advanceTime(run.end(), findings.get(customer.getKey()));
            }
        }
        Map<String, List<String>> found = new HashMap<>();
        findings.forEach((customer, lines) -> {
            if (!lines.lines().isEmpty()) {
                found.put(customer, lines.lines());
            }
        });
        return found;
    }

    private static NfaHost<ShopEvent> host(Run run) {
        return new NfaHost<>(run.pattern().build(), ShopEvent.serializer());
    }

    private static byte[] save(NfaHost<ShopEvent> host) throws IOException {
        DataOutputSerializer output = new DataOutputSerializer(64);
        host.save(output);
        return output.getCopyOfBuffer();
    }

    private static void load(NfaHost<ShopEvent> host, byte[] bytes) throws IOException {
        DataInputDeserializer input = new DataInputDeserializer(bytes);
        host.load(input);
        assertThat(input.available()).isZero();
    }

    private static Map<String, List<String>> setsWithoutMatchTimes(Map<String, List<String>> found) {
        Map<String, List<String>> sets = new HashMap<>(found);
        sets.replaceAll((customer, lines) -> lines.stream()
                .map(line -> line.replaceFirst("^match at \\d+", "match"))
                .sorted()
                .toList());
        return sets;
    }

    @Provide
    Arbitrary<List<Run>> runs() {
        return runs(Arbitraries.just(0));
    }

    @Provide
    Arbitrary<List<Run>> runsWithGaps() {
        return runs(Arbitraries.integers().between(1, 8));
    }

    private static Arbitrary<List<Run>> runs(Arbitrary<Integer> gaps) {
        Arbitrary<String> kinds = Arbitraries.of("a", "b", "c");
        Arbitrary<Step> steps = Combinators.combine(
                        Arbitraries.of(Link.class), Arbitraries.of(Quantity.class), kinds, Arbitraries.of(false, true))
                .as(Step::new);
        Arbitrary<RandomPattern> patterns = Combinators.combine(
                        steps.list().ofMinSize(1).ofMaxSize(4),
                        Arbitraries.integers().between(1, 15),
                        gaps,
                        Arbitraries.of(false, true))
                .as(RandomPattern::new);
        Arbitrary<ShopEvent> moves = Combinators.combine(
                        Arbitraries.of(CUSTOMERS),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of("a", "b", "c", "nothing"),
                        Arbitraries.integers().between(0, 3))
                .as((customer, pause, kind, value) -> new ShopEvent(customer, pause, 0, kind, value));
        return Combinators.combine(
                        patterns, moves.list().ofMaxSize(40).map(NfaHostDifferentialTest::inOrder), Arbitraries.longs())
                .as(Run::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(CASES)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    /** Pauses become times, from 1 on. */
    private static List<ShopEvent> inOrder(List<ShopEvent> moves) {
        List<ShopEvent> events = new ArrayList<>();
        long now = 1;
        for (ShopEvent move : moves) {
            now += move.timestamp();
            events.add(new ShopEvent(move.customer(), now, events.size(), move.kind(), move.value()));
        }
        return events;
    }
}
