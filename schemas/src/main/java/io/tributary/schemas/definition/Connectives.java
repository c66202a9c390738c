package io.tributary.schemas.definition;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Conditions of which the connectives are two-valued: what stands between them is true, or it is false. */
final class Connectives {
    private Connectives() {}

    /**
     * A condition.
     *
     * @param evaluation of what stands between connectives; what it says is true, or anything else
     * @param <V> of what is evaluated
     */
    static <V> Predicate<V> predicate(CelExpr expr, Function<CelExpr, Function<V, Object>> evaluation) {
        if (expr.getKind() == Kind.CALL
                && Rules.CONNECTIVES.contains(expr.call().function())) {
            List<Predicate<V>> parts = expr.call().args().stream()
                    .map(part -> predicate(part, evaluation))
                    .toList();
            return switch (expr.call().function()) {
                case "_&&_" -> parts.get(0).and(parts.get(1));
                case "_||_" -> parts.get(0).or(parts.get(1));
                case "!_" -> parts.get(0).negate();
                default -> value -> parts.get(parts.get(0).test(value) ? 1 : 2).test(value);
            };
        }
        Function<V, Object> one = evaluation.apply(expr);
        return value -> Boolean.TRUE.equals(one.apply(value));
    }
}
