package io.tributary.operators.profile;

import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.definition.MergerEvent;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which mergers the triggers are told of, and when. */
class MergerTriggersTest {
    private static final Identifier USER = new Identifier(Namespace.USER_ID, "42");
    private static final Identifier PHONE = new Identifier(Namespace.ANONYMOUS_ID, "phone");

    private static final String NAMED =
            "triggers:\n- {name: t, steps: [{id: one, on: [{merged: true}]}], expires_after: 1d}\n";
    private static final String NOT_NAMED =
            "triggers:\n- {name: t, steps: [{id: one, on: [identify]}], expires_after: 1d}\n";

    /** Before the login she has done something, or nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void whoHadDoneSomethingIsToldOfItBehindWhatStartsAnew(int firstSeen) throws Exception {
        List<String> expected = firstSeen == 1 ? List.of("anew", "merged 7", "anew") : List.of("anew", "anew");
        assertThat(told(NAMED, firstSeen)).containsExactlyElementsOf(expected);
        assertThat(told(NOT_NAMED, firstSeen)).doesNotContain("merged 7");
    }

    /** What the triggers of the person are told. */
    private static List<String> told(String triggers, int firstSeen) throws Exception {
        PublishedDefinitions published = FolderHarness.published(triggers);
        List<String> all = new ArrayList<>();
        try (LedgerMoves moves = new LedgerMoves(published);
                FolderHarness folder = new FolderHarness(0, published, null)) {
            send(
                    moves.event(track("m1", "Product Viewed", minute(2))
                            .device("phone")
                            .event()),
                    folder);
            TestEvent login = identify("m3", minute(7)).alsoDevice("phone");
            if (firstSeen < 7) {
                send(
                        moves.event(
                                track("m2", "Product Viewed", minute(firstSeen)).event()),
                        folder);
            }
            send(moves.event(login.event()), folder);
            send(moves.move(PHONE, USER, login.event().order(), false), folder);
            folder.watermark(minute(7));
            // What comes apart is nobody's merger: the phone was nobody meanwhile.
            send(moves.move(PHONE, PHONE, identify("apart", minute(9)).event().order(), false), folder);
            folder.watermark(minute(9));
            for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
                if (!change.customerId().equals(USER.customerId())) {
                    continue;
                }
                if (change instanceof CartChange.Restart) {
                    all.add("anew");
                } else if (change instanceof CartChange.Operation operation
                        && operation.watched() != null
                        && operation.watched().name().equals(MergerEvent.NAME)) {
                    all.add("merged " + (operation.watched().order().timestamp() - TestEvent.START) / 60_000);
                }
            }
        }
        return all;
    }

    private static void send(List<CustomerMessage> messages, FolderHarness folder) throws Exception {
        for (CustomerMessage message : messages) {
            folder.process(message, message.because().timestamp());
        }
    }
}
