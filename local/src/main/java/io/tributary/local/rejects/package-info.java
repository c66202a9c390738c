/** What was refused: read from the results of a backtest or from the running stack, shown, sent again. */
package io.tributary.local.rejects;
