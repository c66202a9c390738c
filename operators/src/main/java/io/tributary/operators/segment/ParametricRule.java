package io.tributary.operators.segment;

import io.tributary.operators.segment.SegmentIndex.Segment;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which values a customer is in a parametric segment with. */
final class ParametricRule {
    private static final Comparator<Map.Entry<String, Object>> GREATEST_FIRST = Comparator.comparing(
                    (Map.Entry<String, Object> result) -> Attribute.number(result.getValue()),
                    Comparator.nullsFirst(Comparator.<BigDecimal>naturalOrder()))
            .reversed()
            .thenComparing(Map.Entry.comparingByKey());

    private ParametricRule() {}

    /** Whether a condition holds where a value has a result. */
    @FunctionalInterface
    interface Truth {
        boolean holds(int condition, Object result);
    }

    /** Of more than may be the greatest results, at equality the smaller text. */
    static SortedSet<String> in(Segment segment, SortedMap<String, Object> results, Truth truth) {
        List<Map.Entry<String, Object>> holding = new ArrayList<>();
        for (Map.Entry<String, Object> result : results.entrySet()) {
            if (segment.formula().holds(condition -> truth.holds(condition, result.getValue()))) {
                holding.add(result);
            }
        }
        if (holding.size() > segment.maxValues()) {
            holding.sort(GREATEST_FIRST);
        }
        SortedSet<String> in = new TreeSet<>();
        holding.stream().limit(segment.maxValues()).forEach(result -> in.add(result.getKey()));
        return in;
    }
}
