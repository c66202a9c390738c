package io.tributary.operators.customer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.identity.PersonResolver;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.CustomerOperators;
import io.tributary.operators.testing.OperatorHarness;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Very many customers who come, do one thing or another and are never seen again, through the keyed operators of the job on
 * RocksDB: what is documented as going away goes away, and in between nobody has more than is documented.
 *
 * <p>{@code -Dtributary.customers} says how many.
 */
class ShortLivedCustomersTest {
    private static final int CUSTOMERS =
            Integer.getInteger("tributary.customers", Boolean.getBoolean("tributary.full") ? 100_000 : 5_000);

    /** Longer than any state of a customer waits: so there is a time in which as many go as come. */
    private static final Duration COMING = Duration.ofDays(40);

    private static final long START = Timestamps.parse("2026-01-01T00:00:00Z");
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private static final long CART = 30 * DAY;
    private static final long LONGEST_WITHIN = 2 * DAY;
    private static final long LONGEST_CAP = 7 * DAY;
    private static final long LONGEST_SEGMENT = 61 * DAY;
    private static final long MESSAGES = DAY;
    private static final long LOOK_EVERY = 6 * DAY;

    private static final int KINDS = 12;

    private static final String TIMERS = "_timer_state/event_user-timers";
    private static final String TURNS = "_timer_state/event_turns";
    private static final String REFUSAL = "\"context\":{\"consent\":{\"categoryPreferences\":{\"marketing\":false}}}";

    private static final EventParser PARSER = EventParser.withDefaults();

    private static final String DEFINITIONS =
            """
            traits:
            - {name: views, aggregate: count, events: [Product Viewed], window: 7d}
            segments:
            - {name: newcomer, when: days_since(first_seen) <= 30}
            - {name: active, when: days_since(last_seen) <= 60}
            - {name: viewer, when: computed.views > 0}
            triggers:
            - name: cart
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0, select: last}
              - {id: order, not_followed_by: [Order Completed]}
              within: 1h
              reminders:
              - {id: day, after: 23h}
              - {id: three_days, after: 71h}
              expires_after: 24h
              group: cart
            - name: welcome
              steps:
              - {id: sign_up, on: [Signed Up]}
              - {id: order, followed_by: [Order Completed]}
              within: 2d
              expires_after: 24h
            - name: browsed
              steps:
              - {id: views, on: [Product Viewed], times: 2, select: every}
              - {id: cart, not_followed_by: [Product Added, Order Completed]}
              correlation: product
              within: 2h
              expires_after: 24h
            delivery:
              caps:
              - {most: 2, within: 7d}
              - {most: 1, within: 1d, group: cart}
            """;

    /** What somebody is about to do. */
    private record Planned(long at, String json) {}

    /** What somebody does before being never seen again. */
    private enum Kind {
        LEAVES_CART,
        BUYS,
        COMPLETES_SEQUENCE,
        SEQUENCE_TIMES_OUT,
        BROWSES_AND_LEAVES,
        BROWSES_AND_TAKES,
        STAYS_ANONYMOUS,
        LOGS_IN,
        GIVES_EMAIL,
        ERASED,
        REFUSES,
        UNMERGED;

        static Kind of(int number) {
            return values()[number % KINDS];
        }
    }

    /** Somebody who comes, under all identifiers. */
    private static final class Visitor {
        private final Kind kind;
        private long lastEvent;
        private long lastOfCart = Long.MIN_VALUE / 2;
        private long lastOfSequences = Long.MIN_VALUE / 2;
        private long lastTold = Long.MIN_VALUE / 2;
        private int ofSequences;

        Visitor(Kind kind) {
            this.kind = kind;
        }

        /** When the triggers have to have forgotten it, milliseconds since 1970. */
        long forgottenAt() {
            return Math.max(Math.max(lastOfCart + CART, lastOfSequences + LONGEST_WITHIN + 1), lastTold + LONGEST_CAP);
        }
    }

    private final Random random = new Random(7);
    private final Map<Long, List<Planned>> planned = new HashMap<>();
    private final List<PrivacyCommand> commands = new ArrayList<>();
    private final Visitor[] visitors = new Visitor[CUSTOMERS];
    private final Map<String, Integer> numbers = new HashMap<>();
    private int messages;

