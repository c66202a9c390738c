package io.tributary.schemas.definition;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.ImmutableList;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.ast.CelReference;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.compiler.CelCompiler;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.cel.KeptChecker;
import io.tributary.schemas.definition.Rules.Finding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What an expression can name, and what of CEL's rules differs. */
final class Language {
    private static final String EQUALS = "_==_";
    private static final String NOT_EQUALS = "_!=_";
    private static final String MIXED = "mixed_";

    /** CEL compares an int with a double by order, but not for equality. Its runtime does; only its checker does not. */
    private static final List<CelFunctionDecl> MIXED_EQUALITY = List.of(mixed(EQUALS), mixed(NOT_EQUALS));

    /** As long as a set has them: what is read once more, elsewhere or among changes, need not be checked again. */
    private static final Cache<Scope, CheckedExpression> KNOWN =
            CacheBuilder.newBuilder().weakValues().build();

    private static final Language EVENT = event();

    private static final Language CART_TRIGGER = new Language(
            Kind.CART_TRIGGER, Map.of(TriggerExpression.CART, Profile.cart()), Collections.emptySortedMap(), List.of());

    private static final Language EVENT_TRIGGER = eventTrigger();

    private final Kind kind;
    private final Map<String, CelType> roots;

    /** Null if not all are known. */
    private final SortedMap<String, CelType> computed;

    private final List<String> namespaces;
    private final CelCompiler compiler;
    private final KeptChecker checker;

    /** Which expressions are meant. */
    enum Kind {
        EVENT,
        SEGMENT,
        CART_TRIGGER,
        EVENT_TRIGGER;

        boolean isOfTriggers() {
            return this == CART_TRIGGER || this == EVENT_TRIGGER;
        }
    }

    /**
     * What the check of a text depends on, beside the types of the computed traits that it names.
     *
     * @param value type of {@code value}, or null without it
     */
    private record Scope(Kind kind, List<String> namespaces, CelType value, String text) {}

    private Language(
            Kind kind, Map<String, CelType> roots, SortedMap<String, CelType> computed, List<String> namespaces) {
        this.kind = kind;
        this.roots = roots;
        this.computed = computed;
        this.namespaces = List.copyOf(namespaces);
        CelTypeProvider types = Types.provider(roots.values());
        List<CelFunctionDecl> functions = functionsOf(kind);
        var builder = CelDialect.compiler().setTypeProvider(types).addFunctionDeclarations(functions);
        roots.forEach(builder::addVar);
        compiler = builder.build();
        checker = new KeptChecker(roots, functions, types);
    }

    /** The functions that there are beside those of {@link CelDialect}. */
    static List<CelFunctionDecl> functionsOf(Kind kind) {
        List<CelFunctionDecl> functions = new ArrayList<>(MIXED_EQUALITY);
        if (kind == Kind.SEGMENT) {
            functions.add(time(SegmentDefinition.DAYS_SINCE));
            functions.add(time(SegmentDefinition.HOURS_SINCE));
        }
        if (kind != Kind.EVENT) {
            functions.add(CelFunctionDecl.newFunctionDeclaration(
                    SegmentDefinition.IN_SEGMENT,
                    CelOverloadDecl.newGlobalOverload(
                            SegmentDefinition.IN_SEGMENT, SimpleType.BOOL, SimpleType.STRING)));
        }
        return functions;
    }

    private static CelFunctionDecl mixed(String function) {
        return CelFunctionDecl.newFunctionDeclaration(
                function,
                CelOverloadDecl.newGlobalOverload(
                        MIXED + function + "_int_double", SimpleType.BOOL, SimpleType.INT, SimpleType.DOUBLE),
                CelOverloadDecl.newGlobalOverload(
                        MIXED + function + "_double_int", SimpleType.BOOL, SimpleType.DOUBLE, SimpleType.INT));
    }

