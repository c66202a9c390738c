package io.tributary.operators.trigger;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.json.AcceptedJson;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All triggers as they were published. Immutable. */
public final class PublishedTriggers implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Without a format of its own: part of values that have one. */
    static final Codec<PublishedTriggers> CODEC = new Codec<>() {
        @Override
        public void write(PublishedTriggers triggers, DataOutput out) throws IOException {
            Wire.writeVarLong(triggers.publication, out);
            Wire.writeVarInt(triggers.written.size(), out);
            for (Written trigger : triggers.written) {
                Wire.writeVarInt(trigger.version, out);
                Wire.writeBytes(trigger.json, out);
            }
        }

        @Override
        public PublishedTriggers read(DataInput in) throws IOException {
            long publication = Wire.readVarLong(in);
            List<Written> written = new ArrayList<>();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                written.add(new Written(Wire.readVarInt(in), Wire.readBytes(in)));
            }
            return new PublishedTriggers(publication, written);
        }
    };

    private final long publication;

    /** By name. */
    private final ArrayList<Written> written;

    /** Null until somebody asks. */
    @SuppressWarnings("Immutable") // It follows from the rest.
    private transient List<CartTrigger> triggers;

    /** @param json the definition, a JSON object in UTF-8 */
    private record Written(int version, byte[] json) implements Serializable {}

    private PublishedTriggers(long publication, List<Written> written) {
        this.publication = publication;
        this.written = new ArrayList<>(written);
    }

    /** Of a set of which everything is published. */
    public static PublishedTriggers of(PublishedDefinitions set) {
        long publication = 0;
        List<Written> written = new ArrayList<>();
        for (PublishedDefinition definition : set.all()) {
            if (definition.kind() != DefinitionKind.TRIGGER) {
                continue;
            }
            publication = Math.max(publication, definition.publication());
            if (!definition.isRemoved()) {
                written.add(new Written(
                        definition.version(), definition.json().toString().getBytes(StandardCharsets.UTF_8)));
            }
        }
        return new PublishedTriggers(publication, written);
    }

    /** The publication that last changed any of them, or removed one; 0 if there never was one. */
    public long publication() {
        return publication;
    }

    /** By name. */
    synchronized List<CartTrigger> triggers() {
        if (triggers == null) {
            Map<String, Integer> versions = new TreeMap<>();
            List<Definitions.Entry> entries = new ArrayList<>();
            for (Written trigger : written) {
                ObjectNode json = parsed(trigger.json);
                String name = json.path("name").textValue();
                versions.put(name, trigger.version);
                entries.add(new Definitions.Entry(DefinitionKind.TRIGGER, name, json));
            }
            // Nothing in them looks at what configuration says of identity.
            Map<String, TriggerDefinition> definitions =
                    Definitions.ofJson(entries, IdentitySettings.defaults()).triggers();
            triggers = versions.entrySet().stream()
                    .map(trigger -> new CartTrigger(definitions.get(trigger.getKey()), trigger.getValue()))
                    .toList();
        }
        return triggers;
    }

    private static ObjectNode parsed(byte[] json) {
        try {
            return (ObjectNode) AcceptedJson.mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException("a published definition is JSON", e);
        }
    }
}
