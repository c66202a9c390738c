package io.tributary.local.simulate;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * Something that a person, or the shop's server about a person, reports.
 *
 * @param time when it happens, epoch ms
 * @param network how long the request travels, ms
 * @param type {@code track}, {@code identify}, {@code page} or {@code screen}
 * @param name of the event, page or screen; null for an identify
 * @param userId null while nobody is logged in
 * @param device null for a server
 * @param contextEmail goes to {@code context.traits.email}, or null
 * @param body fields of {@code properties}, of {@code traits} for an identify
 */
record ClientEvent(
        long time,
        long network,
        String type,
        String name,
        String userId,
        Device device,
        String contextEmail,
        Body body) {
    /** Writes the fields of an object that is already open. */
    @FunctionalInterface
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** The time that the platform must find: a corrected clock is behind by the request's travel. */
    long at() {
        return isSkewed() ? time + network : time;
    }

    boolean isSkewed() {
        return device != null && device.isSkewed();
    }
}
