package io.tributary.operators.segment;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** Conditions, by number, connected by two-valued logic. */
sealed interface Formula {
    /** Whether it holds. */
    boolean holds(IntPredicate condition);

    /** Gives the number of each condition in it. */
    void forEach(IntConsumer condition);

    /** The conditions if it holds just if all of them do, else null. */
    default int[] conjuncts() {
        return null;
    }

    /**
     * Gives the conditions that decide, in the order of the text: if any of them were otherwise, the outcome might be.
     *
     * @param condition whether it holds
     * @param decisive is given their numbers
     */
    void explain(IntPredicate condition, IntConsumer decisive);

    record Constant(boolean value) implements Formula {
        @Override
        public boolean holds(IntPredicate condition) {
            return value;
        }

        @Override
        public void forEach(IntConsumer condition) {}

        @Override
        public void explain(IntPredicate condition, IntConsumer decisive) {}
    }

    record One(int number) implements Formula {
        @Override
        public int[] conjuncts() {
            return new int[] {number};
        }

        @Override
        public boolean holds(IntPredicate condition) {
            return condition.test(number);
        }

        @Override
        public void forEach(IntConsumer condition) {
            condition.accept(number);
        }

        @Override
        public void explain(IntPredicate condition, IntConsumer decisive) {
            decisive.accept(number);
        }
    }

    record Not(Formula part) implements Formula {
        @Override
        public boolean holds(IntPredicate condition) {
            return !part.holds(condition);
        }

        @Override
        public void forEach(IntConsumer condition) {
            part.forEach(condition);
        }

        @Override
        public void explain(IntPredicate condition, IntConsumer decisive) {
            part.explain(condition, decisive);
        }
    }

    /** {@code &&} or {@code ||} of two or more. */
    record Connective(boolean isAnd, List<Formula> parts) implements Formula {
        public Connective {
            parts = List.copyOf(parts);
        }

        @Override
        public int[] conjuncts() {
            boolean areAll = isAnd && parts.stream().allMatch(One.class::isInstance);
            return areAll ? parts.stream().mapToInt(part -> ((One) part).number).toArray() : null;
        }

        @Override
        public boolean holds(IntPredicate condition) {
            for (Formula part : parts) {
                if (part.holds(condition) != isAnd) {
                    return !isAnd;
                }
            }
            return isAnd;
        }

        @Override
        public void forEach(IntConsumer condition) {
            parts.forEach(part -> part.forEach(condition));
        }

        @Override
        public void explain(IntPredicate condition, IntConsumer decisive) {
            boolean holds = holds(condition);
            for (Formula part : parts) {
                // All parts of an && that holds, of one that does not those that don't; of || the other way round.
                if (holds == isAnd || part.holds(condition) == holds) {
                    part.explain(condition, decisive);
                }
            }
        }
    }

    /** {@code when ? then : otherwise}. */
    record Choice(Formula when, Formula then, Formula otherwise) implements Formula {
        @Override
        public boolean holds(IntPredicate condition) {
            return taken(condition).holds(condition);
        }

        private Formula taken(IntPredicate condition) {
            return when.holds(condition) ? then : otherwise;
        }

        @Override
        public void forEach(IntConsumer condition) {
            when.forEach(condition);
            then.forEach(condition);
            otherwise.forEach(condition);
        }

        @Override
        public void explain(IntPredicate condition, IntConsumer decisive) {
            when.explain(condition, decisive);
            taken(condition).explain(condition, decisive);
        }
    }
}
