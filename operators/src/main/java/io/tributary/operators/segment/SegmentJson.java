package io.tributary.operators.segment;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The public JSON of computed traits, memberships and their changes. */
public final class SegmentJson {
    private SegmentJson() {}

    /** Writes a change as an object. */
    public static void write(JsonGenerator json, String customerId, SegmentChange change) throws IOException {
        json.writeStartObject();
        json.writeStringField("at", Timestamps.format(change.at()));
        json.writeStringField("customer_id", customerId);
        json.writeStringField("segment", change.segment());
        if (change.value() != null) {
            json.writeStringField("value", change.value());
        }
        json.writeStringField("change", change.entered() ? "entered" : "exited");
        json.writeNumberField("definition_version", change.version());
        json.writeArrayFieldStart("because");
        for (SegmentChange.Reason reason : change.because()) {
            json.writeStartObject();
            json.writeStringField("condition", reason.condition());
            json.writeStringField("observed", reason.observed());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Writes the fields {@code computed}; nothing if there are none. */
    public static void writeComputed(JsonGenerator json, SortedMap<String, Object> computed) throws IOException {
        if (computed.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("computed");
        for (Map.Entry<String, Object> trait : computed.entrySet()) {
            json.writeFieldName(trait.getKey());
            writeValue(json, trait.getValue());
        }
        json.writeEndObject();
    }

    /** Writes the field {@code computed_since}; nothing if all computed traits count from the beginning. */
    public static void writeIncomplete(JsonGenerator json, SortedMap<String, Long> incomplete) throws IOException {
        if (incomplete.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("computed_since");
        for (Map.Entry<String, Long> trait : incomplete.entrySet()) {
            json.writeStringField(trait.getKey(), Timestamps.format(trait.getValue()));
        }
        json.writeEndObject();
    }

    private static void writeValue(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Long count) {
            json.writeNumber(count);
        } else if (value instanceof BigDecimal number) {
            json.writeNumber(
                    number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString());
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                writeValue(json, element);
            }
            json.writeEndArray();
        } else {
            json.writeString((String) value);
        }
    }

    /** Writes the field {@code segments}; nothing if there are none. */
    public static void writeMemberships(JsonGenerator json, List<SegmentTracker.Membership> memberships)
            throws IOException {
        if (memberships.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("segments");
        for (SegmentTracker.Membership membership : memberships) {
            json.writeStartObject();
            json.writeStringField("segment", membership.segment());
            if (membership.value() != null) {
                json.writeStringField("value", membership.value());
            }
            json.writeStringField("since", Timestamps.format(membership.since()));
            if (membership.exitsAt() != SegmentClock.NEVER) {
                json.writeStringField("exits_at", Timestamps.format(membership.exitsAt()));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
