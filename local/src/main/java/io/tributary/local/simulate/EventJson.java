package io.tributary.local.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Writes events as the SDKs of the Segment specification send them. */
final class EventJson {
    private final JsonFactory factory = new JsonFactory();
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1_024);
    private final IsoTime times = new IsoTime();

    /**
     * One line.
     *
     * @param sentAt when the client sends it, by a right clock, epoch ms
     * @param receivedAt when the platform receives it, epoch ms
     */
    byte[] render(ClientEvent event, Person person, String messageId, long sentAt, long receivedAt) {
        buffer.reset();
        try (JsonGenerator json = factory.createGenerator(buffer)) {
            json.writeStartObject();
            json.writeStringField("messageId", messageId);
            json.writeStringField("type", event.type());
            if (event.name() != null) {
                json.writeStringField(event.type().equals("track") ? "event" : "name", event.name());
            }
            if (event.device() != null) {
                json.writeStringField("anonymousId", event.device().anonymousId());
            }
            if (event.userId() != null) {
                json.writeStringField("userId", event.userId());
            }
            writeTimes(json, event, sentAt, receivedAt);
            writeContext(json, event, person);
            json.writeObjectFieldStart(event.type().equals("identify") ? "traits" : "properties");
            event.body().write(json);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return buffer.toByteArray();
    }

    private void writeTimes(JsonGenerator json, ClientEvent event, long sentAt, long receivedAt) throws IOException {
        if (event.isSkewed()) {
            long offset = event.device().clockOffset();
            json.writeStringField("originalTimestamp", times.format(event.time() + offset));
            json.writeStringField("sentAt", times.format(sentAt + offset));
        } else {
            json.writeStringField("timestamp", times.format(event.time()));
            json.writeStringField("sentAt", times.format(sentAt));
        }
        json.writeStringField("receivedAt", times.format(receivedAt));
    }

    private static void writeContext(JsonGenerator json, ClientEvent event, Person person) throws IOException {
        Device device = event.device();
        json.writeObjectFieldStart("context");
        json.writeObjectFieldStart("library");
        json.writeStringField("name", library(device));
        json.writeEndObject();
        if (device != null) {
            json.writeStringField("locale", person.market().locale());
            json.writeStringField("timezone", person.market().timezone());
            if (device.isApp()) {
                writeApp(json, device);
            }
            if (!event.type().equals("track")) {
                writeConsent(json, person);
            }
        }
        if (event.contextEmail() != null) {
            json.writeObjectFieldStart("traits");
            json.writeStringField("email", event.contextEmail());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static String library(Device device) {
        if (device == null) {
            return "shop-server";
        }
        return device.isApp() ? "analytics-kotlin" : "analytics.js";
    }

    private static void writeApp(JsonGenerator json, Device device) throws IOException {
        json.writeObjectFieldStart("device");
        json.writeStringField("id", device.deviceId());
        json.writeStringField("type", device.kind().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
        json.writeObjectFieldStart("app");
        json.writeStringField("name", "Shop");
        json.writeStringField("version", "3.4.1");
        json.writeEndObject();
    }

    private static void writeConsent(JsonGenerator json, Person person) throws IOException {
        json.writeObjectFieldStart("consent");
        json.writeObjectFieldStart("categoryPreferences");
        json.writeBooleanField("analytics", person.analyticsConsent());
        json.writeBooleanField("marketing", person.marketingConsent());
        json.writeEndObject();
        json.writeEndObject();
    }
}