    @Test
    void leaveBehindWhatIsDocumented() throws Exception {
        PublishedDefinitions published =
                PublishedDefinitions.NONE.next(Definitions.of("short-lived.yaml", DEFINITIONS), 0);
        try (CustomerOperators operators = new CustomerOperators(published, MINUTE)) {
            long end = START + COMING.toMillis() + DAY;
            int next = 0;
            for (long hour = START; hour < end; hour += HOUR) {
                for (; next < CUSTOMERS && birthOf(next) < hour + HOUR; next++) {
                    plan(next, birthOf(next));
                }
                for (PrivacyCommand command : commands) {
                    operators.obey(command);
                }
                commands.clear();
                operators.see(eventsOf(hour));
                long watermark = hour + HOUR - 1;
                pass(operators, watermark);
                if ((watermark + 1 - START) % LOOK_EVERY == 0) {
                    assertWhileTheyCome(operators, watermark);
                }
            }
            pass(operators, end + CART);
            assertThat(operators.watcher().kept())
                    .as("triggers, 30 days after the last of all has come")
                    .isEmpty();
            pass(operators, end + LONGEST_SEGMENT);
            // What that has changed is published.
            pass(operators, end + LONGEST_SEGMENT + MINUTE);
            assertAtTheEnd(operators);
        }
    }

    // ----------------------------------------------------------------------------------------------- what has to be
    // kept

    private void assertWhileTheyCome(CustomerOperators operators, long watermark) throws Exception {
        var triggers = operators.watcher().kept();
        assertThat(triggers).containsOnlyKeys(TIMERS, "trigger", "trigger-events", "trigger-gate");
        assertThat(triggers.get("trigger")).allSatisfy((customer, entries) -> {
            assertThat(entries).isEqualTo(1);
            assertThat(of(customer).forgottenAt()).isGreaterThan(watermark);
        });
        assertThat(triggers.get(TIMERS)).as("one each").isEqualTo(triggers.get("trigger"));
        assertThat(triggers.get("trigger-gate")).allSatisfy((customer, entries) -> {
            assertThat(entries).isEqualTo(1);
            assertThat(triggers.get("trigger")).containsKey(customer);
        });
        assertThat(triggers.get("trigger-events")).allSatisfy((customer, entries) -> {
            assertThat(entries).isLessThanOrEqualTo(of(customer).ofSequences);
            assertThat(of(customer).lastOfSequences + LONGEST_WITHIN).isGreaterThanOrEqualTo(watermark);
        });
        for (int number = 0; number < CUSTOMERS; number += KINDS) {
            if (visitors[number] != null && visitors[number].lastOfCart <= watermark) {
                assertThat(triggers.get("trigger").containsKey(user(number).customerId()))
                        .as("whose cart is open at %s", Timestamps.format(visitors[number].lastOfCart))
                        .isEqualTo(visitors[number].lastOfCart + CART > watermark);
            }
        }

        var assigner = operators.assigner().kept();
        assertThat(assigner).containsOnlyKeys(TIMERS, "recent-messages", "key-identity");
        assertThat(assigner.get("recent-messages")).allSatisfy((key, entries) -> {
            assertThat(entries).isEqualTo(1);
            assertThat(of(key).lastEvent + MESSAGES + MINUTE).isGreaterThanOrEqualTo(watermark);
        });
        assertThat(assigner.get(TIMERS)).as("one each").isEqualTo(assigner.get("recent-messages"));

        // What is left of it waits for commands that are ahead.
        assertThat(operators.resolver().kept().keySet()).doesNotContain("waiting", "waiting-by-instant");
        assertThat(operators.keeper().kept().keySet()).doesNotContain(TIMERS, "held");
        var folder = operators.folder().kept();
        assertThat(folder.keySet()).doesNotContain(TIMERS, "waiting", "waiting-starts");
        assertThat(folder.get(TURNS).values())
                .as("the next, and those that an earlier one has overtaken")
                .allMatch(timers -> timers <= 2);
    }

