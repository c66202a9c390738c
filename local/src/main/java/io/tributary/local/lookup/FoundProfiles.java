package io.tributary.local.lookup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a look-up has found.
 *
 * @param profiles the first ones, at most {@link Profiles#MOST}
 * @param total how many there are
 */
public record FoundProfiles(List<ObjectNode> profiles, long total) {}
