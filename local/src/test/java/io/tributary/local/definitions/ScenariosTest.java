package io.tributary.local.definitions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.Story.Act;
import io.tributary.local.definitions.Story.Fate;
import io.tributary.local.definitions.Story.Outcome;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The folder {@code scenarios}: what its triggers do in stories of one customer each. The stories of {@code NAME.txt} are
 * played by {@code NAME.yaml} alone, those of {@code together.txt} by the whole folder.
 */
class ScenariosTest {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final Path FOLDER = ROOT.resolve("scenarios");
    private static final Path STORIES = ROOT.resolve("local/src/test/resources/scenarios");
    private static final String TOGETHER = "together.txt";
    private static final String DELIVERY = "delivery.yaml";
    private static final Definitions SCENARIOS = Definitions.load(FOLDER);

    /** Behind the last line of a story so much time passes: whatever is still to come has to be in it. */
    private static final Duration AFTERWARDS = Duration.ofDays(400);

    private static final ObjectMapper JSON = new ObjectMapper();

    static List<Story> stories() throws IOException {
        List<Story> stories = new ArrayList<>();
        try (Stream<Path> files = Files.list(STORIES)) {
            for (Path file : files.sorted().toList()) {
                stories.addAll(Story.of(file));
            }
        }
        return stories;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    void firesAndHoldsBackWhatTheStorySays(Story story) throws IOException {
        Definitions definitions = definitions(story.file());
        assertThat(story.outcomes()).extracting(Outcome::subject).isSubsetOf(subjects(definitions));

        assertThat(play(definitions, story.acts()))
                .containsExactlyElementsOf(story.outcomes().stream()
                        .filter(outcome -> outcome.fate() != Fate.DOES_NOT_FIRE)
                        .toList());
    }

    /** Else the words "does not fire" would say nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    void whatDoesNotFireIsKeptFromItByOneThingThatTheCustomerDoes(Story story) throws IOException {
        Definitions definitions = definitions(story.file());
        for (Outcome kept : story.outcomes()) {
            if (kept.fate() == Fate.DOES_NOT_FIRE) {
                Outcome fires = new Outcome(kept.at(), Fate.FIRES, kept.subject(), null);
                assertThat(play(definitions, story.acts())).doesNotContain(fires);
                List<String> keepers = new ArrayList<>();
                for (int i = 0; i < story.acts().size(); i++) {
                    List<Act> others = new ArrayList<>(story.acts());
                    Act act = others.remove(i);
                    if (play(definitions, others).contains(fires)) {
                        keepers.add(act.text());
                    }
                }
                assertThat(keepers).as("what keeps it: %s", kept).isNotEmpty();
            }
        }
    }

    @Test
    void everyTriggerAndReminderFiresInAStoryAndIsKeptFromItInAnother() throws IOException {
        List<Story> stories = stories();
        for (Path file : Definitions.files(FOLDER)) {
            String name = file.getFileName().toString();
            if (name.equals(DELIVERY)) {
                continue;
            }
            List<Story> ofFile = stories.stream()
                    .filter(story -> story.file().equals(name.replace(".yaml", ".txt")))
                    .toList();
            Set<String> fire = new TreeSet<>();
            Set<String> kept = new TreeSet<>();
            for (Story story : ofFile) {
                story.outcomes()
                        .forEach(outcome -> (outcome.fate() == Fate.FIRES ? fire : kept).add(outcome.subject()));
            }
            Set<String> all = subjects(definitions(name.replace(".yaml", ".txt")));

            assertThat(fire).as("%s: what fires", name).isEqualTo(all);
            assertThat(kept).as("%s: what is kept from firing", name).isEqualTo(all);
        }
    }

    @Test
    void theCapsOfTheFolderHoldSomethingBack() throws IOException {
        assertThat(stories())
                .filteredOn(story -> story.file().equals(TOGETHER))
                .flatExtracting(Story::outcomes)
                .extracting(Outcome::reason)
                .contains("cap");
    }

    @Test
    void everyScenarioHasAPageAndEveryTriggerATitleAndADescription() throws IOException {
        String overview = Files.readString(ROOT.resolve("docs/scenarios.md"));
        for (Path file : Definitions.files(FOLDER)) {
            String name = file.getFileName().toString().replace(".yaml", "");
            assertThat(overview).contains("(scenarios/" + name + ".md)");
            assertThat(Files.readString(ROOT.resolve("docs/scenarios/" + name + ".md")))
                    .contains("(../../scenarios/" + name + ".yaml)");
        }
        assertThat(SCENARIOS.triggers().values()).allSatisfy(trigger -> {
            assertThat(trigger.title()).isNotBlank();
            assertThat(trigger.description()).endsWith(".");
        });
    }

    /** A page shows stories in the words of the files. */
    @Test
    void theStoriesOnThePagesAreThoseThatArePlayed() throws IOException {
        Set<String> told = new TreeSet<>();
        try (Stream<Path> files = Files.list(STORIES)) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).forEach(line -> told.add(line.strip()));
            }
        }
        Set<String> shown = new TreeSet<>();
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("docs/scenarios.md")));
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/scenarios"))) {
            files.forEach(pages::add);
        }
        for (Path page : pages) {
            Files.readAllLines(page).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("day "))
                    .forEach(shown::add);
        }

        assertThat(shown).isNotEmpty();
        assertThat(told).containsAll(shown);
    }

    @Test
    void tellsWhatThePayloadSays() throws IOException {
        assertThat(payload("large_cart", "day 1, 10:00 adds coat for 240", "day 1, 10:05 adds socks for 9"))
                .isEqualTo(JSON.readTree("{\"dearest\":[\"a coat\"],\"products\":2,\"value\":\"249.00\"}"));
        assertThat(payload("abandoned_checkout", "day 1, 10:00 starts checkout of 80"))
                .isEqualTo(JSON.readTree("{\"currency\":\"USD\",\"products\":[],\"value\":80}"));
        assertThat(payload("slowing_down", "day 1, 10:00 orders", "day 8, 10:00 orders", "day 13, 10:00 orders for 60"))
                .isEqualTo(JSON.readTree("{\"last_order_at\":\"2026-01-13T10:00:00.000Z\",\"usual_days\":6}"));
        assertThat(payload("reactivated", "day 1, 10:00 looks at shoes", "day 62, 22:00 comes by"))
                .isEqualTo(JSON.readTree(
                        "{\"away_since\":\"2026-01-01T10:00:00.000Z\",\"days_away\":61,\"with\":\"page\"}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            day 1, 10:00 loks at shoes         | 'day 1, 10:00 loks at shoes': nobody can do that
            Mon 10:00 looks at shoes           | 'Mon 10:00 looks at shoes': a line is like: day 1, 10:00
            day 0, 10:00 looks at shoes        | a line is like: day 1, 10:00
            day 1, 25:00 looks at shoes        | a line is like: day 1, 10:00
            day 1, 09:00 looks at shoes        | it is told behind what comes later
            day 1, 11:00 fires                 | nobody can do that
            day 1, 11:00 fires Abandoned       | write: fires NAME
            day 1, 11:00 fires x: cap          | write: fires NAME
            day 1, 11:00 holds back x          | write: fires NAME
            day 1, 11:00 holds back x: moon    | write: fires NAME
            """)
    void aMistypedLineIsNamed(String line, String message) {
        assertThatThrownBy(() -> Story.of("some.txt", List.of("# A story", "", "day 1, 09:30 comes by", line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("some.txt:4: ")
                .hasMessageContaining(message);
    }

    @Test
    void aStoryWithoutATitleIsNamed() {
        assertThatThrownBy(() -> Story.of("some.txt", List.of("day 1, 09:30 comes by")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("some.txt:1: ");
    }

    private static JsonNode payload(String file, String... lines) throws IOException {
        List<String> story = new ArrayList<>(List.of("# One"));
        story.addAll(List.of(lines));
        BacktestResult result = result(
                definitions(file + ".txt"), Story.of("here", story).get(0).acts());
        return JSON.readTree(result.triggers().get(0)).path("payload");
    }

    private static Definitions definitions(String stories) throws IOException {
        String name = stories.replace(".txt", ".yaml");
        return stories.equals(TOGETHER) ? SCENARIOS : Definitions.of(name, Files.readString(FOLDER.resolve(name)));
    }

    /** The triggers and their reminders. */
    private static Set<String> subjects(Definitions definitions) {
        return definitions.triggers().values().stream()
                .flatMap(trigger -> Stream.concat(
                        Stream.of(trigger.name()),
                        trigger.reminders().stream().map(reminder -> trigger.name() + ", " + reminder)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What fires and what is held back, in the order in which it is due. */
    private static List<Outcome> play(Definitions definitions, List<Act> acts) throws IOException {
        BacktestResult result = result(definitions, acts);
        List<Outcome> outcomes = new ArrayList<>();
        for (byte[] json : result.triggers()) {
            outcomes.add(outcome(JSON.readTree(json), Fate.FIRES));
        }
        for (byte[] json : result.triggersSuppressed()) {
            outcomes.add(outcome(JSON.readTree(json), Fate.HOLDS_BACK));
        }
        outcomes.sort(Comparator.comparing(Outcome::at)
                .thenComparing(outcome -> -trigger(definitions, outcome).priority())
                .thenComparing(Outcome::subject));
        return outcomes;
    }

    private static TriggerDefinition trigger(Definitions definitions, Outcome outcome) {
        return definitions.triggers().get(outcome.subject().split(",")[0]);
    }

    private static Outcome outcome(JsonNode json, Fate fate) {
        String reminder = json.path("reminder").asText();
        return new Outcome(
                Instant.parse(json.path("fired_at").asText()),
                fate,
                json.path("trigger").asText() + (reminder.isEmpty() ? "" : ", " + reminder),
                fate == Fate.HOLDS_BACK ? json.path("reason").asText() : null);
    }

    private static BacktestResult result(Definitions definitions, List<Act> acts) {
        Backtest backtest = new Backtest(definitions);
        EventParser parser = EventParser.withDefaults();
        IntStream.range(0, acts.size())
                .forEach(i -> backtest.add(parser.parse(acts.get(i).event(), Origin.line("story.jsonl", i + 1))));
        Instant end = acts.isEmpty() ? Instant.EPOCH : acts.get(acts.size() - 1).at();
        return backtest.run(OptionalLong.of(end.plus(AFTERWARDS).toEpochMilli()), 1);
    }
}
