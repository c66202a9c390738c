package io.tributary.operators.trigger;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sweep.SweepOperator;
import io.tributary.operators.testing.Mails;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.operator.CepOperator;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/**
 * Prints what triggers of sequences cost on RocksDB: by the watcher, by a {@link HandWrittenSequences hand-written} state
 * machine, and by Flink's own CEP operator, one for each pattern. All see the same events, of which every tenth is named by a
 * pattern, with a watermark behind each 1,000, and have to fire the same. Every customer has something open before the clock
 * starts.
 *
 * <p>Each reads events as they cross a channel; those that no pattern names are left out in front, by their name. Processor
 * time is that of the one thread that does all of it, without RocksDB's flushes and compactions. What is read and written is
 * counted by RocksDB, timers included, in the first round, which is not timed.
 *
 * <p>Arguments: rounds (5), customers (20,000), thousands of events (200), a regular expression for what to measure.
 */
final class SequencesSpeed {
    private static final int EVENTS_PER_WATERMARK = 1_000;
    private static final int MILLIS_PER_EVENT = 100;

    /** Each with its name, the least price of the first event, and the suffix of names of events. */
    private static final List<String> SHAPES = List.of(
            """
            - name: thanks%1$s
              steps:
              - {id: sign_up, on: [Signed Up%3$s], where: event.properties.price >= %2$s, select: every}
              - {id: order, followed_by: [Order Completed%3$s], where: event.revenue >= 20}
              within: 12h
            """,
            """
            - name: left%1$s
              steps:
              - {id: checkout, on: [Checkout Started%3$s], where: event.properties.price >= %2$s, select: every}
              - {id: order, not_followed_by: [Order Completed%3$s]}
              within: 1h
              grace: 0m
            """,
            """
            - name: hesitant%1$s
              steps:
              - {id: views, on: [Product Viewed%3$s], where: event.properties.price >= %2$s, times: 2, select: every}
              - {id: bought, not_followed_by: [Product Added%3$s, Order Completed%3$s]}
              within: 2h
              grace: 0m
            """,
            """
            - name: tried_again%1$s
              steps:
              - {id: failed, on: [Payment Failed%3$s], where: event.properties.price >= %2$s, select: every}
              - {id: again, next: [Checkout Started%3$s]}
              within: 1h
            """,
            """
            - name: returned%1$s
              steps:
              - {id: refund, on: [Order Refunded%3$s], where: event.properties.price >= %2$s, select: every}
              - {id: view, followed_by: [Product Viewed%3$s]}
              within: 12h
            """);

    private final Traffic traffic;
    private final Map<String, List<Run>> runs = new LinkedHashMap<>();
    private final Map<String, Accesses> accesses = new TreeMap<>();

    private SequencesSpeed(Traffic traffic) {
        this.traffic = traffic;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int customers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        int thousands = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 200;
        Pattern wanted = Pattern.compile(arguments.length > 3 ? arguments[3] : ".*");
        SequencesSpeed speed = new SequencesSpeed(Traffic.of(customers, thousands * 1_000));
        for (int round = 0; round <= rounds; round++) {
            speed.round(round, wanted);
        }
        speed.print();
    }

    // ------------------------------------------------------------------------------------------------------ variants

    private void round(int round, Pattern wanted) throws Exception {
        Map<String, Variant> variants = new LinkedHashMap<>();
        variants.put("events alone", counted -> new Alone(definitions(5, 0)));
        variants.put("watcher, 1 definition", counted -> new Watched(definitions(1, 0), counted));
        variants.put("watcher, 5 definitions", counted -> new Watched(definitions(5, 0), counted));
        variants.put("watcher, 50, 45 of other events", counted -> new Watched(ofOtherEvents(), counted));
        variants.put("watcher, 50, 5 begin", counted -> new Watched(definitions(50, 1_000), counted));
        variants.put("watcher, 50, all begin", counted -> new Watched(definitions(50, 0), counted));
        variants.put("hand-written, 1", counted -> new HandWritten(definitions(1, 0), counted));
        variants.put("hand-written, 5", counted -> new HandWritten(definitions(5, 0), counted));
        variants.put("stock CEP, 1 operator", counted -> new Stock(definitions(1, 0), counted));
        variants.put("stock CEP, 5 operators", counted -> new Stock(definitions(5, 0), counted));
        for (var variant : variants.entrySet()) {
            if (wanted.matcher(variant.getKey()).find()) {
                System.gc();
                Run run = run(variant.getValue(), round == 0 ? new Accesses() : null);
                if (round == 0) {
                    accesses.put(variant.getKey(), run.accesses());
                } else {
                    runs.computeIfAbsent(variant.getKey(), added -> new ArrayList<>())
                            .add(run);
                }
                System.out.printf(
                        "%d %s: CPU %.2f s, wall %.2f s, fired %,d%n",
                        round, variant.getKey(), run.cpu() / 1e9, run.wall() / 1e9, run.fired());
            }
        }
    }

