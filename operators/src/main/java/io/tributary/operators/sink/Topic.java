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
    public static final String TRIGGERS_SUPPRESSED = "cdp.triggers-suppressed.v1";
    public static final String REJECTS = "cdp.rejects.v1";

    /**
     * Largest record of any topic, for producers and for brokers ({@code max.request.size}, {@code max.message.bytes}): 4
     * MiB. What the job publishes stays below it by the bounds of what it keeps, whatever comes in.
     */
    public static final int MAX_RECORD_BYTES = 4 << 20;

    private Topic() {}
}