    private void assertAtTheEnd(CustomerOperators operators) throws Exception {
        for (var harness : List.of(
                operators.assigner(),
                operators.resolver(),
                operators.keeper(),
                operators.folder(),
                operators.watcher())) {
            assertThat(harness.eventTimeTimers()).isZero();
            assertThat(harness.processingTimeTimers()).isZero();
        }
        assertThat(operators.watcher().kept()).isEmpty();

        assertThat(entries(operators.assigner()))
                .as("who has shown two identifiers")
                .isEqualTo(Map.of("key-identity", count(Kind.LOGS_IN, Kind.GIVES_EMAIL, Kind.UNMERGED)));
        int linked = count(Kind.GIVES_EMAIL, Kind.UNMERGED);
        assertThat(entries(operators.resolver()))
                .isEqualTo(Map.of(
                        "component-keys",
                        2 * linked,
                        "components",
                        linked,
                        "followings",
                        count(Kind.LOGS_IN),
                        "newest-followers",
                        count(Kind.LOGS_IN),
                        "erased",
                        count(Kind.ERASED),
                        "recent-commands",
                        1));

        var keeper = operators.keeper().kept();
        assertThat(keeper).containsOnlyKeys("fragment-hot", "fragment-cold", "fragment-computed", "fragment-events");
        int fragments = count(Kind.STAYS_ANONYMOUS, Kind.LOGS_IN, Kind.GIVES_EMAIL, Kind.UNMERGED);
        assertThat(keeper.get("fragment-hot"))
                .as("and when a person was erased")
                .hasSize(fragments + count(Kind.ERASED));
        keeper.forEach((state, keys) -> assertThat(keys).as(state).allSatisfy((key, entries) -> {
            assertThat(entries).isLessThanOrEqualTo(state.equals("fragment-events") ? of(key).ofSequences : 1);
            assertThat(of(key).kind == Kind.ERASED && !state.equals("fragment-hot"))
                    .isFalse();
        }));

        var folder = operators.folder().kept();
        assertThat(folder)
                .as("no timers, nothing that waits, nobody in a segment")
                .containsOnlyKeys(
                        "profile-hot",
                        "profile-cold",
                        "profile-computed",
                        "others-hot",
                        "others-cold",
                        "others-computed",
                        "membership",
                        "fragments");
        int merged = count(Kind.LOGS_IN, Kind.GIVES_EMAIL);
        assertThat(folder.get("profile-hot"))
                .as("profiles, and the versions of those who are another's")
                .hasSize(CUSTOMERS + merged + count(Kind.UNMERGED));
        folder.forEach((state, keys) -> assertThat(keys).as(state).allSatisfy((key, entries) -> {
            assertThat(entries).isEqualTo(1);
            assertThat(of(key).kind == Kind.ERASED && !state.equals("profile-hot"))
                    .isFalse();
        }));
    }

    private Visitor of(String customerId) {
        return visitors[numbers.get(customerId)];
    }

    private int count(Kind... kinds) {
        Set<Kind> all = Set.of(kinds);
        return (int) Arrays.stream(visitors)
                .filter(visitor -> all.contains(visitor.kind))
                .count();
    }

    private static Map<String, Integer> entries(OperatorHarness<?> operator) throws Exception {
        Map<String, Integer> entries = new HashMap<>();
        operator.kept()
                .forEach((state, keys) -> entries.put(
                        state,
                        keys.values().stream().mapToInt(Integer::intValue).sum()));
        return entries;
    }

    // ------------------------------------------------------------------------------------------------------- what
    // happens

    /** Never at a full minute, at which whatever waits sets another timer to forget messages. */
    private static long birthOf(int number) {
        return START + 1 + COMING.toMillis() * number / CUSTOMERS;
    }

    private List<CustomerEvent> eventsOf(long hour) {
        List<CustomerEvent> events = new ArrayList<>();
        for (Planned one : planned.getOrDefault(hour, List.of())) {
            Inbound inbound = PARSER.parse(
                    one.json.getBytes(StandardCharsets.UTF_8), Origin.record("cdp.events.v1", 0, 0), one.at);
            events.add(((Inbound.Accepted) inbound).event());
        }
        planned.remove(hour);
        Collections.shuffle(events, random);
        return events;
    }

    private void pass(CustomerOperators operators, long watermark) throws Exception {
        operators.folder().processingTime(watermark);
        operators.watermark(watermark);
        for (OutboundRecord told : operators.watcher().drain()) {
            Visitor visitor = of(told.key());
            visitor.lastTold = Math.max(visitor.lastTold, told.timestamp());
        }
        // Nobody looks at what else comes out.
        operators.watcher().drain(CartWatcher.SEARCHED);
        operators.watcher().drain(CartWatcher.SUPPRESSED);
        operators.folder().drain();
        operators.folder().drain(ProfileFolder.PROFILES);
        operators.folder().drain(ProfileFolder.SEGMENT_CHANGES);
        operators.folder().drain(ProfileFolder.IDENTITIES);
        operators.resolver().drain(PersonResolver.CHANGES);
    }

