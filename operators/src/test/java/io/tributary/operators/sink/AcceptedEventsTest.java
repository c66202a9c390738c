package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.testing.ReferenceData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the parser lets through reaches the topics and the documents, whatever it is: an exception behind the parser
 * comes again after every restart, and one sender stops the job for ever.
 */
@Timeout(120)
class AcceptedEventsTest {
    private static final JsonMapper JSON = AcceptedJson.mapper();
    private static final EventParser PARSER = EventParser.withDefaults();
    private static final int TRAIT = EventLimits.defaults().maxTraitBytes();

    /** What the job publishes of one event: the event with its customer, the profile, and the profile's documents. */
    private record Published(ObjectNode event, ObjectNode profile, List<DocumentWrite> documents) {
        static Published of(byte[] line) throws IOException {
            return of(PARSER, line);
        }

        static Published of(EventParser parser, byte[] line) throws IOException {
            Inbound inbound =
                    Codecs.roundTrip(Inbound.CODEC, parser.parse(line, Origin.record("cdp.events.v1", 0, 7), 0));
            assertThat(inbound).isInstanceOf(Inbound.Accepted.class);
            return of(((Inbound.Accepted) inbound).event());
        }

        private static Published of(CustomerEvent event) throws IOException {
            String customer = event.identifiers().get(0).customerId();
            ActivityLedger activity = new ActivityLedger();
            RecordLedger record = new RecordLedger();
            LedgerFold.apply(activity, () -> record, event, 0);
            byte[] profile = ProfileJson.profile(
                    customer,
                    event.identifiers(),
                    Codecs.roundTrip(ActivityLedger.CODEC, activity),
                    Codecs.roundTrip(RecordLedger.CODEC, record),
                    ProfileJson.Segments.NONE,
                    new TreeSet<>(),
                    1);
            byte[] customerEvent = ProfileJson.customerEvent(
                    customer, event.json(), activity.cart().cart(), 1);
            OutboundRecord outbound = Codecs.roundTrip(
                    OutboundRecord.CODEC,
                    new OutboundRecord(
                            Topic.PROFILES, customer, "id", "io.tributary.profile.v1", event.timestamp(), 1, profile));
            List<DocumentWrite> documents = new ArrayList<>();
            new SearchDocuments(PromotedTraits.DEFAULT).flatMap(outbound, new ListCollector<>(documents));
            for (DocumentWrite document : documents) {
                assertThat(document.isDelete() || JSON.readTree(document.document()) instanceof ObjectNode)
                        .isTrue();
            }
            return new Published(
                    (ObjectNode) JSON.readTree(customerEvent), (ObjectNode) JSON.readTree(profile), documents);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 1_001, 20_000})
    void publishesNumbersOfAnyLength(int digits) throws IOException {
        for (String number : List.of("9".repeat(digits), "-0." + "3".repeat(digits), "1" + "0".repeat(digits) + ".0")) {
            Published published = Published.of(identify("{\"n\":" + number + ",\"in\":{\"list\":[" + number + "]}}"));

            assertThat(published.profile().at("/traits/n").decimalValue())
                    .isEqualTo(JSON.readTree(number).decimalValue());
            assertThat(published.event().at("/event/traits/n"))
                    .isEqualTo(published.profile().at("/traits/n"));
            assertThat(published.documents()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999999999",
                "-1E-999999999",
                "0e999999999",
                "1e400",
                "-0",
                "-0.0",
                "1E+2",
                "0.10",
                "1e99999999999",
                "-0.1e-2147483648"
            })
    void publishesNumbersOfAnyMagnitude(String number) throws IOException {
        Published published = Published.of(identify("{\"n\":" + number + "}"));

        assertThat(published.profile().at("/traits/n")).isEqualTo(JSON.readTree(number));
        assertThat(published.documents()).hasSize(1);
    }

    @Test
    void publishesLongNamesAndTexts() throws IOException {
        String name = "n".repeat(1_024);
        String deepName = "d".repeat(TRAIT - 10);
        String text = "t".repeat(TRAIT - 2);

        Published published =
                Published.of(identify("{\"" + name + "\":\"" + text + "\",\"o\":{\"" + deepName + "\":1}}"));

        assertThat(published.profile().path("traits").path(name).asText()).isEqualTo(text);
        assertThat(published.profile().path("traits").path("o").path(deepName).asInt())
                .isEqualTo(1);
    }

    @Test
    void publishesTheDeepestNestingThatAnyParserTakes() throws IOException {
        EventParser parser = new EventParser(
                new EventLimits(EventLimits.MAX_BYTES, EventLimits.MAX_DEPTH, 0, "USD", TRAIT),
                IdentifierRules.defaults());
        int levels = EventLimits.MAX_DEPTH - 2;
        for (String deep : List.of(
                "[".repeat(levels) + "]".repeat(levels),
                "{\"o\":".repeat(levels) + "1" + "}".repeat(levels),
                "[{\"name\":".repeat(levels / 2) + "1" + "}]".repeat(levels / 2))) {
            Published published = Published.of(parser, identify("{\"deep\":" + deep + "}"));

            assertThat(published.profile().at("/traits/deep").toString()).isEqualTo(deep);
        }
    }

    @Test
    void publishesThousandsOfNames() throws IOException {
        StringBuilder traits = new StringBuilder("{\"o\":{");
        for (int i = 0; i < 2_000; i++) {
            traits.append(i == 0 ? "\"n" : ",\"n").append(i).append("\":").append(i);
        }

        Published published = Published.of(identify(traits.append("}}").toString()));

        assertThat(published.profile().at("/traits/o")).hasSize(2_000);
    }

    @Test
    void publishesEveryJsonValueOfTheTestSuite() throws IOException {
        int values = 0;
        for (Path file : ReferenceData.jsonFiles("hostile/JSONTestSuite/test_parsing")) {
            String name = file.getFileName().toString();
            byte[] value = ReferenceData.read(file);
            byte[] line = surround(before("{\"v\":"), value, "}}");
            // Valid, and what may be either: lone surrogates, numbers beyond a double.
            boolean accepted = PARSER.parse(line, Origin.line(name, 1)) instanceof Inbound.Accepted;
            assertThat(accepted || !name.startsWith("y_")).as(name).isTrue();
            if (accepted) {
                Published published = Published.of(line);
                if (name.startsWith("y_")) {
                    JsonNode expected = JSON.readTree(value);
                    assertThat(published.profile().at("/traits").has("v"))
                            .as(name)
                            .isEqualTo(!expected.isNull());
                    if (!expected.isNull()) {
                        assertThat(published.profile().at("/traits/v")).as(name).isEqualTo(expected);
                    }
                }
                values++;
            }
        }
        assertThat(values).isGreaterThan(95);
    }

    @Test
    void publishesNaughtyStringsWhereverTheyStand() throws IOException {
        ObjectMapper writer = new ObjectMapper();
        JsonNode strings =
                JSON.readTree(ReferenceData.require("hostile/blns/blns.json").toFile());
        assertThat(strings).hasSize(515);
        for (JsonNode string : strings) {
            String naughty = string.textValue();
            ObjectNode added = writer.createObjectNode()
                    .put("type", "track")
                    .put("event", "Product Added")
                    .put("userId", "u")
                    .put("anonymousId", "a" + naughty)
                    .put("messageId", "m" + naughty)
                    .put("timestamp", "2026-01-05T10:00:00Z");
            added.putObject("properties").put("product_id", "p" + naughty).put("name", naughty);
            ObjectNode context = added.putObject("context");
            context.putObject("traits").put(naughty, naughty).putObject("o").put(naughty, naughty);
            boolean isPurpose = naughty.length() <= 256;
            if (isPurpose) {
                context.putObject("consent").putObject("categoryPreferences").put(naughty, true);
            }

            Published published = Published.of(writer.writeValueAsBytes(added));

            assertThat(published.event().path("event")).isEqualTo(added);
            assertThat(published.profile().path("traits").path(naughty).textValue())
                    .isEqualTo(naughty);
            assertThat(published.profile().at("/cart/items/0/name").textValue()).isEqualTo(naughty);
            assertThat(published.profile().path("consent").path(naughty).booleanValue())
                    .isEqualTo(isPurpose);

            ObjectNode event = writer.createObjectNode()
                    .put("type", "track")
                    .put("event", "e" + naughty)
                    .put("userId", "u")
                    .put("timestamp", "2026-01-05T10:00:00Z");
            assertThat(Published.of(writer.writeValueAsBytes(event))
                            .profile()
                            .at("/events/by_name")
                            .has("e" + naughty))
                    .isEqualTo(naughty.length() < 256);
        }
    }

    private static byte[] identify(String traits) {
        return surround(before(""), traits.getBytes(StandardCharsets.UTF_8), "}");
    }

    private static String before(String traits) {
        return "{\"type\":\"identify\",\"userId\":\"u\",\"timestamp\":\"2026-01-05T10:00:00Z\",\"traits\":" + traits;
    }

    private static byte[] surround(String before, byte[] value, String after) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(value);
        bytes.writeBytes(after.getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }
}
