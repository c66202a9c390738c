package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stories about who is who, and who would like a backtest to take for ever. */
class BacktestIdentityTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant START = Instant.parse("2026-01-01T10:00:00.000Z");
    private static final String ADDED = "Product Added','properties':{'product_id':'p1','price':'10.00'},'x':'";
    private static final String ORDERED = "Order Completed','properties':{'order_id':'o1','revenue':'10.00'},'x':'";
    private static final int SECONDS = 60;
    private static final int MANY = 10_000;

    private static final Identifier USER = new Identifier(Namespace.USER_ID, "u1");
    private static final Identifier EMAIL = new Identifier(Namespace.EMAIL, "ana@x.com");
    private static final Identifier DEVICE = new Identifier(Namespace.ANONYMOUS_ID, "a1");

    private final List<String> lines = new ArrayList<>();
    private final List<PrivacyCommand> commands = new ArrayList<>();

    private void page(int second, String who) {
        lines.add(line(second, "'type':'page'," + who));
    }

    private void identify(int second, String who) {
        lines.add(line(second, "'type':'identify'," + who));
    }

    private void track(int second, String event, String who) {
        lines.add(line(second, "'type':'track','event':'" + event + "'," + who));
    }

    private void erase(int second, Identifier identifier) {
        commands.add(PrivacyCommand.erase("p-" + (commands.size() + 1), millis(second), identifier));
    }

    private void unmerge(int second, Identifier one, Identifier other) {
        commands.add(PrivacyCommand.unmerge("p-" + (commands.size() + 1), millis(second), one, other));
    }

    private static long millis(int second) {
        return START.plusSeconds(second).toEpochMilli();
    }

    private String line(int second, String body) {
        return "{'messageId':'m-%d','timestamp':'%s',%s}"
                .formatted(lines.size() + 1, START.plusSeconds(second), body)
                .replace('\'', '"');
    }

    private BacktestResult run() {
        return run(OptionalLong.empty());
    }

    private BacktestResult run(OptionalLong until) {
        Backtest backtest = new Backtest(AbandonedCartAlone.definitions());
        EventParser parser = EventParser.withDefaults();
        for (String line : lines) {
            Inbound inbound = parser.parse(line.getBytes(StandardCharsets.UTF_8), Origin.line("events.jsonl", 1));
            assertThat(inbound).isInstanceOf(Inbound.Accepted.class);
            backtest.add(inbound);
        }
        for (PrivacyCommand command : commands) {
            backtest.add(
                    new PrivacyInbound.Accepted(command), command.toString().getBytes(StandardCharsets.UTF_8));
        }
        return backtest.run(until, 2);
    }

    private static OptionalLong after(Duration duration) {
        return OptionalLong.of(START.plus(duration).toEpochMilli());
    }

    private static List<JsonNode> json(List<byte[]> lines) {
        return lines.stream()
                .map(line -> {
                    try {
                        return MAPPER.readTree(line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static String customer(Namespace namespace, String value) {
        return new Identifier(namespace, value).customerId();
    }

    /** By customer id. */
    private static Map<String, Integer> eventCounts(BacktestResult result) {
        return json(result.profiles()).stream()
                .collect(Collectors.toMap(
                        profile -> profile.get("customer_id").asText(),
                        profile -> profile.at("/events/count").asInt()));
    }

    private static Set<String> kinds(BacktestResult result) {
        return json(result.identityChanges()).stream()
                .map(change -> change.get("change").asText())
                .collect(Collectors.toSet());
    }

    @Test
    void aVisitorWhoLogsInIsOneCustomer() {
        page(0, "'anonymousId':'a1'");
        identify(60, "'anonymousId':'a1','userId':'u1','traits':{'email':'ana@x.com'}");

        BacktestResult result = run();

        JsonNode profile = json(result.profiles()).get(0);
        assertThat(result.profiles()).hasSize(1);
        assertThat(profile.get("customer_id").asText()).isEqualTo(customer(Namespace.USER_ID, "u1"));
        assertThat(profile.get("identifiers").toString())
                .isEqualTo("{\"anonymous_id\":[\"a1\"],\"email\":[\"ana@x.com\"],\"user_id\":[\"u1\"]}");
        assertThat(profile.get("merged_from").get(0).asText()).isEqualTo(customer(Namespace.ANONYMOUS_ID, "a1"));
        assertThat(result.counts().merges()).isEqualTo(1);
        assertThat(new String(result.identityChanges().get(2), StandardCharsets.UTF_8))
                .isEqualTo(("{'at':'2026-01-01T10:01:00.000Z','change':'merged','customer_id':'%s',"
                                + "'identifiers':{'anonymous_id':['a1']},'into':'%s','because':'m-2'}")
                        .formatted(customer(Namespace.ANONYMOUS_ID, "a1"), customer(Namespace.USER_ID, "u1"))
                        .replace('\'', '"'));
    }

    @Test
    void anAnonymousCartThatIsPaidAfterTheLoginNeverFires() {
        track(0, ADDED, "'anonymousId':'a1'");
        identify(600, "'anonymousId':'a1','userId':'u1'");
        track(1_200, ORDERED, "'userId':'u1'");

        assertThat(run(after(Duration.ofDays(1))).triggers()).isEmpty();
    }

    @Test
    void anAnonymousCartThatIsLeftBehindFiresOnceForThePersonAtItsDeadline() {
        track(0, ADDED, "'anonymousId':'a1'");
        identify(600, "'anonymousId':'a1','userId':'u1'");

        List<JsonNode> triggers = json(run(after(Duration.ofDays(1))).triggers());

        assertThat(triggers).hasSize(1);
        assertThat(triggers.get(0).get("customer_id").asText()).isEqualTo(customer(Namespace.USER_ID, "u1"));
        assertThat(triggers.get(0).get("fired_at").asText()).isEqualTo("2026-01-01T11:00:00.000Z");
    }

    @Test
    void aDeadlineBeforeTheLoginFiresForWhoeverItWasThen() {
        track(0, ADDED, "'anonymousId':'a1'");
        identify(3_601, "'anonymousId':'a1','userId':'u1'");

        List<JsonNode> triggers = json(run(after(Duration.ofDays(1))).triggers());

        assertThat(triggers).hasSize(1);
        assertThat(triggers.get(0).get("customer_id").asText()).isEqualTo(customer(Namespace.ANONYMOUS_ID, "a1"));
    }

    @Test
    void aDeadlineAtTheInstantOfTheLoginFiresForNobody() {
        track(0, ADDED, "'anonymousId':'a1'");
        identify(3_600, "'anonymousId':'a1','userId':'u1'");

        assertThat(run(after(Duration.ofDays(1))).triggers()).isEmpty();
    }

    @Test
    void anUnmergeMovesWhatTheIdentifierIsTheStrongestOf() {
        page(0, "'anonymousId':'a1'");
        identify(60, "'anonymousId':'a1','traits':{'email':'ana@x.com'}");
        page(120, "'anonymousId':'a1'");
        identify(180, "'userId':'u1','traits':{'email':'ana@x.com'}");
        unmerge(240, EMAIL, USER);
        page(300, "'userId':'u1','context':{'traits':{'email':'ana@x.com'}}");

        BacktestResult result = run();

        assertThat(eventCounts(result))
                .as("the device's history, the login and what came after it; not what names the user")
                .isEqualTo(Map.of(EMAIL.customerId(), 3, USER.customerId(), 2));
        assertThat(json(result.identityChanges()).stream()
                        .filter(change -> change.get("because").asText().equals("p-1")))
                .allMatch(change -> change.get("at").asText().equals("2026-01-01T10:04:00.000Z"))
                .extracting(change -> change.get("change").asText() + change.get("identifiers"))
                .containsExactly(
                        "created{\"anonymous_id\":[\"a1\"],\"email\":[\"ana@x.com\"]}",
                        "unmerged{\"anonymous_id\":[\"a1\"],\"email\":[\"ana@x.com\"]}");
    }

    @ParameterizedTest
    @CsvSource({"600, 0", "3600, 0", "3601, 1"})
    void theOpenCartOfACustomerWhoWasErasedFiresForNobody(int second, int fired) {
        track(0, ADDED, "'anonymousId':'a1'");
        identify(60, "'anonymousId':'a1','userId':'u1'");
        erase(second, USER);

        BacktestResult result = run(after(Duration.ofDays(1)));

        assertThat(result.triggers()).hasSize(fired);
        assertThat(result.profiles()).isEmpty();
        assertThat(result.counts().accepted()).isEqualTo(2);
        assertThat(json(result.identityChanges()))
                .noneMatch(change -> change.get("because").asText().equals("p-1"));
    }

    @Test
    void whatADeviceDoesAfterItsPersonWasErasedIsItsOwn() {
        identify(0, "'anonymousId':'a1','userId':'u1'");
        page(60, "'anonymousId':'a1'");
        erase(120, USER);
        page(120, "'anonymousId':'a1'");
        erase(150, DEVICE);
        identify(180, "'anonymousId':'a1','userId':'u2'");
        page(240, "'anonymousId':'a1'");

        assertThat(eventCounts(run()))
                .as("what it did first is nobody's, so it stands for its own customer")
                .isEqualTo(Map.of(customer(Namespace.USER_ID, "u2"), 2));
    }

    @Test
    void aDeviceWhoseHistoryIsAPersonsStandsForNobody() {
        page(0, "'anonymousId':'a1'");
        identify(60, "'anonymousId':'a1','userId':'u1'");
        erase(120, DEVICE);

        assertThat(eventCounts(run())).isEqualTo(Map.of(USER.customerId(), 2));
    }

    @Test
    void aVisitorWhoWasErasedTakesAlongWhatCameAfterwards() {
        page(0, "'anonymousId':'a1'");
        erase(60, DEVICE);
        page(120, "'anonymousId':'a1'");
        identify(180, "'anonymousId':'a1','userId':'u1'");

        assertThat(eventCounts(run())).isEqualTo(Map.of(USER.customerId(), 2));
    }

    @Test
    void whoComesBackAfterAnErasureIsACustomerAnewAndIsNeverLinked() {
        page(0, "'userId':'u1'");
        identify(60, "'userId':'u1','traits':{'email':'ana@x.com'}");
        erase(120, EMAIL);
        identify(180, "'userId':'u1','traits':{'email':'ana@x.com'}");
        page(240, "'context':{'traits':{'email':'ana@x.com'}}");

        BacktestResult result = run();

        assertThat(eventCounts(result)).isEqualTo(Map.of(USER.customerId(), 1, EMAIL.customerId(), 1));
        assertThat(json(result.profiles())).noneMatch(profile -> profile.has("merged_from"));
        assertThat(json(result.identityChanges()))
                .extracting(change -> change.get("change").asText() + " "
                        + change.get("because").asText())
                .containsExactly("created m-1", "linked m-2", "created m-3", "created m-4");
    }

    @Test
    @Timeout(SECONDS)
    void aChainFromBothEndsFreezes() {
        for (int i = 0; i < MANY / 2; i++) {
            page(
                    i,
                    "'context':{'traits':{'email':'e%d@x.com'},'externalIds':[{'type':'email','id':'e%d@x.com'}]}"
                            .formatted(i, i + 1));
            int last = MANY - 1 - i;
            page(
                    i,
                    "'context':{'traits':{'email':'e%d@x.com'},'externalIds':[{'type':'email','id':'e%d@x.com'}]}"
                            .formatted(last, last + 1));
        }

        BacktestResult result = run();

        assertThat(kinds(result)).contains("component_full");
        assertThat(result.counts().customers()).isBetween(5L, (long) MANY);
    }

    @Test
    @Timeout(SECONDS)
    void aStarOfDevicesIsOneCustomer() {
        for (int i = 0; i < MANY; i++) {
            track(60 * i, ADDED, "'anonymousId':'a%d'".formatted(i));
            identify(60 * i + 1, "'anonymousId':'a%d','userId':'u1'".formatted(i));
            page(60 * i + 2, "'anonymousId':'a%d'".formatted(i));
        }

        BacktestResult result = run();

        assertThat(result.counts().customers()).isEqualTo(1);
        assertThat(result.counts().merges()).isEqualTo(MANY);
        JsonNode profile = json(result.profiles()).get(0);
        assertThat(profile.get("identifiers").get("anonymous_id")).hasSize(999);
        assertThat(profile.get("identifiers_left_out").asInt()).isEqualTo(MANY - 999);
        assertThat(profile.get("merged_from")).hasSize(MANY);
    }

    @Test
    @Timeout(SECONDS)
    void twoUsersWhoTakeTurnsOnADeviceStayTwo() {
        for (int i = 0; i < MANY; i++) {
            identify(10 * i, "'anonymousId':'a1','userId':'u%d'".formatted(i % 2));
            track(10 * i + 1, ADDED, "'anonymousId':'a1'");
        }

        BacktestResult result = run();

        assertThat(json(result.profiles()))
                .extracting(p -> p.at("/events/count").asInt())
                .containsExactly(MANY, MANY);
        assertThat(result.counts().merges()).isZero();
    }

    @Test
    @Timeout(SECONDS)
    void aSharedEmailMergesNobody() {
        for (int i = 0; i < MANY; i++) {
            identify(i, "'userId':'u%d','traits':{'email':'family@x.com'}".formatted(i));
            track(i, ADDED, "'context':{'traits':{'email':'family@x.com'}}");
        }

        BacktestResult result = run();

        assertThat(result.counts().customers()).isEqualTo(MANY + 1);
        assertThat(kinds(result)).contains("quarantined", "conflict");
    }
}
