/**
 * Flink CEP's own matcher without Flink's runtime: one customer's matching state is one small value that a keyed
 * operator or a plain loop loads, advances and saves.
 */
package io.tributary.operators.trigger.cep;
