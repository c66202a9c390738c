/**
 * The contract, executed a second time in the plainest way: what a backtest must write, derived from the
 * documents and not from the product's code.
 */
package io.tributary.local.oracle;
