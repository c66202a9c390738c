package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.PublishPlan;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A set of as many segments as a large tenant has goes through the topic, the job and its state: it is published while the
 * job runs, a few of them are changed, and the job crashes and comes back. How long it takes until all customers are decided
 * by a publication is printed, not asserted.
 */
@Tag("full")
class LargeDefinitionsIT {
    private static final int SEGMENTS = Integer.getInteger("tributary.segments", 100_000);
    private static final int CHANGED = 10;
    private static final int PER_FILE = 1_000;
    private static final int CUSTOMERS = 30;
    private static final int MOST_EVENTS = 6;
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void isPublishedChangedAndRestored() throws Exception {
        PublishPlan plan = PublishPlan.read(EventFiles.of(List.of(events()), List.of()));
        int half = plan.events().size() / 2;
        try (StreamedRun run = new StreamedRun(3, set(1, 0));
                ShuffledPublisher publisher = new ShuffledPublisher(run.bootstrapServers(), 2)) {
            publisher.send(List.of(), plan.events().subList(0, half));
            publish("published", set(SEGMENTS, 0), run, 0);
            publish("changed", set(SEGMENTS, CHANGED), run, 1);
            run.crash();
            run.start();
            publisher.send(List.of(), plan.events().subList(half, plan.events().size()));
            publisher.tick(plan.newest().orElseThrow()
                    + CustomerOptions.LATENESS_BOUND.defaultValue().toMillis()
                    + 1);
            run.awaitProfiles(plan.events().size(), CUSTOMERS);
            awaitDecided(run, 1);
            assertThat(run.values(Topic.REJECTS)).isEmpty();
            run.stop();
        }
    }

    private static void publish(String what, Definitions definitions, StreamedRun run, int later) throws Exception {
        run.publish(definitions);
        long began = System.nanoTime();
        awaitDecided(run, later);
        System.out.printf(
                "%,d segments %s: all customers decided after %,d ms%n",
                SEGMENTS, what, (System.nanoTime() - began) / 1_000_000);
    }

    /** Who has n events is in the first n segments, less those that have come to ask for more. */
    private static void awaitDecided(StreamedRun run, int later) throws Exception {
        Await.until("everybody's memberships", DEADLINE, () -> {
            Map<String, Set<String>> expected = new TreeMap<>();
            Map<String, Set<String>> published = new TreeMap<>();
            run.profiles().forEach((customer, profile) -> {
                Set<String> segments = new TreeSet<>();
                for (int i = 0; i < profile.at("/events/count").asInt() - later; i++) {
                    segments.add("s" + i);
                }
                expected.put(customer, segments);
                published.put(customer, segments(profile));
            });
            return !published.isEmpty() && published.equals(expected);
        });
    }

    private static Set<String> segments(JsonNode profile) {
        Set<String> segments = new TreeSet<>();
        profile.path("segments")
                .forEach(segment -> segments.add(segment.path("segment").asText()));
        return segments;
    }

    /** Segments of more events than i, the first ones of one more. */
    private static Definitions set(int segments, int changed) {
        Map<String, String> files = new LinkedHashMap<>();
        for (int from = 0; from < segments; from += PER_FILE) {
            StringBuilder file = new StringBuilder("segments:\n");
            for (int i = from; i < Math.min(segments, from + PER_FILE); i++) {
                file.append(
                        "- {name: s%d, when: 'events.count > %d && (days_since(last_seen) < %d || orders.count > %d)'}%n"
                                .formatted(i, i < changed ? i + 1 : i, 3_000 + i, i));
            }
            files.put("segments-%d.yaml".formatted(from), file.toString());
        }
        return Definitions.of(files, IdentitySettings.defaults());
    }

    private Path events() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int event = 0; event < MOST_EVENTS; event++) {
            for (int customer = 0; customer < CUSTOMERS; customer++) {
                if (event <= customer % MOST_EVENTS) {
                    lines.add("{'type':'track','event':'Signed In','messageId':'m%d','userId':'u%d','timestamp':'%s'}"
                            .replace('\'', '"')
                            .formatted(lines.size(), customer, START.plusSeconds(lines.size())));
                }
            }
        }
        return Files.write(folder.resolve("events.jsonl"), lines);
    }
}
