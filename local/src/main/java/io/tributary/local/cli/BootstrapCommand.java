package io.tributary.local.cli;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.options.OptionsException;
import io.tributary.jobs.options.OptionsFile;
import io.tributary.local.UserException;
import io.tributary.local.bootstrap.Bootstrap;
import io.tributary.local.bootstrap.BootstrapResult;
import io.tributary.local.bootstrap.History;
import io.tributary.local.definitions.DefinitionsFolder;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.input.EventFiles;
import io.tributary.local.input.PrivacyFiles;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.RejectJson;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.privacy.PrivacyParser;
import io.tributary.schemas.time.Timestamps;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes the customer job's state of files. */
@Command(
        name = "bootstrap",
        sortOptions = false,
        description = {
            "Turns files of events into a savepoint from which the customer job starts.",
            "It is as if they had been in the job's topic; the job goes on with Kafka. For",
            "who begins with years of history, or wants a new computed trait to count from",
            "the beginning. At the end profiles and aliases are published, and nothing",
            "else: what is past is no news.",
            "",
            "All events are held in memory, about a kilobyte and a half each",
            "(CDP_JAVA_OPTS=-Xmx8g ./cdp …), and the state is on disk twice while it is",
            "written, in the savepoint's folder. docs/bootstrap.md says what has to fit",
            "together.",
            ""
        })
final class BootstrapCommand implements Callable<Integer> {
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(2);

    /** What Flink's own choice is for a parallelism of up to 85. */
    private static final String MAX_PARALLELISM = "128";

    private static final int GREATEST_MAX_PARALLELISM = 1 << 15;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EventsOption events;

    @Option(
            names = "--privacy",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Commands that unmerge or erase somebody, beside those in cdp.privacy.v1: JSON lines as there"
                    + " (also .gz). See docs/identity.md.")
    private List<Path> privacy = new ArrayList<>();

    @Option(
            names = "--definitions",
            paramLabel = "DIR",
            description = "Folder of definitions. Where there is a Kafka they have to be what is published there"
                    + " (default: that; without a Kafka the starter library).")
    private Path definitions;

