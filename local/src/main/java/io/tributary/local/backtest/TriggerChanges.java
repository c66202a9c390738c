package io.tributary.local.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.backtest.TriggerReport.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What other definitions do to the triggers of the same events: by their ids, which no definition is part of. */
public final class TriggerChanges {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Of one subject, how often it fires.
     *
     * @param alike of the now, how many fired before at the same instant
     * @param atAnotherTime of the now, how many fired before at another one
     * @param added of the now, how many did not fire before
     * @param gone how many that fired before do not now
     */
    public record Change(long before, long now, long alike, long atAnotherTime, long added, long gone) {}

    private TriggerChanges() {}

    /** By trigger, its reminders behind it; of those in either of two results. */
    public static SortedMap<Subject, Change> between(BacktestResult before, BacktestResult now) {
        SortedMap<Subject, Change> changes = new TreeMap<>();
        SortedMap<Subject, Map<String, String>> then = byId(before.triggers());
        SortedMap<Subject, Map<String, String>> today = byId(now.triggers());
        for (BacktestResult result : List.of(before, now)) {
            for (Subject subject : result.counts().triggers().all().keySet()) {
                changes.computeIfAbsent(
                        subject,
                        added -> change(then.getOrDefault(added, Map.of()), today.getOrDefault(added, Map.of())));
            }
        }
        return changes;
    }

    /** Subject → id → when it fired. */
    private static SortedMap<Subject, Map<String, String>> byId(List<byte[]> triggers) {
        SortedMap<Subject, Map<String, String>> bySubject = new TreeMap<>();
        for (byte[] line : triggers) {
            JsonNode trigger = read(line);
            Subject subject = new Subject(
                    trigger.path("trigger").textValue(),
                    trigger.path("reminder").textValue());
            bySubject
                    .computeIfAbsent(subject, added -> new HashMap<>())
                    .put(
                            trigger.path("trigger_id").textValue(),
                            trigger.path("fired_at").textValue());
        }
        return bySubject;
    }

    private static JsonNode read(byte[] line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException("a trigger is JSON", e);
        }
    }

    private static Change change(Map<String, String> then, Map<String, String> today) {
        long alike = 0;
        long atAnotherTime = 0;
        long added = 0;
        for (Map.Entry<String, String> trigger : today.entrySet()) {
            String before = then.get(trigger.getKey());
            if (before == null) {
                added++;
            } else if (before.equals(trigger.getValue())) {
                alike++;
            } else {
                atAnotherTime++;
            }
        }
        return new Change(then.size(), today.size(), alike, atAnotherTime, added, then.size() - alike - atAnotherTime);
    }
}
