package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.time.Timestamps;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that holds from one publication on, each definition with its version. What is published together takes effect
 * together: a record per definition that is written otherwise than before, and behind them one that closes the
 * publication. Immutable.
 */
public final class PublishedDefinitions {
    /** The key of the record that closes a publication. */
    public static final String CLOSING_KEY = "publication";

    /** Before the first publication. */
    public static final PublishedDefinitions NONE = new PublishedDefinitions(0, 0, Collections.emptySortedMap());

    public static final Codec<PublishedDefinitions> CODEC = new Codec<>() {
        private static final byte FORMAT = 1;

        @Override
        public void write(PublishedDefinitions set, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarLong(set.publication, out);
            out.writeLong(set.at);
            Wire.writeVarInt(set.byKey.size(), out);
            out.write(set.definitions());
        }

        @Override
        public PublishedDefinitions read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "published definitions", in);
            long publication = Wire.readVarLong(in);
            long at = in.readLong();
            SortedMap<String, PublishedDefinition> byKey = new TreeMap<>();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                try {
                    PublishedDefinition definition = PublishedDefinition.ofJson(Wire.readBytes(in));
                    byKey.put(definition.key(), definition);
                } catch (UnpublishedException e) {
                    throw new IOException("what is kept of definitions can't be read", e);
                }
            }
            return new PublishedDefinitions(publication, at, byKey);
        }
    };

    private final long publication;
    private final long at;

    /** Those that have been removed too. */
    private final SortedMap<String, PublishedDefinition> byKey;

    /** All that have ever been published, as {@link #CODEC} writes them; null if nobody has asked. A checkpoint asks each time. */
    private byte[] written;

    /** What a publication does to a definition. */
    public enum Change {
        ADDED,
        CHANGED,
        REMOVED
    }

    PublishedDefinitions(long publication, long at, SortedMap<String, PublishedDefinition> byKey) {
        this.publication = publication;
        this.at = at;
        this.byKey = Collections.unmodifiableSortedMap(byKey);
    }

    private synchronized byte[] definitions() throws IOException {
        if (written == null) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            for (PublishedDefinition definition : byKey.values()) {
                Wire.writeBytes(definition.toJson(), out);
            }
            written = bytes.toByteArray();
        }
        return written;
    }

    /** Its number, from 1 on; 0 before the first one. */
    public long publication() {
        return publication;
    }

    /** When it was published, milliseconds since 1970 by the publisher's clock. */
    public long at() {
        return at;
    }

    /** All that have ever been published, by kind and name. */
    public Collection<PublishedDefinition> all() {
        return byKey.values();
    }

    /** A definition that holds or has been removed, or null. */
    public PublishedDefinition of(DefinitionKind kind, String name) {
        return byKey.get(PublishedDefinition.key(kind, name));
    }

    /** What holds. */
    public List<Definitions.Entry> entries() {
        return byKey.values().stream()
                .filter(definition -> !definition.isRemoved())
                .map(definition -> new Definitions.Entry(definition.kind(), definition.name(), definition.json()))
                .toList();
    }

    /** {@link Definitions#ofJson} of what holds. */
    public Definitions definitions(IdentitySettings identity) {
        return Definitions.ofJson(entries(), identity);
    }

    /**
     * What holds if a set is published next: definitions that it does not have are removed.
     *
     * @param at milliseconds since 1970
     * @return this if nothing changes
     */
    public PublishedDefinitions next(Definitions definitions, long at) {
        long by = publication + 1;
        SortedMap<String, PublishedDefinition> next = new TreeMap<>(byKey);
        next.replaceAll((key, definition) -> definition.removed(by));
        int number = byKey.values().stream()
                .filter(definition -> definition.kind() == DefinitionKind.SEGMENT)
                .mapToInt(definition -> definition.number() + 1)
                .max()
                .orElse(0);
        for (Definitions.Entry entry : definitions.entries()) {
            String key = PublishedDefinition.key(entry.kind(), entry.name());
            PublishedDefinition before = byKey.get(key);
            if (before == null) {
                int own = entry.kind() == DefinitionKind.SEGMENT ? number++ : 0;
                next.put(key, new PublishedDefinition(entry.kind(), entry.name(), 1, own, by, entry.json()));
            } else {
                next.put(key, before.isWritten(entry.json()) ? before : before.next(by, entry.json()));
            }
        }
        PublishedDefinitions set = new PublishedDefinitions(by, at, next);
        return set.otherThanIn(this).isEmpty() ? this : set;
    }

    /** What this one does to definitions of an earlier one, by kind and name. */
    public SortedMap<PublishedDefinition, Change> changesSince(PublishedDefinitions earlier) {
        SortedMap<PublishedDefinition, Change> changes = new TreeMap<>(Comparator.comparing(PublishedDefinition::key));
        for (PublishedDefinition definition : otherThanIn(earlier)) {
            PublishedDefinition before = earlier.byKey.get(definition.key());
            boolean wasThere = before != null && !before.isRemoved();
            if (definition.isRemoved()) {
                changes.put(definition, Change.REMOVED);
            } else {
                changes.put(definition, wasThere ? Change.CHANGED : Change.ADDED);
            }
        }
        return changes;
    }

    private List<PublishedDefinition> otherThanIn(PublishedDefinitions earlier) {
        return byKey.values().stream()
                .filter(definition -> !definition.isVersionOf(earlier.byKey.get(definition.key())))
                .toList();
    }

    /** A record of the topic. */
    public record Written(String key, byte[] value) {}

    /** The records that publish it where an earlier one holds, in their order. */
    public List<Written> recordsSince(PublishedDefinitions earlier) {
        List<Written> records = new ArrayList<>();
        for (PublishedDefinition definition : otherThanIn(earlier)) {
            records.add(new Written(definition.key(), definition.toJson()));
        }
        ObjectNode closing = JsonNodeFactory.instance.objectNode();
        closing.put("publication", publication).put("at", Timestamps.format(at));
        records.add(new Written(CLOSING_KEY, closing.toString().getBytes(StandardCharsets.UTF_8)));
        return records;
    }

    /** Equal if they have the same number and say the same, also of what has been removed. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof PublishedDefinitions that
                        && publication == that.publication
                        && at == that.at
                        && byKey.equals(that.byKey));
    }

    /** Of the number and the time alone: sets of thousands of definitions that have both are mostly equal. */
    @Override
    public int hashCode() {
        return Long.hashCode(31 * publication + at);
    }
}
