package io.tributary.local.cli;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.UserException;
import io.tributary.local.explain.Explanations;
import io.tributary.local.explain.PublishedResults;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.Folders;
import io.tributary.local.stack.Topics;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at who is who, and corrects it. */
@Command(
        name = "identity",
        description = "Which identifiers are one customer, and why; keeping two apart, forgetting one.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {IdentityCommand.Explain.class, IdentityCommand.Unmerge.class, IdentityCommand.Erase.class})
final class IdentityCommand implements Runnable {
    /** A ticker ticks each second. */
    private static final Duration TICKER_SHOWS = Duration.ofSeconds(3);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: explain, unmerge, erase.");
    }

    /** Tells how a customer has become what it is. */
    @Command(
            name = "explain",
            sortOptions = false,
            description = {
                "Tell which event linked what, what was refused, and why: who the customer is",
                "now, or into whom it was merged, then its history, each change with the message",
                "id of the event that caused it. The histories of those who were merged into it",
                "belong to it, marked with their customer ids. Of several customers who have an",
                "identifier, as with a shared device, the first ten are explained. The rules:",
                "docs/identity.md.",
                "",
                "It reads what the job has published, cdp.profiles.v1 and cdp.identity-changes.v1,",
                "or with --in the results of a backtest. Name the rules of identity that were",
                "followed, if other than the default.",
                "",
                "  ./cdp identity explain email:ana@x.com",
                "  ./cdp identity explain c_7f3a9c01d2e4b586 --in results",
                ""
            })
    static final class Explain implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(
                paramLabel = "CUSTOMER",
                description = "A customer id (c_ and 16 hexadecimal digits), also of one that was merged away, or"
                        + " NAMESPACE:VALUE, such as user_id:42. Namespaces: user_id, crm_id, loyalty_card, email,"
                        + " phone, anonymous_id, device_id, and those that are configured.")
        private String wanted;

        @Mixin
        private SourceOption source;

        @Mixin
        private IdentityOption identity;

        @Override
        public Integer call() throws IOException {
            Optional<IdentitySettings> rules = identity.settings();
            ProfileQuery query = WantedCustomer.query(spec, wanted, rules);
            Optional<Path> profiles = source.file("profiles.jsonl");
            if (profiles.isPresent()) {
                Path changes = source.file("identity-changes.jsonl").orElseThrow();
                explain(
                        new Explanations(profiles.get(), changes, rules.orElse(IdentitySettings.defaults())),
                        query,
                        "");
                return 0;
            }
            Path folder = Files.createTempDirectory("cdp-explain");
            try {
                PublishedResults.download(source.endpoints().kafka(), folder);
                Explanations explanations = new Explanations(
                        folder.resolve("profiles.jsonl"),
                        folder.resolve("identity-changes.jsonl"),
                        rules.orElse(IdentitySettings.defaults()));
                explain(explanations, query, "; the job may lag: look with ./cdp status");
            } finally {
                Folders.delete(folder);
            }
            return 0;
        }

        private void explain(Explanations explanations, ProfileQuery query, String hint) throws IOException {
            Explanations.Found found = explanations.explain(query);
            if (found.total() == 0) {
                String where = hint.isEmpty() ? explanations.name() : "what the job has published";
                throw new UserException(
                        "No customer in %s has %s%s%s".formatted(where, query.text(), query.advice(), hint));
            }
            print(found, query);
        }

        private void print(Explanations.Found found, ProfileQuery query) {
            Terminal terminal = Terminal.of(spec.commandLine());
            boolean first = true;
            for (List<String> lines : found.texts()) {
                if (!first) {
                    terminal.line("");
                }
                first = false;
                terminal.line("@|bold %s|@", lines.get(0));
                lines.subList(1, lines.size()).forEach(line -> terminal.line("%s", line));
            }
            WantedCustomer.sayIfSeveral(
                    spec, query, found.total(), found.texts().size(), "explained");
        }
    }

    /** What goes to {@code cdp.privacy.v1}, and how. */
    static final class Demand {
        @Mixin
        private StackOption stack;

        @Mixin
        private IdentityOption identity;

        @Option(
                names = "--at",
                paramLabel = "INSTANT",
                description = "From when on it holds, ISO-8601 (default: how far event time has come).")
        private String at;

        @Option(
                names = "--id",
                paramLabel = "ID",
                description = "The command's id, by which it is obeyed once and named in what it changes (default: a"
                        + " hash of the command).")
        private String id;

        /** @param kind makes the command of its id and its instant */
        private int send(CommandSpec spec, String name, String said, BiFunction<String, Long, PrivacyCommand> kind)
                throws IOException {
            if (at != null && Timestamps.parse(at) == Timestamps.INVALID) {
                throw new ParameterException(
                        spec.commandLine(), "--at is no ISO-8601 instant like 2026-01-31T00:00:00Z: " + at + ".");
            }
            String kafka = stack.endpoints().kafka();
            long now = Topics.newestEventTime(kafka)
                    .orElseThrow(() -> new UserException("Nothing has happened yet: cdp.events.v1 is empty"));
            PrivacyCommand unnamed = kind.apply("", at == null ? now : Timestamps.parse(at));
            PrivacyCommand command =
                    kind.apply(id == null ? name + "-" + Hashes.longHex(unnamed.json()) : id, unnamed.at());
            Terminal terminal = Terminal.of(spec.commandLine());
            try (Publisher publisher = new Publisher(kafka)) {
                publisher.send(command);
                publisher.flush();
                terminal.line("%s at %s  [%s]", said, Timestamps.format(command.at()), command.id());
                if (command.at() <= now && standsStill(kafka, now)) {
                    // As behind published files: nobody else would tell the time.
                    long tick =
                            now + CustomerOptions.LATENESS_BOUND.defaultValue().toMillis() + 1;
                    publisher.tick(tick);
                    publisher.flush();
                    terminal.line("Nobody ticks, so a tick went along; event time is at %s", Timestamps.format(tick));
                } else {
                    terminal.line("It holds when event time has come there");
                }
            }
            return 0;
        }

        private static boolean standsStill(String kafka, long now) throws IOException {
            long end = System.nanoTime() + TICKER_SHOWS.toNanos();
            while (System.nanoTime() < end) {
                if (Topics.newestEventTime(kafka).orElse(now) > now) {
                    return false;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
            return true;
        }

        private Identifier identifier(CommandSpec spec, String text) throws UserException {
            IdentitySettings settings = identity.settings().orElse(IdentitySettings.defaults());
            if (WantedCustomer.query(spec, text, Optional.of(settings)) instanceof ProfileQuery.Of of) {
                return of.identifier();
            }
            throw new ParameterException(
                    spec.commandLine(), "'%s' is a customer id: name one of its identifiers.".formatted(text));
        }
    }

    /** Keeps two identifiers apart. */
    @Command(
            name = "unmerge",
            sortOptions = false,
            description = {
                "Keep two person identifiers apart, for good: whatever connects them, they are",
                "never one customer. What was done by the identifier that goes to another",
                "customer goes with it: docs/identity.md says which events move. The command goes",
                "to cdp.privacy.v1 of the running stack.",
                "",
                "  ./cdp identity unmerge email:ana@x.com user_id:42",
                ""
            })
    static final class Unmerge implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = "IDENTIFIER", description = "NAMESPACE:VALUE of a person.")
        private String one;

        @Parameters(index = "1", paramLabel = "WITH", description = "NAMESPACE:VALUE of a person.")
        private String other;

        @Mixin
        private Demand demand;

        @Override
        public Integer call() throws IOException {
            Identifier identifier = person(one);
            Identifier with = person(other);
            if (identifier.equals(with)) {
                throw new ParameterException(spec.commandLine(), "Both are " + with.qualified() + ".");
            }
            String said = "%s and %s are never one customer,".formatted(identifier.qualified(), with.qualified());
            return demand.send(spec, "unmerge", said, (id, at) -> PrivacyCommand.unmerge(id, at, identifier, with));
        }

        private Identifier person(String text) throws UserException {
            Identifier identifier = demand.identifier(spec, text);
            if (!identifier.namespace().isPerson()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "%s is a device's: a login is not undone.".formatted(identifier.qualified()));
            }
            return identifier;
        }
    }

    /** Forgets a customer. */
    @Command(
            name = "erase",
            sortOptions = false,
            description = {
                "Forget the customer to whom an identifier belongs: ledgers, profile, open",
                "triggers, documents in Elasticsearch. Of its person identifiers a hash stays, by",
                "which they are never linked again. docs/identity.md says what is reached and what",
                "is not. The command goes to cdp.privacy.v1 of the running stack. It can't be",
                "undone.",
                "",
                "  ./cdp identity erase email:ana@x.com",
                ""
            })
    static final class Erase implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(
                paramLabel = "IDENTIFIER",
                description = "NAMESPACE:VALUE; a device stands for its customer only if nobody has logged in on it.")
        private String one;

        @Mixin
        private Demand demand;

        @Override
        public Integer call() throws IOException {
            Identifier identifier = demand.identifier(spec, one);
            String said = "The customer of %s is erased".formatted(identifier.qualified());
            return demand.send(spec, "erase", said, (id, at) -> PrivacyCommand.erase(id, at, identifier));
        }
    }
}
