package io.tributary.local.cli;

import io.tributary.local.publish.Publisher;
import io.tributary.local.rejects.Printable;
import io.tributary.local.rejects.RejectLog;
import io.tributary.local.rejects.RejectReplay;
import io.tributary.local.rejects.StoredReject;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.yaml.NearestName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Looks at what was refused, and sends it again. */
@Command(
        name = "rejects",
        description = "What was refused, and why.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RejectsCommand.Show.class, RejectsCommand.Replay.class})
final class RejectsCommand implements Runnable {
    private static final int MAX_TEXT = 1_000;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: show, replay.");
    }

    /** A reason by its id, with a hint at the one that was probably meant. */
    static final class ReasonConverter implements ITypeConverter<RejectReason> {
        @Override
        public RejectReason convert(String text) {
            List<String> ids =
                    Arrays.stream(RejectReason.values()).map(RejectReason::id).toList();
            if (ids.contains(text)) {
                return RejectReason.byId(text);
            }
            throw new TypeConversionException("there is no reason '%s'%s"
                    .formatted(
                            text,
                            NearestName.of(text, ids)
                                    .map(near -> "; did you mean '" + near + "'?")
                                    .orElse("; there are: " + String.join(", ", ids) + ".")));
        }
    }

    private static boolean isWanted(StoredReject reject, RejectReason reason) {
        return reason == null || reason.id().equals(reject.reason());
    }

    /** Counts and examples. */
    @Command(
            name = "show",
            sortOptions = false,
            description = {
                "Count rejects by reason, and show examples: where each comes from, what is wrong, and its bytes on one",
                "line, cut to the terminal's width (160 characters elsewhere), control characters escaped.",
                "From the running stack they are read from cdp.rejects.v1, where they appear with the job's next",
                "checkpoint. docs/rejects.md explains the reasons."
            })
    static final class Show implements Callable<Integer> {
        private static final String INDENT = "  ";

        @Spec
        private CommandSpec spec;

        @Mixin
        private SourceOption source;

        @Option(
                names = "--reason",
                paramLabel = "R",
                converter = ReasonConverter.class,
                description = "Only those with this reason, such as not_json.")
        private RejectReason reason;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "10",
                description = "Examples in all, of every reason alike (default: ${DEFAULT-VALUE}).")
        private int limit;

        private final Map<String, Long> counts = new TreeMap<>();
        private final Map<String, Deque<StoredReject>> examples = new TreeMap<>();

        @Override
        public Integer call() throws IOException {
            if (limit < 0) {
                throw new ParameterException(spec.commandLine(), "--limit must not be negative.");
            }
            Optional<Path> file = source.file("rejects.jsonl");
            RejectLog log = file.isPresent()
                    ? RejectLog.of(file.get())
                    : RejectLog.of(source.endpoints().kafka());
            log.read(this::take);
            Terminal terminal = Terminal.of(spec.commandLine());
            if (counts.isEmpty()) {
                terminal.line("%s", reason == null ? "No rejects." : "No rejects with the reason " + reason.id() + ".");
                return 0;
            }
            table(terminal);
            examples(terminal);
            return 0;
        }

        private void take(StoredReject reject) {
            if (isWanted(reject, reason)) {
                counts.merge(reject.reason(), 1L, Long::sum);
                Deque<StoredReject> shown = examples.computeIfAbsent(reject.reason(), id -> new ArrayDeque<>());
                if (shown.size() < limit) {
                    shown.add(reject);
                }
            }
        }

        private void table(Terminal terminal) {
            int width = counts.keySet().stream().mapToInt(String::length).max().orElseThrow();
            counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                            .thenComparing(Map.Entry.comparingByKey()))
                    .forEach(count -> terminal.line("%-" + width + "s %,10d", count.getKey(), count.getValue()));
            if (counts.size() > 1) {
                long total = counts.values().stream().mapToLong(Long::longValue).sum();
                terminal.line("%-" + width + "s %,10d", "total", total);
            }
        }

        /** In turn from every reason, so that a rare one is not hidden by a frequent one. */
        private void examples(Terminal terminal) {
            Map<String, List<StoredReject>> chosen = new TreeMap<>();
            for (int left = limit; left > 0 && examples.values().stream().anyMatch(waiting -> !waiting.isEmpty()); ) {
                for (Map.Entry<String, Deque<StoredReject>> waiting : examples.entrySet()) {
                    if (left > 0 && !waiting.getValue().isEmpty()) {
                        chosen.computeIfAbsent(waiting.getKey(), id -> new ArrayList<>())
                                .add(waiting.getValue().remove());
                        left--;
                    }
                }
            }
            int width = terminal.width();
            for (List<StoredReject> ofReason : chosen.values()) {
                for (StoredReject reject : ofReason) {
                    terminal.line("");
                    terminal.line(
                            "@|bold %s|@  %s: %s",
                            printable(reject.where()), reject.reason(), printable(reject.detail()));
                    if (reject.raw().length > 0) {
                        terminal.line(
                                "%s", INDENT + Printable.line(reject.raw(), Math.max(1, width - INDENT.length())));
                    }
                }
            }
        }
    }

    /** The names of files and documents come from outside too. */
    private static String printable(String text) {
        return Printable.line(text.getBytes(StandardCharsets.UTF_8), MAX_TEXT);
    }

    /** Sends rejects again. */
    @Command(
            name = "replay",
            sortOptions = false,
            description = {
                "Send the bytes of rejects to cdp.events.v1 of the running stack again, after what refused them was",
                "mended. They come from a backtest (--in) or from the stack's own cdp.rejects.v1.",
                "",
                "Sent is what today's rules accept, in the order of events, with the record time that it had; the rest",
                "is counted and stays where it is. Of several rejects with the same bytes one is sent. What is sent",
                "carries the id of its reject in a header, so a second replay does not send it again, and one that was",
                "interrupted is continued; two replays at the same time may send it twice. Beyond that, the job drops",
                "what it has by its messageId, as long as it remembers it: 24 hours of event time and 1,000 ids per",
                "device or person. If the job refuses it again, there is a new reject, which may be replayed again.",
                "No tick is sent: event time stays where it is.",
                "",
                "Rows of mapped files are not sent, whatever refused them: a row alone has neither its header nor the",
                "other rows of its order. Mend the mapping or the row and publish the file again; what has arrived is",
                "recognised by its messageId. Nor are documents that Elasticsearch refused: their events",
                "were accepted, and the next change of the profile writes it again.",
                ""
            })
    static final class Replay implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(
                names = "--in",
                paramLabel = "OUT_DIR",
                description = "Take them from the results of a backtest. Without it: from the stack's cdp.rejects.v1.")
        private Path in;

        @Mixin
        private StackOption stack;

        @Option(
                names = "--reason",
                paramLabel = "R",
                converter = ReasonConverter.class,
                description = "Only those with this reason, such as too_large.")
        private RejectReason reason;

        @Option(
                names = "--dry-run",
                description = "Say what would be sent, and send nothing. With --in it needs no stack; without one it"
                        + " can't know what was sent before.")
        private boolean dryRun;

        @Override
        public Integer call() throws IOException {
            RejectLog log = in == null ? null : RejectLog.of(SourceOption.resultOf(in, "rejects.jsonl"));
            boolean withoutStack =
                    dryRun && in != null && stack.folder().runningPid().isEmpty();
            String kafka = withoutStack ? null : stack.endpoints().kafka();
            if (log == null) {
                log = RejectLog.of(kafka);
            }
            RejectReplay replay = new RejectReplay(
                    EventParser.withDefaults(), withoutStack ? Set.of() : RejectReplay.sentEarlier(kafka));
            log.read(reject -> {
                if (isWanted(reject, reason)) {
                    replay.add(reject);
                }
            });
            if (!dryRun && replay.accepted() > 0) {
                try (Publisher publisher = new Publisher(kafka)) {
                    replay.send(publisher);
                }
            }
            report(replay);
            return 0;
        }

        private void report(RejectReplay replay) {
            Terminal terminal = Terminal.of(spec.commandLine());
            terminal.line("%,d %s to cdp.events.v1", replay.accepted(), dryRun ? "would be sent" : "sent");
            line(terminal, replay.repeated(), "not sent: the same bytes as one that is");
            line(terminal, replay.earlier(), "not sent: an earlier replay has sent them");
            replay.refused().forEach((id, number) -> line(terminal, number, "not sent: still refused as " + id));
            line(
                    terminal,
                    replay.rows(),
                    "not sent: rows of a mapped file; mend the mapping and publish the file again");
            line(terminal, replay.documents(), "not sent: documents that Elasticsearch refused, no events");
        }

        private static void line(Terminal terminal, long number, String what) {
            if (number > 0) {
                terminal.line("%,d %s", number, what);
            }
        }
    }
}
