package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileCommandTest {
    private static final String EVENTS =
            """
            {"type":"identify","messageId":"m-1","anonymousId":"tablet","userId":"42","traits":{"email":"Ana@X.com ","phone":"+48 512 345 678","score":1.10},"timestamp":"2026-01-02T10:00:00Z"}
            {"type":"identify","messageId":"m-2","anonymousId":"tablet","userId":"43","timestamp":"2026-01-02T11:00:00Z"}
            {"type":"track","event":"Order Completed","messageId":"m-3","userId":"42","properties":{"revenue":12.5},"timestamp":"2026-01-03T10:00:00Z"}
            """;

    @TempDir
    private static Path folder;

    private static Path results;

    @BeforeAll
    static void backtest() throws IOException {
        results = CommandRun.results(folder, EVENTS);
    }

    @ParameterizedTest
    @CsvSource({"user_id:42", "email:ANA@x.com", "phone:+48512345678", "phone:'+48 512-345-678'"})
    void findsWhoHasAnIdentifierHoweverItIsWritten(String identifier) throws IOException {
        CommandRun run = CommandRun.of("profile", "find", identifier.replace("'", ""), "--in", results);

        assertThat(run.exit()).isZero();
        assertThat(run.err()).isEmpty();
        var profile = new ObjectMapper().readTree(run.out());
        assertThat(profile.at("/identifiers/user_id/0").asText()).isEqualTo("42");
        assertThat(profile.at("/orders/revenue/USD").asText()).isEqualTo("12.50");
        assertThat(run.out()).contains("\"score\" : 1.10");
        assertThat(run.out().lines().count()).isGreaterThan(10);
    }

    @Test
    void printsEveryCustomerOfASharedDevice() throws IOException {
        CommandRun run = CommandRun.of("profile", "find", "anonymous_id:tablet", "--in", results);

        assertThat(run.exit()).isZero();
        try (var profiles = new ObjectMapper().readerFor(JsonNode.class).readValues(run.out())) {
            assertThat(profiles.readAll()).hasSize(2);
        }
        assertThat(run.err()).startsWith("2 customers have anonymous_id:tablet.");
    }

    @Test
    void findsACustomerId() throws IOException {
        String line = Files.readAllLines(results.resolve("profiles.jsonl")).get(0);
        String id = new ObjectMapper().readTree(line).path("customer_id").asText();

        CommandRun run = CommandRun.of("profile", "find", id, "--in", results);

        assertThat(run.exit()).isZero();
        assertThat(new ObjectMapper().readTree(run.out())).isEqualTo(new ObjectMapper().readTree(line));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    crm_id:42          | try another namespace (user_id, loyalty_card
                    userid:42          | did you mean 'user_id'?
                    visitor:42         | try another namespace (user_id, crm_id
                    c_0123456789abcdef | try one of the customer's identifiers
                    user_id:0          | blocked
                    anonymous_id:null  | blocked
                    email:ana          | no e-mail address
                    phone:512345678    | country's code
                    """)
    void saysWhatToTryWhenNobodyIsFound(String identifier, String advice) {
        CommandRun run = CommandRun.of("profile", "find", identifier, "--in", results);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines()).singleElement().asString().contains(identifier, advice);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ana@x.com  | namespaces: user_id, crm_id, loyalty_card, email, phone, anonymous_id, device_id
                    c_42       | c_ and 16 hexadecimal digits
                    User-Id:42 | did you mean 'user_id'?
                    Visitor:42 | Namespaces: user_id, crm_id
                    email:     | write email:VALUE
                    """)
    void exitsWith2OnWhatIsNoIdentifier(String wrong, String message) {
        CommandRun run = CommandRun.of("profile", "find", wrong, "--in", results);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).singleElement().asString().contains(wrong.split(":")[0], message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9", "0.3", "1e9"})
    void printsNumbersOfAnyLengthAsTheyAre(String start) throws IOException {
        String number = start + "9".repeat(2_000);
        Path events = Files.writeString(
                folder.resolve("numbers.jsonl"),
                "{\"type\":\"identify\",\"userId\":\"n\",\"traits\":{\"number\":%s},\"timestamp\":\"2026-01-02T10:00:00Z\"}"
                        .formatted(number));
        Path out = folder.resolve("numbers" + start);
        CommandRun.succeed("backtest", "--events", events, "--out", out);

        CommandRun run = CommandRun.of("profile", "find", "user_id:n", "--in", out);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains(number);
    }

    @Test
    void namesTheLineThatIsNoProfile() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("profiles.jsonl"), "{\"customer_id\":\"c_1\"}\n{");

        CommandRun run = CommandRun.of("profile", "find", "user_id:42", "--in", other);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("profiles.jsonl:2 is not JSON");
    }
}
