package io.tributary.local.latency;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.annotation.Nullable;

/**
 * What has been seen of each merger. First its device's customer is known in Kafka and in Elasticsearch, then its login is
 * sent, then the merger shows in both, once each. Thread-safe.
 *
 * <p>Instants are those of {@link System#nanoTime()}.
 */
final class Mergers {
    /** What a merger leaves in Kafka. */
    enum Trace {
        /** A line {@code merged} in the identity changes. */
        CHANGE,
        /** A null under the loser's key in the profiles. */
        END,
        /** An entry in the aliases. */
        ALIAS
    }

    /** What Elasticsearch has found: which losers, and which losers somebody was merged from. */
    record Found(Set<String> losers, Set<String> mergedFrom) {}

    private static final class Progress {
        private final Merger merger;
        private final EnumSet<Trace> traces = EnumSet.noneOf(Trace.class);
        private boolean knownInKafka;
        private boolean knownInSearch;

        @Nullable
        private Long sentAt;

        @Nullable
        private Duration kafka;

        @Nullable
        private Duration search;

        private Progress(Merger merger) {
            this.merger = merger;
        }

        private boolean isPendingInSearch() {
            return sentAt != null && search == null;
        }
    }

    private final int warmingUp;
    private final List<Progress> all;
    private final Map<String, Progress> byLoser = new HashMap<>();

    /**
     * @param warmingUp how many come first and are awaited, but do not count
     * @param counted how many come then
     */
    Mergers(int warmingUp, int counted) {
        this.warmingUp = warmingUp;
        all = IntStream.range(0, warmingUp + counted)
                .mapToObj(number -> new Progress(Merger.of(number)))
                .toList();
        all.forEach(progress -> byLoser.put(progress.merger.loser(), progress));
    }

    /** All, also those that do not count. */
    int count() {
        return all.size();
    }

    Merger get(int number) {
        return all.get(number).merger;
    }

    /** A profile of a customer is in Kafka. */
    synchronized void profileInKafka(String customer) {
        Progress progress = byLoser.get(customer);
        if (progress != null) {
            progress.knownInKafka = true;
        }
    }

    /** A merger's login is about to be sent; its event time is this instant. */
    synchronized void sent(int number, long nanos) {
        all.get(number).sentAt = nanos;
    }

    /** A trace of a merger is in Kafka. One of somebody else, or of a merger that has not been caused yet, is none. */
    synchronized void inKafka(Trace trace, String loser, long nanos) {
        Progress progress = byLoser.get(loser);
        if (progress != null
                && progress.sentAt != null
                && progress.traces.add(trace)
                && progress.traces.size() == Trace.values().length) {
            progress.kafka = Duration.ofNanos(nanos - progress.sentAt);
        }
    }

    /** The same of a trace that says into whom, and because of what: one that says something else is none. */
    synchronized void inKafka(Trace trace, String loser, String winner, String cause, long nanos) {
        Progress progress = byLoser.get(loser);
        if (progress != null
                && progress.merger.winner().equals(winner)
                && progress.merger.cause().equals(cause)) {
            inKafka(trace, loser, nanos);
        }
    }

    /** Whose customers Elasticsearch is to be asked about now. */
    synchronized Set<String> wantedInSearch() {
        Set<String> wanted = new HashSet<>();
        for (Progress progress : all) {
            if (!progress.knownInSearch || progress.isPendingInSearch()) {
                wanted.add(progress.merger.loser());
            }
        }
        return wanted;
    }

    /**
     * Elasticsearch has answered: a merger is seen when somebody was merged from the loser and the loser is not found.
     *
     * @param asked about whom, when the question was asked
     * @param nanos when the answer was there
     */
    synchronized void inSearch(Set<String> asked, Found found, long nanos) {
        for (String loser : asked) {
            Progress progress = byLoser.get(loser);
            if (found.losers().contains(loser)) {
                progress.knownInSearch = true;
            } else if (progress.isPendingInSearch() && found.mergedFrom().contains(loser)) {
                progress.search = Duration.ofNanos(nanos - progress.sentAt);
            }
        }
    }

    /** How many devices' customers are known in both. */
    synchronized int known() {
        return count(progress -> progress.knownInKafka && progress.knownInSearch);
    }

    /** How many logins have been sent. */
    synchronized int sent() {
        return count(progress -> progress.sentAt != null);
    }

    synchronized int seenInKafka() {
        return count(progress -> progress.kafka != null);
    }

    synchronized int seenInSearch() {
        return count(progress -> progress.search != null);
    }

    /** Whether every merger has been seen in both. */
    synchronized boolean areComplete() {
        return seenInKafka() == all.size() && seenInSearch() == all.size();
    }

    /** Rises whenever there is something new. */
    synchronized long progress() {
        return (long) count(progress -> progress.knownInKafka)
                + count(progress -> progress.knownInSearch)
                + sent()
                + seenInKafka()
                + seenInSearch();
    }

    /** From the login to Kafka; {@link #areComplete()}. */
    synchronized Latencies kafka() {
        return latencies(progress -> progress.kafka);
    }

    /** From the login to the search that shows the merger; {@link #areComplete()}. */
    synchronized Latencies search() {
        return latencies(progress -> progress.search);
    }

    private Latencies latencies(Function<Progress, Duration> of) {
        if (!areComplete()) {
            throw new IllegalStateException("A merger has not been seen");
        }
        return new Latencies(all.stream().skip(warmingUp).map(of).toList());
    }

    private int count(Predicate<Progress> which) {
        return (int) all.stream().filter(which).count();
    }
}
