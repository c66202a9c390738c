package io.tributary.local.definitions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.Stories.Story;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The folder {@code definitions}: what each segment promises, told by somebody who is in it and somebody who almost is. */
class StarterLibraryTest {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final Definitions LIBRARY = Definitions.load(ROOT.resolve("definitions"));
    private static final SortedMap<String, Story> STORIES = stories();
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void isWhatAShopSwitchesOnTheFirstDay() {
        assertThat(LIBRARY.segments()).hasSizeGreaterThanOrEqualTo(28);
        assertThat(LIBRARY.segments().values())
                .filteredOn(SegmentDefinition::isParametric)
                .isNotEmpty();
    }

    @Test
    void everythingHasATitleAndADescription() {
        assertThat(LIBRARY.segments().values()).allSatisfy(segment -> {
            assertThat(segment.title()).as("the title of %s", segment.name()).isNotBlank();
            assertThat(segment.description())
                    .as("the description of %s", segment.name())
                    .isNotBlank()
                    .endsWith(".");
        });
        assertThat(LIBRARY.traits().values()).allSatisfy(trait -> {
            assertThat(trait.title()).as("the title of %s", trait.name()).isNotBlank();
            assertThat(trait.description())
                    .as("the description of %s", trait.name())
                    .isNotBlank()
                    .endsWith(".");
        });
    }

    @Test
    void everyTraitIsUsed() {
        Set<String> used = new TreeSet<>();
        LIBRARY.segments().values().forEach(segment -> used.addAll(segment.computed()));

        assertThat(used).containsExactlyElementsOf(LIBRARY.traits().keySet());
    }

    @Test
    void everyStoryIsOfASegment() {
        assertThat(LIBRARY.segments().keySet()).containsAll(STORIES.keySet());
    }

    static Set<String> segments() {
        return LIBRARY.segments().keySet();
    }

    @ParameterizedTest
    @MethodSource("segments")
    void hasWhoIsInItAndNotWhoAlmostIs(String segment) throws IOException {
        assertThat(STORIES).as("a story of %s", segment).containsKey(segment);
        Story story = STORIES.get(segment);

        BacktestResult result = backtest(story.events());

        assertThat(result.rejects()).as("everything told is understood").isEmpty();
        assertThat(result.counts().accepted())
                .as("nothing is told twice")
                .isEqualTo(story.events().size());
        SortedMap<String, List<String>> values = valuesByPerson(result, segment);
        assertThat(values.keySet())
                .as("somebody is in it, somebody almost")
                .anyMatch(Stories::isIn)
                .anyMatch(Stories::isOut);
        List<String> expected = new ArrayList<>();
        expected.add(story.value());
        assertThat(values).allSatisfy((person, held) -> assertThat(held)
                .as("what %s is in", person)
                .isEqualTo(Stories.isIn(person) ? expected : List.of()));
    }

    /** Of who is in or out by name: the values of the memberships in a segment, null of one without values. */
    private static SortedMap<String, List<String>> valuesByPerson(BacktestResult result, String segment)
            throws IOException {
        SortedMap<String, List<String>> values = new TreeMap<>();
        for (byte[] line : result.profiles()) {
            JsonNode profile = JSON.readTree(line);
            List<String> held = StreamSupport.stream(profile.path("segments").spliterator(), false)
                    .filter(membership -> membership.path("segment").asText().equals(segment))
                    .map(membership -> membership.path("value").asText(null))
                    .toList();
            profile.path("identifiers")
                    .forEach(identifiers -> identifiers.forEach(identifier -> {
                        String person = identifier.asText();
                        if (Stories.isIn(person) || Stories.isOut(person)) {
                            values.put(person, held);
                        }
                    }));
        }
        return values;
    }

    private static BacktestResult backtest(List<String> events) {
        Backtest backtest = new Backtest(LIBRARY);
        EventParser parser = new EventParser(EventLimits.defaults(), new IdentifierRules(IdentitySettings.defaults()));
        for (int i = 0; i < events.size(); i++) {
            backtest.add(
                    parser.parse(events.get(i).getBytes(StandardCharsets.UTF_8), Origin.line("story.jsonl", i + 1L)));
        }
        return backtest.run(OptionalLong.of(Stories.END.toEpochMilli()), 1);
    }

    private static SortedMap<String, Story> stories() {
        try {
            return Stories.of(ROOT.resolve("local/src/test/resources/starter"));
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
