/**
 * Simulated shop traffic with its truth: who did what, and what a correct platform must make of it.
 *
 * <p>Everything is a pure function of a {@link io.tributary.local.simulate.SimulationConfig}: no wall clock, no
 * platform-dependent mathematics, no time-zone database, so the same seed gives the same bytes on any machine.
 */
package io.tributary.local.simulate;
