package io.tributary.schemas.definition;

/**
 * A change of a customer's membership as triggers name it: a step has {@code {entered: SEGMENT}} or {@code {exited: SEGMENT}}
 * among its events.
 *
 * @param segment its name
 * @param isEntered else exited
 * @param isFound whether the customer was found in it, or outside, because somebody looked again: by other definitions, or
 *     after it has got or lost events of the past. Such a change ends what must not be followed by it, and is never a step
 *     itself.
 */
public record SegmentEvent(String segment, boolean isEntered, boolean isFound) {
    /** Keys of what names one, as in {@code change} of {@code cdp.segment-changes.v1}. */
    public static final String ENTERED = "entered";

    public static final String EXITED = "exited";

    /** No event that a definition names begins with it. */
    static final char MARK = '\u0001';

    private static final char MARK_FOUND = '\u0002';

    /** As which it is among the names of events. */
    public String name() {
        return (isFound ? MARK_FOUND : MARK) + (isEntered ? ENTERED : EXITED) + " " + segment;
    }

    private static boolean isMarked(String name) {
        return !name.isEmpty() && name.charAt(0) <= MARK_FOUND;
    }

    /** What a name among those of events means; null if it is an event's, or a merger's. */
    public static SegmentEvent ofName(String name) {
        if (!isMarked(name) || name.equals(MergerEvent.NAME)) {
            return null;
        }
        int space = name.indexOf(' ');
        return new SegmentEvent(
                name.substring(space + 1), name.substring(1, space).equals(ENTERED), name.charAt(0) == MARK_FOUND);
    }

    /** What expressions call it, in the manner of event names. */
    public String title() {
        return isEntered ? "Segment Entered" : "Segment Exited";
    }

    /** A name among those of events, for people: {@code entered vip}, {@code Product Viewed}. */
    public static String text(String name) {
        return isMarked(name) ? name.substring(1) : name;
    }
}
