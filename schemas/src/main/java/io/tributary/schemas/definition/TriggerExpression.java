package io.tributary.schemas.definition;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.definition.Rules.Finding;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A checked expression of a trigger, ready to evaluate, for any number of threads. Its variables are those of {@link
 * Language#ofCartTriggers} or {@link Language#ofEventTriggers}, and {@link SegmentDefinition#IN_SEGMENT}, by which it asks for
 * the segments that the customer is in: name → whether it is, of as many as are known.
 *
 * <p>Evaluation never throws: of what is missing, fails or is of another kind than wanted, a condition is false and a value
 * says nothing.
 */
public final class TriggerExpression {
    /** The customer's cart, as a profile has it: of a trigger of a sequence, as of the event. */
    public static final String CART = "cart";

    /** The event that a condition is about; of what is told, the last of the match. */
    public static final String EVENT = EventView.EVENT;

    /** Id of a step → the step's last event so far. */
    public static final String STEPS = "steps";

    private final CheckedExpression expression;
    private final Function<CelVariableResolver, Object> whole;
    private final Predicate<CelVariableResolver> condition;
    private final List<String> path;
    private final SortedSet<String> segments;

    TriggerExpression(CheckedExpression expression) {
        this.expression = expression;
        this.segments = Collections.unmodifiableSortedSet(
                expression.segments().stream().map(Finding::what).collect(Collectors.toCollection(TreeSet::new)));
        this.whole = segments.isEmpty()
                ? evaluation(expression.ast().getExpr())
                : valueOf(expression.ast().getExpr());
        this.condition = predicate(expression.ast().getExpr());
        this.path = expression.path();
    }

    private Predicate<CelVariableResolver> predicate(CelExpr part) {
        return Connectives.predicate(part, this::evaluation);
    }

    /** Of what stands between connectives. */
    private Function<CelVariableResolver, Object> evaluation(CelExpr part) {
        if (Rules.isSegment(part)) {
            String name = part.call().args().get(0).constant().stringValue();
            return variables -> segmentsOf(variables).get(name);
        }
        CelRuntime.Program program = expression.program(part);
        Function<CelVariableResolver, Object> byCel = variables -> CelDialect.evaluate(program, variables);
        PlainComparison plain = PlainComparison.of(part, byCel);
        return plain == null ? byCel : plain;
    }

    /** Of a part that may ask for segments, which CEL itself does not know. */
    private Function<CelVariableResolver, Object> valueOf(CelExpr part) {
        if (part.getKind() != Kind.CALL
                || !Rules.CONNECTIVES.contains(part.call().function())) {
            return evaluation(part);
        }
        if (part.call().args().size() < 3) {
            return predicate(part)::test;
        }
        Predicate<CelVariableResolver> first = predicate(part.call().args().get(0));
        Function<CelVariableResolver, Object> then = valueOf(part.call().args().get(1));
        Function<CelVariableResolver, Object> otherwise =
                valueOf(part.call().args().get(2));
        return variables -> (first.test(variables) ? then : otherwise).apply(variables);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Boolean> segmentsOf(CelVariableResolver variables) {
        return (Map<String, Boolean>)
                variables.find(SegmentDefinition.IN_SEGMENT).orElse(Map.of());
    }

    private boolean knowsSegments(CelVariableResolver variables) {
        return segments.isEmpty() || segmentsOf(variables).keySet().containsAll(segments);
    }

    /** As written. */
    public String text() {
        return expression.text();
    }

    /** Whether it is true. It is not where it asks for a segment of which nobody knows whether the customer is in it. */
    public boolean holds(CelVariableResolver variables) {
        return knowsSegments(variables) && condition.test(variables);
    }

    /**
     * What it says.
     *
     * @return a value of CEL's, in which decimals are doubles; null for none
     */
    public Object value(CelVariableResolver variables) {
        return knowsSegments(variables) ? whole.apply(variables) : null;
    }

    /** The names that it consists of, such as {@code cart} and {@code items}, if it is nothing else; else none. */
    public List<String> path() {
        return path;
    }

    /** What of events it looks at: the names behind {@code event}, and behind the id of a step; none for the whole event. */
    public Set<List<String>> eventPaths() {
        Set<List<String>> paths = new HashSet<>(expression.pathsBehind(EVENT));
        for (List<String> path : expression.pathsBehind(STEPS)) {
            paths.add(path.isEmpty() ? path : path.subList(1, path.size()));
        }
        return paths;
    }

    /** What of the cart it looks at: the names behind {@code cart}. */
    public Set<List<String>> cartPaths() {
        return expression.pathsBehind(CART);
    }

    /** The segments that it asks for by {@code in_segment}. */
    public SortedSet<String> segments() {
        return segments;
    }

    /** Ids of the steps that it looks at. */
    Set<String> steps() {
        Set<String> ids = new HashSet<>();
        for (List<String> path : expression.pathsBehind(STEPS)) {
            ids.addAll(path.subList(0, Math.min(1, path.size())));
        }
        return ids;
    }

    @Override
    public String toString() {
        return text();
    }
}
