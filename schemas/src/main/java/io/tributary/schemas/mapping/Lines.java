package io.tributary.schemas.mapping;

import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.input.LineReader;

/** What every format refuses before it looks inside. */
final class Lines {
    private Lines() {}

    static void refuseUnreadable(LineReader.Line line, ReadLimits limits) throws RowException {
        if (line.isEmpty()) {
            throw new RowException(RejectReason.EMPTY_LINE, "the line is empty");
        }
        if (line.truncated()) {
            throw new RowException(
                    RejectReason.TOO_LARGE,
                    "the line has " + line.length() + " bytes, the limit is " + limits.lineBytes()
                            + "; only its beginning is kept");
        }
    }
}
