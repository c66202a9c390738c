package io.tributary.schemas.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The public JSON Schemas; whoever calls this needs the validator on its class path. */
public final class PublicSchemas {
    private static final String BASE = "https://tributary.example/schemas/";
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            factory ->
                    factory.schemaMappers(mappers -> mappers.mapPrefix(BASE, "classpath:io/tributary/schemas/json/")));
    private static final Map<String, JsonSchema> LOADED = new ConcurrentHashMap<>();

    private PublicSchemas() {}

    /**
     * What is wrong with a value; empty if it is valid.
     *
     * @param kind {@code event}, {@code profile}, {@code trigger}, {@code trigger-suppressed}, {@code identity-change},
     *     {@code customer-event} or {@code reject}
     */
    public static Set<ValidationMessage> faults(String kind, JsonNode json) {
        return schema(kind).validate(json);
    }

    /** @param kind as above */
    public static JsonSchema schema(String kind) {
        return LOADED.computeIfAbsent(
                kind,
                name -> FACTORY.getSchema(
                        SchemaLocation.of(BASE + name + ".schema.json"),
                        SchemaValidatorsConfig.builder().build()));
    }
}
