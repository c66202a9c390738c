package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.input.EventFiles;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.testing.ReferenceData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Records of which somebody else knows which are of one person, through a mapping and rules of identity: how many pairs
 * of records the backtest finds, and how many of those are right.
 */
class IdentityReferenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FEBRL_PERSON = Pattern.compile("rec-(\\d+)-.*");

    /** @param found pairs of records that are one customer; {@code right} of them are one person, {@code all} there are */
    private record Pairs(long found, long right, long all) {
        double precision() {
            return (double) right / found;
        }

        double recall() {
            return (double) right / all;
        }

        Pairs print(String title) {
            System.out.printf(
                    "%s: %,d of %,d pairs found, %,d false: precision %.3f, recall %.3f%n",
                    title, right, all, found - right, precision(), recall());
            return this;
        }
    }

    @Test
    void findsRecordsOfCustomersByWhatTheyShare() throws Exception {
        Path data = ReferenceData.require("identity_senzing");
        Map<String, String> persons = senzing(data);
        IdentitySettings settings = IdentitySettings.load(file("senzing.identity.yaml"));
        List<JsonNode> profiles = profiles(settings, "senzing.yaml", 120, data.resolve("customers.csv"));
        Pairs pairs = pairs(profiles, persons::get).print("Senzing, customers");

        assertThat(pairs.all()).isEqualTo(68);
        assertThat(pairs.precision()).isGreaterThanOrEqualTo(0.95);
        assertThat(pairs.recall()).isGreaterThanOrEqualTo(0.50);
        JsonNode reference = JSON.readTree(data.resolve("expected.json").toFile())
                .path("senzing_customers_only")
                .path("email_phone_gov_id_ignoring_values_shared_by_more_than_3");
        assertThat(pairs)
                .as("as computed elsewhere, by another way to compare phone numbers")
                .isEqualTo(new Pairs(
                        reference.path("pairs_predicted").asLong(),
                        reference.path("tp").asLong(),
                        reference.path("pairs_true").asLong()));
    }

    /** Which person a record is of. */
    private static Map<String, String> senzing(Path data) throws IOException {
        Map<String, String> persons = new HashMap<>();
        for (String line : Files.readAllLines(data.resolve("actual_truthset_key.csv"))) {
            String[] cells = line.split(",");
            if (cells[2].equals("CUSTOMERS")) {
                persons.put(cells[3], cells[1]);
            }
        }
        assertThat(persons).hasSize(120);
        return persons;
    }

    /**
     * What the regions are for: one number stands twice with the code of Italy and twice without it. As one number it is
     * shared by four records and links nobody; where two of the four do not count as a number, the others link two persons.
     */
    @Test
    void aSharedNumberThatIsHalfUnreadableLinksTwoPersons() throws Exception {
        Path data = ReferenceData.require("identity_senzing");
        String yaml = Files.readString(file("senzing.identity.yaml"));
        assertThat(yaml).contains("[US, IT]");
        IdentitySettings settings = IdentitySettings.parse("US alone", yaml.replace("[US, IT]", "[US]"));

        List<JsonNode> profiles = profiles(settings, "senzing.yaml", 120, data.resolve("customers.csv"));

        pairs(profiles, senzing(data)::get).print("Senzing, customers, phones of the US alone");
        assertThat(profiles)
                .filteredOn(profile -> records(profile).contains("1086"))
                .singleElement()
                .satisfies(profile ->
                        assertThat(records(profile)).containsExactlyInAnyOrder("1085", "1086", "1091", "1092"));
    }

    @Test
    void whatIsNoEMailAddressStaysATraitAndLinksNothing() throws Exception {
        Path data = ReferenceData.require("identity_senzing");
        IdentitySettings settings = IdentitySettings.load(file("senzing.identity.yaml"));

        List<JsonNode> profiles = profiles(settings, "senzing.yaml", 120, data.resolve("customers.csv"));

        assertThat(profiles)
                .filteredOn(profile -> records(profile).contains("1034"))
                .singleElement()
                .satisfies(profile -> {
                    assertThat(profile.at("/traits/email").asText()).isEqualTo("Maria Sentosa<msentosa@fmail.com>");
                    assertThat(profile.at("/identifiers/email").isMissingNode()).isTrue();
                });
    }

    @Test
    void findsSyntheticPersonsByTheirSocialSecurityIdentifier() throws Exception {
        Path data = ReferenceData.require("identity_febrl");
        JsonNode reference = JSON.readTree(data.resolve("reference.json").toFile());

        Pairs one = febrl(1_000, data.resolve("dataset1.csv")).print("Febrl, dataset1");
        Pairs four = febrl(10_000, data.resolve("dataset4a.csv"), data.resolve("dataset4b.csv"))
                .print("Febrl, dataset4a and dataset4b");

        assertThat(one).isEqualTo(new Pairs(450, 450, 500)).isEqualTo(expected(reference.path("dataset1")));
        assertThat(four)
                .isEqualTo(new Pairs(4_561, 4_561, 5_000))
                .isEqualTo(expected(reference.path("dataset4a+dataset4b")));
    }

    private static Pairs febrl(int records, Path... files) throws Exception {
        IdentitySettings settings = IdentitySettings.load(file("febrl.identity.yaml"));
        return pairs(
                profiles(settings, "febrl.yaml", records, files),
                record -> FEBRL_PERSON.matcher(record).replaceFirst("$1"));
    }

    private static Pairs expected(JsonNode dataset) {
        JsonNode bySocialSecurity = dataset.path("deterministic_soc_sec_id");
        return new Pairs(
                bySocialSecurity.path("pairs_predicted").asLong(),
                bySocialSecurity.path("tp").asLong(),
                bySocialSecurity.path("pairs_true").asLong());
    }

    private static Path file(String name) {
        return Path.of(System.getProperty("tributary.root"), "local/src/test/resources/identity", name);
    }

    private static List<JsonNode> profiles(IdentitySettings settings, String mapping, int records, Path... files)
            throws Exception {
        Backtest backtest = new Backtest(AbandonedCartAlone.definitions(), ResolutionRules.of(settings));
        EventFiles.of(List.of(files), List.of(file(mapping)), settings)
                .read(
                        new EventParser(EventLimits.defaults(), new IdentifierRules(settings)),
                        (inbound, json) -> backtest.add(inbound));
        BacktestResult result = backtest.run(OptionalLong.empty(), 2);
        assertThat(result.counts().accepted()).isEqualTo(records);
        assertThat(result.rejects()).isEmpty();
        List<JsonNode> profiles = new ArrayList<>();
        for (byte[] profile : result.profiles()) {
            profiles.add(JSON.readTree(profile));
        }
        return profiles;
    }

    private static List<String> records(JsonNode profile) {
        List<String> records = new ArrayList<>();
        profile.at("/identifiers/record_id").forEach(record -> records.add(record.asText()));
        return records;
    }

    private static Pairs pairs(List<JsonNode> profiles, UnaryOperator<String> personOf) {
        long found = 0;
        long right = 0;
        Map<String, Long> recordsOfPersons = new HashMap<>();
        for (JsonNode profile : profiles) {
            List<String> records = records(profile);
            for (int i = 0; i < records.size(); i++) {
                String person = personOf.apply(records.get(i));
                recordsOfPersons.merge(person, 1L, Long::sum);
                for (int j = 0; j < i; j++) {
                    found++;
                    right += person.equals(personOf.apply(records.get(j))) ? 1 : 0;
                }
            }
        }
        long all = recordsOfPersons.values().stream()
                .mapToLong(n -> n * (n - 1) / 2)
                .sum();
        return new Pairs(found, right, all);
    }
}
