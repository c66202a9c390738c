package io.tributary.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.UserException;
import io.tributary.schemas.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkClusterIT {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final long NOTHING = -1;

    /** What the counting job, which runs in this JVM, tells the test. */
    private static final AtomicInteger RUNNING = new AtomicInteger();

    private static final AtomicLong FIRST = new AtomicLong(NOTHING);
    private static final AtomicLong NEWEST = new AtomicLong(NOTHING);

    @TempDir
    private static Path folder;

    private static FlinkCluster cluster;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        cluster = FlinkCluster.start(folder.resolve("flink"), 0);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void forget() {
        FIRST.set(NOTHING);
        NEWEST.set(NOTHING);
    }

    @Test
    void servesItsWebUiAndTheRestInterface() throws Exception {
        // The task manager registers a moment after the web UI answers.
        var overview = Await.found("a task manager", DEADLINE, () -> Optional.of(new ObjectMapper()
                        .readTree(get(cluster.http().resolve("/overview")).body()))
                .filter(answer -> answer.path("taskmanagers").asInt() > 0));
        assertThat(overview.path("taskmanagers").asInt()).isEqualTo(1);
        assertThat(overview.path("slots-total").asInt()).isEqualTo(4);

        assertThat(get(cluster.http().resolve("/")).body()).contains("<title>Apache Flink Web Dashboard</title>");
    }

    @Test
    void endsItsJobsWhenItIsClosedAndANewClusterGoesOnFromTheNewestCheckpoint() throws Exception {
        cluster.submit(counting("goes-on", "count"));
        var early = awaitCheckpointBehind(100, "goes-on");
        var address = cluster.http();

        cluster.close();

        assertThat(RUNNING).as("tasks that still run").hasValue(0);
        assertThatThrownBy(() -> get(address.resolve("/overview"))).isInstanceOf(IOException.class);
        long read = NEWEST.get();
        forget();

        cluster = FlinkCluster.start(folder.resolve("flink"), 0);
        assertThat(cluster.newestCheckpoint("goes-on")).isPresent();
        var job = cluster.submit(counting("goes-on", "count"));
        Await.until("the first number after the restart", DEADLINE, () -> FIRST.get() != NOTHING);

        // The task itself fails if its count and the source's position are not of the same moment.
        assertThat(FIRST.get()).isBetween(early, read + 1);
        job.cancel().get(30, TimeUnit.SECONDS);
        Await.until("the job to end", DEADLINE, () -> RUNNING.get() == 0);
    }

    @Test
    void refusesAJobThatDoesNotFitItsCheckpointAndKeepsTheCheckpoint() throws Exception {
        var job = cluster.submit(counting("changed", "count"));
        var early = awaitCheckpointBehind(100, "changed");
        job.cancel().get(30, TimeUnit.SECONDS);
        Await.until("the job to end", DEADLINE, () -> RUNNING.get() == 0);
        var checkpoint = cluster.newestCheckpoint("changed").orElseThrow();
        forget();

        assertThatThrownBy(() -> cluster.submit(counting("changed", "renamed")))
                .isInstanceOf(IOException.class)
                .hasMessage("Flink refused the job changed on its checkpoint " + checkpoint);

        var again = cluster.submit(counting("changed", "count"));
        Await.until("the first number of the job that fits", DEADLINE, () -> FIRST.get() != NOTHING);
        assertThat(FIRST.get()).isGreaterThanOrEqualTo(early);
        again.cancel().get(30, TimeUnit.SECONDS);
        Await.until("the job to end", DEADLINE, () -> RUNNING.get() == 0);
    }

    @Test
    void saysInOneLineWhichPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> FlinkCluster.start(folder.resolve("second"), taken.getLocalPort()))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "Port %d of 127.0.0.1 is taken; choose another one for Flink, or 0 for a free one",
                            taken.getLocalPort());
        }
    }

    /** An endless job that reads 0, 1, 2, … and counts them in its state. */
    private static StreamGraph counting(String name, String uid) {
        var env = cluster.environment(name);
        env.setParallelism(1);
        env.fromSequence(0, Long.MAX_VALUE)
                .uid("numbers")
                .map(new Pace())
                .uid("pace")
                .keyBy(number -> 0)
                .process(new Count())
                .uid(uid)
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
        return env.getStreamGraph();
    }

    /** Waits for a checkpoint that began when at least that many numbers were read; returns how many were. */
    private static long awaitCheckpointBehind(long numbers, String job) throws Exception {
        Await.until(numbers + " numbers", DEADLINE, () -> NEWEST.get() >= numbers);
        long read = NEWEST.get();
        long known = checkpoint(job);
        // The next one may have begun before.
        Await.until("the checkpoint after the next", DEADLINE, () -> checkpoint(job) >= known + 2);
        return read;
    }

    private static long checkpoint(String job) throws IOException {
        return cluster.newestCheckpoint(job)
                .map(path -> Long.parseLong(path.getFileName().toString().substring("chk-".length())))
                .orElse(0L);
    }

    private HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    /** Holds the source to 1,000 numbers per second, so that no checkpoint queues behind a flood of them. */
    private static final class Pace implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private static final long NANOS_PER_NUMBER = 1_000_000;

        @Override
        public Long map(Long number) {
            LockSupport.parkNanos(NANOS_PER_NUMBER);
            return number;
        }
    }

    /** Counts, and fails where a number is not the count of those before it: one was lost or came twice. */
    private static final class Count extends KeyedProcessFunction<Integer, Long, Long> {
        private static final long serialVersionUID = 1L;

        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
            RUNNING.incrementAndGet();
        }

        @Override
        public void close() {
            RUNNING.decrementAndGet();
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws IOException {
            var before = count.value();
            long expected = before == null ? 0 : before;
            if (number != expected) {
                throw new IllegalStateException("number " + number + " after a count of " + expected);
            }
            count.update(expected + 1);
            FIRST.compareAndSet(NOTHING, number);
            NEWEST.set(number);
        }
    }
}
