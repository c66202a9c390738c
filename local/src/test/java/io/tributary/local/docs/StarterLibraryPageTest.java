package io.tributary.local.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.FoldDefinition;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.definition.SegmentDefinition.Parametric;
import io.tributary.schemas.definition.TraitDefinition;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.testing.Committed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StarterLibraryPageTest {
    private static final Path FOLDER = Path.of(System.getProperty("tributary.root"), "definitions");
    private static final String TRAITS = "traits.yaml";
    private static final String TRIGGER = "triggers/abandoned_cart.yaml";

    /** In the order in which they read well; the first line of each says what it is about. */
    private static final List<String> THEMES = List.of(
            "segments/lifecycle.yaml",
            "segments/value.yaml",
            "segments/cart.yaml",
            "segments/behaviour.yaml",
            "segments/email.yaml",
            "segments/channels.yaml");

    private static final Pattern NAME = Pattern.compile("(?m)^- name: ([a-z0-9_]+)$");

    private final Definitions library = Definitions.load(FOLDER);
    private final StringBuilder page = new StringBuilder();

    @Test
    void everyFileIsOnThePage() {
        List<String> files = new ArrayList<>(THEMES);
        files.add(TRAITS);
        files.add(TRIGGER);

        assertThat(Definitions.files(FOLDER))
                .map(file -> FOLDER.relativize(file).toString())
                .containsExactlyInAnyOrderElementsOf(files);
    }

    @Test
    void thePageSaysWhatTheFolderSays() throws IOException {
        page.append(
                """
                # The starter library

                The folder [`definitions`](../definitions) is what a web shop would switch on the first day: %d segments, the %d computed traits that they need, and the [abandoned cart](../definitions/%s). A backtest without `--definitions` uses it. This page is generated from it; a test fails when it is stale, and [`StarterLibraryTest`](../local/src/test/java/io/tributary/local/definitions/StarterLibraryTest.java) tells a story of each segment, with somebody who is in it and somebody who almost is.

                Copy the folder, change the numbers to those of your shop, delete what nobody uses ([the language](definitions.md)):

                ```
                ./cdp definitions check my-definitions
                ./cdp backtest --events FILE --definitions my-definitions --out OUT   # how many customers are in each
                ./cdp definitions publish my-definitions
                ```

                Events are those of the Segment specification: [e-commerce](https://segment.com/docs/connections/spec/ecommerce/v2/), [e-mail](https://segment.com/docs/connections/spec/email/), `Signed Up`. Where it has nothing: an order at a till has `context.channel` `pos`, every other order is one of the web shop; `Newsletter Subscribed` is the opposite of `Unsubscribed`. A shop that does not send an event has nobody in the segments that need it. Days are 24 hours; a computed trait's window of more than 30 days ends at midnight UTC.
                """
                        .formatted(library.segments().size(), library.traits().size(), TRIGGER));
        List<String> shown = new ArrayList<>();
        for (String theme : THEMES) {
            String yaml = Files.readString(FOLDER.resolve(theme));
            String heading = yaml.lines().findFirst().orElseThrow();
            assertThat(heading).as("the first line of %s", theme).startsWith("# ");
            page.append("\n#").append(heading).append('\n');
            for (String name : names(yaml)) {
                segment(library.segments().get(name));
                shown.add(name);
            }
        }
        assertThat(shown).containsExactlyInAnyOrderElementsOf(library.segments().keySet());
        traits();

        Committed.assertUpToDate("docs/starter-library.md", page.toString());
    }

    private static List<String> names(String yaml) {
        return NAME.matcher(yaml).results().map(name -> name.group(1)).toList();
    }

    private void segment(SegmentDefinition segment) {
        page.append("\n### %s\n**%s.** %s\n".formatted(segment.name(), segment.title(), segment.description()));
        Parametric parametric = segment.parametric();
        if (parametric != null) {
            page.append("\nFor each `%s`, at most %d of a customer; `value` is %s.\n"
                    .formatted(parametric.forEach().text(), parametric.maxValues(), fold(parametric.trait())));
        }
        page.append("```\n").append(segment.when().text()).append("\n```\n");
        if (!segment.computed().isEmpty()) {
            page.append("Computed traits: ").append(code(segment.computed())).append(".\n");
        }
    }

    private void traits() throws IOException {
        page.append(
                """

                ## Computed traits
                What one costs: [definitions](definitions.md#what-a-computed-trait-costs).

                | name | what it says | how | used by |
                |---|---|---|---|
                """);
        List<String> names = names(Files.readString(FOLDER.resolve(TRAITS)));
        assertThat(names).containsExactlyInAnyOrderElementsOf(library.traits().keySet());
        for (String name : names) {
            TraitDefinition trait = library.traits().get(name);
            page.append("| `%s` | **%s.** %s | %s | %s |\n"
                    .formatted(name, trait.title(), trait.description(), fold(trait.fold()), code(usersOf(name))));
        }
    }

    private List<String> usersOf(String trait) {
        return library.segments().values().stream()
                .filter(segment -> segment.computed().contains(trait))
                .map(SegmentDefinition::name)
                .toList();
    }

    private static String fold(FoldDefinition fold) {
        Window window = fold.shape().window();
        String where = fold.where() == null
                ? ""
                : " where `%s`".formatted(fold.where().text().replace("|", "\\|"));
        String value =
                fold.value() == null ? "" : " `%s`".formatted(fold.value().text());
        return "`%s`%s of %s%s%s"
                .formatted(
                        fold.shape().aggregate().id(),
                        value,
                        code(fold.events()),
                        where,
                        window == null
                                ? ", ever"
                                : " in %d days"
                                        .formatted(Duration.ofMillis(window.millis())
                                                .toDays()));
    }

    private static String code(Collection<String> words) {
        return words.stream().collect(Collectors.joining("`, `", "`", "`"));
    }
}
