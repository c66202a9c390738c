package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.demo.Demo;
import io.tributary.local.demo.Screen;
import io.tributary.local.stack.CustomerStackJob;
import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.LocalStack;
import io.tributary.local.stack.StackFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the whole suite at work. */
@Command(
        name = "demo",
        sortOptions = false,
        description = {
            "Run the whole suite on this machine, with a simulated shop's traffic in compressed time, told as a story.",
            "Ends with a summary, queries that prove it, and addresses; stays up until Ctrl-C.",
            "Every line about the suite has been read from its outputs. Takes a minute or two."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int PARTITIONS = 2;
    private static final int PARALLELISM = 2;

    @Spec
    private CommandSpec spec;

    @Option(names = "--exit", description = "End after the summary; exit code 0 if everything claimed was observed.")
    private boolean exit;

    @Option(
            names = "--dir",
            paramLabel = "D",
            description = "Folder for its data, emptied at each start. Default: demo in the default stack's folder.")
    private Path dir;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var begun = System.nanoTime();
        var folder = new StackFolder(dir == null ? StackOption.defaultFolder().resolve("demo") : dir);
        var running = folder.runningPid();
        if (running.isPresent()) {
            throw new UserException(
                    "A stack runs in %s already (process %d); end it, or choose another folder with --dir"
                            .formatted(folder.path(), running.get()));
        }
        Logs.to(folder.log());
        var terminal = Terminal.of(spec.commandLine());
        var screen = new Screen(terminal);
        screen.line("@|bold Tributary|@: a customer data platform on Flink, Kafka and Elasticsearch, on this machine.");
        var definitions = StarterLibrary.load();
        var job = new CustomerStackJob(Demo.jobOptions(), PARALLELISM);
        var local = new LocalStack(
                new LocalStack.Options(folder, true, 0, 0, 0, PARTITIONS, false, definitions, List.of(job)),
                (component, detail, took) ->
                        screen.line("  %-14s %-32s %8s", component, detail, Terminal.seconds(took)));
        var onExit = new Thread(() -> stop(local, screen, terminal), "tributary-stop");
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            var endpoints = local.start();
            new Demo(screen, endpoints, definitions, begun).run();
            show(endpoints, folder, terminal);
        } catch (IOException | RuntimeException | InterruptedException e) {
            if (onExit.getState() != Thread.State.NEW) {
                // Ctrl-C took away what this thread was using.
                return 1;
            }
            throw e;
        }
        if (!exit) {
            terminal.line("%n@|bold Ctrl-C|@ ends it.");
            local.awaitEnd();
        }
        return 0;
    }

    private static void show(Endpoints endpoints, StackFolder folder, Terminal terminal) {
        terminal.line("%n@|bold Where it is|@");
        terminal.line("  %-14s %-56s %s", "Flink", endpoints.flink(), "the job, its operators, checkpoints");
        terminal.line(
                "  %-14s %-56s %s",
                "Elasticsearch",
                endpoints.elasticsearch() + "/cdp-profiles/_search?pretty",
                "profiles; also cdp-triggers");
        terminal.line("  %-14s %-56s %s", "Kafka", endpoints.kafka(), "topics cdp.*.v1");
        terminal.line("  %-14s %s", "Log", folder.log());
    }

    private static void stop(LocalStack local, Screen screen, Terminal terminal) {
        screen.end();
        terminal.line("Stopping …");
        local.close();
        terminal.line("Stopped.");
    }
}
