package io.tributary.schemas.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A mistake in a mapping is reported once, at its place, in words that mend it. */
class MappingErrorsTest {
    @TempDir
    private Path folder;

    private static String csv(String entry) {
        return "version: 1\ninput: {format: csv}\nevents:\n- " + entry + "\n";
    }

    private static final String TIME = "timestamp: {column: at}";

    static List<Arguments> mistakes() {
        return List.of(
                Arguments.of("", "m.yaml: the file is empty"),
                Arguments.of("version: [", "m.yaml:1:11: not valid YAML: while parsing a flow node"),
                Arguments.of("- 1", "m.yaml:1:1: the mapping must be an object"),
                Arguments.of("input: {format: csv}", "m.yaml:1:1: 'version' is missing"),
                Arguments.of("version: 2", "m.yaml:1:10: version 2 is not known"),
                Arguments.of("version: 1\nevnts: []", "m.yaml:2:1: unknown key 'evnts' — did you mean 'events'?"),
                Arguments.of("version: 1\nversion: 1", "m.yaml:2:1: the key 'version' is here twice"),
                Arguments.of("version: 1\nxyzzy: 1", "unknown key 'xyzzy'; known here: version, input, events"),
                Arguments.of(
                        "version: 1\ninput: {format: json}",
                        "m.yaml:2:17: 'format' can't be 'json' — did you mean 'jsonl'?"),
                Arguments.of("version: 1\ninput: {format: csv, explode: x}", "'explode' is for format: jsonl"),
                Arguments.of("version: 1\ninput: {format: jsonl, columns: 3}", "'columns' is for format: csv"),
                Arguments.of("version: 1\ninput: {format: csv, header: false}", "'columns' must list the names"),
                Arguments.of("version: 1\ninput: {format: csv, header: maybe}", "'header' must be true or false"),
                Arguments.of("version: 1\ninput: {format: csv}\nevents: []", "m.yaml:3:9: 'events' has no entry"),
                Arguments.of(
                        "version: 1\ninput: {format: csv, delimiter: '::'}\nevents:\n- {type: identify, " + TIME + "}",
                        "'delimiter' must be one ASCII character, tab or whitespace"),
                Arguments.of(csv("type: trak"), "m.yaml:4:9: 'type' can't be 'trak' — did you mean 'track'?"),
                Arguments.of(csv("type: track"), "'event' is missing: a track call needs the event's name"),
                Arguments.of(csv("{type: identify}"), "m.yaml:4:3: 'timestamp' is missing"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", user_id: {colum: id}}"),
                        "m.yaml:4:55: unknown key 'colum' — did you mean 'column'?"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", traits: {age: {colum: id}}}"),
                        "m.yaml:4:60: unknown key 'colum' — did you mean 'column'?"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", traits: {age: {column: a, as: int}}}"),
                        "'as' can't be 'int'; known: decimal, integer, number, boolean, string"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", traits: {age: {as: integer}}}"),
                        "'as' needs a value: column or cel"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", traits: {age: {column: a, cel: '1'}}}"),
                        "'traits.age' needs exactly one of column, cel, hash, sum"),
                Arguments.of(csv("{type: identify, " + TIME + ", user_id: }"), "'user_id' has no value"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", usr_id: x}"),
                        "unknown key 'usr_id' — did you mean 'user_id'?"),
                Arguments.of(
                        csv("{type: identify, timestamp: {column: at, format: yyyy-bb}}"),
                        "m.yaml:4:52: 'yyyy-bb' is no time format"),
                Arguments.of(
                        csv("{type: identify, timestamp: {column: at, format: epochms}}"),
                        "'epochms' is no time format — did you mean 'epoch_ms'?"),
                Arguments.of(
                        csv("{type: identify, timestamp: {column: at, zone: Europe/Warsw}}"),
                        "'Europe/Warsw' is no time zone — did you mean 'Europe/Warsaw'?"),
                Arguments.of(csv("{type: identify, timestamp: yesterday}"), "'timestamp' must be an ISO-8601 time or"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", message_id: {hash: group}}"), "hash: group needs group_by"),
                Arguments.of(
                        csv("{group_by: [a], type: identify, " + TIME + ", message_id: {hash: row}}"),
                        "hash: row is ambiguous with group_by"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", traits: {spent: {sum: a}}}"), "'sum' adds up the rows"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", distinct_rows: true}"), "'distinct_rows' needs group_by"),
                Arguments.of(csv("{group_by: [], type: identify, " + TIME + "}"), "'group_by' names no column"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", context: {externalIds: []}}"),
                        "'externalIds' is written from the entry's identifiers"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", identifiers: {email: a}, email: b}"),
                        "'email' is a key of the entry, not of 'identifiers'"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", identifiers: {loyality_card: a}}"),
                        "m.yaml:4:59: no namespace 'loyality_card' — did you mean 'loyalty_card'?"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", identifiers: {shop_card: {column: card}}}"),
                        "m.yaml:4:59: no namespace 'shop_card'; known: crm_id, loyalty_card, email, phone, device_id;"
                                + " further ones by --identity"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", identifiers: {user_id: a}}"),
                        "'user_id' is a key of the entry, not of 'identifiers'"),
                Arguments.of(
                        csv("{when: rwo.a == 'x', type: identify, " + TIME + "}"),
                        "the expression of 'when' is wrong: unknown name 'rwo' — did you mean 'row'? (column 10)"),
                Arguments.of(
                        csv("{when: row.a > 3, type: identify, " + TIME + "}"),
                        "found no matching overload for '_>_' applied to '(string, int)'"),
                Arguments.of(csv("{when: row.a, type: identify, " + TIME + "}"), "is of type string"),
                Arguments.of(csv("{when: parent.a == 'x', type: identify, " + TIME + "}"), "unknown name 'parent'"),
                Arguments.of(
                        csv("{type: identify, " + TIME + ", user_id: {cel: '[1]'}}"),
                        "'cel' must be a text, a number, a boolean or a timestamp, but '[1]' is of type list"));
    }

    @Test
    void aNamespaceThatIsNotConfiguredIsRefusedWithTheNearestThatIs() {
        var identity = IdentitySettings.parse("i.yaml", "version: 1\nnamespaces: [{name: shop_card, kind: person}]");

        assertThatThrownBy(() -> Mapping.parse(
                        "m.yaml",
                        csv("{type: identify, " + TIME + ", identifiers: {shopcard: {column: card}}}"),
                        identity))
                .isInstanceOf(DefinitionException.class)
                .hasMessage("m.yaml:4:59: no namespace 'shopcard' — did you mean 'shop_card'?");
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhatIsWrongAndWhere(String yaml, String message) {
        assertThatThrownBy(() -> Mapping.parse("m.yaml", yaml))
                .isInstanceOf(DefinitionException.class)
                .hasMessageStartingWith("m.yaml:")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    @Test
    void namesTheColumnsOfTheHeaderWhenAColumnIsMissing() {
        var file = Mapped.write(folder, "in.csv", "event_time,user_id\n");
        var mapping = Mapping.parse(
                "m.yaml", csv("{type: identify, timestamp: {column: event_time}, user_id: {column: userid}}"));

        assertThatThrownBy(() -> Mapped.of(mapping, file))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining("m.yaml:4:")
                .hasMessageContaining("no column 'userid' — did you mean 'user_id'?")
                .hasMessageContaining("in.csv has: event_time, user_id");
    }

    @ParameterizedTest
    @MethodSource("expressionsWithAMissingColumn")
    void findsMissingColumnsInExpressions(String expression) {
        var file = Mapped.write(folder, "in.csv", "at,kind\n");
        var mapping = Mapping.parse("m.yaml", csv("{when: \"" + expression + "\", type: identify, " + TIME + "}"));

        assertThatThrownBy(() -> Mapped.of(mapping, file)).hasMessageContaining("no column 'kin'");
    }

    static List<String> expressionsWithAMissingColumn() {
        return List.of("row.kin == 'x'", "row['kin'] == 'x'", "row.kind == 'a' || size(row.kin) > 3");
    }

    @Test
    void refusesAHeaderThatDiffersFromTheMapping() {
        var file = Mapped.write(folder, "in.csv", "at,id\n");
        var counted = "version: 1\ninput: {format: csv, columns: 3}\nevents:\n- {type: identify, " + TIME + "}\n";
        var named = counted.replace("columns: 3", "columns: [id, at]");

        assertThatThrownBy(() -> Mapped.of(Mapping.parse("m.yaml", counted), file))
                .hasMessageContaining("m.yaml:2:31: the mapping says 3 columns")
                .hasMessageContaining("has 2: at, id");
        assertThatThrownBy(() -> Mapped.of(Mapping.parse("m.yaml", named), file))
                .hasMessageContaining("has other columns than the mapping says: at, id");
    }

    @Test
    void refusesAFirstLineThatIsNoHeader() {
        var mapping = Mapping.parse("m.yaml", csv("{type: identify, " + TIME + "}"));
        var cut = Mapped.write(folder, "cut.csv", "\"at\nor not\",id\n");
        var blank = Mapped.write(folder, "blank.csv", "\nat,id\n");

        assertThatThrownBy(() -> Mapped.of(mapping, cut))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining("cut.csv:1: the first line should be the header, but its quotes are broken");
        assertThatThrownBy(() -> Mapped.of(mapping, blank))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining("blank.csv:1: the first line should be the header, but the line is empty");
    }

    @Test
    void refusesAColumnThatListedNamesDoNotHaveWhenItIsLoaded() {
        var yaml = "version: 1\ninput: {format: csv, header: false, columns: [a, b]}\nevents:\n- {type: identify, "
                + TIME + "}\n";

        assertThatThrownBy(() -> Mapping.parse("m.yaml", yaml))
                .hasMessageContaining("no column 'at'")
                .hasMessageContaining("'columns' has: a, b");
    }
}
