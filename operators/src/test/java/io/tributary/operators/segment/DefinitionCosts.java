package io.tributary.operators.segment;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Prints what a large set of definitions costs, step by step: segments of two to four conditions over 200 computed traits.
 * In each step the time that passes and the CPU of its one thread; what the compiler and the collector take is not in the
 * latter. One set for each run of the JVM: what comes first runs on code that is not compiled yet, as it does in a job.
 */
final class DefinitionCosts {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final IdentitySettings IDENTITY = IdentitySettings.defaults();
    private static final int TRAITS = 200;
    private static final int CHANGED = 10;
    private static final int PER_FILE = 1_000;
    private static final List<String> CURRENCIES = List.of("USD", "EUR", "GBP");
    private static final List<String> EVENTS =
            List.of("Product Viewed", "Product Added", "Order Completed", "Cart Viewed");

    private DefinitionCosts() {}

    /** @param arguments how many segments */
    public static void main(String[] arguments) throws Exception {
        int segments = Integer.parseInt(arguments[0]);
        Path folder = Files.createTempDirectory("definitions");
        write(folder, segments, 0);
        byte[] state = publish(folder);
        long before = heap();
        PublishedDefinitions published =
                timed("what is kept or sent, read", () -> Codecs.read(PublishedDefinitions.CODEC, state));
        long ofPublished = heap();
        ReadDefinitions read =
                timed("a publication, checked and indexed first", () -> ReadDefinitions.of(published, IDENTITY));
        CompiledDefinitions first = timed("by the first subtask beside it", () -> new CompiledDefinitions(read));
        long ofRead = heap();
        CompiledDefinitions second = timed(
                "by another subtask, which reads what it is sent",
                () -> new CompiledDefinitions(
                        ReadDefinitions.of(Codecs.read(PublishedDefinitions.CODEC, state), IDENTITY)));
        write(folder, segments, CHANGED);
        Definitions changed = Definitions.load(folder, IDENTITY);
        byte[] next = Codecs.bytes(PublishedDefinitions.CODEC, published.next(changed, 2));
        PublishedDefinitions later = Codecs.read(PublishedDefinitions.CODEC, next);
        changed = null;
        ReadDefinitions readNext = timed(
                "the next one, %d changed, checked and indexed".formatted(CHANGED),
                () -> ReadDefinitions.of(later, IDENTITY));
        CompiledDefinitions third = timed("by a subtask beside it", () -> new CompiledDefinitions(readNext));
        System.out.printf("| heap, as published | %,d MB | |%n", (ofPublished - before) >> 20);
        System.out.printf("| heap, read | %,d MB | |%n", (ofRead - ofPublished) >> 20);
        int conditions = Stream.of(first, second, third)
                .mapToInt(any -> any.index().conditionCount())
                .max()
                .orElseThrow();
        System.out.printf("| distinct conditions | %,d | |%n", conditions);
    }

    private static byte[] publish(Path folder) throws Exception {
        System.out.print("| step | ms | ms of CPU |\n|---|---|---|\n");
        Definitions definitions = timed("files read and checked", () -> Definitions.load(folder, IDENTITY));
        PublishedDefinitions published = PublishedDefinitions.NONE.next(definitions, 1);
        List<PublishedDefinitions.Written> records =
                timed("records made", () -> published.recordsSince(PublishedDefinitions.NONE));
        byte[] state = timed("state written", () -> Codecs.bytes(PublishedDefinitions.CODEC, published));
        long bytes = records.stream()
                .mapToLong(record -> record.key().length() + record.value().length)
                .sum();
        System.out.printf("| records | %,d of %,d bytes in all | |%n", records.size(), bytes);
        System.out.printf("| state | %,d bytes | |%n", state.length);
        return state;
    }

    private static <T> T timed(String step, Callable<T> work) throws Exception {
        long began = System.nanoTime();
        long cpuBefore = THREADS.getCurrentThreadCpuTime();
        T result = work.call();
        long cpu = THREADS.getCurrentThreadCpuTime() - cpuBefore;
        System.out.printf("| %s | %,d | %,d |%n", step, (System.nanoTime() - began) / 1_000_000, cpu / 1_000_000);
        return result;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void write(Path folder, int segments, int changed) throws IOException {
        StringBuilder traits = new StringBuilder("traits:\n");
        for (int i = 0; i < TRAITS; i++) {
            traits.append("- {name: t%d, aggregate: count, events: [%s], where: event.revenue >= %d, window: 90d}%n"
                    .formatted(i, EVENTS.get(i % EVENTS.size()), i));
        }
        Files.writeString(folder.resolve("traits.yaml"), traits);
        for (int from = 0; from < segments; from += PER_FILE) {
            StringBuilder file = new StringBuilder("segments:\n");
            for (int i = from; i < Math.min(segments, from + PER_FILE); i++) {
                file.append("- name: s%d%n  title: Segment %d%n  when: '%s'%n"
                        .formatted(i, i, when(new Random(2L * i + (i < segments - changed ? 0 : 1)))));
            }
            Files.writeString(folder.resolve("segments-%d.yaml".formatted(from)), file);
        }
    }

    private static String when(Random random) {
        List<String> conditions = new ArrayList<>(List.of(
                "computed.t%d >= %d".formatted(random.nextInt(TRAITS), random.nextInt(1_000)),
                "orders.revenue.%s < %d.50".formatted(one(CURRENCIES, random), random.nextInt(1_000)),
                "days_since(last_seen) <= %d".formatted(1 + random.nextInt(365)),
                "events.by_name[\"%s\"] > %d".formatted(one(EVENTS, random), random.nextInt(50))));
        if (random.nextInt(10) == 0) {
            conditions.set(1, "traits.city.startsWith(\"W%d\")".formatted(random.nextInt(50)));
        }
        Collections.shuffle(conditions, random);
        return String.join(random.nextInt(4) == 0 ? " || " : " && ", conditions.subList(0, 2 + random.nextInt(3)));
    }

    private static String one(List<String> words, Random random) {
        return words.get(random.nextInt(words.size()));
    }
}
