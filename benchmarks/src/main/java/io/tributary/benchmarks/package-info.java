/** Placeholder. */
package io.tributary.benchmarks;
