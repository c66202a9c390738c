package io.tributary.kibana.description;

import java.util.Map;

/**
 * What Kibana calls an index.
 *
 * @param index alias of the index
 * @param timeField by which the time picker restricts it; null if it must not
 * @param formats patterns of Numeral.js by field, for fields whose numbers are not plain
 */
public record DataView(String id, String name, String index, String timeField, Map<String, String> formats) {
    public DataView {
        formats = formats == null ? Map.of() : formats;
    }
}