    /** @param least the least price with which the sixth and later ones begin */
    private static Definitions definitions(int count, int least) {
        return set(IntStream.range(0, count).mapToObj(i -> shape(i, i < 5 ? 0 : least, "")));
    }

    private static Definitions ofOtherEvents() {
        return set(IntStream.range(0, 50).mapToObj(i -> shape(i, 0, i < 5 ? "" : " " + i / 5)));
    }

    private static String shape(int i, int least, String suffix) {
        return SHAPES.get(i % 5).formatted(i < 5 ? "" : "_" + i, least, suffix) + "  expires_after: 1d\n";
    }

    private static Definitions set(Stream<String> triggers) {
        return Definitions.of("triggers.yaml", "triggers:\n" + triggers.reduce("", String::concat));
    }

    private interface Variant {
        Consumer start(Accesses counted) throws Exception;
    }

    /** Something that decides. */
    private abstract static class Consumer implements AutoCloseable {
        final EventWatch watch;

        /** How many have fired, and the sum of what their ids hash to. */
        long fired;

        long which;

        /** How many events were named. */
        long relevant;

        Consumer(Definitions definitions) {
            this.watch = new EventWatch(definitions.triggers().values(), definitions.delivery());
        }

        final void see(CustomerEvent event, String customer, FragmentId fragment) throws Exception {
            if (watch.names(event)) {
                relevant++;
                take(event, customer, fragment);
            }
        }

        final void fires(OutboundRecord record) {
            fired++;
            which += record.id().hashCode();
        }

        abstract void take(CustomerEvent event, String customer, FragmentId fragment) throws Exception;

        abstract void watermark(long instant) throws Exception;

        @Override
        public void close() throws Exception {}
    }

    /** Reads the events and no more. */
    private static final class Alone extends Consumer {
        Alone(Definitions definitions) {
            super(definitions);
        }

        @Override
        void take(CustomerEvent event, String customer, FragmentId fragment) {
            // Nothing to decide.
        }

        @Override
        void watermark(long instant) {
            // Nothing to decide.
        }
    }

    private static final class Watched extends Consumer {
        private final KeyedTwoInputStreamOperatorTestHarness<String, CartChange, PublishedDefinitions, OutboundRecord>
                harness;

        Watched(Definitions definitions, Accesses counted) throws Exception {
            super(definitions);
            CartWatcher watcher = new CartWatcher(PublishedTriggers.of(PublishedDefinitions.NONE.next(definitions, 0)));
            harness = new KeyedTwoInputStreamOperatorTestHarness<>(
                    new SweepOperator<>(watcher, List.of(CartWatcher.periods()), WireType.PUBLISHED_DEFINITIONS.info()),
                    CartChange::customerId,
                    null,
                    Types.STRING);
            open(harness, counted);
        }

        @Override
        void take(CustomerEvent event, String customer, FragmentId fragment) throws Exception {
            harness.processElement1(
                    new CartChange.Operation(
                            customer, null, watch.watched(event, fragment), Said.nothing(), Said.noSegments()),
                    event.timestamp());
        }

        @Override
        void watermark(long instant) throws Exception {
            harness.processBothWatermarks(new Watermark(instant));
            for (int mails = 1; mails > 0 && !drain(); ) {
                mails = Mails.run(harness, 1);
            }
            var searched = harness.getSideOutput(CartWatcher.SEARCHED);
            if (searched != null) {
                searched.clear();
            }
        }

