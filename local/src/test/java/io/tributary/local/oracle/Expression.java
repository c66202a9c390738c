package io.tributary.local.oracle;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSource;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A CEL expression of a definition. The connectives {@code && || ! ?:} are taken apart here, in two-valued logic; what
 * stands between them, as large as possible, is a condition, which is false when CEL gives an error. So is a comparison
 * one of whose sides does not exist. Two numbers are compared here, exactly: a field of JSON as the decimal that it is,
 * a constant as the decimal that it prints, what CEL has calculated likewise. All else is CEL's.
 *
 * <p>{@code in_segment('x')} is a macro for {@code 'x' in segments}, so {@code segments} is a root of this oracle's
 * only. {@code days_since} and {@code hours_since} exist where they are compared with a constant, as a condition of
 * their own; elsewhere they are refused.
 */
final class Expression {
    /** What an expression sees: its roots by name; times pass at {@code now}. */
    static final class Scope {
        private final Map<String, Object> roots;
        private final Map<String, Object> celRoots;
        private final Instant now;

        Scope(Map<String, Object> roots, Instant now) {
            this(new HashMap<>(roots), new HashMap<>(), now);
            roots.forEach((name, root) -> celRoots.put(name, Values.toCel(root)));
        }

        private Scope(Map<String, Object> roots, Map<String, Object> celRoots, Instant now) {
            this.roots = roots;
            this.celRoots = celRoots;
            this.now = now;
        }

        /** The same with another root. */
        Scope with(String name, Object root) {
            Scope result = new Scope(new HashMap<>(roots), new HashMap<>(celRoots), now);
            result.roots.put(name, root);
            result.celRoots.put(name, Values.toCel(root));
            return result;
        }
    }

    /** A comparison of the time since {@code timestamp} with {@code length}. */
    private record Since(Function<Scope, Optional<Object>> timestamp, BigDecimal length) {}

    static final String SEGMENTS = "segments";
    private static final String EQUAL = "_==_";
    private static final String UNEQUAL = "_!=_";
    private static final Set<String> ORDER = Set.of("_<_", "_<=_", "_>_", "_>=_");
    private static final Map<String, String> MIRRORED =
            Map.of("_<_", "_>_", "_<=_", "_>=_", "_>_", "_<_", "_>=_", "_<=_");
    private static final Map<String, Duration> UNITS =
            Map.of("days_since", Duration.ofDays(1), "hours_since", Duration.ofHours(1));
    private static final BigDecimal FOR_EVER =
            BigDecimal.valueOf(Duration.ofDays(1_000_000).toMillis());

    private static final List<String> ROOTS = List.of(
            "event",
            "value",
            "traits",
            "computed",
            "orders",
            "cart",
            "consent",
            "identifiers",
            "events",
            "first_seen",
            "last_seen",
            "rfm",
            "predictions",
            SEGMENTS);
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .evaluateCanonicalTypesToNativeValues(true)
            .build();
    private static final CelCompiler COMPILER = compiler();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

    private final String text;
    private final CelSource source;
    private final Predicate<Scope> condition;
    private final Function<Scope, Optional<Object>> value;
    private final List<Since> times = new ArrayList<>();
    private final Set<String> segments = new HashSet<>();

    private static CelCompiler compiler() {
        var builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addMacros(CelMacro.newGlobalMacro(
                        "in_segment",
                        1,
                        (factory, target, args) -> Optional.of(factory.newGlobalCall(
                                "@in", ImmutableList.of(args.get(0), factory.newIdentifier(SEGMENTS))))));
        ROOTS.forEach(root -> builder.addVar(root, SimpleType.DYN));
        return builder.build();
    }

    private Expression(String text, boolean isCondition) {
        this.text = text;
        CelAbstractSyntaxTree tree = parsed(text);
        source = tree.getSource();
        if (isCondition) {
            condition = condition(tree.getExpr());
            value = scope -> Optional.of(condition.test(scope));
        } else {
            value = value(tree.getExpr());
            condition = scope -> value.apply(scope).equals(Optional.of(true));
        }
        CelNavigableAst.fromAst(tree).getRoot().allNodes().forEach(node -> {
            CelExpr expr = node.expr();
            if (isCall(expr, "@in") && isIdentifier(expr.call().args().get(1), SEGMENTS)) {
                segments.add(expr.call().args().get(0).constant().stringValue());
            }
        });
    }

