package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.explain.Explanations;
import io.tributary.local.explain.PublishedResults;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.local.stack.Folders;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at who is who. */
@Command(
        name = "identity",
        description = "Which identifiers are one customer, and why.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = IdentityCommand.Explain.class)
final class IdentityCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There is: explain.");
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
}
