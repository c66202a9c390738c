package io.tributary.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.UserException;
import io.tributary.local.definitions.DefinitionsFolder;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.explain.PublishedResults;
import io.tributary.local.lookup.ProfileFile;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.stack.Folders;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Profiles with the definitions by which they were decided, and the instant at which a command looks at them. */
final class DecidedOption {
    private static final int PROGRESS_EVERY = 100_000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private SourceOption source;

    @Option(
            names = "--definitions",
            paramLabel = "DIR",
            description =
                    "Folder of the definitions that hold: those of the backtest (default: the starter library). Of"
                            + " a running stack those hold that were published.")
    private Path definitions;

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description = "The instant to decide at, ISO-8601 (default: the newest event of all customers).")
    private String at;

    @Mixin
    private IdentityOption identity;

    /** Does something with profiles. */
    @FunctionalInterface
    interface Use {
        /**
         * @param profiles in the order of customer ids
         * @param name what messages call them
         */
        void of(ProfileFile profiles, String name) throws IOException;
    }

    IdentitySettings rules() throws UserException {
        return identity.settings().orElse(IdentitySettings.defaults());
    }

    IdentityOption identity() {
        return identity;
    }

    /** The instant that was given, milliseconds since 1970; empty if none was. */
    OptionalLong at() {
        if (at == null) {
            return OptionalLong.empty();
        }
        long instant = Timestamps.parse(at);
        if (instant == Timestamps.INVALID) {
            throw new ParameterException(
                    spec.commandLine(), "--at is no ISO-8601 instant like 2026-01-31T00:00:00Z: " + at + ".");
        }
        return OptionalLong.of(instant);
    }

    /**
     * The definitions that hold.
     *
     * @param ofFiles whether there are files of events to decide by: then no stack need run
     * @throws UserException if they can't be read, or the results of the backtest were not made by them
     */
    Definitions inForce(boolean ofFiles) throws IOException {
        boolean ofStack = source.file("summary.json").isEmpty() && (source.isStackGiven() || !ofFiles);
        if (ofStack) {
            if (definitions != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--definitions is for files: of a running stack those hold that were published.");
            }
            return DefinitionPublisher.inForce(source.endpoints().kafka(), rules());
        }
        Path folder = definitions == null ? StarterLibrary.folder() : definitions;
        Definitions set = DefinitionsFolder.load(folder, rules());
        if (source.file("summary.json").isPresent()) {
            requireMadeBy(set, folder, source.file("summary.json").get());
        }
        return set;
    }

    /** The summary names all segments that there were. Otherwise they would be misread without a word. */
    private static void requireMadeBy(Definitions set, Path folder, Path summary) throws IOException {
        JsonNode sizes =
                AcceptedJson.mapper().readTree(Files.readAllBytes(summary)).path("segments");
        Set<String> names = new TreeSet<>();
        sizes.fieldNames().forEachRemaining(names::add);
        if (!names.equals(set.segments().keySet())) {
            throw new UserException(
                    "%s has other segments than %s: name the definitions of that backtest with --definitions"
                            .formatted(summary, folder));
        }
    }

    /**
     * Uses the profiles.
     *
     * @throws IOException if they can't be read
     */
    void profiles(Use use) throws IOException {
        if (source.file("profiles.jsonl").isPresent()) {
            Path file = source.file("profiles.jsonl").get();
            use.of(new ProfileFile(file), file.toString());
            return;
        }
        Path folder = Files.createTempDirectory("cdp-segments");
        try {
            Path file = folder.resolve("profiles.jsonl");
            PublishedResults.downloadProfiles(source.endpoints().kafka(), file, this::progress);
            use.of(new ProfileFile(file), Topic.PROFILES);
        } finally {
            Folders.delete(folder);
        }
    }

    /** Says on standard error how far a long read is. */
    void progress(long read) {
        if (read % PROGRESS_EVERY == 0) {
            PrintWriter err = spec.commandLine().getErr();
            err.printf("%,d profiles read%n", read);
            err.flush();
        }
    }
}
