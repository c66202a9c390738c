package io.tributary.local.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.PersonalDocument;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.SinkCounter;
import io.tributary.operators.sink.TriggerDocument;
import io.tributary.schemas.testing.ReferenceData;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What customers, and those who play with forms, put into traits must never cost a document. */
class HostileDocumentsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void start() {
        SharedElasticsearch.node();
    }

    /** Among them whatever {@link #takesAnyTrait} has. */
    private static final PromotedTraits PROMOTED = new PromotedTraits(
            Set.of("country", "note", "long", "deep", "deep_list", "mixed", "nothing", "half", "number"),
            Set.of("note", "long", "deep", "numbers", "number", "huge", "amount"),
            Set.of("note", "long", "deep", "number", "since"));

    @Test
    void keepsNaughtyStringsUnchangedAsTraitsAndProductNames() throws Exception {
        var strings =
                JSON.readTree(ReferenceData.require("hostile/blns/blns.json").toFile());
        var writes = new ArrayList<DocumentWrite>();
        for (int i = 0; i < strings.size(); i++) {
            var profile = profile("blns-" + i);
            profile.putObject("traits").set("note", strings.get(i));
            var item = profile.putObject("cart").putArray("items").addObject();
            item.set("product_id", strings.get(i));
            item.set("name", strings.get(i));
            profile.withObject("/identifiers").putArray("user_id").add(strings.get(i));
            profile.withObject("/events")
                    .putObject("by_name")
                    .put(strings.get(i).asText(), 1);
            writes.add(write(profile));
        }

        var run = new SinkRun().write(writes);

        assertThat(run.rejected()).isEmpty();
        assertThat(run.count(SinkCounter.DOCUMENTS_WRITTEN)).isEqualTo(strings.size());
        for (int i = 0; i < strings.size(); i++) {
            var stored = stored("blns-" + i);
            assertThat(stored.path("traits").path("note")).isEqualTo(strings.get(i));
            assertThat(stored.path("cart").path("items").path(0).path("name")).isEqualTo(strings.get(i));
            assertThat(stored.path("cart").path("items").path(0).path("product_id"))
                    .isEqualTo(strings.get(i));
            assertThat(stored.path("identifiers").path("user_id").path(0)).isEqualTo(strings.get(i));
        }
    }

    @Test
    void takesAnyTrait() throws Exception {
        var profile = profile("any");
        var traits = profile.putObject("traits");
        traits.put("long", "é".repeat(33_000));
        traits.set("deep", JSON.readTree("{\"a\":".repeat(400) + "1" + "}".repeat(400)));
        traits.set("deep_list", JSON.readTree("[".repeat(400) + "1" + "]".repeat(400)));
        for (int i = 0; i < 10_000; i++) {
            traits.put("name " + i, i);
        }
        traits.put("n".repeat(40_000), "a name longer than a term");
        traits.put("nul\0name", "nul\0value");
        traits.put("", "no name");
        for (var name : List.of(".", "..", "a.b", "a", "*", "_id", "_source", " ", "$", "\u202e")) {
            traits.put(name, "x");
        }
        traits.put("half", "\ud83d and \ude00");
        traits.set(
                "numbers", JSON.readTree("[1e400, 1e-400, 12345678901234567890, -0.0, 35.79, 0.1000000000000000055]"));
        traits.set("mixed", JSON.readTree("[1, \"a\", {\"b\": null}, [], [[true]], {}]"));
        traits.putNull("nothing");
        traits.put("number", 7);
        traits.set("huge", JSON.readTree("1e400"));
        traits.put("amount", "35.79");
        traits.put("since", "2026-01-05T11:30:00+02:00");
        traits.putObject("empty");

        var run = new SinkRun().write(List.of(write(profile)));

        assertThat(run.rejected()).isEmpty();
        var stored = stored("any");
        assertThat(stored.path("traits").path("long").asText()).hasSize(33_000);
        assertThat(stored.path("traits").path("name 9999").asInt()).isEqualTo(9_999);
        assertThat(stored.path("traits").path("numbers").path(4).asDouble()).isEqualTo(35.79);
        assertThat(stored.has("traits_left_out")).isFalse();
        assertThat(stored.path("traits_num").toString()).isEqualTo("{\"amount\":35.79,\"number\":7.0}");
        assertThat(stored.path("traits_date").toString()).isEqualTo("{\"since\":\"2026-01-05T09:30:00.000Z\"}");
        assertThat(SharedElasticsearch.count("cdp-profiles", "traits_kw.mixed:a%20AND%20traits_kw.number:7"))
                .isEqualTo(1);
    }

    @Test
    void leavesOutAndCountsTraitsBeyondAMegabyte() throws Exception {
        var profile = profile("huge");
        var traits = profile.putObject("traits");
        for (int i = 0; i < 30; i++) {
            traits.put("page " + i, "x".repeat(100_000));
        }

        var run = new SinkRun().write(List.of(write(profile)));

        assertThat(run.rejected()).isEmpty();
        assertThat(stored("huge").path("traits").size()).isEqualTo(10);
        assertThat(stored("huge").path("traits_left_out").asInt()).isEqualTo(20);
    }

    @Test
    void takesEveryFieldOfTheContractAndAnyIsoCurrency() throws Exception {
        var profile = (ObjectNode)
                JSON.readTree(
                        """
                {"customer_id":"contract","identifiers":{"anonymous_id":["a-1"],"email":["Ana@x.com"],"phone":["+48123456789"],"user_id":["42"],"store_card":["s1"]},
                 "traits":{"country":"PL","firstName":"Ana","company":{"name":"ACME","size":5},"address":{"city":"Gdynia"}},"computed":{"orders_90d":2,"favourite":"shoes","brands":["Acme","Zeta"]},
                 "first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z",
                 "events":{"count":9,"by_name":{"Order Completed":2,"Product Added":4,"identify":3}},
                 "orders":{"count":2,"revenue":{"USD":"81.50","JPY":"900","KWD":"1.234"},"refunds":{"USD":"10.00"},"first_at":"2026-01-02T10:20:00.000Z","last_at":"2026-01-04T11:00:00.000Z"},
                 "cart":{"items":[{"product_id":"p1","quantity":1,"price":"35.79","colour":"red"}],"value":{"USD":"35.79"},"updated_at":"2026-01-05T09:30:00.000Z"},
                 "rfm":{"recency":5,"frequency":4,"monetary":3,"days":1,"group":"Champions"},
                 "predictions":{"p_alive":0.9688523,"expected_orders_30d":0.41,"expected_orders_90d":1.2,"clv_12m":{"USD":"71.20"}},
                 "consent":{"marketing":true},"segments":[{"segment":"new_buyer","since":"2026-01-02T10:20:00.000Z","exits_at":"2026-02-01T10:20:00.001Z"}],
                 "merged_from":["c_09ab34cd56ef7812"],"version":12,"a_newer_field":{"x":[1]}}""");
        for (var currency : Currency.getAvailableCurrencies()) {
            profile.withObject("/orders/revenue").put(currency.getCurrencyCode(), "1.5");
        }
        var personal = PersonalDocument.write(JSON.writeValueAsBytes(profile));
        var trigger = TriggerDocument.write(
                """
                {"fired_at":"2026-01-05T10:30:00.000Z","trigger":"abandoned_cart","trigger_id":"t_5b1c9e0d77aa4213","customer_id":"c_7f3a9c01d2e4b586","anchor_message_id":"m-77","anchor_at":"2026-01-05T09:30:00.000Z","expires_at":"2026-01-06T10:30:00.000Z","definition_version":1,"payload":{"items":[{"product_id":"p1","quantity":1,"price":"35.79"}],"value":{"USD":"35.79"}},"because":[{"condition":"no Order Completed within 1h","observed":{"orders":0}}]}"""
                        .getBytes(UTF_8));
        var retraction = TriggerDocument.write(
                """
                {"retracts":"t_5b1c9e0d77aa4213","at":"2026-01-05T11:00:00.000Z","customer_id":"c_7f3a9c01d2e4b586","because":"late order"}"""
                        .getBytes(UTF_8));

        var run = new SinkRun().write(List.of(write(profile), personal, trigger, retraction));

        assertThat(run.rejected()).isEmpty();
        var stored = stored("contract");
        assertThat(stored.path("orders").path("revenue").path("EUR").asDouble()).isEqualTo(1.5);
        assertThat(stored.path("cart").path("value").path("USD").asDouble()).isEqualTo(35.79);
        assertThat(stored.path("segments").path(0).asText()).isEqualTo("new_buyer");
        assertThat(stored.path("extra").path("a_newer_field").isObject()).isTrue();
        assertThat(stored.toString())
                .doesNotContainIgnoringCase("ana@x.com")
                .doesNotContain("+48123456789", "Ana", "Gdynia", "ACME", "store_card");
        assertThat(SharedElasticsearch.count("cdp-personal", "email:%22ana@x.com%22"))
                .isEqualTo(1);
        assertThat(SharedElasticsearch.count("cdp-personal", "names:ana%20AND%20address:gdynia"))
                .isEqualTo(1);
        assertThat(SharedElasticsearch.count("cdp-personal", "identifiers.store_card:s1"))
                .as("what a configuration adds may be a passport")
                .isEqualTo(1);
        assertThat(SharedElasticsearch.count("cdp-profiles", "orders.revenue.JPY:%3E1"))
                .isEqualTo(1);
        assertThat(SharedElasticsearch.count("cdp-profiles", "computed_numbers.orders_90d:2"))
                .isEqualTo(1);
        assertThat(stored.path("channels").toString()).isEqualTo("[\"web\",\"email\",\"phone\"]");
        assertThat(SharedElasticsearch.count(
                        "cdp-profiles",
                        "computed_kw.brands:Zeta%20AND%20computed_kw.favourite:shoes%20AND%20traits_kw.country:PL"
                                + "%20AND%20consent_granted:marketing%20AND%20exits_at:%222026-02-01T10:20:00.001Z%22"))
                .isEqualTo(1);
        assertThat(SharedElasticsearch.count("cdp-triggers", "value.USD:35.79%20AND%20kind:fired"))
                .isEqualTo(1);
        assertThat(SharedElasticsearch.count("cdp-triggers", "retracts:t_5b1c9e0d77aa4213"))
                .isEqualTo(1);
    }

    @Test
    void deletesPersonalDataThatAreGone() throws Exception {
        var before = profile("gone");
        before.putObject("traits").put("name", "Ana");
        new SinkRun().write(List.of(PersonalDocument.write(JSON.writeValueAsBytes(before))));
        var after = profile("gone").put("version", 2);

        new SinkRun().write(List.of(PersonalDocument.write(JSON.writeValueAsBytes(after))));

        assertThat(SharedElasticsearch.get("/cdp-personal/_doc/gone")
                        .path("found")
                        .asBoolean(true))
                .isFalse();
    }

    private static ObjectNode profile(String id) {
        return JSON.createObjectNode().put("customer_id", id).put("version", 1);
    }

    private static DocumentWrite write(ObjectNode profile) throws Exception {
        // ASCII, as half surrogate pairs come in: as escapes.
        var writer = JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
        return ProfileDocument.write(writer.writeValueAsBytes(profile), PROMOTED);
    }

    private static JsonNode stored(String id) throws Exception {
        return SharedElasticsearch.get("/cdp-profiles/_doc/" + id).path("_source");
    }
}
