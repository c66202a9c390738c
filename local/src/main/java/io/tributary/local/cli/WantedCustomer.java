package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What commands have in common that are asked about a customer: by an identifier, or by its id. */
final class WantedCustomer {
    private WantedCustomer() {}

    /**
     * @param identity the rules of identity, if they are known
     * @throws ParameterException if it is neither an identifier nor a customer id
     */
    static ProfileQuery query(CommandSpec spec, String wanted, Optional<IdentitySettings> identity)
            throws UserException {
        try {
            return ProfileQuery.parse(wanted, identity);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /**
     * Says on standard error that there is more than one customer, if so.
     *
     * @param total how many there are
     * @param told how many of them the command has told of
     * @param how it has told of them: shown
     */
    static void sayIfSeveral(CommandSpec spec, ProfileQuery query, long total, int told, String how) {
        if (total > 1) {
            PrintWriter err = spec.commandLine().getErr();
            err.printf(
                    "%,d customers have %s%s.%n",
                    total, query.text(), total > told ? "; %s are the first %,d".formatted(how, told) : "");
            err.flush();
        }
    }
}
