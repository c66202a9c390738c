package io.tributary.operators.segment;

/** An expression of CEL over facts. */
@FunctionalInterface
interface FactsProgram {
    /** What CEL says; null if that is an error. */
    Object evaluate(Facts facts);
}
