package io.tributary.operators.segment;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The public JSON of computed traits, memberships and their changes. */
public final class SegmentJson {
    // Names that are written by the dozen, encoded once.
    private static final SerializedString AT = new SerializedString("at");
    private static final SerializedString CUSTOMER_ID = new SerializedString("customer_id");
    static final SerializedString SEGMENT = new SerializedString("segment");
    static final SerializedString VALUE = new SerializedString("value");
    private static final SerializedString CHANGE = new SerializedString("change");
    private static final SerializedString DEFINITION_VERSION = new SerializedString("definition_version");
    private static final SerializedString BECAUSE = new SerializedString("because");
    private static final SerializedString CONDITION = new SerializedString("condition");
    private static final SerializedString OBSERVED = new SerializedString("observed");
    static final SerializedString SINCE = new SerializedString("since");
    static final SerializedString EXITS_AT = new SerializedString("exits_at");

    private SegmentJson() {}

    /** Writes a change as an object. */
    public static void write(JsonGenerator json, String customerId, SegmentChange change) throws IOException {
        json.writeStartObject();
        writeTime(json, AT, change.at());
        write(json, CUSTOMER_ID, customerId);
        write(json, SEGMENT, change.segment());
        if (change.value() != null) {
            write(json, VALUE, change.value());
        }
        write(json, CHANGE, change.entered() ? "entered" : "exited");
        json.writeFieldName(DEFINITION_VERSION);
        json.writeNumber(change.version());
        json.writeFieldName(BECAUSE);
        json.writeStartArray();
        for (SegmentChange.Reason reason : change.because()) {
            json.writeStartObject();
            write(json, CONDITION, reason.condition());
            write(json, OBSERVED, reason.observed());
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

    static void write(JsonGenerator json, SerializedString field, String text) throws IOException {
        json.writeFieldName(field);
        json.writeString(text);
    }

    static void writeTime(JsonGenerator json, SerializedString field, long millis) throws IOException {
        byte[] time = Timestamps.formatAscii(millis);
        json.writeFieldName(field);
        json.writeRawUTF8String(time, 0, time.length);
    }
}
