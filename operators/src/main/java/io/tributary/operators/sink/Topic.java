package io.tributary.operators.sink;

/** The topics of the suite. Their names are public contract. */
public final class Topic {
    public static final String EVENTS = "cdp.events.v1";
    public static final String CATALOG = "cdp.catalog.v1";
    public static final String DEFINITIONS = "cdp.definitions.v1";
    public static final String PRIVACY = "cdp.privacy.v1";
    public static final String CUSTOMER_EVENTS = "cdp.customer-events.v1";
    public static final String PROFILES = "cdp.profiles.v1";
    public static final String CUSTOMER_ALIASES = "cdp.customer-aliases.v1";
    public static final String IDENTITY_CHANGES = "cdp.identity-changes.v1";
    public static final String SEGMENT_CHANGES = "cdp.segment-changes.v1";
    public static final String TRIGGERS = "cdp.triggers.v1";
    public static final String REJECTS = "cdp.rejects.v1";

    private Topic() {}
}