    // ---------------------------------------------------------------------------------------------------- who does
    // what

    private static Identifier user(int number) {
        return new Identifier(Namespace.USER_ID, "u" + number);
    }

    private static Identifier email(int number) {
        return new Identifier(Namespace.EMAIL, "e" + number + "@x.com");
    }

    private void plan(int number, long at) {
        Kind kind = Kind.of(number);
        visitors[number] = new Visitor(kind);
        for (Identifier one :
                List.of(user(number), email(number), new Identifier(Namespace.ANONYMOUS_ID, "d" + number))) {
            numbers.put(one.customerId(), number);
        }
        String user = "\"userId\":\"u" + number + "\"";
        String device = "\"anonymousId\":\"d" + number + "\"";
        String email = "\"context\":{\"externalIds\":[{\"type\":\"email\",\"id\":\"e" + number + "@x.com\"}]}";
        switch (kind) {
            case LEAVES_CART -> added(number, at, user);
            case BUYS -> {
                added(number, at, user);
                ordered(number, at + 30 * MINUTE, user);
            }
            case COMPLETES_SEQUENCE -> {
                signedUp(number, at, user);
                ordered(number, at + 3 * HOUR, user);
            }
            case SEQUENCE_TIMES_OUT -> signedUp(number, at, user);
            case BROWSES_AND_LEAVES -> {
                viewed(number, at, user);
                viewed(number, at + 5 * MINUTE, user);
            }
            case BROWSES_AND_TAKES -> {
                viewed(number, at, user);
                viewed(number, at + 5 * MINUTE, user);
                added(number, at + 20 * MINUTE, user);
            }
            case STAYS_ANONYMOUS -> {
                viewed(number, at, device);
                added(number, at + 5 * MINUTE, device);
            }
            case LOGS_IN -> {
                viewed(number, at, device);
                added(number, at + 5 * MINUTE, device);
                track(number, at + 25 * MINUTE, "Page Opened", "", user + "," + device);
            }
            case GIVES_EMAIL -> {
                added(number, at, email);
                track(number, at + 40 * MINUTE, "Page Opened", "", user + "," + email);
            }
            case ERASED -> {
                added(number, at, user);
                commands.add(PrivacyCommand.erase("p" + number, at + 30 * MINUTE, user(number)));
            }
            case REFUSES -> {
                track(number, at, "Page Opened", "", user + "," + REFUSAL);
                added(number, at + 5 * MINUTE, user);
            }
            case UNMERGED -> {
                added(number, at, user + "," + email);
                viewed(number, at + 5 * MINUTE, email);
                commands.add(PrivacyCommand.unmerge("p" + number, at + 2 * HOUR, user(number), email(number)));
            }
        }
    }

    private void added(int number, long at, String by) {
        track(
                number,
                at,
                "Product Added",
                "\"product_id\":\"p" + number % 100 + "\",\"price\":\"10.00\",\"currency\":\"USD\"",
                by);
        visitors[number].lastOfCart = at;
        ofSequence(number, at);
    }

    private void ordered(int number, long at, String by) {
        track(
                number,
                at,
                "Order Completed",
                "\"order_id\":\"o" + number + "\",\"revenue\":\"10.00\",\"currency\":\"USD\"",
                by);
        visitors[number].lastOfCart = at;
        ofSequence(number, at);
    }

    private void viewed(int number, long at, String by) {
        track(number, at, "Product Viewed", "\"product_id\":\"p" + number % 100 + "\"", by);
        ofSequence(number, at);
    }

    private void signedUp(int number, long at, String by) {
        track(number, at, "Signed Up", "", by);
        ofSequence(number, at);
    }

    private void ofSequence(int number, long at) {
        visitors[number].lastOfSequences = at;
        visitors[number].ofSequences++;
    }

    private void track(int number, long at, String name, String properties, String more) {
        visitors[number].lastEvent = at;
        String json =
                """
                {"type":"track","event":"%s","messageId":"m%d","timestamp":"%s","properties":{%s},%s}"""
                        .formatted(name, messages++, Timestamps.format(at), properties, more);
        planned.computeIfAbsent(at - (at - START) % HOUR, hour -> new ArrayList<>())
                .add(new Planned(at, json));
    }
}
