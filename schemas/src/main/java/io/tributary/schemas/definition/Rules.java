package io.tributary.schemas.definition;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.StructType;
import io.tributary.schemas.money.Money;
import io.tributary.schemas.yaml.NearestName;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * What a text must keep to beside CEL's own rules, found in its tree before types are checked: a type error behind such a
 * mistake would only confuse.
 */
final class Rules {
    static final Set<String> CONNECTIVES = Set.of("_&&_", "_||_", "!_", "_?_:_");
    private static final Set<String> ORDER = Set.of("_<_", "_<=_", "_>_", "_>=_");
    private static final Set<String> EQUALITY = Set.of("_==_", "_!=_");
    private static final Set<String> ARITHMETIC = Set.of("_+_", "_-_", "_*_", "_/_", "_%_", "-_");

    /**
     * Something at a place.
     *
     * @param offset in the text, in code points
     */
    record Finding(int offset, String what) {}

    /**
     * A node of the tree.
     *
     * @param parent null for the root
     * @param loop types of the loop variables that can be named in it; null where the type is not known
     */
    record Node(CelExpr expr, Node parent, Map<String, CelType> loop) {}

    /** What surrounds a function of time that is no operand of a comparison. */
    private enum Within {
        EXPRESSION,
        LOOP,
        TIME
    }

    private final Language language;
    private final CelSource source;
    private final Map<Long, Node> nodes = new HashMap<>();
    private final Set<Long> found = new HashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> segments = new ArrayList<>();

    Rules(Language language, CelAbstractSyntaxTree parsed) {
        this.language = language;
        this.source = parsed.getSource();
        remember(parsed.getExpr(), null, Map.of());
        if (language.asksForSegments()) {
            condition(parsed.getExpr());
        } else {
            inner(parsed.getExpr(), Within.EXPRESSION);
        }
    }

    List<Finding> findings() {
        return findings;
    }

    /** The names that {@code in_segment} has. */
    List<Finding> segments() {
        return segments;
    }

    Language language() {
        return language;
    }

    CelSource source() {
        return source;
    }

    /** Takes what the checker says, unless it follows from what has been found already. */
    void addUnlessToldOtherwise(CelIssue issue) {
        Node node = nodes.get(issue.getExprId());
        Set<Long> above = new HashSet<>();
        found.forEach(id -> above.addAll(upwards(id)));
        if (above.contains(issue.getExprId())
                || upwards(issue.getExprId()).stream().anyMatch(found::contains)) {
            return;
        }
        findings.add(new Finding(Explanations.offset(issue, node, source), Explanations.of(issue, node, this)));
    }

    /** A node and those that it is part of. */
    private List<Long> upwards(long id) {
        List<Long> ids = new ArrayList<>();
        for (Node node = nodes.get(id); node != null; node = node.parent) {
            ids.add(node.expr.id());
        }
        return ids;
    }

    private void remember(CelExpr expr, Node parent, Map<String, CelType> loop) {
        Node node = new Node(expr, parent, loop);
        nodes.put(expr.id(), node);
        if (expr.getKind() == Kind.STRUCT) {
            expr.struct().entries().forEach(entry -> nodes.put(entry.id(), node));
        }
        if (expr.getKind() != Kind.COMPREHENSION) {
            children(expr).forEach(child -> remember(child, node, loop));
            return;
        }
        CelComprehension macro = expr.comprehension();
        Map<String, CelType> inside = new HashMap<>(loop);
        inside.put(macro.iterVar(), elementOf(typeOf(macro.iterRange(), loop)));
        remember(macro.iterRange(), node, loop);
        remember(macro.accuInit(), node, loop);
        for (CelExpr part : List.of(macro.loopCondition(), macro.loopStep(), macro.result())) {
            remember(part, node, inside);
        }
    }

    /** The type as far as names alone tell it, or null. */
    CelType typeOf(CelExpr expr, Map<String, CelType> loop) {
        return switch (expr.getKind()) {
            case IDENT -> {
                String name = expr.ident().name();
                yield loop.containsKey(name) ? loop.get(name) : language.roots().get(name);
            }
            case SELECT -> {
                CelType type = typeOf(expr.select().operand(), loop);
                if (type instanceof StructType struct) {
                    yield struct.findField(expr.select().field())
                            .map(StructType.Field::type)
                            .orElse(null);
                }
                yield type instanceof MapType map ? map.valueType() : null;
            }
            case CALL -> {
                CelType type = isIndex(expr) ? typeOf(expr.call().args().get(0), loop) : null;
                yield type instanceof MapType map ? map.valueType() : type instanceof ListType ? elementOf(type) : null;
            }
            default -> null;
        };
    }

