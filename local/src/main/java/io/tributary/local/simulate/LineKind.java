package io.tributary.local.simulate;

import java.util.Locale;

/** What the truth says about a line. */
public enum LineKind {
    /** The first time that this event arrives, in time. */
    EVENT,
    /** A client's retry: message id, identifiers, content and time of an earlier line. */
    DUPLICATE,
    /** The first time that this event arrives, minutes or hours after it happened. */
    LATE,
    /** To be refused. */
    BROKEN;

    private final String id = name().toLowerCase(Locale.ROOT);

    public String id() {
        return id;
    }
}
