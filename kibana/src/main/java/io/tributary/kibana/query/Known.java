package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What is not known is an error: skipped, it would make other numbers than Kibana's. */
final class Known {
    private Known() {}

    static void only(JsonNode object, String what, String... names) {
        if (!object.isObject()) {
            throw new UnsupportedQueryException(what + " is no object: " + object);
        }
        List<String> known = List.of(names);
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new UnsupportedQueryException(what + ": " + name);
            }
        });
    }

    static void require(boolean holds, String what) {
        if (!holds) {
            throw new UnsupportedQueryException(what);
        }
    }

    /** A part that has to be there. */
    static JsonNode part(JsonNode object, String name) {
        JsonNode part = object.path(name);
        require(!part.isMissingNode(), name + " is missing in " + object);
        return part;
    }

    static String text(JsonNode object, String name) {
        JsonNode text = part(object, name);
        require(text.isTextual(), name + " is no text: " + text);
        return text.asText();
    }

    static boolean flag(JsonNode object, String name) {
        JsonNode flag = part(object, name);
        require(flag.isBoolean(), name + " is neither true nor false: " + flag);
        return flag.booleanValue();
    }
}