    private static CelType elementOf(CelType type) {
        if (type instanceof ListType list) {
            return list.elemType();
        }
        return type instanceof MapType map ? map.keyType() : null;
    }

    private static boolean isIndex(CelExpr expr) {
        return expr.getKind() == Kind.CALL && expr.call().function().equals("_[_]");
    }

    private static List<CelExpr> children(CelExpr expr) {
        return switch (expr.getKind()) {
            case SELECT -> List.of(expr.select().operand());
            case CALL -> {
                List<CelExpr> children = new ArrayList<>();
                expr.call().target().ifPresent(children::add);
                children.addAll(expr.call().args());
                yield children;
            }
            case LIST -> expr.list().elements();
            case STRUCT ->
                expr.struct().entries().stream()
                        .map(CelExpr.CelStruct.Entry::value)
                        .toList();
            case MAP -> {
                List<CelExpr> children = new ArrayList<>();
                expr.map().entries().forEach(entry -> {
                    children.add(entry.key());
                    children.add(entry.value());
                });
                yield children;
            }
            case COMPREHENSION -> {
                CelComprehension macro = expr.comprehension();
                yield List.of(
                        macro.iterRange(), macro.accuInit(), macro.loopCondition(), macro.loopStep(), macro.result());
            }
            default -> List.of();
        };
    }

    private void find(CelExpr at, int offset, String what) {
        found.add(at.id());
        findings.add(new Finding(offset, what));
    }

    private int offset(CelExpr expr) {
        return source.getPositionsMap().getOrDefault(expr.id(), 0);
    }

    private int nameOffset(CelExpr call) {
        return Explanations.startOfName(offset(call), call.call().function(), source);
    }

    // ---------------------------------------------------------------------------------------- conditions of segments

    private void condition(CelExpr expr) {
        if (expr.getKind() != Kind.CALL) {
            inner(expr, Within.EXPRESSION);
            return;
        }
        CelCall call = expr.call();
        if (CONNECTIVES.contains(call.function())) {
            call.args().forEach(this::condition);
        } else if (isSegment(expr)) {
            segment(expr);
        } else if (language.kind() == Language.Kind.SEGMENT
                && ORDER.contains(call.function())
                && call.args().stream().anyMatch(Rules::isTime)) {
            timeComparison(expr, call.args().get(0), call.args().get(1));
        } else {
            inner(expr, Within.EXPRESSION);
        }
    }

    private static boolean isTime(CelExpr expr) {
        return expr.getKind() == Kind.CALL
                && expr.call().target().isEmpty()
                && SegmentDefinition.TIME_FUNCTIONS.contains(expr.call().function());
    }

    static boolean isSegment(CelExpr expr) {
        return expr.getKind() == Kind.CALL
                && expr.call().target().isEmpty()
                && expr.call().function().equals(SegmentDefinition.IN_SEGMENT);
    }

    private void timeComparison(CelExpr comparison, CelExpr left, CelExpr right) {
        CelExpr time = isTime(left) ? left : right;
        CelExpr other = time == left ? right : left;
        String function = time.call().function();
        if (isTime(other)) {
            find(
                    comparison,
                    offset(comparison),
                    "two times that pass can't be compared: no instant decides it. Compare '%s' with a number"
                            .formatted(function));
        } else if (!isNumber(other)) {
            find(
                    comparison,
                    offset(comparison),
                    "'%s' can only be compared with a number that is written out, such as 30".formatted(function));
        }
        for (CelExpr side : List.of(left, right)) {
            if (isTime(side)) {
                side.call().args().forEach(argument -> inner(argument, Within.TIME));
            } else {
                inner(side, Within.EXPRESSION);
            }
        }
    }

    private static boolean isNumber(CelExpr expr) {
        return expr.getKind() == Kind.CONSTANT
                && (expr.constant().getKind() == CelConstant.Kind.INT64_VALUE
                        || expr.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE);
    }

    private void segment(CelExpr call) {
        List<CelExpr> arguments = call.call().args();
        if (arguments.size() == 1
                && arguments.get(0).getKind() == Kind.CONSTANT
                && arguments.get(0).constant().getKind() == CelConstant.Kind.STRING_VALUE) {
            CelExpr name = arguments.get(0);
            segments.add(new Finding(offset(name) + 1, name.constant().stringValue()));
        } else {
            find(call, nameOffset(call), "'in_segment' takes the name of one segment in quotes: in_segment('vip')");
        }
    }

