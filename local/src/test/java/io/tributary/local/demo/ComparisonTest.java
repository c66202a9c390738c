package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.simulate.AnaStory;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private final BacktestResult expected = storyByBacktest();

    @Test
    void findsNoDifferenceButInVersionsAndOrder() {
        assertThat(Comparison.difference(
                        counts(11, 1), profiles("\"version\":", "\"version\":7"), triggers(1), expected))
                .isEmpty();
    }

    @Test
    void namesWhatDiffers() {
        var profiles = expected.profiles();

        assertThat(Comparison.difference(counts(12, 1), profiles, triggers(1), expected))
                .hasValueSatisfying(text -> assertThat(text).startsWith("customer events: the suite has 12"));
        assertThat(Comparison.difference(counts(11, 2), profiles, triggers(2), expected))
                .hasValueSatisfying(text -> assertThat(text).startsWith("number of triggers: the suite has 2"));
        assertThat(Comparison.difference(counts(11, 1), profiles("84.00", "84.01"), triggers(1), expected))
                .hasValueSatisfying(
                        text -> assertThat(text).startsWith("profile").contains("84.01"));
        assertThat(Comparison.difference(counts(11, 1), profiles.subList(0, 1), triggers(1), expected))
                .isPresent();
    }

    private static Counts counts(long accepted, long triggers) {
        return new Counts(accepted, 2, 0, 0, triggers, new TreeMap<>());
    }

    private List<byte[]> profiles(String what, String by) {
        return expected.profiles().stream()
                .map(profile -> new String(profile, StandardCharsets.UTF_8)
                        .replace(what, by)
                        .getBytes(StandardCharsets.UTF_8))
                .sorted(Collections.reverseOrder(Arrays::compareUnsigned))
                .toList();
    }

    private List<byte[]> triggers(int times) {
        return Collections.nCopies(times, expected.triggers().get(0));
    }

    private static BacktestResult storyByBacktest() {
        var parser = EventParser.withDefaults();
        var backtest = new Backtest(AbandonedCartAlone.definitions());
        AnaStory.lines(ShopTraffic.START).forEach(step -> step.line()
                .ifPresent(line -> backtest.add(parser.parse(
                        line.getBytes(StandardCharsets.UTF_8),
                        Origin.line("story", 1),
                        step.at().toEpochMilli()))));
        return backtest.run(OptionalLong.empty(), 1);
    }
}
