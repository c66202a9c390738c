package io.tributary.schemas.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.json.AcceptedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A definition as it is published. One that has been removed goes on saying so: neither its versions nor its number are
 * ever given again.
 *
 * @param version from 1 on, another one whenever it is written otherwise
 * @param number of a segment in what is kept of a customer, its own for good; else 0
 * @param publication the one that wrote it like this, or removed it
 * @param json as it was written, or null if it has been removed
 */
public record PublishedDefinition(
        DefinitionKind kind, String name, int version, int number, long publication, ObjectNode json) {
    /** The key of its record. */
    public String key() {
        return key(kind, name);
    }

    static String key(DefinitionKind kind, String name) {
        return kind.key() + ":" + name;
    }

    public boolean isRemoved() {
        return json == null;
    }

    /** Whether it is written like this; numbers as they are told. */
    boolean isWritten(ObjectNode other) {
        return !isRemoved() && json.toString().equals(other.toString());
    }

    /** Whether the other, which may be null, is the same version of the same definition. */
    boolean isVersionOf(PublishedDefinition other) {
        return other != null && version == other.version && isRemoved() == other.isRemoved();
    }

    PublishedDefinition next(long by, ObjectNode otherwise) {
        return new PublishedDefinition(kind, name, version + 1, number, by, otherwise);
    }

    PublishedDefinition removed(long by) {
        return isRemoved() ? this : new PublishedDefinition(kind, name, version, number, by, null);
    }

    /** The value of its record: a JSON object in UTF-8. */
    public byte[] toJson() {
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        record.put("kind", kind.key()).put("name", name).put("version", version);
        if (kind == DefinitionKind.SEGMENT) {
            record.put("number", number);
        }
        record.put("publication", publication);
        if (isRemoved()) {
            record.put("removed", true);
        } else {
            record.set("definition", json);
        }
        return record.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws UnpublishedException if it is no such record */
    static PublishedDefinition ofJson(byte[] json) throws UnpublishedException {
        JsonNode record = object(json);
        DefinitionKind kind = Arrays.stream(DefinitionKind.values())
                .filter(any -> any.key().equals(record.path("kind").asText()))
                .findFirst()
                .orElseThrow(() -> new UnpublishedException("'kind' is none"));
        int version = record.path("version").asInt();
        int number = record.path("number").asInt(-1);
        long publication = record.path("publication").asLong();
        JsonNode definition = record.get("definition");
        boolean isRemoved = record.path("removed").asBoolean();
        if (!record.path("name").isTextual() || version < 1 || publication < 1) {
            throw new UnpublishedException("'name', 'version' or 'publication' is missing");
        }
        if (kind == DefinitionKind.SEGMENT && number < 0) {
            throw new UnpublishedException("'number' is missing");
        }
        if (isRemoved == definition instanceof ObjectNode) {
            throw new UnpublishedException("it has neither or both of 'definition' and 'removed'");
        }
        return new PublishedDefinition(
                kind,
                record.path("name").textValue(),
                version,
                kind == DefinitionKind.SEGMENT ? number : 0,
                publication,
                isRemoved ? null : (ObjectNode) definition);
    }

    static JsonNode object(byte[] json) throws UnpublishedException {
        try {
            JsonNode record = AcceptedJson.mapper().readTree(json);
            if (record != null && record.isObject()) {
                return record;
            }
        } catch (JsonProcessingException e) {
            throw new UnpublishedException("it is no JSON");
        } catch (IOException e) {
            throw new UnpublishedException("it is not UTF-8");
        }
        throw new UnpublishedException("it is no JSON object");
    }
}
