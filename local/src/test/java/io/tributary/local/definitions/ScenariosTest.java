package io.tributary.local.definitions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.backtest.Backtest;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The folder {@code scenarios}: what its triggers do in stories of one customer each. Each line of a story says what happens
 * at a time of the same week: what the customer does, or which trigger fires, and behind a comma which reminder of it.
 */
class ScenariosTest {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final Definitions SCENARIOS = Definitions.load(ROOT.resolve("scenarios"));
    private static final LocalDate MONDAY = LocalDate.of(2026, 6, 1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern LINE = Pattern.compile(
            "(?<day>[A-Z][a-z]{2}) (?<time>\\d\\d:\\d\\d) (?:(?<does>adds|removes|looks at) (?:an? )?(?<product>\\w+)"
                    + "(?: for (?<price>\\d+))?|(?<orders>orders)|fires (?<fired>[a-z_]+(?:, [a-z0-9_]+)?))");

    /** @param lines as they are written */
    private record Story(String title, List<String> lines) {
        @Override
        public String toString() {
            return title;
        }
    }

    static List<Story> stories() throws IOException {
        List<Story> stories = new ArrayList<>();
        try (Stream<Path> files = Files.list(ROOT.resolve("local/src/test/resources/scenarios"))) {
            for (Path file : files.sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("# ")) {
                        stories.add(new Story(line.substring(2), new ArrayList<>()));
                    } else if (!line.isBlank()) {
                        stories.get(stories.size() - 1).lines.add(line);
                    }
                }
            }
        }
        return stories;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    void firesWhatTheStorySays(Story story) throws IOException {
        Backtest backtest = new Backtest(SCENARIOS);
        EventParser parser = EventParser.withDefaults();
        List<String> fires = new ArrayList<>();
        int number = 0;
        for (String text : story.lines) {
            Matcher line = LINE.matcher(text);
            assertThat(line.matches()).as(text).isTrue();
            if (line.group("fired") != null) {
                fires.add(text);
            } else {
                byte[] event = event(line, number++).toString().getBytes(StandardCharsets.UTF_8);
                backtest.add(parser.parse(event, Origin.line("story.jsonl", 1)));
            }
        }

        List<String> fired = new ArrayList<>();
        for (byte[] json : backtest.run(
                        OptionalLong.of(at(DayOfWeek.SUNDAY, LocalTime.NOON).toEpochMilli()), 1)
                .triggers()) {
            fired.add(line(JSON.readTree(json)));
        }

        assertThat(fired).containsExactlyElementsOf(fires);
    }

    @Test
    void everyTriggerHasAStoryATitleAndADescription() throws IOException {
        TreeSet<String> told = new TreeSet<>();
        for (Story story : stories()) {
            for (String text : story.lines) {
                Matcher line = LINE.matcher(text);
                if (line.matches() && line.group("fired") != null) {
                    told.add(line.group("fired").split(",")[0]);
                }
            }
        }

        assertThat(told).containsExactlyElementsOf(SCENARIOS.triggers().keySet());
        assertThat(SCENARIOS.triggers().values()).allSatisfy(trigger -> {
            assertThat(trigger.title()).isNotBlank();
            assertThat(trigger.description()).endsWith(".");
        });
    }

    @Test
    void tellsWhatThePayloadSays() throws IOException {
        Backtest backtest = new Backtest(SCENARIOS);
        EventParser parser = EventParser.withDefaults();
        int number = 0;
        for (String text : List.of("Mon 10:00 adds coat for 240", "Mon 10:05 adds socks for 9")) {
            Matcher line = LINE.matcher(text);
            assertThat(line.matches()).isTrue();
            byte[] event = event(line, number++).toString().getBytes(StandardCharsets.UTF_8);
            backtest.add(parser.parse(event, Origin.line("story.jsonl", 1)));
        }

        byte[] large = backtest.run(
                        OptionalLong.of(
                                at(DayOfWeek.MONDAY, LocalTime.of(10, 35)).toEpochMilli()),
                        1)
                .triggers()
                .get(0);

        assertThat(JSON.readTree(large).path("payload"))
                .isEqualTo(JSON.readTree("{\"dearest\":[\"a coat\"],\"products\":2,\"value\":\"249.00\"}"));
    }

    private static ObjectNode event(Matcher line, int number) {
        ObjectNode event = JSON.createObjectNode();
        event.put("type", "track")
                .put("userId", "ana")
                .put("messageId", "m" + number)
                .put("timestamp", at(line).toString());
        ObjectNode properties = event.putObject("properties");
        if (line.group("orders") != null) {
            event.put("event", "Order Completed");
            properties.put("order_id", "o" + number).put("revenue", 1);
            return event;
        }
        event.put(
                "event",
                switch (line.group("does")) {
                    case "adds" -> "Product Added";
                    case "removes" -> "Product Removed";
                    default -> "Product Viewed";
                });
        properties.put("product_id", line.group("product")).put("name", "a " + line.group("product"));
        if (line.group("price") != null) {
            properties.put("price", Integer.parseInt(line.group("price")));
        }
        return event;
    }

    private static Instant at(Matcher line) {
        DayOfWeek day = Arrays.stream(DayOfWeek.values())
                .filter(any -> shortName(any).equals(line.group("day")))
                .findFirst()
                .orElseThrow();
        return at(day, LocalTime.parse(line.group("time")));
    }

    private static Instant at(DayOfWeek day, LocalTime time) {
        return MONDAY.plusDays(day.ordinal()).atTime(time).toInstant(ZoneOffset.UTC);
    }

    private static String line(JsonNode trigger) {
        var at = Instant.parse(trigger.path("fired_at").asText()).atOffset(ZoneOffset.UTC);
        String reminder = trigger.path("reminder").asText();
        return "%s %s fires %s%s"
                .formatted(
                        shortName(at.getDayOfWeek()),
                        at.format(DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT)),
                        trigger.path("trigger").asText(),
                        reminder.isEmpty() ? "" : ", " + reminder);
    }

    private static String shortName(DayOfWeek day) {
        return day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
    }
}
