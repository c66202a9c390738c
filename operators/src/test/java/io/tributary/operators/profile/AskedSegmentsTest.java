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
class AskedSegmentsTest {
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
        return (turn.isIn() ? "+" : "-")
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
