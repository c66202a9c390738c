package io.tributary.local.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.local.input.EventFiles;
import io.tributary.local.input.PrivacyFiles;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.time.Timestamps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    private static final long BOUND = 10_000;

    /** By another instant the id is the same. */
    private static final PrivacyCommand PUBLISHED =
            PrivacyCommand.erase("c-1", at("09:30"), new Identifier(Namespace.USER_ID, "42"));

    @TempDir
    private Path folder;

    @Test
    void tellsWhatIsRefusedThenTheEventsInTheirOrderThenTheTime() throws Exception {
        Path late = file("a.jsonl", page("m-2", "10:00"), "{broken");
        Path early = file("b.jsonl", page("m-1", "09:00"), tick("23:00"));

        History history = read(List.of(late, early), List.of(), OptionalLong.empty());

        assertThat(history.end()).hasValue(at("10:00"));
        List<Inbound> lines = history.inOrder(BOUND);
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).isInstanceOfSatisfying(Inbound.Refused.class, refused -> {
            assertThat(refused.reject().origin().source()).isEqualTo("a.jsonl");
            assertThat(refused.reject().origin().position()).isEqualTo(2);
        });
        assertThat(lines.subList(1, 3))
                .extracting(line -> ((Inbound.Accepted) line).event().messageId())
                .containsExactly("m-1", "m-2");
        assertThat(lines.get(3)).isInstanceOfSatisfying(Inbound.Tick.class, tick -> assertThat(tick.timestamp())
                .isEqualTo(at("10:00") + BOUND + 1));
    }

    @Test
    void endsWithTheInstantThatWasAskedFor() throws Exception {
        Path events = file("a.jsonl", page("m-1", "09:00"), page("m-2", "10:00"), page("m-3", "11:00"));
        Path commands = file("commands.jsonl", erase("c-1", "10:00"), erase("c-2", "11:00"), "{}");

        History history = read(List.of(events), List.of(commands), OptionalLong.of(at("10:00")));

        assertThat(history.events())
                .extracting(accepted -> accepted.event().messageId())
                .containsExactly("m-1", "m-2");
        assertThat(history.afterUntil()).isEqualTo(1);
        assertThat(history.end()).hasValue(at("10:00"));
        assertThat(history.commands())
                .filteredOn(PrivacyInbound.Accepted.class::isInstance)
                .singleElement()
                .isEqualTo(new PrivacyInbound.Accepted(PUBLISHED));
        assertThat(history.rejects())
                .singleElement()
                .extracting(reject -> reject.origin().source())
                .isEqualTo("commands.jsonl");
    }

    private static History read(List<Path> events, List<Path> commands, OptionalLong until) throws Exception {
        return History.read(
                EventFiles.of(events, List.of()),
                PrivacyFiles.of(commands),
                List.of(PUBLISHED),
                CustomerSettings.from(new Configuration()),
                until);
    }

    private Path file(String name, String... lines) throws Exception {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private static String page(String messageId, String time) {
        return "{\"type\":\"page\",\"messageId\":\"%s\",\"userId\":\"42\",\"timestamp\":\"2026-01-05T%s:00Z\"}"
                .formatted(messageId, time);
    }

    private static String tick(String time) {
        return "{\"type\":\"tick\",\"timestamp\":\"2026-01-05T%s:00Z\"}".formatted(time);
    }

    private static String erase(String id, String time) {
        return "{\"id\":\"%s\",\"at\":\"2026-01-05T%s:00Z\",\"command\":\"erase\",\"identifier\":\"user_id:42\"}"
                .formatted(id, time);
    }

    private static long at(String time) {
        return Timestamps.parse("2026-01-05T" + time + ":00Z");
    }
}