    private static CelAbstractSyntaxTree parsed(String text) {
        try {
            return COMPILER.parse(text).getAst();
        } catch (CelValidationException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** An expression that is true or false: {@code when}, {@code where}. */
    static Expression condition(String text) {
        return new Expression(text, true);
    }

    /** An expression that has any value: {@code value}, {@code for_each}. */
    static Expression value(String text) {
        return new Expression(text, false);
    }

    boolean holds(Scope scope) {
        return condition.test(scope);
    }

    /** The value, unless something is missing or of the wrong type. */
    Optional<Object> value(Scope scope) {
        return value.apply(scope);
    }

    /** The segments of which it asks whether the customer is in them. */
    Set<String> segments() {
        return segments;
    }

    boolean asksForTheTime() {
        return !times.isEmpty();
    }

    /** The instants at which, for all that is known, a comparison of times begins or ceases to hold. */
    Stream<Instant> turns(Scope scope) {
        return times.stream()
                .filter(since -> since.length().abs().compareTo(FOR_EVER) < 0)
                .flatMap(since -> since.timestamp().apply(scope).flatMap(Values::time).stream()
                        .map(start -> start.plusMillis(
                                since.length().setScale(0, RoundingMode.FLOOR).longValueExact())))
                .flatMap(turn -> Stream.of(turn, turn.plusMillis(1)));
    }

    @Override
    public String toString() {
        return text;
    }

    // ------------------------------------------------------------------------------------------------------ conditions

    private Predicate<Scope> condition(CelExpr expr) {
        String function = expr.getKind() == Kind.CALL ? expr.call().function() : "";
        List<CelExpr> args = expr.getKind() == Kind.CALL ? expr.call().args() : List.of();
        return switch (function) {
            case "_&&_" -> condition(args.get(0)).and(condition(args.get(1)));
            case "_||_" -> condition(args.get(0)).or(condition(args.get(1)));
            case "!_" -> condition(args.get(0)).negate();
            case "_?_:_" -> choice(condition(args.get(0)), condition(args.get(1)), condition(args.get(2)));
            case EQUAL, UNEQUAL, "_<_", "_<=_", "_>_", "_>=_" -> comparison(expr, function, args.get(0), args.get(1));
            default -> {
                Function<Scope, Optional<Object>> known = value(expr);
                yield scope -> known.apply(scope).equals(Optional.of(true));
            }
        };
    }

    private static Predicate<Scope> choice(Predicate<Scope> asked, Predicate<Scope> yes, Predicate<Scope> no) {
        return scope -> asked.test(scope) ? yes.test(scope) : no.test(scope);
    }

    private Predicate<Scope> comparison(CelExpr expr, String operator, CelExpr left, CelExpr right) {
        if (ORDER.contains(operator) && isTime(left) && constant(right).isPresent()) {
            return since(operator, left, constant(right).get());
        }
        if (ORDER.contains(operator) && isTime(right) && constant(left).isPresent()) {
            return since(MIRRORED.get(operator), right, constant(left).get());
        }
        Function<Scope, Optional<Object>> a = value(left);
        Function<Scope, Optional<Object>> b = value(right);
        Function<Scope, Optional<Object>> cel = cel(expr);
        return scope -> {
            Optional<BigDecimal> one = a.apply(scope).flatMap(Values::decimal);
            Optional<BigDecimal> other = b.apply(scope).flatMap(Values::decimal);
            if (one.isPresent() && other.isPresent()) {
                return compares(operator, one.get().compareTo(other.get()));
            }
            return cel.apply(scope).equals(Optional.of(true));
        };
    }

    private Predicate<Scope> since(String operator, CelExpr call, Object constant) {
        Duration unit = UNITS.get(call.call().function());
        BigDecimal length = Values.decimal(constant).orElseThrow().multiply(BigDecimal.valueOf(unit.toMillis()));
        Since since = new Since(value(call.call().args().get(0)), length);
        times.add(since);
        return scope -> since.timestamp()
                .apply(scope)
                .flatMap(Values::time)
                .map(start ->
                        BigDecimal.valueOf(Duration.between(start, scope.now).toMillis()))
                .filter(passed -> compares(operator, passed.compareTo(length)))
                .isPresent();
    }

    private static boolean compares(String operator, int sign) {
        return switch (operator) {
            case EQUAL -> sign == 0;
            case UNEQUAL -> sign != 0;
            case "_<_" -> sign < 0;
            case "_<=_" -> sign <= 0;
            case "_>_" -> sign > 0;
            case "_>=_" -> sign >= 0;
            default -> throw new IllegalArgumentException(operator);
        };
    }

    // ---------------------------------------------------------------------------------------------------------- values

    private Function<Scope, Optional<Object>> value(CelExpr expr) {
        Optional<Object> constant = constant(expr);
        if (constant.isPresent()) {
            return scope -> constant;
        }
        return isField(expr) ? scope -> field(expr, scope) : cel(expr);
    }

    private static Optional<Object> constant(CelExpr expr) {
        if (expr.getKind() != Kind.CONSTANT) {
            return Optional.empty();
        }
        CelConstant constant = expr.constant();
        return switch (constant.getKind()) {
            case BOOLEAN_VALUE -> Optional.of(constant.booleanValue());
            case INT64_VALUE -> Optional.of(constant.int64Value());
            case DOUBLE_VALUE -> Optional.of(BigDecimal.valueOf(constant.doubleValue()));
            case STRING_VALUE -> Optional.of(constant.stringValue());
            default -> Optional.empty();
        };
    }

    /** {@code root.a.b}, {@code root['a'][0]}. */
    private static boolean isField(CelExpr expr) {
        return switch (expr.getKind()) {
            case IDENT -> ROOTS.contains(expr.ident().name());
            case SELECT -> !expr.select().testOnly() && isField(expr.select().operand());
            case CALL ->
                expr.call().function().equals("_[_]")
                        && isField(expr.call().args().get(0))
                        && constant(expr.call().args().get(1)).isPresent();
            default -> false;
        };
    }

    private static Optional<Object> field(CelExpr expr, Scope scope) {
        return switch (expr.getKind()) {
            case IDENT -> Optional.ofNullable(scope.roots.get(expr.ident().name()));
            case SELECT ->
                field(expr.select().operand(), scope)
                        .flatMap(parent -> element(parent, expr.select().field()));
            default ->
                field(expr.call().args().get(0), scope)
                        .flatMap(parent -> element(
                                parent, constant(expr.call().args().get(1)).orElseThrow()));
        };
    }

    private static Optional<Object> element(Object parent, Object key) {
        if (parent instanceof Map<?, ?> map) {
            return map.containsKey(key) ? Optional.of(map.get(key)) : Optional.empty();
        }
        if (parent instanceof List<?> list && key instanceof Long index) {
            boolean there = index >= 0 && index < list.size();
            return there ? Optional.of(list.get(index.intValue())) : Optional.empty();
        }
        return Optional.empty();
    }

    /** What CEL says of a part of the expression; nothing if that is an error. */
    private Function<Scope, Optional<Object>> cel(CelExpr part) {
        CelRuntime.Program program;
        try {
            program = RUNTIME.createProgram(COMPILER.check(CelAbstractSyntaxTree.newParsedAst(part, source))
                    .getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(text, e);
        }
        return scope -> {
            try {
                return Optional.of(Values.ofCel(program.eval(scope.celRoots)));
            } catch (CelEvaluationException e) {
                return Optional.empty();
            }
        };
    }

    private static boolean isTime(CelExpr expr) {
        return expr.getKind() == Kind.CALL && UNITS.containsKey(expr.call().function());
    }

    private static boolean isCall(CelExpr expr, String function) {
        return expr.getKind() == Kind.CALL && expr.call().function().equals(function);
    }

    private static boolean isIdentifier(CelExpr expr, String name) {
        return expr.getKind() == Kind.IDENT && expr.ident().name().equals(name);
    }
}
