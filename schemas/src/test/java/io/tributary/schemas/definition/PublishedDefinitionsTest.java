package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.definition.PublishedDefinitions.Written;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedDefinitionsTest {
    private static final long AT = 1_767_225_600_000L;

    private static final String TRAIT = "traits: [{name: orders, aggregate: count, events: [Order Completed]}]\n";
    private static final String VIP = "- {name: vip, when: computed.orders > 9}\n";
    private static final String NEW = "- {name: new_here, when: days_since(first_seen) <= 1.50}\n";
    private static final String LOYAL = "- {name: loyal, when: orders.count > 2}\n";

    private static Definitions set(String... segments) {
        return Definitions.of(
                "a.yaml", TRAIT + (segments.length == 0 ? "" : "segments:\n" + String.join("", segments)));
    }

    @Test
    void givesEachSegmentANumberOfItsOwnForGood() {
        PublishedDefinitions first = PublishedDefinitions.NONE.next(set(VIP, NEW), AT);
        PublishedDefinitions without = first.next(set(NEW), AT);
        PublishedDefinitions another = without.next(set(NEW, VIP, LOYAL), AT);

        assertThat(numbers(first)).containsExactly("new_here 0", "vip 1");
        assertThat(numbers(without)).containsExactly("new_here 0", "vip 1 removed");
        assertThat(numbers(another)).containsExactly("loyal 2", "new_here 0", "vip 1");
        assertThat(without.next(set(NEW, LOYAL), AT)
                        .of(DefinitionKind.SEGMENT, "loyal")
                        .number())
                .as("not the number of what has been removed")
                .isEqualTo(2);
    }

    private static List<String> numbers(PublishedDefinitions set) {
        return set.all().stream()
                .filter(definition -> definition.kind() == DefinitionKind.SEGMENT)
                .map(definition ->
                        definition.name() + " " + definition.number() + (definition.isRemoved() ? " removed" : ""))
                .toList();
    }

    @Test
    void rulesOfDeliveryAreOneDefinition() {
        PublishedDefinitions first =
                PublishedDefinitions.NONE.next(Definitions.of("d.yaml", "delivery: {caps: []}"), AT);
        PublishedDefinitions second =
                first.next(Definitions.of("d.yaml", "delivery: {caps: [{most: 1, within: 1d}]}"), AT);
        PublishedDefinitions third = second.next(Definitions.none(), AT);

        assertThat(second.of(DefinitionKind.DELIVERY, "delivery").key()).isEqualTo("delivery:delivery");
        assertThat(second.of(DefinitionKind.DELIVERY, "delivery").version()).isEqualTo(2);
        assertThat(second.definitions(IdentitySettings.defaults()).delivery().caps())
                .hasSize(1);
        assertThat(third.of(DefinitionKind.DELIVERY, "delivery").isRemoved()).isTrue();
        assertThat(third.definitions(IdentitySettings.defaults()).delivery()).isEqualTo(DeliveryDefinition.NONE);
    }

    @Test
    void whatIsWrittenOtherwiseHasAnotherVersion() {
        PublishedDefinitions first = PublishedDefinitions.NONE.next(set(VIP, NEW), AT);
        PublishedDefinitions second =
                first.next(set("- {name: vip, title: Best, when: computed.orders > 9}\n", LOYAL), AT + 1);
        PublishedDefinitions third = second.next(set(VIP, NEW, LOYAL), AT + 2);

        assertThat(second.publication()).isEqualTo(2);
        assertThat(second.at()).isEqualTo(AT + 1);
        assertThat(changes(first, second))
                .containsExactly("segments:loyal ADDED 1", "segments:new_here REMOVED 1", "segments:vip CHANGED 2");
        assertThat(second.all())
                .extracting(definition -> definition.key() + " " + definition.publication())
                .as("the publication that wrote it like this")
                .containsExactly("segments:loyal 2", "segments:new_here 2", "segments:vip 2", "traits:orders 1");
        assertThat(third.of(DefinitionKind.SEGMENT, "loyal").publication()).isEqualTo(2);
        assertThat(changes(second, third)).containsExactly("segments:new_here ADDED 2", "segments:vip CHANGED 3");
        assertThat(third.entries())
                .extracting(Definitions.Entry::name)
                .containsExactly("loyal", "new_here", "vip", "orders");
    }

    private static List<String> changes(PublishedDefinitions before, PublishedDefinitions after) {
        List<String> changes = new ArrayList<>();
        after.changesSince(before)
                .forEach((definition, change) ->
                        changes.add(definition.key() + " " + change + " " + definition.version()));
        return changes;
    }

    @Test
    void nothingIsPublishedTwice() {
        PublishedDefinitions first = PublishedDefinitions.NONE.next(set(VIP, NEW), AT);

        assertThat(first.next(set(NEW, VIP), AT + 1)).isSameAs(first);
        assertThat(PublishedDefinitions.NONE.next(Definitions.none(), AT)).isSameAs(PublishedDefinitions.NONE);
    }

    @Test
    void whatIsReadFromTheTopicIsWhatWasPublished() throws Exception {
        PublishedDefinitions first = PublishedDefinitions.NONE.next(set(VIP, NEW), AT);
        PublishedDefinitions second = first.next(set(VIP, LOYAL), AT + 1);
        DefinitionLog log = new DefinitionLog();

        assertThat(read(log, first.recordsSince(PublishedDefinitions.NONE))).hasValueSatisfying(read -> {
            assertSame(read, first);
            assertThat(read.next(set(VIP, NEW), AT + 5))
                    .as("numbers are those that were written")
                    .isSameAs(read);
        });
        log = new DefinitionLog(log.soFar());
        assertThat(second.recordsSince(first))
                .extracting(Written::key)
                .as("only what has changed")
                .containsExactly("segments:loyal", "segments:new_here", "publication");
        assertThat(read(log, second.recordsSince(first))).hasValueSatisfying(read -> {
            assertSame(read, second);
            assertThat(changes(first, read)).isEqualTo(changes(first, second));
            assertThat(read.definitions(IdentitySettings.defaults()).segments()).containsOnlyKeys("loyal", "vip");
        });
    }

    private static Optional<PublishedDefinitions> read(DefinitionLog log, List<Written> records)
            throws UnpublishedException {
        Optional<PublishedDefinitions> read = Optional.empty();
        for (Written record : records) {
            assertThat(read).as("nothing holds before the last record").isEmpty();
            read = log.read(bytes(record.key()), record.value());
        }
        return read;
    }

    private static void assertSame(PublishedDefinitions actual, PublishedDefinitions expected) {
        assertThat(actual.publication()).isEqualTo(expected.publication());
        assertThat(actual.at()).isEqualTo(expected.at());
        assertThat(actual.all().stream().map(PublishedDefinition::toJson).map(String::new))
                .containsExactlyElementsOf(expected.all().stream()
                        .map(PublishedDefinition::toJson)
                        .map(String::new)
                        .toList());
    }

    @Test
    void itsFormIsReadAsItWasWritten() throws IOException {
        PublishedDefinitions set =
                PublishedDefinitions.NONE.next(set(VIP, NEW), AT).next(set(NEW, LOYAL, VIP), AT);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PublishedDefinitions.CODEC.write(set, new DataOutputStream(bytes));

        PublishedDefinitions read =
                PublishedDefinitions.CODEC.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertSame(read, set);
    }

    @Test
    void aDeletedRecordIsADefinitionThatIsRemoved() throws UnpublishedException {
        PublishedDefinitions first = PublishedDefinitions.NONE.next(set(VIP, NEW), AT);
        DefinitionLog log = new DefinitionLog(first);

        assertThat(log.read(bytes("segments:vip"), null)).isEmpty();

        assertThat(numbers(log.soFar())).containsExactly("new_here 0", "vip 1 removed");
        assertThat(log.soFar().of(DefinitionKind.SEGMENT, "vip").publication())
                .as("the next one to be closed")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            textBlock =
                    """
                    null         | {}                                                        | it has no key
                    segments:vip | {                                                         | it is no JSON
                    segments:vip | 7                                                         | it is no JSON object
                    segments:vip | {"kind":"segment"}                                        | 'kind' is none
                    segments:vip | {"kind":"segments","name":"vip","definition":{}}          | 'name', 'version' or 'publication' is missing
                    segments:vip | {"kind":"segments","name":"vip","version":1,"number":1,"definition":{}} | 'name', 'version' or 'publication' is missing
                    segments:vip | {"kind":"segments","name":"vip","version":1,"publication":1,"definition":{}} | 'number' is missing
                    segments:vip | {"kind":"segments","name":"vip","version":1,"publication":1,"number":1}   | it has neither or both of 'definition' and 'removed'
                    traits:vip   | {"kind":"traits","name":"vip","version":1,"publication":1,"removed":true,"definition":{}} | it has neither or both of 'definition' and 'removed'
                    segments:vip | {"kind":"traits","name":"vip","version":1,"publication":1,"definition":{}} | it says that it is traits:vip, its key another
                    publication  | {"publication":7}                                         | 'publication' or 'at' is missing
                    publication  | null                                                      | who deletes this record takes nothing back: publish what is to hold
                    """)
    void aRecordThatIsNoneIsRefusedAndChangesNothing(String key, String value, String why) {
        PublishedDefinitions first = PublishedDefinitions.NONE.next(set(VIP, NEW), AT);
        DefinitionLog log = new DefinitionLog(first);

        assertThatThrownBy(() -> log.read(key == null ? null : bytes(key), value == null ? null : bytes(value)))
                .isInstanceOf(UnpublishedException.class)
                .hasMessage(why);
        assertSame(log.soFar(), first);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
