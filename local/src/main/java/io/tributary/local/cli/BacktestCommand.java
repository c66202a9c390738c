package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.backtest.BacktestWriter;
import io.tributary.local.backtest.TriggerChanges;
import io.tributary.local.backtest.TriggerReport;
import io.tributary.local.definitions.DefinitionsFolder;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.input.EventFiles;
import io.tributary.local.input.PrivacyFiles;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.privacy.PrivacyParser;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the suite's decisions over files, without Kafka and Elasticsearch. */
@Command(
        name = "backtest",
        sortOptions = false,
        description = {
            "Runs the customer job's logic over files and writes profiles.jsonl, triggers.jsonl, rejects.jsonl,",
            "triggers-suppressed.jsonl (what was held back, and why), identity-changes.jsonl, segment-changes.jsonl,",
            "trigger-report.json (how often each trigger fired, for how many, who bought anyway) and summary.json.",
            "Exits 0 also when lines are rejected.",
            "The result depends neither on the order of the lines nor on the parallelism. Identifiers that belong to",
            "one person are one customer (docs/identity.md).",
            "",
            "Not exercised: Kafka, Elasticsearch, checkpoints, watermarks and lateness (all events are applied in",
            "order, so none is late). All events are held in memory, about a kilobyte and a half each.",
            ""
        })
public final class BacktestCommand implements Callable<Integer> {
    private static final long PROGRESS_EVERY = 500_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EventsOption events;

    @Mixin
    private IdentityOption identity;

    @Option(
            names = "--privacy",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Commands that unmerge or erase somebody: JSON lines as in cdp.privacy.v1 (also .gz). See"
                    + " docs/identity.md.")
    private List<Path> privacy = new ArrayList<>();

    @Option(
            names = "--until",
            paramLabel = "INSTANT",
            description = "ISO-8601. Later events are not read, later commands not obeyed; timers fire up to and"
                    + " including it (default: the newest accepted event).")
    private String until;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the results.")
    private Path out;

    @Option(
            names = "--definitions",
            paramLabel = "DIR",
            description = "Folder of definitions: computed traits, segments, triggers (docs/definitions.md). They hold"
                    + " from the beginning, and nothing else does (default: the starter library,"
                    + " docs/starter-library.md).")
    private Path definitions;

    @Option(
            names = "--diff",
            paramLabel = "OLD_DEFINITIONS",
            description = "Folder of other definitions: says for each trigger which it fires that they do not, and the"
                    + " other way round. All is decided twice, and takes twice the memory and the time.")
    private Path old;

    /** In the contract and not there yet, which is another answer than that of an option that nobody knows. */
    @Option(names = "--catalog", hidden = true)
    private Path catalog;

    private long seen;

    @Override
    public Integer call() throws IOException {
        if (catalog != null) {
            throw new ParameterException(
                    spec.commandLine(), "--catalog is not there yet: it comes with triggers on prices and stock.");
        }
        if (parallelism < 1 || parallelism > 256) {
            throw new ParameterException(spec.commandLine(), "--parallelism must be between 1 and 256.");
        }
        OptionalLong end = end();
        IdentitySettings rules = identity.settings().orElse(IdentitySettings.defaults());
        EventFiles files = events.files(rules);
        PrivacyFiles commands = PrivacyFiles.of(privacy);
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new UserException(out + " is a file: --out names a folder");
        }
        long started = System.nanoTime();
        Backtest backtest = backtest(definitions, rules);
        Backtest before = old == null ? null : backtest(old, rules);
        IdentifierRules identifiers = new IdentifierRules(rules);
        commands.read(new PrivacyParser(identifiers), (inbound, line) -> {
            backtest.add(inbound, line);
            if (before != null) {
                before.add(inbound, line);
            }
        });
        files.read(new EventParser(EventLimits.defaults(), identifiers), (inbound, json) -> {
            backtest.add(inbound);
            if (before != null) {
                before.add(inbound);
            }
            if (++seen % PROGRESS_EVERY == 0) {
                progress("%,d events read".formatted(seen));
            }
        });
        if (seen >= PROGRESS_EVERY) {
            progress("folding %,d events".formatted(seen));
        }
        BacktestResult result = backtest.run(end, parallelism);
        new BacktestWriter(out).write(result, (System.nanoTime() - started) / 1e9);
        report(result.counts());
        if (before != null) {
            changes(TriggerChanges.between(before.run(end, parallelism), result));
        }
        Terminal.of(spec.commandLine()).line("Results in %s", out);
        return 0;
    }

    private static Backtest backtest(Path folder, IdentitySettings rules) throws UserException {
        Definitions set = DefinitionsFolder.load(folder == null ? StarterLibrary.folder() : folder, rules);
        return new Backtest(set, ResolutionRules.of(rules));
    }

    private OptionalLong end() {
        if (until == null) {
            return OptionalLong.empty();
        }
        long instant = Timestamps.parse(until);
        if (instant == Timestamps.INVALID) {
            throw new ParameterException(
                    spec.commandLine(), "--until is no ISO-8601 instant like 2026-01-31T00:00:00Z: " + until + ".");
        }
        return OptionalLong.of(instant);
    }

    private void progress(String message) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(message);
        err.flush();
    }

    private static String text(TriggerReport.Counts counts) {
        String suppressed = counts.suppressed().entrySet().stream()
                .map(entry ->
                        "%,d by %s".formatted(entry.getValue(), entry.getKey().id()))
                .collect(Collectors.joining(", "));
        return fired(counts) + (suppressed.isEmpty() ? "" : "; held back " + suppressed);
    }

    private static String fired(TriggerReport.Counts counts) {
        if (counts.fired() == 0) {
            return "0";
        }
        return "%,d for %,d customer%s, at most %,d a day; %,d (%d %%) bought within 24 hours"
                .formatted(
                        counts.fired(),
                        counts.customers(),
                        counts.customers() == 1 ? "" : "s",
                        counts.mostPerDay(),
                        counts.boughtWithinADay(),
                        100 * counts.boughtWithinADay() / counts.fired());
    }

    private void report(BacktestResult.Counts counts) {
        Terminal terminal = Terminal.of(spec.commandLine());
        long rejected =
                counts.rejected().values().stream().mapToLong(Long::longValue).sum();
        terminal.line(
                "%,d events read: %,d accepted, %,d duplicate, %,d rejected%s",
                counts.read(),
                counts.accepted(),
                counts.duplicate(),
                rejected,
                counts.afterUntil() == 0 ? "" : "; %,d after --until".formatted(counts.afterUntil()));
        counts.rejected().forEach((reason, number) -> terminal.line("  rejected as %s: %,d", reason.id(), number));
        terminal.line("%,d customers, %,d mergers", counts.customers(), counts.merges());
        counts.triggers().all().forEach((subject, fired) -> terminal.line("  fired %s: %s", subject, text(fired)));
        counts.segments().forEach((segment, size) -> terminal.line("  in segment %s: %,d", segment, size));
    }

    private void changes(SortedMap<TriggerReport.Subject, TriggerChanges.Change> changes) {
        Terminal terminal = Terminal.of(spec.commandLine());
        terminal.line("Compared with %s:", old);
        changes.forEach((subject, change) -> terminal.line(
                "  %s: %,d before, %,d now: %,d alike, %,d at another time, %,d new, %,d no more",
                subject,
                change.before(),
                change.now(),
                change.alike(),
                change.atAnotherTime(),
                change.added(),
                change.gone()));
    }
}
