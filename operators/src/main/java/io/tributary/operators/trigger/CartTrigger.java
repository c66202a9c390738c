package io.tributary.operators.trigger;

import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.definition.TriggerExpression;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * A trigger of the cart in one of its versions.
 *
 * @param version from 1 on
 */
public record CartTrigger(TriggerDefinition definition, int version) {
    static final String CART = "cart";
    private static final String END = "end";

    /** Those of a set, all in their first version, by name. */
    public static List<CartTrigger> firstOf(Definitions definitions) {
        return definitions.triggers().values().stream()
                .map(definition -> new CartTrigger(definition, 1))
                .toList();
    }

    String name() {
        return definition.name();
    }

    /** Whether a cart event that leaves this cart sets a deadline. */
    boolean begins(Deadline deadline, CartVariables cart) {
        return (definition.where() == null || definition.where().holds(cart))
                && (deadline.when() == null || deadline.when().holds(cart));
    }

    /** What has to hold of the cart, for people. */
    String condition(Deadline deadline) {
        return Stream.of(definition.where(), deadline.when())
                .filter(Objects::nonNull)
                .map(TriggerExpression::text)
                .collect(Collectors.joining(", and "));
    }

    /**
     * The pattern of a deadline for Flink CEP: a cart event that begins it, and then neither another cart event nor an
     * order. Its window is a millisecond longer than the delay, because a window excludes its end and an order at the
     * deadline still cancels.
     */
    static Pattern<CartStep, ?> pattern(Deadline deadline) {
        return Pattern.<CartStep>begin(CART)
                .where(SimpleCondition.of(CartStep::begins))
                .notFollowedBy(END)
                .where(SimpleCondition.of(step -> true))
                .within(deadline.delay().plusMillis(1));
    }

    /** What has to be the case at a deadline, for people. */
    static String noOrderWithin(Deadline deadline) {
        return "no Order Completed within " + text(deadline.delay());
    }

    /** A delay as people write it: {@code 1h}, {@code 90m}, {@code 45s}. */
    static String text(Duration delay) {
        long millis = delay.toMillis();
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
