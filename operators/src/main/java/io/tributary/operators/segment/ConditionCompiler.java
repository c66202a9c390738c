package io.tributary.operators.segment;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableExpr;
import io.tributary.operators.segment.Attribute.Form;
import io.tributary.operators.segment.Condition.Operator;
import io.tributary.operators.segment.ProfileField.Root;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Takes a checked expression apart at its connectives. What stands between them and is a comparison of something in the
 * profile with a constant, becomes a condition of which an index knows where it flips; everything else stays CEL's.
 */
final class ConditionCompiler {
    private static final Map<String, Operator> OPERATORS = Map.of(
            "_<_", Operator.LESS,
            "_<=_", Operator.LESS_OR_EQUAL,
            "_>_", Operator.GREATER,
            "_>=_", Operator.GREATER_OR_EQUAL,
            "_==_", Operator.EQUAL,
            "_!=_", Operator.NOT_EQUAL);
    private static final Map<String, Form> ELAPSED =
            Map.of("days_since", Form.DAYS_SINCE, "hours_since", Form.HOURS_SINCE);

    /** Makes what the AST alone does not say. */
    interface Programs {
        /** As people write it. */
        String text(CelExpr part);

        FactsProgram program(CelExpr part);
    }

    private final Programs programs;
    private final ToIntFunction<NamedCondition> numbers;

    /** A condition with the expression that somebody has written. */
    static final class NamedCondition {
        private final Condition condition;
        private final Programs programs;
        private final CelExpr expression;
        private String text;

        /** @param programs of the whole that the expression is part of */
        NamedCondition(Condition condition, Programs programs, CelExpr expression) {
            this.condition = condition;
            this.programs = programs;
            this.expression = expression;
        }

        Condition condition() {
            return condition;
        }

        /** As somebody has written it. Made when it is asked for, since most conditions are never told to anybody. */
        String text() {
            String made = text;
            if (made == null) {
                made = programs.text(expression);
                text = made;
            }
            return made;
        }
    }

    /** @param numbers gives each condition its number */
    ConditionCompiler(Programs programs, ToIntFunction<NamedCondition> numbers) {
        this.programs = programs;
        this.numbers = numbers;
    }

    /** @param expression checked, of type boolean */
    Formula compile(CelExpr expression) {
        if (expression.getKind() == Kind.CONSTANT
                && expression.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE) {
            return new Formula.Constant(expression.constant().booleanValue());
        }
        if (expression.getKind() == Kind.CALL) {
            CelCall call = expression.call();
            switch (call.function()) {
                case "_&&_", "_||_" -> {
                    boolean isAnd = call.function().equals("_&&_");
                    List<Formula> parts = new ArrayList<>();
                    flatten(expression, call.function(), parts);
                    return new Formula.Connective(isAnd, parts);
                }
                case "!_" -> {
                    return new Formula.Not(compile(call.args().get(0)));
                }
                case "_?_:_" -> {
                    return new Formula.Choice(
                            compile(call.args().get(0)),
                            compile(call.args().get(1)),
                            compile(call.args().get(2)));
                }
                default -> {}
            }
        }
        return new Formula.One(numbers.applyAsInt(new NamedCondition(condition(expression), programs, expression)));
    }

    private void flatten(CelExpr expression, String function, List<Formula> parts) {
        if (expression.getKind() == Kind.CALL && expression.call().function().equals(function)) {
            expression.call().args().forEach(part -> flatten(part, function, parts));
        } else {
            parts.add(compile(expression));
        }
    }

    private Condition condition(CelExpr expression) {
        return indexed(expression)
                .orElseGet(() -> new Condition.Truth(new Attribute(Form.VALUE, expression(expression)), true, true));
    }

    private Optional<Condition> indexed(CelExpr expression) {
        if (expression.getKind() == Kind.CALL) {
            CelCall call = expression.call();
            if (call.function().equals("in_segment")) {
                return Optional.of(
                        new Condition.InSegment(call.args().get(0).constant().stringValue()));
            }
            if (call.function().equals("@in")) {
                return oneOf(call.args().get(0), call.args().get(1));
            }
            if (OPERATORS.containsKey(call.function())) {
                Operator operator = OPERATORS.get(call.function());
                CelExpr left = call.args().get(0);
                CelExpr right = call.args().get(1);
                Optional<Condition> condition = comparison(left, operator, right);
                return condition.isPresent() ? condition : comparison(right, operator.mirrored(), left);
            }
        }
        return attribute(expression).map(attribute -> new Condition.Truth(attribute, true, true));
    }

