package io.tributary.kibana.check;

import io.tributary.kibana.mapping.IndexMapping;
import io.tributary.kibana.mapping.IndexTemplates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The mappings that the templates make. */
final class Indices {
    private static final Path TEMPLATES = Path.of(System.getProperty("tributary.root"), "docker/elasticsearch");

    private Indices() {}

    static Map<String, IndexMapping> mappings() throws IOException {
        return new IndexTemplates(TEMPLATES).mappings();
    }
}
