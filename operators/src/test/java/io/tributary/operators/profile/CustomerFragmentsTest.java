package io.tributary.operators.profile;

import static io.tributary.operators.identity.People.at;
import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.identify;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.removed;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.SearchDocuments;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.LedgerMoves;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Customers that get and lose fragments: the folder behind the keeper of ledgers, as in the job. */
class CustomerFragmentsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Identifier USER = id("user_id:42");
    private static final Identifier CRM = id("crm_id:7");
    private static final Identifier EMAIL = id("email:ana@x.com");
    private static final Identifier DEVICE = id("anonymous_id:phone");
    private static final List<Identifier> FRAGMENTS = List.of(CRM, EMAIL, DEVICE);
    private static final List<Identifier> CUSTOMERS = List.of(USER, CRM, id("loyalty_card:5"), EMAIL, DEVICE);

    private LedgerMoves moves;
    private FolderHarness harness;
    private boolean restoring;

    @BeforeEach
    @BeforeTry
    void start() throws Exception {
        moves = new LedgerMoves();
        harness = started(null);
    }

    @AfterEach
    @AfterTry
    void letsNothingWaitForEver() throws Exception {
        harness.watermark(minute(100_000));
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.processingTimeTimers()).isZero();
        assertThat(harness.keysIn("waiting")).isZero();
        harness.close();
        moves.close();
    }

    // ------------------------------------------------------------------------------------------------------- versions

    @Test
    void deletesACustomerThatIsAnotherOneNowAndNamesTheOther() throws Exception {
        see(added("m1", "p1", minute(1)).device("phone"));
        see(track("m2", "Page Opened", minute(2)).device("phone"));
        see(identify("login", minute(5)).alsoDevice("phone"));
        harness.watermark(minute(2));
        drainAll();
        EventOrder because = move(DEVICE, USER, 5);

        List<OutboundRecord> profiles = harness.drain(ProfileFolder.PROFILES);
        OutboundRecord tombstone = only(profiles, DEVICE);
        assertThat(tombstone.value()).isNull();
        assertThat(tombstone.timestamp()).isEqualTo(minute(5));
        assertThat(tombstone.version()).isEqualTo(3);
        OutboundRecord profile = only(profiles, USER);
        assertThat(profile.version()).isEqualTo(2);
        assertThat(MAPPER.readTree(profile.value()).path("merged_from"))
                .isEqualTo(MAPPER.readTree("[\"" + DEVICE.customerId() + "\"]"));
        assertThat(harness.drain(ProfileFolder.IDENTITIES))
                .filteredOn(record -> record.topic().equals("cdp.customer-aliases.v1"))
                .singleElement()
                .satisfies(alias -> {
                    assertThat(alias.key()).isEqualTo(DEVICE.customerId());
                    assertThat(MAPPER.readTree(alias.value()))
                            .isEqualTo(MAPPER.readTree("{\"into\":\"" + USER.customerId()
                                    + "\",\"at\":\"2026-01-01T00:05:00.000Z\",\"because\":\"" + because.messageId()
                                    + "\"}"));
                });
        harness.watermark(minute(50));
        assertThat(harness.entries())
                .as("of the device the version; of the user both halves of two ledgers, the device's itself, the "
                        + "membership")
                .isEqualTo(1 + 6);
    }

    @Test
    void raisesTheVersionAlsoOfACustomerThatComesBack() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        harness.watermark(minute(1));
        move(EMAIL, CRM, 5);
        move(EMAIL, EMAIL, 6);
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com"));
        move(EMAIL, CRM, 8);
        harness.watermark(minute(9));

        List<OutboundRecord> profiles = harness.drain(ProfileFolder.PROFILES);
        List<OutboundRecord> identities = harness.drain(ProfileFolder.IDENTITIES);
        for (Identifier canonical : List.of(EMAIL, CRM)) {
            List<OutboundRecord> published = of(profiles, canonical);
            assertThat(published).extracting(OutboundRecord::version).isSorted().doesNotHaveDuplicates();
            List<Boolean> there =
                    canonical.equals(EMAIL) ? List.of(true, false, true, true, false) : List.of(true, false, true);
            assertThat(published).extracting(record -> record.value() != null).isEqualTo(there);
        }
        assertThat(of(identities, EMAIL))
                .filteredOn(record -> record.topic().equals("cdp.customer-aliases.v1"))
                .as("the alias is withdrawn when the customer is one of its own again")
                .extracting(record -> record.value() != null)
                .containsExactly(true, false, true);
        assertThat(identities).extracting(OutboundRecord::id).doesNotHaveDuplicates();
    }

    @Test
    void namesTheLastOfSeveralCustomersAlsoIfItHasComeBackUnnoticedInBetween() throws Exception {
        harness.close();
        harness = new FolderHarness(1_000, null);
        harness.processingTime(5_000_000);
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        move(EMAIL, CRM, 5);
        move(EMAIL, EMAIL, 6);
        move(EMAIL, USER, 7);
        harness.processingTime(5_001_000);

        assertThat(of(harness.drain(ProfileFolder.PROFILES), EMAIL))
                .as("nobody was told that it had come back")
                .extracting(record -> record.value() != null)
                .containsExactly(true, false);
        assertThat(aliases(harness.drain(ProfileFolder.IDENTITIES), EMAIL)).containsExactly("crm_id:7", "user_id:42");
    }

    @Test
    void leadsOnFromACustomerThatWasThereForAnInstantOnly() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        harness.watermark(minute(1));
        moves.relabel(EMAIL, CRM, at(minute(5), "s5"), true);
        send(moves.move(EMAIL, USER, at(minute(5), "s5b"), true));
        harness.watermark(minute(5));

        assertThat(of(harness.drain(ProfileFolder.PROFILES), CRM)).isEmpty();
        List<OutboundRecord> identities = harness.drain(ProfileFolder.IDENTITIES);
        assertThat(aliases(identities, EMAIL)).containsExactly("crm_id:7");
        assertThat(aliases(identities, CRM)).containsExactly("user_id:42");
        see(track("m6", "Page Opened", minute(6)).by("crm_id:7"));
        assertThat(aliases(harness.drain(ProfileFolder.IDENTITIES), CRM))
                .as("it is one of its own now")
                .containsExactly("none");
    }

    @Test
    void isNeverMergedFromItself() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("crm_id:7"));
        see(track("m2", "Page Opened", minute(2)).by("email:ana@x.com"));
        see(track("m3", "Page Opened", minute(3)).device("phone"));
        move(CRM, USER, 5);
        move(CRM, CRM, 6);
        move(EMAIL, CRM, 7);
        move(DEVICE, CRM, 8);
        assertThat(formerOf(CRM)).containsExactlyInAnyOrder("email:ana@x.com", "anonymous_id:phone");
        move(EMAIL, EMAIL, 9);
        assertThat(formerOf(CRM)).containsExactly("anonymous_id:phone");
    }

    @Test
    void namesAllOfManyFormerCustomersOnceAndForgetsThemWhenTheyGo() throws Exception {
        SortedSet<String> former = new TreeSet<>();
        int many = 5 * FormerCustomers.MAX_AT_HAND / 2;
        for (int i = 0; i < many; i++) {
            Identifier device = new Identifier(Namespace.ANONYMOUS_ID, "d" + i);
            see(track("m" + i, "Page Opened", minute(1)).device("d" + i));
            move(device, CRM, 2 + i);
            former.add(device.customerId());
            if (i % 10 == 0) {
                move(device, device, 2.2 + i);
                move(device, CRM, 2.4 + i);
            }
        }
        assertThat(mergedFrom(CRM)).containsExactlyElementsOf(former);
        assertThat(harness.keysIn("former")).isEqualTo(1);

        for (int i = 0; i < many; i++) {
            move(new Identifier(Namespace.ANONYMOUS_ID, "d" + i), USER, 1_000 + i);
        }
        former.add(CRM.customerId());
        assertThat(mergedFrom(USER)).containsExactlyElementsOf(former);
        assertThat(harness.keysIn("former")).as("nobody is left at the other").isEqualTo(1);
    }

    private List<String> mergedFrom(Identifier canonical) throws IOException {
        List<String> former = new ArrayList<>();
        profile(canonical).path("merged_from").forEach(customerId -> former.add(customerId.asText()));
        return former;
    }

    private List<String> formerOf(Identifier canonical) throws IOException {
        List<String> former = new ArrayList<>();
        profile(canonical).path("merged_from").forEach(customerId -> former.add(name(customerId.asText())));
        return former;
    }

    @Test
    void knowsNothingOfAnIdentifierThatWasNeverACustomer() throws Exception {
        move(EMAIL, USER, 5);
        assertThat(harness.keysIn("profile-hot"))
                .as("the user's, who lists the e-mail")
                .isEqualTo(1);
        assertThat(harness.drain(ProfileFolder.PROFILES)).isEmpty();
        assertThat(harness.drain(ProfileFolder.IDENTITIES)).isEmpty();
        see(track("m6", "Page Opened", minute(6)));
        harness.watermark(minute(6));

        assertThat(profile(USER).path("identifiers"))
                .isEqualTo(MAPPER.readTree("{\"email\":[\"ana@x.com\"],\"user_id\":[\"42\"]}"));
        assertThat(changes()).containsExactly("created user_id:42 [ana@x.com, 42] m6");
    }

    @Test
    void letsAnIdentifierGoThatWasNeverACustomerWhileAnotherIsStillToCome() throws Exception {
        List<CustomerMessage> goes = moves.move(CRM, USER, at(minute(5), "s5"), true);
        List<CustomerMessage> comes = moves.move(EMAIL, CRM, at(minute(6), "s6"), false);
        send(comes);
        send(goes);
        harness.watermark(minute(5));
        assertThat(harness.drain(ProfileFolder.IDENTITIES)).isEmpty();
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com"));
        harness.watermark(minute(7));

        assertThat(changes()).containsExactly("created crm_id:7 [7, ana@x.com] m7");
    }

    /** Each comes on a channel of its own. */
    @Test
    void losesAnIdentifierWhoseDepartureArrivesBeforeTheFirstFragment() throws Exception {
        send(moves.event(
                track("m1", "Page Opened", minute(1)).by("email:ana@x.com").event()));
        List<CustomerMessage> comes = moves.move(EMAIL, CRM, at(minute(4), "s4"), true);
        moves.relabel(EMAIL, USER, at(minute(5), "s5"), true);
        List<CustomerMessage> both = new ArrayList<>(moves.move(CRM, USER, at(minute(5), "s5"), true));
        List<CustomerMessage> goes = both.stream()
                .filter(message -> message.fragmentId().equals(FragmentId.of(CRM)))
                .toList();
        both.removeAll(goes);
        send(goes);
        send(comes);
        send(both);
        harness.watermark(minute(4));
        changes();
        harness.watermark(minute(5));

        assertThat(changes()).contains("merged crm_id:7 [7, ana@x.com] into user_id:42 s5");
    }

    // ------------------------------------------------------------------------------------------------------ the union

    @Test
    void countsAnOrderOnceThatTwoFragmentsReport() throws Exception {
        see(ordered("m1", "o1", minute(1)).by("email:ana@x.com"));
        see(ordered("m2", "o1", minute(2)).with("revenue", "999"));
        see(ordered("m3", "o2", minute(3)));
        move(EMAIL, USER, 5);

        JsonNode orders = profile(USER).path("orders");
        assertThat(orders.path("count").asInt()).isEqualTo(2);
        assertThat(orders.at("/revenue/USD").asText())
                .as("the first report counts")
                .isEqualTo("51.00");
        see(ordered("m4", "o1", minute(6)).with("revenue", "999"));
        see(ordered("m5", "o1", minute(7)).by("email:ana@x.com").with("revenue", "999"));
        assertThat(profile(USER).at("/orders/count").asInt()).isEqualTo(2);
        move(EMAIL, EMAIL, 8);
        assertThat(profile(USER).at("/orders/revenue/USD").asText())
                .as("by itself it is another sum")
                .isEqualTo("1024.50");
    }

    @Test
    void mergesCartsTraitsAndConsentInTheOrderOfEvents() throws Exception {
        see(added("m4", "p2", minute(4)).by("email:ana@x.com"));
        see(removed("m3", "p1", minute(3)));
        see(identify("m2", minute(2))
                .by("email:ana@x.com")
                .trait("city", "Paris")
                .trait("age", 30)
                .consent("marketing", false));
        see(identify("m1", minute(1)).trait("city", "Berlin").trait("age", null).consent("marketing", true));
        see(added("m0", "p1", minute(0)).by("email:ana@x.com").with("quantity", 2));
        move(EMAIL, USER, 5);

        JsonNode profile = profile(USER);
        assertThat(profile.at("/cart/items"))
                .isEqualTo(MAPPER.readTree("[{\"product_id\":\"p1\",\"quantity\":1,\"price\":\"10.00\"},"
                        + "{\"product_id\":\"p2\",\"quantity\":1,\"price\":\"10.00\"}]"));
        assertThat(profile.path("traits")).isEqualTo(MAPPER.readTree("{\"city\":\"Paris\",\"age\":30}"));
        assertThat(profile.path("consent")).isEqualTo(MAPPER.readTree("{\"marketing\":false}"));
        assertThat(profile.at("/events/count").asInt()).isEqualTo(5);
        assertThat(profile.path("first_seen").asText()).isEqualTo("2026-01-01T00:00:00.000Z");
        harness.drain();
        see(track("m6", "Page Opened", minute(3.5)));
        assertThat(MAPPER.readTree(harness.drain().get(0).value()).at("/cart/items"))
                .as("the cart of both at the event")
                .hasSize(1);
    }

    /** Few tries, because RocksDB starts slowly. */
    @Property(tries = 20)
    void isTheFoldOfTheUnionWhicheverFragmentDidWhat(
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int others,
            @ForAll long seed)
            throws Exception {
        Random random = new Random(seed);
        List<Identifier> fragments = FRAGMENTS.subList(0, others);
        double minute = -1_000;
        for (CustomerEvent event : events) {
            fold(event, fragments, random);
            if (random.nextInt(8) == 0) {
                Identifier fragment = fragments.get(random.nextInt(others));
                move(fragment, random.nextInt(3) == 0 ? fragment : USER, minute++);
            }
        }
        for (Identifier fragment : fragments) {
            move(fragment, USER, minute++);
        }

        assertThatTheProfileIsTheFoldOf(events, fragments);
    }

    /** Of an order that two report while they are two customers, the second has emptied a cart: that is not undone. */
    @Property(tries = 20)
    void isTheFoldOfTheUnionAlsoWhileTheWatermarkForgets(
            @ForAll("events") List<CustomerEvent> withRepetitions,
            @ForAll @IntRange(min = 1, max = 3) int others,
            @ForAll @IntRange(max = 20) int boundMinutes,
            @ForAll long seed)
            throws Exception {
        List<CustomerEvent> events = withRepetitions.stream()
                .filter(event ->
                        event.kind() != EventKind.ORDER || event.purchase().orderId() == null)
                .toList();
        Random random = new Random(seed);
        List<Identifier> fragments = FRAGMENTS.subList(0, others);
        double newest = 0;
        double watermark = -100;
        for (CustomerEvent event : TestStreams.inTime(events, boundMinutes * 60_000L, seed)) {
            fold(event, fragments, random);
            newest = Math.max(newest, (event.timestamp() - TestEvent.START) / 60_000.0);
            if (newest - boundMinutes - 1 > watermark) {
                watermark = newest - boundMinutes - 1;
                Identifier fragment = fragments.get(random.nextInt(others));
                move(fragment, random.nextInt(3) == 0 ? fragment : USER, watermark);
            }
        }
        for (Identifier fragment : fragments) {
            move(fragment, USER, newest++);
        }

        assertThatTheProfileIsTheFoldOf(events, fragments);
    }

    /** The user's own or another fragment has done it. */
    private void fold(CustomerEvent event, List<Identifier> others, Random random) throws Exception {
        int fragment = random.nextInt(others.size() + 1);
        send(moves.event(fragment == 0 ? USER : others.get(fragment - 1), event));
    }

    private void assertThatTheProfileIsTheFoldOf(List<CustomerEvent> events, List<Identifier> fragments)
            throws IOException {
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        for (CustomerEvent event : events) {
            LedgerFold.apply(activity, () -> record, event, Long.MIN_VALUE);
        }
        if (!events.isEmpty()) {
            SortedSet<Identifier> identifiers = new TreeSet<>(fragments);
            identifiers.remove(DEVICE);
            identifiers.add(USER);
            identifiers.addAll(record.devices());
            ObjectNode expected = (ObjectNode) MAPPER.readTree(ProfileJson.profile(
                    USER.customerId(), identifiers, activity, record, ProfileJson.Segments.NONE, new TreeSet<>(), 1));
            expected.remove("version");
            ObjectNode published = profile(USER);
            published.remove(List.of("merged_from", "version"));
            assertThat(published).isEqualTo(expected);
        }
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(60_000, 40);
    }

    // ------------------------------------------------------------------------------------------------- what is to come

    @Test
    void waitsWithEventsOfAFragmentThatIsStillToCome() throws Exception {
        see(added("m1", "p1", minute(1)).by("email:ana@x.com"));
        see(track("m2", "Page Opened", minute(2)));
        drainAll();
        List<CustomerMessage> ofTheMove = moves.move(EMAIL, USER, at(minute(5), "s5"), true);
        send(ofTheMove);
        see(added("m6", "p6", minute(6)).by("email:ana@x.com"));
        see(track("m7", "Page Opened", minute(7)));
        assertThat(messages()).as("others do not wait").containsExactly("m7");
        harness.watermark(minute(5));

        assertThat(messages()).containsExactly("m6");
        assertThat(cart()).containsExactly("p1", "p6");
        see(added("m8", "p8", minute(8)).by("email:ana@x.com"));
        assertThat(messages()).as("the fragment is here").containsExactly("m8");
        assertThat(cart()).containsExactly("p1", "p6", "p8");
    }

    @Test
    void waitsWithEventsOfAFragmentThatComesAndGoesAndComesAgain() throws Exception {
        see(added("m1", "p1", minute(1)).by("email:ana@x.com"));
        send(moves.move(EMAIL, USER, at(minute(5), "s5"), true));
        see(added("m2", "p2", minute(5.1)).by("email:ana@x.com"));
        send(moves.move(EMAIL, CRM, at(minute(6), "s6"), true));
        see(added("m3", "p3", minute(6.1)).by("email:ana@x.com"));
        send(moves.move(EMAIL, USER, at(minute(7), "s7"), true));
        see(added("m4", "p4", minute(7.1)).by("email:ana@x.com"));
        harness.drain();
        harness.watermark(minute(5));
        assertThat(messages()).containsExactly("m2");
        harness.watermark(minute(6));
        assertThat(messages()).containsExactly("m3");
        harness.watermark(minute(7));
        assertThat(messages()).containsExactly("m4");
        assertThat(cart()).containsExactly("p1", "p2", "p3", "p4");
    }

    @Test
    void countsAnEventOnceThatArrivesAheadOfItsFragmentsNextDepartureAndReturn() throws Exception {
        see(added("m1", "p1", minute(1)).by("email:ana@x.com"));
        send(moves.move(EMAIL, USER, at(minute(5), "s5"), true));
        // Each is part of what comes back at minute 7, one behind it, one at its instant.
        see(added("m8", "p8", minute(8)).by("email:ana@x.com"));
        see(added("s7", "p7", minute(7)).by("email:ana@x.com"));
        moves.relabel(EMAIL, CRM, at(minute(7), "a"), true);
        moves.relabel(EMAIL, USER, at(minute(7), "b"), true);
        send(moves.watermark(minute(7)));
        drainAll();
        harness.watermark(minute(5));
        assertThat(messages()).as("they have waited for the first arrival").containsExactly("m8", "s7");
        harness.watermark(minute(7));
        assertThat(messages()).isEmpty();

        assertThat(cart()).containsExactly("p1", "p7", "p8");
        see(track("m9", "Page Opened", minute(9)));
        assertThat(profile(USER).at("/events/count").asInt()).isEqualTo(4);
    }

    @Test
    void doesNotWaitWithAnEventOfBeforeTheStart() throws Exception {
        // What starts anew and the events of the device take different channels.
        send(List.of(new CustomerMessage.Put(
                USER.customerId(), USER, USER, USER, null, Map.of(), null, List.of(), minute(5), at(minute(5), "s5"))));
        see(track("m6", "Page Opened", minute(6)));
        see(track("m1", "Page Opened", minute(1)));
        assertThat(messages()).containsExactly("m1");
        harness.watermark(minute(5));

        assertThat(messages()).containsExactly("m6");
    }

    @Test
    void knowsNothingAnyMoreOfAFragmentThatLeavesByTheSameEvent() throws Exception {
        see(added("m1", "p1", minute(1)).by("crm_id:7"));
        see(added("m2", "p2", minute(2)).by("email:ana@x.com"));
        see(ordered("m3", "o1", minute(3)).by("crm_id:7"));
        see(added("m3b", "p3", minute(3.5)).by("crm_id:7"));
        move(CRM, USER, 4);
        drainAll();
        moves.relabel(CRM, CRM, at(minute(5), "s5"), false);
        send(moves.move(EMAIL, USER, at(minute(5), "s5"), true));
        see(ordered("m4", "o1", minute(3.1)).by("email:ana@x.com"));
        see(added("m6", "p6", minute(6)).by("email:ana@x.com"));
        harness.watermark(minute(5));

        List<String> carts = new ArrayList<>();
        for (OutboundRecord record : harness.drain()) {
            JsonNode json = MAPPER.readTree(record.value());
            carts.add(json.at("/event/messageId").asText() + " with "
                    + json.at("/cart/items").size());
        }
        assertThat(carts).containsExactly("m4 with 0", "m6 with 1");
        List<CartChange> changes = harness.drain(ProfileFolder.CART_CHANGES).stream()
                .filter(change -> change.customerId().equals(USER.customerId()))
                .toList();
        assertThat(changes)
                .as("all starts anew, once: an operation before it would be decided by what was not known then")
                .singleElement()
                .isInstanceOfSatisfying(CartChange.Restart.class, restart -> assertThat(restart.entries())
                        .extracting(entry -> entry.order().messageId())
                        .contains("m6"));
        assertThat(cart()).containsExactly("p6");
    }

    @Test
    void tellsTheTriggersNothingOfAnEventWhoseFragmentLeavesAtTheSameInstant() throws Exception {
        // A command cuts off what the next event links again; for an erasure of somebody else it waits in between.
        CustomerEvent event = added("m5", "p5", minute(5)).by("email:ana@x.com").event();
        String customerId = EMAIL.customerId();
        send(List.of(
                new CustomerMessage.Put(
                        customerId,
                        EMAIL,
                        EMAIL,
                        USER,
                        null,
                        Map.of(),
                        null,
                        List.of(),
                        minute(5),
                        at(minute(5), "s5a")),
                new CustomerMessage.Event(customerId, FragmentId.of(EMAIL), event),
                new CustomerMessage.Retract(
                        customerId, EMAIL, CRM.customerId(), event.order(), Set.of(), minute(5), event.order())));
        harness.watermark(minute(5));

        assertThat(messages()).containsExactly("m5");
        assertThat(harness.drain(ProfileFolder.CART_CHANGES)).isEmpty();
    }

    // -------------------------------------------------------------------------------------------------------- changes

    @Test
    void tellsWhatChangesInTheOrderOfEvents() throws Exception {
        see(track("m3", "Page Opened", minute(3)).device("phone"));
        see(track("m2", "Page Opened", minute(2)).alsoDevice("laptop"));
        see(track("m4", "Page Opened", minute(4)).alsoDevice("tablet"));
        see(track("m1", "Page Opened", minute(1)));
        assertThat(changes()).isEmpty();
        harness.watermark(minute(1));
        assertThat(changes()).containsExactly("created user_id:42 [42] m1");
        harness.watermark(minute(4));
        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "linked user_id:42 [laptop] m2",
                        "created anonymous_id:phone [phone] m3",
                        "linked user_id:42 [tablet] m4");
        see(identify("s5", minute(5)).alsoDevice("phone").also("email:ana@x.com"));
        moves.relabel(EMAIL, USER, at(minute(5), "s5"), true);
        move(DEVICE, USER, 5);
        assertThat(changes())
                .as("the phone came from another customer; the e-mail was nobody's")
                .containsExactlyInAnyOrder(
                        "linked user_id:42 [ana@x.com] s5", "merged anonymous_id:phone [phone] into user_id:42 s5");
    }

    @Test
    void tellsOfACustomerThatGetsAStrongerIdentifier() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com", "anonymous_id:phone"));
        harness.watermark(minute(1));
        changes();
        move(EMAIL, CRM, 5);

        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "merged email:ana@x.com [phone, ana@x.com] into crm_id:7 s5",
                        "created crm_id:7 [phone, 7, ana@x.com] s5");
    }

    @Test
    void tellsWhatGoesFromACustomerThatGoesOn() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com", "anonymous_id:phone"));
        see(track("m2", "Page Opened", minute(2)).alsoDevice("laptop"));
        move(EMAIL, USER, 5);
        harness.watermark(minute(5));
        changes();
        move(EMAIL, EMAIL, 6);

        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "unmerged user_id:42 [phone, ana@x.com] into email:ana@x.com s6",
                        "created email:ana@x.com [phone, ana@x.com] s6");
        JsonNode profile = profile(USER);
        assertThat(profile.path("identifiers"))
                .isEqualTo(MAPPER.readTree("{\"anonymous_id\":[\"laptop\"],\"user_id\":[\"42\"]}"));
        assertThat(profile.has("merged_from")).isFalse();
        assertThat(profile.at("/events/count").asInt()).isEqualTo(1);
    }

    @Test
    void tellsOfAPersonsEventThatIsStillToComeWhenItComes() throws Exception {
        see(track("m2", "Page Opened", minute(2)));
        harness.watermark(minute(2));
        changes();
        see(track("m8", "Page Opened", minute(8)).by("email:ana@x.com", "anonymous_id:phone"));
        send(moves.move(EMAIL, USER, at(minute(5), "s5"), true));
        harness.watermark(minute(5));
        assertThat(changes())
                .as("no customer of the e-mail's has existed")
                .containsExactly("linked user_id:42 [ana@x.com] s5");
        assertThat(profile(USER).at("/events/count").asInt())
                .as("folded on arrival")
                .isEqualTo(2);
        harness.watermark(minute(8));
        assertThat(changes()).containsExactly("linked user_id:42 [phone] m8");
    }

    @Test
    void tellsOfADeviceThatAFragmentHasTakenAwayWhenAnotherCarriesIt() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com", "anonymous_id:phone"));
        move(EMAIL, USER, 2);
        see(track("m6", "Page Opened", minute(6)));
        see(track("m7", "Page Opened", minute(7)).alsoDevice("phone"));
        changes();
        move(EMAIL, EMAIL, 5);
        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "merged user_id:42 [phone, ana@x.com] into email:ana@x.com s5",
                        "created email:ana@x.com [phone, ana@x.com] s5");
        harness.watermark(minute(6));
        assertThat(changes()).containsExactly("created user_id:42 [42] m6");
        harness.watermark(minute(7));
        assertThat(changes()).containsExactly("linked user_id:42 [phone] m7");
    }

    @Test
    void tellsOfADeviceThatAFragmentWouldHaveCarriedFirstWhenAnotherCarriesIt() throws Exception {
        see(track("m1", "Page Opened", minute(1)));
        see(track("m1b", "Page Opened", minute(1)).by("email:ana@x.com"));
        see(track("m1c", "Page Opened", minute(1)).by("crm_id:7"));
        move(EMAIL, USER, 2);
        move(CRM, USER, 3);
        see(track("m6", "Page Opened", minute(6)).by("crm_id:7", "anonymous_id:phone"));
        see(track("m7", "Page Opened", minute(7)).by("email:ana@x.com", "anonymous_id:phone"));
        move(CRM, CRM, 5);
        changes();
        harness.watermark(minute(7));
        assertThat(changes()).containsExactlyInAnyOrder("linked crm_id:7 [phone] m6", "linked user_id:42 [phone] m7");
        move(EMAIL, EMAIL, 8);
        assertThat(changes())
                .containsExactlyInAnyOrder(
                        "unmerged user_id:42 [phone, ana@x.com] into email:ana@x.com s8",
                        "created email:ana@x.com [phone, ana@x.com] s8");
    }

    @Test
    void linksIdentifiersThatWereTogetherBeforeButNeverACustomer() throws Exception {
        see(track("m1", "Page Opened", minute(1)));
        move(EMAIL, CRM, 2);
        changes();
        moves.relabel(EMAIL, USER, at(minute(5), "s5"), true);
        move(CRM, USER, 5);

        assertThat(changes()).containsExactly("linked user_id:42 [7, ana@x.com] s5");
    }

    // ------------------------------------------------------------------------------------------------------- triggers

    @Test
    void startsTheTriggersAnewWithWhatIsTheCustomersNow() throws Exception {
        see(added("m1", "p1", minute(1)).device("phone").consent("marketing", false));
        see(added("m3", "p3", minute(3)).consent("marketing", true));
        see(ordered("m2", "o1", minute(2)));
        harness.drain(ProfileFolder.CART_CHANGES);
        move(DEVICE, USER, 5);

        List<CartChange> changes = harness.drain(ProfileFolder.CART_CHANGES);
        assertThat(changes).allMatch(CartChange.Restart.class::isInstance);
        CartChange.Restart ofTheUser = restart(changes, USER);
        assertThat(ofTheUser.instant()).isEqualTo(minute(5));
        assertThat(ofTheUser.decidesInstant()).isTrue();
        assertThat(ofTheUser.entries())
                .extracting(entry -> entry.order().messageId())
                .containsExactly("m1", "m2", "m3");
        assertThat(ofTheUser.consent().get("marketing"))
                .containsExactly(new Consent.Statement(minute(1), false), new Consent.Statement(minute(3), true));
        CartChange.Restart ofTheDevice = restart(changes, DEVICE);
        assertThat(ofTheDevice.entries()).isEmpty();
        assertThat(ofTheDevice.consent()).isEmpty();
    }

    @Test
    void decidesAnInstantOnlyIfSomethingOfThePastHasMoved() throws Exception {
        see(added("m5", "p1", minute(5)).by("email:ana@x.com"));
        harness.drain(ProfileFolder.CART_CHANGES);
        move(EMAIL, USER, 5);
        assertThat(restart(harness.drain(ProfileFolder.CART_CHANGES), USER).decidesInstant())
                .isFalse();
    }

    @Test
    void decidesNoInstantAtWhichSomethingOfThePastHasOnlyComeAndGone() throws Exception {
        see(added("m1", "p1", minute(1)).by("email:ana@x.com"));
        see(added("m5", "p5", minute(5)).by("crm_id:7"));
        harness.drain(ProfileFolder.CART_CHANGES);
        moves.relabel(EMAIL, USER, at(minute(5), "a"), false);
        moves.relabel(CRM, USER, at(minute(5), "a"), true);
        send(moves.move(EMAIL, EMAIL, at(minute(5), "b"), false));
        harness.watermark(minute(5));

        CartChange.Restart ofTheUser = restart(harness.drain(ProfileFolder.CART_CHANGES), USER);
        assertThat(ofTheUser.entries()).hasSize(1);
        assertThat(ofTheUser.decidesInstant()).isFalse();
    }

    @Test
    void startsNoTriggersAnewIfTheFragmentIsBackAtTheSameInstant() throws Exception {
        see(added("m1", "p1", minute(1)).by("email:ana@x.com"));
        move(EMAIL, USER, 4);
        harness.drain(ProfileFolder.CART_CHANGES);
        moves.relabel(EMAIL, CRM, at(minute(5), "a"), true);
        send(moves.move(EMAIL, USER, at(minute(5), "b"), true));
        harness.watermark(minute(5));

        assertThat(harness.drain(ProfileFolder.CART_CHANGES)).isEmpty();
        assertThat(cart()).containsExactly("p1");
    }

    @Test
    void startsNoTriggersAnewAtTheEndOfABoundedLog() throws Exception {
        see(added("m1", "p1", minute(1)).by("email:ana@x.com"));
        harness.drain(ProfileFolder.CART_CHANGES);
        send(moves.move(EMAIL, USER, at(minute(5), "s5"), true));
        harness.watermark(Long.MAX_VALUE);

        assertThat(harness.drain(ProfileFolder.CART_CHANGES)).isEmpty();
        assertThat(profile(USER).at("/events/count").asInt()).isEqualTo(1);
        harness.close();
        harness = started(null);
    }

    @Test
    void givesCartEventsOfAnotherFragmentToTheTriggersToo() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        move(EMAIL, USER, 5);
        harness.drain(ProfileFolder.CART_CHANGES);
        see(identify("m6", minute(6)).consent("marketing", false));
        see(added("m7", "p1", minute(7)).by("email:ana@x.com"));
        see(ordered("m8", "o1", minute(8)).by("email:ana@x.com"));
        see(ordered("m9", "o1", minute(9)));

        List<CartChange> changes = harness.drain(ProfileFolder.CART_CHANGES);
        assertThat(changes).as("m9 repeats an order of another fragment").hasSize(3);
        assertThat(changes.get(1).consent().get("marketing")).containsExactly(new Consent.Statement(minute(6), false));
    }

    // ------------------------------------------------------------------------------------------------- personal data

    @Test
    void deletesWhatWasPersonalOfACustomerOfAnEmail() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("email:ana@x.com"));
        move(EMAIL, USER, 5);

        assertThat(deletions(EMAIL)).containsExactly("cdp-profiles", "cdp-personal");
    }

    @Test
    void deletesNothingPersonalOfADeviceOfWhichNothingWasStated() throws Exception {
        see(track("m1", "Page Opened", minute(1)).device("phone"));
        move(DEVICE, USER, 5);

        assertThat(deletions(DEVICE)).containsExactly("cdp-profiles");
    }

    @Test
    void deletesWhatWasPersonalOfADeviceThatStatedAName() throws Exception {
        see(identify("m1", minute(1)).device("phone").trait("first_name", "Ana"));
        move(DEVICE, USER, 5);

        assertThat(deletions(DEVICE)).containsExactly("cdp-profiles", "cdp-personal");
    }

    @Test
    void deletesWhatWasPersonalOfACustomerOfWhichAnEmailWasAMember() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("crm_id:7"));
        move(EMAIL, CRM, 2);
        move(EMAIL, EMAIL, 3);
        move(CRM, USER, 5);

        assertThat(deletions(CRM)).containsExactly("cdp-profiles", "cdp-personal");
    }

    @Test
    void deletesWhatWasPersonalAlsoIfTheFragmentThatStatedItHasLeftBefore() throws Exception {
        see(track("m1", "Page Opened", minute(1)).by("crm_id:7"));
        see(identify("m2", minute(2)).by("loyalty_card:5").trait("first_name", "Ana"));
        move(id("loyalty_card:5"), CRM, 3);
        assertThat(last(CRM).everPersonal()).isTrue();
        move(id("loyalty_card:5"), id("loyalty_card:5"), 4);
        assertThat(last(CRM).everPersonal())
                .as("the document about it has to be deleted now")
                .isTrue();
        move(CRM, USER, 5);

        assertThat(deletions(CRM)).containsExactly("cdp-profiles", "cdp-personal");
    }

    // -------------------------------------------------------------------------------------------------------- restore

    @Test
    void givesTheSameOutputsWhenItIsRestoredAgainAndAgain() throws Exception {
        List<String> straight = story();
        letsNothingWaitForEver();
        start();
        restoring = true;

        assertThat(story()).isEqualTo(straight).hasSizeGreaterThan(30);
    }

    private List<String> story() throws Exception {
        List<String> outputs = new ArrayList<>();
        see(added("m1", "p1", minute(1)).device("phone").consent("marketing", true));
        see(track("m2", "Page Opened", minute(2)).by("email:ana@x.com", "anonymous_id:tablet"));
        collect(outputs);
        harness.watermark(minute(2));
        see(identify("s3", minute(3))
                .by("email:ana@x.com", "anonymous_id:phone")
                .trait("city", "Paris"));
        send(moves.move(DEVICE, EMAIL, at(minute(3), "s3"), true));
        collect(outputs);
        harness.watermark(minute(3));
        see(ordered("m4", "o1", minute(3.1)).by("email:ana@x.com"));
        moves.relabel(EMAIL, USER, at(minute(5), "s5"), true);
        send(moves.move(DEVICE, USER, at(minute(5), "s5"), true));
        see(added("m7", "p7", minute(7)).by("email:ana@x.com"));
        see(ordered("m6", "o1", minute(6)).also("email:ana@x.com"));
        collect(outputs);
        harness.watermark(minute(5));
        send(moves.move(EMAIL, EMAIL, at(minute(8), "s8"), false));
        collect(outputs);
        harness.watermark(minute(8));
        see(track("m9", "Page Opened", minute(9)).by("email:ana@x.com"));
        collect(outputs);
        harness.watermark(minute(10));
        collect(outputs);
        return outputs;
    }

    private void collect(List<String> outputs) throws Exception {
        List<String> some = new ArrayList<>();
        harness.drain().forEach(record -> some.add(text(record)));
        harness.drain(ProfileFolder.PROFILES).forEach(record -> some.add(text(record)));
        harness.drain(ProfileFolder.IDENTITIES).forEach(record -> some.add(text(record)));
        harness.drain(ProfileFolder.CART_CHANGES).forEach(change -> some.add(change.toString()));
        // Customers are independent: RocksDB's order of timers at one instant is none of their business.
        Collections.sort(some);
        outputs.addAll(some);
        if (restoring) {
            OperatorSubtaskState state = harness.snapshot();
            harness.close();
            harness = started(state);
        }
    }

    private static String text(OutboundRecord record) {
        return record.id() + " " + record.version() + " "
                + (record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8));
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private static FolderHarness started(OperatorSubtaskState restored) throws Exception {
        return new FolderHarness(0, restored);
    }

    private void see(TestEvent event) throws Exception {
        send(moves.event(event.event()));
    }

    private void send(List<CustomerMessage> messages) throws Exception {
        for (CustomerMessage message : messages) {
            harness.process(message, message.knownAt());
        }
    }

    /** A fragment goes to a customer for good, or back to one of its own, and the watermark gets there. */
    private EventOrder move(Identifier fragment, Identifier canonical, double minute) throws Exception {
        EventOrder because = at(minute(minute), "s" + Math.round(minute));
        send(moves.move(fragment, canonical, because, !canonical.equals(fragment)));
        harness.watermark(because.timestamp());
        return because;
    }

    private void drainAll() {
        harness.drain();
        harness.drain(ProfileFolder.PROFILES);
        harness.drain(ProfileFolder.IDENTITIES);
        harness.drain(ProfileFolder.CART_CHANGES);
    }

    private static List<OutboundRecord> of(List<OutboundRecord> records, Identifier canonical) {
        return records.stream()
                .filter(record -> record.key().equals(canonical.customerId()))
                .toList();
    }

    private static OutboundRecord only(List<OutboundRecord> records, Identifier canonical) {
        List<OutboundRecord> ofTheCustomer = of(records, canonical);
        assertThat(ofTheCustomer).hasSize(1);
        return ofTheCustomer.get(0);
    }

    /** What was published of a customer last. */
    private OutboundRecord last(Identifier canonical) {
        List<OutboundRecord> published = of(harness.drain(ProfileFolder.PROFILES), canonical);
        return published.get(published.size() - 1);
    }

    private ObjectNode profile(Identifier canonical) throws IOException {
        return (ObjectNode) MAPPER.readTree(last(canonical).value());
    }

    /** The products in the user's cart. */
    private List<String> cart() throws IOException {
        List<String> products = new ArrayList<>();
        profile(USER)
                .at("/cart/items")
                .forEach(item -> products.add(item.path("product_id").asText()));
        return products;
    }

    /** The message ids of the events that were passed on. */
    private List<String> messages() throws IOException {
        List<String> messages = new ArrayList<>();
        for (OutboundRecord record : harness.drain()) {
            messages.add(MAPPER.readTree(record.value()).at("/event/messageId").asText());
        }
        return messages;
    }

    /** Per change what it is, whose, of which identifiers, where they went, and its cause. */
    private List<String> changes() throws IOException {
        List<String> changes = new ArrayList<>();
        for (OutboundRecord record : harness.drain(ProfileFolder.IDENTITIES)) {
            if (record.topic().equals("cdp.identity-changes.v1")) {
                JsonNode json = MAPPER.readTree(record.value());
                List<String> values = new ArrayList<>();
                json.path("identifiers")
                        .forEach(ofANamespace -> ofANamespace.forEach(value -> values.add(value.asText())));
                changes.add(json.path("change").asText() + " "
                        + name(json.path("customer_id").asText()) + " " + values
                        + (json.has("into") ? " into " + name(json.path("into").asText()) : "") + " "
                        + json.path("because").asText());
            }
        }
        return changes;
    }

    /** Where a customer's aliases have led, one after the other. */
    private static List<String> aliases(List<OutboundRecord> identities, Identifier canonical) throws IOException {
        List<String> into = new ArrayList<>();
        for (OutboundRecord record : of(identities, canonical)) {
            if (record.topic().equals("cdp.customer-aliases.v1")) {
                into.add(
                        record.value() == null
                                ? "none"
                                : name(MAPPER.readTree(record.value())
                                        .path("into")
                                        .asText()));
            }
        }
        return into;
    }

    private static String name(String customerId) {
        return CUSTOMERS.stream()
                .filter(canonical -> canonical.customerId().equals(customerId))
                .findAny()
                .orElseThrow()
                .qualified();
    }

    private static CartChange.Restart restart(List<CartChange> changes, Identifier canonical) {
        return (CartChange.Restart) changes.stream()
                .filter(change -> change.customerId().equals(canonical.customerId()))
                .findAny()
                .orElseThrow();
    }

    /** From which indices the customer's last record deletes a document. */
    private List<String> deletions(Identifier canonical) {
        OutboundRecord tombstone = last(canonical);
        assertThat(tombstone.value()).isNull();
        List<DocumentWrite> writes = new ArrayList<>();
        new SearchDocuments(PromotedTraits.DEFAULT).flatMap(tombstone, new ListCollector<>(writes));
        assertThat(writes).allMatch(DocumentWrite::isDelete).allMatch(write -> write.version() == tombstone.version());
        return writes.stream().map(DocumentWrite::index).toList();
    }
}
