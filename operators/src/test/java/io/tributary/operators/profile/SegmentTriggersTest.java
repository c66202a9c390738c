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
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.SegmentEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which changes of memberships the triggers are told of, and when. */
class SegmentTriggersTest {
    private static final Identifier USER = new Identifier(Namespace.USER_ID, "42");
    private static final Identifier PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone");
    private static final double DAY = 24 * 60;

    private static final String SEGMENTS =
            """
            segments:
            - {name: buyer, when: orders.count > 0}
            - {name: second, when: orders.count > 1}
            - {name: recent_buyer, when: days_since(orders.last_at) <= 1}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 2}
            """;

    /** All but {@code buyer}, of which nobody wants to know. */
    private static final String TRIGGERS =
            """
            triggers:
            - name: all
              steps:
              - {id: any, on: [{entered: recent_buyer}, {exited: recent_buyer}, {entered: second}, {entered: fan}]}
              - {id: not, not_followed_by: [Never, {exited: second}, {exited: fan}]}
              within: 1d
              expires_after: 1d
            """;

    private static final PublishedDefinitions PUBLISHED = FolderHarness.published(SEGMENTS + TRIGGERS);

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

    /** {@code +segment value at minute}, {@code ?} before what is found; and what starts anew. */
    private List<String> told() {
        List<String> all = new ArrayList<>();
        for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
            String whose = change.customerId().equals(USER.customerId()) ? "" : " of another";
            if (change instanceof CartChange.Restart restart) {
                all.add("anew" + whose + (restart.forgetsSegments() ? ", forgotten" : ""));
            } else if (change instanceof CartChange.Operation operation
                    && operation.watched() != null
                    && SegmentEvent.ofName(operation.watched().name()) != null) {
                all.add(text(operation.watched()) + whose);
            }
        }
        return all;
    }

    private static String text(WatchedEvent event) {
        SegmentEvent change = SegmentEvent.ofName(event.name());
        assertThat(event.order().kind()).isEqualTo(EventKind.SEGMENT_CHANGE);
        Object value = ((Map<?, ?>) event.fields().get("properties")).get("value");
        long millis = event.order().timestamp() - TestEvent.START;
        long lateness = event.knownAt() - event.order().timestamp();
        return (change.isFound() ? "?" : "")
                + (change.isEntered() ? "+" : "-")
                + change.segment()
                + (value == null ? "" : " " + value)
                + " "
                + millis / 60_000
                + (millis % 60_000 == 0 ? "" : "m" + millis % 60_000)
                + (lateness == 0 ? "" : " late by " + lateness / 60_000);
    }

    private static TestEvent viewed(String messageId, String category, long at) {
        return track(messageId, "Product Viewed", at).with("category", category);
    }

    @Test
    void anEventAndTimeChangeWhatATriggerNames() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        see(viewed("m2", "shoes", minute(3)));
        see(viewed("m3", "shoes", minute(4)));
        assertThat(told()).as("and not 'buyer', which none names").containsExactly("+recent_buyer 2", "+fan shoes 4");

        watermark(2 + DAY);
        assertThat(told()).isEmpty();
        watermark(10 * DAY);
        assertThat(told()).as("at its exact instant").containsExactly("-recent_buyer 1442m1");
    }

    /** Nor is it late, because the triggers' watermark has not passed it. */
    @Test
    void whatTimeDoesBeforeAnEventThatComesAheadOfTheWatermarkIsAtItsInstant() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        told();
        see(ordered("m2", "o2", minute(3 * DAY)));

        assertThat(told()).containsExactly("-recent_buyer 1442m1", "+recent_buyer 4320", "+second 4320");
    }

    @Test
    void itIsTheSameOneAfterARebuild() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        List<CartChange> before = folder.drain(ProfileFolder.CART_CHANGES);
        close();
        start();
        see(ordered("m1", "o1", minute(2)));

        assertThat(folder.drain(ProfileFolder.CART_CHANGES)).isEqualTo(before).isNotEmpty();
    }

    @Test
    void whatALateEventChangesIsLate() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        watermark(10);
        told();
        send(moves.event(ordered("m2", "o2", minute(5)).event().knownAt(minute(11))));

        assertThat(told()).containsExactly("+second 5 late by 6");
    }

    @Test
    void otherDefinitionsFind() throws Exception {
        see(ordered("m1", "o1", minute(1)));
        see(ordered("m2", "o2", minute(2)));
        see(viewed("m3", "shoes", minute(2)));
        watermark(3);
        assertThat(told()).containsExactly("+recent_buyer 1", "+second 2");

        folder.tellAll(PUBLISHED.next(
                Definitions.of(
                        "next.yaml",
                        SEGMENTS.replace("orders.count > 1", "orders.count > 2").replace("value >= 2", "value >= 1")
                                + TRIGGERS),
                1));
        folder.runMails();

        // Whatever is found begins nothing, so only what ends is told of.
        assertThat(told()).containsExactly("?-second 3m1");
    }

    @Test
    void whatComesWithAFragmentIsFoundAndWhatTheEventItselfChangesIsNot() throws Exception {
        see(viewed("m1", "shoes", minute(1)).device("phone"));
        see(viewed("m2", "shoes", minute(2)).device("phone"));
        watermark(3);
        assertThat(told()).containsExactly("+fan shoes 2 of another");

        TestEvent login = ordered("m3", "o1", minute(7)).alsoDevice("phone");
        see(login);
        send(moves.move(PHONE, USER, login.event().order(), false));
        folder.watermark(minute(7));
        assertThat(told())
                .as("the order is her own, the shoes are the phone's")
                .containsExactlyInAnyOrder("+recent_buyer 7", "anew of another, forgotten", "anew", "?+fan shoes 7");

        send(moves.move(PHONE, PHONE, identify("apart", minute(9)).event().order(), false));
        folder.watermark(minute(9));
        assertThat(told())
                .containsExactlyInAnyOrder("anew", "anew of another", "?-fan shoes 9", "?+fan shoes 9 of another");
    }

    @Test
    void whatWasInAnErasedCustomerIsForgotten() throws Exception {
        see(ordered("m1", "o1", minute(1)).by("email:ana@x.com"));
        watermark(2);
        told();
        Identifier email = new Identifier(Namespace.EMAIL, "ana@x.com");
        send(List.of(new CustomerMessage.Retract(
                email.customerId(),
                email,
                null,
                ordered("m1", "o1", minute(1)).by("email:ana@x.com").event().order(),
                Set.of(),
                minute(5),
                new EventOrder(minute(5), EventKind.COMMAND, "e1", 0))));
        watermark(5);

        assertThat(told()).containsExactly("anew of another, forgotten");
    }

    @Test
    void whatIsBeyondTheLastTickOfABoundedLogIsNotTold() throws Exception {
        see(ordered("m1", "o1", minute(2)));
        told();

        folder.watermark(Long.MAX_VALUE);

        assertThat(told()).isEmpty();
    }
}
