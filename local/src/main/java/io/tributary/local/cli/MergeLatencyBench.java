package io.tributary.local.cli;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.latency.JobTimes;
import io.tributary.local.latency.MergeLatency;
import io.tributary.local.latency.MergeLatencyResult;
import io.tributary.local.stack.CustomerStackJob;
import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.FlinkCluster;
import io.tributary.local.stack.LocalStack;
import io.tributary.local.stack.StackFolder;
import io.tributary.schemas.definition.Definitions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;

/** A stack of its own, as of {@code up --live}, for {@link MergeLatency}; nothing is left of it. */
final class MergeLatencyBench {
    private static final int PARTITIONS = 2;
    private static final int PARALLELISM = 2;

    private final MergeLatency.Plan plan;
    private final Configuration options;
    private final Consumer<String> progress;
    private JobTimes times;

    /**
     * @param options of {@link CustomerOptions}
     * @param progress is told, in a line, how far it has come
     */
    MergeLatencyBench(MergeLatency.Plan plan, Configuration options, Consumer<String> progress) {
        this.plan = plan;
        this.options = options;
        this.progress = progress;
    }

    /** @return empty if it was ended by Ctrl-C */
    Optional<MergeLatencyResult> run() throws IOException, InterruptedException {
        StackFolder folder = new StackFolder(Files.createTempDirectory("tributary-bench"));
        LocalStack stack = new LocalStack(
                new LocalStack.Options(
                        folder, true, 0, 0, 0, PARTITIONS, true, Definitions.none(), List.of(this::submit)),
                (component, detail, took) ->
                        progress.accept("%s: %s, %s".formatted(component, detail, Terminal.seconds(took))));
        Thread onExit = new Thread(() -> end(stack, folder), "tributary-bench-clean");
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            Endpoints endpoints = stack.start();
            return Optional.of(new MergeLatency(endpoints, plan, times, progress).run());
        } catch (IOException | RuntimeException | InterruptedException e) {
            if (onExit.getState() != Thread.State.NEW) {
                // Ctrl-C took away what this thread was using.
                return Optional.empty();
            }
            throw e;
        } finally {
            end(stack, folder);
        }
    }

    private JobClient submit(FlinkCluster flink, Endpoints endpoints) throws IOException {
        var environment = flink.environment(CustomerStackJob.NAME);
        times = new JobTimes(
                options.get(CustomerOptions.LATENESS_BOUND),
                Duration.ofMillis(environment.getConfig().getAutoWatermarkInterval()),
                Duration.ofMillis(environment.getCheckpointInterval()));
        return new CustomerStackJob(options, PARALLELISM).submit(flink, endpoints);
    }

    private static void end(LocalStack stack, StackFolder folder) {
        stack.close();
        try {
            folder.delete();
        } catch (IOException e) {
            // A component that is still stopping writes there; the system cleans its temporary folder.
            return;
        }
    }
}
