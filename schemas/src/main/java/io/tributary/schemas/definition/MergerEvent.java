package io.tributary.schemas.definition;

/** That the customer has become one with another, as triggers name it: a step has {@code {merged: true}} among its events. */
public final class MergerEvent {
    /** Key of what names it, as in {@code change} of {@code cdp.identity-changes.v1}. */
    static final String MERGED = "merged";

    /** As which it is among the names of events: no event that a definition names is called that. */
    public static final String NAME = SegmentEvent.MARK + MERGED;

    /** What expressions call it, in the manner of event names. */
    public static final String TITLE = "Customer Merged";

    private MergerEvent() {}
}
