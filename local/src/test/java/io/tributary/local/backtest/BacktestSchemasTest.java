package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.input.EventFiles;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationRates;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import io.tributary.operators.identity.IdentityChange;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.testing.PublicSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every line that a backtest writes about simulated traffic, against the public schemas. */
class BacktestSchemasTest {
    private static final String DEFINITIONS =
            """
            traits:
            - {name: views, aggregate: count, events: [Product Viewed], window: 7d}
            - {name: spent, aggregate: sum, events: [Order Completed], value: event.revenue}
            - {name: typical, aggregate: average, events: [Order Completed], value: event.revenue}
            - {name: products, aggregate: unique_list, events: [Product Added], value: event.properties.product_id}
            segments:
            - {name: looker, when: computed.views >= 3}
            - {name: buyer, when: days_since(orders.last_at) <= 5}
            - {name: fan, for_each: event.properties.product_id, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 2}
            delivery:
              quiet_hours: {from: "22:00", to: "08:00", zone: Europe/Warsaw}
              caps: [{most: 1, within: 3d}]
            """;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void backtest() throws IOException {
        Path events = folder.resolve("shop.jsonl");
        SimulationConfig config =
                new SimulationConfig(400, 20, 3, Instant.parse("2026-01-01T00:00:00Z"), 100, SimulationRates.DEFAULT);
        new SimulationWriter().write(new Simulator(config), events, lines -> {});
        Files.writeString(events, "x".repeat(1_100_000) + "\n", StandardOpenOption.APPEND);
        Backtest backtest = new Backtest(AbandonedCartAlone.with("definitions.yaml", DEFINITIONS));
        EventFiles.of(List.of(events), List.of())
                .read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        new BacktestWriter(folder).write(backtest.run(OptionalLong.empty(), 1), 1.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"profile", "identity-change", "segment-change", "trigger", "trigger-suppressed", "reject"})
    void everyLineIsValid(String kind) throws IOException {
        ObjectMapper mapper = new ObjectMapper();

        List<String> lines = Files.readAllLines(
                folder.resolve(kind.equals("trigger-suppressed") ? "triggers-suppressed.jsonl" : kind + "s.jsonl"));

        assertThat(lines).hasSizeGreaterThan(10);
        for (String line : lines) {
            assertThat(PublicSchemas.faults(kind, mapper.readTree(line)))
                    .as(line.substring(0, Math.min(line.length(), 5_000)))
                    .isEmpty();
        }
    }

    @Test
    void theIdentityChangesAreThoseOfTheCode() {
        List<String> changes = new ArrayList<>();
        PublicSchemas.schema("identity-change")
                .getSchemaNode()
                .at("/properties/change/enum")
                .forEach(change -> changes.add(change.asText()));

        assertThat(changes)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(IdentityChange.Kind.values())
                        .map(IdentityChange.Kind::id)
                        .toList());
    }
}