    private Optional<Condition> comparison(CelExpr left, Operator operator, CelExpr right) {
        if (left.getKind() == Kind.CALL && ELAPSED.containsKey(left.call().function())) {
            Form form = ELAPSED.get(left.call().function());
            long unit = form == Form.DAYS_SINCE ? Attribute.MILLIS_PER_DAY : Attribute.MILLIS_PER_HOUR;
            Attribute elapsed = new Attribute(form, operand(left.call().args().get(0)));
            return number(right)
                    .map(bound ->
                            new Condition.Comparison(elapsed, operator, bound.multiply(BigDecimal.valueOf(unit))));
        }
        Optional<Attribute> attribute = attribute(left);
        if (attribute.isEmpty()) {
            return Optional.empty();
        }
        Optional<BigDecimal> bound = number(right);
        if (bound.isPresent()) {
            return Optional.of(new Condition.Comparison(attribute.get(), operator, bound.get()));
        }
        boolean isEquality = operator == Operator.EQUAL || operator == Operator.NOT_EQUAL;
        if (right.getKind() != Kind.CONSTANT || !isEquality) {
            return Optional.empty();
        }
        return switch (right.constant().getKind()) {
            case STRING_VALUE ->
                Optional.of(new Condition.OneOf(
                        attribute.get(),
                        operator == Operator.EQUAL,
                        Set.of(right.constant().stringValue())));
            case BOOLEAN_VALUE ->
                Optional.of(new Condition.Truth(
                        attribute.get(),
                        operator == Operator.EQUAL,
                        right.constant().booleanValue()));
            default -> Optional.empty();
        };
    }

    private static Optional<Condition> oneOf(CelExpr element, CelExpr list) {
        Optional<Attribute> attribute = attribute(element);
        if (attribute.isEmpty() || list.getKind() != Kind.LIST) {
            return Optional.empty();
        }
        Set<String> texts = new HashSet<>();
        for (CelExpr one : list.list().elements()) {
            if (one.getKind() != Kind.CONSTANT || one.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
                return Optional.empty();
            }
            texts.add(one.constant().stringValue());
        }
        return Optional.of(new Condition.OneOf(attribute.get(), true, texts));
    }

    private static Optional<BigDecimal> number(CelExpr expression) {
        if (expression.getKind() == Kind.CALL && expression.call().function().equals("-_")) {
            return number(expression.call().args().get(0)).map(BigDecimal::negate);
        }
        if (expression.getKind() != Kind.CONSTANT) {
            return Optional.empty();
        }
        CelConstant constant = expression.constant();
        return switch (constant.getKind()) {
            case INT64_VALUE -> Optional.of(BigDecimal.valueOf(constant.int64Value()));
            case UINT64_VALUE ->
                Optional.of(new BigDecimal(constant.uint64Value().bigIntegerValue()));
            // The decimal that was written: 35.79 is what the amount 35.79 is.
            case DOUBLE_VALUE -> Optional.of(BigDecimal.valueOf(constant.doubleValue()));
            default -> Optional.empty();
        };
    }

    private Attribute.Operand operand(CelExpr expression) {
        boolean isConversion = expression.getKind() == Kind.CALL
                && expression.call().function().equals("timestamp")
                && expression.call().args().size() == 1;
        CelExpr inner = isConversion ? expression.call().args().get(0) : expression;
        Optional<Attribute.Operand> path = path(inner).map(steps -> steps);
        return path.orElseGet(() -> expression(expression));
    }

    private Attribute.Expression expression(CelExpr expression) {
        return new Attribute.Expression(programs.text(expression), reads(expression), programs.program(expression));
    }

    private static Optional<Attribute> attribute(CelExpr expression) {
        if (expression.getKind() == Kind.CALL
                && expression.call().function().equals("size")
                && expression.call().target().isEmpty()) {
            return path(expression.call().args().get(0)).map(path -> new Attribute(Form.SIZE, path));
        }
        if (expression.getKind() == Kind.CALL
                && expression.call().function().equals("size")
                && expression.call().args().isEmpty()) {
            return path(expression.call().target().orElseThrow()).map(path -> new Attribute(Form.SIZE, path));
        }
        if (expression.getKind() == Kind.SELECT && expression.select().testOnly()) {
            List<String> steps = new ArrayList<>();
            return steps(expression.select().operand(), steps)
                    ? of(with(steps, expression.select().field())).map(path -> new Attribute(Form.PRESENT, path))
                    : Optional.empty();
        }
        return path(expression).map(path -> new Attribute(Form.VALUE, path));
    }

