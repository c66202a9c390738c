package io.tributary.schemas.definition;

import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import io.tributary.schemas.cel.CelDialect;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A checked expression of a trigger, ready to evaluate, for any number of threads. Its variables are those of {@link
 * Language#ofCartTriggers} or {@link Language#ofEventTriggers}.
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
    private final CelRuntime.Program whole;
    private final Predicate<CelVariableResolver> condition;
    private final List<String> path;

    TriggerExpression(CheckedExpression expression) {
        this.expression = expression;
        this.whole = expression.program();
        this.condition = Connectives.predicate(expression.ast().getExpr(), part -> {
            CelRuntime.Program program = expression.program(part);
            return variables -> CelDialect.evaluate(program, variables);
        });
        this.path = expression.path();
    }

    /** As written. */
    public String text() {
        return expression.text();
    }

    /** Whether it is true. */
    public boolean holds(CelVariableResolver variables) {
        return condition.test(variables);
    }

    /**
     * What it says.
     *
     * @return a value of CEL's, in which decimals are doubles; null for none
     */
    public Object value(CelVariableResolver variables) {
        return CelDialect.evaluate(whole, variables);
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
