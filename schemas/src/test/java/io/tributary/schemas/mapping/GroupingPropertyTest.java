package io.tributary.schemas.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What comes out does not depend on where the rows stand: not within a file, not across files. */
class GroupingPropertyTest {
    private static final String YAML =
            """
            version: 1
            input: {format: csv, header: false, columns: [order, at, sku, price, customer]}
            events:
            - group_by: [order]
              distinct_rows: %s
              type: track
              event: Order Completed
              timestamp: {epoch_s: at}
              user_id: {column: customer}
              properties: {order_id: {hash: group}, revenue: {sum: price}}
              products: {sku: {column: sku}, price: {column: price, as: decimal}}
            """;

    @Provide
    Arbitrary<List<String>> rows() {
        return Combinators.combine(
                        Arbitraries.of("A", "B", ""),
                        Arbitraries.of("1", "2", "3", "x"),
                        Arbitraries.of("p", "q"),
                        Arbitraries.of("1.10", "2", ""),
                        Arbitraries.of("c", "d", ""))
                .as((order, at, sku, price, customer) -> String.join(",", order, at, sku, price, customer))
                .list()
                .ofMinSize(1)
                .ofMaxSize(14);
    }

    @Property(tries = 60)
    void doesNotDependOnTheOrderOfRowsAndFiles(
            @ForAll("rows") List<String> rows, @ForAll Random random, @ForAll boolean distinct) {
        var mapping = Mapping.parse("m.yaml", YAML.formatted(distinct));
        var shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, random);
        int cut = random.nextInt(shuffled.size() + 1);

        var one = map(mapping, List.of(rows));
        var other = map(mapping, List.of(shuffled.subList(0, cut), shuffled.subList(cut, shuffled.size())));

        assertThat(other.events).isEqualTo(one.events);
        assertThat(other.rejects).isEqualTo(one.rejects);
    }

    @Property(tries = 60)
    void usesExactDuplicateRowsOnceWhereAskedTo(@ForAll("rows") List<String> rows) {
        var mapping = Mapping.parse("m.yaml", YAML.formatted(true));
        var doubled = new ArrayList<>(rows);
        doubled.addAll(rows);

        assertThat(map(mapping, List.of(doubled)).events).isEqualTo(map(mapping, List.of(rows)).events);
    }

    /** Events in the order in which they came, with their raw bytes; rejects without their line, sorted. */
    private record Outcome(List<String> events, List<String> rejects) {}

    private static Outcome map(Mapping mapping, List<List<String>> files) {
        try {
            var folder = Files.createTempDirectory("rows");
            var paths = new ArrayList<Path>();
            for (var file : files) {
                paths.add(Files.write(folder.resolve("f" + paths.size() + ".csv"), file));
            }
            var mapped = Mapped.of(mapping, paths.toArray(Path[]::new));
            for (var path : paths) {
                Files.delete(path);
            }
            Files.delete(folder);
            return new Outcome(
                    mapped.lines().stream()
                            .map(e -> text(e.json()) + text(e.raw()))
                            .toList(),
                    mapped.rejects().stream()
                            .map(r -> r.reason() + r.detail() + text(r.raw()))
                            .sorted()
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
