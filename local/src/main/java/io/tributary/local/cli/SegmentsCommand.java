package io.tributary.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import io.tributary.local.explain.Explanations;
import io.tributary.local.input.EventFiles;
import io.tributary.local.lookup.ProfileFile;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.local.segments.ChangedSegments;
import io.tributary.local.segments.EventProfiles;
import io.tributary.local.segments.MembershipText;
import io.tributary.local.segments.PreviewText;
import io.tributary.local.segments.SegmentPreview;
import io.tributary.operators.segment.PublishedFacts;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at segments. */
@Command(
        name = "segments",
        description = "Whom a segment would have, and why somebody is in one.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SegmentsCommand.Preview.class, SegmentsCommand.Explain.class})
final class SegmentsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: preview, explain.");
    }

    /** @param given true if a person has chosen the instant */
    private static String instant(long at, boolean given) {
        return Timestamps.format(at) + (given ? "" : ", the newest event");
    }

    private static UserException nobody(String name) {
        return new UserException("There is no profile in " + name);
    }

    /** Tells whom new or changed segments would have. */
    @Command(
            name = "preview",
            sortOptions = false,
            description = {
                "Tell whom segments would have before they are published: of each segment of",
                "FILE its size, some of its customers with the conditions that decide, and what",
                "it has in common with the segments that hold; of one that decides otherwise than",
                "now also who would enter and who would leave. FILE is checked together with the",
                "definitions that hold, of which it replaces those of the same name.",
                "",
                "It decides by profiles: cdp.profiles.v1 of the running stack, or with --in those",
                "of a backtest. They don't tell of computed traits that are new or changed, nor",
                "of parametric segments that are: for these name the events to decide by. Then a",
                "backtest runs in memory, by the definitions of --definitions or, with --dir,",
                "those that the stack has published.",
                "",
                "  ./cdp segments preview new.yaml --in results",
                "  ./cdp segments preview new.yaml --events shop.jsonl",
                ""
            })
    static final class Preview implements Callable<Integer> {
        private static final int MOST_NAMED = 3;

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "A file of definitions, or a folder of them.")
        private Path file;

        @Mixin
        private DecidedOption decided;

        @Option(
                names = "--events",
                arity = "1..*",
                paramLabel = "FILE",
                description = "Events to decide by instead of profiles, as backtest reads them; up to --at.")
        private List<Path> events = new ArrayList<>();

        @Option(
                names = "--mapping",
                arity = "1..*",
                paramLabel = "M",
                description = "Mapping files: one for all files, or one for each. See docs/mappings.md.")
        private List<Path> mappings = new ArrayList<>();

        @Option(
                names = "--samples",
                paramLabel = "N",
                defaultValue = "10",
                description = "How many customers are shown of each segment (default: ${DEFAULT-VALUE}).")
        private int samples;

        @Override
        public Integer call() throws IOException {
            if (samples < 0 || samples > 1_000) {
                throw new ParameterException(spec.commandLine(), "--samples must be between 0 and 1000.");
            }
            if (events.isEmpty() && !mappings.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "--mapping is for --events.");
            }
            OptionalLong at = decided.at();
            EventFiles files = events.isEmpty() ? null : EventFiles.of(events, mappings, decided.rules());
            Definitions inForce = decided.inForce(files != null);
            Optional<Definitions.Extended> extended = extend(inForce);
            if (extended.isEmpty()) {
                return ExitCode.SOFTWARE;
            }
            ChangedSegments changed = new ChangedSegments(inForce, extended.get());
            if (changed.changes().isEmpty()) {
                throw new UserException(file + " has no segment, and changes none of those that hold");
            }
            if (files != null) {
                byEvents(changed, files, at);
            } else {
                requireTold(changed);
                decided.profiles((profiles, name) -> byProfiles(changed, profiles, name, at));
            }
            return ExitCode.OK;
        }

        private Optional<Definitions.Extended> extend(Definitions inForce) throws UserException {
            try {
                return Optional.of(inForce.with(file, decided.rules()));
            } catch (DefinitionsException e) {
                DefinitionsCommand.name(e, spec);
                return Optional.empty();
            } catch (DefinitionException | UncheckedIOException e) {
                throw new UserException(e.getMessage(), e);
            }
        }

        private void requireTold(ChangedSegments changed) {
            List<String> untold = changed.untold();
            if (!untold.isEmpty()) {
                int more = untold.size() - MOST_NAMED;
                throw new ParameterException(
                        spec.commandLine(),
                        "Profiles can't tell of all segments (%s%s): name the events to decide by, with --events."
                                .formatted(
                                        String.join("; ", untold.subList(0, Math.min(untold.size(), MOST_NAMED))),
                                        more > 0 ? "; and %d more".formatted(more) : ""));
            }
        }

        private void byProfiles(ChangedSegments changed, ProfileFile profiles, String name, OptionalLong given)
                throws IOException {
            long[] newest = {given.orElse(Long.MIN_VALUE)};
            if (given.isEmpty()) {
                profiles.read(profile -> newest[0] = Math.max(newest[0], PublishedFacts.lastSeen(profile)));
            }
            if (newest[0] == Long.MIN_VALUE) {
                throw nobody(name);
            }
            SegmentPreview preview = new SegmentPreview(changed, newest[0], samples);
            profiles.read(profile -> {
                preview.add(profile);
                decided.progress(preview.customers());
            });
            print(preview, instant(newest[0], given.isPresent()), name);
        }

        private void byEvents(ChangedSegments changed, EventFiles files, OptionalLong given) throws IOException {
            String name = events.stream()
                    .map(event -> String.valueOf(event.getFileName()))
                    .collect(Collectors.joining(", "));
            EventProfiles profiles = new EventProfiles(files, decided.rules(), given, message -> {
                spec.commandLine().getErr().println(message);
                spec.commandLine().getErr().flush();
            });
            List<byte[]> is = profiles.by(changed.after());
            List<byte[]> was = changed.touchWhatThereIs() ? profiles.by(changed.before()) : is;
            long newest = given.orElse(Long.MIN_VALUE);
            if (given.isEmpty()) {
                for (byte[] profile : is) {
                    newest = Math.max(newest, PublishedFacts.lastSeen(json(profile)));
                }
            }
            if (newest == Long.MIN_VALUE) {
                throw nobody(name);
            }
            SegmentPreview preview = new SegmentPreview(changed, newest, samples);
            for (int i = 0; i < is.size(); i++) {
                // Identity does not depend on definitions: both are the same customers in the same order.
                preview.add(json(was.get(i)), json(is.get(i)));
            }
            print(preview, instant(newest, given.isPresent()), "a backtest of " + name);
        }

        private static JsonNode json(byte[] profile) throws IOException {
            return AcceptedJson.mapper().readTree(profile);
        }

        private void print(SegmentPreview preview, String instant, String name) {
            Terminal terminal = Terminal.of(spec.commandLine());
            terminal.line(
                    "At %s: %,d customer%s in %s",
                    instant, preview.customers(), preview.customers() == 1 ? "" : "s", name);
            for (SegmentPreview.Figures figures : preview.figures()) {
                List<String> lines = PreviewText.lines(figures, preview.customers());
                terminal.line("");
                terminal.line("@|bold %s|@", lines.get(0));
                lines.subList(1, lines.size()).forEach(line -> terminal.line("%s", line));
            }
        }
    }

    /** Tells why a customer is in a segment, or is not. */
    @Command(
            name = "explain",
            sortOptions = false,
            description = {
                "Tell why a customer is in a segment or is not: since when and until when, as its",
                "profile has it; then each condition of the segment, and of the segments that it",
                "asks for: whether it holds, what was observed, and when that changes if nothing",
                "happens. Of several customers who have an identifier, as with a shared device,",
                "the first ten are explained.",
                "",
                "  ./cdp segments explain email:ana@x.com lapsed_vip",
                "  ./cdp segments explain user_id:42 category_fan --value shoes --in results",
                ""
            })
    static final class Explain implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(
                index = "0",
                paramLabel = "CUSTOMER",
                description = "A customer id (c_ and 16 hexadecimal digits), also of one that was merged away, or"
                        + " NAMESPACE:VALUE, such as user_id:42. Namespaces: user_id, crm_id, loyalty_card, email,"
                        + " phone, anonymous_id, device_id, and those that are configured.")
        private String wanted;

        @Parameters(index = "1", paramLabel = "SEGMENT", description = "The segment's name.")
        private String name;

        @Option(
                names = "--value",
                paramLabel = "V",
                description = "Of a parametric segment: the value (default: all that the customer has).")
        private String value;

        @Mixin
        private DecidedOption decided;

        @Override
        public Integer call() throws IOException {
            OptionalLong at = decided.at();
            ProfileQuery query =
                    WantedCustomer.query(spec, wanted, decided.identity().settings());
            Definitions inForce = decided.inForce(false);
            SegmentDefinition segment = inForce.segments().get(name);
            if (segment == null) {
                throw new UserException("No segment '%s' holds%s"
                        .formatted(
                                name, NearestName.hint(name, inForce.segments().keySet())));
            }
            if (value != null && !segment.isParametric()) {
                throw new ParameterException(
                        spec.commandLine(), "'%s' has no values: --value is for parametric segments.".formatted(name));
            }
            decided.profiles((profiles, place) -> explain(inForce, segment, query, profiles, place, at));
            return ExitCode.OK;
        }

        private void explain(
                Definitions inForce,
                SegmentDefinition segment,
                ProfileQuery query,
                ProfileFile profiles,
                String place,
                OptionalLong given)
                throws IOException {
            List<ObjectNode> found = new ArrayList<>();
            long[] total = {0};
            long[] newest = {given.orElse(Long.MIN_VALUE)};
            long[] read = {0};
            profiles.read(profile -> {
                decided.progress(++read[0]);
                if (given.isEmpty()) {
                    newest[0] = Math.max(newest[0], PublishedFacts.lastSeen(profile));
                }
                if (query.matches(profile) && total[0]++ < Explanations.MOST) {
                    found.add(profile);
                }
            });
            if (found.isEmpty()) {
                String hint = place.equals(Topic.PROFILES) ? "; the job may lag: look with ./cdp status" : "";
                throw new UserException(
                        "No customer in %s has %s%s%s".formatted(place, query.text(), query.advice(), hint));
            }
            print(new MembershipText(inForce, newest[0]), segment, query, found, instant(newest[0], given.isPresent()));
            WantedCustomer.sayIfSeveral(spec, query, total[0], found.size(), "explained");
        }

        private void print(
                MembershipText text, SegmentDefinition segment, ProfileQuery query, List<ObjectNode> found, String at) {
            Terminal terminal = Terminal.of(spec.commandLine());
            terminal.line("At %s", at);
            for (ObjectNode profile : found) {
                String id = profile.path("customer_id").asText();
                terminal.line("");
                if (query instanceof ProfileQuery.Customer customer
                        && !customer.id().equals(id)) {
                    terminal.line("%s was merged into %s", customer.id(), id);
                }
                List<String> lines = text.lines(segment, value, profile);
                terminal.line("@|bold %s|@", lines.get(0));
                lines.subList(1, lines.size()).forEach(line -> terminal.line("%s", line));
            }
        }
    }
}
