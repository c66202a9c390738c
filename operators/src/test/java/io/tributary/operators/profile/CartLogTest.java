package io.tributary.operators.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a cart's log may forget, and when. */
class CartLogTest {
    /** More than 200 cart events in the window: the 200 newest decide. */
    @Property(tries = 40)
    void givesTheSameCartsWhateverItForgetsBehindTheWatermark(
            @ForAll @IntRange(min = 1, max = 600) int size,
            @ForAll @IntRange(max = 40) int replacementsPerMille,
            @ForAll long seed)
            throws IOException {
        checkForgetting(entries(size, replacementsPerMille, Duration.ofMinutes(1), seed), Duration.ofMinutes(15), seed);
    }

    /** Over 200 days: the window of 30 days decides. */
    @Property(tries = 100)
    void givesTheSameCartsOverMonthsWhateverItForgetsBehindTheWatermark(
            @ForAll @IntRange(min = 1, max = 100) int size,
            @ForAll @IntRange(max = 200) int replacementsPerMille,
            @ForAll long seed)
            throws IOException {
        checkForgetting(entries(size, replacementsPerMille, Duration.ofDays(2), seed), Duration.ofDays(12), seed);
    }

    /** A job that catches up: what it has read of one partition is months ahead of the watermark. */
    @Property(tries = 100)
    void givesEveryCartAheadOfTheWatermarkHoweverFarAhead(
            @ForAll @IntRange(min = 1, max = 100) int size,
            @ForAll @IntRange(max = 200) int replacementsPerMille,
            @ForAll long seed) {
        List<CartEntry> entries = entries(size, replacementsPerMille, Duration.ofDays(2), seed).stream()
                .sorted()
                .toList();
        Random random = new Random(seed);
        CartLog log = new CartLog();
        long watermark = 0;
        for (int i = 0; i < entries.size(); i++) {
            log.add(entries.get(i));
            watermark = Math.max(
                    watermark, entries.get(random.nextInt(i + 1)).order().timestamp() - 1);
            log.forgetBehind(watermark);
            for (int j = 0; j <= i; j++) {
                if (entries.get(j).order().timestamp() > watermark) {
                    assertThat(log.cartAt(entries.get(j).order())).isEqualTo(contract(entries.subList(0, j + 1)));
                }
            }
        }
    }

    private static void checkForgetting(List<CartEntry> entries, Duration bound, long seed) throws IOException {
        CartLog forgetting = new CartLog();
        CartLog keeping = new CartLog();
        List<CartEntry> seen = new ArrayList<>();
        long newest = 0;
        for (CartEntry entry : inTime(entries, bound, seed)) {
            long watermark = newest - bound.toMillis() - 1;
            forgetting.add(entry);
            forgetting.forgetBehind(watermark);
            forgetting = Codecs.roundTrip(CartLog.CODEC, forgetting);
            keeping.add(entry);
            seen.add(entry);
            newest = Math.max(newest, entry.order().timestamp());

            assertThat(forgetting.cartAt(entry.order())).isEqualTo(keeping.cartAt(entry.order()));
            assertThat(forgetting.cart()).isEqualTo(keeping.cart()).isEqualTo(contract(seen));
            checkForgotten(forgetting.entries(), watermark);
        }
        forgetting.forgetBehind(Long.MAX_VALUE);
        assertThat(forgetting.cart()).isEqualTo(contract(seen));
    }

    /** Before the last order or replacement that has passed, nothing is left. */
    private static void checkForgotten(List<CartEntry> left, long watermark) {
        for (CartEntry entry : left.subList(Math.min(1, left.size()), left.size())) {
            assertThat(startsAnew(entry) && entry.order().timestamp() <= watermark)
                    .isFalse();
        }
    }

    private static boolean startsAnew(CartEntry entry) {
        return entry.order().kind() == EventKind.ORDER || entry.order().kind() == EventKind.CART_UPDATE;
    }

    @Test
    void keepsOfReplacementsThatHavePassedOnlyTheLast() {
        CartLog log = new CartLog();
        for (int i = 0; i < 200; i++) {
            log.add(entry(EventKind.CART_UPDATE, i, lines(1_000)));
            log.forgetBehind(TestEvent.START + i);
        }

        assertThat(log.entries()).hasSize(1);
        assertThat(log.cart().items()).hasSize(1_000);
    }

    @Test
    void keepsWhatPrecedesAReplacementThatHasNotPassed() {
        CartLog log = new CartLog();
        log.add(entry(EventKind.CART_ADD, 1, List.of(line("p1"))));
        log.add(entry(EventKind.CART_UPDATE, 3, List.of(line("p3"))));
        log.forgetBehind(TestEvent.START + 2);
        log.add(entry(EventKind.CART_ADD, 2, List.of(line("p2"))));

        assertThat(log.entries()).hasSize(3);
        assertThat(log.cartAt(log.entries().get(1).order()).items())
                .extracting(Cart.Item::productId)
                .containsExactly("p1", "p2");
    }

