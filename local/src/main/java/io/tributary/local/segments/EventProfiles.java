package io.tributary.local.segments;

import io.tributary.local.UserException;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.input.EventFiles;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Profiles of files of events by whatever definitions: a backtest in memory, without triggers. The files are read for each
 * set of definitions, so that no two backtests are held at a time.
 */
public final class EventProfiles {
    private static final long PROGRESS_EVERY = 500_000;

    private final EventFiles files;
    private final IdentitySettings rules;
    private final OptionalLong until;
    private final Consumer<String> said;
    private boolean saidWhatIsRejected;

    /**
     * @param until later events are not read, milliseconds since 1970; empty for all
     * @param said is told what a person wants to know: how far a long run is, and what was rejected
     */
    public EventProfiles(EventFiles files, IdentitySettings rules, OptionalLong until, Consumer<String> said) {
        this.files = files;
        this.rules = rules;
        this.until = until;
        this.said = said;
    }

    /**
     * Profiles as public JSON, in the order of customer ids; for each set the same customers.
     *
     * @throws UserException if a file can't be read or does not fit its mapping
     */
    public List<byte[]> by(Definitions definitions) throws UserException {
        Backtest backtest = Backtest.withoutTriggers(definitions, ResolutionRules.of(rules));
        long[] seen = {0};
        files.read(new EventParser(EventLimits.defaults(), new IdentifierRules(rules)), (inbound, json) -> {
            backtest.add(inbound);
            if (++seen[0] % PROGRESS_EVERY == 0) {
                said.accept("%,d events read".formatted(seen[0]));
            }
        });
        if (seen[0] >= PROGRESS_EVERY) {
            said.accept("folding %,d events".formatted(seen[0]));
        }
        BacktestResult result = backtest.run(until, Runtime.getRuntime().availableProcessors());
        if (!result.rejects().isEmpty() && !saidWhatIsRejected) {
            saidWhatIsRejected = true;
            said.accept("%,d of %,d lines are rejected: ./cdp backtest says why"
                    .formatted(result.rejects().size(), result.counts().read()));
        }
        return result.profiles();
    }
}
