package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadDefinitionsTest {
    private static final IdentitySettings IDENTITY = IdentitySettings.defaults();
    private static final String TRAIT = "traits: [{name: orders, aggregate: count, events: [Order Completed]}]\n";

    private static PublishedDefinitions published(String yaml) {
        return PublishedDefinitions.NONE.next(Definitions.of("d.yaml", yaml), 1);
    }

    /** As another subtask has it. */
    private static PublishedDefinitions travelled(PublishedDefinitions published) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PublishedDefinitions.CODEC.write(published, new DataOutputStream(bytes));
        return PublishedDefinitions.CODEC.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void whoeverReadsTheSamePublicationHasTheSame() throws IOException {
        PublishedDefinitions set = travelled(published(TRAIT + "segments: [{name: vip, when: computed.orders > 9}]\n"));
        ReadDefinitions first = ReadDefinitions.of(set, IDENTITY);
        ReadDefinitions second = ReadDefinitions.of(travelled(set), IDENTITY);
        assertThat(second).isSameAs(first);
        assertThat(second.published()).isSameAs(set);
        assertThat(new CompiledDefinitions(second).evaluator())
                .as("has room for one customer at a time")
                .isNotSameAs(new CompiledDefinitions(first).evaluator());
    }

    @Test
    void aPublicationOfTheSameNumberThatSaysSomethingElseIsAnother() throws IOException {
        ReadDefinitions ten =
                ReadDefinitions.of(travelled(published("segments: [{name: a, when: orders.count > 10}]\n")), IDENTITY);
        ReadDefinitions eleven =
                ReadDefinitions.of(travelled(published("segments: [{name: a, when: orders.count > 11}]\n")), IDENTITY);
        assertThat(eleven.published().publication()).isEqualTo(ten.published().publication());
        assertThat(eleven.index().condition(0).text()).isEqualTo("orders.count > 11");
        assertThat(ten.index().condition(0).text()).isEqualTo("orders.count > 10");
    }

    @Test
    void otherNamespacesReadAnew() {
        IdentitySettings wider =
                IdentitySettings.parse("identity.yaml", "version: 1\nnamespaces: [{name: tax_number, kind: person}]\n");
        Definitions definitions = Definitions.of(
                Map.of("d.yaml", "segments: [{name: a, when: 'size(identifiers.tax_number) > 0'}]\n"), wider);
        PublishedDefinitions set = PublishedDefinitions.NONE.next(definitions, 1);
        ReadDefinitions read = ReadDefinitions.of(set, wider);
        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(() -> ReadDefinitions.of(set, IDENTITY))
                    .isInstanceOf(DefinitionsException.class)
                    .hasMessageContaining("no namespace 'tax_number'");
        }
        assertThat(ReadDefinitions.of(set, wider)).isSameAs(read);
    }

    @Test
    void theNextPublicationTakesOverWhatHasNotChanged() throws IOException {
        PublishedDefinitions first = travelled(published(
                TRAIT + "segments: [{name: a, when: computed.orders > 9}, {name: b, when: computed.orders > 1}]\n"));
        ActiveDefinitions active = new ActiveDefinitions(first, IDENTITY);
        ReadDefinitions before = ReadDefinitions.of(first, IDENTITY);
        assertThat(active.compiled().index()).isSameAs(before.index());
        ReadDefinitions after = ReadDefinitions.of(
                travelled(first.next(
                        Definitions.of(
                                "d.yaml",
                                TRAIT
                                        + "segments: [{name: a, when: computed.orders > 9}, {name: b, when: computed.orders > 2}]\n"),
                        2)),
                IDENTITY);
        assertThat(after.definitions().segments().get("a").when())
                .isSameAs(before.definitions().segments().get("a").when());
        assertThat(after.definitions().segments().get("b").when().text()).isEqualTo("computed.orders > 2");
    }
}
