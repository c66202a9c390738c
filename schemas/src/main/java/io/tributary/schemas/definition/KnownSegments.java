package io.tributary.schemas.definition;

import io.tributary.schemas.yaml.YamlSource;
import org.yaml.snakeyaml.nodes.Node;

/** Which segments there are. */
@FunctionalInterface
interface KnownSegments {
    /** @throws io.tributary.schemas.yaml.DefinitionException if there is none of that name */
    void refuseUnknown(YamlSource yaml, Node node, String name);
}