        /** Whether the watermark has left, too. */
        private boolean drain() {
            boolean isThrough = false;
            for (Object sent = harness.getOutput().poll();
                    sent != null;
                    sent = harness.getOutput().poll()) {
                if (sent instanceof StreamRecord<?> record) {
                    fires((OutboundRecord) record.getValue());
                }
                isThrough = sent instanceof Watermark;
            }
            return isThrough;
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }

    private static final class HandWritten extends Consumer {
        private final KeyedOneInputStreamOperatorTestHarness<String, HandWrittenSequences.Seen, OutboundRecord> harness;

        HandWritten(Definitions definitions, Accesses counted) throws Exception {
            super(definitions);
            harness = new KeyedOneInputStreamOperatorTestHarness<>(
                    new KeyedProcessOperator<>(
                            new HandWrittenSequences(definitions.triggers().size() == 1)),
                    HandWrittenSequences.Seen::customer,
                    Types.STRING);
            open(harness, counted);
        }

        @Override
        void take(CustomerEvent event, String customer, FragmentId fragment) throws Exception {
            harness.processElement(new HandWrittenSequences.Seen(customer, event), event.timestamp());
        }

        @Override
        void watermark(long instant) throws Exception {
            harness.processWatermark(instant);
            harness.extractOutputValues().forEach(this::fires);
            harness.getOutput().clear();
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }

    private static final class Stock extends Consumer {
        private final Map<String, List<KeyedOneInputStreamOperatorTestHarness<String, WatchedEvent, OutboundRecord>>>
                byName = new HashMap<>();
        private final List<KeyedOneInputStreamOperatorTestHarness<String, WatchedEvent, OutboundRecord>> all =
                new ArrayList<>();

        Stock(Definitions definitions, Accesses counted) throws Exception {
            super(definitions);
            for (CartTrigger trigger : CartTrigger.firstOf(definitions)) {
                var pattern = SequencePattern.of(
                        trigger.definition().events(),
                        trigger.definition().events().within());
                var harness = new KeyedOneInputStreamOperatorTestHarness<String, WatchedEvent, OutboundRecord>(
                        new CepOperator<>(
                                WireType.WATCHED_EVENT.info().createSerializer(new SerializerConfigImpl()),
                                false,
                                NFACompiler.compileFactory(pattern, true),
                                null,
                                AfterMatchSkipStrategy.noSkip(),
                                new Telling(trigger),
                                null),
                        event -> event.fragment().customerId(),
                        Types.STRING);
                open(harness, counted);
                all.add(harness);
                trigger.definition().events().steps().stream()
                        .flatMap(step -> step.events().stream())
                        .distinct()
                        .forEach(name -> byName.computeIfAbsent(name, added -> new ArrayList<>())
                                .add(harness));
            }
        }

        @Override
        void take(CustomerEvent event, String customer, FragmentId fragment) throws Exception {
            WatchedEvent watched = watch.watched(event, fragment);
            for (var harness : byName.get(event.name())) {
                harness.processElement(watched, event.timestamp());
            }
        }

        @Override
        void watermark(long instant) throws Exception {
            for (var harness : all) {
                harness.processWatermark(instant);
                harness.extractOutputValues().forEach(this::fires);
                harness.getOutput().clear();
            }
        }

        @Override
        public void close() throws Exception {
            for (var harness : all) {
                harness.close();
            }
        }

        /** Makes of a match what the watcher does. */
        private static final class Telling extends PatternProcessFunction<WatchedEvent, OutboundRecord> {
            private static final long serialVersionUID = 1L;

            private final transient CartTrigger trigger;

            Telling(CartTrigger trigger) {
                this.trigger = trigger;
            }

