package io.tributary.local.backtest;

import io.tributary.operators.identity.RecentMessages;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The decisions of the customer job over a finished set of events, without Flink's runtime: the same classes, driven in
 * the order of events.
 *
 * <p>The result is a function of the set of lines: neither their order nor the parallelism is in it, apart from the numbers
 * of rejected lines. Memory: all events
 * at once, about a kilobyte each.
 */
public final class Backtest {
    /** The number of a line comes last: it alone depends on the order of the lines. */
    private static final Comparator<Reject> REJECTS = Comparator.comparing(
                    (Reject reject) -> reject.origin().source())
            .thenComparing(reject -> reject.reason().id())
            .thenComparing(Reject::detail)
            .thenComparing(Reject::raw, Arrays::compareUnsigned)
            .thenComparing(reject -> reject.origin().position());

    private final AbandonedCart abandonedCart;
    private final List<CustomerEvent> events = new ArrayList<>();
    private final List<Reject> rejects = new ArrayList<>();

    public Backtest(AbandonedCart abandonedCart) {
        this.abandonedCart = abandonedCart;
    }

    /** Takes a line in. Ticks say nothing here: the whole log is known. */
    public void add(Inbound inbound) {
        if (inbound instanceof Inbound.Accepted accepted) {
            events.add(accepted.event().withoutJson());
        } else if (inbound instanceof Inbound.Refused refused) {
            rejects.add(refused.reject());
        }
    }

    /**
     * Runs to an instant.
     *
     * @param until milliseconds since 1970: later events are not read, timers fire up to and including it; empty for the
     *     newest accepted event
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
        List<CustomerRun> customers = fold(accepted, end, parallelism);

        List<byte[]> profiles = new ArrayList<>();
        List<byte[]> triggers = new ArrayList<>();
        for (CustomerRun customer : customers) {
            profiles.add(customer.profile());
            triggers.addAll(customer.triggers());
        }
        // Lines begin with the fields that they are sorted by, in forms of fixed width.
        profiles.sort(Arrays::compareUnsigned);
        triggers.sort(Arrays::compareUnsigned);
        rejects.sort(REJECTS);
        Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
        rejects.forEach(reject -> rejected.merge(reject.reason(), 1L, Long::sum));
        return new BacktestResult(
                profiles,
                triggers,
                rejects,
                new BacktestResult.Counts(
                        (long) read + rejects.size(),
                        accepted.size(),
                        (long) read - accepted.size(),
                        (long) ordered.length - read,
                        rejected,
                        profiles.size(),
                        triggers.size()));
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

    private List<CustomerRun> fold(List<CustomerEvent> accepted, long end, int parallelism) {
        ExecutorService threads = Executors.newFixedThreadPool(parallelism);
        try {
            List<Future<List<CustomerRun>>> shards = new ArrayList<>();
            for (int i = 0; i < parallelism; i++) {
                int shard = i;
                shards.add(threads.submit(() -> foldShard(accepted, shard, parallelism, end)));
            }
            List<CustomerRun> customers = new ArrayList<>();
            for (Future<List<CustomerRun>> shard : shards) {
                customers.addAll(shard.get());
            }
            return customers;
        } catch (ExecutionException e) {
            throw new IllegalStateException("folding the events failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while folding the events", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private List<CustomerRun> foldShard(List<CustomerEvent> accepted, int shard, int shards, long end)
            throws Exception {
        Map<Identifier, CustomerRun> customers = new HashMap<>();
        try (CustomerRun.Decisions decisions = new CustomerRun.Decisions(abandonedCart)) {
            for (CustomerEvent event : accepted) {
                Identifier fragment = event.fragment();
                if (Math.floorMod(fragment.hashCode(), shards) == shard) {
                    customers
                            .computeIfAbsent(fragment, key -> new CustomerRun(key.customerId()))
                            .apply(event, decisions);
                }
            }
            customers.values().forEach(customer -> customer.finish(end, decisions));
        }
        return List.copyOf(customers.values());
    }
}
