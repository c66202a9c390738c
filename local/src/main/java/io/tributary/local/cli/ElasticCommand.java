package io.tributary.local.cli;

import io.tributary.local.elastic.ProfileRebuild;
import io.tributary.local.elastic.TimeSeriesExpiry;
import io.tributary.operators.sink.ElasticsearchSetup;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks after Elasticsearch. */
@Command(
        name = "elastic",
        description = "The indices of Elasticsearch: set up, made anew, and rid of what is old.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ElasticCommand.Setup.class, ElasticCommand.Rebuild.class, ElasticCommand.Expire.class})
final class ElasticCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: setup, rebuild, expire.");
    }

    /** Templates, indices, aliases. */
    @Command(
            name = "setup",
            sortOptions = false,
            description = {
                "Put the templates, then the first index of each kind behind its alias. Does no",
                "harm where that has been done: templates of older releases are replaced, indices",
                "get the fields that are new. The local stack does it by itself.",
                "",
                "  ./cdp elastic setup --config cdp.yaml",
                ""
            })
    static final class Setup implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ElasticTarget target;

        @Override
        public Integer call() throws IOException {
            Terminal terminal = Terminal.of(spec.commandLine());
            ElasticsearchSetup.apply(target.elasticsearch(), Clock.systemUTC(), line -> terminal.line("%s", line));
            return 0;
        }
    }

    /** Profiles anew. */
    @Command(
            name = "rebuild",
            sortOptions = false,
            description = {
                "Make the indices of profiles and personal data anew out of cdp.profiles.v1, while",
                "the job runs: new ones beside the old ones, filled from the topic; if they have",
                "as many documents as the topic has profiles the aliases go to them, the job",
                "with them, and the old ones are deleted. For templates that give fields other types",
                "(run setup first), for traits that have become fields, and if documents are",
                "there that should not be.",
                "",
                "  ./cdp elastic rebuild --config cdp.yaml",
                ""
            })
    static final class Rebuild implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ElasticTarget target;

        @Option(
                names = "--keep",
                description = "Keep the old indices, without an alias. Nobody who is erased goes from them.")
        private boolean keep;

        @Option(
                names = "--patience",
                paramLabel = "SECONDS",
                defaultValue = "900",
                description = {
                    "How long to wait for the job to commit what it has sent (default: ${DEFAULT-VALUE}):",
                    "longer than it takes between two checkpoints."
                })
        private long patience;

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (patience < 1) {
                throw new ParameterException(spec.commandLine(), "--patience must be at least 1.");
            }
            Terminal terminal = Terminal.of(spec.commandLine());
            ProfileRebuild.run(
                    target.elasticsearch(),
                    target.kafka(),
                    target.promoted(),
                    keep,
                    Duration.ofSeconds(patience),
                    line -> terminal.line("%s", line));
            return 0;
        }
    }

    /** What is old. */
    @Command(
            name = "expire",
            sortOptions = false,
            description = {
                "Drop the months of triggers, of what was held back, of changes and of rejects in",
                "which nothing is younger than so many days; of each one month stays. Kafka keeps",
                "what it keeps. To be run each month, or each day, by whatever runs such things.",
                ""
            })
    static final class Expire implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ElasticTarget target;

        @Option(
                names = "--days",
                paramLabel = "N",
                defaultValue = "400",
                description = "How long what has happened is kept (default: ${DEFAULT-VALUE}).")
        private int days;

        @Override
        public Integer call() throws IOException {
            if (days < 1) {
                throw new ParameterException(spec.commandLine(), "--days must be at least 1.");
            }
            Terminal terminal = Terminal.of(spec.commandLine());
            int dropped = TimeSeriesExpiry.run(
                    target.elasticsearch(), Instant.now(), Duration.ofDays(days), line -> terminal.line("%s", line));
            if (dropped == 0) {
                terminal.line("No month is older than %d days.", days);
            }
            return 0;
        }
    }
}