            @Override
            public void processMatch(
                    Map<String, List<WatchedEvent>> match, Context context, Collector<OutboundRecord> out) {
                var deadlines = trigger.definition().deadlines();
                var events = SequencePattern.bySteps(match);
                WatchedEvent first =
                        events.get(trigger.definition().events().first().id()).get(0);
                Trigger fired = new SequenceMatch(trigger, deadlines.isEmpty() ? null : deadlines.get(0), events, "")
                        .trigger(first.fragment().customerId(), context.timestamp(), instant -> Recipient.UNKNOWN);
                out.collect(HandWrittenSequences.record(fired.customerId(), fired.id(), fired.firedAt(), fired.json()));
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------- running

    private static void open(AbstractStreamOperatorTestHarness<OutboundRecord> harness, Accesses counted)
            throws Exception {
        EmbeddedRocksDBStateBackend rocksDb = new EmbeddedRocksDBStateBackend();
        rocksDb.getMemoryConfiguration().setFixedMemoryPerSlot(MemorySize.ofMebiBytes(64));
        if (counted != null) {
            rocksDb.setRocksDBOptions(counted);
        }
        harness.setStateBackend(rocksDb);
        harness.getExecutionConfig().enableObjectReuse();
        harness.setup(WireType.OUTBOUND_RECORD.info().createSerializer(new SerializerConfigImpl()));
        harness.open();
    }

    /** What RocksDB counts of all states and timers. */
    private static final class Accesses implements RocksDBOptionsFactory {
        private static final long serialVersionUID = 1L;

        private static final List<TickerType> COUNTED = List.of(
                TickerType.NUMBER_KEYS_READ,
                TickerType.NUMBER_DB_SEEK,
                TickerType.NUMBER_DB_NEXT,
                TickerType.NUMBER_KEYS_WRITTEN,
                TickerType.BYTES_READ,
                TickerType.ITER_BYTES_READ,
                TickerType.BYTES_WRITTEN);

        private final transient Statistics statistics = new Statistics();
        private final long[] counts = new long[COUNTED.size()];

        @Override
        public DBOptions createDBOptions(DBOptions current, Collection<AutoCloseable> handlesToClose) {
            return current.setStatistics(statistics);
        }

        @Override
        public ColumnFamilyOptions createColumnOptions(
                ColumnFamilyOptions current, Collection<AutoCloseable> handlesToClose) {
            return current;
        }

        /** Counts from now on. */
        void begin() {
            for (int i = 0; i < counts.length; i++) {
                counts[i] = statistics.getTickerCount(COUNTED.get(i));
            }
        }

        void end() {
            for (int i = 0; i < counts.length; i++) {
                counts[i] = statistics.getTickerCount(COUNTED.get(i)) - counts[i];
            }
        }

        String per(long events) {
            double[] per = Arrays.stream(counts)
                    .mapToDouble(count -> (double) count / events)
                    .toArray();
            return "%.2f gets, %.2f seeks, %.2f steps, %.2f writes, %,.0f bytes read, %,.0f written"
                    .formatted(per[0], per[1], per[2], per[3], per[4] + per[5], per[6]);
        }
    }

    private record Run(long cpu, long wall, long relevant, long fired, long which, Accesses accesses) {}

    private Run run(Variant variant, Accesses counted) throws Exception {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        try (Consumer consumer = variant.start(counted)) {
            traffic.feed(consumer, 0, traffic.customers());
            long before = consumer.relevant;
            if (counted != null) {
                counted.begin();
            }
            long wall = System.nanoTime();
            long cpu = clock.getCurrentThreadCpuTime();
            traffic.feed(consumer, traffic.customers(), traffic.events().length);
            cpu = clock.getCurrentThreadCpuTime() - cpu;
            wall = System.nanoTime() - wall;
            if (counted != null) {
                counted.end();
            }
            return new Run(cpu, wall, consumer.relevant - before, consumer.fired, consumer.which, counted);
        }
    }

    /** First one event of each customer, with which something begins, then all others. */
    private record Traffic(byte[][] events, int[] of, String[] ids, FragmentId[] fragments) {
        static Traffic of(int customers, int count) throws Exception {
            String[] ids = new String[customers];
            FragmentId[] fragments = new FragmentId[customers];
            for (int i = 0; i < customers; i++) {
                fragments[i] = FragmentId.of(new Identifier(Namespace.USER_ID, "u" + i));
                ids[i] = fragments[i].customerId();
            }
            Random random = new Random(7);
            byte[][] events = new byte[customers + count][];
            int[] of = new int[events.length];
            var serializer = WireType.CUSTOMER_EVENT.info().createSerializer(new SerializerConfigImpl());
            DataOutputSerializer out = new DataOutputSerializer(512);
            for (int i = 0; i < events.length; i++) {
                boolean isFirst = i < customers;
                of[i] = isFirst ? i : (int) (customers * Math.pow(random.nextDouble(), 2));
                String name = isFirst ? "Signed Up" : name(random);
                CustomerEvent event = TestEvent.track("message-" + i, name, at(i))
                        .user("u" + of[i])
                        .with("price", random.nextInt(100))
                        .with("product_id", "p" + random.nextInt(1_000))
                        .with("revenue", random.nextInt(100))
                        .with("currency", "USD")
                        .with("order_id", name.startsWith("Order") ? "order-" + i : "")
                        .with("url", "https://shop.example/products/" + random.nextInt(10_000))
                        .event();
                out.clear();
                serializer.serialize(event, out);
                events[i] = out.getCopyOfBuffer();
            }
            return new Traffic(events, of, ids, fragments);
        }

        private static long at(int i) {
            return TestEvent.START + (long) i * MILLIS_PER_EVENT;
        }

        private static String name(Random random) {
            if (random.nextInt(10) > 0) {
                return "Page Scrolled";
            }
            int kind = random.nextInt(100);
            if (kind < 45) {
                return "Product Viewed";
            } else if (kind < 65) {
                return "Product Added";
            } else if (kind < 78) {
                return "Checkout Started";
            } else if (kind < 88) {
                return "Order Completed";
            } else if (kind < 92) {
                return "Payment Failed";
            } else if (kind < 96) {
                return "Order Refunded";
            }
            return "Signed Up";
        }

        int customers() {
            return ids.length;
        }

        void feed(Consumer consumer, int from, int to) throws Exception {
            var serializer = WireType.CUSTOMER_EVENT.info().createSerializer(new SerializerConfigImpl());
            DataInputDeserializer in = new DataInputDeserializer();
            for (int i = from; i < to; i++) {
                in.setBuffer(events[i]);
                consumer.see(serializer.deserialize(in), ids[of[i]], fragments[of[i]]);
                if (i % EVENTS_PER_WATERMARK == EVENTS_PER_WATERMARK - 1 || i == to - 1) {
                    consumer.watermark(at(i));
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------ printing

    private void print() {
        int events = traffic.events().length - traffic.customers();
        double alone = runs.containsKey("events alone") ? median(runs.get("events alone"), false) : 0;
        System.out.printf(
                "%n%,d events, %,d customers; median (least-greatest); µs of processor time%n",
                events, traffic.customers());
        for (var variant : runs.entrySet()) {
            List<Run> all = variant.getValue();
            double cpu = median(all, false);
            Run any = all.get(0);
            System.out.printf(
                    "%-32s %7.2f (%.2f-%.2f) per event, %8.2f per relevant one of %,d; wall %.2f; %,d events/s;"
                            + " fired %,d (%x)%n",
                    variant.getKey(),
                    cpu / 1e3 / events,
                    all.stream().mapToLong(Run::cpu).min().orElseThrow() / 1e3 / events,
                    all.stream().mapToLong(Run::cpu).max().orElseThrow() / 1e3 / events,
                    (cpu - alone) / 1e3 / any.relevant(),
                    any.relevant(),
                    median(all, true) / 1e3 / events,
                    (long) (events * 1e9 / cpu),
                    any.fired(),
                    any.which());
        }
        System.out.println("\nState and timers, per relevant event");
        accesses.forEach((what, counted) -> {
            if (!what.equals("events alone")) {
                System.out.printf(
                        "%-32s %s%n", what, counted.per(runs.get(what).get(0).relevant()));
            }
        });
    }

    private static double median(List<Run> all, boolean wall) {
        long[] sorted =
                all.stream().mapToLong(wall ? Run::wall : Run::cpu).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