    private static CelFunctionDecl time(String function) {
        return CelFunctionDecl.newFunctionDeclaration(
                function,
                CelOverloadDecl.newGlobalOverload(function + "_timestamp", SimpleType.DOUBLE, SimpleType.TIMESTAMP),
                CelOverloadDecl.newGlobalOverload(function + "_string", SimpleType.DOUBLE, SimpleType.STRING));
    }

    /** Of {@code where}, {@code value} and {@code for_each}. */
    static Language ofEvents() {
        return EVENT;
    }

    private static Language event() {
        return new Language(Kind.EVENT, Map.of(EventView.EVENT, eventType()), Collections.emptySortedMap(), List.of());
    }

    private static Language eventTrigger() {
        Map<String, CelType> roots = Types.names();
        roots.put(TriggerExpression.CART, Profile.cart());
        roots.put(EventView.EVENT, eventType());
        roots.put(TriggerExpression.STEPS, Types.OBJECT);
        return new Language(Kind.EVENT_TRIGGER, roots, Collections.emptySortedMap(), List.of());
    }

    private static CelType eventType() {
        Map<String, CelType> event = Types.names();
        event.put(EventView.NAME, SimpleType.STRING);
        event.put(EventView.TYPE, SimpleType.STRING);
        event.put(EventView.MESSAGE_ID, SimpleType.STRING);
        event.put(EventView.TIMESTAMP, SimpleType.TIMESTAMP);
        event.put(EventView.PROPERTIES, Types.OBJECT);
        event.put(EventView.TRAITS, Types.OBJECT);
        event.put(EventView.CONTEXT, Types.OBJECT);
        event.put(EventView.USER_ID, SimpleType.STRING);
        event.put(EventView.ANONYMOUS_ID, SimpleType.STRING);
        event.put(EventView.REVENUE, SimpleType.DOUBLE);
        event.put(EventView.CURRENCY, SimpleType.STRING);
        event.put(EventView.ORDER_ID, SimpleType.STRING);
        event.put(EventView.PRODUCTS, ListType.create(Types.OBJECT));
        return Types.struct("an event", event);
    }

    /**
     * Of the {@code when} of segments.
     *
     * @param computed types of the set's computed traits; null if not all are known
     * @param namespaces names of the namespaces of identifiers
     * @param value type of {@code value}, or null without it
     */
    static Language ofSegments(SortedMap<String, CelType> computed, List<String> namespaces, CelType value) {
        return new Language(Kind.SEGMENT, Profile.roots(computed, namespaces, value), computed, namespaces);
    }

    /** Of all expressions of a trigger of the cart. */
    static Language ofCartTriggers() {
        return CART_TRIGGER;
    }

    /** Of all expressions of a trigger of a sequence of events. */
    static Language ofEventTriggers() {
        return EVENT_TRIGGER;
    }

    Kind kind() {
        return kind;
    }

    /** Whether it has {@code in_segment}. */
    boolean asksForSegments() {
        return kind != Kind.EVENT;
    }

    Map<String, CelType> roots() {
        return roots;
    }

    /** Whether a name stands for an object of which only the fields can be named. */
    boolean isGroup(String root) {
        return roots.get(root) instanceof StructType;
    }

    /** A text that has been checked: the expression, or what is wrong with it. */
    record Checked(CheckedExpression expression, List<Finding> findings, List<Finding> segments) {}

    /** Checks a text; all that is wrong, not only the first. */
    Checked check(String text) {
        Scope scope = new Scope(kind, namespaces, roots.get(SegmentDefinition.VALUE), text);
        CheckedExpression known = KNOWN.getIfPresent(scope);
        if (known != null && isStill(known)) {
            return new Checked(known, List.of(), known.segments());
        }
        Checked checked = checkAnew(text);
        if (checked.expression != null && computed != null) {
            KNOWN.put(scope, checked.expression);
        }
        return checked;
    }

