package io.tributary.operators.computed;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The binary form, byte by byte: state outlives a release. {@link FoldSizes} prints what it comes to. */
class FoldBytesTest {
    /** 20,454 days after 1970. */
    private static final long START = Said.millis("2026-01-01T00:00:00Z");

    private static final long DAY = 86_400_000;

    @ParameterizedTest
    @CsvSource({
        "COUNT,         lifetime, 000103",
        "COUNT,         90d,      10c0f40702ccbf02010402",
        "COUNT,         millis,   2081b0f1fb1c02ccbf02010402",
        "SUM,           lifetime, 01010401ae4a",
        "SUM,           90d,      11c0f40702ccbf020401f637040201ec01",
        "AVERAGE,       90d,      12c0f40702ccbf02010401f63704020201ec01",
        "MIN,           90d,      13c0f40701d0bf02020109",
        "MAX,           90d,      14c0f40702ccbf020401f637040201f601",
        "FIRST,         90d,      15c0f40702ccbf020000019b76daa80002036d2d310000000000000001000573686f6573040000019b8127600002036d2d310000000000000001000468617473",
        "LAST,          90d,      16c0f40701d0bf020000019b8127600102036d2d310000000000000001000573686f6573",
        "MOST_FREQUENT, 90d,      17c0f407020573686f6573046861747302ccbf02010001040200010001",
        "UNIQUE_COUNT,  90d,      18c0f407e80702cfbf0201ea5ddd3be5477a009ddff15a11f2865a",
        "UNIQUE_LIST,   lifetime, 09e807028180bb92f0660573686f6573020468617473",
        "UNIQUE_LIST,   90d,      19c0f407e80702cfbf020573686f6573000468617473",
        "TOP_K,         lifetime, 0a0a020573686f65730468617473010200020001",
    })
    void aTraitsFoldIsWrittenAs(Aggregate aggregate, String window, String hex) throws IOException {
        TraitFold fold = TraitFold.of(shape(aggregate, window));
        boolean takesNumbers = aggregate.takes() == Aggregate.Values.NUMBERS;
        fold.add(order(START), List.of(takesNumbers ? new BigDecimal("35.79") : "shoes"));
        fold.add(order(START + 2 * DAY), List.of(takesNumbers ? new BigDecimal("12.30") : "hats"));
        fold.add(order(START + 2 * DAY + 1), List.of(takesNumbers ? new BigDecimal("-0.50") : "shoes"));

        assertThat(HexFormat.of().formatHex(Codecs.bytes(TraitFold.CODEC, fold)))
                .isEqualTo(hex);
        TraitFold read = Codecs.read(TraitFold.CODEC, HexFormat.of().parseHex(hex));
        assertThat(read.value(START + 2 * DAY)).isEqualTo(fold.value(START + 2 * DAY));
        assertThat(read.shape()).isEqualTo(fold.shape());
    }

    @ParameterizedTest
    @CsvSource({
        "true, 06010000019b76daa80002036d2d31000000000000000103",
        "false, 06010000019b76daa80002036d2d31000000000000000102"
    })
    void booleansAreWrittenAs(boolean value, String end) throws IOException {
        TraitFold fold = TraitFold.of(shape(Aggregate.LAST, "lifetime"));
        fold.add(order(START), List.of(value));

        assertThat(HexFormat.of().formatHex(Codecs.bytes(TraitFold.CODEC, fold)))
                .isEqualTo(end);
    }

    @ParameterizedTest
    @CsvSource({
        "COUNT,   lifetime, 40020573686f65730468617473010200020002",
        "COUNT,   90d,      50c0f407020573686f6573046861747302ccbf02010001040200010002",
        "SUM,     90d,      51c0f407020573686f6573046861747302ccbf0201000401f6370402000201f601000201ec01",
        "AVERAGE, 90d,      52c0f407020573686f6573046861747302ccbf020100010401f637040200010201f60100020201ec01",
        "MIN,     90d,      53c0f407020573686f6573046861747302ccbf0201000401f6370402000201f60100020109",
        "MAX,     90d,      54c0f407020573686f6573046861747302ccbf0201000401f6370402000201f601000201f601",
    })
    void aFoldPerValueIsWrittenAs(Aggregate aggregate, String window, String hex) throws IOException {
        ValuesFold fold = ValuesFold.of(shape(aggregate, window));
        fold.add(order(START), List.of("shoes"), List.of(new BigDecimal("35.79")));
        fold.add(order(START + 2 * DAY), List.of("hats", "shoes"), List.of(new BigDecimal("12.30")));
        fold.add(order(START + 2 * DAY + 1), List.of("hats"), List.of(new BigDecimal("-0.50")));

        assertThat(HexFormat.of().formatHex(Codecs.bytes(ValuesFold.CODEC, fold)))
                .isEqualTo(hex);
        ValuesFold read = Codecs.read(ValuesFold.CODEC, HexFormat.of().parseHex(hex));
        assertThat(read.results(START)).isEqualTo(fold.results(START));
        assertThat(read.shape()).isEqualTo(fold.shape());
    }

    @Test
    void aLedgerIsWrittenAs() throws IOException {
        ComputedLedger ledger = new ComputedLedger();
        ledger.trait(2, shape(Aggregate.COUNT, "lifetime")).add(order(START), List.of());
        ledger.values(-1, shape(Aggregate.COUNT, "lifetime")).add(order(START), List.of("shoes"), List.of());

        assertThat(HexFormat.of().formatHex(Codecs.bytes(ComputedLedger.CODEC, ledger)))
                .isEqualTo("0102ffffffffffffffff0c40010573686f657301010001000000000000000203000101");
    }

    /** A text that is in all buckets is there once, and in each a few bytes. */
    @Test
    void textsAreWrittenOnce() throws IOException {
        TraitFold fold = TraitFold.of(shape(Aggregate.MOST_FREQUENT, "90d"));
        String text = "x".repeat(200);
        for (int day = 0; day < 90; day++) {
            fold.add(order(START + day * DAY), List.of(text));
        }

        assertThat(Codecs.bytes(TraitFold.CODEC, fold)).hasSizeLessThan(200 + 90 * 5);
    }

    /** 1,441, 721 and 3,651 buckets are the most that count at once. */
    @ParameterizedTest
    @CsvSource({"86400000, 60000, 1441", "2592000000, 3600000, 721", "315360000000, 86400000, 3651"})
    void keepsNoMoreBucketsThanCanCountAtOnce(long window, long bucket, long most) {
        TraitFold fold = TraitFold.of(new TraitShape(Aggregate.COUNT, new Window(window), 0));
        for (long i = 0; i < most + 100; i++) {
            fold.add(order(START + i * bucket), List.of());
            fold.forgetBefore(START + i * bucket);

            assertThat(fold.value(START + i * bucket)).isEqualTo(Math.min(i + 1, most));
            assertThat(fold.value(Long.MIN_VALUE)).as("what is kept").isEqualTo(Math.min(i + 1, most));
        }
    }

    private static EventOrder order(long instant) {
        return new EventOrder(instant, EventKind.VIEW, "m-1", 1);
    }

    private static TraitShape shape(Aggregate aggregate, String window) {
        int limit =
                switch (aggregate) {
                    case TOP_K -> 10;
                    case UNIQUE_COUNT, UNIQUE_LIST -> 1_000;
                    default -> 0;
                };
        return new TraitShape(
                aggregate,
                switch (window) {
                    case "90d" -> new Window(90 * DAY);
                    case "millis" -> new Window(90 * DAY + 1);
                    default -> null;
                },
                limit);
    }
}
