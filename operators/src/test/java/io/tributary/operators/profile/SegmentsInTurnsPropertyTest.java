package io.tributary.operators.profile;

import static io.tributary.operators.testing.TestEvent.START;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/**
 * In whatever turns customers come to what time does to them, and whatever happens to them before their turns: they change as
 * if all of it were done at once when the watermark comes.
 */
class SegmentsInTurnsPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MINUTE = 60_000;
    private static final int CUSTOMERS = 6;
    private static final Identifier PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone");
    private static final long PUBLISH_EVERY = 1_000;

    private static final String TRAITS =
            """
            traits:
            - {name: views_1h, aggregate: count, events: [Product Viewed], window: 1h}
            - {name: views, aggregate: count, events: [Product Viewed]}
            segments:
            - {name: browsing, when: computed.views_1h >= 2}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed], window: 2h}, when: value >= 2}
            """;
    private static final PublishedDefinitions FIRST = FolderHarness.published(
            TRAITS
                    + """
            - {name: recent, when: days_since(last_seen) <= 0.02}
            - {name: recent_buyer, when: days_since(orders.last_at) <= 0.04}
            - {name: both, when: in_segment('recent') && in_segment('recent_buyer')}
            """);
    private static final PublishedDefinitions SECOND = FIRST.next(
            Definitions.of(
                    "second.yaml",
                    TRAITS
                            + """
            - {name: recent, when: days_since(last_seen) <= 0.03}
            - {name: old_buyer, when: days_since(orders.last_at) > 0.04}
            - {name: both, when: in_segment('recent') && orders.count > 0}
            """),
            1);

    /** A folder and what it has told. */
    private static final class Run implements AutoCloseable {
        /**
         * By customer and topic, in order; of profiles the last, and none of who is gone: whether it was published before
         * it went, so that a deletion has to say so, depends on when its turns came.
         */
        private final Map<String, List<String>> told = new TreeMap<>();

        private FolderHarness folder;
        private long now;

        Run() throws Exception {
            start(null);
        }

        private void start(OperatorSubtaskState state) throws Exception {
            folder = new FolderHarness(PUBLISH_EVERY, FIRST, state);
            folder.processingTime(now);
        }

        void restart() throws Exception {
            drain();
            OperatorSubtaskState state = folder.snapshot();
            close();
            start(state);
        }

        void processingTime(long to) throws Exception {
            now = to;
            folder.processingTime(to);
            drain();
        }

        private List<String> of(String customerId, String topic) {
            return told.computeIfAbsent(customerId + " " + topic, none -> new ArrayList<>());
        }

        void drain() throws IOException {
            for (OutboundRecord change : folder.drain(ProfileFolder.SEGMENT_CHANGES)) {
                of(change.key(), "changes").add(change.id() + " " + JSON.readTree(change.value()));
            }
            for (OutboundRecord event : folder.drain()) {
                of(event.key(), "events").add(JSON.readTree(event.value()).toString());
            }
            for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
                of(change.customerId(), "cart").add(change.toString());
            }
            for (OutboundRecord profile : folder.drain(ProfileFolder.PROFILES)) {
                String place = profile.key() + " profile";
                if (profile.value() == null) {
                    told.remove(place);
                } else {
                    told.put(place, List.of(profile.version() + " " + JSON.readTree(profile.value())));
                }
            }
        }

        @Override
        public void close() throws Exception {
            // What is done behind the snapshot is lost: a harness that is closed finishes its turns, but without
            // timers.
            folder.runMails();
            folder.close();
        }
    }

    /** Few tries, because RocksDB starts slowly, of many steps each; a smaller seed is no simpler one. */
    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void customersChangeAsIfAllHadTheirTurnsAtOnce(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        try (LedgerMoves moves = new LedgerMoves(FIRST);
                Run atOnce = new Run();
                Run inTurns = new Run()) {
            long watermark = START;
            boolean isPhoneAna = false;
            boolean isSecondTold = false;
            for (int step = 0; step < 120; step++) {
                switch (random.nextInt(20)) {
                    case 0, 1, 2 -> {
                        watermark += random.nextInt(100) * MINUTE;
                        send(moves.watermark(watermark), atOnce, inTurns);
                        atOnce.folder.watermark(watermark);
                        inTurns.folder.arrive(watermark);
                    }
                    case 3 -> {
                        if (random.nextInt(4) == 0) {
                            inTurns.restart();
                            atOnce.restart();
                        }
                    }
                    case 4 -> {
                        atOnce.processingTime(step * PUBLISH_EVERY);
                        inTurns.processingTime(step * PUBLISH_EVERY);
                    }
                    case 5 -> {
                        EventOrder login = identify("login" + step, watermark + 1 + random.nextInt(20) * MINUTE)
                                .alsoDevice("phone")
                                .event()
                                .order();
                        moves.relabel(PHONE, isPhoneAna ? PHONE : user(0), login, false);
                        isPhoneAna = !isPhoneAna;
                    }
                    case 6 -> {
                        if (!isSecondTold && random.nextInt(3) == 0) {
                            isSecondTold = true;
                            atOnce.folder.tellAll(SECOND);
                            inTurns.folder.tellAll(SECOND);
                            atOnce.folder.runMails();
                            inTurns.folder.runMails();
                        }
                    }
                    case 7, 8, 9 -> inTurns.folder.runMails(random.nextInt(4));
                    default -> {
                        // Some are late.
                        long at = watermark + (random.nextInt(100) - 20) * MINUTE + random.nextInt(2);
                        TestEvent event = event(random, "m" + step, at);
                        send(moves.event(event.event().knownAt(Math.max(at, watermark + 1))), atOnce, inTurns);
                    }
                }
                atOnce.drain();
                inTurns.drain();
            }
            inTurns.folder.runMails();
            send(moves.watermark(watermark + 10_000 * MINUTE), atOnce, inTurns);
            atOnce.folder.watermark(watermark + 10_000 * MINUTE);
            inTurns.folder.watermark(watermark + 10_000 * MINUTE);
            atOnce.processingTime(1_000 * PUBLISH_EVERY);
            inTurns.processingTime(1_000 * PUBLISH_EVERY);

            assertThat(inTurns.told).isEqualTo(atOnce.told);
            assertThat(inTurns.folder.eventTimeTimers()).isZero();
        }
    }

    private static void send(List<CustomerMessage> messages, Run... runs) throws Exception {
        for (Run run : runs) {
            for (CustomerMessage message : messages) {
                run.folder.process(message, message.because().timestamp());
            }
        }
    }

    private static Identifier user(int number) {
        return new Identifier(Namespace.USER_ID, "u" + number);
    }

    private static TestEvent event(Random random, String messageId, long at) {
        int who = random.nextInt(CUSTOMERS + 1);
        TestEvent event = random.nextInt(4) == 0
                ? ordered(messageId, "o" + messageId, at)
                : track(messageId, "Product Viewed", at).with("category", random.nextBoolean() ? "hats" : "shoes");
        return who == CUSTOMERS ? event.device("phone") : event.user("u" + who);
    }
}