    /** Deadlines up to the instant from which on it is known are decided without it. */
    @Test
    void keepsWhatPrecedesALateReplacementUntilThatIsKnown() {
        CartLog log = new CartLog();
        log.add(entry(EventKind.CART_ADD, 1, List.of(line("p1"))));
        log.add(new CartEntry(
                entry(EventKind.CART_UPDATE, 2, List.of()).order(), List.of(), null, TestEvent.START + 9));
        log.forgetBehind(TestEvent.START + 8);
        assertThat(log.entries()).hasSize(2);
        log.forgetBehind(TestEvent.START + 9);
        assertThat(log.entries()).hasSize(1);
    }

    @Test
    void forgetsNothingBehindAnAddition() {
        CartLog log = new CartLog();
        log.add(entry(EventKind.CART_ADD, 1, List.of(line("p1"))));
        log.add(entry(EventKind.CART_REMOVE, 2, List.of(line("p2"))));
        log.add(entry(EventKind.CART_ADD, 3, List.of(line("p3"))));
        log.forgetBehind(Long.MAX_VALUE);

        assertThat(log.entries()).hasSize(3);
    }

    private static List<CartEntry> entries(int size, int replacementsPerMille, Duration step, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, size)
                .mapToObj(i -> {
                    int dice = random.nextInt(1_000);
                    EventKind kind = dice < replacementsPerMille
                            ? EventKind.CART_UPDATE
                            : dice < replacementsPerMille + 4
                                    ? EventKind.ORDER
                                    : dice % 3 == 0 ? EventKind.CART_REMOVE : EventKind.CART_ADD;
                    List<CartLine> lines = new ArrayList<>();
                    int products = kind == EventKind.ORDER ? 0 : kind == EventKind.CART_UPDATE ? random.nextInt(4) : 1;
                    for (int product = 0; product < products; product++) {
                        lines.add(new CartLine(
                                "p" + random.nextInt(5),
                                1 + random.nextInt(3),
                                random.nextBoolean() ? BigDecimal.valueOf(random.nextInt(900), 2) : null,
                                random.nextBoolean() ? "USD" : "EUR",
                                random.nextBoolean() ? "n" + i : null));
                    }
                    long at = TestEvent.START + random.nextInt(100) * step.toMillis();
                    return new CartEntry(new EventOrder(at, kind, "m" + i, i), lines, null, at);
                })
                .toList();
    }

    private static List<CartEntry> inTime(List<CartEntry> entries, Duration bound, long seed) {
        Random random = new Random(seed);
        record Arrival(long at, CartEntry entry) {}
        return entries.stream()
                .map(entry -> new Arrival(entry.order().timestamp() + random.nextLong(bound.toMillis() + 1), entry))
                .sorted(Comparator.comparingLong(Arrival::at))
                .map(Arrival::entry)
                .toList();
    }

    /** The contract: the newest 200 cart events in (t − 30 d, t] since the last order, one after the other. */
    private static Cart contract(List<CartEntry> seen) {
        List<CartEntry> sorted = new ArrayList<>(seen);
        Collections.sort(sorted);
        CartEntry last = sorted.get(sorted.size() - 1);
        List<CartEntry> folded = new ArrayList<>();
        for (int i = sorted.size() - 1; i >= 0 && !sorted.get(i).isOrder() && folded.size() < 200; i--) {
            if (sorted.get(i).order().timestamp()
                    > last.order().timestamp() - Duration.ofDays(30).toMillis()) {
                folded.add(0, sorted.get(i));
            }
        }
        TreeMap<String, Cart.Item> items = new TreeMap<>();
        for (CartEntry entry : folded) {
            if (entry.order().kind() == EventKind.CART_UPDATE) {
                items.clear();
            }
            long sign = entry.order().kind() == EventKind.CART_REMOVE ? -1 : 1;
            for (CartLine line : entry.lines()) {
                Cart.Item before =
                        items.getOrDefault(line.productId(), new Cart.Item(line.productId(), 0, null, null, null));
                Cart.Item after = new Cart.Item(
                        line.productId(),
                        before.quantity() + sign * line.quantity(),
                        line.price() == null ? before.price() : line.price(),
                        line.price() == null ? before.currency() : line.currency(),
                        line.name() == null ? before.name() : line.name());
                if (after.quantity() > 0) {
                    items.put(line.productId(), after);
                } else {
                    items.remove(line.productId());
                }
            }
        }
        return folded.isEmpty()
                ? Cart.EMPTY
                : new Cart(List.copyOf(items.values()), last.order().timestamp());
    }

    private static CartEntry entry(EventKind kind, int at, List<CartLine> lines) {
        return new CartEntry(
                new EventOrder(TestEvent.START + at, kind, "m" + at, at), lines, null, TestEvent.START + at);
    }

    private static List<CartLine> lines(int number) {
        return IntStream.range(0, number).mapToObj(i -> line("p" + i)).toList();
    }

    private static CartLine line(String productId) {
        return new CartLine(productId, 1, BigDecimal.ONE, "USD", null);
    }
}
