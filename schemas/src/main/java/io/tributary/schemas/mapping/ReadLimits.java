package io.tributary.schemas.mapping;

import io.tributary.schemas.input.LineReader;

/**
 * Bounds that keep reading within memory whatever the input is.
 *
 * @param lineBytes longest line; longer ones are refused as {@code too_large}
 * @param quotedLines most lines that one quoted CSV field may span; behind it the quote counts as stray, its line is
 *     refused and reading goes on with the next one
 * @param groupedBytes most bytes of rows that may wait for the rest of their groups, which are complete only at the end
 *     of the last file; beyond it reading fails, because a group that is cut in two would be a wrong order
 */
public record ReadLimits(int lineBytes, int quotedLines, long groupedBytes) {
    /** 1 MiB a line, 100 lines a field, 256 MiB of rows in groups. */
    public static final ReadLimits DEFAULT = new ReadLimits(LineReader.DEFAULT_LIMIT, 100, 256L << 20);
}
