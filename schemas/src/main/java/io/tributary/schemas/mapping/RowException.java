package io.tributary.schemas.mapping;

import io.tributary.schemas.event.RejectReason;

/** One row can't become an event; it is refused with this reason. Carries no stack, it is not a bug. */
final class RowException extends Exception {
    private final RejectReason reason;

    RowException(RejectReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    RejectReason reason() {
        return reason;
    }
}
