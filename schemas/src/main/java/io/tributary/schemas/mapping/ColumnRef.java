package io.tributary.schemas.mapping;

import java.util.List;
import org.yaml.snakeyaml.nodes.Node;

/**
 * A column that a mapping names.
 *
 * @param name as written
 * @param path for JSON rows: the names between the dots, from the row inwards
 * @param place where the mapping names it
 */
record ColumnRef(String name, List<String> path, Node place) {
    static ColumnRef of(String name, Node place) {
        return new ColumnRef(name, List.of(name.split("\\.", -1)), place);
    }
}
