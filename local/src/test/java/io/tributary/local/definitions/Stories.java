package io.tributary.local.definitions;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What somebody did who is in a segment, and somebody who almost is.
 *
 * <p>A file has a story for each heading {@code # segment} or {@code # segment: value}. A line that is an object is an
 * event, {@code 3 days: {…}} and {@code 3 times: {…}} are as many, a day or a second apart, and every other line is a
 * remark. Whose identifier begins with {@code in} is in the segment at {@link #END}; whose begins with {@code out} is not.
 */
final class Stories {
    /** When all of them end. */
    static final Instant END = Instant.parse("2026-07-01T00:00:00Z");

    private static final Pattern HEADING = Pattern.compile("# ([a-z0-9_]+)(?:: (.+))?");
    private static final Pattern EVENTS = Pattern.compile("(?:(\\d+) (days|times): )?(\\{.*)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A story.
     *
     * @param value of a parametric segment the only one that holds, else null
     * @param events lines of events
     */
    record Story(String segment, String value, List<String> events) {
        @Override
        public String toString() {
            return segment;
        }
    }

    private Stories() {}

    static boolean isIn(String identifier) {
        return identifier.startsWith("in");
    }

    static boolean isOut(String identifier) {
        return identifier.startsWith("out");
    }

    /** Those of all files in a folder, by segment. */
    static SortedMap<String, Story> of(Path folder) throws IOException {
        SortedMap<String, Story> stories = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                read(file, stories);
            }
        }
        return Collections.unmodifiableSortedMap(stories);
    }

    private static void read(Path file, SortedMap<String, Story> stories) throws IOException {
        Story story = null;
        for (String line : Files.readAllLines(file)) {
            Matcher heading = HEADING.matcher(line);
            Matcher events = EVENTS.matcher(line);
            if (heading.matches()) {
                story = new Story(heading.group(1), heading.group(2), new ArrayList<>());
                if (stories.put(story.segment(), story) != null) {
                    throw new IllegalStateException(file + ": a second story of " + story.segment());
                }
            } else if (events.matches()) {
                if (story == null) {
                    throw new IllegalStateException(file + ": an event of no story");
                }
                add(events, story);
            }
        }
    }

    private static void add(Matcher events, Story story) {
        if (events.group(1) == null) {
            story.events().add(events.group(3));
            return;
        }
        Duration apart = events.group(2).equals("days") ? Duration.ofDays(1) : Duration.ofSeconds(1);
        try {
            ObjectNode event = (ObjectNode) JSON.readTree(events.group(3));
            Instant at = Instant.parse(event.path("timestamp").asText());
            for (int i = 0; i < Integer.parseInt(events.group(1)); i++) {
                event.put("timestamp", at.plus(apart.multipliedBy(i)).toString());
                story.events().add(JSON.writeValueAsString(event));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + events.group(3), e);
        }
    }
}
