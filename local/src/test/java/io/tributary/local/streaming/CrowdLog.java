package io.tributary.local.streaming;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.operators.identity.RecentMessages;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.time.Timestamps;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The lines of a crowd as partitions of a log: each line in any partition with events, in any order within the lateness
 * bound, many of them twice; among them ticks, which move the clock exactly to instants of events and beside them. The
 * last partition has ticks only. All end with a tick behind which everything has happened up to the newest event.
 *
 * <p>Two things are left out, because the de-duplication on arrival can't decide them as a backtest does, which sees
 * everything in order. Different lines with the same message id of one device get ids of their own: the first to arrive
 * would win. And no copy is made of a line whose device has said something more than a day later: where that arrives
 * between them, the first copy is forgotten.
 */
final class CrowdLog {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_COPIES = 2;
    private static final int ONE_IN_COPIED = 6;

    /**
     * A record of a partition.
     *
     * @param recordTime Kafka's, which is the event's or the tick's own, milliseconds since 1970
     * @param arrival orders what is read in step, milliseconds since 1970
     */
    record Entry(byte[] value, long recordTime, long arrival) {}

    /** A line of a group and where it stands in the log, as {@code partition/offset}. */
    private record Line(CustomerEvent event, Set<String> places) {}

    /** An entry on its way into a partition; the line is null for a tick. */
    private record Arrival(Entry entry, long tie, Line line) {}

    private final CrowdScenario scenario;
    private final long newest;
    private final List<List<Arrival>> arrivals = new ArrayList<>();
    private final List<List<Entry>> partitions = new ArrayList<>();
    private final Map<Integer, List<Line>> groups = new LinkedHashMap<>();
    private final Map<Integer, List<PrivacyCommand>> commandsByGroup = new LinkedHashMap<>();
    private final Map<String, Integer> groupByCustomer = new HashMap<>();

    /**
     * A log.
     *
     * @param commands of which each concerns one group
     * @param only the one group whose lines are in the log; the clock goes as far as for all
     */
    CrowdLog(CrowdScenario scenario, List<List<String>> crowd, List<PrivacyCommand> commands, OptionalInt only) {
        this.scenario = scenario;
        List<List<CustomerEvent>> events =
                crowd.stream().map(CrowdLog::distinctEvents).toList();
        this.newest = events.stream()
                .flatMap(List::stream)
                .mapToLong(CustomerEvent::timestamp)
                .max()
                .orElseThrow();
        for (int i = 0; i <= scenario.eventPartitions(); i++) {
            arrivals.add(new ArrayList<>());
        }
        for (int group = 0; group < events.size(); group++) {
            if (only.isEmpty() || only.getAsInt() == group) {
                add(group, events.get(group));
            }
        }
        for (PrivacyCommand command : commands) {
            Integer group = groupByCustomer.get(command.identifier().customerId());
            if (group != null) {
                commandsByGroup
                        .computeIfAbsent(group, first -> new ArrayList<>())
                        .add(command);
            }
        }
        addTicks(events, commands);
        arrivals.forEach(this::close);
    }

    private static List<CustomerEvent> distinctEvents(List<String> lines) {
        List<CustomerEvent> events = new ArrayList<>();
        Set<String> messages = new HashSet<>();
        for (String line : new LinkedHashSet<>(lines)) {
            CustomerEvent event = parse(line);
            for (int n = 2; !messages.add(event.firstIdentityKey().qualified() + " " + event.messageId()); n++) {
                event = parse(withMessageId(line, event.messageId() + "-" + n));
            }
            events.add(event);
        }
        return events;
    }

    static CustomerEvent parse(String line) {
        Inbound inbound = EventParser.withDefaults().parse(utf8(line), Origin.line("crowd.jsonl", 1));
        if (inbound instanceof Inbound.Accepted accepted) {
            return accepted.event();
        }
        throw new IllegalArgumentException("the streams are of accepted events: " + line);
    }