    private static List<String> with(List<String> steps, String last) {
        List<String> all = new ArrayList<>(steps);
        all.add(last);
        return all;
    }

    private static Optional<Attribute.Path> path(CelExpr expression) {
        List<String> steps = new ArrayList<>();
        return steps(expression, steps) ? of(steps) : Optional.empty();
    }

    /** {@code a.b}, {@code a['b']}: the root first. */
    private static boolean steps(CelExpr expression, List<String> steps) {
        if (expression.getKind() == Kind.IDENT) {
            steps.add(expression.ident().name());
            return true;
        }
        if (expression.getKind() == Kind.SELECT && !expression.select().testOnly()) {
            boolean isPath = steps(expression.select().operand(), steps);
            steps.add(expression.select().field());
            return isPath;
        }
        if (expression.getKind() == Kind.CALL && expression.call().function().equals("_[_]")) {
            CelExpr key = expression.call().args().get(1);
            boolean isPath = key.getKind() == Kind.CONSTANT
                    && key.constant().getKind() == CelConstant.Kind.STRING_VALUE
                    && steps(expression.call().args().get(0), steps);
            if (isPath) {
                steps.add(key.constant().stringValue());
            }
            return isPath;
        }
        return false;
    }

    /** Empty for what is no single field: a whole root. */
    private static Optional<Attribute.Path> of(List<String> steps) {
        String root = steps.get(0);
        List<String> rest = steps.subList(1, steps.size());
        return switch (root) {
            case "first_seen" -> Optional.of(new Attribute.Path(ProfileField.FIRST_SEEN, rest));
            case "last_seen" -> Optional.of(new Attribute.Path(ProfileField.LAST_SEEN, rest));
            case "value" -> Optional.of(new Attribute.Path(ProfileField.VALUE, rest));
            case "events" -> {
                if (rest.equals(List.of("count"))) {
                    yield Optional.of(new Attribute.Path(ProfileField.EVENT_COUNT, List.of()));
                }
                yield rest.size() >= 2 && rest.get(0).equals("by_name")
                        ? Optional.of(new Attribute.Path(
                                new ProfileField(Root.EVENTS_BY_NAME, rest.get(1)), rest.subList(2, rest.size())))
                        : Optional.empty();
            }
            default -> {
                Optional<Root> known = Root.named(root);
                yield known.isPresent() && !rest.isEmpty()
                        ? Optional.of(new Attribute.Path(
                                new ProfileField(known.get(), rest.get(0)), rest.subList(1, rest.size())))
                        : Optional.empty();
            }
        };
    }

    /** All fields that an expression may look at; whole roots where it does not say which part. */
    private static Set<ProfileField> reads(CelExpr expression) {
        Set<ProfileField> reads = new HashSet<>();
        collectReads(CelNavigableExpr.fromExpr(expression), reads);
        return reads;
    }

    private static void collectReads(CelNavigableExpr node, Set<ProfileField> reads) {
        Optional<ProfileField> field = field(node.expr());
        if (field.isPresent()) {
            reads.add(field.get());
        } else {
            node.children().forEach(child -> collectReads(child, reads));
        }
    }

    private static Optional<ProfileField> field(CelExpr expression) {
        List<String> steps = new ArrayList<>();
        boolean isTest =
                expression.getKind() == Kind.SELECT && expression.select().testOnly();
        if (isTest ? !steps(expression.select().operand(), steps) : !steps(expression, steps)) {
            return Optional.empty();
        }
        Optional<ProfileField> single =
                of(isTest ? with(steps, expression.select().field()) : steps).map(Attribute.Path::field);
        return single.isPresent() ? single : whole(steps.get(0));
    }

    private static Optional<ProfileField> whole(String root) {
        return root.equals("events")
                ? Optional.of(new ProfileField(Root.EVENTS_BY_NAME, null))
                : Root.named(root).map(known -> new ProfileField(known, null));
    }
}
