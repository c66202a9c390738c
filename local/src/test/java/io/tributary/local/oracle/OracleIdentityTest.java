package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.oracle.IdentityConfig.Namespace;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small stories about who is who. What is expected was derived by hand from the documents. */
class OracleIdentityTest {
    private static final String U1 = customer("user_id:u1");
    private static final String U2 = customer("user_id:u2");
    private static final String U3 = customer("user_id:u3");
    private static final String U4 = customer("user_id:u4");
    private static final String A1 = customer("anonymous_id:a1");
    private static final String E = customer("email:e@x.com");

    // -------------------------------------------------------------------------------------------------------- persons

    @Test
    void namesTheCustomerAfterTheCanonicalIdentifier() {
        // printf %s user_id:u1 | sha256sum
        assertThat(U1).isEqualTo("c_90c5bc873dedef80");

        OracleOutput output = oracle(
                page("m1", "10:00:00", "'context':{'traits':{'email':'e@x.com'}}"),
                identify("m2", "10:01:00", "'userId':'u1'", "'email':'e@x.com','phone':'+48601123456'"),
                page("m3", "10:02:00", "'context':{'traits':{'phone':'+48 601 123 456'}}"));

        ObjectNode profile = only(output);
        assertThat(profile.get("customer_id").asText()).isEqualTo(U1);
        assertThat(profile.at("/events/count").asInt()).isEqualTo(3);
        assertThat(profile.get("identifiers"))
                .isEqualTo(Json.quoted("{'email':['e@x.com'],'phone':['+48601123456'],'user_id':['u1']}"));
        assertThat(profile.get("merged_from").toString()).isEqualTo("[\"" + E + "\"]");
        assertThat(output.summary().get("merges").asInt()).isEqualTo(1);
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + E + " email:e@x.com",
                        "m2 created " + U1 + " email:e@x.com phone:+48601123456 user_id:u1",
                        "m2 merged " + E + " email:e@x.com into " + U1);
    }

    @Test
    void namesTheCustomerAfterTheSmallestHashOfTheStrongestNamespace() {
        ObjectNode profile = only(oracle(
                page("m1", "10:00:00", externalIds("crm_id:c1", "loyalty_card:l1")),
                page("m2", "10:01:00", externalIds("crm_id:c2", "loyalty_card:l1"))));

        assertThat(profile.get("customer_id").asText()).isEqualTo(strongest("crm_id:c1", "crm_id:c2"));
    }

    @Test
    void saysWhichIdentifiersWereLinkedToAKnownCustomer() {
        OracleOutput output = oracle(
                page("m1", "10:00:00", "'userId':'u1'"),
                identify("m2", "10:01:00", "'userId':'u1','anonymousId':'a1'", "'email':'e@x.com'"),
                identify("m3", "10:02:00", "'userId':'u1','anonymousId':'a1'", "'email':'e@x.com'"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + U1 + " user_id:u1", "m2 linked " + U1 + " anonymous_id:a1 email:e@x.com");
        assertThat(only(output).has("merged_from")).isFalse();
    }

    @Test
    void refusesASecondUserIdOfOneCustomer() {
        OracleOutput output = oracle(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                identify("m2", "10:01:00", "'userId':'u2'", "'email':'e@x.com'"),
                page("m3", "10:02:00", "'context':{'traits':{'email':'e@x.com'}}"));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(U2, 1));
        assertThat(identifiers(output, U1)).isEqualTo("email:e@x.com user_id:u1");
        assertThat(identifiers(output, U2)).isEqualTo("user_id:u2");
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + U1 + " email:e@x.com user_id:u1",
                        "m2 created " + U2 + " user_id:u2",
                        "m2 conflict " + U2 + " email:e@x.com user_id:u2");
    }

    @Test
    void takesLinksInTheOrderOfEventsNotOfLines() {
        String early = identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'");
        String late = identify("m2", "10:01:00", "'userId':'u2'", "'email':'e@x.com'");
        String page = page("m3", "10:02:00", "'context':{'traits':{'email':'e@x.com'}}");

        OracleOutput output = oracle(page, late, early);

        assertThat(OracleDiff.between(oracle(early, late, page), output)).isEmpty();
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(U2, 1));
    }

    @Test
    void takesThePairsOfOneEventInTheirOrder() {
        // Both user ids on one event: (u1, u2) breaks the limit; of (u1, e) and (u2, e) the one of the stronger user id
        // comes first.
        String stronger = U1.compareTo(U2) < 0 ? "u1" : "u2";

        OracleOutput output =
                oracle(identify("m1", "10:00:00", "'userId':'u1'," + externalIds("user_id:u2"), "'email':'e@x.com'"));

        assertThat(only(output).get("customer_id").asText()).isEqualTo(customer("user_id:" + stronger));
        assertThat(identifiers(output, customer("user_id:" + stronger))).isEqualTo("email:e@x.com user_id:" + stronger);
        assertThat(changes(output)).filteredOn(c -> c.contains("conflict")).hasSize(2);
    }

    @Test
    void takesARefusedLinkWhenItsObstacleFalls() {
        List<String> lines = List.of(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                page("m2", "10:01:00", "'context':{'traits':{'email':'e@x.com','phone':'+48601123456'}}"),
                page("m3", "10:02:00", "'userId':'u2','context':{'traits':{'phone':'+48601123456'}}"),
                page("m4", "12:00:00", "'userId':'u1'"));
        PrivacyCommand command = PrivacyCommand.unmerge("p1", at("11:00:00"), "user_id:u1", "email:e@x.com");

        assertThat(sizes(oracle(lines))).containsExactlyInAnyOrder(tuple(U1, 3), tuple(U2, 1));
        OracleOutput output = oracle(lines, command);
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(U2, 2));
        assertThat(identifiers(output, U2)).isEqualTo("email:e@x.com phone:+48601123456 user_id:u2");
    }

    // ----------------------------------------------------------------------------------------------------- quarantine

    @Test
    void quarantinesAFamilysEmailAlsoRetroactively() {
        OracleOutput output = oracle(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                page("m2", "10:01:00", "'context':{'traits':{'email':'e@x.com'}}"),
                identify("m3", "10:02:00", "'userId':'u2'", "'email':'e@x.com'"),
                identify("m4", "10:03:00", "'userId':'u3'", "'email':'e@x.com'"),
                identify("m5", "10:04:00", "'userId':'u4'", "'email':'e@x.com'"));

        assertThat(sizes(output))
                .containsExactlyInAnyOrder(tuple(U1, 1), tuple(U2, 1), tuple(U3, 1), tuple(U4, 1), tuple(E, 1));
        assertThat(identifiers(output, U1)).isEqualTo("user_id:u1");
        assertThat(identifiers(output, E)).isEqualTo("email:e@x.com");
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + U1 + " email:e@x.com user_id:u1",
                        "m3 created " + U2 + " user_id:u2",
                        "m3 conflict " + U2 + " email:e@x.com user_id:u2",
                        "m4 created " + U3 + " user_id:u3",
                        "m4 conflict " + U3 + " email:e@x.com user_id:u3",
                        "m5 created " + U4 + " user_id:u4",
                        "m5 quarantined " + E + " email:e@x.com",
                        "m5 created " + E + " email:e@x.com",
                        "m5 unmerged " + U1 + " email:e@x.com into " + E);
        assertThat(output.profiles()).noneMatch(profile -> profile.has("merged_from"));
    }

    @Test
    void sharesUpToThreeAnchorsOfAnyNamespace() {
        List<String> lines = new ArrayList<>(List.of(
                page("m1", "10:00:00", externalIds("crm_id:c1", "loyalty_card:l1")),
                page("m2", "10:01:00", externalIds("crm_id:c2", "loyalty_card:l1", "phone:+48601123456")),
                page("m3", "10:02:00", externalIds("user_id:u1", "loyalty_card:l1")),
                page("m4", "10:03:00", externalIds("loyalty_card:l1", "email:e@x.com", "email:f@x.com"))));
        assertThat(oracle(lines).profiles()).hasSize(1);

        lines.add(page("m5", "10:04:00", externalIds("crm_id:c3", "loyalty_card:l1")));
        // What only the card held together falls apart: u1, c1, c2 with the phone, c3, and the two e-mail addresses,
        // which have no event of their own (m4 belongs to the card).
        assertThat(sizes(oracle(lines)))
                .containsExactlyInAnyOrder(
                        tuple(U1, 1),
                        tuple(customer("crm_id:c1"), 1),
                        tuple(customer("crm_id:c2"), 1),
                        tuple(customer("crm_id:c3"), 1),
                        tuple(customer("loyalty_card:l1"), 1));
    }

    @Test
    void splitsAMergedCustomerByQuarantine() {
        OracleOutput output = new Oracle(IdentityConfig.defaults().withEach(n -> n.withMaxShared(1)))
                .run(lines(
                        page("m1", "10:00:00", externalIds("crm_id:c1")),
                        page("m2", "10:01:00", externalIds("loyalty_card:l1")),
                        page("m3", "10:02:00", externalIds("crm_id:c1", "loyalty_card:l1")),
                        page("m4", "10:03:00", externalIds("crm_id:c2", "loyalty_card:l1"))));

        String c1 = customer("crm_id:c1");
        String c2 = customer("crm_id:c2");
        String card = customer("loyalty_card:l1");
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(c1, 2), tuple(card, 1), tuple(c2, 1));
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + c1 + " crm_id:c1",
                        "m2 created " + card + " loyalty_card:l1",
                        "m3 merged " + card + " loyalty_card:l1 into " + c1,
                        "m4 quarantined " + card + " loyalty_card:l1",
                        "m4 unmerged " + c1 + " loyalty_card:l1 into " + card,
                        "m4 created " + card + " loyalty_card:l1",
                        "m4 created " + c2 + " crm_id:c2");
        assertThat(output.profiles()).noneMatch(profile -> profile.has("merged_from"));
        assertThat(output.summary().get("merges").asInt()).isEqualTo(1);
    }

    @Test
    void keepsTheLoginsOfAQuarantinedValue() {
        Oracle oracle = new Oracle(IdentityConfig.defaults().withEach(n -> n.withMaxShared(1)));

        OracleOutput output = oracle.run(lines(
                page("m1", "10:00:00", "'anonymousId':'a1'"),
                identify("m2", "10:01:00", "'anonymousId':'a1'", "'email':'e@x.com'"),
                identify("m3", "10:02:00", "'userId':'u1'", "'email':'e@x.com'"),
                identify("m4", "10:03:00", "'userId':'u2'", "'email':'e@x.com'"),
                page("m5", "10:04:00", "'anonymousId':'a1'")));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(E, 3), tuple(U1, 1), tuple(U2, 1));
        assertThat(identifiers(output, E)).isEqualTo("anonymous_id:a1 email:e@x.com");
    }

    // ---------------------------------------------------------------------------------------------------- the cap

    @Test
    void refusesLinksToAFullComponent() {
        OracleOutput output = new Oracle(IdentityConfig.defaults().withMaxComponent(2))
                .run(lines(
                        identify("m1", "10:00:00", "'userId':'u1'", "'email':'e1@x.com'"),
                        identify("m2", "10:01:00", "'userId':'u1'", "'email':'e2@x.com'"),
                        identify("m3", "10:02:00", "'userId':'u1'", "'email':'e3@x.com'"),
                        page("m4", "10:03:00", "'context':{'traits':{'email':'e3@x.com'}}"),
                        identify("m5", "10:04:00", "'userId':'u1'", "'email':'e3@x.com'")));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 4), tuple(customer("email:e3@x.com"), 1));
        assertThat(identifiers(output, U1)).isEqualTo("email:e1@x.com email:e2@x.com user_id:u1");
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + U1 + " email:e1@x.com user_id:u1",
                        "m2 linked " + U1 + " email:e2@x.com",
                        "m3 component_full " + U1 + " email:e3@x.com user_id:u1",
                        "m4 created " + customer("email:e3@x.com") + " email:e3@x.com");
    }

    @Test
    void countsLinksThatHangTogetherAlsoAcrossConflicts() {
        // u1 – e – u2: two links hang together though there are two customers. The third one is one too many.
        OracleOutput output = new Oracle(IdentityConfig.defaults().withMaxComponent(2))
                .run(lines(
                        identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                        identify("m2", "10:01:00", "'userId':'u2'", "'email':'e@x.com'"),
                        identify("m3", "10:02:00", "'userId':'u2'", "'email':'f@x.com'")));

        assertThat(changes(output))
                .contains(
                        "m2 conflict " + U2 + " email:e@x.com user_id:u2",
                        "m3 component_full " + U2 + " email:f@x.com user_id:u2");
    }

    @Test
    void refusesALinkThatWouldJoinTwoComponentsToATooLargeOne() {
        OracleOutput output = new Oracle(IdentityConfig.defaults().withMaxComponent(2))
                .run(lines(
                        page("m1", "10:00:00", externalIds("crm_id:c1", "loyalty_card:l1")),
                        page("m2", "10:01:00", externalIds("crm_id:c2", "loyalty_card:l2")),
                        page("m3", "10:02:00", externalIds("crm_id:c1", "crm_id:c2"))));

        assertThat(output.profiles()).hasSize(2);
        assertThat(changes(output))
                .filteredOn(c -> c.contains("component_full"))
                .hasSize(1);
    }

    @Test
    void refusesWithoutAWordWhateverElseIsLinkedToAFrozenComponent() {
        OracleOutput output = new Oracle(IdentityConfig.defaults().withMaxComponent(2))
                .run(lines(
                        identify("m1", "10:00:00", "'userId':'u1'", "'email':'e1@x.com'"),
                        identify("m2", "10:01:00", "'userId':'u1'", "'email':'e2@x.com'"),
                        identify("m3", "10:02:00", "'userId':'u1'", "'email':'e3@x.com'"),
                        identify("m4", "10:03:00", "'userId':'u1'", "'email':'e4@x.com'"),
                        page("m5", "10:04:00", externalIds("crm_id:c1", "email:e1@x.com")),
                        page("m6", "10:05:00", externalIds("crm_id:c1", "email:e3@x.com"))));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + U1 + " email:e1@x.com user_id:u1",
                        "m2 linked " + U1 + " email:e2@x.com",
                        "m3 component_full " + U1 + " email:e3@x.com user_id:u1",
                        "m5 created " + customer("crm_id:c1") + " crm_id:c1",
                        "m6 linked " + customer("crm_id:c1") + " email:e3@x.com");
    }

    @Test
    void freezesTheComponentThatHasMoreLinks() {
        // The user id is stronger, but it has no links: it may be linked to others.
        OracleOutput output = new Oracle(IdentityConfig.defaults().withMaxComponent(2))
                .run(lines(
                        page("m1", "10:00:00", externalIds("loyalty_card:l1", "loyalty_card:l2")),
                        page("m2", "10:01:00", externalIds("loyalty_card:l1", "loyalty_card:l3")),
                        page("m3", "10:02:00", "'userId':'u1'," + externalIds("loyalty_card:l1")),
                        page("m4", "10:03:00", "'userId':'u1'," + externalIds("loyalty_card:l4")),
                        page("m5", "10:04:00", externalIds("loyalty_card:l2", "loyalty_card:l5"))));

        assertThat(identifiers(output, U1)).isEqualTo("loyalty_card:l4 user_id:u1");
        assertThat(changes(output))
                .filteredOn(c -> c.contains("component_full"))
                .hasSize(1);
        assertThat(changes(output)).noneMatch(c -> c.contains("loyalty_card:l5"));
    }

    @Test
    void freezesTheStrongerIdentifiersComponentIfBothHaveAsManyLinks() {
        OracleOutput output = new Oracle(IdentityConfig.defaults().withMaxComponent(2))
                .run(lines(
                        page("m1", "10:00:00", externalIds("crm_id:c1", "loyalty_card:l1")),
                        page("m2", "10:01:00", externalIds("loyalty_card:l2", "loyalty_card:l3")),
                        page("m3", "10:02:00", externalIds("crm_id:c1", "loyalty_card:l2")),
                        page("m4", "10:03:00", externalIds("crm_id:c1", "loyalty_card:l4")),
                        page("m5", "10:04:00", "'userId':'u1'," + externalIds("loyalty_card:l2"))));

        assertThat(identifiers(output, U1)).isEqualTo("loyalty_card:l2 loyalty_card:l3 user_id:u1");
        assertThat(identifiers(output, customer("crm_id:c1"))).isEqualTo("crm_id:c1 loyalty_card:l1");
    }

    @Test
    void staysFrozenWhenAQuarantineMakesRoom() {
        OracleOutput output = new Oracle(IdentityConfig.defaults()
                        .withEach(n -> n.withMaxShared(1))
                        .withMaxComponent(2))
                .run(lines(
                        page("m1", "10:00:00", externalIds("crm_id:c1", "loyalty_card:l1")),
                        page("m2", "10:01:00", externalIds("crm_id:c1", "loyalty_card:l2")),
                        page("m3", "10:02:00", externalIds("crm_id:c1", "loyalty_card:l3")),
                        page("m4", "10:03:00", externalIds("crm_id:c2", "loyalty_card:l1")),
                        page("m5", "10:04:00", externalIds("crm_id:c1", "loyalty_card:l4"))));

        assertThat(identifiers(output, customer("crm_id:c1"))).isEqualTo("crm_id:c1 loyalty_card:l2");
        assertThat(changes(output)).anyMatch(c -> c.startsWith("m4 quarantined"));
    }

    // ------------------------------------------------------------------------------------------------------- devices

    @Test
    void givesTheHistoryBeforeTheFirstLoginToItsPerson() {
        OracleOutput output = oracle(
                page("m1", "09:00:00", "'anonymousId':'a1'"),
                page("m2", "09:30:00", "'anonymousId':'a1'"),
                identify("m3", "10:00:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m4", "11:00:00", "'anonymousId':'a1'"));

        ObjectNode profile = only(output);
        assertThat(profile.at("/events/count").asInt()).isEqualTo(4);
        assertThat(profile.get("first_seen").asText()).isEqualTo("2026-01-01T09:00:00.000Z");
        assertThat(profile.get("merged_from").toString()).isEqualTo("[\"" + A1 + "\"]");
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + A1 + " anonymous_id:a1",
                        "m3 created " + U1 + " anonymous_id:a1 user_id:u1",
                        "m3 merged " + A1 + " anonymous_id:a1 into " + U1);
        assertThat(output.summary().get("merges").asInt()).isEqualTo(1);
        assertThat(output.summary().get("customers").asInt()).isEqualTo(1);
    }

    @Test
    void leavesWhatADeviceDidWithItsOwnerOfThatTime() {
        OracleOutput output = oracle(
                page("m1", "09:50:00", "'anonymousId':'a1'"),
                identify("m2", "10:00:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m3", "10:10:00", "'anonymousId':'a1'"),
                identify("m4", "10:20:00", "'userId':'u2','anonymousId':'a1'", ""),
                page("m5", "10:30:00", "'anonymousId':'a1'"),
                page("m6", "10:40:00", "'userId':'u1','anonymousId':'a1'"), // carries a known pair: no login
                page("m7", "10:50:00", "'anonymousId':'a1'"),
                identify("m8", "11:00:00", "'userId':'u1','anonymousId':'a1'", ""), // a login each time
                page("m9", "11:10:00", "'anonymousId':'a1'"));

        // u1: m1 (before the first login), m2, m3, m6, m8, m9; u2: m4, m5, m7
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 6), tuple(U2, 3));
        assertThat(identifiers(output, U1)).isEqualTo("anonymous_id:a1 user_id:u1");
        assertThat(identifiers(output, U2)).isEqualTo("anonymous_id:a1 user_id:u2");
        assertThat(changes(output)).noneMatch(c -> c.contains("conflict"));
    }

    @Test
    void takesTheEarliestEventWithThePairForALogin() {
        OracleOutput output = oracle(
                page("m1", "10:00:00", "'userId':'u1','anonymousId':'a1'"),
                page("m2", "10:10:00", "'anonymousId':'a1'"),
                page("m3", "10:20:00", "'userId':'u2','anonymousId':'a1'"),
                page("m4", "10:30:00", "'anonymousId':'a1'"));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(U2, 2));
    }

    @Test
    void ordersLoginsAndEventsOfOneInstantAsEvents() {
        // At 10:00: identify (u1), then the page m2, then the track call m3, which is u2's login.
        OracleOutput output = oracle(
                identify("m9", "10:00:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m2", "10:00:00", "'anonymousId':'a1'"),
                track("m3", "10:00:00", "Signed In", "'userId':'u2','anonymousId':'a1'", ""),
                track("m4", "10:00:00", "Clicked", "'anonymousId':'a1'", ""));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(U2, 2));
    }

    @Test
    void movesAnIntervalWithItsPerson() {
        // a1 belongs to e from 10:00 on; when e turns out to be u1's, so does what the device did.
        OracleOutput output = oracle(
                page("m1", "09:00:00", "'anonymousId':'a1'"),
                identify("m2", "10:00:00", "'anonymousId':'a1'", "'email':'e@x.com'"),
                page("m3", "10:30:00", "'anonymousId':'a1'"),
                identify("m4", "11:00:00", "'userId':'u1'", "'email':'e@x.com'"));

        assertThat(only(output).at("/events/count").asInt()).isEqualTo(4);
        assertThat(only(output).get("merged_from")).extracting(JsonNode::asText).containsExactlyInAnyOrder(A1, E);
        assertThat(output.summary().get("merges").asInt()).isEqualTo(2);
    }

    @Test
    void logsInTheDeviceOfAnAlias() {
        List<String> lines = new ArrayList<>(List.of(
                page("m1", "09:00:00", "'anonymousId':'a1'"),
                alias("m2", "10:00:00", "u1", "a1"),
                page("m3", "10:30:00", "'anonymousId':'a1'")));
        assertThat(sizes(oracle(lines))).containsExactly(tuple(U1, 3));

        lines.add(identify("m4", "11:00:00", "'userId':'u2','anonymousId':'a1'", ""));
        lines.add(alias("m5", "11:10:00", "u1", "a1")); // again, though the pair is known
        lines.add(page("m6", "11:20:00", "'anonymousId':'a1'"));
        assertThat(sizes(oracle(lines))).containsExactlyInAnyOrder(tuple(U1, 5), tuple(U2, 1));
    }

    @Test
    void logsInTheFirstOfTwoDevicesOfAnAlias() {
        // Both are anonymous ids, so the one with the smaller hash.
        String first = customer("anonymous_id:a1").compareTo(customer("anonymous_id:a2")) < 0 ? "a1" : "a2";
        String second = first.equals("a1") ? "a2" : "a1";

        OracleOutput output = oracle(
                page("m1", "09:00:00", "'anonymousId':'a1'"),
                page("m2", "09:00:00", "'anonymousId':'a2'"),
                line("'type':'alias','userId':'u1','previousId':'a1'", "m3", "10:00:00", "'anonymousId':'a2'"));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(customer("anonymous_id:" + second), 1));
        assertThat(identifiers(output, U1)).isEqualTo("anonymous_id:a1 anonymous_id:a2 user_id:u1");
    }

    @Test
    void linksPersonsByAnAliasIfConfigured() {
        OracleOutput output = new Oracle(IdentityConfig.defaults().withPreviousId("crm_id"))
                .run(lines(page("m1", "09:00:00", externalIds("crm_id:c1")), alias("m2", "10:00:00", "u1", "c1")));

        assertThat(only(output).get("customer_id").asText()).isEqualTo(U1);
    }

    @Test
    void listsFurtherDevicesButLetsThemOwnNothing() {
        OracleOutput output = oracle(
                page("m1", "10:00:00", "'userId':'u1','anonymousId':'a1','context':{'device':{'id':'d1'}}"),
                page("m2", "10:01:00", "'context':{'device':{'id':'d1'}}"),
                page("m3", "10:02:00", "'anonymousId':'a2','context':{'device':{'id':'d1'}}"));

        // The login is a1's. d1 alone was never logged in; a2 neither.
        String d1 = customer("device_id:d1");
        String a2 = customer("anonymous_id:a2");
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 1), tuple(d1, 1), tuple(a2, 1));
        assertThat(identifiers(output, U1)).isEqualTo("anonymous_id:a1 device_id:d1 user_id:u1");
        assertThat(identifiers(output, a2)).isEqualTo("anonymous_id:a2 device_id:d1");
    }

    @Test
    void takesTheStrongestPersonIdentifierOfTheLogin() {
        // The pair of m1 is (a1, u1), so (a1, e) is first carried by m3: a login.
        OracleOutput output = new Oracle(IdentityConfig.defaults().withEach(n -> n.withMaxShared(0)))
                .run(lines(
                        page("m1", "10:00:00", "'userId':'u1','anonymousId':'a1'," + emailInContext()),
                        page("m2", "10:01:00", "'anonymousId':'a1'"),
                        page("m3", "10:02:00", "'anonymousId':'a1'," + emailInContext()),
                        page("m4", "10:03:00", "'anonymousId':'a1'")));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(E, 2));
    }

    // ------------------------------------------------------------------------------------------------------- profiles

    @Test
    void foldsAllFragmentsOfACustomer() {
        ObjectNode profile = only(oracle(
                cart("m1", "09:00:00", "Product Added", "'anonymousId':'a1'", "'product_id':'p1','price':2"),
                order("m2", "09:10:00", "'context':{'traits':{'email':'e@x.com'}}", "'order_id':'o1','revenue':5"),
                cart("m3", "09:20:00", "Product Added", "'userId':'u1'", "'product_id':'p2','price':3"),
                order("m4", "09:30:00", "'userId':'u1','anonymousId':'a2'", "'order_id':'o1','revenue':7"),
                identify("m5", "10:00:00", "'userId':'u1','anonymousId':'a1'", "'email':'e@x.com'")));

        // Of one order in two ledgers the smallest counts, and the other one changes nothing, so p2 is still there.
        assertThat(profile.get("orders"))
                .isEqualTo(Json.quoted("{'revenue':{'USD':'5.00'},'count':1,'first_at':'2026-01-01T09:10:00.000Z',"
                        + "'last_at':'2026-01-01T09:10:00.000Z'}"));
        assertThat(profile.at("/cart/items")).hasSize(1);
        assertThat(profile.at("/cart/items/0/product_id").asText()).isEqualTo("p2");
    }

    @Test
    void listsPersonIdentifiersOfTheComponentAlsoWithoutAnEventOfTheirOwn() {
        OracleOutput output = oracle(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                page("m2", "10:01:00", externalIds("phone:+48601123456", "email:e@x.com")));

        assertThat(identifiers(output, U1)).isEqualTo("email:e@x.com phone:+48601123456 user_id:u1");
    }

    @Test
    void doesNotListWhatAnEventCarriesOfAnotherCustomer() {
        OracleOutput output = oracle(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                identify("m2", "10:01:00", "'userId':'u2'", "'email':'e@x.com'"));

        assertThat(identifiers(output, U2)).isEqualTo("user_id:u2");
    }

    // ------------------------------------------------------------------------------------------------- abandoned carts

    @Test
    void neverFiresAnAnonymousCartThatIsPaidAfterTheLogin() {
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'a1'", "'product_id':'p1'"),
                identify("m2", "10:30:00", "'userId':'u1','anonymousId':'a1'", ""),
                order("m3", "10:45:00", "'userId':'u1','anonymousId':'a2'", "'revenue':1"),
                page("m4", "13:00:00", "'userId':'u1'"));

        assertThat(output.triggers()).isEmpty();
    }

    @Test
    void firesACartThatIsLeftBehindOnceForThePersonAtTheOriginalDeadline() {
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'a1'", "'product_id':'p1'"),
                identify("m2", "10:30:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m3", "13:00:00", "'userId':'u1'"));

        assertThat(fires(output)).containsExactly("11:00:00.000 m1 " + U1);
    }

    @Test
    void firesForWhomTheCustomerWasAtTheDeadline() {
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'a1'", "'product_id':'p1'"),
                identify("m2", "11:00:00.001", "'userId':'u1','anonymousId':'a1'", ""),
                page("m3", "13:00:00", "'userId':'u1'"));

        assertThat(fires(output)).containsExactly("11:00:00.000 m1 " + A1);
        assertThat(only(output).get("customer_id").asText()).isEqualTo(U1);
    }

    @Test
    void countsAsFiredWhatIsDueAtTheInstantOfTheMerge() {
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'a1'", "'product_id':'p1'"),
                identify("m2", "11:00:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m3", "13:00:00", "'userId':'u1'"));

        assertThat(output.triggers()).isEmpty();
    }

    @Test
    void firesAtTheInstantOfALoginThatMergesNobody() {
        // m0 comes before the login, but at the same instant: labels come first, so it was never the visitor's.
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'userId':'u1'", "'product_id':'p1'"),
                line("'type':'alias'", "m0", "11:00:00", "'previousId':'a1'"),
                identify("m2", "11:00:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m3", "13:00:00", "'userId':'u1'"));

        assertThat(fires(output)).containsExactly("11:00:00.000 m1 " + U1);
    }

    @Test
    void cancelsACartOnOneDeviceByALoginOnIt() {
        // Ordered on the laptop at 10:20, as u1. At 10:40 the phone's cart turns out to be u1's as well.
        List<String> lines = new ArrayList<>(List.of(
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'phone'", "'product_id':'p1'"),
                identify("m2", "10:10:00", "'userId':'u1','anonymousId':'laptop'", ""),
                order("m3", "10:20:00", "'anonymousId':'laptop'", "'revenue':1"),
                page("m5", "13:00:00", "'userId':'u1'")));
        assertThat(fires(oracle(lines))).containsExactly("11:00:00.000 m1 " + customer("anonymous_id:phone"));

        lines.add(identify("m4", "10:40:00", "'userId':'u1','anonymousId':'phone'", ""));
        assertThat(oracle(lines).triggers()).isEmpty();
    }

    @Test
    void replaysTheUnionOfBothCarts() {
        // The laptop's cart event at 10:20 is the newest of the union: one deadline, 11:20, with both products.
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'phone'", "'product_id':'p1'"),
                identify("m2", "10:10:00", "'userId':'u1','anonymousId':'laptop'", ""),
                cart("m3", "10:20:00", "Product Added", "'anonymousId':'laptop'", "'product_id':'p2'"),
                identify("m4", "10:40:00", "'userId':'u1','anonymousId':'phone'", ""),
                page("m5", "13:00:00", "'userId':'u1'"));

        assertThat(fires(output)).containsExactly("11:20:00.000 m3 " + U1);
        assertThat(output.triggers().get(0).at("/payload/items")).hasSize(2);
    }

    @Test
    void firesNothingTwiceAfterAMerge() {
        // The laptop's cart fired at 11:00, before the merge at 11:30; the phone's is still due, with both carts in it.
        OracleOutput output = oracle(
                cart("m1", "10:00:00", "Product Added", "'userId':'u1','anonymousId':'laptop'", "'product_id':'p1'"),
                cart("m2", "10:50:00", "Product Added", "'anonymousId':'phone'", "'product_id':'p2'"),
                identify("m3", "11:30:00", "'userId':'u1','anonymousId':'phone'", ""),
                page("m4", "13:00:00", "'userId':'u1'"));

        assertThat(fires(output)).containsExactly("11:00:00.000 m1 " + U1, "11:50:00.000 m2 " + U1);
        assertThat(output.triggers().get(1).at("/payload/items")).hasSize(2);
    }

    @Test
    void heedsARefusalThatComesWithTheMerge() {
        OracleOutput output = oracle(
                page(
                        "m0",
                        "09:00:00",
                        "'userId':'u1','context':{'consent':{'categoryPreferences':{'marketing':false}}}"),
                cart("m1", "10:00:00", "Product Added", "'anonymousId':'a1'", "'product_id':'p1'"),
                identify("m2", "10:30:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m3", "13:00:00", "'userId':'u1'"));

        assertThat(output.triggers()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10:59:59.999, 1", "11:00:00.000, 0", "11:00:00.001, 0"})
    void takesACartBackToItsOwnerWhenAMergeIsUndone(String undoneAt, int fired) {
        // e's cart at 10:00 was ordered by u1 at 10:30. Without the link there is an order of u1 and a cart of e.
        List<String> lines = List.of(
                identify("m1", "09:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                cart("m2", "10:00:00", "Product Added", emailInContext(), "'product_id':'p1'"),
                order("m3", "10:30:00", "'userId':'u1'", "'revenue':1"),
                page("m4", "13:00:00", "'userId':'u1'"));

        OracleOutput output = oracle(lines, PrivacyCommand.unmerge("p1", at(undoneAt), "email:e@x.com", "user_id:u1"));

        assertThat(fires(output)).hasSize(fired).allMatch(("11:00:00.000 m2 " + E)::equals);
    }

    // ----------------------------------------------------------------------------------------------------- commands

    @Test
    void separatesTwoIdentifiersForGood() {
        List<String> lines = List.of(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                page("m2", "10:10:00", emailInContext()),
                page("m3", "12:00:00", emailInContext()),
                identify("m4", "12:10:00", "'userId':'u1'", "'email':'e@x.com'"),
                page("m5", "12:20:00", externalIds("email:e@x.com", "phone:+48601123456")),
                page("m6", "12:30:00", "'userId':'u1'," + externalIds("phone:+48601123456")));

        OracleOutput output =
                oracle(lines, PrivacyCommand.unmerge("p1", at("11:00:00"), "user_id:u1", "email: E@x.com"));

        // The phone came to e first.
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 3), tuple(E, 3));
        assertThat(identifiers(output, U1)).isEqualTo("user_id:u1");
        assertThat(identifiers(output, E)).isEqualTo("email:e@x.com phone:+48601123456");
        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "m1 created " + U1 + " email:e@x.com user_id:u1",
                        "p1 unmerged " + U1 + " email:e@x.com into " + E,
                        "p1 created " + E + " email:e@x.com",
                        "m5 linked " + E + " phone:+48601123456");
    }

    @Test
    void bringsAMergedCustomerBack() {
        OracleOutput output = oracle(
                List.of(
                        page("m1", "09:00:00", emailInContext()),
                        identify("m2", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                        page("m3", "12:00:00", "'userId':'u1'")),
                PrivacyCommand.unmerge("p1", at("11:00:00"), "email:e@x.com", "user_id:u1"));

        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 2), tuple(E, 1));
        assertThat(output.profiles()).noneMatch(profile -> profile.has("merged_from"));
    }

    @Test
    void appliesCommandsInTheirOrderAndNotAfterTheEnd() {
        List<String> lines = List.of(identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"));
        PrivacyCommand command = PrivacyCommand.unmerge("p1", at("10:00:01"), "email:e@x.com", "user_id:u1");

        assertThat(identifiers(oracle(lines, command), U1)).isEqualTo("email:e@x.com user_id:u1");
    }

    @Test
    void erasesACustomerAndNeverLinksItAgain() {
        List<String> lines = List.of(
                page("m1", "09:00:00", "'anonymousId':'a1'"),
                identify("m2", "10:00:00", "'userId':'u1','anonymousId':'a1'", "'email':'e@x.com'"),
                cart("m3", "10:50:00", "Product Added", "'userId':'u1'", "'product_id':'p1'"),
                page("m4", "10:55:00", "'userId':'u2'"),
                page("m5", "12:00:00", "'anonymousId':'a1'"),
                page("m6", "12:10:00", emailInContext()),
                identify("m7", "12:20:00", "'userId':'u2'", "'email':'e@x.com'"),
                page("m8", "13:00:00", "'userId':'u1'"));

        OracleOutput output = oracle(lines, PrivacyCommand.erase("p1", at("11:00:00"), "email:e@x.com"));

        // Gone: m1, m2, m3 and the deadline at 11:50. The device is nobody's.
        assertThat(output.triggers()).isEmpty();
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(A1, 1), tuple(E, 1), tuple(U2, 2), tuple(U1, 1));
        assertThat(identifiers(output, U2)).isEqualTo("user_id:u2");
        assertThat(output.summary().at("/events/accepted").asInt()).isEqualTo(8);
        assertThat(changes(output)).noneMatch(c -> c.startsWith("p1 "));
    }

    @Test
    void remembersTheMessagesOfAnErasedCustomer() {
        List<String> lines = List.of(
                page("m1", "10:00:00", "'userId':'u1'"),
                page("m1", "11:30:00", "'userId':'u1'"),
                page("m2", "11:40:00", "'userId':'u1'"));

        OracleOutput output = oracle(lines, PrivacyCommand.erase("p1", at("11:00:00"), "user_id:u1"));

        assertThat(only(output).get("first_seen").asText()).isEqualTo("2026-01-01T11:40:00.000Z");
        assertThat(output.summary().at("/events/accepted").asInt()).isEqualTo(2);
        assertThat(output.summary().at("/events/duplicate").asInt()).isEqualTo(1);
    }

    @Test
    void leavesToADeviceWhatItDoesAfterItsPersonWasErased() {
        List<String> lines = List.of(
                identify("m1", "10:00:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m2", "11:00:00", "'anonymousId':'a1'"),
                page("m3", "11:10:00", "'userId':'u1','anonymousId':'a1'"),
                page("m4", "11:20:00", "'anonymousId':'a1'"),
                identify("m5", "11:30:00", "'userId':'u1','anonymousId':'a1'", ""),
                page("m6", "11:40:00", "'anonymousId':'a1'"));

        OracleOutput output = oracle(
                lines,
                PrivacyCommand.erase("p1", at("11:00:00"), "user_id:u1"),
                PrivacyCommand.erase("p2", at("11:25:00"), "anonymous_id:a1"));

        // m3 is no login: the pair is known. So m4 is the device's, as m2, and the second command erases both.
        assertThat(sizes(output)).containsExactlyInAnyOrder(tuple(U1, 3));
    }

    @Test
    void doesNotCountAnErasedValueAsShared() {
        List<String> lines = List.of(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                identify("m2", "11:00:00", "'userId':'u2'", "'email':'e@x.com'"),
                identify("m3", "11:10:00", "'userId':'u3'", "'email':'e@x.com'"),
                identify("m4", "11:20:00", "'userId':'u4'", "'email':'e@x.com'"));

        assertThat(changes(oracle(lines))).anyMatch(c -> c.contains("quarantined"));
        assertThat(changes(oracle(lines, PrivacyCommand.erase("p1", at("10:30:00"), "email:e@x.com"))))
                .noneMatch(c -> c.contains("quarantined") || c.contains("conflict"));
    }

    @Test
    void countsAnErasedAnchor() {
        List<String> lines = List.of(
                identify("m1", "10:00:00", "'userId':'u1'", "'email':'e@x.com'"),
                identify("m2", "10:10:00", "'userId':'u2'", "'email':'e@x.com'"),
                identify("m3", "11:10:00", "'userId':'u3'", "'email':'e@x.com'"),
                identify("m4", "11:20:00", "'userId':'u2'", "'email':'e@x.com'"),
                page("m5", "11:30:00", externalIds("crm_id:c1", "email:e@x.com")));

        OracleOutput output = oracle(lines, PrivacyCommand.erase("p1", at("10:30:00"), "user_id:u2"));

        assertThat(changes(output)).contains("m5 quarantined " + E + " email:e@x.com");
    }

    @Test
    void doesNothingWhenACommandIsRefused() {
        List<String> lines = List.of(
                identify("m1", "10:00:00", "'userId':'u1','anonymousId':'a1'", "'email':'e@x.com'"),
                page("m2", "12:00:00", "'anonymousId':'a1'"));

        OracleOutput output = oracle(
                lines,
                PrivacyCommand.unmerge("p1", at("11:00:00"), "email:e@x.com", "email:E@x.com"),
                PrivacyCommand.unmerge("p2", at("11:00:00"), "email:e@x.com", "anonymous_id:a1"),
                PrivacyCommand.erase("p3", at("11:00:00"), "email:nobody"));

        assertThat(output.profiles()).isEqualTo(oracle(lines).profiles());
        assertThat(output.identityChanges()).isEqualTo(oracle(lines).identityChanges());
        assertThat(output.rejects())
                .extracting(reject -> reject.get("reason").asText())
                .containsExactly("bad_value", "bad_value", "no_identifier");
    }

    @Test
    void obeysTheFirstOfTheCommandsWithOneId() {
        List<String> lines = List.of(
                page("m1", "10:00:00", "'userId':'u1'"),
                page("m2", "10:00:00", "'userId':'u2'"),
                page("m3", "12:00:00", "'userId':'u2'"));

        OracleOutput output = oracle(
                lines,
                PrivacyCommand.erase("p1", at("11:30:00"), "user_id:u2"),
                PrivacyCommand.erase("p1", at("11:00:00"), "user_id:u1"));

        assertThat(sizes(output)).containsExactly(tuple(U2, 2));
    }

    // -------------------------------------------------------------------------------------------------- configuration

    @Test
    void readsConfiguredNamespaces() {
        IdentityConfig config = new IdentityConfig(
                List.of(
                        Namespace.anchor("record_id"),
                        Namespace.person("passport").withLimit(1)),
                2_000,
                "record_id");

        OracleOutput output = new Oracle(config)
                .run(lines(
                        page("m1", "10:00:00", externalIds("record_id:1", "passport:X")),
                        page("m2", "10:01:00", externalIds("record_id:2", "passport:X")),
                        page("m3", "10:02:00", externalIds("record_id:2", "passport:Y"))));

        assertThat(sizes(output)).singleElement().isEqualTo(tuple(strongest("record_id:1", "record_id:2"), 3));
        assertThat(changes(output)).filteredOn(c -> c.contains("conflict")).hasSize(1);
    }

    // -------------------------------------------------------------------------------------------------- random people

    @Test
    void aSeedAlwaysGivesTheSameStream() {
        assertThat(IdentityStreams.crowd(7, 5))
                .isEqualTo(IdentityStreams.crowd(7, 5))
                .doesNotHaveDuplicates();
    }

    @Test
    void strangersDoNotChangeEachOther() {
        Oracle oracle = new Oracle(IdentityStreams.smallLimits());
        Instant until = Instant.parse("2026-01-03T00:00:00.000Z");
        List<List<String>> groups = IdentityStreams.crowd(1, 60);

        OracleOutput together =
                oracle.run(lines(groups.stream().flatMap(List::stream).toArray(String[]::new)), until);

        List<OracleOutput> apart = groups.stream()
                .map(group -> oracle.run(lines(group.toArray(String[]::new)), until))
                .toList();
        assertThat(together.profiles()).containsExactlyInAnyOrderElementsOf(all(apart, OracleOutput::profiles));
        assertThat(together.triggers()).containsExactlyInAnyOrderElementsOf(all(apart, OracleOutput::triggers));
        assertThat(together.identityChanges())
                .containsExactlyInAnyOrderElementsOf(all(apart, OracleOutput::identityChanges));
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    private static List<ObjectNode> all(List<OracleOutput> outputs, Function<OracleOutput, List<ObjectNode>> lines) {
        return outputs.stream().flatMap(output -> lines.apply(output).stream()).toList();
    }

    private static String page(String id, String time, String fields) {
        return line("'type':'page'", id, time, fields);
    }

    private static String identify(String id, String time, String fields, String traits) {
        return line("'type':'identify','traits':{" + traits + "}", id, time, fields);
    }

    private static String alias(String id, String time, String user, String previous) {
        return line("'type':'alias'", id, time, "'userId':'%s','previousId':'%s'".formatted(user, previous));
    }

    private static String track(String id, String time, String event, String fields, String properties) {
        return line("'type':'track','event':'" + event + "','properties':{" + properties + "}", id, time, fields);
    }

    private static String cart(String id, String time, String event, String fields, String properties) {
        return track(id, time, event, fields, properties);
    }

    private static String order(String id, String time, String fields, String properties) {
        return track(id, time, "Order Completed", fields, properties);
    }

    private static String line(String body, String id, String time, String fields) {
        return "{%s,'messageId':'%s','timestamp':'2026-01-01T%sZ',%s}".formatted(body, id, time, fields);
    }

    private static String emailInContext() {
        return "'context':{'traits':{'email':'e@x.com'}}";
    }

    private static String externalIds(String... identifiers) {
        return Arrays.stream(identifiers)
                .map(identifier -> identifier.split(":", 2))
                .map(parts -> "{'type':'%s','id':'%s'}".formatted(parts[0], parts[1]))
                .collect(Collectors.joining(",", "'context':{'externalIds':[", "]}"));
    }

    private static OracleOutput oracle(String... lines) {
        return new Oracle().run(lines(lines));
    }

    private static OracleOutput oracle(List<String> lines, PrivacyCommand... commands) {
        return new Oracle().run(lines(lines.toArray(String[]::new)), Optional.empty(), List.of(commands));
    }

    private static List<Oracle.Line> lines(String... lines) {
        return IntStream.range(0, lines.length)
                .mapToObj(i -> new Oracle.Line(
                        lines[i].replace('\'', '"').getBytes(StandardCharsets.UTF_8), Origin.line("f.jsonl", i + 1L)))
                .toList();
    }

    private static Instant at(String time) {
        return Instant.parse("2026-01-01T" + time + "Z");
    }

    private static String customer(String identifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(identifier.getBytes(StandardCharsets.UTF_8));
            return "c_" + HexFormat.of().formatHex(hash).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of identifiers of one namespace, the customer of the one with the smallest hash. */
    private static String strongest(String... identifiers) {
        return Arrays.stream(identifiers)
                .map(OracleIdentityTest::customer)
                .sorted()
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode only(OracleOutput output) {
        assertThat(output.profiles()).hasSize(1);
        return output.profiles().get(0);
    }

    /** Customer and number of events. */
    private static List<Tuple> sizes(OracleOutput output) {
        return output.profiles().stream()
                .map(profile -> tuple(
                        profile.get("customer_id").asText(),
                        profile.at("/events/count").asInt()))
                .toList();
    }

    private static String identifiers(OracleOutput output, String customer) {
        return output.profiles().stream()
                .filter(profile -> profile.get("customer_id").asText().equals(customer))
                .map(profile -> identifiers(profile.get("identifiers")))
                .findFirst()
                .orElseThrow();
    }

    private static String identifiers(JsonNode byNamespace) {
        List<String> result = new ArrayList<>();
        byNamespace.properties().forEach(namespace -> namespace
                .getValue()
                .forEach(value -> result.add(namespace.getKey() + ":" + value.asText())));
        return String.join(" ", result);
    }

    /** {@code because change customer identifiers [into customer]}. */
    private static List<String> changes(OracleOutput output) {
        return output.identityChanges().stream()
                .map(change -> change.get("because").asText() + " "
                        + change.get("change").asText() + " "
                        + change.get("customer_id").asText() + " "
                        + identifiers(change.get("identifiers"))
                        + (change.has("into") ? " into " + change.get("into").asText() : ""))
                .toList();
    }

    /** {@code time anchor customer}. */
    private static List<String> fires(OracleOutput output) {
        return output.triggers().stream()
                .map(trigger -> trigger.get("fired_at").asText().substring(11, 23) + " "
                        + trigger.get("anchor_message_id").asText() + " "
                        + trigger.get("customer_id").asText())
                .toList();
    }
}
