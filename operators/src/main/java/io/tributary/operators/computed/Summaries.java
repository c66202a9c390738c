package io.tributary.operators.computed;

import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * The aggregates that need only one thing in memory per bucket, or per bucket and value.
 *
 * <p>A sum of numbers of at most 30 digits before and 50 behind the point has at most 50 behind and, of up to 2⁶³ numbers,
 * 49 before it: 42 bytes.
 */
final class Summaries {
    static final Summary<Long> COUNT = new Count();

    /** Of an average. */
    private static final MathContext TEN_DIGITS = new MathContext(10, RoundingMode.HALF_UP);

    private Summaries() {}

    /** @throws IllegalArgumentException if the aggregate needs more */
    static Summary<?> of(Aggregate aggregate) {
        return switch (aggregate) {
            case COUNT -> COUNT;
            case SUM -> new Sum();
            case AVERAGE -> new Average();
            case MIN -> new Extreme(BigDecimal::min);
            case MAX -> new Extreme(BigDecimal::max);
            case FIRST -> new OneEvent(BinaryOperator.minBy(Statement.ORDER));
            case LAST -> new OneEvent(BinaryOperator.maxBy(Statement.ORDER));
            case MOST_FREQUENT, UNIQUE_COUNT, UNIQUE_LIST, TOP_K ->
                throw new IllegalArgumentException(aggregate.id() + " needs its values one by one");
        };
    }

    private static final class Count implements Summary<Long> {
        @Override
        public Long of(EventOrder order, List<?> values) {
            return 1L;
        }

        @Override
        public Long combine(Long one, Long other) {
            return one + other;
        }

        @Override
        public boolean isChoice() {
            return false;
        }

        @Override
        public Object result(Long kept) {
            return kept == null ? 0L : kept;
        }

        @Override
        public void write(Long kept, DataOutput out) throws IOException {
            Wire.writeVarLong(kept, out);
        }

        @Override
        public Long read(DataInput in) throws IOException {
            return Wire.readVarLong(in);
        }
    }

    /** What numbers have in common: the form of one. */
    private abstract static class OneNumber implements Summary<BigDecimal> {
        @Override
        public final BigDecimal of(EventOrder order, List<?> values) {
            return BoundedValues.numbers(values).stream().reduce(this::combine).orElse(null);
        }

        @Override
        public final void write(BigDecimal kept, DataOutput out) throws IOException {
            Wire.writeDecimal(kept, out);
        }

        @Override
        public final BigDecimal read(DataInput in) throws IOException {
            return Wire.readDecimal(in);
        }
    }

    /** Sums keep the decimals of the number that has most: they are a function of the numbers, not of their order. */
    private static final class Sum extends OneNumber {
        @Override
        public BigDecimal combine(BigDecimal one, BigDecimal other) {
            return one.add(other);
        }

        @Override
        public boolean isChoice() {
            return false;
        }

        @Override
        public Object result(BigDecimal kept) {
            return kept == null || kept.signum() == 0 ? BigDecimal.ZERO : kept.stripTrailingZeros();
        }
    }

    private static final class Extreme extends OneNumber {
        private final BinaryOperator<BigDecimal> choice;

        Extreme(BinaryOperator<BigDecimal> choice) {
            this.choice = choice;
        }

        @Override
        public BigDecimal combine(BigDecimal one, BigDecimal other) {
            return choice.apply(one, other);
        }

        @Override
        public boolean isChoice() {
            return true;
        }

        @Override
        public Object result(BigDecimal kept) {
            return kept;
        }
    }

    private record Numbers(long count, BigDecimal sum) {}

    private static final class Average implements Summary<Numbers> {
        @Override
        public Numbers of(EventOrder order, List<?> values) {
            return BoundedValues.numbers(values).stream()
                    .map(number -> new Numbers(1, number))
                    .reduce(this::combine)
                    .orElse(null);
        }

        @Override
        public Numbers combine(Numbers one, Numbers other) {
            return new Numbers(one.count + other.count, one.sum.add(other.sum));
        }

        @Override
        public boolean isChoice() {
            return false;
        }

        @Override
        public Object result(Numbers kept) {
            return kept == null
                    ? null
                    : kept.sum
                            .divide(BigDecimal.valueOf(kept.count), TEN_DIGITS)
                            .doubleValue();
        }

        @Override
        public void write(Numbers kept, DataOutput out) throws IOException {
            Wire.writeVarLong(kept.count, out);
            Wire.writeDecimal(kept.sum, out);
        }

        @Override
        public Numbers read(DataInput in) throws IOException {
            return new Numbers(Wire.readVarLong(in), Wire.readDecimal(in));
        }
    }

    /** What one event said: a text, a number or a boolean. */
    private record Statement(EventOrder order, Object value) {
        /** Two events at one place in the order of events are the same; if they are not, what they say decides. */
        static final Comparator<Statement> ORDER = Comparator.comparing(Statement::order)
                .thenComparing(statement -> statement.value.getClass().getName())
                .thenComparing(statement -> statement.value.toString());
    }

    private static final class OneEvent implements Summary<Statement> {
        private static final byte TEXT = 0;
        private static final byte NUMBER = 1;
        private static final byte FALSE = 2;
        private static final byte TRUE = 3;

        private final BinaryOperator<Statement> choice;

        OneEvent(BinaryOperator<Statement> choice) {
            this.choice = choice;
        }

        /** Of several values there is no first or last. */
        @Override
        public Statement of(EventOrder order, List<?> values) {
            Object value = values.size() == 1 ? BoundedValues.bounded(values.get(0)) : null;
            return value == null ? null : new Statement(order, value);
        }

        @Override
        public Statement combine(Statement one, Statement other) {
            return choice.apply(one, other);
        }

        @Override
        public boolean isChoice() {
            return true;
        }

        @Override
        public Object result(Statement kept) {
            return kept == null ? null : kept.value;
        }

        @Override
        public void write(Statement kept, DataOutput out) throws IOException {
            EventOrder.CODEC.write(kept.order, out);
            if (kept.value instanceof String text) {
                out.writeByte(TEXT);
                Wire.writeString(text, out);
            } else if (kept.value instanceof BigDecimal number) {
                out.writeByte(NUMBER);
                Wire.writeDecimal(number, out);
            } else {
                out.writeByte(kept.value.equals(true) ? TRUE : FALSE);
            }
        }

        @Override
        public Statement read(DataInput in) throws IOException {
            EventOrder order = EventOrder.CODEC.read(in);
            byte kind = in.readByte();
            return new Statement(
                    order,
                    switch (kind) {
                        case TEXT -> Wire.readString(in);
                        case NUMBER -> Wire.readDecimal(in);
                        case FALSE -> false;
                        case TRUE -> true;
                        default -> throw new IOException("a value of an unknown kind: " + kind);
                    });
        }
    }
}
