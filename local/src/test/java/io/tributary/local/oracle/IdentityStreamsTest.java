package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** The laws of identity hold for the oracle, and the streams reach the places that they are made for. */
class IdentityStreamsTest {
    /** After all events and deadlines. */
    private static final Instant END = Instant.parse("2026-01-03T00:00:00.000Z");

    @Provide
    Arbitrary<List<String>> streams() {
        return IdentityStreams.streams();
    }

    @Provide
    Arbitrary<Instant> instants() {
        return IdentityStreams.instants();
    }

    @Provide
    Arbitrary<List<PrivacyCommand>> commands() {
        return IdentityStreams.commands();
    }

    @Property(tries = 100)
    void anyOrderOfTheLinesGivesTheSameOutput(
            @ForAll("streams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll Random random) {
        List<String> shuffled = new ArrayList<>(stream);
        Collections.shuffle(shuffled, random);

        assertThat(run(shuffled, commands)).isEqualTo(run(stream, commands));
    }

    @Property(tries = 100)
    void readingEveryLineTwiceChangesNothing(@ForAll("streams") List<String> stream) {
        List<String> twice = new ArrayList<>(stream);
        twice.addAll(stream);

        OracleOutput once = run(stream, List.of());
        OracleOutput again = run(twice, List.of());

        assertThat(again.profiles()).isEqualTo(once.profiles());
        assertThat(again.triggers()).isEqualTo(once.triggers());
        assertThat(again.identityChanges()).isEqualTo(once.identityChanges());
    }

    @Property(tries = 100)
    void whatComesLaterDoesNotChangeWhatHasHappened(
            @ForAll("streams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("instants") Instant until) {
        OracleOutput all = oracle().run(lines(stream), Optional.of(END), commands);
        OracleOutput some = oracle().run(lines(stream), Optional.of(until), commands);

        assertThat(some.triggers()).isEqualTo(upTo(until, "fired_at", all.triggers()));
        assertThat(some.identityChanges()).isEqualTo(upTo(until, "at", all.identityChanges()));
    }

    @Property(tries = 100)
    void everyEventBelongsToOneCustomerAndEveryUserIdToo(@ForAll("streams") List<String> stream) {
        OracleOutput output = run(stream, List.of());

        int events = 0;
        Set<String> customers = new HashSet<>();
        Set<String> former = new HashSet<>();
        for (ObjectNode profile : output.profiles()) {
            events += profile.at("/events/count").asInt();
            customers.add(profile.get("customer_id").asText());
            profile.path("merged_from").forEach(id -> former.add(id.asText()));
            assertThat(profile.at("/identifiers/user_id").size()).isLessThanOrEqualTo(1);
        }
        assertThat(events).isEqualTo(output.summary().at("/events/accepted").asInt());
        assertThat(former).noneMatch(customers::contains);
    }

    /** What it says is about a distribution, so it is asked of one sample. */
    @Property(tries = 300, seed = "1")
    void streamsReachWhatIsRare(
            @ForAll("streams") List<String> stream, @ForAll("commands") List<PrivacyCommand> commands) {
        OracleOutput output = run(stream, commands);
        List<ObjectNode> events = stream.stream()
                .map(Json::object)
                .sorted(Comparator.comparing(event -> event.get("timestamp").asText()))
                .toList();

        for (String change : List.of("merged", "linked", "conflict", "quarantined", "component_full", "unmerged")) {
            reaches(change, has(output, change), 5);
        }
        reaches("a login with a history", hasVisitorWhoBecameAPerson(output), 5);
        reaches("a device that alternates", alternates(events), 5);
        reaches("a late link", hasLateLink(stream), 5);
        reaches("a duplicate", output.summary().at("/events/duplicate").asInt() > 0, 5);
        reaches("a trigger", !output.triggers().isEmpty(), 5);
        reaches("an anonymous cart that fires for a person", firesAnonymousCart(output, events), 2);
        reaches("a separation", commands.stream().anyMatch(c -> has(output, "unmerged", c.id())), 1);
        reaches("an erasure", isSmaller(output), 5);
    }

    private static void reaches(String what, boolean reached, int percent) {
        Statistics.label(what).collect(reached);
        Statistics.label(what).coverage(coverage -> coverage.check(true).percentage(actual -> actual >= percent));
    }

    /** Whether events were accepted that nobody has. */
    private static boolean isSmaller(OracleOutput output) {
        return output.profiles().stream()
                        .mapToInt(profile -> profile.at("/events/count").asInt())
                        .sum()
                < output.summary().at("/events/accepted").asInt();
    }

    private static boolean has(OracleOutput output, String change) {
        return output.identityChanges().stream()
                .anyMatch(line -> line.get("change").asText().equals(change));
    }

    private static boolean has(OracleOutput output, String change, String because) {
        return output.identityChanges().stream()
                .filter(line -> line.get("because").asText().equals(because))
                .anyMatch(line -> line.get("change").asText().equals(change));
    }

    private static boolean hasVisitorWhoBecameAPerson(OracleOutput output) {
        return output.identityChanges().stream()
                .filter(line -> line.get("change").asText().equals("merged"))
                .map(line -> line.get("identifiers"))
                .anyMatch(ids -> ids.has("anonymous_id") && ids.size() == 1);
    }

    /** Whether two users identify in turns on one device: A, B, A. */
    private static boolean alternates(List<ObjectNode> events) {
        List<String> users = events.stream()
                .filter(event -> event.get("type").asText().equals("identify"))
                .filter(event -> event.path("anonymousId").asText().equals("a1"))
                .map(event -> event.path("userId").asText())
                .filter(user -> !user.isEmpty())
                .toList();
        for (int i = 0; i < users.size(); i++) {
            int back = users.subList(0, i).lastIndexOf(users.get(i));
            if (back >= 0 && back < i - 1) {
                return true;
            }
        }
        return false;
    }

    /** Whether a line that links a user's e-mail comes after a younger line about the same e-mail. */
    private static boolean hasLateLink(List<String> stream) {
        List<JsonNode> seen = new ArrayList<>();
        for (String line : stream) {
            JsonNode event = Json.object(line);
            boolean late = seen.stream()
                    .filter(before -> email(before).equals(email(event)))
                    .anyMatch(before -> before.get("timestamp")
                                    .asText()
                                    .compareTo(event.get("timestamp").asText())
                            > 0);
            if (event.has("userId") && late) {
                return true;
            }
            if (!email(event).isEmpty()) {
                seen.add(event);
            }
        }
        return false;
    }

    private static String email(JsonNode event) {
        return event.at("/traits/email").asText()
                + event.at("/context/traits/email").asText();
    }

    private static boolean firesAnonymousCart(OracleOutput output, List<ObjectNode> events) {
        return output.triggers().stream()
                .filter(trigger -> !Set.of("a1", "a2", "a3").stream()
                        .map(device -> id("anonymous_id:" + device))
                        .toList()
                        .contains(trigger.get("customer_id").asText()))
                .anyMatch(trigger -> events.stream()
                        .filter(event -> event.path("messageId")
                                .asText()
                                .equals(trigger.get("anchor_message_id").asText()))
                        .anyMatch(event -> !event.has("userId")
                                && email(event).isEmpty()
                                && event.at("/context/externalIds").isMissingNode()));
    }

    private static String id(String identifier) {
        return "c_" + Oracle.sha256(identifier.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }

    private static List<ObjectNode> upTo(Instant until, String field, List<ObjectNode> all) {
        return all.stream()
                .filter(line -> !Instant.parse(line.get(field).asText()).isAfter(until))
                .toList();
    }

    private static Oracle oracle() {
        return new Oracle(IdentityStreams.smallLimits());
    }

    private static OracleOutput run(List<String> stream, List<PrivacyCommand> commands) {
        return oracle().run(lines(stream), Optional.empty(), commands);
    }

    private static List<Oracle.Line> lines(List<String> stream) {
        return stream.stream()
                .map(line -> new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line("f.jsonl", 1)))
                .toList();
    }
}
