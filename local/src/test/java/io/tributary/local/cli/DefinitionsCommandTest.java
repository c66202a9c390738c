package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionsCommandTest {
    @TempDir
    private Path folder;

    @Test
    void countsWhatThereIs() throws IOException {
        Files.createDirectories(folder.resolve("more"));
        Files.writeString(
                folder.resolve("traits.yaml"),
                "traits: [{name: orders, aggregate: count, events: [Order Completed]}]\n");
        Files.writeString(
                folder.resolve("more/segments.yml"),
                """
                segments:
                - {name: vip, when: computed.orders > 9}
                - {name: fan, for_each: event.name, trait: {aggregate: count, events: [page]}, when: value > 3}
                """);

        CommandRun run = CommandRun.succeed("definitions", "check", folder);

        assertThat(run.out())
                .isEqualToNormalizingNewlines(
                        "1 computed trait, 2 segments (1 parametric), 0 triggers in 2 files: no mistake\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void saysThatThereAreRulesOfDelivery() throws IOException {
        Files.writeString(
                folder.resolve("delivery.yaml"),
                """
                delivery:
                  quiet_hours: {from: "22:00", to: "08:00", zone: Europe/Warsaw}
                  caps:
                  - {most: 3, within: 7d}
                """);

        assertThat(CommandRun.succeed("definitions", "check", folder).out())
                .isEqualToNormalizingNewlines(
                        "0 computed traits, 0 segments (0 parametric), 0 triggers, rules of delivery in 1 file:"
                                + " no mistake\n");

        Path file = Files.writeString(
                folder.resolve("delivery.yaml"),
                """
                delivery:
                  quiet_hours: {from: "22:00", to: "08:00", zone: Europe/Warsaw, then: sleep}
                  caps:
                  - {most: 3, within: 60d}
                """);
        CommandRun run = CommandRun.of("definitions", "check", folder);
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .containsExactly(
                        file + ":2:72: 'then' can't be 'sleep'; known: drop, postpone",
                        file + ":4:23: 'within' must be 1m to 30d, not '60d'",
                        "2 mistakes");
    }

    @Test
    void namesEveryMistake() throws IOException {
        Path one = Files.writeString(folder.resolve("a.yaml"), "traits: [{name: orders, aggregate: cuont}]\n");
        Path other =
                Files.writeString(folder.resolve("b.yaml"), "segments:\n- {name: vip, when: computed.ordrs > 9}\n");

        CommandRun run = CommandRun.of("definitions", "check", folder);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines())
                .containsExactly(
                        one + ":1:10: 'events' is missing: a list of event names, such as [Order Completed]",
                        one + ":1:36: 'aggregate' can't be 'cuont' — did you mean 'count'?",
                        other + ":2:30: no computed trait 'ordrs' — did you mean 'orders'?",
                        "3 mistakes");
    }

    @Test
    void configuredNamespacesAreKnown() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), "segments: [{name: a, when: 'size(identifiers.card) > 0'}]\n");
        Path identity = Files.writeString(
                folder.resolve("identity.yml.txt"), "version: 1\nnamespaces: [{name: card, kind: person}]\n");

        assertThat(CommandRun.of("definitions", "check", folder).exit()).isEqualTo(1);
        assertThat(CommandRun.of("definitions", "check", folder, "--identity", identity)
                        .exit())
                .isZero();
    }

    @Test
    void aFolderWithoutDefinitionsIsToldInOneLine() {
        CommandRun empty = CommandRun.of("definitions", "check", folder);
        CommandRun missing = CommandRun.of("definitions", "check", folder.resolve("nowhere"));

        assertThat(empty.exit()).isEqualTo(1);
        assertThat(empty.errorLines())
                .containsExactly("cdp definitions check: " + folder + ": no file *.yaml or *.yml in this folder");
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.errorLines())
                .containsExactly("cdp definitions check: " + folder.resolve("nowhere") + ": no such folder");
    }

    @Test
    void wrongUseExitsWithTwo() {
        assertThat(CommandRun.of("definitions", "check").exit()).isEqualTo(2);
        assertThat(CommandRun.of("definitions", "check", folder, "--strict").exit())
                .isEqualTo(2);
        CommandRun without = CommandRun.of("definitions");
        assertThat(without.exit()).isEqualTo(2);
        assertThat(without.errorLines()).singleElement().asString().contains("There are: check, diff, publish.");
    }
}
