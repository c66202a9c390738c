package io.tributary.local.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.input.EventFiles;
import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishPlanTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TEN = 1_767_607_200_000L;

    @TempDir
    private Path folder;

    @Test
    void ordersAsTheContractAndSoABacktestDoes() throws Exception {
        // Ids fall where the kind rises, so that neither the id nor the file decides.
        List<String> inOrder = List.of(
                line("z", "'type':'track','event':'Order Completed'", "09:59:59.999"),
                line("y", "'type':'identify'", "10:00:00.000"),
                line("x1", "'type':'page'", "10:00:00.000"),
                line("x2", "'type':'track','event':'Product Viewed'", "10:00:00.000"),
                line("w", "'type':'track','event':'Product Added','properties':{'product_id':'p'}", "10:00:00.000"),
                line("v", "'type':'track','event':'Product Removed','properties':{'product_id':'p'}", "10:00:00.000"),
                line("u", "'type':'track','event':'Cart Updated','properties':{'products':[]}", "10:00:00.000"),
                line("t", "'type':'track','event':'Order Completed'", "10:00:00.000"),
                line("s", "'type':'track','event':'Order Refunded'", "10:00:00.000"),
                line("r", "'type':'track','event':'Searched'", "10:00:00.000"),
                line("a", "'type':'identify'", "10:00:00.001"));

        for (int seed = 0; seed < 20; seed++) {
            List<String> shuffled = new ArrayList<>(inOrder);
            Collections.shuffle(shuffled, new Random(seed));
            PublishPlan plan = plan(shuffled.subList(0, 4), shuffled.subList(4, shuffled.size()));
            assertThat(plan.events())
                    .as("seed %d", seed)
                    .extracting(event -> text(event.json()))
                    .containsExactlyElementsOf(inOrder);
        }
    }

    @Test
    void keepsADevicesEventsTogetherByTheFirstIdentityKey() throws Exception {
        PublishPlan plan = plan(List.of(
                line("m-1", "'type':'page','anonymousId':'a-1'", "10:00:00.000"),
                line("m-2", "'type':'page'", "10:00:00.001")));

        assertThat(plan.events()).extracting(PublishPlan.Event::key).containsExactly("anonymous_id:a-1", "user_id:42");
        assertThat(plan.newest()).hasValue(TEN + 1);
    }

    @Test
    void leavesTicksOutAndCountsThem() throws Exception {
        PublishPlan plan = plan(
                List.of(line("m-1", "'type':'page'", "10:00:00.000"), tick("2026-01-05T12:00:00Z")),
                List.of(tick("9999-12-31T23:59:59Z")));

        assertThat(plan.events()).hasSize(1);
        assertThat(plan.ticks()).isEqualTo(2);
        assertThat(plan.newest()).as("a tick is no event").hasValue(TEN);
    }

    @Test
    void sendsTheJobWhatItMustRefuseByteForByte() throws Exception {
        PublishPlan plan = plan(List.of("", "{\"type\":", "[1]", line("m-1", "'type':'page'", "10:00:00.000")));

        assertThat(plan.refused()).extracting(PublishPlanTest::text).containsExactly("", "{\"type\":", "[1]");
        assertThat(plan.unsendable()).isEmpty();
        assertThat(plan.events()).hasSize(1);
    }

    @Test
    void doesNotSendLinesThatKafkaWouldNotTakeAndRowsThatAreNoEvents() throws Exception {
        String huge = line("m-1", "'type':'page','context':{'x':'" + "x".repeat(2 << 20) + "'}", "10:00:00.000");
        PublishPlan lines = plan(List.of(huge));
        assertThat(lines.refused()).isEmpty();
        assertThat(lines.unsendable()).singleElement().satisfies(reject -> {
            assertThat(reject.reason()).isEqualTo(RejectReason.TOO_LARGE);
            assertThat(reject.origin().position()).isEqualTo(1);
        });

        Path rows = Files.writeString(folder.resolve("rows.csv"), "id,at\nu-1,2026-01-05T10:00:00Z\nu-2,soon\n");
        Path mapping = Files.writeString(
                folder.resolve("rows.yaml"),
                """
                version: 1
                input: {format: csv}
                events:
                - type: identify
                  timestamp: {column: at}
                  user_id: {column: id}
                """);
        PublishPlan mapped = PublishPlan.read(EventFiles.of(List.of(rows), List.of(mapping)));
        assertThat(mapped.unsendable()).singleElement().satisfies(reject -> {
            assertThat(reject.reason()).isEqualTo(RejectReason.BAD_TIMESTAMP);
            assertThat(text(reject.raw())).isEqualTo("u-2,soon");
            assertThat(reject.origin().position()).isEqualTo(3);
        });
        assertThat(mapped.events()).singleElement().satisfies(event -> assertThat(
                        JSON.readTree(event.json()).get("userId").asText())
                .as("the event as the job reads it, not the row")
                .isEqualTo("u-1"));
    }

    @Test
    void hasNoNewestEventWithoutEvents() throws Exception {
        assertThat(plan(List.of("no event", tick("2026-01-05T12:00:00Z"))).newest())
                .isEmpty();
    }

    @SafeVarargs
    private PublishPlan plan(List<String>... files) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (List<String> lines : files) {
            paths.add(Files.write(folder.resolve("events-" + paths.size() + ".jsonl"), lines));
        }
        return PublishPlan.read(EventFiles.of(paths, List.of()));
    }

    private static String line(String messageId, String fields, String time) {
        return "{'messageId':'%s','userId':'42',%s,'timestamp':'2026-01-05T%sZ'}"
                .formatted(messageId, fields, time)
                .replace('\'', '"');
    }

    private static String tick(String time) {
        return "{\"type\":\"tick\",\"timestamp\":\"" + time + "\"}";
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
