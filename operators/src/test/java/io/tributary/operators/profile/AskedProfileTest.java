package io.tributary.operators.profile;

import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the triggers are told of segments for which they ask, and when. */
class AskedProfileTest {
    private static final Identifier USER = new Identifier(Namespace.USER_ID, "42");
    private static final Identifier PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone");
    private static final double DAY = 24 * 60;

    private static final String SEGMENTS =
            """
            segments:
            - {name: buyer, when: orders.count > 0}
            - {name: recent, when: days_since(orders.last_at) <= 1}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed], window: 1h}, when: value >= 1}
            """;

    private static String asking(String condition) {
        return """
            triggers:
            - name: one
              steps: [{id: it, on: [Searched], where: "%s"}]
              expires_after: 1d
            """
                .formatted(condition);
    }

    private static final PublishedDefinitions PUBLISHED =
            FolderHarness.published(SEGMENTS + asking("in_segment('recent') || in_segment('fan')"));

    private PublishedDefinitions published;
    private LedgerMoves moves;
    private FolderHarness folder;

    @BeforeEach
    void start() throws Exception {
        moves = new LedgerMoves(PUBLISHED);
        folder = new FolderHarness(0, PUBLISHED, null);
    }

    @AfterEach
    void close() throws Exception {
        folder.close();
        moves.close();
    }

    private void see(TestEvent event) throws Exception {
        send(moves.event(event.event()));
    }

    private void send(List<CustomerMessage> messages) throws Exception {
        for (CustomerMessage message : messages) {
            folder.process(message, message.because().timestamp());
        }
    }

    private void watermark(double minute) throws Exception {
        send(moves.watermark(minute(minute)));
        folder.watermark(minute(minute));
    }

