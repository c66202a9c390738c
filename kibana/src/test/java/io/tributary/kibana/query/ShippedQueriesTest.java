package io.tributary.kibana.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShippedQueriesTest {
    private static final Path BUNDLE = Path.of(System.getProperty("tributary.root"), "docker/kibana/tributary.ndjson");
    private static final Context DAY = new Context(0, 86_400_000, List.of("customer_id: x"));

    private final SavedObjects objects;

    ShippedQueriesTest() throws IOException {
        objects = new SavedObjects(Files.readString(BUNDLE));
    }

    @Test
    void knowEveryPanelOfEveryDashboard() {
        int panels = 0;
        for (JsonNode dashboard : objects.ofType("dashboard")) {
            for (JsonNode panel : SavedObjects.panels(dashboard)) {
                JsonNode content = objects.content(dashboard, panel);
                if (content.path("type").asText().equals("lens")) {
                    assertThat(new LayerQuery(content, "layer", objects.dataView(content, "layer"), DAY).columns())
                            .isNotEmpty();
                } else {
                    assertThat(new SearchQuery(content, objects.dataView(content), DAY).columns())
                            .hasSizeGreaterThan(1);
                }
                panels++;
            }
        }
        assertThat(panels).isGreaterThan(objects.ofType("lens").size());
    }
}
