/** Finding profiles in the results of a backtest or in the running stack. */
package io.tributary.local.lookup;
