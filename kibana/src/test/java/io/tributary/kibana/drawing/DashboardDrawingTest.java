package io.tributary.kibana.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tributary.kibana.query.Context;
import io.tributary.kibana.query.SavedObjects;
import io.tributary.kibana.query.Search;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class DashboardDrawingTest {
    private static final Path BUNDLE = Path.of(System.getProperty("tributary.root"), "docker/kibana/tributary.ndjson");
    private static final Context TEN_DAYS = new Context(1_767_225_600_000L, 1_768_089_600_000L, List.of());

    private final SavedObjects objects;

    DashboardDrawingTest() throws Exception {
        objects = new SavedObjects(Files.readString(BUNDLE));
    }

    private String draw(JsonNode dashboard, Search search) throws Exception {
        return new DashboardDrawing(objects, search).draw(dashboard, TEN_DAYS);
    }

    private static List<String> texts(String svg) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        NodeList elements = document.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < elements.getLength(); i++) {
            texts.add(elements.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void showsEveryPanelAndWhoHasDrawnIt() throws Exception {
        for (JsonNode dashboard : objects.ofType("dashboard")) {
            List<String> texts = texts(draw(dashboard, new CannedAnswers()));
            assertThat(texts)
                    .last()
                    .asString()
                    .startsWith("Drawn by Tributary's own tests")
                    .contains("not a picture of Kibana");
            assertThat(texts).contains("beta & <b>");
            for (JsonNode panel : SavedObjects.panels(dashboard)) {
                String title = panel.path("title").asText();
                assertThat(texts).anyMatch(text -> title.startsWith(text.replace("…", "")) && !text.isEmpty());
            }
        }
    }

    @Test
    void isTheSameOfTheSameAnswers() throws Exception {
        JsonNode dashboard = objects.get("dashboard", "tributary-triggers");
        assertThat(draw(dashboard, new CannedAnswers())).isEqualTo(draw(dashboard, new CannedAnswers()));
    }

    @Test
    void staysWithinItsFrame() throws Exception {
        for (JsonNode dashboard : objects.ofType("dashboard")) {
            assertThat(draw(dashboard, new CannedAnswers())).doesNotContain("NaN", "Infinity", "\"-");
        }
    }

    @Test
    void saysSoWhereThereIsNothing() throws Exception {
        JsonNode nothing = JsonNodeFactory.instance
                .objectNode()
                .set("hits", JsonNodeFactory.instance.objectNode().set("hits", JsonNodeFactory.instance.arrayNode()));
        Search search =
                (index, body) -> body.path("size").asInt() > 0 ? nothing : new CannedAnswers().search(index, body);
        assertThat(texts(draw(objects.get("dashboard", "tributary-customer-360"), search)))
                .contains("No results");
    }

    @Test
    void writesValuesByTheirFormat() {
        assertThat(new Column("c", "", false, true, null).write(1234.5)).isEqualTo("$1,234.50");
        assertThat(new Column("c", "", false, false, 0).write(1234.5)).isEqualTo("1,234");
        assertThat(new Column("c", "", false, false, null).write(0.12345)).isEqualTo("0.123");
        assertThat(new Column("c", "", true, false, null).write(0.0)).isEqualTo("1970-01-01 00:00");
        assertThat(new Column("c", "", false, false, null).write(null)).isEqualTo("-");
        assertThat(new Column("c", "", false, false, null).write(List.of("a", 2L)))
                .isEqualTo("a, 2");
    }
}