    /** Of each message what it says, {@code +} in or {@code -} out and since when, if not for ever. */
    private List<String> told() {
        List<String> all = new ArrayList<>();
        for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
            StringBuilder text = new StringBuilder(
                    change instanceof CartChange.Restart
                            ? "anew:"
                            : ((CartChange.Operation) change).isEvent() ? "event:" : "change:");
            change.profile().forEach((segment, turns) -> {
                text.append(' ').append(segment);
                turns.forEach(turn -> text.append(text(turn)));
            });
            all.add(text.toString());
        }
        return all;
    }

    private static String text(Turn turn) {
        long millis = turn.from() - TestEvent.START;
        return (turn.value() == null ? "-" : turn.value().isEmpty() ? "+" : "=" + turn.value() + "@")
                + (turn.from() == Long.MIN_VALUE
                        ? ""
                        : millis / 60_000 + (millis % 60_000 == 0 ? "" : "m" + millis % 60_000));
    }

    @Test
    void eventsAndTimeAloneChangeThemAndEachEventBringsThemAlong() throws Exception {
        see(track("m1", "Searched", minute(1)));
        assertThat(told()).containsExactly("event: fan- recent-");

        // Orders are told of for the carts' sake, and before what they change.
        see(ordered("m2", "o1", minute(2)));
        assertThat(told()).containsExactly("event: fan- recent-", "change: fan- recent-+2");

        watermark(2 * DAY);
        assertThat(told()).containsExactly("change: fan- recent-+2-1442m1");

        // What has passed is one turn only.
        see(ordered("m3", "o2", minute(2 * DAY + 5)));
        assertThat(told()).containsExactly("event: fan- recent-+2-1442m1", "change: fan- recent-1442m1+2885");
    }

    @Test
    void aParametricSegmentEndsWithItsLastValue() throws Exception {
        see(track("m1", "Product Viewed", minute(1)).with("category", "shoes"));
        see(track("m2", "Product Viewed", minute(31)).with("category", "hats"));
        assertThat(told()).containsExactly("change: fan-+1 recent-", "change: fan-+1 recent-");

        watermark(200);
        assertThat(told()).last().isEqualTo("change: fan-+1-92 recent-");
    }

    @Test
    void whoBecomesOneWithAnotherStartsAnewWithWhatItIsInThen() throws Exception {
        see(ordered("m1", "o1", minute(1)).device("phone"));
        see(track("m2", "Searched", minute(2)));
        watermark(3);
        told();

        TestEvent login = identify("m3", minute(7)).alsoDevice("phone");
        see(login);
        send(moves.move(PHONE, USER, login.event().order(), false));
        folder.watermark(minute(7));

        assertThat(told())
                .contains("anew: fan- recent-+7")
                .as("nobody is left who could be in any")
                .contains("anew: fan- recent-");
    }

    /** What holds triggers back asks, too; without triggers it holds nothing back. */
    @Test
    void whatSuppressesIsAskedFor() throws Exception {
        see(ordered("m1", "o1", minute(1)));
        watermark(3);
        told();
        String suppressing = SEGMENTS + "delivery: {suppress: [buyer]}\n";

        PublishedDefinitions next = PUBLISHED.next(Definitions.of("next.yaml", suppressing), 1);
        folder.tellAll(next);
        folder.runMails();
        assertThat(told()).isEmpty();
        folder.tellAll(next.next(Definitions.of("next.yaml", suppressing + asking("in_segment('recent')")), 2));
        folder.runMails();

        assertThat(told()).containsExactly("change: buyer+ recent-+1");
    }

    /** A trait changes with events and mergers; what is no zone is none. */
    @Test
    void theTimeZoneIsAskedForAsSegmentsAre() throws Exception {
        zones("traits.zone");
        see(track("m1", "Searched", minute(1)));
        see(identify("m2", minute(2)).trait("zone", "Asia/Tokyo"));
        see(identify("m3", minute(3)).trait("zone", "Nowhere"));
        see(identify("m4", minute(4)).trait("plan", "gold"));
        see(track("m5", "Searched", minute(5)));
        assertThat(told())
                .containsExactly(
                        "event: traits.zone-",
                        "change: traits.zone-=Asia/Tokyo@2",
                        "change: traits.zone-=Asia/Tokyo@2-3",
                        "event: traits.zone-=Asia/Tokyo@2-3");

        see(identify("p1", minute(6)).device("phone").trait("zone", "Europe/Paris"));
        watermark(7);
        told();
        TestEvent login = identify("m6", minute(8)).alsoDevice("phone");
        see(login);
        send(moves.move(PHONE, USER, login.event().order(), false));
        folder.watermark(minute(8));
        assertThat(told()).contains("anew: traits.zone-3=Europe/Paris@8").contains("anew: traits.zone-");
    }

    @Test
    void aComputedZoneIsAskedForAndOthersOnceTheyArePublished() throws Exception {
        zones("computed.zone");
        see(track("m1", "Searched", minute(1)).with("zone", "Asia/Tokyo"));
        assertThat(told()).containsExactly("event: computed.zone=Asia/Tokyo@", "change: computed.zone-=Asia/Tokyo@1");
        watermark(2);

        folder.tellAll(published.next(Definitions.of("next.yaml", zoned("traits.zone")), 1));
        folder.runMails();
        assertThat(told()).containsExactly("change: traits.zone-");
    }

    private static String zoned(String customerZone) {
        return """
            traits: [{name: zone, aggregate: last, events: [Searched], value: event.properties.zone}]
            triggers: [{name: one, steps: [{id: it, on: [Searched]}], expires_after: 1d}]
            delivery: {quiet_hours: {from: "22:00", to: "08:00", zone: UTC, customer_zone: %s}}
            """
                .formatted(customerZone);
    }

    private void zones(String customerZone) throws Exception {
        close();
        published = FolderHarness.published(zoned(customerZone));
        moves = new LedgerMoves(published);
        folder = new FolderHarness(0, published, null);
    }

    @Test
    void otherDefinitionsAskForOthers() throws Exception {
        see(ordered("m1", "o1", minute(1)));
        watermark(3);
        told();

        folder.tellAll(PUBLISHED.next(Definitions.of("next.yaml", SEGMENTS + asking("!in_segment('buyer')")), 1));
        folder.runMails();

        assertThat(told()).containsExactly("change: buyer+");
    }
}
