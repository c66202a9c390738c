/** The {@code ./cdp} command: one class per subcommand, which only reads options, calls and prints. */
package io.tributary.local.cli;
