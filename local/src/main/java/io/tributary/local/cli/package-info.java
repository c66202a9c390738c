/** The subcommands of {@code ./cdp}. */
package io.tributary.local.cli;
