package io.tributary.schemas.mapping;

import io.tributary.schemas.yaml.DefinitionException;
import java.nio.file.Path;

/** Reads the rows of one file. */
interface RowReader {
    /**
     * Delivers every line of the file as a row, as part of one, or as a reject.
     *
     * @return the number of physical lines
     * @throws DefinitionException if the file does not fit the mapping
     */
    long read(Path file, ReadLimits limits, RowSink sink);
}
