package io.tributary.operators.segment;

import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.operators.segment.SegmentIndex.Segment;
import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** What a set decides otherwise than earlier publications. For one thread. */
final class DefinitionChanges {
    /** Customers whom nobody has seen for so many publications are rare. */
    private static final int MAX_REMEMBERED = 16;

    private final SegmentIndex index;
    private final PublishedDefinitions published;
    private final Map<String, Long> publicationOf = new LinkedHashMap<>();
    private final long publicationOfTraits;

    private final Map<Long, int[]> since = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, int[]> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    DefinitionChanges(SegmentIndex index, PublishedDefinitions published) {
        this.index = index;
        this.published = published;
        publicationOfTraits = published.all().stream()
                .filter(definition -> definition.kind() == DefinitionKind.TRAIT)
                .mapToLong(PublishedDefinition::publication)
                .max()
                .orElse(0);
        index.segments().forEach(this::publicationOf);
    }

    /** Since when a segment decides as it does: its own definition, and those of what it asks for. */
    private long publicationOf(Segment segment) {
        Long known = publicationOf.get(segment.name());
        if (known != null) {
            return known;
        }
        long[] publication = {
            published.of(DefinitionKind.SEGMENT, segment.name()).publication()
        };
        segment.formula().forEach(number -> {
            Condition condition = index.condition(number).condition();
            long of = condition instanceof Condition.InSegment asked
                    ? publicationOf(index.byName(asked.segment()))
                    : publicationOf(((Condition.OnAttribute) condition).attribute());
            publication[0] = Math.max(publication[0], of);
        });
        publicationOf.put(segment.name(), publication[0]);
        return publication[0];
    }

    private long publicationOf(Attribute attribute) {
        long publication = 0;
        for (ProfileField field : attribute.reads()) {
            if (field.root() == Root.COMPUTED) {
                PublishedDefinition trait =
                        field.name() == null ? null : published.of(DefinitionKind.TRAIT, field.name());
                publication = Math.max(publication, trait == null ? publicationOfTraits : trait.publication());
            }
        }
        return publication;
    }

    /** The places of the segments that decide otherwise than by an earlier publication. */
    int[] segmentsSince(long publication) {
        return since.computeIfAbsent(
                publication, none -> IntStream.range(0, index.segments().size())
                        .filter(place -> publicationOf(index.segments().get(place)) > publication)
                        .toArray());
    }

    /** Whether a computed trait says something else than by an earlier publication, or is there no more. */
    boolean areOfTraitsSince(long publication) {
        return publicationOfTraits > publication;
    }
}
