package io.tributary.schemas.definition;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.compiler.CelCompiler;
import dev.cel.parser.CelUnparserFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.definition.Rules.Finding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A CEL text with its checked tree.
 *
 * <p>Whoever decides part of it by itself, a comparison with the time for example, walks {@link #ast()} and has programs
 * made of the parts that CEL decides.
 */
public final class CheckedExpression {
    private static final CelCompiler PARSER = CelDialect.compiler().build();

    private final String text;
    private final CelAbstractSyntaxTree ast;
    private final SortedMap<String, CelType> computed;
    private final List<Finding> segments;

    /** Of the parts that somebody has asked for, by id. */
    private final Map<Long, String> texts = new ConcurrentHashMap<>();

    /** Null until somebody asks; whoever asks first at the same time makes its own. */
    private EventExpression overEvents;

    private TriggerExpression ofTrigger;

    CheckedExpression(
            String text, CelAbstractSyntaxTree ast, SortedMap<String, CelType> computed, List<Finding> segments) {
        this.text = text;
        this.ast = ast;
        this.computed = Collections.unmodifiableSortedMap(computed);
        this.segments = List.copyOf(segments);
    }

    /** As written. */
    public String text() {
        return text;
    }

    public CelAbstractSyntaxTree ast() {
        return ast;
    }

    /** The computed traits that it names, with the types for which it has been checked. */
    SortedMap<String, CelType> computed() {
        return computed;
    }

    /** The segments that it names, and where. */
    List<Finding> segments() {
        return segments;
    }

    /** This one, to be evaluated over events. */
    EventExpression overEvents() {
        EventExpression made = overEvents;
        if (made == null) {
            made = new EventExpression(this);
            overEvents = made;
        }
        return made;
    }

    /** This one, to be evaluated by a trigger. */
    TriggerExpression ofTrigger() {
        TriggerExpression made = ofTrigger;
        if (made == null) {
            made = new TriggerExpression(this);
            ofTrigger = made;
        }
        return made;
    }

    /** A program of all of it. */
    public CelRuntime.Program program() {
        return program(ast.getExpr());
    }

    /**
     * A program of a part. Its variables are those of the whole, so it must not be of a macro's loop.
     *
     * @param part an expression of {@link #ast()}
     */
    public CelRuntime.Program program(CelExpr part) {
        try {
            return CelDialect.runtime()
                    .createProgram(CelAbstractSyntaxTree.newCheckedAst(
                            part, ast.getSource(), ast.getReferenceMap(), ast.getTypeMap()));
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("a checked expression has a program: " + text, e);
        }
    }

    /**
     * The text of a part for people: as written, on one line, without brackets around it.
     *
     * @param part an expression of {@link #ast()}
     */
    public String textOf(CelExpr part) {
        return texts.computeIfAbsent(part.id(), added -> cut(part));
    }

    private String cut(CelExpr part) {
        String canonical = unparsed(CelAbstractSyntaxTree.newParsedAst(part, ast.getSource()));
        return written(part).filter(text -> isSame(text, canonical)).orElse(canonical);
    }

    /** The names that it consists of, such as {@code cart} and {@code items}, if it is nothing else; else none. */
    List<String> path() {
        return path(ast.getExpr());
    }

    /** @param part an expression of {@link #ast()} */
    static List<String> path(CelExpr part) {
        Deque<String> path = new ArrayDeque<>();
        CelExpr rest = part;
        while (rest.getKind() == Kind.SELECT && !rest.select().testOnly()) {
            path.addFirst(rest.select().field());
            rest = rest.select().operand();
        }
        if (rest.getKind() != Kind.IDENT) {
            return List.of();
        }
        path.addFirst(rest.ident().name());
        return List.copyOf(path);
    }

    /** The names that stand behind a variable, wherever it is named: as many as can be told; none for the variable itself. */
    Set<List<String>> pathsBehind(String variable) {
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .filter(node -> node.getKind() == Kind.IDENT
                        && node.expr().ident().name().equals(variable))
                .map(CheckedExpression::pathBehind)
                .collect(Collectors.toSet());
    }

    private static List<String> pathBehind(CelNavigableExpr variable) {
        List<String> path = new ArrayList<>();
        CelNavigableExpr node = variable;
        for (Optional<CelNavigableExpr> up = node.parent(); up.isPresent(); up = node.parent()) {
            CelExpr parent = up.get().expr();
            String name = parent.getKind() == Kind.SELECT ? parent.select().field() : index(parent, node.expr());
            if (name == null) {
                break;
            }
            path.add(name);
            node = up.get();
        }
        return path;
    }

    /** The text by which something is asked for its part, as in {@code properties['colour of the lid']}; or null. */
    private static String index(CelExpr call, CelExpr of) {
        boolean isIndex = call.getKind() == Kind.CALL
                && call.call().function().equals("_[_]")
                && call.call().args().get(0).id() == of.id();
        CelExpr by = isIndex ? call.call().args().get(1) : null;
        return by != null && by.getKind() == Kind.CONSTANT && by.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? by.constant().stringValue()
                : null;
    }

    /** The words that decide: equal for texts that differ in white space and comments only. */
    String canonical() {
        return CelTokens.canonical(text);
    }

    private static String unparsed(CelAbstractSyntaxTree tree) {
        return CelUnparserFactory.newUnparser().unparse(tree);
    }

    /** CEL says of each node where it stands, not where it ends, so what is cut out is a guess until it reads alike. */
    private static boolean isSame(String text, String canonical) {
        try {
            return CelTokens.areAlike(text, canonical)
                    || unparsed(PARSER.parse(text).getAst()).equals(canonical);
        } catch (CelValidationException | RuntimeException e) {
            // Of what the parser can't read, and of what its macros throw at, there is the canonical text.
            return false;
        }
    }

    private Optional<String> written(CelExpr part) {
        Map<Long, Integer> positions = ast.getSource().getPositionsMap();
        List<Integer> places = CelNavigableAst.fromAst(CelAbstractSyntaxTree.newParsedAst(part, ast.getSource()))
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::id)
                .filter(positions::containsKey)
                .map(positions::get)
                .sorted()
                .toList();
        if (places.isEmpty()) {
            return Optional.empty();
        }
        List<CelTokens.Token> tokens = CelTokens.of(text);
        int first = CelTokens.at(tokens, places.get(0));
        int last = CelTokens.at(tokens, places.get(places.size() - 1));
        if (first < 0 || last < 0) {
            return Optional.empty();
        }
        // A function's place is its bracket, a field's its point.
        if (first > 0 && tokens.get(first).text().equals("(")) {
            first--;
        }
        while (first >= 2 && tokens.get(first - 1).text().equals(".")) {
            first -= 2;
        }
        if (tokens.get(last).text().equals(".")) {
            last++;
        }
        return balanced(tokens, first, last);
    }

    /** Takes in the other halves of brackets. */
    private static Optional<String> balanced(List<CelTokens.Token> tokens, int first, int last) {
        int from = first;
        int to = last;
        int open = 0;
        for (int i = from; i <= to && i < tokens.size(); i++) {
            open += CelTokens.depth(tokens.get(i));
            while (open < 0 && from > 0) {
                from--;
                open += CelTokens.depth(tokens.get(from));
            }
            if (i == to && open > 0) {
                to++;
            }
        }
        return open == 0 && from >= 0 && to < tokens.size()
                ? Optional.of(CelTokens.written(tokens.subList(from, to + 1)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
