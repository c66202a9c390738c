package io.tributary.schemas.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.testing.ReferenceData;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proposal must load as it is, and give the events that a person would have written. */
class MappingSuggesterTest {
    @TempDir
    private Path folder;

    private static Path sample(String file) {
        return Mapped.ROOT.resolve("mappings/samples").resolve(file);
    }

    private static Mapped mapped(Path file) {
        return Mapped.of(Mapping.parse("suggested.yaml", MappingSuggester.suggest(file)), file);
    }

    @Test
    void mapsTheClickStreamWithoutAnEdit() {
        var mapped = mapped(ReferenceData.require("clickstream_multicategory/events.csv"));

        assertThat(mapped.events("Product Viewed")).hasSize(17_055);
        assertThat(mapped.events("Product Added")).hasSize(165);
        assertThat(mapped.events("Order Completed")).hasSize(214);
        assertThat(Mapped.revenue(mapped.events("Order Completed"))).isEqualByComparingTo("59442.63");
        assertThat(mapped.rejects()).hasSize(1);
        assertThat(mapped.events()).allMatch(event -> event.has("userId"));
    }

    @Test
    void mapsUciRetailWithoutAnEdit() {
        var mapped = mapped(ReferenceData.require("retail_uci/customers_mod10_eq3.csv"));

        assertThat(mapped.events("Order Completed")).hasSize(1_666);
        assertThat(Mapped.revenue(mapped.events("Order Completed"))).isEqualByComparingTo("669170.98");
        assertThat(mapped.events("Order Refunded")).hasSize(358);
        assertThat(Mapped.revenue(mapped.events("Order Refunded"))).isEqualByComparingTo("22506.34");
        assertThat(mapped.events().get(0).get("userId").asText()).doesNotContain(".");
    }

    @Test
    void mapsOttoWithoutAnEdit() {
        var mapped = mapped(ReferenceData.require("clickstream_otto/train.jsonl"));

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events("Product Viewed")).hasSize(800);
        assertThat(mapped.events("Product Added")).hasSize(52);
        assertThat(mapped.events("Order Completed")).hasSize(5);
        assertThat(mapped.events())
                .allMatch(event -> event.get("anonymousId").asText().startsWith("a-"));
    }

    @Test
    void mapsCdnowWithoutAHeader() {
        var mapped = mapped(ReferenceData.require("cdnow/CDNOW_sample.txt"));

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events("Order Completed")).hasSize(6_696);
        assertThat(Mapped.revenue(mapped.events("Order Completed"))).isEqualByComparingTo("244091.94");
    }

    @Test
    void mapsContactsWithoutAnEdit() {
        var mapped = mapped(sample("crm_contacts.csv"));

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events()).hasSize(7);
        var event = mapped.events().get(0);
        assertThat(event.get("type").asText()).isEqualTo("identify");
        assertThat(event.at("/context/externalIds").findValuesAsText("type"))
                .containsExactly("crm_id", "email", "phone");
        assertThat(event.at("/context/consent/categoryPreferences/marketing").asBoolean())
                .isTrue();
        assertThat(event.at("/traits/name").asText()).isEqualTo("Ana Kowalska");
        assertThat(event.get("timestamp").asText()).isEqualTo("2026-01-02T09:15:00.000Z");
    }

    @Test
    void mapsReceiptsWithoutAnEdit() {
        var mapped = mapped(sample("pos_receipts.csv"));

        assertThat(mapped.rejects()).isEmpty();
        assertThat(Mapped.revenue(mapped.events("Order Completed"))).isEqualByComparingTo("638.72");
        assertThat(mapped.events("Order Completed")).hasSize(5);
        assertThat(Mapped.revenue(mapped.events("Order Refunded"))).isEqualByComparingTo("79.90");
    }

    @Test
    void marksWhatItIsNotSureOf() {
        var text = MappingSuggester.suggest(Mapped.write(
                folder, "in.csv", "when\tuser\taction\tthing\n1/2/2026\tu1\tview\tx\n3/4/2026\tu2\tdo: 'a'#\ty\n"));

        assertThat(text)
                .contains("delimiter: tab")
                .contains("CHECK: every day is at most the 12th: it may also be M/d/yyyy")
                .contains("CHECK: the times do not say their zone")
                .contains("CHECK: 'do: 'a'#' is not a known kind of event")
                .contains("event: Product Viewed");
        Mapping.parse("suggested.yaml", text);
    }

    @Test
    void loadsWhateverTheFileIs() {
        for (var text : new String[] {
            "x\n1\n",
            "a,b\nc,d\n",
            "1,2,3\n4,5,6\n",
            "weird name!,\"quo\"\"ted\",'single\na,b,c\n",
            "{\"a\":{\"b\":1},\"c d\":2,\"e.f\":3}\n",
            "{\"rows\":[{\"x\":1}],\"id\":2}\n",
            "event,true,null\nview,1,2\n\u00e9\\,3,4\n"
        }) {
            var file = Mapped.write(folder, "in.csv", text);
            var suggested = MappingSuggester.suggest(file);
            assertThat(Mapped.of(Mapping.parse("suggested.yaml", suggested), file)
                            .summary()
                            .read())
                    .as(suggested)
                    .isPositive();
        }
    }

    @Test
    void saysWhenThereIsNothingToMap() {
        var empty = Mapped.write(folder, "empty.csv", "\n\n");
        var segment = Mapped.write(folder, "s.jsonl", "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"1\"}\n");

        assertThatThrownBy(() -> MappingSuggester.suggest(empty)).hasMessageContaining("no line of text");
        assertThatThrownBy(() -> MappingSuggester.suggest(segment)).hasMessageContaining("they need no mapping");
    }
}
