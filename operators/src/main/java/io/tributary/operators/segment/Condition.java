package io.tributary.operators.segment;

import java.math.BigDecimal;
import java.util.Set;

/** What stands between the connectives of a segment's {@code when}. False if something that it needs is missing. */
sealed interface Condition {
    /** A condition on one attribute, a function of its value. */
    sealed interface OnAttribute extends Condition {
        Attribute attribute();

        /** @param value of the attribute, or null if it is missing */
        boolean holds(Object value);
    }

    /** How two numbers are compared. */
    enum Operator {
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        EQUAL,
        NOT_EQUAL;

        /** The one that says the same with the sides changed. */
        Operator mirrored() {
            return switch (this) {
                case LESS -> GREATER;
                case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
                case GREATER -> LESS;
                case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
                case EQUAL, NOT_EQUAL -> this;
            };
        }
    }

    /** A comparison with a number. */
    record Comparison(Attribute attribute, Operator operator, BigDecimal bound) implements OnAttribute {
        public Comparison {
            // Equal bounds are equal however they are written.
            bound = bound.signum() == 0 ? BigDecimal.ZERO : bound.stripTrailingZeros();
        }

        @Override
        public boolean holds(Object value) {
            BigDecimal number = Attribute.number(value);
            if (number == null) {
                return operator == Operator.NOT_EQUAL && value != null;
            }
            int compared = number.compareTo(bound);
            return switch (operator) {
                case LESS -> compared < 0;
                case LESS_OR_EQUAL -> compared <= 0;
                case GREATER -> compared > 0;
                case GREATER_OR_EQUAL -> compared >= 0;
                case EQUAL -> compared == 0;
                case NOT_EQUAL -> compared != 0;
            };
        }
    }

    /** Whether it is one of some texts. */
    record OneOf(Attribute attribute, boolean isOneOf, Set<String> texts) implements OnAttribute {
        public OneOf {
            texts = Set.copyOf(texts);
        }

        @Override
        public boolean holds(Object value) {
            return value != null && (value instanceof String text && texts.contains(text)) == isOneOf;
        }
    }

    /** Whether it is true or false; also of an expression that is left to CEL. */
    record Truth(Attribute attribute, boolean isEqual, boolean expected) implements OnAttribute {
        @Override
        public boolean holds(Object value) {
            return value != null && (value instanceof Boolean bool && bool == expected) == isEqual;
        }
    }

    /** Whether the customer is in another segment, of a parametric one with any value. */
    record InSegment(String segment) implements Condition {}
}
