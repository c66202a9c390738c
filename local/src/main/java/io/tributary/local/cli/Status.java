package io.tributary.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows what runs. */
@Command(
        name = "status",
        description = {
            "Show what runs: process, addresses, jobs, topics, indices.",
            "Exit code 0 if the stack is up, all of it answers and its jobs run, else 1."
        })
final class Status implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    @Mixin
    private StackOption stack;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var terminal = Terminal.of(spec.commandLine());
        var folder = stack.folder();
        var pid = folder.runningPid();
        if (pid.isEmpty()) {
            terminal.line(
                    Files.exists(folder.endpoints())
                            ? "No stack runs in %s; an earlier one ended without clearing up, which the next start mends."
                            : "No stack runs in %s.",
                    folder.path());
            return 1;
        }
        if (!Files.exists(folder.endpoints())) {
            terminal.line("The stack in %s (process %d) is starting or stopping.", folder.path(), pid.get());
            return 1;
        }
        var endpoints = stack.endpoints();
        terminal.line("Tributary runs in %s (process %d).", folder.path(), pid.get());
        var parts = List.of(kafka(endpoints), elasticsearch(endpoints), flink(endpoints));
        for (var part : parts) {
            terminal.line("  %-14s %-32s %s", part.name(), part.address(), part.state());
        }
        for (var part : parts) {
            part.counts().forEach((name, count) -> terminal.line("  %-40s %s", name, count));
        }
        for (var part : parts) {
            part.trouble().ifPresent(trouble -> terminal.line("%s; look into %s", trouble, folder.log()));
        }
        return parts.stream().allMatch(part -> part.trouble().isEmpty()) ? 0 : 1;
    }

    /** @param trouble what is wrong with it, in a sentence */
    record Part(String name, Object address, String state, Optional<String> trouble, Map<String, String> counts) {}

    private static Part kafka(Endpoints endpoints) {
        try {
            var counts = new TreeMap<String, String>();
            Topics.endOffsets(endpoints.kafka())
                    .forEach((topic, end) ->
                            counts.put("topic " + topic, String.format(Locale.ROOT, "%,12d end offset", end)));
            return new Part("Kafka", endpoints.kafka(), "answers", Optional.empty(), counts);
        } catch (IOException e) {
            return silent("Kafka", endpoints.kafka());
        }
    }

    private static Part elasticsearch(Endpoints endpoints) throws InterruptedException {
        try {
            var counts = new TreeMap<String, String>();
            for (var index :
                    get(endpoints.elasticsearch().resolve("/_cat/indices/cdp-*?format=json&h=index,docs.count"))) {
                counts.put(
                        "index " + index.path("index").asText(),
                        String.format(
                                Locale.ROOT,
                                "%,12d documents",
                                index.path("docs.count").asLong()));
            }
            return new Part("Elasticsearch", endpoints.elasticsearch(), "answers", Optional.empty(), counts);
        } catch (IOException e) {
            return silent("Elasticsearch", endpoints.elasticsearch());
        }
    }

    /** A stack's jobs run for ever, so one that does not run now is trouble, also one that is about to restart. */
    static Part flink(Endpoints endpoints) throws InterruptedException {
        try {
            var jobs = new ArrayList<String>();
            var down = new ArrayList<String>();
            for (var job : get(endpoints.flink().resolve("/jobs/overview")).path("jobs")) {
                var state = job.path("state").asText();
                jobs.add(job.path("name").asText() + " " + state);
                if (!state.equals("RUNNING")) {
                    down.add(job.path("name").asText() + " is " + state);
                }
            }
            if (jobs.isEmpty()) {
                return new Part("Flink", endpoints.flink(), "no jobs", Optional.of("No job runs"), Map.of());
            }
            return new Part(
                    "Flink",
                    endpoints.flink(),
                    String.join(", ", jobs),
                    down.isEmpty() ? Optional.empty() : Optional.of("Job " + String.join(", ", down)),
                    Map.of());
        } catch (IOException e) {
            return silent("Flink", endpoints.flink());
        }
    }

    private static Part silent(String name, Object address) {
        return new Part(name, address, "does not answer", Optional.of(name + " does not answer"), Map.of());
    }

    private static JsonNode get(URI address) throws IOException, InterruptedException {
        var response =
                HTTP.send(HttpRequest.newBuilder(address).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(address + " answers " + response.statusCode());
        }
        return JSON.readTree(response.body());
    }
}
