package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.testing.TestEvent.after;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.testing.KeyedHarness;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventType;
import io.tributary.schemas.identity.Identifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** To which fragment an event belongs, and what the resolver is told of it. */
class DeviceFragmentsTest {
    private static final String IDENTITY = "key-identity";
    private static final Map<FragmentId, String> NAMES = Stream.of(
                    "user_id:42",
                    "user_id:43",
                    "crm_id:7",
                    "phone:+48601123456",
                    "anonymous_id:phone",
                    "anonymous_id:tablet")
            .collect(Collectors.toMap(name -> FragmentId.of(id(name)), name -> name));

    private KeyedHarness<CustomerEvent, FragmentMessage> harness;

    @BeforeEach
    @BeforeTry
    void start() throws Exception {
        harness = started(null);
    }

    @AfterEach
    @AfterTry
    void keepsOnlyWhatIsKnownOfWhoIsWho() throws Exception {
        harness.watermark(after(Duration.ofDays(400)));
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.entries()).as("a value per key").isEqualTo((int) harness.keysIn(IDENTITY));
        harness.close();
    }

    @Test
    void letsEventsThatNameAPersonLeaveAtOnce() throws Exception {
        see(track("m1", "Page Opened", minute(9)).alsoDevice("phone"));
        see(track("m2", "Page Opened", minute(8)).by("email:ana@x.com", "crm_id:7", "anonymous_id:phone"));
        see(track("m3", "Page Opened", minute(7)).by("phone:+48601123456"));

        assertThat(passed()).containsExactly("m1 user_id:42", "m2 crm_id:7", "m3 phone:+48601123456");
    }

    @Test
    void letsEventsThatNameNobodyLeaveBehindTheWatermarkInTheOrderOfEvents() throws Exception {
        see(track("m5", "Page Opened", minute(5)).device("phone"));
        see(track("m4", "Page Opened", minute(4)).device("phone"));
        see(track("m4", "Page Viewed", minute(4)).device("phone").with("dropped", "as a retry"));
        see(track("m0", "Page Opened", minute(4)).device("phone"));
        see(track("m1", "Page Opened", minute(1)).device("phone"));
        harness.watermark(minute(4) - 1);
        assertThat(passed()).containsExactly("m1 anonymous_id:phone");
        harness.watermark(minute(4));
        assertThat(passed()).containsExactly("m0 anonymous_id:phone", "m4 anonymous_id:phone");
        harness.watermark(minute(10));
        assertThat(passed()).containsExactly("m5 anonymous_id:phone");
        assertThat(harness.keysIn(IDENTITY)).as("nobody has logged in").isZero();
    }

    @Test
    void givesWhatTheDeviceDoesFromTheFirstLoginOnToThePerson() throws Exception {
        see(track("m3", "Page Opened", minute(3)).device("phone"));
        see(identify("login", minute(2)).alsoDevice("phone"));
        see(track("m2", "Page Opened", minute(2)).device("phone"));
        see(track("m1", "Page Opened", minute(1)).device("phone"));
        see(track("other", "Page Opened", minute(3)).device("tablet"));
        assertThat(passed()).containsExactly("login user_id:42");
        harness.watermark(minute(3));

        assertThat(passed())
                .as("what came before goes to the person with the device's ledger; m2 comes behind the login")
                .containsExactlyInAnyOrder(
                        "m1 anonymous_id:phone", "m2 user_id:42", "m3 user_id:42", "other anonymous_id:tablet");
    }

    @Test
    void decidesAlikeWhetherTheWatermarkStepsOrJumps() throws Exception {
        List<TestEvent> stream = List.of(
                track("m1", "Page Opened", minute(1)).device("phone"),
                identify("login", minute(2)).alsoDevice("phone"),
                track("m3", "Page Opened", minute(3)).device("phone"));
        for (TestEvent event : stream) {
            see(event);
            harness.watermark(event.event().timestamp());
        }
        List<String> stepping = passed();
        List<Sighting> told = told();
        harness.close();

        start();
        for (TestEvent event : stream) {
            see(event);
        }
        harness.watermark(minute(3));
        assertThat(passed()).containsExactlyInAnyOrderElementsOf(stepping);
        assertThat(told()).isEqualTo(told).hasSize(1);
    }

    @Test
    void tellsTheResolverOfAFirstLoginOnce() throws Exception {
        CustomerEvent login = identify("login", minute(2)).alsoDevice("phone").event();
        see(identify("again", minute(3)).alsoDevice("phone"));
        harness.process(login, 0);
        see(track("page", "Page Opened", minute(1)).user("42"));
        assertThat(told()).as("it waits for the watermark").isEmpty();
        harness.watermark(minute(3));

        assertThat(told())
                .containsExactly(
                        new Sighting(minute(2), login.order(), List.of(id("user_id:42")), id("anonymous_id:phone")));
        see(identify("once more", minute(4)).alsoDevice("phone"));
        see(identify("other", minute(5)).user("43").alsoDevice("phone"));
        harness.watermark(minute(5));
        assertThat(told()).isEmpty();
        seeLate(identify("earlier", minute(1)).alsoDevice("phone").event(), minute(6));
        harness.watermark(minute(6));
        assertThat(told()).as("it is the same person's").isEmpty();
    }

    @Test
    void takesTheEarliestEventOfAPersonOnTheDeviceForALogin() throws Exception {
        see(track("m1", "Page Opened", minute(1)).user("42").alsoDevice("phone"));
        see(track("m2", "Page Opened", minute(2)).user("43").alsoDevice("phone"));
        see(track("m3", "Page Opened", minute(3)).user("42").alsoDevice("phone"));
        see(track("w", "Page Opened", minute(4)).device("phone"));
        harness.watermark(minute(4));

        assertThat(passed()).as("m3 is no login").endsWith("w user_id:43");
        assertThat(told()).extracting(Sighting::persons).containsExactly(List.of(id("user_id:42")));
    }

    @Test
    void givesTheDeviceToWhoeverOfTwoPersonsHasLoggedInLast() throws Exception {
        for (int i = 0; i < 4; i++) {
            see(track("w" + i, "Page Opened", minute(10 * i + 5)).device("phone"));
            see(identify("l" + i, minute(10 * i)).user(i % 2 == 0 ? "42" : "43").alsoDevice("phone"));
        }
        passed();
        harness.watermark(minute(40));

        assertThat(passed()).containsExactly("w0 user_id:42", "w1 user_id:43", "w2 user_id:42", "w3 user_id:43");
    }

    @Test
    void takesALateLoginInFromWhenItIsKnownOn() throws Exception {
        see(identify("login", minute(10)).alsoDevice("phone"));
        harness.watermark(minute(29));
        passed();
        told();
        CustomerEvent late =
                identify("late", minute(5)).user("43").alsoDevice("phone").event();
        seeLate(late, minute(30));
        seeLate(track("w6", "Page Opened", minute(6)).device("phone").event(), minute(29) + 1);
        seeLate(track("w7", "Page Opened", minute(7)).device("phone").event(), minute(31));
        seeLate(track("w12", "Page Opened", minute(12)).device("phone").event(), minute(31));
        assertThat(passed()).containsExactly("late user_id:43");
        harness.watermark(minute(31));

        assertThat(passed())
                .as("w6 was known before the late login")
                .containsExactly("w6 user_id:42", "w7 user_id:43", "w12 user_id:42");
        assertThat(told())
                .as("the first login is another one now")
                .containsExactly(
                        new Sighting(minute(30), late.order(), List.of(id("user_id:43")), id("anonymous_id:phone")));
    }

    @Test
    void tellsOnceThatPersonsAreShownTogetherAndAgainOnlyIfEarlier() throws Exception {
        see(track("m3", "Page Opened", minute(3)).also("email:ana@x.com"));
        see(track("m4", "Page Opened", minute(4)).also("email:ana@x.com"));
        assertThat(told())
                .as("at once: the resolver waits itself")
                .extracting(sighting -> sighting.order().messageId())
                .containsExactly("m3");
        see(track("m2", "Page Opened", minute(2)).also("email:ana@x.com"));
        see(track("m5", "Page Opened", minute(5)).also("email:ana@x.com"));
        see(track("m1", "Page Opened", minute(1)).also("email:ana@x.com").also("crm_id:7"));

        List<Sighting> told = told();
        assertThat(told).extracting(sighting -> sighting.order().messageId()).containsExactly("m2", "m1");
        assertThat(told).extracting(Sighting::isLogin).containsOnly(false);
        assertThat(told.get(1).persons()).containsExactly(id("user_id:42"), id("crm_id:7"), id("email:ana@x.com"));
    }

    @Test
    void tellsAgainWhatItHasForgottenBeyondItsBound() throws Exception {
        for (int i = 0; i <= KeyIdentity.MAX_SHOWN; i++) {
            see(track("m" + i, "Page Opened", minute(i)).also("email:e" + i + "@x.com"));
        }
        assertThat(told()).hasSize(KeyIdentity.MAX_SHOWN + 1);
        see(track("known", "Page Opened", minute(100)).also("email:e1@x.com"));
        assertThat(told()).isEmpty();
        see(track("forgotten", "Page Opened", minute(100)).also("email:e0@x.com"));
        assertThat(told()).hasSize(1);
    }

    @Test
    void givesTheSameOutputsWhenItIsRestoredAfterEveryEvent() throws Exception {
        List<TestEvent> stream = List.of(
                track("m1", "Page Opened", minute(3)).device("phone"),
                identify("l1", minute(5)).alsoDevice("phone").also("email:ana@x.com"),
                track("m2", "Page Opened", minute(9)).device("phone"),
                track("m3", "Page Opened", minute(7)).device("phone"),
                identify("l2", minute(8)).user("43").alsoDevice("phone"),
                identify("l1", minute(5)).alsoDevice("phone").also("email:ana@x.com"),
                track("m4", "Page Opened", minute(12)).alsoDevice("phone").also("email:ana@x.com"),
                track("m5", "Page Opened", minute(14)).device("phone"));
        List<String> straight = run(stream, false);
        harness.close();
        start();

        assertThat(run(stream, true)).isEqualTo(straight).hasSize(9);
    }

    private List<String> run(List<TestEvent> stream, boolean restoring) throws Exception {
        List<String> outputs = new ArrayList<>();
        for (TestEvent event : stream) {
            see(event);
            harness.watermark(event.event().timestamp() - Duration.ofMinutes(4).toMillis());
            outputs.addAll(passed());
            told().forEach(sighting -> outputs.add(sighting.toString()));
            if (restoring) {
                OperatorSubtaskState state = harness.snapshot();
                harness.close();
                harness = started(state);
            }
        }
        harness.watermark(minute(20));
        outputs.addAll(passed());
        return outputs;
    }

    /** Few tries, because RocksDB starts slowly. */
    @Property(tries = 40)
    void decidesByTheOrderOfEventsWhateverTheOrderOfArrival(
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(max = 20) int boundMinutes,
            @ForAll long seed)
            throws Exception {
        long bound = Duration.ofMinutes(boundMinutes).toMillis();
        List<String> fragments = new ArrayList<>();
        List<Sighting> logins = new ArrayList<>();
        long newest = 0;
        for (CustomerEvent event : TestStreams.inTime(events, bound, seed)) {
            harness.process(event, event.timestamp());
            newest = Math.max(newest, event.timestamp());
            harness.watermark(newest - bound - 1);
            fragments.addAll(passed());
            logins.addAll(told());
        }
        harness.watermark(minute(100));
        fragments.addAll(passed());
        logins.addAll(told());

        assertThat(fragments).containsExactlyInAnyOrderElementsOf(plainFragments(events));
        assertThat(logins).allMatch(Sighting::isLogin).hasSizeLessThanOrEqualTo(1);
    }

    /** By the rule alone: whoever has logged in last, or the device. */
    private static List<String> plainFragments(List<CustomerEvent> events) {
        List<String> fragments = new ArrayList<>();
        Set<Identifier> seen = new HashSet<>();
        Identifier owner = id("anonymous_id:phone");
        for (CustomerEvent event : TestStreams.sorted(events)) {
            Identifier person = event.person();
            if (person != null && (seen.add(person) || event.type() == EventType.IDENTIFY)) {
                owner = person;
            }
            fragments.add(event.messageId() + " " + (person == null ? owner : person).qualified());
        }
        return fragments;
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.integers().between(0, 5))
                .as((minute, kind) -> new int[] {minute, kind})
                .list()
                .ofMaxSize(25)
                .map(choices -> {
                    TreeMap<String, CustomerEvent> events = new TreeMap<>();
                    for (int[] choice : choices) {
                        String messageId = "m" + events.size();
                        String user = choice[1] % 2 == 0 ? "42" : "43";
                        TestEvent event =
                                switch (choice[1]) {
                                    case 0, 1 ->
                                        identify(messageId, minute(choice[0]))
                                                .user(user)
                                                .alsoDevice("phone");
                                    case 2, 3 ->
                                        track(messageId, "Page Opened", minute(choice[0]))
                                                .user(user)
                                                .alsoDevice("phone");
                                    default ->
                                        track(messageId, "Page Opened", minute(choice[0]))
                                                .device("phone");
                                };
                        events.put(messageId, event.event());
                    }
                    return new ArrayList<>(events.values());
                });
    }

    private static KeyedHarness<CustomerEvent, FragmentMessage> started(OperatorSubtaskState restored)
            throws Exception {
        return new KeyedHarness<>(
                new FragmentAssigner(),
                event -> event.firstIdentityKey().customerId(),
                WireType.FRAGMENT_MESSAGE,
                restored);
    }

    private void see(TestEvent event) throws Exception {
        CustomerEvent parsed = event.event();
        harness.process(parsed, parsed.timestamp());
    }

    private void seeLate(CustomerEvent event, long known) throws Exception {
        harness.process(event.knownAt(known), event.timestamp());
    }

    /** Per event its message and its fragment. */
    private List<String> passed() {
        return harness.drain().stream()
                .map(FragmentEvent.class::cast)
                .map(passed -> passed.event().messageId() + " " + NAMES.get(passed.fragmentId()))
                .toList();
    }

    private List<Sighting> told() {
        return harness.drain(FragmentAssigner.SIGHTINGS);
    }
}