    /** Whether the computed traits that it names are here, with the types that they had when it was checked. */
    private boolean isStill(CheckedExpression known) {
        return computed != null
                && known.computed().entrySet().stream()
                        .allMatch(trait -> trait.getValue().equals(computed.get(trait.getKey())));
    }

    private Checked checkAnew(String text) {
        CelValidationResult parsed;
        try {
            parsed = compiler.parse(text);
        } catch (RuntimeException e) {
            // The library's macros for numbers throw for some arguments of which they mean to say that they are none.
            return new Checked(null, List.of(new Finding(0, "CEL can't read the expression")), List.of());
        }
        if (parsed.hasError()) {
            return new Checked(null, List.of(Explanations.ofSyntax(parsed)), List.of());
        }
        try {
            Rules rules = new Rules(this, parsed.getAst());
            CelAbstractSyntaxTree checked = checker.check(parsed.getAst());
            if (checked == null) {
                CelValidationResult refused = compiler.check(parsed.getAst());
                refused.getErrors().forEach(rules::addUnlessToldOtherwise);
                checked = rules.findings().isEmpty() ? refused.getAst() : null;
            }
            if (!rules.findings().isEmpty()) {
                return new Checked(null, rules.findings(), rules.segments());
            }
            CelAbstractSyntaxTree ast = withOneEquality(checked);
            List<Finding> never = Literals.wrong(ast);
            CheckedExpression expression = new CheckedExpression(text, ast, computedIn(ast), rules.segments());
            return new Checked(never.isEmpty() ? expression : null, never, rules.segments());
        } catch (CelValidationException e) {
            throw new IllegalStateException("without an error there is a tree: " + text, e);
        }
    }

    /** Takes the overloads of the checker for those of the runtime, which know all numbers. */
    private static CelAbstractSyntaxTree withOneEquality(CelAbstractSyntaxTree ast) {
        Map<Long, CelReference> references = new HashMap<>(ast.getReferenceMap());
        references.replaceAll((id, reference) -> {
            ImmutableList<String> overloads = reference.overloadIds();
            return overloads.stream().noneMatch(overload -> overload.startsWith(MIXED))
                    ? reference
                    : CelReference.newBuilder()
                            .addOverloadIds(
                                    overloads.stream().anyMatch(overload -> overload.contains(NOT_EQUALS))
                                            ? "not_equals"
                                            : "equals")
                            .build();
        });
        return CelAbstractSyntaxTree.newCheckedAst(ast.getExpr(), ast.getSource(), references, ast.getTypeMap());
    }

    private SortedMap<String, CelType> computedIn(CelAbstractSyntaxTree ast) {
        SortedMap<String, CelType> named = new TreeMap<>();
        if (kind == Kind.SEGMENT) {
            CelNavigableAst.fromAst(ast)
                    .getRoot()
                    .allNodes()
                    .map(CelNavigableExpr::expr)
                    .filter(expr -> expr.getKind() == ExprKind.Kind.SELECT)
                    .map(CelExpr::select)
                    .filter(select -> select.operand().getKind() == ExprKind.Kind.IDENT
                            && select.operand().ident().name().equals(Profile.COMPUTED))
                    .forEach(select -> named.put(
                            select.field(), computed == null ? SimpleType.DYN : computed.get(select.field())));
        }
        return named;
    }

    /** The functions that there are, for whoever looks for the nearest. */
    Set<String> functions() {
        Set<String> names = new TreeSet<>(Explanations.MACROS_AND_EXTENSIONS);
        for (StandardFunction function : StandardFunction.values()) {
            String name = function.functionDecl().name();
            if (Character.isLetter(name.charAt(0))) {
                names.add(name);
            }
        }
        if (kind == Kind.SEGMENT) {
            names.addAll(SegmentDefinition.TIME_FUNCTIONS);
        }
        if (asksForSegments()) {
            names.add(SegmentDefinition.IN_SEGMENT);
        }
        return names;
    }
}
