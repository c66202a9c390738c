package io.tributary.local.segments;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.segments.ChangedSegments.Change;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangedSegmentsTest {
    private static final Definitions BEFORE = Definitions.of(
            "before.yaml",
            """
            traits:
            - {name: views, aggregate: count, events: [page]}
            segments:
            - {name: viewer, when: computed.views > 3}
            - {name: buyer, when: orders.count > 0}
            - {name: both, when: in_segment('viewer') && in_segment('buyer')}
            - {name: fan, for_each: event.name, trait: {aggregate: count, events: [page]}, when: value > 3}
            """);

    @TempDir
    private Path folder;

    @Test
    void aSegmentOfThatNameIsReplacedAndThoseThatAskForItDecideOtherwise() throws IOException {
        ChangedSegments changed = with(
                """
                segments:
                - {name: buyer, title: Buyer, when: orders.count > 1}
                - {name: new, when: in_segment('buyer') || in_segment('fan')}
                - {name: viewer, title: A title decides nothing, when: computed.views   > 3}
                """);

        assertThat(changed.changes())
                .isEqualTo(Map.of(
                        "buyer", Change.CHANGED,
                        "both", Change.AFFECTED,
                        "new", Change.NEW,
                        "viewer", Change.AS_BEFORE));
        assertThat(changed.touchWhatThereIs()).isTrue();
        assertThat(changed.untold()).isEmpty();
    }

    @Test
    void profilesCantTellOfTraitsThatAreOtherAndOfValues() throws IOException {
        ChangedSegments changed = with(
                """
                traits:
                - {name: views, aggregate: count, events: [page, screen]}
                - {name: searches, aggregate: count, events: [Products Searched]}
                segments:
                - {name: searcher, when: computed.searches > 3}
                - {name: fan, for_each: event.name, trait: {aggregate: count, events: [page]}, when: value > 4}
                """);

        assertThat(changed.changes())
                .isEqualTo(Map.of(
                        "viewer", Change.AFFECTED,
                        "both", Change.AFFECTED,
                        "searcher", Change.NEW,
                        "fan", Change.CHANGED));
        assertThat(changed.untold())
                .containsExactly(
                        "'fan' has values",
                        "'searcher' looks at computed.searches, which is new",
                        "'viewer' looks at computed.views, which is changed");
    }

    @Test
    void whatIsOnlyNewTouchesNothing() throws IOException {
        assertThat(with("segments: [{name: new, when: computed.views == 0}]").touchWhatThereIs())
                .isFalse();
        assertThat(with("traits: [{name: a, aggregate: count, events: [page]}]").changes())
                .isEmpty();
    }

    private ChangedSegments with(String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("new.yaml"), yaml);
        return new ChangedSegments(BEFORE, BEFORE.with(file, IdentitySettings.defaults()));
    }
}
