package io.tributary.kibana.check;

import io.tributary.kibana.mapping.IndexMapping;
import io.tributary.kibana.mapping.IndexTemplates;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;

/** The mappings that the templates make, with the fields and indices that the dashboards need and templates lack so far. */
final class Indices {
    private static final Path TEMPLATES = Path.of(System.getProperty("tributary.root"), "docker/elasticsearch");

    private Indices() {}

    static Map<String, IndexMapping> mappings() throws IOException, URISyntaxException {
        Path provisional = Path.of(
                Indices.class.getResource("/io/tributary/kibana/elasticsearch").toURI());
        return new IndexTemplates().add(TEMPLATES).add(provisional).mappings();
    }
}
