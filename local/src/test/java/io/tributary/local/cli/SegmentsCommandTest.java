package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.lookup.ProfileFile;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.PublishedFacts;
import io.tributary.operators.segment.PublishedSegments;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentsCommandTest {
    private static final String EVENTS =
            """
            {"type":"page","messageId":"m-0","anonymousId":"phone","timestamp":"2026-01-01T10:00:00Z"}
            {"type":"identify","messageId":"m-1","anonymousId":"phone","userId":"ana","traits":{"email":"ana@x.com"},"timestamp":"2026-01-02T10:00:00Z"}
            {"type":"track","event":"Order Completed","messageId":"m-2","userId":"ana","timestamp":"2026-01-02T10:20:00Z","properties":{"order_id":"o-1","revenue":60,"currency":"USD"}}
            {"type":"track","event":"Product Viewed","messageId":"m-3","userId":"ana","timestamp":"2026-01-02T11:00:00Z","properties":{"product_id":"p1","category":"shoes"}}
            {"type":"track","event":"Product Viewed","messageId":"m-4","userId":"ana","timestamp":"2026-01-02T11:01:00Z","properties":{"product_id":"p2","category":"shoes"}}
            {"type":"track","event":"Order Completed","messageId":"m-5","userId":"ben","timestamp":"2026-01-03T10:20:00Z","properties":{"order_id":"o-2","revenue":40,"currency":"USD"}}
            {"type":"track","event":"Product Viewed","messageId":"m-6","userId":"cid","timestamp":"2026-01-04T10:20:00Z","properties":{"product_id":"p1","category":"shoes"}}
            """;

    private static final String DEFINITIONS =
            """
            traits:
            - {name: views_1d, aggregate: count, events: [Product Viewed], window: 1d}
            - {name: views, aggregate: count, events: [Product Viewed]}
            segments:
            - {name: new_buyer, title: New buyer, when: days_since(orders.first_at) <= 30}
            - {name: big_buyer, when: orders.revenue.USD >= 50.0}
            - {name: looker, when: computed.views_1d > 0 || in_segment('new_buyer')}
            - {name: never_looked, when: computed.views == 0}
            - {name: category_fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed], window: 30d}, when: value >= 2}
            """;

    private static final String SPENDER =
            "segments: [{name: spender, title: Spender, when: orders.revenue.USD > 30.0}]";

    private static final String ANA = new Identifier(Namespace.USER_ID, "ana").customerId();
    private static final String BEN = new Identifier(Namespace.USER_ID, "ben").customerId();
    private static final String PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone").customerId();

    @TempDir
    private static Path folder;

    private static Path events;
    private static Path definitions;
    private static Path results;
    private static Path simulated;

    @BeforeAll
    static void backtest() throws IOException {
        events = Files.writeString(folder.resolve("events.jsonl"), EVENTS);
        definitions = Files.createDirectory(folder.resolve("definitions"));
        Files.writeString(definitions.resolve("a.yaml"), DEFINITIONS);
        results = folder.resolve("results");
        CommandRun.succeed("backtest", "--events", events, "--definitions", definitions, "--out", results);
        simulated = CommandRun.simulatedResults(Files.createDirectory(folder.resolve("simulated")), 100);
    }

    // ------------------------------------------------------------------------------------------------------- preview

    @Test
    void previewTellsSizeSamplesAndOverlap() throws IOException {
        Path file = file("new.yaml", SPENDER);

        CommandRun run = preview(file);

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        List<String> samples = new ArrayList<>(List.of(
                "  " + ANA
                        + "  user_id:ana  email:ana@x.com  anonymous_id:phone\n      orders.revenue.USD > 30.0: 60\n",
                "  " + BEN + "  user_id:ben\n      orders.revenue.USD > 30.0: 40\n"));
        samples.sort(null);
        assertThat(run.out())
                .isEqualToNormalizingNewlines(
                        """
                        At 2026-01-04T10:20:00.000Z, the newest event: 3 customers in PROFILES

                        spender (Spender), new
                          2 customers, 66.7 % of all

                          2 of 2 in it:
                        SAMPLES
                          In both, share of spender, Jaccard's index:
                            looker                2  100.0 %  0.667
                            new_buyer             2  100.0 %  1.000
                            big_buyer             1   50.0 %  0.500
                            category_fan          1   50.0 %  0.500
                            never_looked          1   50.0 %  0.500
                        """
                                .replace(
                                        "PROFILES",
                                        results.resolve("profiles.jsonl").toString())
                                .replace("SAMPLES", String.join("", samples)));
    }

    @Test
    void previewTellsWhoWouldEnterAndLeaveAlsoThroughWhatASegmentAsksFor() throws IOException {
        Path file = file("changed.yaml", "segments: [{name: new_buyer, when: days_since(orders.first_at) > 1.5}]");

        CommandRun run = preview(file);

        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains(
                        "new_buyer, changed\n  1 customer, 33.3 % of all\n  now 2: 0 would enter, 1 would leave\n",
                        "  1 of 1 who would leave:\n  " + BEN
                                + "  user_id:ben\n      days_since(orders.first_at) > 1.5: 1\n",
                        "looker, changed through what it asks for\n  2 customers, 66.7 % of all\n",
                        "\n  now 3: 0 would enter, 1 would leave\n");
    }

    @Test
    void previewDecidesAtTheInstantThatItIsTold() throws IOException {
        Path file = file("at.yaml", "segments: [{name: quiet, when: days_since(last_seen) > 10}]");

        assertThat(preview(file).out()).contains("quiet, new\n  0 customers, 0.0 % of all\n");
        assertThat(preview(file, "--at", "2026-01-13T12:00:00Z").out())
                .contains("At 2026-01-13T12:00:00.000Z: 3 customers", "quiet, new\n  2 customers");
    }

    @Test
    void previewNamesEveryMistakeAsCheckDoes() throws IOException {
        Path file = file(
                "bad.yaml", "segments:\n- {name: a, when: computed.vews > 3}\n- {name: b, when: in_segment('new')}\n");

        CommandRun run = preview(file);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines())
                .containsExactly(
                        file + ":2:28: no computed trait 'vews' — did you mean 'views'?",
                        file + ":3:31: no segment 'new'",
                        "2 mistakes");
    }

    @Test
    void whatProfilesCantTellNeedsEvents() throws IOException {
        Path file = file(
                "trait.yaml",
                """
                traits:
                - {name: orders, aggregate: count, events: [Order Completed], window: 31d}
                - {name: views, aggregate: count, events: [Product Viewed], where: event.properties.category == 'hats'}
                segments:
                - {name: orderer, when: computed.orders > 0}
                - {name: hat_fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 1}
                """);

        CommandRun without = preview(file);
        CommandRun with = CommandRun.of(
                "segments", "preview", file, "--definitions", definitions, "--events", events, "--samples", 1);

        assertThat(without.exit()).isEqualTo(2);
        assertThat(without.out()).isEmpty();
        assertThat(without.errorLines())
                .singleElement()
                .asString()
                .contains(
                        "'hat_fan' has values; 'never_looked' looks at computed.views, which is changed;"
                                + " 'orderer' looks at computed.orders, which is new",
                        "--events");
        assertThat(with.err()).isEmpty();
        assertThat(with.exit()).isZero();
        assertThat(with.out())
                .startsWith(
                        "At 2026-01-04T10:20:00.000Z, the newest event: 3 customers in a backtest of events.jsonl\n")
                .contains(
                        "orderer, new\n  2 customers, 66.7 % of all\n",
                        "hat_fan, new\n  2 customers, 66.7 % of all\n    shoes  2\n",
                        "      value shoes since 2026-01-0",
                        "never_looked, changed through what it asks for\n  3 customers, 100.0 % of all\n",
                        "\n  now 1: 2 would enter, 0 would leave\n");
    }

    @Test
    void profilesAndEventsTellTheSame() throws IOException {
        Path file = file(
                "same.yaml",
                """
                segments:
                - {name: a, when: "computed.active_days_31d > 1 && !in_segment('category_fan') || size(cart.items) > 1"}
                - {name: new_customer, when: days_since(orders.first_at) <= 7}
                - {name: buyer, when: "orders.revenue.USD > 100 || in_segment('product_watcher')"}
                """);

        String byProfiles = CommandRun.succeed("segments", "preview", file, "--in", simulated)
                .out();
        String byEvents = CommandRun.succeed(
                        "segments", "preview", file, "--events", simulated.resolveSibling("shop.jsonl"))
                .out();

        assertThat(byEvents.lines().skip(1))
                .hasSizeGreaterThan(50)
                .containsExactlyElementsOf(byProfiles.lines().skip(1).toList());
        assertThat(byProfiles).containsPattern("new_customer, changed\\n.*\\n  now [1-9]\\d*: 0 would enter, [1-9]");
    }

    @Test
    void configuredNamespacesAreKnown() throws IOException {
        Path file = file("card.yaml", "segments: [{name: card_owner, when: size(identifiers.card) > 0}]");
        Path identity = file("identity.yml.txt", "version: 1\nnamespaces: [{name: card, kind: person}]\n");

        assertThat(preview(file).errorLines()).first().asString().contains("card.yaml:1:", "card");
        assertThat(preview(file, "--identity", identity).out()).contains("card_owner, new\n  0 customers");
    }

    @Test
    void namesTheLineThatIsNoProfile() throws IOException {
        Path other = Files.createDirectory(folder.resolve("broken"));
        Files.copy(results.resolve("summary.json"), other.resolve("summary.json"));
        String good = Files.readAllLines(results.resolve("profiles.jsonl")).get(0);
        Files.writeString(
                other.resolve("profiles.jsonl"),
                good + "\n" + good.replace("\"60.00\"", "60").replace("\"40.00\"", "40") + "\n");
        Path file = file("line.yaml", "segments: [{name: a, when: orders.revenue.USD > 1}]");

        CommandRun run = CommandRun.of("segments", "preview", file, "--in", other, "--definitions", definitions);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("profiles.jsonl:2 is no profile");
    }

    @Test
    void definitionsOtherThanThoseOfTheBacktestAreRefused() throws IOException {
        Path file = file("other.yaml", "segments: [{name: a, when: orders.count > 0}]");

        CommandRun run = CommandRun.of("segments", "preview", file, "--in", results);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("has other segments than", "--definitions");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    preview x.yaml --in RESULTS --at tomorrow                          | no ISO-8601 instant
                    preview x.yaml --in RESULTS --samples -1                           | --samples must be
                    preview x.yaml --in RESULTS --mapping m.yaml                       | --mapping is for --events
                    preview x.yaml --dir RESULTS --definitions DEFINITIONS             | --definitions is for files
                    preview x.yaml --in RESULTS --dir RESULTS                          | not both
                    preview                                                            | FILE
                    explain user_id:ana                                                | SEGMENT
                    explain User-Id:ana new_buyer --in RESULTS                         | did you mean 'user_id'?
                    explain user_id:ana new_buyer --in RESULTS --at x                  | no ISO-8601 instant
                    explain user_id:ana big_buyer --in RESULTS --definitions DEFINITIONS --value x | has no values
                    explain user_id:ana new_buyer --dir RESULTS --definitions DEFINITIONS | --definitions is for files
                    """)
    void wrongUseExitsWithTwo(String arguments, String message) {
        assertFails(2, arguments, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    preview nowhere.yaml --in RESULTS --definitions DEFINITIONS            | nowhere.yaml: no such
                    preview x.yaml --in DEFINITIONS                                        | no folder that ./cdp backtest
                    preview x.yaml --dir RESULTS                                           | ./cdp up
                    explain user_id:dora new_buyer --in RESULTS --definitions DEFINITIONS  | No customer in
                    explain user_id:ana new_byer --in RESULTS --definitions DEFINITIONS    | did you mean 'new_buyer'?
                    """)
    void whatCantBeDoneExitsWithOne(String arguments, String message) {
        assertFails(1, arguments, message);
    }

    private static void assertFails(int exit, String arguments, String message) {
        CommandRun run = CommandRun.of((Object[]) ("segments " + arguments)
                .replace("RESULTS", results.toString())
                .replace("DEFINITIONS", definitions.toString())
                .split(" +"));

        assertThat(run.exit()).as(run.err()).isEqualTo(exit);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines()).singleElement().asString().contains(message);
    }

    @Test
    void namesItsCommands() {
        assertThat(CommandRun.of("segments").errorLines())
                .singleElement()
                .asString()
                .contains("Which command? There are: preview, explain.");
    }

    // ------------------------------------------------------------------------------------------------------- explain

    @Test
    void explainTellsEachConditionAndWhenItChanges() {
        CommandRun run = explain("email:Ana@X.com", "looker");

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .isEqualToNormalizingNewlines(
                        """
                        At 2026-01-04T10:20:00.000Z, the newest event

                        looker
                        Customer ANA  user_id:ana  email:ana@x.com  anonymous_id:phone
                        In it since 2026-01-02T10:20:00.000Z, until 2026-02-01T10:20:00.001Z if nothing happens

                        yes  any of
                        no     computed.views_1d > 0  (0; changes by an event only)
                        yes    in_segment('new_buyer')
                        yes      days_since(orders.first_at) <= 30  (2; changes at 2026-02-01T10:20:00.001Z)
                        """
                                .replace("ANA", ANA));
    }

    @Test
    void explainTellsWhenAWindowHasPassed() {
        assertThat(explain("user_id:cid", "looker").out())
                .contains(
                        "In it since 2026-01-04T10:20:00.000Z, until 2026-01-05T10:21:00.000Z if nothing happens",
                        "yes    computed.views_1d > 0  (1; changes as its window passes, at the latest"
                                + " 2026-01-05T10:21:00.000Z)",
                        "no       days_since(orders.first_at) <= 30  (none; changes by an event only)");
    }

    @Test
    void explainOfAnotherInstantSaysSo() {
        assertThat(explain("user_id:ben", "new_buyer", "--at", "2026-03-01T00:00:00Z")
                        .out())
                .contains(
                        "At 2026-03-01T00:00:00.000Z\n",
                        "its conditions say otherwise",
                        "no   days_since(orders.first_at) <= 30  (56.56944444; changes by an event only)");
    }

    @Test
    void explainFollowsWhoWasMergedAway() {
        assertThat(explain(PHONE, "big_buyer").out())
                .contains(
                        PHONE + " was merged into " + ANA,
                        "yes  orders.revenue.USD >= 50.0  (60; changes by an event only)");
    }

    @Test
    void explainSaysOfAParametricSegmentWhatTheProfileSays() {
        assertThat(explain("user_id:ana", "category_fan").out())
                .contains(
                        "In it with shoes since 2026-01-02T11:01:00.000Z, until 2026-02-01T12:00:00.000Z if nothing happens",
                        "?    value >= 2  (no profile says this)");
        assertThat(explain("user_id:ana", "category_fan", "--value", "hats").out())
                .contains("Not in it with hats");
        assertThat(explain("user_id:ben", "category_fan").out()).contains("Not in it\n");
    }

    /** By the starter library, of everybody in simulated traffic: the same as the backtest has decided event by event. */
    @Test
    void theConditionsSayWhatTheProfileSays() throws IOException {
        Definitions library = StarterLibrary.load();
        CompiledDefinitions compiled = CompiledDefinitions.fromTheBeginning(library);
        long[] newest = {0};
        ProfileFile profiles = new ProfileFile(simulated.resolve("profiles.jsonl"));
        profiles.read(profile -> newest[0] = Math.max(newest[0], PublishedFacts.lastSeen(profile)));
        Set<String> seen = new HashSet<>();
        profiles.read(profile -> {
            PublishedFacts facts = new PublishedFacts(profile, library.traits(), newest[0]);
            PublishedSegments segments = new PublishedSegments(compiled, facts);
            Set<String> in = new HashSet<>(profile.path("segments").findValuesAsText("segment"));
            for (String segment : library.segments().keySet()) {
                assertThat(segments.isIn(segment))
                        .as("%s: %s", segment, profile)
                        .isEqualTo(in.contains(segment));
            }
            seen.addAll(in);
        });

        assertThat(seen).hasSizeGreaterThan(20);
    }

    @Test
    void theExamplesInTheDocsAreReal() throws IOException {
        String preview = preview(file("spender.yaml", SPENDER)).out();
        String explain = explain("email:ana@x.com", "looker").out();

        assertThat(Path.of(System.getProperty("tributary.root"), "docs/definitions.md"))
                .content()
                .contains(
                        "$ ./cdp segments preview spender.yaml --in results --definitions definitions\n"
                                + preview.replace(results.toString(), "results") + "```\n",
                        "$ ./cdp segments explain email:ana@x.com looker --in results --definitions definitions\n"
                                + explain + "```\n");
    }

    private static CommandRun explain(Object... arguments) {
        return run("explain", arguments);
    }

    private static CommandRun preview(Object... arguments) {
        return run("preview", arguments);
    }

    private static CommandRun run(String command, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("segments", command));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--in", results, "--definitions", definitions));
        return CommandRun.of(all.toArray());
    }

    private static Path file(String name, String yaml) throws IOException {
        return Files.writeString(folder.resolve(name), yaml);
    }
}
