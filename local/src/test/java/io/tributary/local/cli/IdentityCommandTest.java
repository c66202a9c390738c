package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityCommandTest {
    private static final String EVENTS =
            """
            {"type":"page","messageId":"m-1","anonymousId":"phone","timestamp":"2026-01-02T10:00:00Z"}
            {"type":"identify","messageId":"m-2","anonymousId":"phone","userId":"42","traits":{"email":"ana@x.com"},"timestamp":"2026-01-02T10:05:00Z"}
            {"type":"identify","messageId":"m-3","anonymousId":"tablet","userId":"42","timestamp":"2026-01-02T10:10:00Z"}
            {"type":"identify","messageId":"m-4","anonymousId":"tablet","userId":"43","traits":{"email":"ana@x.com"},"timestamp":"2026-01-02T10:20:00Z"}
            {"type":"identify","messageId":"m-5","userId":"42","traits":{"email":"family@x.com"},"timestamp":"2026-01-02T11:00:00Z"}
            {"type":"identify","messageId":"m-6","userId":"43","traits":{"email":"family@x.com"},"timestamp":"2026-01-02T11:10:00Z"}
            {"type":"identify","messageId":"m-7","userId":"44","traits":{"email":"family@x.com"},"timestamp":"2026-01-02T11:20:00Z"}
            {"type":"identify","messageId":"m-8","userId":"45","traits":{"email":"family@x.com"},"timestamp":"2026-01-02T11:30:00Z"}
            """;

    private static final String ANA = new Identifier(Namespace.USER_ID, "42").customerId();
    private static final String PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone").customerId();
    private static final String FAMILY = new Identifier(Namespace.EMAIL, "family@x.com").customerId();

    @TempDir
    private static Path folder;

    private static Path results;

    @BeforeAll
    static void backtest() throws IOException {
        results = CommandRun.results(folder, EVENTS);
    }

    @ParameterizedTest
    @CsvSource({"user_id:42", "email:Ana@X.com", "anonymous_id:phone"})
    void tellsWhatWasLinkedAndWhatWasRefused(String customer) {
        CommandRun run = CommandRun.of("identity", "explain", customer, "--in", results);

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .isEqualTo(
                        """
                        Customer ANA
                          user_id       42
                          email         ana@x.com
                          anonymous_id  phone, tablet
                          merged from   PHONE

                        2026-01-02T10:00:00.000Z  PHONE: created with anonymous_id:phone  [m-1]
                        2026-01-02T10:05:00.000Z  created with user_id:42, email:ana@x.com, anonymous_id:phone  [m-2]
                        2026-01-02T10:05:00.000Z  PHONE (anonymous_id:phone) was merged into it, because what a device did \
                        before its first login belongs to that login's person  [m-2]
                        2026-01-02T10:10:00.000Z  linked anonymous_id:tablet  [m-3]
                        2026-01-02T10:20:00.000Z  refused: conflict between user_id:43 and email:ana@x.com, because a \
                        customer has one user id  [m-4]
                        2026-01-02T11:00:00.000Z  linked email:family@x.com  [m-5]
                        2026-01-02T11:10:00.000Z  refused: conflict between user_id:43 and email:family@x.com, because a \
                        customer has one user id  [m-6]
                        2026-01-02T11:20:00.000Z  refused: conflict between user_id:44 and email:family@x.com, because a \
                        customer has one user id  [m-7]
                        2026-01-02T11:30:00.000Z  quarantined: email:family@x.com is shared by more than 3 anchors, so it \
                        links nobody  [m-8]
                        2026-01-02T11:30:00.000Z  a part went to FAMILY: email:family@x.com, because email:family@x.com is \
                        quarantined  [m-8]
                        """
                                .replace("ANA", ANA)
                                .replace("PHONE", PHONE)
                                .replace("FAMILY", FAMILY));
    }

    @Test
    void theExampleInTheDocsIsReal() throws IOException {
        CommandRun run = CommandRun.succeed("identity", "explain", "email:ana@x.com", "--in", results);

        assertThat(Path.of(System.getProperty("tributary.root"), "docs/identity.md"))
                .content()
                .contains("$ ./cdp identity explain email:ana@x.com --in results\n" + run.out() + "```\n");
    }

    @Test
    void hasTheHistoryOfEveryFormerCustomerThatAProfileNames() throws IOException {
        Path simulated = CommandRun.simulatedResults(Files.createDirectory(folder.resolve("simulated")), 10);
        int former = 0;
        for (String line : Files.readAllLines(simulated.resolve("profiles.jsonl"))) {
            JsonNode profile = new ObjectMapper().readTree(line);
            CommandRun run = CommandRun.succeed(
                    "identity", "explain", profile.path("customer_id").asText(), "--in", simulated);
            for (JsonNode id : profile.path("merged_from")) {
                assertThat(run.out()).contains("  " + id.asText() + ": created with ");
                former++;
            }
        }
        assertThat(former).isPositive();
    }

    @Test
    void saysWhereACustomerWhoIsGoneWent() {
        CommandRun run = CommandRun.of("identity", "explain", PHONE, "--in", results);

        assertThat(run.exit()).isZero();
        assertThat(run.out()).startsWith("Customer %s was merged into %s".formatted(PHONE, ANA));
    }

    @Test
    void explainsEveryCustomerOfASharedDevice() {
        CommandRun run = CommandRun.of("identity", "explain", "anonymous_id:tablet", "--in", results);

        assertThat(run.exit()).isZero();
        assertThat(run.out().lines().filter(line -> line.startsWith("Customer c_")))
                .hasSize(2);
        assertThat(run.err()).startsWith("2 customers have anonymous_id:tablet.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    crm_id:42          | try another namespace (user_id, loyalty_card
                    c_0123456789abcdef | try one of the customer's identifiers
                    user_id:0          | blocked
                    """)
    void saysWhatToTryWhenNobodyIsFound(String customer, String advice) {
        CommandRun run = CommandRun.of("identity", "explain", customer, "--in", results);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines()).singleElement().asString().contains(customer, advice);
    }

    @ParameterizedTest
    @CsvSource({
        "explain User-Id:42 --in x, did you mean 'user_id'?",
        "explain c_42 --in x, c_ and 16 hexadecimal digits"
    })
    void exitsWith2OnWhatIsNoCustomer(String arguments, String message) {
        assertMisused("identity " + arguments, message);
    }

    @Test
    void asksTheRunningStackUnlessToldOtherwise() {
        CommandRun run = CommandRun.of("identity", "explain", "user_id:42", "--dir", folder.resolve("none"));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("./cdp up");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    unmerge email:ana@x.com                        | WITH
                    unmerge email:ana@x.com email:Ana@X.com        | Both are email:ana@x.com
                    unmerge email:ana@x.com anonymous_id:phone     | anonymous_id:phone is a device's
                    unmerge c_0123456789abcdef user_id:42          | name one of its identifiers
                    erase mail:ana@x.com                           | email
                    erase user_id:42 --at tomorrow                 | no ISO-8601 instant
                    """)
    void exitsWith2OnACommandThatCantBeObeyed(String arguments, String message) {
        assertMisused("identity " + arguments, message);
    }

    @Test
    void namesItsCommands() {
        assertMisused("identity", "Which command? There are: explain, unmerge, erase.");
    }

    private static void assertMisused(String command, String message) {
        CommandRun run = CommandRun.of((Object[]) command.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines()).singleElement().asString().contains(message);
    }

    @Test
    void namesTheLineThatIsNoChange() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("profiles.jsonl"), "");
        Files.writeString(other.resolve("identity-changes.jsonl"), "{\"at\":1}\n");

        CommandRun run = CommandRun.of("identity", "explain", "user_id:42", "--in", other);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("identity-changes.jsonl:1 is no identity");
    }
}
