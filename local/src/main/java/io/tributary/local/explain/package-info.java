/** Why a customer is who it is: its history, put together from the results of a backtest. */
package io.tributary.local.explain;
