package io.tributary.operators.profile;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Computed traits and memberships of customers in the job. */
class SegmentsOfCustomersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Identifier USER = new Identifier(Namespace.USER_ID, "42");
    private static final Identifier PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone");

    private static final String TRAITS =
            """
            traits:
            - {name: views_1h, aggregate: count, events: [Product Viewed], window: 1h}
            - {name: categories, aggregate: unique_list, events: [Product Viewed], value: event.properties.category}
            """;
    private static final String SEGMENTS =
            """
            segments:
            - {name: buyer, when: orders.count > 0}
            - {name: recent_buyer, when: days_since(orders.last_at) <= 1}
            - {name: browsing, when: computed.views_1h >= 2}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 2}
            """;
    private static final PublishedDefinitions PUBLISHED = FolderHarness.published(TRAITS + SEGMENTS);
    private static final double DAY = 24 * 60;

    private LedgerMoves moves;
    private FolderHarness folder;

    @BeforeEach
    void start() throws Exception {
        moves = new LedgerMoves(PUBLISHED);
        folder = new FolderHarness(0, PUBLISHED, null);
    }

    @AfterEach
    void letsNothingWaitForEver() throws Exception {
        folder.watermark(minute(1_000 * DAY));
        assertThat(folder.eventTimeTimers()).isZero();
        assertThat(folder.processingTimeTimers()).isZero();
        folder.close();
        moves.close();
    }

    private static TestEvent viewed(String messageId, String category, long at) {
        return track(messageId, "Product Viewed", at).with("category", category);
    }

    private void see(TestEvent event) throws Exception {
        CustomerEvent parsed = event.event();
        send(moves.event(parsed));
    }

    private void send(List<CustomerMessage> messages) throws Exception {
        for (CustomerMessage message : messages) {
            folder.process(message, message.because().timestamp());
        }
    }

    private void watermark(long instant) throws Exception {
        send(moves.watermark(instant));
        folder.watermark(instant);
    }

    /** {@code +segment value at minute} and {@code -segment …}, since the last call. */
    private List<String> changes() throws IOException {
        List<String> changes = new ArrayList<>();
        for (OutboundRecord record : folder.drain(ProfileFolder.SEGMENT_CHANGES)) {
            JsonNode change = JSON.readTree(record.value());
            assertThat(record.key()).isEqualTo(change.path("customer_id").asText());
            assertThat(Timestamps.format(record.timestamp()))
                    .isEqualTo(change.path("at").asText());
            changes.add((change.path("change").asText().equals("entered") ? "+" : "-")
                    + change.path("segment").asText()
                    + (change.has("value") ? " " + change.path("value").asText() : "")
                    + (record.key().equals(USER.customerId()) ? "" : " of another")
                    + " " + minutes(change.path("at").asText()));
        }
        return changes;
    }

    private static String minutes(String at) {
        double minutes = (Timestamps.parse(at) - TestEvent.START) / 60_000.0;
        return minutes == Math.rint(minutes) ? Long.toString((long) minutes) : Double.toString(minutes);
    }

    private JsonNode profile(Identifier canonical) throws IOException {
        List<OutboundRecord> profiles = folder.drain(ProfileFolder.PROFILES).stream()
                .filter(record -> record.key().equals(canonical.customerId()))
                .toList();
        OutboundRecord last = profiles.get(profiles.size() - 1);
        return last.value() == null ? null : JSON.readTree(last.value());
    }

    // -------------------------------------------------------------------------------------------------------- events

    /** Nobody of whom nothing is known has a time either, so it passes for what is not read from the customer, too. */
    @Test
    void aNewCustomerIsInWhatDependsOnTheTimeAlone() throws Exception {
        PublishedDefinitions published = FolderHarness.published(
                """
                segments:
                - {name: after, when: "days_since(timestamp('2025-12-01T00:00:00Z')) >= 5"}
                - {name: named, when: "days_since(has(traits.since) ? string(traits.since) : '2025-12-01T00:00:00Z') >= 5"}
                """);
        try (LedgerMoves ofThese = new LedgerMoves(published);
                FolderHarness harness = new FolderHarness(0, published, null)) {
            CustomerEvent event = viewed("m1", "shoes", minute(0)).event();
            for (CustomerMessage message : ofThese.event(event)) {
                harness.process(message, message.because().timestamp());
            }

            assertThat(harness.drain(ProfileFolder.SEGMENT_CHANGES))
                    .extracting(record ->
                            JSON.readTree(record.value()).path("segment").asText())
                    .containsExactly("after", "named");
        }
    }

    @Test
    void anEventChangesWhatItTouches() throws Exception {
        see(viewed("m1", "shoes", minute(0)));
        assertThat(changes()).isEmpty();
        see(viewed("m2", "shoes", minute(1)));
        assertThat(changes()).containsExactly("+browsing 1", "+fan shoes 1");
        see(ordered("m3", "o1", minute(2)));
        assertThat(changes()).containsExactly("+buyer 2", "+recent_buyer 2");

        JsonNode profile = profile(USER);
        assertThat(profile.path("computed")).hasToString("{\"categories\":[\"shoes\"],\"views_1h\":2}");
        assertThat(profile.path("segments"))
                .hasToString("[{\"segment\":\"browsing\",\"since\":\"2026-01-01T00:01:00.000Z\","
                        + "\"exits_at\":\"2026-01-01T01:01:00.000Z\"},"
                        + "{\"segment\":\"buyer\",\"since\":\"2026-01-01T00:02:00.000Z\"},"
                        + "{\"segment\":\"fan\",\"value\":\"shoes\",\"since\":\"2026-01-01T00:01:00.000Z\"},"
                        + "{\"segment\":\"recent_buyer\",\"since\":\"2026-01-01T00:02:00.000Z\","
                        + "\"exits_at\":\"2026-01-02T00:02:00.001Z\"}]");
    }

    @Test
    void anEventThatIsOlderThanWhatIsKnownChangesItAsOfThen() throws Exception {
        see(track("m9", "Page Opened", minute(9)));
        see(ordered("m1", "o1", minute(2)));

        assertThat(changes()).containsExactly("+buyer 9", "+recent_buyer 9");
    }

    // ---------------------------------------------------------------------------------------------------------- time

    @Test
    void aQuietCustomerLeavesAtTheExactInstant() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        assertThat(changes()).containsExactly("+buyer 2", "+recent_buyer 2");
        folder.drain(ProfileFolder.PROFILES);

        watermark(minute(2 + DAY));
        assertThat(changes()).isEmpty();
        watermark(minute(2 + DAY) + 1);
        assertThat(changes()).singleElement().asString().startsWith("-recent_buyer 1442.00001");
        assertThat(profile(USER).path("segments"))
                .hasToString("[{\"segment\":\"buyer\",\"since\":\"2026-01-01T00:02:00.000Z\"}]");
    }

    @Test
    void whatPassesInOneLeapHappensAtItsInstants() throws Exception {
        see(viewed("m1", "shoes", minute(0)));
        see(viewed("m2", "hats", minute(1)));
        see(ordered("m3", "o1", minute(2)));
        changes();

        watermark(minute(10 * DAY));

        assertThat(changes()).hasSize(2).first().isEqualTo("-browsing 61");
        assertThat(profile(USER).path("computed")).hasToString("{\"categories\":[\"hats\",\"shoes\"]}");
    }

    @Test
    void aCustomerHasOneTimerHoweverManyEventsPutItOff() throws Exception {
        for (int i = 0; i < 20; i++) {
            see(ordered("m" + i, "o" + i, minute(i)));
        }
        assertThat(folder.eventTimeTimers())
                .as("for what is due to change, and for the first event to be looked at in its order")
                .isEqualTo(1 + 1);
        assertThat(changes()).containsExactly("+buyer 0", "+recent_buyer 0");

        watermark(minute(DAY + 1));
        assertThat(changes()).isEmpty();
        watermark(minute(DAY + 20));
        assertThat(changes()).singleElement().asString().startsWith("-recent_buyer 1459");
    }

    @Test
    void whatEndsBeyondAllYearsDoesNotEnd() throws Exception {
        folder.close();
        folder = new FolderHarness(
                0,
                FolderHarness.published(
                        """
                segments:
                - {name: for_ever, when: days_since(first_seen) <= 3000000}
                """),
                null);
        see(track("m1", "Page Opened", minute(2)));

        assertThat(profile(USER).path("segments"))
                .hasToString("[{\"segment\":\"for_ever\",\"since\":\"2026-01-01T00:02:00.000Z\"}]");
    }

    @Test
    void whatIsBeyondTheLastTickOfABoundedLogHasNotPassed() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        changes();

        folder.watermark(Long.MAX_VALUE);

        assertThat(changes()).isEmpty();
        restart(PUBLISHED);
        watermark(minute(2 + DAY) + 1);
        assertThat(changes()).as("when the log goes on").hasSize(1);
    }

    @Test
    void anEventFindsWhatTimeHasDoneBeforeTheTurn() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        see(ordered("m2", "o2", minute(2)).by("user_id:first"));
        watermark(minute(3));
        changes();
        folder.arrive(minute(2 * DAY));
        changes();

        see(ordered("m3", "o3", minute(2 * DAY + 1)));

        assertThat(changes())
                .as("whoever of the two had no turn, and the one that has bought")
                .contains("+recent_buyer 2881")
                .hasSizeBetween(1, 2);
        assertThat(profile(USER).at("/segments/1/since").asText()).isEqualTo("2026-01-03T00:01:00.000Z");
        folder.runMails();
        assertThat(changes()).hasSizeLessThan(2);
    }

    @Test
    void aProfileThatIsPublishedBeforeTheTurnDoesNotShowWhatIsOver() throws Exception {
        folder.close();
        folder = new FolderHarness(1_000, PUBLISHED, null);
        folder.processingTime(1);
        for (int i = 0; i < 3; i++) {
            see(ordered("a" + i, "a" + i, minute(1)).by("user_id:u" + i));
            see(ordered("b" + i, "b" + i, minute(2)).by("user_id:u" + i));
        }
        folder.arrive(minute(2 * DAY));
        folder.drain(ProfileFolder.PROFILES);
        folder.processingTime(1_001);

        List<OutboundRecord> profiles = folder.drain(ProfileFolder.PROFILES);
        assertThat(profiles).hasSize(3);
        for (OutboundRecord profile : profiles) {
            assertThat(JSON.readTree(profile.value()).path("segments"))
                    .hasToString("[{\"segment\":\"buyer\",\"since\":\"2026-01-01T00:01:00.000Z\"}]");
        }
    }

    @Test
    void aSweepFindsWhatTimeHasDoneBeforeTheTurn() throws Exception {
        buyers(10);
        folder.arrive(minute(2 * DAY));
        folder.tellAll(
                next(
                        TRAITS
                                + """
                segments:
                - {name: buyer, when: orders.count > 0}
                """));
        folder.runMails();

        List<String> changes = changes();
        assertThat(changes)
                .as("what was removed since then had ended before")
                .hasSize(10)
                .allMatch(change -> change.startsWith("-recent_buyer") && change.contains(" 1442.0000"));
    }

    // ------------------------------------------------------------------------------------------- who turns out to be

    @Test
    void theWinnerKeepsSinceAndTheLoserLeaves() throws Exception {
        see(ordered("m1", "o1", minute(1)));
        see(viewed("m2", "hats", minute(2)));
        see(viewed("m3", "shoes", minute(3)).device("phone"));
        see(viewed("m4", "shoes", minute(4)).device("phone"));
        see(ordered("m5", "o5", minute(5)).device("phone"));
        watermark(minute(6));
        assertThat(changes())
                .containsExactly(
                        "+buyer 1",
                        "+recent_buyer 1",
                        "+browsing of another 4",
                        "+fan shoes of another 4",
                        "+buyer of another 5",
                        "+recent_buyer of another 5");

        EventOrder login =
                identify("login", minute(7)).alsoDevice("phone").event().order();
        send(moves.move(PHONE, USER, login, false));
        folder.watermark(minute(7));

        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "-browsing of another 7",
                        "-buyer of another 7",
                        "-fan shoes of another 7",
                        "-recent_buyer of another 7",
                        "+browsing 7",
                        "+fan shoes 7");
        JsonNode profile = profile(USER);
        assertThat(profile.path("computed")).hasToString("{\"categories\":[\"hats\",\"shoes\"],\"views_1h\":3}");
        assertThat(profile.path("segments").get(1))
                .hasToString("{\"segment\":\"buyer\",\"since\":\"2026-01-01T00:01:00.000Z\"}");
        see(viewed("m8", "hats", minute(8)).device("phone"));
        assertThat(changes()).as("the phone's events are the customer's").containsExactly("+fan hats 8");
    }

    @Test
    void whatComesWithAFragmentGoesWithIt() throws Exception {
        Identifier email = new Identifier(Namespace.EMAIL, "ana@x.com");
        see(ordered("m1", "o1", minute(1)));
        see(viewed("m2", "shoes", minute(2)).by("email:ana@x.com"));
        see(viewed("m3", "shoes", minute(3)).by("email:ana@x.com"));
        move(email, USER, 5);
        assertThat(changes()).contains("+fan shoes 5", "+browsing 5");
        see(viewed("m4", "shoes", minute(6)).by("email:ana@x.com"));
        move(email, email, 7);

        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "-fan shoes 7", "-browsing 7", "+fan shoes of another 7", "+browsing of another 7");
        assertThat(profile(USER).has("computed")).isFalse();
    }

    private void move(Identifier fragment, Identifier canonical, double minute) throws Exception {
        EventOrder because = identify("move-" + minute, minute(minute)).event().order();
        send(moves.move(fragment, canonical, because, false));
        watermark(minute(minute));
    }

    @Test
    void ofAnErasedCustomerNothingIsLeft() throws Exception {
        see(viewed("m1", "secret", minute(1)).by("email:ana@x.com"));
        see(viewed("m2", "secret", minute(2)).by("email:ana@x.com"));
        see(added("m3", "p1", minute(3)).by("email:ana@x.com"));
        assertThat(changes()).contains("+fan secret of another 2");
        assertThat(folder.remembers("secret")).isTrue();
        Identifier email = new Identifier(Namespace.EMAIL, "ana@x.com");
        send(List.of(new CustomerMessage.Retract(
                email.customerId(),
                email,
                null,
                track("m1", "Product Viewed", minute(1))
                        .by("email:ana@x.com")
                        .event()
                        .order(),
                Set.of(),
                minute(5),
                new EventOrder(minute(5), EventKind.COMMAND, "e1", 0))));
        watermark(minute(5));

        assertThat(changes()).contains("-fan secret of another 5", "-browsing of another 5");
        assertThat(folder.keysIn("segments")).isZero();
        assertThat(folder.keysIn("profile-computed")).isZero();
        assertThat(folder.remembers("secret")).isFalse();
    }

    // ---------------------------------------------------------------------------------------------- other definitions

    private static PublishedDefinitions next(String yaml) {
        return PUBLISHED.next(Definitions.of("next.yaml", yaml), 1);
    }

    private static final String OTHER_SEGMENTS =
            """
            segments:
            - {name: buyer, when: orders.count > 1}
            - {name: viewer, when: size(computed.categories) > 0}
            - {name: fan, when: events.count > 3}
            - {name: recent_buyer, when: days_since(orders.last_at) <= 1}
            """;

    @Test
    void otherDefinitionsHoldForWhoComesByBeforeItsTurn() throws Exception {
        see(viewed("m1", "shoes", minute(0)));
        see(viewed("m2", "shoes", minute(1)));
        see(ordered("m3", "o1", minute(2)));
        changes();

        folder.tellAll(next(TRAITS + OTHER_SEGMENTS));
        assertThat(changes()).isEmpty();
        see(track("m4", "Page Opened", minute(4)));

        assertThat(changes())
                .as("as of what was known, then by the event")
                .containsExactly("-browsing 2", "-fan shoes 2", "-buyer 2", "+viewer 2", "+fan 4");
        assertThat(profile(USER).path("segments")).hasSize(3);
        folder.runMails();
        assertThat(changes()).isEmpty();
    }

    private void buyers(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            see(ordered("m" + i, "o" + i, minute(2)).by("user_id:u" + i));
        }
        watermark(minute(3));
        changes();
        folder.drain(ProfileFolder.PROFILES);
    }

    @Test
    void otherDefinitionsReachWhoNeverComesBy() throws Exception {
        see(viewed("m1", "shoes", minute(1)));
        see(ordered("m3", "o1", minute(2)));
        watermark(minute(3));
        changes();

        folder.tellAll(next(TRAITS + OTHER_SEGMENTS));
        folder.runMails();

        assertThat(changes()).as("from the watermark on").containsExactly("-buyer 3", "+viewer 3");
        assertThat(profile(USER).path("segments"))
                .hasToString("[{\"segment\":\"recent_buyer\",\"since\":\"2026-01-01T00:02:00.000Z\","
                        + "\"exits_at\":\"2026-01-02T00:02:00.001Z\"},"
                        + "{\"segment\":\"viewer\",\"since\":\"2026-01-01T00:03:00.000Z\"}]");
        watermark(minute(2 + DAY) + 1);
        assertThat(changes()).singleElement().asString().startsWith("-recent_buyer 1442.0");
    }

    @Test
    void whomOtherDefinitionsDoNotConcernIsNotPublished() throws Exception {
        buyers(5);

        folder.tellAll(next(
                TRAITS + SEGMENTS + """
                - {name: whale, when: orders.count > 100}
                """));
        assertThat(folder.runMails()).isGreaterThanOrEqualTo(5);

        assertThat(changes()).isEmpty();
        assertThat(folder.drain(ProfileFolder.PROFILES)).isEmpty();
    }

    @Test
    void otherDefinitionsHoldFromTheirWatermarkOnHoweverLateTheTurn() throws Exception {
        buyers(3);
        folder.tellAll(next(TRAITS + OTHER_SEGMENTS));
        watermark(minute(30));
        folder.runMails();
        assertThat(changes()).containsOnly("-buyer of another 3").hasSize(3);

        folder.tellAll(next(TRAITS + OTHER_SEGMENTS).next(Definitions.of("third.yaml", TRAITS + SEGMENTS), 2));
        watermark(minute(60));
        restart(PUBLISHED);
        folder.runMails();
        assertThat(changes())
                .as("kept with the state")
                .containsOnly("+buyer of another 30")
                .hasSize(3);
    }

    /** That it was looked at leaves no trace. */
    @Test
    void whomOtherDefinitionsDoNotConcernHasLateEventsAtTheirTimes() throws Exception {
        see(viewed("m1", "shoes", minute(1)));
        watermark(minute(3));
        folder.tellAll(next(
                TRAITS + SEGMENTS + """
                - {name: whale, when: orders.count > 100}
                """));
        folder.runMails();
        watermark(minute(30));

        see(viewed("m2", "shoes", minute(20)));

        assertThat(changes()).containsExactly("+browsing 20", "+fan shoes 20");
    }

    @Test
    void aTraitThatIsThereNoMoreLeavesTheProfilesOfAll() throws Exception {
        see(viewed("m1", "shoes", minute(1)));
        folder.drain(ProfileFolder.PROFILES);

        folder.tellAll(next(SEGMENTS.replace("- {name: browsing, when: computed.views_1h >= 2}\n", "")));
        folder.runMails();

        assertThat(profile(USER).has("computed")).isFalse();
    }

    @Test
    void whoAsksForASegmentThatDecidesOtherwiseIsDecidedAnew() throws Exception {
        folder.close();
        PublishedDefinitions first = FolderHarness.published(
                """
                segments:
                - {name: asking, when: in_segment('asked')}
                - {name: asked, when: orders.count > 0}
                """);
        folder = new FolderHarness(0, first, null);
        see(ordered("m1", "o1", minute(2)));
        assertThat(changes()).containsExactly("+asked 2", "+asking 2");

        folder.tellAll(first.next(
                Definitions.of(
                        "next.yaml",
                        """
                segments:
                - {name: asking, when: in_segment('asked')}
                - {name: asked, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 2}
                """),
                1));
        folder.runMails();

        assertThat(changes()).containsExactly("-asked 2", "-asking 2");
    }

    @Test
    void recordsDoNotWaitForASweep() throws Exception {
        buyers(20);
        folder.tellAll(next(TRAITS + OTHER_SEGMENTS));
        int events = 0;
        int exits = 0;
        while (exits < 20 && events < 1_000) {
            see(track("e" + events++, "Page Opened", minute(4)).by("user_id:visitor"));
            folder.runMails(1);
            exits += (int)
                    changes().stream().filter(change -> change.startsWith("-")).count();
        }
        assertThat(events).as("a key after every second record").isBetween(39, 41);
    }

    @Test
    void aSweepGoesOnAfterARestore() throws Exception {
        buyers(20);
        folder.tellAll(next(TRAITS + OTHER_SEGMENTS));
        folder.runMails(7);
        assertThat(changes()).hasSize(7).allMatch(change -> change.startsWith("-buyer"));
        restart(PUBLISHED);

        folder.runMails();

        assertThat(changes()).hasSize(13).allMatch(change -> change.startsWith("-buyer"));
    }

    @Test
    void whatHasBeenSweptIsNotSweptAgain() throws Exception {
        buyers(20);
        folder.tellAll(next(TRAITS + OTHER_SEGMENTS));
        folder.runMails();
        assertThat(changes()).hasSize(20);
        restart(PUBLISHED);

        assertThat(folder.runMails()).as("of the watermark's turns").isOne();
        assertThat(changes()).isEmpty();
    }

    @Test
    void definitionsOfALaterSubmissionReachEverybodyToo() throws Exception {
        buyers(3);
        restart(next(TRAITS + OTHER_SEGMENTS));

        folder.runMails();

        assertThat(changes()).hasSize(3);
    }

    @Test
    void aPublicationInTheMiddleOfASweepBeginsAnother() throws Exception {
        buyers(10);
        PublishedDefinitions second = next(TRAITS + OTHER_SEGMENTS);
        folder.tellAll(second);
        folder.runMails(4);
        folder.tellAll(second.next(Definitions.of("third.yaml", TRAITS + SEGMENTS), 2));
        folder.runMails();

        assertThat(changes())
                .as("who had left comes back, all others stay")
                .hasSize(8)
                .allMatch(change -> change.contains("buyer"));
    }

    private static final String NEW_TRAITS =
            """
            - {name: spent, aggregate: sum, events: [Order Completed], value: event.revenue}
            - {name: orders_1h, aggregate: count, events: [Order Completed], window: 1h}
            """;

    @Test
    void aNewTraitCountsFromThenOnAndSaysSo() throws Exception {
        see(ordered("m1", "o1", minute(0)));
        watermark(minute(0.5));
        folder.tellAll(next(TRAITS + NEW_TRAITS + SEGMENTS));
        see(ordered("m2", "o2", minute(1)));
        see(ordered("m3", "o3", minute(2)).by("user_id:later"));

        JsonNode profile = profile(USER);
        assertThat(profile.path("computed")).hasToString("{\"orders_1h\":1,\"spent\":25.5}");
        assertThat(profile.path("computed_since"))
                .hasToString("{\"orders_1h\":\"2026-01-01T00:00:30.000Z\",\"spent\":\"2026-01-01T00:00:30.000Z\"}");
        see(ordered("m4", "o4", minute(3)).by("user_id:later"));
        assertThat(profile(new Identifier(Namespace.USER_ID, "later")).has("computed_since"))
                .as("everything of who came later is counted")
                .isFalse();
        see(ordered("m5", "o5", minute(61)));
        assertThat(profile(USER).path("computed_since"))
                .as("what is in the window is counted")
                .hasToString("{\"spent\":\"2026-01-01T00:00:30.000Z\"}");
    }

    @Test
    void sinceWhenATraitCountsOutlivesARestart() throws Exception {
        see(ordered("m1", "o1", minute(0)));
        watermark(minute(0.5));
        folder.tellAll(next(TRAITS + NEW_TRAITS + SEGMENTS));
        restart(PUBLISHED);
        see(ordered("m2", "o2", minute(1)));

        assertThat(profile(USER).at("/computed_since/spent").asText()).isEqualTo("2026-01-01T00:00:30.000Z");
    }

    @Test
    void aTraitOfALaterSubmissionCountsFromItsFirstWatermarkOn() throws Exception {
        see(ordered("m1", "o1", minute(0)));
        restart(next(TRAITS + NEW_TRAITS + SEGMENTS));
        restart(next(TRAITS + NEW_TRAITS + SEGMENTS));
        watermark(minute(7));
        see(ordered("m2", "o2", minute(8)));

        assertThat(profile(USER).at("/computed_since/spent").asText()).isEqualTo("2026-01-01T00:07:00.000Z");
    }

    private void restart(PublishedDefinitions submitted) throws Exception {
        OperatorSubtaskState state = folder.snapshot();
        folder.close();
        folder = new FolderHarness(0, submitted, state);
    }

    @Test
    void whoIsDueLeavesByTheDefinitionsThatHoldThen() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        changes();
        folder.tellAll(
                next(
                        TRAITS
                                + """
                segments:
                - {name: recent_buyer, when: days_since(orders.last_at) <= 2}
                """));

        watermark(minute(2 + DAY) + 1);
        assertThat(changes()).as("whatever brings it its turn").containsExactly("-buyer 2");
        watermark(minute(2 + 2 * DAY) + 1);
        assertThat(changes()).hasSize(1).first().asString().startsWith("-recent_buyer 2882");
    }

    @Test
    void earlierDefinitionsDoNotComeBack() throws Exception {
        PublishedDefinitions later = next(TRAITS);
        folder.tellAll(later);
        folder.tellAll(PUBLISHED);
        see(ordered("m1", "o1", minute(2)));

        assertThat(changes()).isEmpty();
    }

    @Test
    void goesOnFromACheckpoint() throws Exception {
        folder.tellAll(
                next(
                        TRAITS
                                + """
                segments:
                - {name: recent_buyer, when: days_since(orders.last_at) <= 2}
                - {name: browsing, when: computed.views_1h >= 2}
                """));
        see(ordered("m1", "o1", minute(2)));
        see(viewed("m2", "shoes", minute(3)));
        assertThat(changes()).containsExactly("+recent_buyer 2");
        restart(PUBLISHED);

        see(viewed("m3", "shoes", minute(4)));
        assertThat(changes()).as("by what was told before").containsExactly("+browsing 4");
        watermark(minute(2 + 3 * DAY));
        assertThat(changes()).hasSize(2);
        assertThat(profile(USER).has("segments")).isFalse();
    }

    @Test
    void withoutDefinitionsNothingIsKept() throws Exception {
        folder.close();
        folder = new FolderHarness(0, PublishedDefinitions.NONE, null);
        see(viewed("m1", "shoes", minute(0)));
        watermark(minute(0));

        assertThat(folder.keysIn("segments")).isZero();
        assertThat(folder.keysIn("profile-computed")).isZero();
        assertThat(folder.eventTimeTimers()).isZero();
    }
}
