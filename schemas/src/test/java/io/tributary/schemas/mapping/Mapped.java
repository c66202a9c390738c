package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.Reject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a mapping made of some files, for tests. */
record Mapped(List<MappedLine.Event> lines, List<Reject> rejects, MappingSummary summary) {
    static final Path ROOT = Path.of(System.getProperty("tributary.root"));

    static Mapped of(Mapping mapping, Path... files) {
        return of(mapping, ReadLimits.DEFAULT, files);
    }

    static Mapped of(Mapping mapping, ReadLimits limits, Path... files) {
        var events = new ArrayList<MappedLine.Event>();
        var rejects = new ArrayList<Reject>();
        var summary = mapping.read(List.of(files), limits, line -> {
            if (line instanceof MappedLine.Event event) {
                events.add(event);
            } else if (line instanceof MappedLine.Refused refused) {
                rejects.add(refused.reject());
            }
        });
        return new Mapped(events, rejects, summary);
    }

    static Mapping shipped(String name) {
        return Mapping.load(ROOT.resolve("mappings").resolve(name));
    }

    static Path write(Path folder, String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> events() {
        return lines.stream().map(line -> json(line.json())).toList();
    }

    List<JsonNode> events(String name) {
        return events().stream()
                .filter(event -> event.path("event").asText().equals(name))
                .toList();
    }

    /** The lines of JSON in an order of their own. */
    List<String> sortedJson() {
        return lines.stream()
                .map(line -> new String(line.json(), StandardCharsets.UTF_8))
                .sorted()
                .toList();
    }

    static JsonNode json(byte[] bytes) {
        try {
            return JsonText.MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Revenue of orders or refunds: what they say, else the sum of price × quantity. */
    static BigDecimal revenue(List<JsonNode> orders) {
        var sum = BigDecimal.ZERO;
        for (var order : orders) {
            var properties = order.get("properties");
            if (properties.has("revenue")) {
                sum = sum.add(properties.get("revenue").decimalValue());
                continue;
            }
            for (var product : properties.get("products")) {
                sum = sum.add(product.path("price")
                        .decimalValue()
                        .multiply(product.get("quantity").decimalValue()));
            }
        }
        return sum;
    }
}
