package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.atIndex;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionsTest {
    /** One of each kind and form. */
    static final Map<String, String> GOOD = good();

    @TempDir
    private Path folder;

    private static Map<String, String> good() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(
                "models.yaml",
                """
                bg_nbd: {r: 0.2426, alpha: 4.414, a: 0.793, b: 2.426}
                gamma_gamma: {p: 6.25, q: 3.74, gamma: 15.44, currency: USD}
                clv: {months: 12, monthly_discount: 0.01}
                rfm: {boundaries: quantile, currency: USD}
                """);
        files.put(
                "delivery.yaml",
                """
                delivery:
                  suppress: [lapsed_vip, category_fan]
                  quiet_hours: {from: "22:00", to: 08:00, zone: Europe/Warsaw, customer_zone: traits.timezone, then: drop}
                  caps:
                  - {most: 3, within: 7d}
                  - {most: 1, within: 24h, channel: email}
                  - {most: 1000, within: 30d, channel: email, group: cart}
                """);
        files.put(
                "segments.yaml",
                """
                segments:
                - {name: lapsed_vip, title: Lapsed VIP, when: "orders.revenue.USD >= 500 && days_since(orders.last_at) > 60"}
                - {name: category_fan, for_each: event.properties.category, max_values: 20, trait: {aggregate: count, events: [Product Viewed], window: 30d}, when: value >= 5}
                - name: big_spender
                  description: Spends much on one brand.
                  for_each: event.products.map(p, p.brand)
                  trait: {aggregate: sum, events: [Order Completed], value: event.revenue, where: event.currency == 'USD'}
                  when: value >= 1000 && orders.count > 1
                - name: new_buyer
                  when: |
                    // bought not long ago, for the first time
                    orders.count == 1
                      && hours_since(orders.first_at) <= 720.5
                - {name: everybody, when: true}
                - {name: not_lapsed, when: "!in_segment('lapsed_vip') && (in_segment('category_fan') || computed.orders_90d > 0)"}
                - {name: birthday, when: "has(traits.birthday) ? days_since(traits.birthday) < -1 : -0.5 < hours_since(timestamp(traits.signup))"}
                - {name: shoes, when: "cart.items.exists(i, i.price > 100 && i.name.startsWith('Shoe')) || 'shoes' in computed.categories"}
                - {name: reachable, when: "consent.email && size(identifiers.email) > 0 && events.by_name['page'] > 3 && traits.score == 3 && orders.refunds.USD == 10 && computed.spent != 3"}
                """);
        files.put(
                "traits.yaml",
                """
                traits:
                - {name: orders_90d, aggregate: count, events: [Order Completed], where: event.revenue >= 20, window: 90d}
                - {name: spent, title: Spent, aggregate: sum, events: [Order Completed], value: event.revenue}
                - {name: average_order, aggregate: average, events: [Order Completed], value: event.revenue, window: 1y}
                - {name: cheapest, aggregate: min, events: [Product Viewed], value: event.properties.price, window: 2w}
                - {name: dearest, aggregate: max, events: [Product Viewed], value: event.properties.price, window: 36h}
                - {name: first_campaign, aggregate: first, events: [page, screen], value: event.context.campaign.name}
                - {name: last_page, aggregate: last, events: [page], value: event.properties.path, window: 90m}
                - {name: favourite_category, aggregate: most_frequent, events: [Product Viewed, Product Added], value: event.properties.category}
                - {name: brands, aggregate: unique_count, events: [Product Viewed], value: event.properties.brand}
                - {name: categories, aggregate: unique_list, events: [Order Completed], value: "event.products.map(p, p.category)", max_values: 7}
                - {name: top, aggregate: top_k, events: [Product Viewed], value: event.properties.category}
                - {name: top_3, aggregate: top_k, k: 3, events: [Product Viewed], value: event.properties.category, where: "has(event.user_id)"}
                """);
        files.put(
                "triggers/abandoned_cart.yaml",
                """
                triggers:
                - name: abandoned_cart
                  steps:
                  - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0, select: last}
                  - {id: order, not_followed_by: [Order Completed], or_when: size(cart.items) == 0}
                  within: 1h
                  expires_after: 24h
                  cool_down: 0d
                  purpose: marketing
                  payload: {items: cart.items, value: cart.value}
                """);
        return files;
    }

    private static Definitions good(Map<String, String> files) {
        return Definitions.of(files, IdentitySettings.defaults());
    }

    @Test
    void readsAFolderWithAllThatThereIs() throws IOException {
        for (Map.Entry<String, String> file : GOOD.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Files.writeString(folder.resolve("notes.txt"), "traits: [");
        Files.move(folder.resolve("traits.yaml"), folder.resolve("traits.yml"));

        Definitions definitions = Definitions.load(folder);

        assertThat(definitions.traits()).hasSize(12);
        assertThat(definitions.segments()).hasSize(9);
        assertThat(definitions.entries()).isEqualTo(good(GOOD).entries());
    }

    @Test
    void aFolderWithoutDefinitionsIsAMistake() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "traits: []");
        assertThatThrownBy(() -> Definitions.load(folder))
                .isInstanceOf(DefinitionException.class)
                .hasMessage(folder + ": no file *.yaml or *.yml in this folder");
        assertThatThrownBy(() -> Definitions.load(folder.resolve("nowhere")))
                .isInstanceOf(DefinitionException.class)
                .hasMessage(folder.resolve("nowhere") + ": no such folder");
        assertThatThrownBy(() -> Definitions.load(folder.resolve("notes.txt")))
                .isInstanceOf(DefinitionException.class)
                .hasMessage(folder.resolve("notes.txt") + " is no folder: definitions are a folder");
    }

    @Test
    void mistakesAreToldInTheOrderOfThePaths() throws IOException {
        Files.createDirectories(folder.resolve("a"));
        Files.writeString(folder.resolve("b.yaml"), "trait: []");
        Files.writeString(folder.resolve("a/z.yaml"), "segmnts: []");
        Files.write(folder.resolve("a.yml"), "name: \u00e4".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> Definitions.load(folder))
                .isInstanceOfSatisfying(DefinitionsException.class, wrong -> assertThat(wrong.mistakes())
                        .containsExactly(
                                folder.resolve("a.yml") + ": not valid UTF-8",
                                folder.resolve("a/z.yaml") + ":1:1: unknown key 'segmnts' — did you mean 'segments'?",
                                folder.resolve("b.yaml") + ":1:1: unknown key 'trait' — did you mean 'traits'?"));
    }

    @Test
    void aTraitSaysHowItIsFolded() {
        Map<String, TraitDefinition> traits = good(GOOD).traits();

        FoldDefinition orders = traits.get("orders_90d").fold();
        assertThat(orders.shape())
                .isEqualTo(new TraitShape(
                        Aggregate.COUNT, new Window(Duration.ofDays(90).toMillis()), 0));
        assertThat(orders.events()).containsExactly("Order Completed");
        assertThat(orders.where().text()).isEqualTo("event.revenue >= 20");
        assertThat(orders.value()).isNull();
        assertThat(traits.get("spent").title()).isEqualTo("Spent");
        assertThat(traits.get("spent").description()).isNull();
        assertThat(traits.get("spent").shape()).isEqualTo(new TraitShape(Aggregate.SUM, null, 0));
        assertThat(traits.get("average_order").shape().window().millis())
                .isEqualTo(Duration.ofDays(365).toMillis());
        assertThat(traits.get("cheapest").shape().window().millis())
                .isEqualTo(Duration.ofDays(14).toMillis());
        assertThat(traits.get("dearest").shape().window().millis())
                .isEqualTo(Duration.ofHours(36).toMillis());
        assertThat(traits.get("last_page").shape().window().millis())
                .isEqualTo(Duration.ofMinutes(90).toMillis());
        assertThat(traits.get("brands").shape().limit()).isEqualTo(1_000);
        assertThat(traits.get("categories").shape().limit()).isEqualTo(7);
        assertThat(traits.get("top").shape().limit()).isEqualTo(10);
        assertThat(traits.get("top_3").shape().limit()).isEqualTo(3);
    }

    @Test
    void aSegmentSaysWhatItNeeds() {
        Map<String, SegmentDefinition> segments = good(GOOD).segments();

        SegmentDefinition vip = segments.get("lapsed_vip");
        assertThat(vip.title()).isEqualTo("Lapsed VIP");
        assertThat(vip.when().text()).isEqualTo("orders.revenue.USD >= 500 && days_since(orders.last_at) > 60");
        assertThat(vip.when().ast().isChecked()).isTrue();
        assertThat(vip.isParametric()).isFalse();
        assertThat(vip.segments()).isEmpty();
        assertThat(segments.get("not_lapsed").segments()).containsExactly("category_fan", "lapsed_vip");
        assertThat(segments.get("not_lapsed").computed()).containsExactly("orders_90d");
        assertThat(segments.get("shoes").computed()).containsExactly("categories");
        SegmentDefinition.Parametric fan = segments.get("category_fan").parametric();
        assertThat(fan.forEach().text()).isEqualTo("event.properties.category");
        assertThat(fan.maxValues()).isEqualTo(20);
        assertThat(fan.trait().shape())
                .isEqualTo(new TraitShape(
                        Aggregate.COUNT, new Window(Duration.ofDays(30).toMillis()), 0));
        assertThat(segments.get("big_spender").parametric().maxValues()).isEqualTo(20);
        assertThat(segments.get("big_spender").parametric().trait().where().text())
                .isEqualTo("event.currency == 'USD'");
        assertThat(segments.get("big_spender").description()).isEqualTo("Spends much on one brand.");
    }

    @Test
    void modelsAndTheTriggerAreKept() {
        Definitions definitions = good(GOOD);

        assertThat(definitions.models())
                .isEqualTo(new ModelDefinitions(
                        new ModelDefinitions.BgNbd(0.2426, 4.414, 0.793, 2.426),
                        new ModelDefinitions.GammaGamma(6.25, 3.74, 15.44, "USD"),
                        new ModelDefinitions.Clv(12, 0.01),
                        new ModelDefinitions.Rfm("USD")));
        assertThat(definitions
                        .triggers()
                        .get("abandoned_cart")
                        .deadlines()
                        .get(0)
                        .delay())
                .isEqualTo(Duration.ofHours(1));
        assertThat(definitions.triggers().get("abandoned_cart").expiresAfter()).isEqualTo(Duration.ofHours(24));
        Definitions empty = Definitions.of("d.yaml", "traits: []");
        assertThat(empty.triggers()).isEmpty();
        assertThat(empty.models()).isEqualTo(new ModelDefinitions(null, null, null, null));
    }

    @Test
    void rulesOfDeliveryAreKept() {
        DeliveryDefinition delivery = good(GOOD).delivery();

        assertThat(delivery.quietHours())
                .isEqualTo(new DeliveryDefinition.QuietHours(
                        LocalTime.of(22, 0),
                        LocalTime.of(8, 0),
                        ZoneId.of("Europe/Warsaw"),
                        new DeliveryDefinition.CustomerZone(false, "timezone"),
                        false))
                .hasToString("22:00-08:00 Europe/Warsaw");
        assertThat(delivery.suppress()).containsExactly("category_fan", "lapsed_vip");
        assertThat(delivery.caps())
                .containsExactly(
                        new DeliveryDefinition.Cap(3, Duration.ofDays(7), "7d", null, null),
                        new DeliveryDefinition.Cap(1, Duration.ofDays(1), "24h", "email", null),
                        new DeliveryDefinition.Cap(1_000, Duration.ofDays(30), "30d", "email", "cart"));
        assertThat(delivery.caps())
                .extracting(DeliveryDefinition.Cap::toString)
                .containsExactly("3 in 7d", "1 in 24h, channel email", "1000 in 30d, channel email, group cart");
        assertThat(Definitions.of("d.yaml", "traits: []").delivery()).isEqualTo(DeliveryDefinition.NONE);
        assertThat(Definitions.none().delivery()).isEqualTo(DeliveryDefinition.NONE);
        assertThat(Definitions.of("d.yaml", "delivery: {}").delivery().caps()).isEmpty();
    }

    @Test
    void jsonSaysTheSameAsYaml() throws JsonProcessingException {
        Definitions written = good(GOOD);
        List<Definitions.Entry> travelled = new ArrayList<>();
        for (Definitions.Entry entry : written.entries()) {
            String text = AcceptedJson.mapper().writeValueAsString(entry.json());
            travelled.add(0, new Definitions.Entry(entry.kind(), entry.name(), (ObjectNode)
                    AcceptedJson.mapper().readTree(text)));
        }

        Definitions read = Definitions.ofJson(travelled, IdentitySettings.defaults());

        assertThat(read.entries()).isEqualTo(written.entries());
        assertThat(read.traits()).isEqualTo(written.traits());
        assertThat(read.segments()).isEqualTo(written.segments());
        assertThat(read.triggers()).isEqualTo(written.triggers());
        assertThat(read.models()).isEqualTo(written.models());
        assertThat(read.delivery()).isEqualTo(written.delivery());
        read.traits().forEach((name, trait) -> assertThat(trait.fingerprint())
                .isEqualTo(written.traits().get(name).fingerprint()));
        read.segments().forEach((name, segment) -> {
            assertThat(segment.fingerprint())
                    .isEqualTo(written.segments().get(name).fingerprint());
            assertThat(segment.when().text())
                    .isEqualTo(written.segments().get(name).when().text());
        });
    }

    @Test
    void jsonIsTheSameHoweverTheYamlIsWritten() {
        String json = "{\"aggregate\":\"count\",\"events\":[\"A\",\"2\"],\"name\":\"a\",\"title\":1.5,\"where\":true}";
        List<String> ways = List.of(
                "traits:\n- {name: a, aggregate: count, events: [A, '2'], where: true, title: 1.50}",
                "traits:\n- title: 1.5\n  where: true\n  name: \"a\"\n  events:\n  - A\n  - \"2\"\n  aggregate: count\n");

        for (String yaml : ways) {
            assertThat(Definitions.of("d.yaml", yaml).traits().get("a").json()).hasToString(json);
        }
    }

    @Test
    void mistakesInJsonAreCalledByTheNameOfTheDefinition() {
        ObjectNode trait = AcceptedJson.mapper().createObjectNode();
        trait.put("name", "orders").put("aggregate", "cuont").put("where", "event.revenu > 3");
        trait.putArray("events").add("A\nB").add("A\nB");
        ObjectNode segment =
                AcceptedJson.mapper().createObjectNode().put("name", "vip").put("when", "computed.ordrs > 3");
        ObjectNode rfm = AcceptedJson.mapper()
                .createObjectNode()
                .put("boundaries", "quantile")
                .put("currency", 3);

        assertThatThrownBy(() -> Definitions.ofJson(
                        List.of(
                                new Definitions.Entry(DefinitionKind.SEGMENT, "vip", segment),
                                new Definitions.Entry(DefinitionKind.RFM, "rfm", rfm),
                                new Definitions.Entry(DefinitionKind.TRAIT, "orders", trait)),
                        IdentitySettings.defaults()))
                .isInstanceOfSatisfying(DefinitionsException.class, wrong -> assertThat(wrong.mistakes())
                        .containsExactly(
                                "orders: 'aggregate' can't be 'cuont' — did you mean 'count'?",
                                "orders: 'A B' is here twice",
                                "orders: no field 'revenu' — did you mean 'revenue'?",
                                "vip: no computed trait 'ordrs' — did you mean 'orders'?",
                                "rfm: 'currency' must be a currency of ISO 4217, such as USD, not '3'"));
    }

    private static long trait(String keys) {
        return Definitions.of("d.yaml", "traits:\n- {" + keys + "}")
                .traits()
                .get("a")
                .fingerprint();
    }

    @Test
    void theFingerprintOfATraitIsOfItsFoldAlone() {
        String trait =
                "name: a, aggregate: top_k, events: [A, B], value: event.name, where: event.revenue>20, window: 7d";

        assertThat(trait(trait)).isEqualTo(-3726133688859114769L);
        assertThat(trait(trait.replace("7d", "1w"))).isEqualTo(trait(trait));
        assertThat(trait(trait.replace("A, B", "B, A"))).isEqualTo(trait(trait));
        assertThat(trait(trait.replace(">20", " >  20 // twenty"))).isEqualTo(trait(trait));
        assertThat(trait(trait + ", k: 10, title: T, description: D")).isEqualTo(trait(trait));
        assertThat(List.of(
                        trait(trait),
                        trait(trait.replace("top_k", "most_frequent")),
                        trait(trait.replace("A, B", "A")),
                        trait(trait.replace("A, B", "'A, B'")),
                        trait(trait.replace("event.name", "event.type")),
                        trait(trait.replace(">20", ">=20")),
                        trait(trait.replace(", window: 7d", "")),
                        trait(trait.replace("7d", "8d")),
                        trait(trait + ", k: 11")))
                .doesNotHaveDuplicates();
    }

    private static SegmentDefinition segment(String keys) {
        return Definitions.of("d.yaml", "segments:\n- {name: b, when: true}\n- {" + keys + "}")
                .segments()
                .get("a");
    }

    @Test
    void theFingerprintOfASegmentIsOfItsDecision() {
        String plain = "name: a, when: in_segment('b')";
        String parametric = "name: a, for_each: event.name, trait: {aggregate: count, events: [A]}, when: value > 3";

        assertThat(segment(plain).fingerprint())
                .isEqualTo(8007750101857574123L)
                .isEqualTo(segment(plain + ", title: T").fingerprint())
                .isEqualTo(segment("name: a, when: \"in_segment( 'b' )\"").fingerprint())
                .isNotEqualTo(
                        segment("name: a, when: in_segment(\"b\") || true").fingerprint());
        assertThat(segment(parametric).fingerprint())
                .isEqualTo(segment(parametric + ", max_values: 20").fingerprint());
        assertThat(List.of(
                        segment(parametric).fingerprint(),
                        segment(parametric + ", max_values: 21").fingerprint(),
                        segment(parametric.replace("event.name", "event.type")).fingerprint(),
                        segment(parametric.replace("[A]", "[B]")).fingerprint(),
                        segment(parametric.replace("value > 3", "value > 4")).fingerprint(),
                        segment(plain).fingerprint()))
                .doesNotHaveDuplicates();
    }

    @Test
    void theFingerprintOfAFoldPerValueIsNotOfTheCondition() {
        String parametric = "name: a, for_each: event.name, trait: {aggregate: count, events: [A]}, when: value > 3";
        long fold = segment(parametric).parametric().fingerprint();

        assertThat(fold).isNotEqualTo(segment(parametric).parametric().trait().fingerprint());
        assertThat(segment(parametric.replace("value > 3", "value > 4"))
                        .parametric()
                        .fingerprint())
                .isEqualTo(fold);
        assertThat(segment(parametric + ", max_values: 21").parametric().fingerprint())
                .isEqualTo(fold);
        assertThat(segment(parametric.replace("event.name", "event.type"))
                        .parametric()
                        .fingerprint())
                .isNotEqualTo(fold);
        assertThat(segment(parametric.replace("[A]", "[B]")).parametric().fingerprint())
                .isNotEqualTo(fold);
    }

    @Test
    void whatIsAddedReplacesWhatHasTheSameName() throws IOException {
        Definitions all = Definitions.of(GOOD, IdentitySettings.defaults());
        Path file = Files.writeString(
                folder.resolve("new.txt"),
                """
                rfm: {boundaries: quantile, currency: EUR}
                segments: [{name: everybody, when: false}, {name: a, when: in_segment('new_buyer')}]
                """);

        Definitions.Extended extended = all.with(file, IdentitySettings.defaults());

        assertThat(extended.added().stream().map(Definitions.Entry::name)).containsExactly("a", "everybody", "rfm");
        assertThat(extended.set().segments())
                .hasSize(all.segments().size() + 1)
                .containsEntry("new_buyer", all.segments().get("new_buyer"));
        assertThat(extended.set().segments().get("everybody").when().text()).isEqualTo("false");
        assertThat(extended.set().models().rfm().currency()).isEqualTo("EUR");
        assertThat(extended.set().traits()).isEqualTo(all.traits());
        assertThat(all.segments().get("everybody").when().text()).isEqualTo("true");
    }

    @Test
    void whatIsAddedIsCheckedTogetherWithWhatIsThere() throws IOException {
        Definitions all = Definitions.of(
                "a.yaml",
                """
                traits: [{name: a, aggregate: count, events: [page]}]
                segments: [{name: s, when: computed.a > 1}]
                """);
        Path file = Files.writeString(
                folder.resolve("b.yaml"),
                """
                traits: [{name: a, aggregate: top_k, events: [page], value: event.name}]
                segments: [{name: t, when: in_segment('r')}]
                """);

        assertThatThrownBy(() -> all.with(file, IdentitySettings.defaults()))
                .isInstanceOfSatisfying(DefinitionsException.class, e -> assertThat(e.mistakes())
                        .hasSize(2)
                        .satisfies(mistake -> assertThat(mistake).startsWith(file + ":2:"), atIndex(0))
                        .satisfies(mistake -> assertThat(mistake).startsWith("s: "), atIndex(1)));
        assertThatThrownBy(() -> all.with(folder.resolve("none.yaml"), IdentitySettings.defaults()))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining("none.yaml: no such");
    }
}
