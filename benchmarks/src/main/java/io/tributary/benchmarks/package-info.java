/**
 * What a job costs: the same events through a bare skeleton and through the job, in turn, on one machine.
 *
 * <p>{@link io.tributary.benchmarks.Benchmark} is the way in; {@code ./cdp bench} fills its topic.
 */
package io.tributary.benchmarks;
