package io.tributary.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.ValidationMessage;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.testing.PublicSchemas;
import io.tributary.schemas.testing.ReferenceData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The public schemas against the contract's own examples, and against what the parser accepts. */
class JsonSchemasTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String PROFILE =
            """
            {"customer_id":"c_7f3a9c01d2e4b586","identifiers":{"anonymous_id":["a-1"],"email":["ana@x.com"],"user_id":["42"]},"traits":{"country":"PL"},"computed":{"orders_90d":2},"first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z","events":{"count":9,"by_name":{"Order Completed":2,"Product Added":4,"identify":3}},"orders":{"count":2,"revenue":{"USD":"81.50"},"refunds":{"USD":"10.00"},"first_at":"2026-01-02T10:20:00.000Z","last_at":"2026-01-04T11:00:00.000Z"},"cart":{"items":[{"product_id":"p1","quantity":1,"price":"35.79"}],"value":{"USD":"35.79"},"updated_at":"2026-01-05T09:30:00.000Z"},"rfm":{"recency":5,"frequency":4,"monetary":3,"days":1,"group":"Champions"},"predictions":{"p_alive":0.9688523,"expected_orders_30d":0.41,"expected_orders_90d":1.2,"clv_12m":{"USD":"71.20"}},"consent":{"marketing":true},"segments":[{"segment":"new_buyer","since":"2026-01-02T10:20:00.000Z","exits_at":"2026-02-01T10:20:00.001Z"}],"merged_from":["c_09ab34cd56ef7812"],"version":12}""";
    private static final String TRIGGER =
            """
            {"fired_at":"2026-01-05T10:30:00.000Z","trigger":"abandoned_cart","trigger_id":"t_5b1c9e0d77aa4213","customer_id":"c_7f3a9c01d2e4b586","anchor_message_id":"m-77","anchor_at":"2026-01-05T09:30:00.000Z","expires_at":"2026-01-06T10:30:00.000Z","definition_version":1,"payload":{"items":[{"product_id":"p1","quantity":1,"price":"35.79"}],"value":{"USD":"35.79"}},"because":[{"condition":"no Order Completed within 1h","observed":"none"}]}""";
    private static final String RETRACTION =
            """
            {"retracts":"t_5b1c9e0d77aa4213","at":"2026-01-05T10:31:00.000Z","because":[{"condition":"no Order Completed within 1h","observed":"m-78"}]}""";
    private static final String SUPPRESSED = TRIGGER.replaceFirst("}$", ",\"reason\":\"cap\",\"detail\":\"3 in 7d\"}");
    private static final String IDENTITY_CHANGE =
            """
            {"at":"2026-01-05T10:30:00.000Z","change":"merged","customer_id":"c_7f3a9c01d2e4b586","identifiers":{"anonymous_id":["a-1"]},"into":"c_09ab34cd56ef7812","because":"m-77"}""";
    private static final String CUSTOMER_EVENT =
            """
            {"customer_id":"c_7f3a9c01d2e4b586","event":{"type":"track","event":"Product Added","userId":"42"},"cart":{"items":[{"product_id":"p1","quantity":1,"price":"35.79"}],"value":{"USD":"35.79"},"updated_at":"2026-01-05T09:30:00.000Z"},"profile_version":12}""";
    private static final String FILE_REJECT =
            """
            {"file":"events.jsonl","line":3,"reason":"not_json","detail":"JSON syntax error at byte 5","raw":"eyJ0eXA="}""";
    private static final String ROW_REJECT =
            """
            {"file":"shop.csv","line":3,"mapped":true,"reason":"no_identifier","detail":"no identifier is left","raw":"NCwsMTI="}""";
    private static final String TOPIC_REJECT =
            """
            {"topic":"cdp.events.v1","partition":0,"offset":0,"reason":"empty_line","detail":"no bytes","raw":""}""";

    private static final String DOCUMENT_REJECT =
            """
            {"reason":"refused_by_elasticsearch","detail":"400: mapper_parsing_exception","index":"cdp-profiles","document_id":"c_7f3a9c01d2e4b586","version":3,"raw":"eyJ0eXA="}""";

    private static Set<ValidationMessage> faults(String schema, String json) throws IOException {
        return PublicSchemas.faults(schema, MAPPER.readTree(json));
    }

    @Test
    void theContractsExamplesAreValid() throws IOException {
        assertThat(faults("profile", PROFILE)).isEmpty();
        assertThat(faults("trigger", TRIGGER)).isEmpty();
        assertThat(faults("trigger", RETRACTION)).isEmpty();
        assertThat(faults("trigger-suppressed", SUPPRESSED)).isEmpty();
        assertThat(faults("identity-change", IDENTITY_CHANGE)).isEmpty();
        assertThat(faults("customer-event", CUSTOMER_EVENT)).isEmpty();
        assertThat(faults("reject", FILE_REJECT)).isEmpty();
        assertThat(faults("reject", ROW_REJECT)).isEmpty();
        assertThat(faults("reject", TOPIC_REJECT)).isEmpty();
        assertThat(faults("reject", DOCUMENT_REJECT)).isEmpty();
        assertThat(faults("reject", DOCUMENT_REJECT.replace(",\"raw\":\"eyJ0eXA=\"", "")))
                .isEmpty();
    }

    @Test
    void aFurtherFieldIsFine() throws IOException {
        for (String[] line : new String[][] {
            {"profile", PROFILE},
            {"trigger", TRIGGER},
            {"trigger", RETRACTION},
            {"trigger-suppressed", SUPPRESSED},
            {"identity-change", IDENTITY_CHANGE},
            {"customer-event", CUSTOMER_EVENT},
            {"reject", FILE_REJECT},
            {"reject", TOPIC_REJECT},
            {"reject", DOCUMENT_REJECT}
        }) {
            assertThat(faults(line[0], line[1].replaceFirst("^\\{", "{\"added_later\":{\"x\":1},")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    "customer_id":"c_7f3a9c01d2e4b586" | "customer_id":"42"
                    "customer_id" | "customerId"
                    "identifiers" | "ids"
                    ["42"] | []
                    ["42"] | [42]
                    "first_seen" | "firstSeen"
                    10:00:00.000Z | 10:00:00Z
                    09:30:00.000Z"},"rfm" | 09:30:00.000+00:00"},"rfm"
                    "USD":"81.50" | "USD":81.50
                    "USD":"81.50" | "USD":"8.15e1"
                    "USD":"81.50" | "usd":"81.50"
                    "quantity":1 | "quantity":0
                    "recency":5 | "recency":6
                    "days":1 | "days":-1
                    "p_alive":0.9688523 | "p_alive":1.01
                    "marketing":true | "marketing":"yes"
                    "since" | "from"
                    "count":9 | "count":"9"
                    ["c_09ab34cd56ef7812"] | ["09ab34cd56ef7812"]
                    "version":12 | "version":"12"
                    "version":12 | "revision":12
                    """)
    void aProfileWithAnotherShapeIsInvalid(String from, String to) throws IOException {
        assertThat(PROFILE).contains(from);
        assertThat(faults("profile", PROFILE.replace(from, to))).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    trigger | "trigger_id" | "id"
                    trigger | t_5b1c9e0d77aa4213 | 5b1c9e0d77aa4213
                    trigger | "fired_at" | "at"
                    trigger | "anchor_message_id" | "anchor"
                    trigger | "definition_version":1 | "definition_version":0
                    trigger | "payload":{ | "payload":7,"more":{
                    trigger | "observed" | "seen"
                    trigger | {"fired_at" | {"retracts":"t_5b1c9e0d77aa4213","fired_at"
                    trigger-suppressed | "trigger_id" | "id"
                    trigger-suppressed | "reason" | "why"
                    trigger-suppressed | "reason":"cap" | "reason":"caps"
                    trigger-suppressed | "detail" | "text"
                    trigger-suppressed | "detail":"3 in 7d" | "detail":""
                    trigger-suppressed | {"fired_at" | {"retracts":"t_5b1c9e0d77aa4213","fired_at"
                    identity-change | "at" | "on"
                    identity-change | "merged" | "joined"
                    identity-change | "merged" | "linked"
                    identity-change | "into" | "from"
                    identity-change | ["a-1"] | []
                    identity-change | "because":"m-77" | "because":""
                    customer-event | "event":{ | "events":{
                    customer-event | "type":"track" | "type":"tick"
                    customer-event | "profile_version":12 | "version":12
                    customer-event | "items" | "products"
                    reject | "reason":"not_json" | "reason":"broken"
                    reject | "line":3 | "line":0
                    reject | "line":3 | "offset":3
                    reject | "raw":"eyJ0eXA=" | "raw":"{typ"
                    reject | "file":"events.jsonl" | "file":"/tmp/events.jsonl"
                    reject | "detail" | "message"
                    reject | "raw" | "bytes"
                    reject | "line":3 | "line":3,"index":"cdp-profiles","document_id":"c_1","version":1
                    """)
    void anotherShapeIsInvalid(String schema, String from, String to) throws IOException {
        String line =
                switch (schema) {
                    case "trigger" -> TRIGGER;
                    case "trigger-suppressed" -> SUPPRESSED;
                    case "reject" -> FILE_REJECT;
                    case "identity-change" -> IDENTITY_CHANGE;
                    default -> CUSTOMER_EVENT;
                };
        assertThat(line).contains(from);
        assertThat(faults(schema, line.replace(from, to))).isNotEmpty();
    }

    @Test
    void theReasonsAreThoseOfTheCode() {
        JsonNode schema = PublicSchemas.schema("reject").getSchemaNode();
        List<String> reasons = MAPPER.convertValue(
                schema.at("/properties/reason/enum"),
                MAPPER.getTypeFactory().constructCollectionType(List.class, String.class));
        assertThat(reasons)
                .containsExactlyElementsOf(Arrays.stream(RejectReason.values())
                        .map(RejectReason::id)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'tick','timestamp':'2026-01-05T09:30:00.000Z'}",
                "{'type':'track','event':'X','userId':42,'timestamp':'2026-01-05 09:30:00+01'}",
                "{'type':'page','anonymousId':'a-1','messageId':null,'timestamp':'2026-01-05T09:30:00.123456Z'}",
                "{'type':'alias','previousId':'a-0','timestamp':'2026-01-05T09:30Z'}",
                "{'type':'identify','traits':{'email':'ana@x.com'}}",
                "{'type':'track','event':'X','context':{'device':{'id':'d'}}}",
                "{'type':'track','event':'X','context':{'traits':{'phone':'+48 512 345 678'}}}",
                "{'type':'track','event':'X','context':{'externalIds':[{'type':'idfa','id':'x'},{'type':'crm_id','id':7}]}}",
                "{'type':'track','event':'Product Added','userId':'u','properties':{'sku':'s','quantity':'2','price':'1.5'}}",
                "{'type':'track','event':'Cart Updated','userId':'u','properties':{'products':[],'currency':'eur'}}",
                "{'type':'track','event':'Order Completed','userId':'u','properties':{'revenue':1e2,'order_id':5}}",
                "{'type':'track','event':'Order Completed','userId':'u'}",
                "{'type':'page','userId':'u','context':{'consent':{'categoryPreferences':{'ads':false,'x':null}}}}",
            })
    void whatTheParserAcceptsIsAValidEvent(String event) throws IOException {
        String json = event.replace('\'', '"');
        assertThat(parse(json.getBytes(StandardCharsets.UTF_8))).isNotInstanceOf(Inbound.Refused.class);
        assertThat(faults("event", json)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{'type':'tick'}",
                "{'type':'tick','timestamp':1767605400000}",
                "{'type':'Track','event':'X','userId':'u'}",
                "{'type':'track','userId':'u'}",
                "{'type':'track','event':' ','userId':'u'}",
                "{'type':'track','event':'X'}",
                "{'type':'track','event':'X','userId':null}",
                "{'type':'track','event':'X','userId':{},'anonymousId':'a-1'}",
                "{'type':'page','userId':'u','timestamp':'yesterday'}",
                "{'type':'page','traits':{'email':'ana@x.com'}}",
                "{'type':'track','event':'X','previousId':'a-0'}",
                "{'type':'track','event':'X','context':{'externalIds':[{'type':'idfa','id':'x'}]}}",
                "{'type':'track','event':'Product Added','userId':'u'}",
                "{'type':'track','event':'Product Added','userId':'u','properties':{'name':'Uno'}}",
                "{'type':'track','event':'Product Added','userId':'u','properties':{'sku':'s','quantity':0}}",
                "{'type':'track','event':'Product Removed','userId':'u','properties':{'sku':'s','price':'$1'}}",
                "{'type':'track','event':'Cart Updated','userId':'u','properties':{'products':{}}}",
                "{'type':'track','event':'Order Completed','userId':'u','properties':{'revenue':{}}}",
                "{'type':'track','event':'Order Completed','userId':'u','properties':{'currency':'EURO'}}",
                "{'type':'page','userId':'u','context':{'consent':{'categoryPreferences':{'ads':'no'}}}}",
            })
    void whatTheParserRefusesIsNoValidEvent(String event) throws IOException {
        String json = event.replace('\'', '"');
        assertThat(parse(json.getBytes(StandardCharsets.UTF_8))).isInstanceOf(Inbound.Refused.class);
        assertThat(faults("event", json)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1000,true", "1001,false"})
    void theParserAndTheSchemaAgreeOnHowManyProductsACartNames(int products, boolean valid) throws IOException {
        String json = "{\"type\":\"track\",\"event\":\"Cart Updated\",\"userId\":\"u\",\"properties\":{\"products\":["
                + "{\"sku\":\"s\"},".repeat(products - 1) + "{\"sku\":\"s\"}]}}";
        assertThat(parse(json.getBytes(StandardCharsets.UTF_8)) instanceof Inbound.Accepted)
                .isEqualTo(valid);
        assertThat(faults("event", json).isEmpty()).isEqualTo(valid);
    }

    @Test
    void theParserAndTheSchemaAgreeOnEveryExampleOfTheSpecification() throws IOException {
        for (Path file : ReferenceData.jsonFiles("payloads/segment_spec")) {
            boolean accepted = parse(ReferenceData.read(file)) instanceof Inbound.Accepted;
            assertThat(PublicSchemas.faults("event", MAPPER.readTree(file.toFile()))
                            .isEmpty())
                    .as(file.getFileName().toString())
                    .isEqualTo(accepted);
        }
    }

    private static Inbound parse(byte[] json) {
        return EventParser.withDefaults().parse(json, Origin.record("cdp.events.v1", 0, 0), 1_767_605_400_000L);
    }
}
