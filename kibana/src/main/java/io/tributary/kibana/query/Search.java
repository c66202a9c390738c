package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Who answers a search. */
@FunctionalInterface
public interface Search {
    /**
     * Searches.
     *
     * @param index name or alias
     * @param body of the request {@code _search}
     * @return the body of the answer
     */
    JsonNode search(String index, JsonNode body) throws IOException, InterruptedException;
}
