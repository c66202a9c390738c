package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.Origin;
import java.util.Map;

/** One row of input, whatever its format. */
interface Row {
    /** The value of a column, or null where it is absent: an empty cell, a JSON null, a missing field. */
    JsonNode cell(ColumnRef column);

    /** The variables of expressions: {@code row} and, where rows are exploded, {@code parent}. */
    Map<String, Object> variables();

    /** What makes two rows exact duplicates, whatever file and line they stand in. */
    byte[] identity();

    Origin origin();

    /** The bytes of the line, without its ending; of an exploded row, its element as it stands in the line. */
    byte[] raw();
}
