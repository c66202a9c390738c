package io.tributary.schemas.definition;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.runtime.CelVariableResolver;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A comparison of a field, or of how many elements it has, with a constant: what most conditions are made of. It is decided
 * without CEL's interpreter, in a tenth of the time, and as that decides; whatever is not plain is left to it.
 */
final class PlainComparison implements Function<CelVariableResolver, Object> {
    /** Up to this whole numbers are doubles exactly. */
    private static final long EXACT = 1L << 53;

    private static final Object LEFT_TO_CEL = new Object();

    private final List<String> path;
    private final boolean isOfSize;
    private final String operator;
    private final Object constant;
    private final Function<CelVariableResolver, Object> otherwise;

    private PlainComparison(
            List<String> path,
            boolean isOfSize,
            String operator,
            Object constant,
            Function<CelVariableResolver, Object> otherwise) {
        this.path = path;
        this.isOfSize = isOfSize;
        this.operator = operator;
        this.constant = constant;
        this.otherwise = otherwise;
    }

    /**
     * The comparison that an expression is.
     *
     * @param otherwise the same by CEL
     * @return null if it is none
     */
    static PlainComparison of(CelExpr expr, Function<CelVariableResolver, Object> otherwise) {
        if (expr.getKind() != Kind.CALL || expr.call().args().size() != 2) {
            return null;
        }
        CelCall call = expr.call();
        CelExpr left = call.args().get(0);
        CelExpr right = call.args().get(1);
        boolean isTurned = left.getKind() == Kind.CONSTANT;
        Object constant = constant(isTurned ? left : right);
        CelExpr field = isTurned ? right : left;
        boolean isOfSize = isSize(field);
        List<String> path =
                CheckedExpression.path(isOfSize ? field.call().args().get(0) : field);
        String operator = isTurned ? turned(call.function()) : call.function();
        boolean isKnown =
                switch (operator) {
                    case "_<_", "_<=_", "_>_", "_>=_" -> constant instanceof Long || constant instanceof Double;
                    case "_==_", "_!=_" -> constant != null;
                    default -> false;
                };
        return isKnown && !path.isEmpty() ? new PlainComparison(path, isOfSize, operator, constant, otherwise) : null;
    }

    private static String turned(String operator) {
        return switch (operator) {
            case "_<_" -> "_>_";
            case "_<=_" -> "_>=_";
            case "_>_" -> "_<_";
            case "_>=_" -> "_<=_";
            default -> operator;
        };
    }

    private static boolean isSize(CelExpr expr) {
        return expr.getKind() == Kind.CALL
                && expr.call().function().equals("size")
                && expr.call().target().isEmpty()
                && expr.call().args().size() == 1;
    }

    /** Null if it is none, or none that is compared here. */
    private static Object constant(CelExpr expr) {
        if (expr.getKind() != Kind.CONSTANT) {
            return null;
        }
        CelConstant constant = expr.constant();
        return switch (constant.getKind()) {
            case INT64_VALUE -> Math.abs(constant.int64Value()) <= EXACT ? constant.int64Value() : null;
            case DOUBLE_VALUE -> isNegativeZero(constant.doubleValue()) ? null : constant.doubleValue();
            case STRING_VALUE -> constant.stringValue();
            case BOOLEAN_VALUE -> constant.booleanValue();
            default -> null;
        };
    }

    /** True or false, or null where CEL has no answer. */
    @Override
    public Object apply(CelVariableResolver variables) {
        Object value = variables.find(path.get(0)).orElse(null);
        for (int i = 1; i < path.size(); i++) {
            if (!(value instanceof Map<?, ?> fields)) {
                return otherwise.apply(variables);
            }
            value = fields.get(path.get(i));
        }
        if (isOfSize) {
            if (!(value instanceof List<?> elements)) {
                return otherwise.apply(variables);
            }
            value = (long) elements.size();
        }
        Object answer = compare(value);
        return answer == LEFT_TO_CEL ? otherwise.apply(variables) : answer;
    }

    private Object compare(Object value) {
        if (constant instanceof String || constant instanceof Boolean) {
            return value != null && value.getClass() == constant.getClass()
                    ? value.equals(constant) == operator.equals("_==_")
                    : LEFT_TO_CEL;
        }
        if (value instanceof Long number && constant instanceof Long other) {
            return decide(Long.compare(number, other));
        }
        boolean isExact = value instanceof Double || (value instanceof Long number && Math.abs(number) <= EXACT);
        if (!isExact) {
            return LEFT_TO_CEL;
        }
        double number = ((Number) value).doubleValue();
        double other = ((Number) constant).doubleValue();
        if (Double.isNaN(number) || isNegativeZero(number)) {
            // CEL puts the one nowhere, and the other before zero.
            return LEFT_TO_CEL;
        }
        return decide(number < other ? -1 : number > other ? 1 : 0);
    }

    private static boolean isNegativeZero(double number) {
        return number == 0 && 1 / number < 0;
    }

    private boolean decide(int order) {
        return switch (operator) {
            case "_<_" -> order < 0;
            case "_<=_" -> order <= 0;
            case "_>_" -> order > 0;
            case "_>=_" -> order >= 0;
            case "_==_" -> order == 0;
            default -> order != 0;
        };
    }
}
