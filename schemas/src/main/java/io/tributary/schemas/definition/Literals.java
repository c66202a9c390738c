package io.tributary.schemas.definition;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.runtime.CelEvaluationException;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.definition.Rules.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Texts written into an expression that fail whenever they are evaluated: they are found here, not by their silence. */
final class Literals {
    private static final Map<String, String> READERS = Map.of(
            "timestamp", "a time, such as 2026-01-31T00:00:00Z",
            "duration", "a duration, such as 36h or 90m",
            "matches", "a regular expression");

    private Literals() {}

    static List<Finding> wrong(CelAbstractSyntaxTree ast) {
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(expr -> expr.getKind() == Kind.CALL
                        && READERS.containsKey(expr.call().function()))
                .flatMap(expr -> wrong(ast, expr).stream())
                .toList();
    }

    private static Optional<Finding> wrong(CelAbstractSyntaxTree ast, CelExpr call) {
        ImmutableList<CelExpr> arguments = call.call().args();
        CelExpr last = arguments.get(arguments.size() - 1);
        if (last.getKind() != Kind.CONSTANT || last.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            return Optional.empty();
        }
        // A regular expression is asked about another text, which is there without any event or profile.
        CelExpr alone = call.call().function().equals("matches")
                ? CelExpr.ofCall(call.id(), Optional.empty(), "matches", ImmutableList.of(last, last))
                : call;
        try {
            CelDialect.runtime()
                    .createProgram(CelAbstractSyntaxTree.newCheckedAst(
                            alone, ast.getSource(), ast.getReferenceMap(), ast.getTypeMap()))
                    .eval();
            return Optional.empty();
        } catch (CelEvaluationException e) {
            return Optional.of(new Finding(
                    ast.getSource().getPositionsMap().getOrDefault(last.id(), 0),
                    "'%s' is not %s"
                            .formatted(
                                    last.constant().stringValue(),
                                    READERS.get(call.call().function()))));
        }
    }
}