    private String whyNot(CelExpr time, Within within) {
        String function = time.call().function();
        if (within == Within.LOOP) {
            return "'%s' can't be inside exists, all, map or filter: time would pass for each element by itself"
                    .formatted(function);
        }
        if (within == Within.TIME) {
            return "'%s' can't be inside a function of time".formatted(function);
        }
        Node parent = nodes.get(time.id()).parent;
        String above = parent != null && parent.expr.getKind() == Kind.CALL
                ? parent.expr.call().function()
                : "";
        if (ARITHMETIC.contains(above)) {
            return "'%s' can't be calculated with: compare it with a number".formatted(function);
        }
        if (EQUALITY.contains(above)) {
            return "'%s' is equal to a number for no longer than an instant: use <, <=, > or >=".formatted(function);
        }
        if (ORDER.contains(above)) {
            return "a comparison of '%s' has to be a condition of its own: connect it by &&, || and !"
                    .formatted(function);
        }
        return "'%s' has to be compared with a number by <, <=, > or >=, because time passes".formatted(function);
    }

    // ------------------------------------------------------------------------------------------------ all expressions

    private void inner(CelExpr expr, Within within) {
        switch (expr.getKind()) {
            case IDENT -> name(expr);
            case SELECT ->
                currency(
                        expr,
                        expr.select().operand(),
                        expr.select().field(),
                        () -> Explanations.startOfField(
                                offset(expr), expr.select().field(), source));
            case CALL -> call(expr, within);
            case STRUCT -> find(expr, offset(expr), "objects can't be made here");
            case COMPREHENSION -> {
                loop(expr.comprehension(), expr, within);
                return;
            }
            default -> {}
        }
        children(expr).forEach(child -> inner(child, within));
    }

    private void call(CelExpr expr, Within within) {
        if (language.asksForSegments()) {
            if (isTime(expr) && language.kind() == Language.Kind.SEGMENT) {
                find(expr, nameOffset(expr), whyNot(expr, within));
            } else if (isSegment(expr)) {
                find(
                        expr,
                        nameOffset(expr),
                        "'in_segment' has to be a condition of its own: connect it by &&, || and !");
            }
        }
        if (isIndex(expr) && expr.call().args().get(1).getKind() == Kind.CONSTANT) {
            CelExpr key = expr.call().args().get(1);
            if (key.constant().getKind() == CelConstant.Kind.STRING_VALUE) {
                currency(expr, expr.call().args().get(0), key.constant().stringValue(), () -> offset(key) + 1);
            }
        }
    }

    private void loop(CelComprehension macro, CelExpr expr, Within within) {
        if (language.roots().containsKey(macro.iterVar())) {
            find(
                    expr,
                    offset(expr),
                    "the variable of the loop needs another name: '%s' is one already".formatted(macro.iterVar()));
        }
        inner(macro.iterRange(), within);
        Within inside = within == Within.TIME ? within : Within.LOOP;
        for (CelExpr part : List.of(macro.accuInit(), macro.loopCondition(), macro.loopStep(), macro.result())) {
            inner(part, inside);
        }
    }

    private void name(CelExpr expr) {
        String name = expr.ident().name();
        Node node = nodes.get(expr.id());
        if (node.loop.containsKey(name)) {
            return;
        }
        if (language.kind() == Language.Kind.SEGMENT && Profile.NOT_YET.containsKey(name)) {
            find(expr, offset(expr), "%s are not there yet".formatted(Profile.NOT_YET.get(name)));
        } else if (language.isGroup(name) && (node.parent == null || node.parent.expr.getKind() != Kind.SELECT)) {
            find(expr, offset(expr), Explanations.group(name, (StructType)
                    language.roots().get(name)));
        }
    }

    private void currency(CelExpr expr, CelExpr operand, String key, IntSupplier offset) {
        if (Types.MONEY.equals(typeOf(operand, nodes.get(operand.id()).loop)) && !Money.isCurrency(key)) {
            List<String> known = Currency.getAvailableCurrencies().stream()
                    .map(Currency::getCurrencyCode)
                    .toList();
            String hint = NearestName.hint(key, known);
            find(
                    expr,
                    offset.getAsInt(),
                    "'" + key + "' is no currency of ISO 4217" + (hint.isEmpty() ? ", such as USD" : hint));
        }
    }
}
