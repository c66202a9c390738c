package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

/** The laws of segments hold for the oracle, and random definitions reach the places that they are made for. */
class RandomDefinitionsTest {
    /** After all events. */
    private static final Instant END = Instant.parse("2026-05-02T00:00:00.000Z");

    /** After all windows and thresholds. */
    private static final Instant LONG_AFTER = END.plus(Duration.ofDays(400));

    @Provide
    Arbitrary<String> sets() {
        return RandomDefinitions.sets();
    }

    @Provide
    Arbitrary<List<String>> streams() {
        return SegmentStreams.streams();
    }

    /** Also streams that are made for other places. */
    @Provide
    Arbitrary<List<String>> anyStreams() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, SegmentStreams.streams()),
                Tuple.of(1, RandomStreams.streams()),
                Tuple.of(1, IdentityStreams.streams()));
    }

    @Provide
    Arbitrary<Instant> instants() {
        return SegmentStreams.instants();
    }

    @Provide
    Arbitrary<List<PrivacyCommand>> commands() {
        return SegmentStreams.commands();
    }

    @Provide
    Arbitrary<Optional<Instant>> ends() {
        return SegmentStreams.ends();
    }

    @Property(tries = 150, seed = "1")
    void everySetIsValidAndOfItsSize(@ForAll("sets") String set) {
        Definitions definitions = Definitions.read(set);

        assertThat(definitions.traits()).hasSizeBetween(1, 12);
        assertThat(definitions.segments()).hasSizeBetween(1, 15);
        for (String part : List.of(
                "in_segment(",
                " ? ",
                " && ",
                " || ",
                "!(",
                ".exists(",
                "has(",
                "size(",
                " in ",
                "days_since(",
                "hours_since(",
                "for_each",
                "max_values",
                "where",
                "window",
                "first_seen")) {
            reaches(part, set.contains(part), 10);
        }
    }

    @Property(tries = 25)
    void anyOrderOfTheLinesGivesTheSameOutput(
            @ForAll("sets") String set,
            @ForAll("anyStreams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll Random random) {
        List<String> shuffled = new ArrayList<>(stream);
        Collections.shuffle(shuffled, random);

        OracleOutput expected = run(set, stream, commands, END);
        OracleOutput actual = run(set, shuffled, commands, END);

        assertThat(OracleDiff.betweenWithSegments(expected, actual)).isEmpty();
        assertThat(actual.profiles()).isEqualTo(expected.profiles());
        assertThat(actual.segmentChanges()).isEqualTo(expected.segmentChanges());
    }

    /** Whoever happens to be looked at does not change: nothing is overlooked between the instants that are looked at. */
    @Property(tries = 25)
    void whatHappensToSomebodyElseChangesNothing(
            @ForAll("sets") String set,
            @ForAll("anyStreams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll Random random) {
        List<String> more = new ArrayList<>(stream);
        for (int i = 0; i < 60; i++) {
            Instant at = END.minusMillis(random.nextLong(Duration.ofDays(125).toMillis()));
            more.add("{\"type\":\"page\",\"userId\":\"else-%d\",\"timestamp\":\"%s\"}".formatted(i, at));
        }

        OracleOutput expected = run(set, stream, commands, END);
        OracleOutput actual = run(set, more, commands, END);

        Set<String> known = customers(expected.profiles());
        known.addAll(customers(expected.segmentChanges()));
        assertThat(of(known, actual.segmentChanges())).isEqualTo(expected.segmentChanges());
        assertThat(of(known, actual.profiles())).isEqualTo(expected.profiles());
    }

    @Property(tries = 25)
    void whatComesLaterDoesNotChangeWhatHasHappened(
            @ForAll("sets") String set,
            @ForAll("anyStreams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("instants") Instant until) {
        OracleOutput all = run(set, stream, commands, END);
        OracleOutput some = run(set, stream, commands, until);

        assertThat(some.segmentChanges())
                .isEqualTo(all.segmentChanges().stream()
                        .filter(change -> !at(change).isAfter(until))
                        .toList());
    }

    @Property(tries = 25)
    void theChangesLeadToTheMemberships(
            @ForAll("sets") String set,
            @ForAll("anyStreams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands) {
        OracleOutput output = run(set, stream, commands, END);

        Map<String, List<ObjectNode>> changes = output.segmentChanges().stream()
                .collect(Collectors.groupingBy(change -> membership(change.get("customer_id"), change)));
        Map<String, ObjectNode> memberships = memberships(output);
        changes.forEach((membership, all) -> {
            long entered = all.stream().filter(change -> is("entered", change)).count();
            long exited = all.stream().filter(change -> is("exited", change)).count();
            assertThat(entered - exited).as(membership).isEqualTo(memberships.containsKey(membership) ? 1 : 0);
        });
        memberships.forEach((membership, line) -> assertThat(changes.get(membership).stream()
                        .filter(change -> is("entered", change))
                        .map(change -> change.get("at").asText())
                        .reduce((earlier, later) -> later))
                .as(membership)
                .contains(line.get("since").asText()));
        Map<String, Set<String>> customers = new TreeMap<>();
        memberships.keySet().forEach(membership -> customers
                .computeIfAbsent(membership.split(" ")[0], s -> new HashSet<>())
                .add(membership.split(" ")[1]));
        output.summary().get("segments").properties().forEach(size -> assertThat(
                        size.getValue().asInt())
                .isEqualTo(customers.getOrDefault(size.getKey(), Set.of()).size()));
    }

    @Property(tries = 25)
    void whenNothingHappensCustomersLeaveWhenItWasSaid(
            @ForAll("sets") String set,
            @ForAll("anyStreams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands) {
        Map<String, ObjectNode> said = memberships(run(set, stream, commands, END));
        Map<String, String> left = new HashMap<>();
        run(set, stream, commands, LONG_AFTER).segmentChanges().stream()
                .filter(change -> at(change).isAfter(END) && is("exited", change))
                .forEach(change -> left.putIfAbsent(
                        membership(change.get("customer_id"), change),
                        change.get("at").asText()));

        said.forEach((membership, line) ->
                assertThat(line.path("exits_at").asText(null)).as(membership).isEqualTo(left.get(membership)));
    }

    /** What it says is about a distribution, so it is asked of one sample. */
    @Property(tries = 150, seed = "1")
    void setsAndStreamsReachWhatIsRare(
            @ForAll("sets") String set,
            @ForAll("streams") List<String> stream,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("ends") Optional<Instant> until) {
        OracleOutput output = run(set, stream, commands, until);
        Set<String> happened = Stream.concat(
                        stream.stream()
                                .map(line -> Instant.parse(
                                        Json.object(line).get("timestamp").asText())),
                        commands.stream().map(PrivacyCommand::at))
                .map(Oracle.MILLIS::format)
                .collect(Collectors.toSet());
        List<ObjectNode> changes = output.segmentChanges();
        Collection<ObjectNode> memberships = memberships(output).values();
        Set<String> gone = new TreeSet<>(customers(changes));
        gone.removeAll(customers(output.profiles()));

        reaches("enters", changes.stream().anyMatch(c -> is("entered", c)), 80);
        reaches("exits", changes.stream().anyMatch(c -> is("exited", c)), 50);
        reaches("enters by time alone", changes.stream().anyMatch(c -> is("entered", c) && !isAt(happened, c)), 20);
        reaches("exits by time alone", changes.stream().anyMatch(c -> is("exited", c) && !isAt(happened, c)), 30);
        reaches("is in a parametric segment", changes.stream().anyMatch(c -> c.has("value")), 20);
        reaches("leaves a parametric segment", changes.stream().anyMatch(c -> c.has("value") && is("exited", c)), 15);
        reaches("is in a segment at the end", !memberships.isEmpty(), 80);
        reaches("leaves it after the end", memberships.stream().anyMatch(m -> m.has("exits_at")), 10);
        reaches("stays in it for ever", memberships.stream().anyMatch(m -> !m.has("exits_at")), 50);
        reaches("is gone", !gone.isEmpty(), 20);
        reaches("has computed traits", output.profiles().stream().anyMatch(p -> p.has("computed")), 50);
        Statistics.label("changes").collect(bucket(changes.size()));
        Statistics.label("of all, by time alone")
                .collect(
                        changes.isEmpty()
                                ? "none"
                                : bucket((int) (100
                                        * changes.stream()
                                                .filter(c -> !isAt(happened, c))
                                                .count()
                                        / changes.size())));
    }

    /** How many of the segments and traits of the sets are for ever the same. */
    @Test
    void mostSegmentsHoldForSomebodySometimeAndNotForEverybodyAlways() {
        int segments = 0;
        int entered = 0;
        int exited = 0;
        int traits = 0;
        int computed = 0;
        for (long seed = 1; seed <= 60; seed++) {
            String set = RandomDefinitions.of(seed);
            Definitions definitions = Definitions.read(set);
            OracleOutput output = run(set, SegmentStreams.stream(seed, 60), List.of(), Optional.empty());
            segments += definitions.segments().size();
            entered += names("segment", "entered", output).size();
            exited += names("segment", "exited", output).size();
            traits += definitions.traits().size();
            Set<String> present = new HashSet<>();
            output.profiles()
                    .forEach(profile -> profile.path("computed").fieldNames().forEachRemaining(present::add));
            computed += present.size();
        }
        System.out.printf(
                "Of %d segments %d %% are entered and %d %% are left; of %d traits %d %% are in a profile at the end.%n",
                segments, 100 * entered / segments, 100 * exited / segments, traits, 100 * computed / traits);
        assertThat(entered).isGreaterThan(segments / 2);
        assertThat(exited).isGreaterThan(2 * segments / 5);
        assertThat(computed).isGreaterThan(2 * traits / 5);
    }

    private static void reaches(String what, boolean reached, int percent) {
        Statistics.label(what).collect(reached);
        Statistics.label(what).coverage(coverage -> coverage.check(true).percentage(actual -> actual >= percent));
    }

    private static String bucket(int number) {
        return number == 0 ? "0" : number < 10 ? "1-9" : number < 100 ? "10-99" : "100 and more";
    }

    private static Set<String> names(String field, String change, OracleOutput output) {
        return output.segmentChanges().stream()
                .filter(line -> is(change, line))
                .map(line -> line.get(field).asText())
                .collect(Collectors.toSet());
    }

    private static boolean is(String change, ObjectNode line) {
        return line.get("change").asText().equals(change);
    }

    private static boolean isAt(Set<String> instants, ObjectNode change) {
        return instants.contains(change.get("at").asText());
    }

    private static Instant at(ObjectNode change) {
        return Instant.parse(change.get("at").asText());
    }

    private static Set<String> customers(List<ObjectNode> lines) {
        return lines.stream()
                .map(line -> line.get("customer_id").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<ObjectNode> of(Set<String> customers, List<ObjectNode> lines) {
        return lines.stream()
                .filter(line -> customers.contains(line.get("customer_id").asText()))
                .toList();
    }

    /** The segment, the customer and the value. */
    private static String membership(JsonNode customer, ObjectNode line) {
        return line.get("segment").asText() + " " + customer.asText() + " " + line.path("value");
    }

    private static Map<String, ObjectNode> memberships(OracleOutput output) {
        Map<String, ObjectNode> result = new TreeMap<>();
        output.profiles().forEach(profile -> profile.path("segments")
                .forEach(line ->
                        result.put(membership(profile.get("customer_id"), (ObjectNode) line), (ObjectNode) line)));
        return result;
    }

    private static OracleOutput run(String set, List<String> stream, List<PrivacyCommand> commands, Instant until) {
        return run(set, stream, commands, Optional.of(until));
    }

    private static OracleOutput run(
            String set, List<String> stream, List<PrivacyCommand> commands, Optional<Instant> until) {
        return SegmentOracle.run(
                set,
                stream.stream()
                        .map(line -> new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line("f.jsonl", 1)))
                        .toList(),
                commands,
                until);
    }
}
