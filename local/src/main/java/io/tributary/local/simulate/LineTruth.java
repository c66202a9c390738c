package io.tributary.local.simulate;

import io.tributary.schemas.event.RejectReason;
import java.time.Instant;
import java.util.List;

/**
 * Who really did what a line reports.
 *
 * @param messageId null where the line has none that can be read
 * @param at the event's corrected time; for a broken line that of the event that it imitates
 * @param person {@code p-17}
 * @param userId null for a person who never logs in
 * @param email the person's right address; null for a person who never logs in
 * @param mistypedEmail what the person typed at registration instead, or null
 * @param devices identifiers ({@code namespace:value}) of all devices that the person may use
 * @param device identifiers of the device that sent this line; empty for a server
 * @param deviceShared whether a second person uses that device too
 * @param reason why a broken line must be refused, else null
 */
public record LineTruth(
        LineKind kind,
        String messageId,
        Instant at,
        String person,
        String userId,
        String email,
        String mistypedEmail,
        List<String> devices,
        List<String> device,
        boolean deviceShared,
        RejectReason reason) {
    static LineTruth of(LineKind kind, String messageId, long at, Person person, Device device, RejectReason reason) {
        return new LineTruth(
                kind,
                messageId,
                Instant.ofEpochMilli(at),
                person.id(),
                person.userId(),
                person.email(),
                person.mistypedEmail(),
                person.devices().stream().flatMap(d -> d.identifiers().stream()).toList(),
                device == null ? List.of() : device.identifiers(),
                device != null && device.shared(),
                reason);
    }
}
