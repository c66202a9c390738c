package io.tributary.local.segments;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.segments.ChangedSegments.Change;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.PublishedFacts;
import io.tributary.operators.segment.PublishedSegments;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.SegmentDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whom segments would have, customer by customer. Not thread-safe.
 *
 * <p>Kept are counts, and of each segment the samples: those with the smallest customer ids, which are hashes, so that they
 * are as good as drawn and the same each time.
 */
public final class SegmentPreview {
    /** Most other segments that are told of one. */
    public static final int MOST_OVERLAPS = 10;

    private static final Comparator<Overlap> LARGEST_FIRST =
            Comparator.comparingLong(Overlap::both).reversed().thenComparing(Overlap::segment);

    /**
     * A customer who is in a segment, or would enter or leave it.
     *
     * @param identifiers as the profile has them
     * @param because the conditions that decide; none of a parametric segment
     * @param values of a parametric segment
     */
    public record Sample(
            String customerId,
            JsonNode identifiers,
            List<SegmentChange.Reason> because,
            List<PublishedFacts.Membership> values) {}

    /**
     * What two segments have in common.
     *
     * @param segment the other one, as it is
     * @param size customers in the other one
     * @param both customers in both
     * @param either customers in at least one
     */
    public record Overlap(String segment, long size, long both, long either) {
        /** Jaccard's index: 1 if they have the same customers, 0 if none in common. */
        public double jaccard() {
            return (double) both / either;
        }
    }

    /** Customers: how many, and some of them. */
    public record Group(long count, List<Sample> samples) {}

    /**
     * A segment.
     *
     * @param in those that it would have
     * @param sizeBefore how many it has now; 0 of a new one
     * @param byValue of a parametric one: how many with each value
     * @param overlaps with segments that there are, the largest, at most {@value #MOST_OVERLAPS}; none with nobody
     */
    public record Figures(
            SegmentDefinition segment,
            Change change,
            Group in,
            long sizeBefore,
            Group entering,
            Group leaving,
            SortedMap<String, Long> byValue,
            List<Overlap> overlaps) {}

    private final ChangedSegments changed;
    private final long at;
    private final int samples;
    private final CompiledDefinitions before;
    private final CompiledDefinitions after;
    private final Map<String, Long> sizesBefore = new TreeMap<>();
    private final Map<String, Counting> countings = new LinkedHashMap<>();
    private long customers;

    /**
     * @param at milliseconds since 1970
     * @param samples how many customers are remembered of each group
     */
    public SegmentPreview(ChangedSegments changed, long at, int samples) {
        this.changed = changed;
        this.at = at;
        this.samples = samples;
        this.before = CompiledDefinitions.fromTheBeginning(changed.before());
        this.after = CompiledDefinitions.fromTheBeginning(changed.after());
        changed.before().segments().keySet().forEach(name -> sizesBefore.put(name, 0L));
        changed.changes().keySet().forEach(name -> countings.put(name, new Counting()));
    }

    /** {@link #add(JsonNode, JsonNode)} of a profile that tells of both sets. */
    public void add(JsonNode profile) {
        add(profile, profile);
    }

    /**
     * Counts a customer.
     *
     * @param was its profile by the set as it is
     * @param is its profile by the set with what is added
     * @throws IllegalArgumentException if one of them is no profile
     */
    public void add(JsonNode was, JsonNode is) {
        customers++;
        PublishedSegments segmentsBefore = segments(before, changed.before(), was);
        PublishedSegments segmentsAfter = segments(after, changed.after(), is);
        Set<String> inBefore = new HashSet<>();
        for (String name : changed.before().segments().keySet()) {
            if (segmentsBefore.isIn(name)) {
                inBefore.add(name);
                sizesBefore.merge(name, 1L, Long::sum);
            }
        }
        countings.forEach((name, counting) -> counting.add(name, inBefore, segmentsAfter, is));
    }

    private PublishedSegments segments(CompiledDefinitions compiled, Definitions definitions, JsonNode profile) {
        return new PublishedSegments(compiled, new PublishedFacts(profile, definitions.traits(), at));
    }

    /** How many were counted. */
    public long customers() {
        return customers;
    }

    /** Of each segment of {@link ChangedSegments#changes}, in their order. */
    public List<Figures> figures() {
        List<Figures> figures = new ArrayList<>();
        countings.forEach((name, counting) -> figures.add(new Figures(
                changed.after().segments().get(name),
                changed.changes().get(name),
                counting.in.group(),
                sizesBefore.getOrDefault(name, 0L),
                counting.entering.group(),
                counting.leaving.group(),
                counting.byValue,
                overlaps(counting))));
        return figures;
    }

    private List<Overlap> overlaps(Counting counting) {
        return counting.both.entrySet().stream()
                .map(both -> {
                    long size = sizesBefore.get(both.getKey());
                    return new Overlap(
                            both.getKey(), size, both.getValue(), counting.in.count + size - both.getValue());
                })
                .sorted(LARGEST_FIRST)
                .limit(MOST_OVERLAPS)
                .toList();
    }

    /** What is counted of one segment. */
    private final class Counting {
        private final Members in = new Members();
        private final Members entering = new Members();
        private final Members leaving = new Members();
        private final SortedMap<String, Long> byValue = new TreeMap<>();

        /** By other segment. */
        private final Map<String, Long> both = new TreeMap<>();

        private void add(String name, Collection<String> inBefore, PublishedSegments segments, JsonNode profile) {
            boolean wasIn = inBefore.contains(name);
            boolean isIn = segments.isIn(name);
            if (isIn) {
                in.add(name, segments, profile);
                segments.values(name).forEach(membership -> byValue.merge(membership.value(), 1L, Long::sum));
                inBefore.stream()
                        .filter(other -> !other.equals(name))
                        .forEach(other -> both.merge(other, 1L, Long::sum));
            }
            if (isIn != wasIn) {
                (isIn ? entering : leaving).add(name, segments, profile);
            }
        }
    }

    private final class Members {
        private final TreeMap<String, Sample> chosen = new TreeMap<>();
        private long count;

        private void add(String name, PublishedSegments segments, JsonNode profile) {
            count++;
            String id = profile.path("customer_id").asText();
            if (samples > 0 && (chosen.size() < samples || id.compareTo(chosen.lastKey()) < 0)) {
                chosen.put(
                        id, new Sample(id, profile.path("identifiers"), segments.because(name), segments.values(name)));
                if (chosen.size() > samples) {
                    chosen.pollLastEntry();
                }
            }
        }

        private Group group() {
            return new Group(count, List.copyOf(chosen.values()));
        }
    }
}
