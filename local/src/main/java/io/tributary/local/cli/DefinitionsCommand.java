package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.publish.DefinitionPublisher.Publication;
import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions.Change;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at definitions, and makes them hold. */
@Command(
        name = "definitions",
        description = "Definitions of computed traits, segments and triggers, and of what holds these back.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DefinitionsCommand.Check.class, DefinitionsCommand.Diff.class, DefinitionsCommand.Publish.class})
final class DefinitionsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: check, diff, publish.");
    }

    /** The set that a command is about. */
    static final class DefinitionsOption {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        @Parameters(paramLabel = "DIR", description = "A folder of definitions.")
        private Path folder;

        @Mixin
        private IdentityOption identity;

        /**
         * Reads the set.
         *
         * @return empty if there are mistakes, which have been named
         */
        private Optional<Definitions> load() throws UserException {
            IdentitySettings settings = identity.settings().orElse(IdentitySettings.defaults());
            try {
                return Optional.of(Definitions.load(folder, settings));
            } catch (DefinitionsException e) {
                name(e, spec);
                return Optional.empty();
            } catch (DefinitionException | UncheckedIOException e) {
                throw new UserException(e.getMessage(), e);
            }
        }

        private int files() {
            return Definitions.files(folder).size();
        }
    }

    /** Names mistakes on standard error. */
    static void name(DefinitionsException mistakes, CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        mistakes.mistakes().forEach(err::println);
        err.println(count(mistakes.mistakes().size(), "mistake"));
        err.flush();
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Reads a set and names its mistakes. */
    @Command(
            name = "check",
            sortOptions = false,
            description = {
                "Read a folder of definitions, every *.yaml and *.yml below it, and name every",
                "mistake with its file, line and column, and what was probably meant. With mistakes",
                "the exit code is 1.",
                "",
                "  ./cdp definitions check definitions",
                ""
            })
    static final class Check implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DefinitionsOption set;

        @Override
        public Integer call() throws UserException {
            Optional<Definitions> definitions = set.load();
            definitions.ifPresent(this::summary);
            return definitions.isPresent() ? ExitCode.OK : ExitCode.SOFTWARE;
        }

        private void summary(Definitions definitions) {
            long parametric = definitions.segments().values().stream()
                    .filter(SegmentDefinition::isParametric)
                    .count();
            Terminal.of(spec.commandLine())
                    .line(
                            "%s, %s (%d parametric), %s%s in %s: no mistake",
                            count(definitions.traits().size(), "computed trait"),
                            count(definitions.segments().size(), "segment"),
                            parametric,
                            count(definitions.triggers().size(), "trigger"),
                            definitions.delivery().equals(DeliveryDefinition.NONE) ? "" : ", rules of delivery",
                            count(set.files(), "file"));
        }
    }

    /** Tells what a publication would change. */
    @Command(
            name = "diff",
            sortOptions = false,
            description = {
                "Tell what publishing a folder of definitions would change of those that hold: +",
                "what is new, ~ what is written otherwise, - what is in no file any more.",
                "",
                "  ./cdp definitions diff definitions",
                ""
            })
    static final class Diff implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DefinitionsOption set;

        @Mixin
        private KafkaOption kafka;

        @Override
        public Integer call() throws IOException {
            return change(set, kafka, DefinitionPublisher::plan, ". Nothing was published", spec);
        }
    }

    /** Makes a set hold. */
    @Command(
            name = "publish",
            sortOptions = false,
            description = {
                "Make a folder of definitions hold, as a whole: cdp.definitions.v1 gets what is new",
                "or written otherwise, and what is in no file any more is removed. A running job",
                "takes it up without a restart. With mistakes nothing is published, and the exit",
                "code is 1.",
                "",
                "  ./cdp definitions publish definitions",
                ""
            })
    static final class Publish implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DefinitionsOption set;

        @Mixin
        private KafkaOption kafka;

        @Override
        public Integer call() throws IOException {
            return change(set, kafka, DefinitionPublisher::publish, ": published, publication %d holds", spec);
        }
    }

    /** What is done with a set at Kafka: {@link DefinitionPublisher}. */
    private interface Publishing {
        Publication of(String bootstrapServers, Definitions definitions, long now) throws UserException;
    }

    /** @param done is said behind what changes; the number of the publication goes into it */
    private static int change(
            DefinitionsOption set, KafkaOption kafka, Publishing publishing, String done, CommandSpec spec)
            throws IOException {
        Optional<Definitions> definitions = set.load();
        if (definitions.isEmpty()) {
            return ExitCode.SOFTWARE;
        }
        Terminal terminal = Terminal.of(spec.commandLine());
        Publication publication =
                publishing.of(kafka.bootstrapServers(), definitions.get(), System.currentTimeMillis());
        String changes = changes(publication, terminal);
        terminal.line(
                "%s",
                publication.isNothing()
                        ? holdsAlready(publication)
                        : changes + done.formatted(publication.after().publication()));
        return ExitCode.OK;
    }

    private static String holdsAlready(Publication publication) {
        return publication.before().publication() == 0
                ? "There is nothing to publish"
                : "Publication %d holds already, and says the same"
                        .formatted(publication.before().publication());
    }

    /** Prints what changes, and counts it. */
    private static String changes(Publication publication, Terminal terminal) {
        SortedMap<PublishedDefinition, Change> changes = publication.after().changesSince(publication.before());
        changes.forEach((definition, change) -> terminal.line(
                "%s %s %s%s",
                switch (change) {
                    case ADDED -> "+";
                    case CHANGED -> "~";
                    case REMOVED -> "-";
                },
                kind(definition.kind()),
                definition.name(),
                change == Change.REMOVED ? "" : "  version " + definition.version()));
        return "%d added, %d changed, %d removed"
                .formatted(
                        count(changes, Change.ADDED), count(changes, Change.CHANGED), count(changes, Change.REMOVED));
    }

    private static long count(SortedMap<PublishedDefinition, Change> changes, Change wanted) {
        return changes.values().stream().filter(change -> change == wanted).count();
    }

    private static String kind(DefinitionKind kind) {
        return switch (kind) {
            case TRAIT -> "computed trait";
            case SEGMENT -> "segment";
            case TRIGGER -> "trigger";
            case DELIVERY -> "rules";
            default -> "model";
        };
    }
}
