package io.tributary.schemas.mapping;

import io.tributary.schemas.event.Reject;

/** Where a reader of rows delivers, in the order of the file. */
interface RowSink {
    void row(Row row);

    void reject(Reject reject);
}
