package io.tributary.kibana.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** An object of Kibana, as a line of a file that Kibana imports. */
record SavedObject(ObjectType type, String id, ObjectNode attributes, List<Reference> references) {
    /** The version that 8.8 and all later releases of 8 write. */
    private static final String CORE_MIGRATION_VERSION = "8.8.0";

    /** Versions of the attributes that any Kibana 8.19 takes: it migrates older ones and refuses newer ones. */
    enum ObjectType {
        DATA_VIEW("index-pattern", "8.0.0"),
        SEARCH("search", "10.2.0"),
        LENS("lens", "8.9.0"),
        DASHBOARD("dashboard", "10.2.0");

        private final String id;
        private final String version;

        ObjectType(String id, String version) {
            this.id = id;
            this.version = version;
        }

        String id() {
            return id;
        }
    }

    record Reference(ObjectType type, String id, String name) {
        private ObjectNode json() {
            return Json.object().put("type", type.id).put("id", id).put("name", name);
        }
    }

    String line() {
        ObjectNode line = Json.object().put("type", type.id).put("id", id);
        line.set("attributes", attributes);
        ArrayNode all = line.putArray("references");
        references.forEach(reference -> all.add(reference.json()));
        return Json.text(line.put("managed", false)
                .put("coreMigrationVersion", CORE_MIGRATION_VERSION)
                .put("typeMigrationVersion", type.version));
    }
}
