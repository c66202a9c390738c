package io.tributary.local.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * One customer, and how it has become what it is.
 *
 * @param profile null if there is no such customer now
 * @param heirs customers that have its events now, if it is gone
 */
record Explanation(History history, ObjectNode profile, List<String> heirs) {}
