package io.tributary.local.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.latency.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Which task of a job its checkpoints wait for, and with what that task spends the time. */
final class SlowestTask {
    private SlowestTask() {}

    /** What Flink's REST interface answers about a job, by the rest of the path behind the job's id. */
    @FunctionalInterface
    interface Rest {
        JsonNode get(String path) throws Exception;
    }

    /**
     * A line about the task that is the slowest most often: the medians of its slowest subtask, milliseconds.
     *
     * @param checkpoints their ids; at least one
     */
    static String of(Rest job, List<Long> checkpoints) throws Exception {
        Map<String, List<JsonNode>> slowest = new HashMap<>();
        for (long checkpoint : checkpoints) {
            String details = "/checkpoints/details/" + checkpoint;
            String task = job.get(details).path("tasks").properties().stream()
                    .max(Comparator.comparing(Entry::getValue, byDuration()))
                    .orElseThrow()
                    .getKey();
            JsonNode subtasks = job.get(details + "/subtasks/" + task).path("subtasks");
            slowest.computeIfAbsent(task, none -> new ArrayList<>())
                    .add(StreamSupport.stream(subtasks.spliterator(), false)
                            .max(byDuration())
                            .orElseThrow());
        }
        var task = slowest.entrySet().stream()
                .max(Comparator.comparing(entry -> entry.getValue().size()))
                .orElseThrow();
        List<JsonNode> times = task.getValue();
        return String.format(
                Locale.ROOT,
                "slowest %d times of %d: %.25s…; barrier comes after %d ms, aligned %d, synchronous part %d, asynchronous %d",
                times.size(),
                checkpoints.size(),
                name(job, task.getKey()),
                median(times, subtask -> subtask.path("start_delay")),
                median(times, subtask -> subtask.path("alignment").path("duration")),
                median(times, subtask -> subtask.path("checkpoint").path("sync")),
                median(times, subtask -> subtask.path("checkpoint").path("async")));
    }

    private static Comparator<JsonNode> byDuration() {
        return Comparator.comparing(any -> any.path("end_to_end_duration").asLong());
    }

    private static String name(Rest job, String task) throws Exception {
        return StreamSupport.stream(job.get("").path("vertices").spliterator(), false)
                .filter(vertex -> vertex.path("id").asText().equals(task))
                .findFirst()
                .orElseThrow()
                .path("name")
                .asText();
    }

    private static long median(List<JsonNode> subtasks, Function<JsonNode, JsonNode> part) {
        return new Latencies(subtasks.stream()
                        .map(subtask -> Duration.ofMillis(part.apply(subtask).asLong()))
                        .toList())
                .percentile(50)
                .toMillis();
    }
}
