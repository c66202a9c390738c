package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the topic of definitions, record by record: what has been published so far. Not thread-safe. */
public final class DefinitionLog {
    private final SortedMap<String, PublishedDefinition> byKey = new TreeMap<>();
    private long publication;
    private long at;

    /** From the beginning. */
    public DefinitionLog() {}

    /** From where an earlier one {@linkplain #soFar has come}. */
    public DefinitionLog(PublishedDefinitions soFar) {
        soFar.all().forEach(definition -> byKey.put(definition.key(), definition));
        publication = soFar.publication();
        at = soFar.at();
    }

    /**
     * Reads the next record.
     *
     * @param key may be null
     * @param value null for one that has been deleted: it is removed
     * @return what is published if the record closes a publication; in a log that has been compacted one that others
     *     have followed may lack what they have changed
     * @throws UnpublishedException if it is no record of this topic; nothing is changed by it
     */
    public Optional<PublishedDefinitions> read(byte[] key, byte[] value) throws UnpublishedException {
        if (key == null) {
            throw new UnpublishedException("it has no key");
        }
        String text = new String(key, StandardCharsets.UTF_8);
        if (text.equals(PublishedDefinitions.CLOSING_KEY)) {
            return Optional.of(close(value));
        }
        if (value == null) {
            byKey.computeIfPresent(text, (same, definition) -> definition.removed(publication + 1));
            return Optional.empty();
        }
        PublishedDefinition definition = PublishedDefinition.ofJson(value);
        if (!definition.key().equals(text)) {
            throw new UnpublishedException("it says that it is " + definition.key() + ", its key another");
        }
        byKey.put(text, definition);
        return Optional.empty();
    }

    private PublishedDefinitions close(byte[] value) throws UnpublishedException {
        if (value == null) {
            throw new UnpublishedException("who deletes this record takes nothing back: publish what is to hold");
        }
        JsonNode closing = PublishedDefinition.object(value);
        long number = closing.path("publication").asLong();
        long time = Timestamps.parse(closing.path("at").asText(""));
        if (number < 1 || time == Timestamps.INVALID) {
            throw new UnpublishedException("'publication' or 'at' is missing");
        }
        publication = number;
        at = time;
        return soFar();
    }

    /** How far it has come, what no record has closed yet included. */
    public PublishedDefinitions soFar() {
        return new PublishedDefinitions(publication, at, new TreeMap<>(byKey));
    }
}
