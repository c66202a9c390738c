package io.tributary.kibana.kql;

import java.util.List;

/** A query in the Kibana Query Language. */
public sealed interface Kql {
    /** Every document. */
    record All() implements Kql {}

    /** Documents for which all hold. */
    record And(List<Kql> all) implements Kql {
        public And {
            all = List.copyOf(all);
        }
    }

    /** Documents for which at least one holds. */
    record Or(List<Kql> any) implements Kql {
        public Or {
            any = List.copyOf(any);
        }
    }

    record Not(Kql inner) implements Kql {}

    /** Documents with a value of the field. */
    record Exists(String field) implements Kql {}

    /**
     * Documents with this value of the field.
     *
     * @param wildcard whether asterisks in it stand for anything
     */
    record Is(String field, String value, boolean wildcard) implements Kql {}

    /** Documents with a value of the field on one side of a bound, which may be date math. */
    record Range(String field, Comparison comparison, String bound) implements Kql {}

    /** The way to a bound. */
    enum Comparison {
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">=");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    /**
     * Reads a query.
     *
     * @throws KqlException if it is none, or says what nothing here needs: values without a field, nested fields, several
     *     words without quotes
     */
    static Kql parse(String query) {
        return new KqlParser(query).parse();
    }
}
