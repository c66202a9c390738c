package io.tributary.operators.profile;

import static io.tributary.operators.identity.People.at;
import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.identity.FragmentEvent;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.testing.KeyedBroadcastHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerKeeperTest {
    private static final String HOT = "fragment-hot";
    private static final String COLD = "fragment-cold";
    private static final Identifier USER = id("user_id:42");
    private static final Identifier CRM = id("crm_id:7");
    private static final Identifier EMAIL = id("email:ana@x.com");
    private static final Identifier DEVICE = id("anonymous_id:phone");

    private KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> harness;

    @BeforeEach
    void start() throws Exception {
        harness = LedgerMoves.keeper(null);
    }

    @AfterEach
    void keepsALedgerPerFragmentForEverButNoTimer() throws Exception {
        harness.watermark(minute(1_000));
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.keysIn(COLD)).isLessThanOrEqualTo(harness.keysIn(HOT));
        assertThat(harness.entries()).isEqualTo((int) (harness.keysIn(HOT) + harness.keysIn(COLD)));
        harness.close();
    }

    @Test
    void passesEventsOfUserIdsThroughWithoutState() throws Exception {
        see(ordered("m1", "o1", minute(1)).alsoDevice("phone").also("email:ana@x.com"));

        assertThat(harness.drain()).singleElement().satisfies(message -> {
            assertThat(message.customerId()).isEqualTo(USER.customerId());
            assertThat(message.fragmentId()).isEqualTo(FragmentId.of(USER));
            assertThat(message.knownAt()).isEqualTo(minute(1));
        });
        assertThat(harness.entries()).isZero();
    }

    @Test
    void sendsEventsToTheFragmentsOwnCustomerBeforeAnythingIsKnown() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        see(track("m2", "Page Opened", minute(2)).device("phone"));

        assertThat(lines()).containsExactly("event m1 to email:ana@x.com", "event m2 to anonymous_id:phone");
        assertThat(harness.keysIn(HOT)).isEqualTo(2);
        assertThat(harness.keysIn(COLD)).as("a device is something to keep").isEqualTo(1);
    }

    @Test
    void waitsWithARelabellingUntilTheWatermarkHasReachedIt() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        relabel(EMAIL, USER, 5);
        see(track("m3", "Page Opened", minute(3)).by("email:ana@x.com"));
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com"));
        harness.watermark(minute(5) - 1);
        assertThat(lines())
                .containsExactly(
                        "event m1 to email:ana@x.com", "event m3 to email:ana@x.com", "event m7 to email:ana@x.com");
        harness.watermark(minute(5));
        assertThat(lines())
                .as("what goes before what comes")
                .containsExactly("retract from email:ana@x.com", "put of 3 to user_id:42");
        see(track("m8", "Page Opened", minute(4)).by("email:ana@x.com"));
        assertThat(lines()).containsExactly("event m8 to user_id:42");
    }

    @Test
    void sendsTheLedgerWithThePut() throws Exception {
        see(ordered("m2", "o1", minute(2)).by("email:ana@x.com"));
        see(identify("m1", minute(1))
                .by("email:ana@x.com", "anonymous_id:phone")
                .trait("country", "PL"));
        see(added("m3", "p1", minute(3)).by("email:ana@x.com").consent("marketing", false));
        EventOrder because = relabel(EMAIL, USER, 5);
        harness.drain();
        harness.watermark(minute(5));

        List<CustomerMessage> messages = harness.drain();
        CustomerMessage.Retract retract = (CustomerMessage.Retract) messages.get(0);
        assertThat(retract.customerId()).isEqualTo(EMAIL.customerId());
        assertThat(retract.fragment()).isEqualTo(EMAIL);
        assertThat(retract.into()).isEqualTo(USER.customerId());
        assertThat(retract.first().messageId()).isEqualTo("m1");
        assertThat(retract.newDevices()).isEmpty();
        assertThat(retract.because()).isEqualTo(because);
        CustomerMessage.Put put = (CustomerMessage.Put) messages.get(1);
        assertThat(put.customerId()).isEqualTo(USER.customerId());
        assertThat(put.fragment()).isEqualTo(EMAIL);
        assertThat(put.canonical()).isEqualTo(USER);
        assertThat(put.from()).isEqualTo(EMAIL);
        assertThat(put.first().messageId()).isEqualTo("m1");
        assertThat(put.knownAt()).isEqualTo(minute(5));
        assertThat(put.because()).isEqualTo(because);
        assertThat(put.ledger().activity().count()).isEqualTo(3);
        assertThat(put.ledger().activity().cart().cart().items()).hasSize(1);
        assertThat(put.ledger().activity().said().at("marketing", minute(4))).isEqualTo(Word.REFUSED);
        assertThat(put.ledger().record().orderCount()).isEqualTo(1);
        assertThat(put.ledger().record().traits()).containsEntry("country", "\"PL\"");
        assertThat(put.ledger().record().devices()).containsExactly(DEVICE);
        assertThat(put.ledger().former())
                .as("nobody can be the e-mail's customer now")
                .containsExactly(EMAIL.customerId());
    }

    @Test
    void namesAsFormerOnlyCustomersThatExistedAndThatNobodyCanBelongTo() throws Exception {
        relabel(EMAIL, id("crm_id:1"), 1);
        harness.watermark(minute(1));
        see(track("m2", "Page Opened", minute(2)).by("email:ana@x.com"));
        relabel(EMAIL, id("crm_id:2"), 3);
        harness.process(relabelling(EMAIL, id("crm_id:3"), 4, false), 0);
        relabel(EMAIL, USER, 5);
        harness.drain();
        harness.watermark(minute(5));

        List<CustomerMessage> messages = harness.drain();
        CustomerMessage.Put last = (CustomerMessage.Put) messages.get(messages.size() - 1);
        assertThat(last.ledger().former())
                .as("not the e-mail's, which had no event; not crm_id:2, which goes on")
                .containsExactlyInAnyOrder(
                        id("crm_id:1").customerId(), id("crm_id:3").customerId());
    }

    @Test
    void keepsABoundedNumberOfFormerCustomers() throws Exception {
        see(track("m0", "Page Opened", minute(0)).by("email:ana@x.com"));
        for (int i = 1; i <= FragmentLedger.MAX_FORMER + 10; i++) {
            relabel(EMAIL, id("crm_id:" + i), i);
        }
        harness.watermark(minute(500));

        List<CustomerMessage> messages = harness.drain();
        CustomerMessage.Put last = (CustomerMessage.Put) messages.get(messages.size() - 1);
        assertThat(last.ledger().former()).hasSize(FragmentLedger.MAX_FORMER);
    }

    @Test
    void tellsOfAPersonWithoutAnEvent() throws Exception {
        relabel(EMAIL, USER, 5);
        harness.watermark(minute(5));

        List<CustomerMessage> messages = harness.drain();
        assertThat(messages).hasSize(2);
        assertThat(((CustomerMessage.Retract) messages.get(0)).first()).isNull();
        CustomerMessage.Put put = (CustomerMessage.Put) messages.get(1);
        assertThat(put.first()).isNull();
        assertThat(put.ledger()).isNull();
        see(track("m6", "Page Opened", minute(6)).by("email:ana@x.com"));
        assertThat(lines()).containsExactly("event m6 to user_id:42");
    }

    @Test
    void leavesNothingBehindOfADeviceWithoutHistory() throws Exception {
        relabel(DEVICE, EMAIL, 5);
        relabel(DEVICE, CRM, 7);
        harness.watermark(minute(5));
        assertThat(harness.keysIn(HOT)).as("the second waits").isEqualTo(1);
        harness.watermark(minute(7));

        assertThat(harness.drain()).isEmpty();
        assertThat(harness.entries()).isZero();
    }

    @Test
    void movesTheHistoryOfADeviceToWhoeverHasLoggedInFirst() throws Exception {
        see(added("m1", "p1", minute(1)).device("phone"));
        relabel(DEVICE, EMAIL, 5);
        relabel(DEVICE, CRM, 7);
        harness.drain();
        harness.watermark(minute(7));

        assertThat(lines())
                .containsExactly(
                        "retract from anonymous_id:phone",
                        "put of 1 to email:ana@x.com",
                        "retract from email:ana@x.com",
                        "put of 1 to crm_id:7");
    }

    @Test
    void saysNothingOfARelabellingToTheSameCustomer() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        harness.drain();
        relabel(EMAIL, EMAIL, 5);
        relabel(EMAIL, USER, 6);
        relabel(EMAIL, USER, 7);
        harness.watermark(minute(7));

        assertThat(lines()).containsExactly("retract from email:ana@x.com", "put of 1 to user_id:42");
    }

    /** Persons' events are here at once, so a ledger may know more than the watermark has passed. */
    @Test
    void namesDevicesOfWhichTheFirstEventIsStillToCome() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com", "anonymous_id:phone"));
        see(track("m8", "Page Opened", minute(8)).by("email:ana@x.com", "anonymous_id:tablet"));
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com", "anonymous_id:tablet", "device_id:d"));
        see(track("m9", "Page Opened", minute(9)).by("email:ana@x.com", "anonymous_id:phone"));
        relabel(EMAIL, USER, 5);
        harness.drain();
        harness.watermark(minute(5));

        List<CustomerMessage> messages = harness.drain();
        assertThat(((CustomerMessage.Retract) messages.get(0)).newDevices())
                .isEqualTo(Set.of(id("anonymous_id:tablet"), id("device_id:d")));
        CustomerMessage.Put put = (CustomerMessage.Put) messages.get(1);
        assertThat(put.newDevices()).hasSize(2).allSatisfy((device, carrier) -> assertThat(carrier.messageId())
                .isEqualTo("m7"));
        assertThat(put.ledger().record().devices()).hasSize(3);
        see(track("m6", "Page Opened", minute(10)).by("email:ana@x.com"));
        relabel(EMAIL, CRM, 12);
        harness.watermark(minute(12));
        messages = harness.drain();
        assertThat(((CustomerMessage.Put) messages.get(2)).newDevices())
                .as("they are known now")
                .isEmpty();
    }

    @Test
    void givesTheFirstEventAlsoIfItIsStillToCome() throws Exception {
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com"));
        EventOrder because = relabel(EMAIL, USER, 5);
        harness.drain();
        harness.watermark(minute(5));

        CustomerMessage.Put put = (CustomerMessage.Put) harness.drain().get(1);
        assertThat(put.first()).isGreaterThan(because);
        assertThat(put.ledger().former())
                .as("the e-mail's customer has not existed yet")
                .isEmpty();
    }

    @Test
    void sendsTheSameWhenItIsRestoredAfterEveryMessage() throws Exception {
        List<String> straight = run(false);
        harness.close();
        start();

        assertThat(run(true)).isEqualTo(straight).hasSize(14);
    }

    private List<String> run(boolean restoring) throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            see(track("m" + i, "Page Opened", minute(i)).by("email:ana@x.com", "anonymous_id:a" + i / 2));
            if (i == 3) {
                relabel(EMAIL, CRM, 6);
            } else if (i == 6) {
                relabel(EMAIL, USER, 8);
            }
            lines.addAll(lines());
            restore(restoring);
            harness.watermark(minute(i - 2));
            lines.addAll(lines());
            restore(restoring);
        }
        return lines;
    }

    private void restore(boolean restoring) throws Exception {
        if (restoring) {
            OperatorSubtaskState state = harness.snapshot();
            harness.close();
            harness = LedgerMoves.keeper(state);
        }
    }

    private void see(TestEvent event) throws Exception {
        harness.process(FragmentEvent.of(event.event()), 0);
    }

    /** The fragment goes from an instant on, and nobody can belong to the customer that it leaves. */
    private EventOrder relabel(Identifier fragment, Identifier canonical, int minute) throws Exception {
        Relabelling relabelling = relabelling(fragment, canonical, minute, true);
        harness.process(relabelling, 0);
        return relabelling.because();
    }

    private static Relabelling relabelling(
            Identifier fragment, Identifier canonical, int minute, boolean leavesNobody) {
        return new Relabelling(fragment, canonical, minute(minute), at(minute(minute), "s" + minute), leavesNobody);
    }

    private List<String> lines() {
        List<Identifier> customers = new ArrayList<>(List.of(USER, CRM, EMAIL, DEVICE));
        return harness.drain().stream()
                .map(message -> {
                    String customer = customers.stream()
                            .filter(canonical -> canonical.customerId().equals(message.customerId()))
                            .findAny()
                            .orElseThrow()
                            .qualified();
                    if (message instanceof CustomerMessage.Event event) {
                        return "event " + event.event().messageId() + " to " + customer;
                    } else if (message instanceof CustomerMessage.Put put) {
                        return "put of " + put.ledger().activity().count() + " to " + customer;
                    }
                    return "retract from " + customer;
                })
                .toList();
    }
}
