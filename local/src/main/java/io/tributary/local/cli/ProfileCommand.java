package io.tributary.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import io.tributary.local.lookup.FoundProfiles;
import io.tributary.local.lookup.ProfileFile;
import io.tributary.local.lookup.ProfileIndices;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.local.lookup.Profiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at profiles. */
@Command(
        name = "profile",
        description = "Profiles of customers.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = ProfileCommand.Find.class)
final class ProfileCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There is: find.");
    }

    /** Finds who lists an identifier. */
    @Command(
            name = "find",
            sortOptions = false,
            description = {
                "Print the profile of the customer who has an identifier, as JSON: of each one, if several have it,",
                "as with a shared device. The identifier is normalised as those of events are: e-mail addresses in",
                "lower case, phone numbers as +48512345678. A customer id also finds who it was merged into.",
                "",
                "From the running stack, the profile is put together from the indices cdp-profiles and cdp-personal,",
                "a second or two behind the job. Elasticsearch holds amounts as doubles: the exact profile is in",
                "cdp.profiles.v1.",
                "",
                "  ./cdp profile find email:ana@x.com",
                "  ./cdp profile find c_7f3a9c01d2e4b586 --in results",
                ""
            })
    static final class Find implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(
                paramLabel = "NAMESPACE:VALUE",
                description = "An identifier, such as user_id:42, or a customer id (c_ and 16 hexadecimal digits)."
                        + " Namespaces: user_id, crm_id, loyalty_card, email, phone, anonymous_id, device_id, and those"
                        + " that are configured.")
        private String wanted;

        @Mixin
        private SourceOption source;

        @Mixin
        private IdentityOption identity;

        @Override
        public Integer call() throws IOException {
            ProfileQuery query = WantedCustomer.query(spec, wanted, identity.settings());
            Optional<Path> file = source.file("profiles.jsonl");
            Profiles profiles = file.isPresent()
                    ? new ProfileFile(file.get())
                    : new ProfileIndices(source.endpoints().elasticsearch());
            FoundProfiles found = profiles.find(query);
            if (found.total() == 0) {
                throw new UserException("No customer in %s has %s%s"
                        .formatted(
                                profiles.name(),
                                query.text(),
                                query.advice()
                                        + (file.isPresent() ? "" : "; the job may lag: look with ./cdp status")));
            }
            print(found, query);
            return 0;
        }

        private void print(FoundProfiles found, ProfileQuery query) {
            PrintWriter out = spec.commandLine().getOut();
            for (ObjectNode profile : found.profiles()) {
                out.println(profile.toPrettyString());
            }
            out.flush();
            WantedCustomer.sayIfSeveral(
                    spec, query, found.total(), found.profiles().size(), "shown");
        }
    }
}