    @Option(
            names = "--until",
            paramLabel = "INSTANT",
            description = "ISO-8601. Later events are not read, later commands not obeyed; timers fire up to and"
                    + " including it (default: the newest event).")
    private String until;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Options of the job that will start from the savepoint (docs/options.md), as for flink run; also"
                            + " where Kafka and Elasticsearch are (default: the options of the local stack's job).")
    private Path config;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description =
                    "Brokers, separated by commas, with the topics of the suite, where --config names none. Without"
                            + " either: the running stack, with its Elasticsearch.")
    private String kafka;

    @Mixin
    private StackOption stack;

    @Option(names = "--no-publish", description = "Publish no profiles and aliases; needs no Kafka.")
    private boolean noPublish;

    @Option(
            names = "--rejects",
            paramLabel = "FILE",
            description = "Write what is refused there, as JSON lines like a backtest's (default: it is only counted).")
    private Path rejects;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description = "Of this run, at most 32; the job's may be another (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
            names = "--max-parallelism",
            paramLabel = "N",
            defaultValue = MAX_PARALLELISM,
            description = "The job's: pipeline.max-parallelism of its cluster, or what Flink chooses where that is not"
                    + " set. It can't be changed later (default: ${DEFAULT-VALUE}, Flink's choice up to a parallelism"
                    + " of 85, and so the local stack's).")
    private int maxParallelism;

    @Option(
            names = "--version-base",
            paramLabel = "N",
            description = "What the versions of all profiles are above, now and later; greater than any that was"
                    + " published before (default: the present time in milliseconds).")
    private Long versionBase;

    @Option(
            names = "--savepoint",
            required = true,
            paramLabel = "DIR",
            description = "Folder for the savepoint, absent or empty.")
    private Path savepoint;

    private long toldAt;

    @Override
    public Integer call() throws IOException {
        validate();
        OptionalLong end = end();
        try {
            Configuration job = job();
            CustomerSettings settings = CustomerSettings.from(job);
            EventFiles files = events.files(settings.identity());
            PrivacyFiles commands = PrivacyFiles.of(privacy);
            Bootstrap.requireFree(savepoint);
            boolean hasKafka = job.contains(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS);
            PublishedDefinitions published = published(job, settings.identity());
            History history = History.read(files, commands, commands(job, settings), settings, end);
            progress("%,d events read, %,d lines refused"
                    .formatted(history.events().size(), history.rejects().size()));
            if (rejects != null) {
                write(history.rejects());
            }
            Bootstrap bootstrap = new Bootstrap(
                    new Bootstrap.Options(job, published, hasKafka && !noPublish, parallelism, maxParallelism));
            report(bootstrap.run(history, savepoint, this::tell), hasKafka);
            return 0;
        } catch (OptionsException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    private void validate() {
        if (parallelism < 1 || parallelism > Bootstrap.MAX_PARALLELISM) {
            throw misuse("--parallelism must be between 1 and " + Bootstrap.MAX_PARALLELISM + ".");
        }
        if (maxParallelism < parallelism || maxParallelism > GREATEST_MAX_PARALLELISM) {
            throw misuse("--max-parallelism must be between --parallelism and " + GREATEST_MAX_PARALLELISM + ".");
        }
        if (versionBase != null && (versionBase < 0 || versionBase > CustomerSettings.MAX_VERSION_BASE)) {
            throw misuse("--version-base must be between 0 and " + CustomerSettings.MAX_VERSION_BASE + ".");
        }
        if (kafka != null && stack.isGiven()) {
            throw misuse("Either --kafka, any brokers, or --dir, a running stack: not both.");
        }
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private OptionalLong end() {
        if (until == null) {
            return OptionalLong.empty();
        }
        long instant = Timestamps.parse(until);
        if (instant == Timestamps.INVALID) {
            throw misuse("--until is no ISO-8601 instant like 2026-01-31T00:00:00Z: " + until + ".");
        }
        return OptionalLong.of(instant);
    }

    /** The job's options, with where its Kafka and Elasticsearch are, if that is known. */
    private Configuration job() throws IOException {
        Configuration job = config == null ? new Configuration() : OptionsFile.read(config, CustomerOptions.class);
        if (job.contains(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS)) {
            if (kafka != null || stack.isGiven()) {
                throw misuse("--config says where Kafka is: neither --kafka nor --dir goes with it.");
            }
        } else if (kafka != null) {
            job.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, kafka);
        } else if (stack.isGiven() || stack.folder().runningPid().isPresent()) {
            Endpoints endpoints = stack.endpoints();
            job.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, endpoints.kafka());
            job.set(
                    CustomerOptions.ELASTICSEARCH_HOSTS,
                    List.of(endpoints.elasticsearch().toString()));
        } else if (!noPublish) {
            throw new UserException(
                    "No stack runs in %s, and neither --kafka nor --config says where Kafka is: name one,"
                                    .formatted(stack.folder().path())
                            + " or say --no-publish");
        }
        long base = versionBase == null
                ? Math.max(System.currentTimeMillis(), job.get(CustomerOptions.VERSION_BASE))
                : versionBase;
        job.set(CustomerOptions.VERSION_BASE, base);
        return job;
    }

    /**
     * The definitions that hold, with the numbers under which the job will know them: in the state segments have no other
     * names.
     */
    private PublishedDefinitions published(Configuration job, IdentitySettings identity) throws UserException {
        long now = System.currentTimeMillis();
        if (!job.contains(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS)) {
            Path folder = definitions == null ? StarterLibrary.folder() : definitions;
            return PublishedDefinitions.NONE.next(DefinitionsFolder.load(folder, identity), now);
        }
        String brokers = job.get(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS);
        Definitions wanted = definitions == null ? Definitions.none() : DefinitionsFolder.load(definitions, identity);
        DefinitionPublisher.Publication publication = DefinitionPublisher.plan(brokers, wanted, now);
        if (definitions == null) {
            if (publication.before().publication() == 0) {
                throw new UserException("No definitions are published in the Kafka at " + brokers
                        + ": publish those that shall hold first, with ./cdp definitions publish DIR");
            }
        } else if (!publication.isNothing()) {
            throw new UserException(
                    ("%s is not what is published in the Kafka at %s, so the job would decide by something"
                                    + " else than the savepoint: publish it first, with ./cdp definitions publish %s")
                            .formatted(definitions, brokers, definitions));
        }
        return publication.before();
    }

    /** What the job's topic holds of commands: whoever was erased must not come back from the files. */
    private static List<PrivacyCommand> commands(Configuration job, CustomerSettings settings) throws IOException {
        List<PrivacyCommand> commands = new ArrayList<>();
        if (job.contains(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS)) {
            PrivacyParser parser = new PrivacyParser(settings.identifierRules());
            TopicLog.read(job.get(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS), Topic.PRIVACY, record -> {
                Origin origin = Origin.record(record.topic(), record.partition(), record.offset());
                // What is refused the job has told of.
                if (parser.parse(record.value(), origin) instanceof PrivacyInbound.Accepted accepted) {
                    commands.add(accepted.command());
                }
            });
        }
        return commands;
    }

    private void write(List<Reject> refused) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(rejects))) {
            for (Reject reject : refused) {
                file.write(RejectJson.write(reject));
                file.write('\n');
            }
        }
    }

    private void tell(long read, long all, long nanos) {
        if (nanos - toldAt > PROGRESS_EVERY.toNanos()) {
            toldAt = nanos;
            progress("%,d of %,d lines (%d %%), %,.0f a second"
                    .formatted(read, all, 100 * read / all, read / Math.max(nanos / 1e9, 1e-3)));
        }
    }

    private void progress(String message) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(message);
        err.flush();
    }

    private void report(BootstrapResult result, boolean hasKafka) {
        Terminal terminal = Terminal.of(spec.commandLine());
        terminal.line(
                "%,d events read: %,d accepted, %,d duplicate, %,d rejected%s",
                result.read(),
                result.accepted(),
                result.duplicate(),
                result.rejected(),
                result.afterUntil() == 0 ? "" : "; %,d after --until".formatted(result.afterUntil()));
        terminal.line("%,d customers as of %s", result.customers(), Timestamps.format(result.end()));
        if (result.published().isPresent()) {
            terminal.line(
                    "%,d profiles and aliases published", result.published().getAsLong());
        } else {
            terminal.line("Nothing was published: a profile is when its customer next changes");
        }
        if (!hasKafka) {
            terminal.line(
                    "The first definitions published to the job's Kafka have to be those of %s, before it starts",
                    definitions == null ? StarterLibrary.folder() : definitions);
        }
        terminal.line("Savepoint, for a max parallelism of %d: %s", maxParallelism, result.savepoint());
        terminal.line("The job starts from it with one of");
        terminal.line(
                "  flink run -d -s %s -c io.tributary.jobs.CustomerJob tributary-jobs.jar --config %s",
                result.savepoint().toUri(), config == null ? "cdp.yaml" : config);
        terminal.line("  ./cdp up --from %s", result.savepoint());
    }
}
