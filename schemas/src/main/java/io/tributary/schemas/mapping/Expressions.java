package io.tributary.schemas.mapping;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.yaml.NearestName;
import io.tributary.schemas.yaml.YamlSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Compiles and type-checks the expressions of one mapping, once, when it is loaded. */
final class Expressions {
    private static final Set<CelKind> VALUES = EnumSet.of(
            CelKind.STRING, CelKind.BOOL, CelKind.INT, CelKind.UINT, CelKind.DOUBLE, CelKind.TIMESTAMP, CelKind.DYN);
    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'.*");

    private final YamlSource source;
    private final boolean textCells;
    private final List<String> variables = new ArrayList<>(List.of("row"));
    private final CelCompiler compiler;
    private final List<ColumnRef> columns = new ArrayList<>();

    /**
     * A compiler for one mapping.
     *
     * @param textCells whether every cell is a text (CSV); JSON rows are typed as they run
     * @param parent whether the variable {@code parent} exists
     */
    Expressions(YamlSource source, boolean textCells, boolean parent) {
        this.source = source;
        this.textCells = textCells;
        var builder = CelDialect.compiler()
                .addVar("row", MapType.create(SimpleType.STRING, textCells ? SimpleType.STRING : SimpleType.DYN));
        if (parent) {
            variables.add("parent");
            builder.addVar("parent", MapType.create(SimpleType.STRING, SimpleType.DYN));
        }
        compiler = builder.build();
    }

    Expression condition(Node node) {
        return compile(node, "'when'", Set.of(CelKind.BOOL, CelKind.DYN), "must be true or false");
    }

    Expression value(Node node) {
        return compile(node, "'cel'", VALUES, "must be a text, a number, a boolean or a timestamp");
    }

    /** The columns that CSV expressions name; a header must have them. */
    List<ColumnRef> columns() {
        return columns;
    }

    private Expression compile(Node node, String what, Set<CelKind> kinds, String must) {
        var text = node instanceof ScalarNode scalar && source.constant(scalar).isBoolean()
                ? scalar.getValue()
                : source.text(node, what);
        try {
            var ast = compiler.compile(text).getAst();
            CelType type = ast.getResultType();
            if (!kinds.contains(type.kind())) {
                throw source.error(node, what + " " + must + ", but '" + text + "' is of type " + type.name());
            }
            if (textCells) {
                collectColumns(ast, node);
            }
            return new Expression(text, CelDialect.runtime().createProgram(ast));
        } catch (CelValidationException e) {
            throw source.error(node, "the expression of " + what + " is wrong: " + explain(node, e));
        } catch (CelEvaluationException e) {
            throw source.error(node, "the expression of " + what + " is wrong: " + e.getMessage());
        }
    }

    private String explain(Node node, CelValidationException e) {
        if (e.getErrors().isEmpty()) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
        var issue = e.getErrors().get(0);
        var message = issue.getMessage().replace(" (in container '')", "").strip();
        var undeclared = UNDECLARED.matcher(message);
        if (undeclared.matches()) {
            var name = undeclared.group(1);
            var hint = NearestName.hint(name, variables);
            message = "unknown name '" + name + "'" + (hint.isEmpty() ? "; columns are row.NAME" : hint);
        }
        int column = issue.getSourceLocation().getColumn() + 1;
        boolean oneLine = node.getStartMark().getLine() == node.getEndMark().getLine();
        if (oneLine && node instanceof ScalarNode scalar) {
            int quote = scalar.getScalarStyle() == ScalarStyle.PLAIN ? 0 : 1;
            return message + " (column " + (node.getStartMark().getColumn() + quote + column) + ")";
        }
        return message + " (line " + issue.getSourceLocation().getLine() + ", column " + column + " of the expression)";
    }

    /** {@code row.name} and {@code row['name']}: a map's keys are not checked by CEL, and a typo is a dead entry. */
    private void collectColumns(CelAbstractSyntaxTree ast, Node node) {
        CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .forEach(expr -> {
                    if (expr.getKind() == Kind.SELECT && isRow(expr.select().operand())) {
                        columns.add(ColumnRef.of(expr.select().field(), node));
                    } else if (expr.getKind() == Kind.CALL
                            && expr.call().function().equals("_[_]")
                            && isRow(expr.call().args().get(0))
                            && expr.call().args().get(1).getKind() == Kind.CONSTANT) {
                        var key = expr.call().args().get(1).constant();
                        if (key.getKind() == CelConstant.Kind.STRING_VALUE) {
                            columns.add(ColumnRef.of(key.stringValue(), node));
                        }
                    }
                });
    }

    private static boolean isRow(CelExpr expr) {
        return expr.getKind() == Kind.IDENT && expr.ident().name().equals("row");
    }
}