    private static String withMessageId(String line, String messageId) {
        try {
            return ((ObjectNode) JSON.readTree(line))
                    .put("messageId", messageId)
                    .toString();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    private void add(int group, List<CustomerEvent> events) {
        // Of its own, so that a group keeps its places in the partitions when it is streamed alone.
        Random random = scenario.random(group);
        List<Line> lines = new ArrayList<>();
        for (CustomerEvent event : events) {
            Line line = new Line(event, new TreeSet<>());
            lines.add(line);
            for (Identifier identifier : event.identifiers()) {
                Integer other = groupByCustomer.putIfAbsent(identifier.customerId(), group);
                if (other != null && other != group) {
                    throw new IllegalArgumentException("groups " + other + " and " + group + " share " + identifier);
                }
            }
            int partition = random.nextInt(scenario.eventPartitions());
            arrive(partition, line, random);
            if (random.nextInt(ONE_IN_COPIED) == 0 && !isForgottenBy(event, events)) {
                for (int copies = 1 + random.nextInt(MAX_COPIES); copies > 0; copies--) {
                    arrive(random.nextBoolean() ? partition : random.nextInt(scenario.eventPartitions()), line, random);
                }
            }
        }
        groups.put(group, lines);
    }

    private static boolean isForgottenBy(CustomerEvent event, List<CustomerEvent> others) {
        return others.stream()
                .filter(other -> other.firstIdentityKey().equals(event.firstIdentityKey()))
                .anyMatch(other -> other.timestamp() > event.timestamp() + RecentMessages.HORIZON_MILLIS);
    }

    private void arrive(int partition, Line line, Random random) {
        arrive(partition, line.event.json(), line.event.timestamp(), line, random);
    }

    /** Later than what is newer by more than the bound comes nothing, so nothing is late. */
    private void arrive(int partition, byte[] value, long timestamp, Line line, Random random) {
        long bound = scenario.latenessBound().toMillis();
        Entry entry = new Entry(value, timestamp, timestamp + random.nextLong(bound + 1));
        arrivals.get(partition).add(new Arrival(entry, random.nextLong(), line));
    }

    private void addTicks(List<List<CustomerEvent>> events, List<PrivacyCommand> commands) {
        long bound = scenario.latenessBound().toMillis();
        Set<Long> instants = new TreeSet<>();
        events.forEach(group -> group.forEach(event -> instants.add(event.timestamp())));
        commands.forEach(command -> instants.add(command.at()));
        Random random = scenario.random(-1);
        for (long instant : instants) {
            // Moves the watermark right before the instant, to it, and right behind it.
            for (long tick = instant + bound; tick <= Math.min(instant + bound + 2, newest + bound + 1); tick++) {
                for (int partition = 0; partition < arrivals.size(); partition++) {
                    if (random.nextBoolean()) {
                        arrive(partition, tick(tick), tick, null, random);
                    }
                }
            }
        }
    }

    private void close(List<Arrival> partition) {
        partition.sort(Comparator.comparingLong((Arrival arrival) -> arrival.entry.arrival())
                .thenComparing(Arrival::tie));
        List<Entry> entries = new ArrayList<>();
        for (Arrival arrival : partition) {
            if (arrival.line != null) {
                arrival.line.places.add(partitions.size() + "/" + entries.size());
            }
            entries.add(arrival.entry);
        }
        long end = newest + scenario.latenessBound().toMillis() + 1;
        entries.add(new Entry(tick(end), end, Long.MAX_VALUE));
        partitions.add(entries);
    }

    private static byte[] tick(long timestamp) {
        return utf8("{\"type\":\"tick\",\"timestamp\":\"" + Timestamps.format(timestamp) + "\"}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    CrowdScenario scenario() {
        return scenario;
    }

    /** By their numbers; the last has ticks only. */
    List<List<Entry>> partitions() {
        return partitions;
    }

    /** Records in all partitions. */
    int size() {
        return partitions.stream().mapToInt(List::size).sum();
    }

    /** Of the newest event of all groups, milliseconds since 1970. */
    long newest() {
        return newest;
    }

    Set<Integer> groups() {
        return groups.keySet();
    }

    /** The distinct lines of a group. */
    List<byte[]> lines(int group) {
        return groups.get(group).stream().map(line -> line.event.json()).toList();
    }

    /** The privacy commands that concern a group. */
    List<PrivacyCommand> commands(int group) {
        return commandsByGroup.getOrDefault(group, List.of());
    }

    /** Whether somebody of a group may be erased. */
    boolean erases(int group) {
        return commands(group).stream().anyMatch(command -> command.kind() == PrivacyCommand.Kind.ERASE);
    }

    /** All privacy commands, which are known before anything happens. */
    List<PrivacyCommand> commands() {
        return commandsByGroup.values().stream().flatMap(List::stream).toList();
    }

    /** Whose customer it is; nothing for one of nobody in the log. */
    OptionalInt groupOf(String customerId) {
        Integer group = groupByCustomer.get(customerId);
        return group == null ? OptionalInt.empty() : OptionalInt.of(group);
    }

    /** The commands of a group, and its lines in the order of events, each behind its places in the log. */
    String describe(int group) {
        StringBuilder text = new StringBuilder();
        commands(group).stream().sorted().forEach(command -> text.append("  ")
                .append(Timestamps.format(command.at()))
                .append("  ")
                .append(command)
                .append('\n'));
        groups.get(group).stream()
                .sorted(Comparator.comparing(line -> line.event.order()))
                .forEach(line -> text.append("  ")
                        .append(String.join(" ", line.places))
                        .append("  ")
                        .append(new String(line.event.json(), StandardCharsets.UTF_8))
                        .append('\n'));
        return text.toString();
    }
}
