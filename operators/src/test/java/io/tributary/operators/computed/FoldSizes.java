package io.tributary.operators.computed;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Prints how many bytes the fold of one customer takes, as a table. Of one event; of a customer who comes often: 200
 * events on 30 of 90 days, 40 products, prices in cents; and of one for whom all there is room for is there: every bucket
 * of the window, in each as many other texts as are kept. Texts have 8 characters, message ids 36.
 */
final class FoldSizes {
    private static final long NOW = Said.millis("2026-04-01T00:00:00Z");
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final Long[] WINDOWS = {null, DAY, 30 * DAY, 90 * DAY, 365 * DAY};
    private static final int PRODUCTS = 40;

    private FoldSizes() {}

    public static void main(String[] arguments) throws IOException {
        System.out.print("| aggregate | window | one event | 200 events | full |\n|---|---|---|---|---|\n");
        for (Aggregate aggregate : Aggregate.values()) {
            for (Long window : WINDOWS) {
                print(aggregate.id(), shape(aggregate, window), false);
            }
        }
        for (Aggregate aggregate : List.of(Aggregate.COUNT, Aggregate.SUM, Aggregate.AVERAGE)) {
            for (Long window : WINDOWS) {
                print(aggregate.id() + " per value", shape(aggregate, window), true);
            }
        }
    }

    private static void print(String name, TraitShape shape, boolean isPerValue) throws IOException {
        System.out.printf(
                "| %s | %s | %,d | %,d | %,d |%n",
                name,
                shape.window() == null ? "lifetime" : shape.window().millis() / DAY + " d",
                bytes(shape, often().subList(0, 1), isPerValue),
                bytes(shape, often(), isPerValue),
                bytes(shape, full(shape), isPerValue));
    }

    private static int bytes(TraitShape shape, List<Said> events, boolean isPerValue) throws IOException {
        if (isPerValue) {
            ValuesFold fold = ValuesFold.of(shape);
            events.forEach(event -> fold.add(event.order(), event.keys(), event.numbers()));
            fold.forgetBefore(NOW);
            return Codecs.bytes(ValuesFold.CODEC, fold).length;
        }
        TraitFold fold = TraitFold.of(shape);
        events.forEach(event -> fold.add(
                event.order(), shape.aggregate().takes() == Aggregate.Values.NUMBERS ? event.numbers() : event.keys()));
        fold.forgetBefore(NOW);
        return Codecs.bytes(TraitFold.CODEC, fold).length;
    }

    /** The newest first: it is there in every window. */
    private static List<Said> often() {
        Random random = new Random(7);
        List<Said> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long at = NOW - 1 - i % 30 * 3L * DAY - (i < 30 ? 0 : random.nextInt(10 * 60 * 60 * 1000));
            // Few products are viewed often.
            int product = (int) (PRODUCTS * random.nextDouble() * random.nextDouble());
            events.add(said(at, "p-" + (100_000 + product), BigDecimal.valueOf(random.nextInt(20_000), 2)));
        }
        return events;
    }

    private static List<Said> full(TraitShape shape) {
        boolean isLifetime = shape.window() == null;
        long size = isLifetime ? 1 : shape.window().bucketMillis();
        long buckets = isLifetime ? 1 : shape.window().millis() / size + 1;
        int texts = isLifetime ? 1_000 : 100;
        List<Said> events = new ArrayList<>();
        for (int bucket = 0; bucket < buckets; bucket++) {
            // Of rising numbers each will once be the least, of falling ones the greatest.
            int number = 1_000 + (shape.aggregate() == Aggregate.MAX ? bucket : -bucket);
            for (int i = 0; i < texts; i++) {
                String text = Integer.toString(10_000_000 + bucket * texts + i);
                events.add(said(NOW - 1 - bucket * size, text, BigDecimal.valueOf(10_000L * number + 99, 2)));
            }
        }
        return events;
    }

    private static Said said(long at, String text, BigDecimal number) {
        String messageId = UUID.nameUUIDFromBytes((at + text).getBytes(StandardCharsets.UTF_8))
                .toString();
        return new Said(new EventOrder(at, EventKind.VIEW, messageId, at), List.of(text), List.of(number));
    }

    private static TraitShape shape(Aggregate aggregate, Long window) {
        int limit =
                switch (aggregate) {
                    case TOP_K -> TraitShape.DEFAULT_K;
                    case UNIQUE_COUNT -> TraitShape.MAX_UNIQUE;
                    case UNIQUE_LIST -> TraitShape.DEFAULT_UNIQUE_LIST;
                    default -> 0;
                };
        return new TraitShape(aggregate, window == null ? null : new Window(window), limit);
    }
}
