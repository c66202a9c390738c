package io.tributary.local.streaming;

import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.util.ArrayList;
import java.util.List;

/** The oracle's privacy commands as the job's: each with an id of its own, without those that would be refused. */
final class CrowdCommands {
    private CrowdCommands() {}

    static List<PrivacyCommand> of(List<io.tributary.local.oracle.PrivacyCommand> commands) {
        List<PrivacyCommand> obeyed = new ArrayList<>();
        for (io.tributary.local.oracle.PrivacyCommand command : commands) {
            String id = "p-%04d".formatted(obeyed.size());
            long at = command.at().toEpochMilli();
            Identifier one = identifier(command.identifier());
            if (command.with() == null) {
                obeyed.add(PrivacyCommand.erase(id, at, one));
                continue;
            }
            Identifier other = identifier(command.with());
            if (!one.equals(other)
                    && one.namespace().isPerson()
                    && other.namespace().isPerson()) {
                obeyed.add(PrivacyCommand.unmerge(id, at, one, other));
            }
        }
        return obeyed;
    }

    private static Identifier identifier(String qualified) {
        int colon = qualified.indexOf(':');
        IdentifierRules rules = IdentifierRules.defaults();
        return rules.normalise(rules.namespace(qualified.substring(0, colon)), qualified.substring(colon + 1));
    }
}
