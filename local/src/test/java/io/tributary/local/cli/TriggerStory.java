package io.tributary.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A few events and definitions in a folder, backtested, and the triggers that come of them. */
final class TriggerStory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern WHO = Pattern.compile("'(userId|anonymousId)':'([^']+)'");

    private final Path folder;
    private final String definitions;
    private final List<String> events = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();

    /** @param definitions YAML */
    TriggerStory(Path folder, String definitions) {
        this.folder = folder;
        this.definitions = definitions;
    }

    /** The next event, {@code m-N} counted from 0; quotes may be single ones. */
    void event(String at, String rest) {
        Matcher who = WHO.matcher(rest);
        while (who.find()) {
            Namespace namespace = who.group(1).equals("userId") ? Namespace.USER_ID : Namespace.ANONYMOUS_ID;
            names.put(new Identifier(namespace, who.group(2)).customerId(), who.group(2));
        }
        events.add("{'timestamp':'%s','messageId':'m-%d',%s}"
                .formatted(at, events.size(), rest)
                .replace('\'', '"'));
    }

    /** A track call of a user. */
    void track(String at, String user, String name, String properties) {
        event(at, "'type':'track','event':'%s','userId':'%s','properties':{%s}".formatted(name, user, properties));
    }

    /** A track call of a device. */
    void trackDevice(String at, String device, String name, String properties) {
        event(
                at,
                "'type':'track','event':'%s','anonymousId':'%s','properties':{%s}".formatted(name, device, properties));
    }

    /** An identify call of a user. */
    void identify(String at, String user, String traits) {
        event(at, "'type':'identify','userId':'%s','traits':{%s}".formatted(user, traits));
    }

    /** An identify call of a device. */
    void identifyDevice(String at, String device, String traits) {
        event(at, "'type':'identify','anonymousId':'%s','traits':{%s}".formatted(device, traits));
    }

    void login(String at, String user, String device) {
        event(at, "'type':'identify','userId':'%s','anonymousId':'%s'".formatted(user, device));
    }

    /** @param more options of the command */
    TriggerStory backtest(String until, Object... more) throws IOException {
        List<Object> command = new ArrayList<>(List.of(
                "backtest",
                "--events",
                Files.write(folder.resolve("events.jsonl"), events),
                "--definitions",
                definitions(definitions),
                "--until",
                until,
                "--out",
                folder.resolve("out")));
        command.addAll(List.of(more));
        CommandRun.succeed(command.toArray());
        return this;
    }

    private Path definitions(String yaml) throws IOException {
        Path all = Files.createDirectories(folder.resolve("definitions"));
        Files.writeString(all.resolve("d.yaml"), yaml);
        return all;
    }

    /** The first mistake that {@code definitions check} names if a part of the definitions is another. */
    String mistake(String part, String other) throws IOException {
        if (!definitions.contains(part)) {
            throw new IllegalArgumentException("no such part: " + part);
        }
        CommandRun run = CommandRun.of("definitions", "check", definitions(definitions.replace(part, other)));
        if (run.exit() != 1) {
            throw new AssertionError("exit code " + run.exit() + ": " + run.out());
        }
        return run.errorLines().get(0);
    }

    /** What fired. */
    List<JsonNode> triggers() throws IOException {
        return lines("triggers.jsonl");
    }

    List<JsonNode> triggers(String name) throws IOException {
        return triggers().stream()
                .filter(line -> line.path("trigger").asText().equals(name))
                .toList();
    }

    /** What was held back. */
    List<JsonNode> suppressed() throws IOException {
        return lines("triggers-suppressed.jsonl");
    }

    private List<JsonNode> lines(String file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("out").resolve(file))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** When what fired for whom, ascending. */
    List<String> fired() throws IOException {
        return triggers().stream().map(this::words).sorted().toList();
    }

    /** When what fired for whom. */
    String words(JsonNode line) {
        String customer = line.path("customer_id").asText();
        return "%s %s %s"
                .formatted(
                        line.path("fired_at").asText(),
                        line.path("trigger").asText(),
                        names.getOrDefault(customer, customer));
    }
}
