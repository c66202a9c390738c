package io.tributary.schemas.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappingTest {
    private static final String CSV =
            """
            version: 1
            input: {format: csv}
            events:
            - type: track
              event: Seen
              timestamp: {column: at}
              user_id: {column: id}
              properties: {v: {column: v}}
            """;
    private static final String HEADER = "at,id,v\n";
    private static final String AT = "2026-01-01T00:00:00Z";

    @TempDir
    private Path folder;

    private Mapped map(String yaml, String input) {
        return Mapped.of(Mapping.parse("m.yaml", yaml), Mapped.write(folder, "in.csv", input));
    }

    private JsonNode property(String value, String cell) {
        var yaml = CSV.replace("{column: v}", value);
        var mapped = map(yaml, HEADER + AT + ",u," + cell + "\n");
        assertThat(mapped.rejects()).isEmpty();
        return mapped.events().get(0).at("/properties/v");
    }

    private Reject rejected(Mapped mapped) {
        assertThat(mapped.rejects()).hasSize(1);
        return mapped.rejects().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{column: v}| 1| \"1\"",
                "{column: v, as: string}| 1| \"1\"",
                "{column: v, as: decimal}| 35.50| 35.50",
                "{column: v, as: decimal}| 0.1000000000000000055511151231257827| 0.1000000000000000055511151231257827",
                "{column: v, as: decimal}| +.5| 0.5",
                "{column: v, as: decimal}| 1e3| 1000",
                "{column: v, as: decimal}| -0.00| 0.00",
                "{column: v, as: number}| 35.50| 35.5",
                "{column: v, as: number}| 300.0| 300",
                "{column: v, as: integer}| 17850.0| 17850",
                "{column: v, as: integer}| 0004| 4",
                "{column: v, as: integer}| 123456789012345678901| 123456789012345678901",
                "{column: v, as: boolean}| Yes| true",
                "{column: v, as: boolean}| 0| false",
                "{cel: 'int(row.v) * -2'}| 4| -8",
                "{cel: 'double(row.v) / 2.0'}| 5| 2.5",
                "{cel: 'row.v.upperAscii()'}| ab| \"AB\"",
                "{cel: 'row.v == \"x\"'}| x| true",
                "{cel: 'row.v', as: decimal}| 7.10| 7.10",
                "{cel: 'timestamp(row.v)'}| 2026-01-01T00:00:00Z| \"2026-01-01T00:00:00Z\"",
                "1.50| x| 1.50",
                "NO| x| \"NO\"",
                "\"1\"| x| \"1\"",
                "true| x| true"
            })
    void readsValues(String value, String cell, String json) {
        assertThat(property(value, cell)).hasToString(json);
    }

    @Test
    void leavesEmptyCellsOut() {
        var mapped = map(CSV.replace("v: {column: v}", "v: {column: v}, w: {cel: row.v}"), HEADER + AT + ",,\n");

        assertThat(mapped.events().get(0).has("userId")).isFalse();
        assertThat(mapped.events().get(0).has("properties")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{column: v, as: decimal}| 1,5| properties.v: column 'v' is not a decimal number",
                "{column: v, as: decimal}| 1e9999| properties.v: column 'v' is not a decimal number",
                "{column: v, as: decimal}| NaN| properties.v: column 'v' is not a decimal number",
                "{column: v, as: integer}| 1.5| properties.v: column 'v' is not a whole number",
                "{column: v, as: boolean}| perhaps| properties.v: column 'v' is not a boolean",
                "{cel: row.v, as: integer}| x| properties.v: the result of row.v is not a whole number"
            })
    void refusesValuesThatItCannotRead(String value, String cell, String detail) {
        var reject = rejected(map(CSV.replace("{column: v}", value), HEADER + AT + ",u,\"" + cell + "\"\n"));

        assertThat(reject.reason()).isEqualTo(RejectReason.BAD_VALUE);
        assertThat(reject.detail()).isEqualTo(detail);
        assertThat(reject.origin().source()).isEqualTo("in.csv");
        assertThat(reject.origin().position()).isEqualTo(2);
        assertThat(new String(reject.raw(), StandardCharsets.UTF_8)).isEqualTo(AT + ",u,\"" + cell + "\"");
    }

    @Test
    void refusesARowWhoseExpressionFailsWithoutQuotingItsData() {
        var reject = rejected(map(CSV.replace("{column: v}", "{cel: int(row.v)}"), HEADER + AT + ",u,secret\n"));

        assertThat(reject.reason()).isEqualTo(RejectReason.MAPPING_ERROR);
        assertThat(reject.detail())
                .startsWith("properties.v: expression int(row.v) failed")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{column: at}| 2026-01-02T03:04:05.6789Z| 2026-01-02T03:04:05.678Z",
                "{column: at}| 2026-01-02 03:04:05+02:00| 2026-01-02T01:04:05.000Z",
                "{column: at}| 2026-01-02T03:04| 2026-01-02T03:04:00.000Z",
                "{column: at}| 2026-01-02| 2026-01-02T00:00:00.000Z",
                "{column: at, zone: Europe/Warsaw}| 2026-07-02 12:00:00| 2026-07-02T10:00:00.000Z",
                "{column: at, format: epoch_ms}| 1659304800025| 2022-07-31T22:00:00.025Z",
                "{epoch_ms: at}| 1659304800025| 2022-07-31T22:00:00.025Z",
                "{column: at, format: epoch_s}| 1659304800.0259| 2022-07-31T22:00:00.025Z",
                "{epoch_s: at}| 1659304800| 2022-07-31T22:00:00.000Z",
                "{column: at, format: \"yyyy-MM-dd HH:mm:ss 'UTC'\"}| 2019-10-01 00:00:01 UTC| 2019-10-01T00:00:01.000Z",
                "{column: at, format: dd/MM/yyyy h:mm a}| 31/12/2025 1:05 PM| 2025-12-31T13:05:00.000Z",
                "{column: at, format: yyyyMMdd, zone: America/New_York}| 19970101| 1997-01-01T05:00:00.000Z",
                "{column: at, format: \"d MMM yyyy HH:mm z\"}| 3 Jan 2026 10:00 CET| 2026-01-03T09:00:00.000Z",
                "{column: at, zone: Europe/Warsaw}| 2026-03-29 02:30:00| 2026-03-29T01:30:00.000Z",
                "{column: at, zone: Europe/Warsaw}| 2026-10-25 02:30:00| 2026-10-25T00:30:00.000Z",
                "2026-01-01| x| 2026-01-01T00:00:00.000Z"
            })
    void readsTimestamps(String timestamp, String cell, String expected) {
        var mapped = map(CSV.replace("{column: at}", timestamp), HEADER + cell + ",u,x\n");

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events().get(0).get("timestamp").asText()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{column: at}| ''| timestamp: column 'at' is empty",
                "{column: at}| soon| timestamp: column 'at' is not a time of the format iso between 1970 and 9999",
                "{column: at}| 2026-02-30| timestamp: column 'at' is not a time of the format iso between 1970 and 9999",
                "{column: at}| 1969-12-31| timestamp: column 'at' is not a time of the format iso between 1970 and 9999",
                "{epoch_ms: at}| 1e300| timestamp: column 'at' is not a time of the format epoch_ms between 1970 and 9999",
                "{epoch_ms: at}| 253402300800000| timestamp: column 'at' is not a time of the format epoch_ms between 1970 and 9999",
                "{column: at, format: yyyyMMdd}| 20260230| timestamp: column 'at' is not a time of the format \"yyyyMMdd\" between 1970 and 9999"
            })
    void refusesTimestampsThatItCannotRead(String timestamp, String cell, String detail) {
        var reject = rejected(map(CSV.replace("{column: at}", timestamp), HEADER + cell + ",u,x\n"));

        assertThat(reject.reason()).isEqualTo(RejectReason.BAD_TIMESTAMP);
        assertThat(reject.detail()).isEqualTo(detail);
    }

    /** Also of one that is called as a field of the entry is. */
    @Test
    void writesIdentifiersOfConfiguredNamespaces() {
        var identity = IdentitySettings.parse(
                "i.yaml",
                "version: 1\nnamespaces: [{name: ssn, kind: person}, {name: group_id, kind: person}, {name: email}]");
        var mapping = Mapping.parse(
                "m.yaml",
                """
                version: 1
                input: {format: csv}
                events:
                - type: identify
                  message_id: m-1
                  timestamp: {column: at}
                  group_id: g
                  email: e@x.com
                  identifiers: {ssn: {column: id}, group_id: household}
                """,
                identity);
        var mapped = Mapped.of(mapping, Mapped.write(folder, "rows.csv", HEADER + AT + ",521-21-2123,s\n"));

        assertThat(mapped.events()).singleElement().satisfies(event -> {
            assertThat(event.get("groupId").asText()).isEqualTo("g");
            assertThat(event.at("/context/externalIds"))
                    .extracting(
                            id -> id.get("type").asText() + ":" + id.get("id").asText())
                    .containsExactly("email:e@x.com", "group_id:household", "ssn:521-21-2123");
        });
    }

    @Test
    void writesFieldsInAFixedOrder() {
        var mapped = map(
                """
                version: 1
                input: {format: csv}
                events:
                - traits: {t: 1}
                  products: {sku: {column: v}}
                  properties: {b: 1, a: [x, {column: id}, {n: {column: v}}]}
                  identifiers: {loyalty_card: k}
                  email: e@x.com
                  context: {page: {url: u}}
                  user_id: {column: id}
                  anonymous_id: a-1
                  timestamp: {column: at}
                  message_id: m-1
                  event: Order Completed
                  type: track
                """,
                HEADER + AT + ",7,s\n");

        assertThat(new String(mapped.lines().get(0).json(), StandardCharsets.UTF_8))
                .isEqualTo("{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"m-1\","
                        + "\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"userId\":\"7\",\"anonymousId\":\"a-1\","
                        + "\"context\":{\"page\":{\"url\":\"u\"},\"externalIds\":["
                        + "{\"id\":\"e@x.com\",\"type\":\"email\",\"collection\":\"users\",\"encoding\":\"none\"},"
                        + "{\"id\":\"k\",\"type\":\"loyalty_card\",\"collection\":\"users\",\"encoding\":\"none\"}]},"
                        + "\"properties\":{\"b\":1,\"a\":[\"x\",\"7\",{\"n\":\"s\"}],\"products\":[{\"sku\":\"s\"}]},"
                        + "\"traits\":{\"t\":1}}");
    }

    @Test
    void mapsARowByEveryEntryThatTakesItWithIdsOfTheirOwn() {
        var mapped =
                map(CSV + CSV.substring(CSV.indexOf("- type")).replace("Seen", "Seen Too"), HEADER + AT + ",u,x\n");

        assertThat(mapped.events()).extracting(e -> e.get("event").asText()).containsExactly("Seen", "Seen Too");
        assertThat(mapped.events()).extracting(e -> e.get("messageId").asText()).doesNotHaveDuplicates();
        assertThat(mapped.events().get(0).get("messageId").asText()).matches("[0-9a-f]{32}");
    }

    @Test
    void givesExactDuplicateRowsOneMessageIdAndBothEvents() {
        var row = AT + ",u,x\n";
        var mapped = map(CSV, HEADER + row + row + AT + ",u,y\n");

        var ids = mapped.events().stream().map(e -> e.get("messageId").asText()).toList();
        assertThat(ids).hasSize(3);
        assertThat(ids.get(0)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
    }

    @Test
    void refusesRowsThatNoEntryTakes() {
        var reject = rejected(map(CSV.replace("- type", "- when: row.v == 'a'\n  type"), HEADER + AT + ",u,b\n"));

        assertThat(reject.reason()).isEqualTo(RejectReason.UNMAPPED_ROW);
    }

    @Test
    void countsLinesRowsAndWhatIsRead() {
        var mapped = map(
                CSV.replace("- type", "- group_by: [id]\n  type"),
                HEADER + AT + ",u,a\n" + AT + ",u,b\n\n" + AT + ",u\n" + AT + ",w,c\n");

        assertThat(mapped.summary()).isEqualTo(new MappingSummary(6, 3, 2, 2));
        assertThat(mapped.summary().read()).isEqualTo(4);
        assertThat(mapped.rejects())
                .extracting(Reject::reason)
                .containsExactly(RejectReason.EMPTY_LINE, RejectReason.BAD_ROW);
    }

    @Test
    void readsQuotedCellsWithDelimitersQuotesAndLineEnds() {
        var mapped = map(CSV, "\uFEFF" + HEADER + AT + ",u,\"a,\"\"b\"\"\r\nc\"\r\n" + AT + ",u,5\" disc\n");

        assertThat(mapped.events().get(0).at("/properties/v").asText()).isEqualTo("a,\"b\"\nc");
        assertThat(mapped.events().get(1).at("/properties/v").asText()).isEqualTo("5\" disc");
        assertThat(mapped.lines().get(1).origin().position()).isEqualTo(4);
        assertThat(new String(mapped.lines().get(0).raw(), StandardCharsets.UTF_8))
                .isEqualTo(AT + ",u,\"a,\"\"b\"\"\nc\"");
    }

    @Test
    void losesOnlyTheLineWithAStrayQuote() {
        var input = HEADER + AT + ",u,\"stray\n" + (AT + ",u,x\n").repeat(150) + AT + ",u,\"also\n" + AT + ",u,x\n";
        var mapped = map(CSV, input);

        assertThat(mapped.events()).hasSize(151);
        assertThat(mapped.rejects()).extracting(r -> r.origin().position()).containsExactly(2L, 153L);
        assertThat(mapped.rejects()).allMatch(r -> r.reason() == RejectReason.BAD_ROW);
    }

    @Test
    void doesNotJoinTwoStrayQuotesIntoOneRow() {
        var mapped = map(CSV, HEADER + AT + ",u,\"one\n" + AT + ",u,x\n" + AT + ",u,two\"\n");

        assertThat(mapped.summary().lines()).isEqualTo(4);
        assertThat(mapped.summary().read())
                .as("a quoted cell that closes with the right number of columns is one row")
                .isEqualTo(1);

        var broken = map(CSV, HEADER + AT + ",u,\"one\n" + AT + ",u,x\n" + AT + ",\"u\",x\n");
        assertThat(broken.rejects()).extracting(r -> r.origin().position()).containsExactly(2L);
        assertThat(broken.events()).hasSize(2);
    }

    @Test
    void refusesTextBehindAClosingQuote() {
        var reject = rejected(map(CSV, HEADER + AT + ",u,\"a\"b\n"));

        assertThat(reject.reason()).isEqualTo(RejectReason.BAD_ROW);
        assertThat(reject.detail()).contains("behind a closing quote");
    }

    @Test
    void refusesLinesThatAreNotUtf8() throws IOException {
        var file = Files.write(
                folder.resolve("latin.csv"), (HEADER + AT + ",u,caf\u00e9\n").getBytes(StandardCharsets.ISO_8859_1));
        var reject = rejected(Mapped.of(Mapping.parse("m.yaml", CSV), file));

        assertThat(reject.reason()).isEqualTo(RejectReason.BAD_ROW);
        assertThat(reject.detail()).isEqualTo("the line is not valid UTF-8");
        assertThat(reject.raw()).endsWith((byte) 0xE9);
    }

    @Test
    void refusesLinesBeyondTheLimit() {
        var file = Mapped.write(folder, "in.csv", HEADER + AT + ",u," + "x".repeat(100) + "\n" + AT + ",u,x\n");
        var mapped = Mapped.of(Mapping.parse("m.yaml", CSV), new ReadLimits(50, 10, 1 << 20), file);

        assertThat(rejected(mapped).reason()).isEqualTo(RejectReason.TOO_LARGE);
        assertThat(mapped.rejects().get(0).raw()).hasSize(50);
        assertThat(mapped.rejects().get(0).length()).isEqualTo(AT.length() + 3 + 100);
        assertThat(mapped.events()).hasSize(1);
    }

    @Test
    void stopsWhenMoreRowsWaitForTheirGroupsThanMemoryMayHold() {
        var yaml = CSV.replace("- type", "- group_by: [id]\n  type");
        var file = Mapped.write(folder, "in.csv", HEADER + (AT + ",u,x\n").repeat(5_000));

        assertThatThrownBy(() -> Mapped.of(Mapping.parse("m.yaml", yaml), new ReadLimits(1 << 20, 10, 1 << 20), file))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining("more than 1 MiB of rows wait");
    }

    @Test
    void refusesARowWithoutAnyPartOfItsGroupsKey() {
        var reject = rejected(map(CSV.replace("- type", "- group_by: [id]\n  type"), HEADER + AT + ",,x\n"));

        assertThat(reject.reason()).isEqualTo(RejectReason.BAD_VALUE);
        assertThat(reject.detail()).contains("group_by");
    }

    @Test
    void sumsExactlyAndTakesOtherValuesFromTheLatestRowThatHasThem() {
        var yaml = CSV.replace("- type", "- group_by: [id]\n  type")
                .replace("{v: {column: v}}", "{total: {sum: v}, last: {column: w}}")
                .replace("user_id: {column: id}", "email: {column: mail}");
        var mapped = map(
                yaml,
                """
                at,id,v,w,mail
                2026-01-03T00:00:00Z,1,0.10,,
                2026-01-01T00:00:00Z,1,0.20,old,a@x.com
                2026-01-02T00:00:00Z,1,,new,b@x.com
                """);

        var event = mapped.events().get(0);
        assertThat(event.get("timestamp").asText()).isEqualTo("2026-01-03T00:00:00.000Z");
        assertThat(event.get("properties")).hasToString("{\"total\":0.30,\"last\":\"new\"}");
        assertThat(event.at("/context/externalIds/0/id").asText()).isEqualTo("b@x.com");
        assertThat(mapped.lines().get(0).origin().position()).isEqualTo(2);
    }

    private static final String JSON =
            """
            version: 1
            input: {format: jsonl, explode: events}
            events:
            - when: row.type == 'buy'
              type: track
              event: Bought
              timestamp: {epoch_ms: ts}
              user_id: {column: parent.user.id}
              properties: {price: {column: price}, tags: {column: tags}, big: {cel: "row.price > 10"}}
            """;

    private Mapped json(String line) {
        return Mapped.of(Mapping.parse("m.yaml", JSON), Mapped.write(folder, "in.jsonl", line + "\n"));
    }

    @Test
    void readsJsonRowsWithExactNumbersAndTheEnclosingObject() {
        var mapped = json(
                "{\"user\":{\"id\":0},\"events\":[{\"type\":\"buy\",\"ts\":5,\"price\":12.50,\"tags\":[1,null]}]}");

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events().get(0).get("userId").asText()).isEqualTo("0");
        assertThat(mapped.events().get(0).get("properties"))
                .hasToString("{\"price\":12.50,\"tags\":[1,null],\"big\":true}");
    }

    @Test
    void givesEqualElementsOfEqualParentsOneMessageIdWhateverElseTheArrayHolds() {
        var element = "{\"type\":\"buy\",\"ts\":5,\"price\":1}";
        var one = json("{\"user\":{\"id\":1},\"events\":[" + element + "]}").events();
        var two = json("{\"user\":{\"id\":1},\"events\":[" + element + ",{\"type\":\"buy\",\"ts\":6,\"price\":1}]}")
                .events();
        var other = json("{\"user\":{\"id\":2},\"events\":[" + element + "]}").events();

        assertThat(two.get(0).get("messageId")).isEqualTo(one.get(0).get("messageId"));
        assertThat(two.get(1).get("messageId")).isNotEqualTo(one.get(0).get("messageId"));
        assertThat(other.get(0).get("messageId")).isNotEqualTo(one.get(0).get("messageId"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"events\":| NOT_JSON",
                "{\"events\":[]} x| NOT_JSON",
                "[1]| NOT_AN_OBJECT",
                "7| NOT_AN_OBJECT",
                "{}| BAD_ROW",
                "{\"events\":{}}| BAD_ROW",
                "{\"events\":[3]}| BAD_ROW",
                "{\"events\":[]}| UNMAPPED_ROW",
                "{\"events\":[{\"type\":\"see\"}]}| UNMAPPED_ROW",
                "{\"events\":[{\"typ\":\"see\"}]}| MAPPING_ERROR",
                "{\"events\":[{\"type\":\"buy\",\"ts\":\"x\"}]}| BAD_TIMESTAMP",
                "{\"events\":[{\"type\":\"buy\",\"ts\":1,\"price\":\"a\"}]}| MAPPING_ERROR",
                "{\"user\":{\"id\":[1]},\"events\":[{\"type\":\"buy\",\"ts\":1,\"price\":1}]}| BAD_VALUE",
                "{\"events\":[{\"type\":\"buy\",\"ts\":1,\"price\":1,\"tags\":1e99999}]}| BAD_VALUE",
                "''| EMPTY_LINE",
                "'  '| NOT_JSON"
            })
    void refusesJsonThatGivesNoEvent(String line, RejectReason reason) {
        assertThat(rejected(json(line)).reason()).isEqualTo(reason);
    }

    /** Each row with the whole line would be a megabyte for every three bytes of it. */
    @Test
    void keepsOfARefusedElementWhatStandsInTheLine() {
        var line = "{ \"user\":{\"id\":1}, \"events\":[{\"type\":\"see\"} , { \"type\" : \"buy\",\"ts\":\"\\u0078\" },"
                + "{\"type\":\"buy\",\"ts\":1,\"price\":1,\"price\":2.50}] }";
        var mapped = json(line);

        assertThat(mapped.rejects())
                .extracting(reject -> text(reject.raw()))
                .containsExactly("{\"type\":\"see\"}", "{ \"type\" : \"buy\",\"ts\":\"\\u0078\" }");
        assertThat(text(mapped.lines().get(0).raw()))
                .isEqualTo("{\"type\":\"buy\",\"ts\":1,\"price\":1,\"price\":2.50}");
    }

    @Test
    void keepsNoMoreOfALineThanThereIsHoweverManyOfItsElementsAreRefused() {
        var elements = 100_000;
        var line = "{\"events\":[" + "{},".repeat(elements - 1) + "{}]}";
        var mapped = json(line);

        assertThat(mapped.rejects()).hasSize(elements);
        assertThat(mapped.rejects().stream().mapToLong(Reject::length).sum()).isLessThan(line.length());
    }

    @Test
    void refusesElementsThatAreNoObjectsTogether() {
        var line = "{\"user\":{\"id\":1},\"events\":[{\"type\":\"buy\",\"ts\":5,\"price\":1},7" + ",[1]".repeat(100_000)
                + "]}";
        var mapped = json(line);

        assertThat(mapped.events()).hasSize(1);
        var reject = mapped.rejects().get(0);
        assertThat(mapped.rejects()).hasSize(1);
        assertThat(reject.reason()).isEqualTo(RejectReason.BAD_ROW);
        assertThat(reject.detail())
                .isEqualTo("100001 elements of 'events' are not objects, the first of them is element 2");
        assertThat(text(reject.raw())).isEqualTo(line);
    }

    /** Of a repeated field the last counts, for the rows and for their bytes. */
    @Test
    void keepsTheBytesOfTheArrayThatCounts() {
        var mapped =
                json("{\"events\":[{\"type\":\"first\"}],\"more\":{\"events\":[{}]},\"events\":[{\"type\":\"ä😀\"}]}");

        assertThat(text(rejected(mapped).raw())).isEqualTo("{\"type\":\"ä😀\"}");
    }

    @Test
    void keepsTheElementsOfAGroup() {
        var yaml = JSON.replace("- when", "- group_by: [ts]\n  when");
        var elements = "{\"type\":\"buy\",\"ts\":5,\"price\":1},{\"type\":\"buy\",\"ts\":5,\"price\":2}";
        var file = Mapped.write(
                folder,
                "group.jsonl",
                "{\"user\":{\"id\":1},\"events\":[" + elements + ",{\"type\":\"buy\",\"ts\":6,\"price\":1}]}\n");
        var mapped = Mapped.of(Mapping.parse("m.yaml", yaml), file);

        assertThat(mapped.lines()).hasSize(2);
        assertThat(text(mapped.lines().get(0).raw())).isEqualTo(elements.replace("},{", "}\n{"));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Written out, these would have a thousand million digits; the last has an exponent that no number of Java's has. */
    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "1e-999999999", "1e99999999999"})
    void refusesNumbersOfAnyMagnitudeWithoutWritingThemOut(String number) {
        var event = "{\"user\":{\"id\":1},\"events\":[{\"type\":\"buy\",\"ts\":TS,\"price\":PRICE}]}";
        var yaml = JSON.replace("{price: {column: price}", "{price: {column: price, as: decimal}");

        assertThat(rejected(json(event.replace("TS", number).replace("PRICE", "1")))
                        .reason())
                .isIn(RejectReason.BAD_TIMESTAMP, RejectReason.BAD_VALUE);
        var file = Mapped.write(folder, "prices.jsonl", event.replace("TS", "1").replace("PRICE", number) + "\n");
        assertThat(rejected(Mapped.of(Mapping.parse("m.yaml", yaml), file)).reason())
                .isEqualTo(RejectReason.BAD_VALUE);
    }

    @Test
    void keepsHalvesOfSurrogatePairsAsTheEscapesTheyWere() {
        var mapped = json("{\"user\":{\"id\":\"\\ud800\"},\"events\":[{\"type\":\"buy\",\"ts\":1,\"price\":1}]}");

        assertThat(new String(mapped.lines().get(0).json(), StandardCharsets.UTF_8))
                .contains("\"userId\":\"\\uD800\"");
    }

    @Test
    void refusesJsonThatIsNestedTooDeep() {
        assertThat(rejected(json("{\"a\":" + "[".repeat(500) + "]".repeat(500) + "}"))
                        .reason())
                .isEqualTo(RejectReason.TOO_DEEP);
    }

    @Test
    void readsColumnsInAnyOrderOfEachFilesHeader() {
        var mapped = Mapped.of(
                Mapping.parse("m.yaml", CSV),
                Mapped.write(folder, "a.csv", HEADER + AT + ",u,x\n"),
                Mapped.write(folder, "b.csv", "v,extra,id,at\ny,z,w," + AT + "\n"));

        assertThat(mapped.events()).extracting(e -> e.get("userId").asText()).containsExactly("u", "w");
    }
}
