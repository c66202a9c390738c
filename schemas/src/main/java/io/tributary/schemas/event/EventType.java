package io.tributary.schemas.event;

/** The calls of the Segment specification. */
public enum EventType {
    IDENTIFY("identify"),
    ALIAS("alias"),
    GROUP("group"),
    PAGE("page"),
    SCREEN("screen"),
    TRACK("track");

    private static final EventType[] VALUES = values();

    private final String id;

    EventType(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    /** The type of that name, or null. */
    public static EventType byId(String id) {
        for (EventType type : VALUES) {
            if (type.id.equals(id)) {
                return type;
            }
        }
        return null;
    }

    public static EventType byOrdinal(int ordinal) {
        return VALUES[ordinal];
    }
}
