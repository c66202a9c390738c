package io.tributary.local.backtest;

import io.tributary.operators.identity.RecentMessages;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.ComputedTraits;
import io.tributary.operators.trigger.CartTrigger;
import io.tributary.operators.trigger.EventWatch;
import io.tributary.operators.trigger.Gate;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;

/**
 * The decisions of the customer job over a finished set of events and privacy commands, without Flink's runtime: the same
 * classes, driven in the order of events.
 *
 * <p>The result is a function of the set of lines: neither their order nor the parallelism is in it, apart from the numbers
 * of rejected lines. Memory: all events at once, about a kilobyte each, and half as much again where computed traits look
 * at it.
 */
public final class Backtest {
    /** The number of a line comes last: it alone depends on the order of the lines. */
    private static final Comparator<Reject> REJECTS = Comparator.comparing(
                    (Reject reject) -> reject.origin().source())
            .thenComparing(reject -> reject.reason().id())
            .thenComparing(Reject::detail)
            .thenComparing(Reject::raw, Arrays::compareUnsigned)
            .thenComparing(reject -> reject.origin().position());

    private static final Comparator<Demand> DEMANDS = Comparator.comparingLong((Demand demand) -> demand.command.at())
            .thenComparing(demand -> demand.line, Arrays::compareUnsigned);

    /** A command with the bytes of its line. */
    private record Demand(PrivacyCommand command, byte[] line) {}

    private final Definitions definitions;

    private final List<CartTrigger> triggers;
    private final EventWatch watch;

    private final ResolutionRules rules;

    private final ComputedTraits traits;

    private final List<CustomerEvent> events = new ArrayList<>();

    /** By id. */
    private final Map<String, Demand> commands = new HashMap<>();

    private final List<Reject> rejects = new ArrayList<>();

    /** A backtest by the default rules of identity. */
    public Backtest(Definitions definitions) {
        this(definitions, ResolutionRules.defaults());
    }

    /** A backtest of a set of definitions, which hold from the beginning, in their first versions. */
    public Backtest(Definitions definitions, ResolutionRules rules) {
        this(definitions, CartTrigger.firstOf(definitions), rules);
    }

    /** One that leaves out the triggers of the set, and so is faster. */
    public static Backtest withoutTriggers(Definitions definitions, ResolutionRules rules) {
        return new Backtest(definitions, List.of(), rules);
    }

    private Backtest(Definitions definitions, List<CartTrigger> triggers, ResolutionRules rules) {
        this.definitions = definitions;
        this.triggers = triggers;
        this.rules = rules;
        this.traits = new ComputedTraits(definitions);
        this.watch =
                new EventWatch(triggers.stream().map(CartTrigger::definition).toList(), definitions.delivery());
    }

    /** Takes a line in. Ticks say nothing here: the whole log is known. */
    public void add(Inbound inbound) {
        if (inbound instanceof Inbound.Accepted accepted) {
            CustomerEvent event = accepted.event();
            events.add(traits.lookAt(event) || watch.names(event) ? event : event.withoutJson());
        } else if (inbound instanceof Inbound.Refused refused) {
            rejects.add(refused.reject());
        }
    }

    /**
     * Takes a line of commands in. Of commands with the same id the first in the order of (time, line) counts.
     *
     * @param line its bytes
     */
    public void add(PrivacyInbound inbound, byte[] line) {
        if (inbound instanceof PrivacyInbound.Accepted accepted) {
            PrivacyCommand command = accepted.command();
            commands.merge(command.id(), new Demand(command, line), BinaryOperator.minBy(DEMANDS));
        } else if (inbound instanceof PrivacyInbound.Refused refused) {
            rejects.add(refused.reject());
        }
    }

    /**
     * Runs to an instant.
     *
     * @param until milliseconds since 1970: later events are not read, later commands not obeyed, timers fire up to and
     *     including it; empty for the newest accepted event
     * @param parallelism threads; the result does not depend on it
     */
    public BacktestResult run(OptionalLong until, int parallelism) {
        CustomerEvent[] ordered = events.toArray(CustomerEvent[]::new);
        events.clear();
        Arrays.parallelSort(ordered, Comparator.comparing(CustomerEvent::order));
        int read = until.isPresent() ? firstAfter(ordered, until.getAsLong()) : ordered.length;
        List<CustomerEvent> accepted = distinct(ordered, read);
        long end = until.orElse(
                accepted.isEmpty() ? 0 : accepted.get(accepted.size() - 1).timestamp());
        Output output = new Output();
        for (CartTrigger trigger : triggers) {
            TriggerDefinition definition = trigger.definition();
            output.report.expect(new TriggerReport.Subject(definition.name(), null));
            definition
                    .reminders()
                    .forEach(step -> output.report.expect(new TriggerReport.Subject(definition.name(), step)));
        }
        fold(EventGroups.of(accepted, commandsUpTo(end)), end, parallelism).forEach(output::add);
        output.sort();
        rejects.sort(REJECTS);
        Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
        rejects.forEach(reject -> rejected.merge(reject.reason(), 1L, Long::sum));
        return new BacktestResult(
                output.profiles,
                output.identityChanges,
                output.segmentChanges,
                output.triggers,
                output.triggersSuppressed,
                rejects,
                new BacktestResult.Counts(
                        (long) read + rejects.size(),
                        accepted.size(),
                        (long) read - accepted.size(),
                        (long) ordered.length - read,
                        rejected,
                        output.profiles.size(),
                        output.merges,
                        segmentSizes(output),
                        output.report));
    }

