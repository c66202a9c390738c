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

/** All triggers, and what holds them back, as they were published. Immutable. */
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
            Wire.writeBytes(triggers.delivery, out);
        }

        @Override
        public PublishedTriggers read(DataInput in) throws IOException {
            long publication = Wire.readVarLong(in);
            List<Written> written = new ArrayList<>();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                written.add(new Written(Wire.readVarInt(in), Wire.readBytes(in)));
            }
            return new PublishedTriggers(publication, written, Wire.readBytes(in));
        }
    };

    private static final byte[] NOTHING = {};

    private final long publication;

    /** By name. */
    private final ArrayList<Written> written;

    /** What holds them back, a JSON object in UTF-8; empty if nothing is written of it. */
    private final byte[] delivery;

    /** Null until somebody asks. */
    @SuppressWarnings("Immutable") // It follows from the rest.
    private transient Definitions definitions;

    @SuppressWarnings("Immutable") // As above.
    private transient List<CartTrigger> triggers;

    @SuppressWarnings("Immutable") // As above.
    private transient Gate gate;

    /** @param json the definition, a JSON object in UTF-8 */
    private record Written(int version, byte[] json) implements Serializable {}

    private PublishedTriggers(long publication, List<Written> written, byte[] delivery) {
        this.publication = publication;
        this.written = new ArrayList<>(written);
        this.delivery = delivery;
    }

    /** Of a set of which everything is published. */
    public static PublishedTriggers of(PublishedDefinitions set) {
        long publication = 0;
        List<Written> written = new ArrayList<>();
        byte[] delivery = NOTHING;
        for (PublishedDefinition definition : set.all()) {
            if (definition.kind() != DefinitionKind.TRIGGER && definition.kind() != DefinitionKind.DELIVERY) {
                continue;
            }
            publication = Math.max(publication, definition.publication());
            if (definition.isRemoved()) {
                continue;
            }
            byte[] json = definition.json().toString().getBytes(StandardCharsets.UTF_8);
            if (definition.kind() == DefinitionKind.DELIVERY) {
                delivery = json;
            } else {
                written.add(new Written(definition.version(), json));
            }
        }
        return new PublishedTriggers(publication, written, delivery);
    }

    /** The publication that last changed or removed any of them, or what holds them back; 0 if there never was one. */
    public long publication() {
        return publication;
    }

    /** By name. */
    synchronized List<CartTrigger> triggers() {
        if (triggers == null) {
            Map<String, TriggerDefinition> byName = definitions().triggers();
            triggers = written.stream()
                    .map(trigger -> new CartTrigger(byName.get(nameOf(parsed(trigger.json))), trigger.version))
                    .toList();
        }
        return triggers;
    }

    /** What holds them back. */
    synchronized Gate gate() {
        if (gate == null) {
            gate = new Gate(definitions().delivery(), definitions().triggers().values());
        }
        return gate;
    }

    private synchronized Definitions definitions() {
        if (definitions == null) {
            List<Definitions.Entry> entries = new ArrayList<>();
            for (Written trigger : written) {
                ObjectNode json = parsed(trigger.json);
                entries.add(new Definitions.Entry(DefinitionKind.TRIGGER, nameOf(json), json));
            }
            if (delivery.length > 0) {
                entries.add(new Definitions.Entry(
                        DefinitionKind.DELIVERY, DefinitionKind.DELIVERY.key(), parsed(delivery)));
            }
            // Nothing in them looks at what configuration says of identity.
            definitions = Definitions.ofPart(entries, IdentitySettings.defaults());
        }
        return definitions;
    }

    private static String nameOf(ObjectNode trigger) {
        return trigger.path("name").textValue();
    }

    private static ObjectNode parsed(byte[] json) {
        try {
            return (ObjectNode) AcceptedJson.mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException("a published definition is JSON", e);
        }
    }
}
