package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Random streams of raw Segment-spec lines about who is who: few persons, devices and shared values, so that merges,
 * conflicts, quarantine, full components, logins of several persons on one device, late links and duplicates happen in
 * many streams; carts and orders around them, at instants that lie exactly at, and one millisecond beside, each other's
 * deadlines. Lines come in any order of time. Nothing is broken here: that is what {@link RandomStreams} is for.
 *
 * <p>With {@link #smallLimits()} quarantine and full components are frequent; with the contract's limits the first is
 * rare and the second never happens.
 */
public final class IdentityStreams {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.000Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final int GENERATED_SIZE = 1_000;
    private static final Pattern NAME = Pattern.compile("\"([uacld][0-9]|(?:m|turn)-[0-9]+)\"");
    private static final int FIRST_PHONE = 100_000;

    private static final List<Duration> OFFSETS = List.of(
            Duration.ZERO,
            MILLI,
            Duration.ofMinutes(20),
            Duration.ofMinutes(40),
            HOUR.minus(MILLI),
            HOUR,
            HOUR.plus(MILLI),
            Duration.ofMinutes(80),
            HOUR.multipliedBy(2),
            HOUR.multipliedBy(2).plus(MILLI),
            HOUR.multipliedBy(3),
            HOUR.multipliedBy(24),
            HOUR.multipliedBy(24).plus(MILLI));

    private static final List<String> USERS = List.of("u1", "u2", "u3", "u4", "u5");
    private static final List<String> DEVICES = List.of("a1", "a2", "a3");
    private static final List<String> EMAILS = List.of("e1@x.com", "e2@x.com", "E1@x.com ", "no mail");
    private static final List<String> EXTERNAL_IDS =
            List.of("crm_id:c1", "crm_id:c2", "loyalty_card:l1", "phone:+48601123456", "user_id:u1", "device_id:d1");

    /** Whatever a command may name; devices are among them. */
    private static final List<String> IDENTIFIERS = List.of(
            "user_id:u1",
            "user_id:u2",
            "user_id:u3",
            "email:e1@x.com",
            "email:e2@x.com",
            "crm_id:c1",
            "crm_id:c2",
            "loyalty_card:l1",
            "anonymous_id:a1",
            "anonymous_id:a2");

    private IdentityStreams() {}

    /** Two anchors share a value, and three links hang together: so small that what is rare is frequent. */
    public static IdentityConfig smallLimits() {
        return IdentityConfig.defaults()
                .withEach(namespace -> namespace.person() ? namespace.withMaxShared(2) : namespace)
                .withMaxComponent(4);
    }

    /** Streams of up to 40 lines. */
    public static Arbitrary<List<String>> streams() {
        return Combinators.combine(
                        event().list().ofMaxSize(34).withSizeDistribution(RandomDistribution.uniform()),
                        alternation().list().ofMaxSize(1),
                        Arbitraries.integers().between(0, 39).list().ofMaxSize(5),
                        Arbitraries.randomValue(Random::nextLong))
                .as(IdentityStreams::shuffledWithRepetitions);
    }

    /** The stream of a seed, for tests that are no properties of jqwik: the same on any machine. */
    public static List<String> stream(long seed) {
        List<List<String>> result = new ArrayList<>();
        JqwikSession.run(() -> result.add(
                streams().generator(GENERATED_SIZE).next(new Random(seed)).value()));
        return result.get(0);
    }

    /** The streams of many seeds, each about people, devices and values of its own, one after the other. */
    public static List<List<String>> crowd(long seed, int groups) {
        return IntStream.range(0, groups)
                .mapToObj(group -> stream(seed * groups + group).stream()
                        .map(line -> renamed(line, group))
                        .toList())
                .toList();
    }

    /** Commands on the people of a {@link #crowd}. */
    public static List<PrivacyCommand> commandsOnCrowd(long seed, int groups) {
        List<PrivacyCommand> result = new ArrayList<>();
        JqwikSession.run(() -> {
            for (int group = 0; group < groups; group++) {
                Random random = new Random(seed * groups + group);
                for (PrivacyCommand command :
                        commands().generator(GENERATED_SIZE).next(random).value()) {
                    result.add(renamed(command, group));
                }
            }
        });
        return result;
    }

    private static PrivacyCommand renamed(PrivacyCommand command, int group) {
        return new PrivacyCommand(
                        command.id() + "-" + group,
                        command.at(),
                        command.command(),
                        command.identifier(),
                        command.with())
                .mapIdentifiers(text -> {
                    int colon = text.indexOf(':') + 1;
                    String quoted = "\"" + text.substring(colon) + "\"";
                    return text.substring(0, colon) + renamed(quoted, group).replace("\"", "");
                });
    }

    private static String renamed(String line, int group) {
        return NAME.matcher(line)
                .replaceAll("\"$1-" + group + "\"")
                .replace("@x.com", "@" + group + ".x.com")
                .replace("+48601123456", "+48601" + (FIRST_PHONE + group));
    }

    /** An instant to end at: one of the stream's, so that deadlines fall on it and beside it. */
    public static Arbitrary<Instant> instants() {
        return Arbitraries.of(OFFSETS).map(START::plus);
    }

    /** Up to six commands, some of them with the same id. */
    public static Arbitrary<List<PrivacyCommand>> commands() {
        return commands(instants());
    }

    static Arbitrary<List<PrivacyCommand>> commands(Arbitrary<Instant> instants) {
        Arbitrary<String> identifiers = Arbitraries.of(IDENTIFIERS);
        Arbitrary<String> ids = Arbitraries.of("p1", "p2", "p3", "p4", "p5", "p6");
        Arbitrary<PrivacyCommand> unmerge =
                Combinators.combine(ids, instants, identifiers, identifiers).as(PrivacyCommand::unmerge);
        Arbitrary<PrivacyCommand> erase =
                Combinators.combine(ids, instants, identifiers).as(PrivacyCommand::erase);
        return Arbitraries.frequencyOf(Tuple.of(2, unmerge), Tuple.of(1, erase))
                .list()
                .ofMaxSize(6);
    }

    // ---------------------------------------------------------------------------------------------------------- events

    /** Who an event says that it is of; absent ones are empty. */
    record Who(Optional<String> user, Optional<String> device, Optional<String> email, List<String> others) {}

    private static Arbitrary<ObjectNode> event() {
        return Combinators.combine(who(), instants(), messageId(), body()).as(IdentityStreams::event);
    }

    static Arbitrary<Who> who() {
        Arbitrary<Who> any = Combinators.combine(
                        maybe(0.5, Arbitraries.of(USERS)),
                        maybe(0.5, Arbitraries.of(DEVICES)),
                        maybe(0.3, Arbitraries.of(EMAILS)),
                        Arbitraries.frequencyOf(
                                Tuple.of(3, Arbitraries.just(List.<String>of())),
                                Tuple.of(
                                        1,
                                        Arbitraries.of(EXTERNAL_IDS)
                                                .list()
                                                .ofMinSize(1)
                                                .ofMaxSize(2))))
                .as(Who::new);
        return any.filter(who -> who.user().isPresent()
                || who.device().isPresent()
                || !who.others().isEmpty());
    }

    private static Arbitrary<Optional<String>> maybe(double probability, Arbitrary<String> value) {
        return value.optional(probability);
    }

    static Arbitrary<Optional<String>> messageId() {
        return Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.integers().between(100, 9_999).map(n -> Optional.of("m-" + n))),
                Tuple.of(1, Arbitraries.integers().between(1, 4).map(n -> Optional.of("m-" + n))),
                Tuple.of(1, Arbitraries.just(Optional.<String>empty())));
    }

    private static Arbitrary<String> body() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just("{'type': 'page'}")),
                Tuple.of(5, Arbitraries.of("{'type': 'identify'}", "{'type': 'identify', 'traits': {'plan': 'gold'}}")),
                Tuple.of(1, Arbitraries.of(DEVICES).map("{'type': 'alias', 'previousId': '%s'}"::formatted)),
                Tuple.of(1, Arbitraries.just("{'type': 'track', 'event': 'Signed In'}")),
                Tuple.of(
                        1,
                        Arbitraries.of(true, false)
                                .map(granted -> "{'type': 'page', 'context': {'consent': {'categoryPreferences':"
                                        + " {'marketing': %s, 'news': %s}}}}".formatted(granted, !granted))),
                Tuple.of(
                        5,
                        Arbitraries.of(
                                track("Product Added", "'product_id': 'p1', 'price': 9.99"),
                                track("Product Added", "'product_id': 'p2', 'price': 1, 'currency': 'EUR'"),
                                track("Product Removed", "'product_id': 'p1'"),
                                track("Cart Updated", "'products': [{'product_id': 'p3', 'quantity': 2}]"))),
                Tuple.of(
                        2,
                        Arbitraries.of(
                                track("Order Completed", "'order_id': 'o1', 'revenue': 20"),
                                track("Order Completed", "'order_id': 'o2', 'revenue': 5"),
                                track("Order Completed", "'revenue': 7"),
                                track("Order Refunded", "'order_id': 'o1', 'total': 3"))));
    }

    private static String track(String event, String properties) {
        return "{'type': 'track', 'event': '%s', 'properties': {%s}}".formatted(event, properties);
    }

    static ObjectNode event(Who who, Instant at, Optional<String> messageId, String body) {
        ObjectNode event = Json.quoted(body).put("timestamp", at.toString());
        messageId.ifPresent(id -> event.put("messageId", id));
        who.user().ifPresent(user -> event.put("userId", user));
        who.device().ifPresent(device -> event.put("anonymousId", device));
        ObjectNode traits = event.path("type").asText().equals("identify")
                ? event.withObject("/traits")
                : event.withObject("/context/traits");
        who.email().ifPresent(email -> traits.put("email", email));
        who.others().forEach(other -> {
            String[] parts = other.split(":", 2);
            event.withArray("/context/externalIds")
                    .addObject()
                    .put("type", parts[0])
                    .put("id", parts[1]);
        });
        return event;
    }

    /** Two users take turns on one device, and something happens on it in between. */
    private static Arbitrary<List<ObjectNode>> alternation() {
        Arbitrary<ObjectNode> between = Combinators.combine(body(), instants())
                .as((body, at) -> event(
                        new Who(Optional.empty(), Optional.of("a1"), Optional.empty(), List.of()),
                        at,
                        Optional.empty(),
                        body));
        return Combinators.combine(
                        Arbitraries.of(USERS).list().uniqueElements().ofSize(2),
                        instants().list().ofSize(3),
                        between.list().ofSize(3))
                .as((users, times, events) -> {
                    List<Instant> sorted = times.stream().sorted().toList();
                    List<ObjectNode> result = new ArrayList<>(events);
                    for (int i = 0; i < sorted.size(); i++) {
                        Who who =
                                new Who(Optional.of(users.get(i % 2)), Optional.of("a1"), Optional.empty(), List.of());
                        result.add(event(who, sorted.get(i), Optional.of("turn-" + i), "{'type': 'identify'}"));
                    }
                    return result;
                });
    }

    private static List<String> shuffledWithRepetitions(
            List<ObjectNode> events, List<List<ObjectNode>> alternations, List<Integer> repeated, long seed) {
        List<String> lines = new ArrayList<>(
                Stream.concat(events.stream(), alternations.stream().flatMap(List::stream))
                        .map(ObjectNode::toString)
                        .toList());
        repeated.stream().filter(i -> i < lines.size()).map(lines::get).toList().forEach(lines::add);
        Collections.shuffle(lines, new Random(seed));
        return lines;
    }
}
