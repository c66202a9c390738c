package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code ./cdp} as a process in another folder, from simulated traffic to a profile; and the truth about it. */
class CdpIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final long LIMIT_MINUTES = 5;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void simulateAndBacktestTwice() throws Exception {
        cdp("simulate --customers 400 --days 15 --seed 11 --out shop.jsonl");
        cdp("backtest --events shop.jsonl --parallelism 1 --out first");
        // Lines as they are, whatever bytes are in them.
        List<String> lines =
                new ArrayList<>(Files.readAllLines(folder.resolve("shop.jsonl"), StandardCharsets.ISO_8859_1));
        Collections.shuffle(lines, new Random(5));
        Files.createDirectory(folder.resolve("shuffled"));
        Files.write(folder.resolve("shuffled/shop.jsonl"), lines, StandardCharsets.ISO_8859_1);
        cdp("backtest --events shuffled/shop.jsonl --parallelism 3 --out second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"profiles.jsonl", "triggers.jsonl", "identity-changes.jsonl", "segment-changes.jsonl"})
    void theOrderOfLinesAndTheParallelismChangeNoByte(String file) {
        assertThat(folder.resolve("second").resolve(file))
                .hasSameBinaryContentAs(folder.resolve("first").resolve(file));
    }

    @Test
    void theOrderOfLinesChangesOnlyTheLineOfARejectAndTheTimesOfTheSummary() throws IOException {
        assertThat(rejectsWithoutLines("second")).isNotEmpty().containsExactlyElementsOf(rejectsWithoutLines("first"));
        assertThat(summary("second").remove(List.of("wall_seconds", "events_per_second")))
                .isEqualTo(summary("first").remove(List.of("wall_seconds", "events_per_second")));
    }

    @Test
    void everyBrokenLineIsRejectedForTheReasonThatTheSimulatorGaveIt() throws IOException {
        Map<Long, String> expected = new TreeMap<>();
        for (JsonNode line : truth()) {
            if (line.path("kind").asText().equals("broken")) {
                expected.put(line.path("line").asLong(), line.path("reason").asText());
            }
        }
        Map<Long, String> rejected = new TreeMap<>();
        for (JsonNode reject : lines(folder.resolve("first/rejects.jsonl"))) {
            assertThat(reject.path("file").asText()).isEqualTo("shop.jsonl");
            rejected.put(reject.path("line").asLong(), reject.path("reason").asText());
        }
        assertThat(expected).isNotEmpty();
        assertThat(rejected).isEqualTo(expected);
    }

    @Test
    void eventsOrdersRevenueAndRefundsAreTheTruths() throws IOException {
        List<JsonNode> truth = truth();
        JsonNode expected = truth.get(truth.size() - 1);
        JsonNode events = summary("first").path("events");
        long orders = 0;
        Map<String, BigDecimal> revenue = new TreeMap<>();
        Map<String, BigDecimal> refunds = new TreeMap<>();
        for (JsonNode profile : lines(folder.resolve("first/profiles.jsonl"))) {
            orders += profile.at("/orders/count").asLong();
            add(profile.at("/orders/revenue"), revenue);
            add(profile.at("/orders/refunds"), refunds);
        }

        assertThat(events.path("read").asLong())
                .isEqualTo(expected.path("lines").asLong());
        assertThat(events.path("accepted").asLong())
                .isEqualTo(expected.path("events").asLong());
        assertThat(events.path("duplicate").asLong())
                .isPositive()
                .isEqualTo(expected.path("duplicates").asLong());
        assertThat(orders).isPositive().isEqualTo(expected.path("orders").asLong());
        assertThat(revenue).isNotEmpty().isEqualTo(amounts(expected.path("revenue")));
        assertThat(refunds).isNotEmpty().isEqualTo(amounts(expected.path("refunds")));
    }

    @Test
    void rejectsAreShown() throws Exception {
        String shown = cdp("rejects show --in first --limit 2");

        JsonNode rejected = summary("first").path("events").path("rejected");
        rejected.properties().forEach(reason -> assertThat(shown.lines())
                .anyMatch(line -> line.matches(reason.getKey() + " +" + reason.getValue())));
        assertThat(shown.lines().filter(line -> line.matches("shop\\.jsonl:\\d+  .*")))
                .hasSize(2);
    }

    @Test
    void theCustomerOfAnEMailAddressIsFound() throws Exception {
        JsonNode known = lines(folder.resolve("first/profiles.jsonl")).stream()
                .filter(profile -> profile.path("identifiers").has("email"))
                .findFirst()
                .orElseThrow();

        String found = cdp("profile find email:"
                + known.at("/identifiers/email/0").asText().toUpperCase(Locale.ROOT) + " --in first");

        assertThat(JSON.readTree(found)).isEqualTo(known);
    }

    @Test
    void aMappingOfASampleIsProposed() throws Exception {
        String mapping = cdp("mapping suggest " + ROOT.resolve("mappings/samples/crm_contacts.csv"));

        assertThat(mapping).startsWith("# Proposed from").contains("type: identify", "crm_id: {column: contact_id}");
    }

    /** Runs the command, which must succeed, and returns its output. */
    private static String cdp(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("cdp").toString()));
        command.addAll(List.of(arguments.split(" ")));
        Path out = Files.createTempFile(folder, "cdp", ".out");
        Path err = Files.createTempFile(folder, "cdp", ".err");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended).as("cdp %s ends", arguments).isTrue();
        assertThat(process.exitValue())
                .as("cdp %s: %s", arguments, Files.readString(err))
                .isZero();
        return Files.readString(out);
    }

    private static List<String> rejectsWithoutLines(String results) throws IOException {
        List<String> rejects = new ArrayList<>();
        for (JsonNode reject : lines(folder.resolve(results).resolve("rejects.jsonl"))) {
            rejects.add(((ObjectNode) reject).without("line").toString());
        }
        return rejects;
    }

    private static ObjectNode summary(String results) throws IOException {
        return (ObjectNode)
                JSON.readTree(folder.resolve(results).resolve("summary.json").toFile());
    }

    private static List<JsonNode> truth() throws IOException {
        return lines(folder.resolve("shop.jsonl.truth.jsonl"));
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static void add(JsonNode amounts, Map<String, BigDecimal> sums) {
        amounts.properties()
                .forEach(
                        amount -> sums.merge(amount.getKey(), decimal(amount.getValue()), (a, b) -> decimal(a.add(b))));
    }

    private static Map<String, BigDecimal> amounts(JsonNode amounts) {
        Map<String, BigDecimal> parsed = new TreeMap<>();
        add(amounts, parsed);
        return parsed;
    }

    private static BigDecimal decimal(JsonNode amount) {
        return decimal(new BigDecimal(amount.asText()));
    }

    private static BigDecimal decimal(BigDecimal amount) {
        return amount.stripTrailingZeros();
    }
}
