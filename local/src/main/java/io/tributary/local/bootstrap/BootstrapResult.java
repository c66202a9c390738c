package io.tributary.local.bootstrap;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What has come of history.
 *
 * @param read accepted + duplicate + rejected
 * @param rejected lines of events and of commands
 * @param afterUntil events later than the end, which are not read
 * @param customers that are there at the end
 * @param end up to and including which instant the state knows, milliseconds since 1970
 * @param published how many profiles and aliases were published, deletions included; empty if nothing was to be
 * @param savepoint the folder from which the job starts
 */
public record BootstrapResult(
        long read,
        long accepted,
        long duplicate,
        long rejected,
        long afterUntil,
        long customers,
        long end,
        OptionalLong published,
        Path savepoint) {}
