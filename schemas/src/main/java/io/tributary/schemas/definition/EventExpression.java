package io.tributary.schemas.definition;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelRuntime;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.json.Surrogates;
import io.tributary.schemas.money.Money;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A checked expression over an event, ready to evaluate, for any number of threads.
 *
 * <p>Evaluation never throws: of what is missing, fails or is of another kind than wanted, a condition is false and a
 * value says nothing.
 */
public final class EventExpression {
    /** Longest text that counts, in UTF-16 units as Java counts them; of a longer one this many first ones. */
    public static final int MAX_TEXT = 256;

    private final CheckedExpression expression;
    private final Part whole;
    private final Predicate<EventView> condition;

    /**
     * What CEL evaluates as one.
     *
     * @param path the names behind {@code event}, if it is nothing but them; else null
     */
    private record Part(CelRuntime.Program program, List<String> path) {
        /** Null if it has no value. */
        Object evaluate(EventView view) {
            return path == null ? CelDialect.evaluate(program, view) : follow(view);
        }

        /** What CEL does, without the exception that a missing name costs it. */
        private Object follow(EventView view) {
            Object value = view.fields();
            for (String name : path) {
                value = value instanceof Map<?, ?> map ? map.get(name) : null;
            }
            return value;
        }
    }

    EventExpression(CheckedExpression expression) {
        this.expression = expression;
        this.whole = part(expression.ast().getExpr());
        this.condition = Connectives.predicate(expression.ast().getExpr(), part -> part(part)::evaluate);
    }

    private Part part(CelExpr part) {
        return new Part(expression.program(part), path(part));
    }

    /** As written. */
    public String text() {
        return expression.text();
    }

    String canonical() {
        return expression.canonical();
    }

    /** Whether it is true of the event. */
    public boolean holds(EventView view) {
        return condition.test(view);
    }

    /**
     * What it says of the event, as an aggregate takes it.
     *
     * @return BigDecimals for numbers, Strings for texts; for any: at most one String, BigDecimal or Boolean; nothing for
     *     none
     */
    public List<?> values(EventView view, Aggregate.Values kind) {
        return switch (kind) {
            case NONE -> List.of();
            case NUMBERS -> numbers(view);
            case TEXTS -> texts(view);
            case ANY -> single(view);
        };
    }

    /** The numbers, and the texts that are decimals, exactly; bounded as money is. Of a list all elements. */
    public List<BigDecimal> numbers(EventView view) {
        return flat(exact(view), EventExpression::number);
    }

    /** The texts, and numbers and booleans as they print, cut to {@link #MAX_TEXT}. Of a list all elements. */
    public List<String> texts(EventView view) {
        return flat(exact(view), EventExpression::text);
    }

    /** The text, number or boolean, if it is one. A list is none. */
    private List<Object> single(EventView view) {
        Object value = exact(view);
        Object single = value instanceof Boolean ? value : value instanceof String text ? cut(text) : number(value);
        return single == null ? List.of() : List.of(single);
    }

    /** The value, or null; money that is only looked at does not become a double. */
    private Object exact(EventView view) {
        boolean revenue = List.of(EventView.REVENUE).equals(whole.path);
        return revenue ? view.revenue() : whole.evaluate(view);
    }

    private static List<String> path(CelExpr part) {
        List<String> path = CheckedExpression.path(part);
        return path.isEmpty() || !path.get(0).equals(EventView.EVENT) ? null : path.subList(1, path.size());
    }

    private static <T> List<T> flat(Object value, Function<Object, T> as) {
        if (value instanceof List<?>) {
            List<T> all = new ArrayList<>();
            collect(value, as, all);
            return all;
        }
        T one = as.apply(value);
        return one == null ? List.of() : List.of(one);
    }

    private static <T> void collect(Object value, Function<Object, T> as, List<T> all) {
        if (value instanceof List<?> list) {
            for (Object element : list) {
                collect(element, as, all);
            }
            return;
        }
        T one = as.apply(value);
        if (one != null) {
            all.add(one);
        }
    }

    private static BigDecimal number(Object value) {
        if (value instanceof BigDecimal number) {
            return number;
        }
        boolean decimal = value instanceof Long
                || value instanceof Double
                || value instanceof UnsignedLong
                || value instanceof String;
        return decimal ? Money.parse(value.toString()) : null;
    }

    private static String text(Object value) {
        if (value instanceof String text) {
            return cut(text);
        }
        if (value instanceof Boolean || value instanceof Long) {
            return value.toString();
        }
        BigDecimal number = number(value);
        return number == null ? null : number.toPlainString();
    }

    /** What is kept is written in UTF-8, which can't carry half a pair. */
    private static String cut(String text) {
        return Surrogates.repaired(Surrogates.first(MAX_TEXT, text));
    }
}