    private SortedMap<String, Long> segmentSizes(Output output) {
        SortedMap<String, Long> sizes = new TreeMap<>();
        definitions.segments().keySet().forEach(segment -> sizes.put(segment, 0L));
        output.members.forEach((segment, members) -> sizes.merge(segment, members, Long::sum));
        return sizes;
    }

    private static int firstAfter(CustomerEvent[] ordered, long until) {
        int end = ordered.length;
        while (end > 0 && ordered[end - 1].timestamp() > until) {
            end--;
        }
        return end;
    }

    private static List<CustomerEvent> distinct(CustomerEvent[] ordered, int read) {
        Map<Identifier, RecentMessages> recentMessages = new HashMap<>();
        List<CustomerEvent> distinct = new ArrayList<>(read);
        for (CustomerEvent event : Arrays.asList(ordered).subList(0, read)) {
            RecentMessages recent =
                    recentMessages.computeIfAbsent(event.firstIdentityKey(), key -> new RecentMessages());
            if (recent.admit(event.messageId(), event.timestamp(), event.knownAt())) {
                distinct.add(event);
            }
        }
        return distinct;
    }

    /** In their order. */
    private List<PrivacyCommand> commandsUpTo(long end) {
        return commands.values().stream()
                .map(Demand::command)
                .filter(command -> command.at() <= end)
                .sorted()
                .toList();
    }

    private List<Output> fold(List<EventGroups.Group> groups, long end, int parallelism) {
        AtomicInteger nextGroup = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(parallelism);
        try {
            List<Future<Output>> shards = new ArrayList<>();
            for (int i = 0; i < parallelism; i++) {
                shards.add(threads.submit(() -> resolve(groups, nextGroup, end)));
            }
            List<Output> outputs = new ArrayList<>();
            for (Future<Output> shard : shards) {
                outputs.add(shard.get());
            }
            return outputs;
        } catch (ExecutionException e) {
            throw new IllegalStateException("folding the events failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while folding the events", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Takes group after group until none is left. */
    private Output resolve(List<EventGroups.Group> groups, AtomicInteger nextGroup, long end) throws Exception {
        Output output = new Output();
        try (CustomerRun.Decisions decisions = new CustomerRun.Decisions(
                triggers,
                watch,
                new Gate(definitions.delivery(), definitions.triggers().values()),
                CompiledDefinitions.fromTheBeginning(definitions))) {
            for (int next = nextGroup.getAndIncrement(); next < groups.size(); next = nextGroup.getAndIncrement()) {
                GroupRun group = new GroupRun(rules, decisions);
                group.run(groups.get(next), end);
                output.add(group);
            }
        }
        return output;
    }

    /** What one thread has found, as public JSON lines. */
    private static final class Output {
        private final List<byte[]> profiles = new ArrayList<>();
        private final List<byte[]> identityChanges = new ArrayList<>();
        private final List<byte[]> segmentChanges = new ArrayList<>();
        private final List<byte[]> triggers = new ArrayList<>();
        private final List<byte[]> triggersSuppressed = new ArrayList<>();
        private final TriggerReport report = new TriggerReport();
        private final Map<String, Long> members = new HashMap<>();
        private long merges;

        void add(GroupRun group) throws IOException {
            GroupRun.Customers customers = group.customers();
            profiles.addAll(customers.profiles());
            customers.members().forEach((segment, count) -> members.merge(segment, count, Long::sum));
            identityChanges.addAll(group.identityChanges());
            segmentChanges.addAll(group.segmentChanges());
            triggers.addAll(group.triggers());
            triggersSuppressed.addAll(group.triggersSuppressed());
            group.report(report);
            merges += group.merges();
        }

        void add(Output other) {
            profiles.addAll(other.profiles);
            identityChanges.addAll(other.identityChanges);
            segmentChanges.addAll(other.segmentChanges);
            triggers.addAll(other.triggers);
            triggersSuppressed.addAll(other.triggersSuppressed);
            report.add(other.report);
            other.members.forEach((segment, count) -> members.merge(segment, count, Long::sum));
            merges += other.merges;
        }

        /** Lines begin with the fields that they are sorted by, in forms whose bytes sort alike. */
        void sort() {
            profiles.sort(Arrays::compareUnsigned);
            identityChanges.sort(Arrays::compareUnsigned);
            segmentChanges.sort(Arrays::compareUnsigned);
            triggers.sort(Arrays::compareUnsigned);
            triggersSuppressed.sort(Arrays::compareUnsigned);
        }
    }
}
