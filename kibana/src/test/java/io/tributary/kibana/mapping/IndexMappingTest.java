package io.tributary.kibana.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexMappingTest {
    private static final Path TEMPLATES = Path.of(System.getProperty("tributary.root"), "docker/elasticsearch");

    private final Map<String, IndexMapping> mappings;

    IndexMappingTest() throws IOException {
        mappings = new IndexTemplates(TEMPLATES).mappings();
    }

    @Test
    void isKnownByTheAlias() {
        assertThat(mappings)
                .containsOnlyKeys(
                        "cdp-profiles",
                        "cdp-personal",
                        "cdp-triggers",
                        "cdp-triggers-suppressed",
                        "cdp-segment-changes",
                        "cdp-identity-changes",
                        "cdp-rejects");
    }

    @ParameterizedTest
    @CsvSource({
        "cdp-profiles, customer_id, KEYWORD",
        "cdp-profiles, orders.count, NUMBER",
        "cdp-profiles, memberships.since, DATE",
        "cdp-profiles, orders, OBJECT",
        "cdp-profiles, traits, OPAQUE",
        "cdp-profiles, traits.country, OPAQUE",
        "cdp-rejects, reason, KEYWORD",
        "cdp-triggers, at, DATE",
        "cdp-personal, names, TEXT",
        "cdp-personal, names.keyword, KEYWORD"
    })
    void tellsWhatTheTemplateSays(String index, String field, FieldType type) {
        assertThat(mappings.get(index).field(field)).contains(type);
    }

    @ParameterizedTest
    @CsvSource({
        "cdp-profiles, orders.revenue.USD, NUMBER",
        "cdp-profiles, computed_numbers.orders_31d, NUMBER",
        "cdp-profiles, identifiers.club_card, KEYWORD",
        "cdp-triggers, value.USD, NUMBER"
    })
    void tellsWhatADynamicTemplateOfAComponentSays(String index, String field, FieldType type) {
        assertThat(mappings.get(index).field(field)).contains(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "value.USD",
                "orders.nothing",
                "orders.revenue.USD.cents",
                "customer_id.keyword",
                "orders.",
                ""
            })
    void knowsNoFieldsThatCannotCome(String field) {
        assertThat(mappings.get("cdp-profiles").field(field)).isEmpty();
    }
}
