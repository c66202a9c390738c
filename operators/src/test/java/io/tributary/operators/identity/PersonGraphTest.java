package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.at;
import static io.tributary.operators.identity.People.email;
import static io.tributary.operators.identity.People.id;
import static io.tributary.operators.identity.People.ids;
import static io.tributary.operators.identity.People.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.operators.identity.Resolution.Move;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each rule of identity by an example, and who would like to make it grow. */
class PersonGraphTest {
    private static final int SECONDS = 20;

    private final PersonGraph graph = new PersonGraph(ResolutionRules.defaults());

    private Resolution show(PersonGraph to, long instant, String... qualified) {
        return to.show(at(instant), ids(qualified));
    }

    // ------------------------------------------------------------------------------------------------------ links

    @Test
    void knowsNobodyAtFirst() {
        assertThat(graph.canonical(user(1))).isEqualTo(user(1));
        assertThat(graph.customerOf(user(1))).containsExactly(user(1));
        assertThat(graph.show(at(1), List.of(user(1)))).isEqualTo(Resolution.NOTHING);
    }

    @Test
    void linksWhatAnEventShowsTogether() {
        Resolution resolution = show(graph, 1, "email:e@x.com", "user_id:u1");

        assertThat(resolution.moves())
                .containsExactly(new Move(id("email:e@x.com"), id("email:e@x.com"), id("user_id:u1")));
        assertThat(graph.customerOf(id("email:e@x.com"))).containsExactlyInAnyOrder(user(1), id("email:e@x.com"));
    }

    @Test
    void saysNothingAboutAKnownLink() {
        show(graph, 1, "email:e@x.com", "user_id:u1");

        assertThat(show(graph, 2, "email:e@x.com", "user_id:u1")).isEqualTo(Resolution.NOTHING);
        assertThat(show(graph, 0, "email:e@x.com", "user_id:u1")).isEqualTo(Resolution.NOTHING);
    }

    @Test
    void mergesTwoCustomersByALink() {
        show(graph, 1, "email:e@x.com", "user_id:u1");
        show(graph, 2, "phone:+48601123456", "loyalty_card:l1");

        Resolution resolution = show(graph, 3, "email:e@x.com", "loyalty_card:l1");

        assertThat(resolution.moves())
                .containsExactlyInAnyOrder(
                        new Move(id("loyalty_card:l1"), id("loyalty_card:l1"), user(1)),
                        new Move(id("phone:+48601123456"), id("loyalty_card:l1"), user(1)));
    }

    @Test
    void refusesDevices() {
        assertThatThrownBy(() -> show(graph, 1, "user_id:u1", "anonymous_id:a1"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> graph.erase(id("anonymous_id:a1"))).isInstanceOf(IllegalArgumentException.class);
    }

    // ----------------------------------------------------------------------------------------------------- limits

    @Test
    void refusesALinkThatBreaksALimit() {
        show(graph, 1, "email:e@x.com", "user_id:u1");

        Resolution resolution = show(graph, 2, "email:e@x.com", "user_id:u2");

        assertThat(resolution.conflicts()).containsExactly(new Link(user(2), id("email:e@x.com")));
        assertThat(resolution.moves()).isEmpty();
        assertThat(show(graph, 3, "email:e@x.com", "user_id:u2")).isEqualTo(Resolution.NOTHING);
    }

    @Test
    void asksARefusedLinkAgainWhenAnOlderOneTurnsUp() {
        show(graph, 2, "email:e@x.com", "user_id:u1");
        show(graph, 3, "email:e@x.com", "user_id:u2");

        Resolution resolution = show(graph, 1, "email:e@x.com", "user_id:u2");

        assertThat(resolution.moves()).containsExactly(new Move(id("email:e@x.com"), user(1), user(2)));
        assertThat(resolution.conflicts()).containsExactly(new Link(user(1), id("email:e@x.com")));
    }

    @Test
    void refusesTwoUsersOfOneEvent() {
        assertThat(show(graph, 1, "user_id:u1", "user_id:u2").conflicts()).containsExactly(Link.of(user(1), user(2)));
    }

    @Test
    void countsValuesOfConfiguredNamespaces() {
        IdentitySettings settings = IdentitySettings.parse(
                "i.yaml",
                """
                version: 1
                max_component: 7
                namespaces:
                - {name: record_id, kind: person, anchor: true}
                - {name: passport, kind: person, limit: 2, max_shared: 1}
                - {name: user_id, limit: none, anchor: false}
                """);
        ResolutionRules rules = ResolutionRules.of(settings);
        PersonGraph configured = new PersonGraph(rules);
        Namespace record = settings.namespace("record_id");
        Namespace passport = settings.namespace("passport");
        Identifier one = new Identifier(record, "1");
        for (int i = 1; i <= 3; i++) {
            Resolution resolution = configured.show(at(i), List.of(one, new Identifier(passport, "p" + i)));
            assertThat(resolution.conflicts()).hasSize(i <= 2 ? 0 : 1);
        }
        assertThat(configured.customerOf(one)).hasSize(3);
        configured.show(at(4), List.of(one, user(1), user(2)));
        assertThat(configured.customerOf(one)).as("users without a limit").hasSize(5);

        Resolution shared =
                configured.show(at(5), List.of(new Identifier(record, "2"), new Identifier(passport, "p1")));

        assertThat(shared.quarantined()).containsExactly(new Identifier(passport, "p1"));
        assertThat(rules.maxComponent()).isEqualTo(7);
        assertThat(rules.limit(passport)).isEqualTo(2);
        assertThat(rules.limit(Namespace.USER_ID)).isEqualTo(ResolutionRules.NO_LIMIT);
        assertThat(rules.maxShared(Namespace.EMAIL)).isEqualTo(3);
    }

    // ------------------------------------------------------------------------------------------------- quarantine

    @Test
    void quarantinesAValueOfTooManyAnchors() {
        PersonGraph crm = new PersonGraph(ResolutionRules.defaults());
        for (int i = 1; i <= 3; i++) {
            show(crm, i, "crm_id:c" + i, "email:family@x.com");
        }
        assertThat(crm.customerOf(id("email:family@x.com"))).hasSize(4);

        Resolution resolution = show(crm, 4, "crm_id:c4", "email:family@x.com");

        assertThat(resolution.quarantined()).containsExactly(id("email:family@x.com"));
        for (int i = 1; i <= 4; i++) {
            assertThat(crm.customerOf(id("crm_id:c" + i))).hasSize(1);
        }
        assertThat(crm.customerOf(id("email:family@x.com"))).hasSize(1);
        assertThat(show(crm, 5, "crm_id:c1", "email:family@x.com")).isEqualTo(Resolution.NOTHING);
        assertThat(show(crm, 0, "crm_id:c1", "email:family@x.com")).isEqualTo(Resolution.NOTHING);
    }

    @Test
    void countsAnchorsAlsoOfRefusedLinks() {
        for (int i = 1; i <= 4; i++) {
            show(graph, i, "user_id:u" + i, "email:family@x.com");
        }

        assertThat(graph.isQuarantined(id("email:family@x.com"))).isTrue();
        assertThat(graph.canonical(id("email:family@x.com"))).isEqualTo(id("email:family@x.com"));
    }

    @Test
    void countsAllAnchorsOfAnEventBeforeItTakesThePairs() {
        Resolution resolution =
                show(graph, 1, "email:e@x.com", "crm_id:c1", "crm_id:c2", "crm_id:c3", "crm_id:c4", "loyalty_card:l");

        assertThat(resolution.quarantined()).containsExactlyInAnyOrder(id("email:e@x.com"), id("loyalty_card:l"));
        assertThat(graph.customerOf(id("crm_id:c1"))).hasSize(4);
    }

    @Test
    void keepsWhatHangsTogetherWithoutTheQuarantinedValue() {
        PersonGraph shared = new PersonGraph(ResolutionRules.defaults().withMaxShared(1));
        show(shared, 1, "crm_id:c1", "email:e@x.com");
        show(shared, 2, "crm_id:c1", "loyalty_card:l1");

        Resolution resolution = show(shared, 3, "crm_id:c2", "email:e@x.com");

        assertThat(resolution.quarantined()).containsExactly(id("email:e@x.com"));
        assertThat(shared.customerOf(id("crm_id:c1")))
                .containsExactlyInAnyOrder(id("crm_id:c1"), id("loyalty_card:l1"));
    }

    @Test
    void keepsNoMoreAnchorsThanItTakes() {
        for (int i = 0; i < 100; i++) {
            show(graph, i, "crm_id:c" + i, "email:family@x.com");
        }

        RawComponent component = graph.componentOf(id("email:family@x.com"));
        assertThat(component.linkCount()).isZero();
        assertThat(component.identifiers()).hasSize(1);
        assertThat(component.member(id("email:family@x.com")).anchorCount()).isEqualTo(4);
    }

    // ------------------------------------------------------------------------------------------------- the freeze

    private final PersonGraph small = new PersonGraph(ResolutionRules.defaults().withMaxComponent(2));

    @Test
    void freezesTheComponentOfMoreLinks() {
        show(small, 1, "crm_id:c1", "email:e1@x.com");
        show(small, 2, "crm_id:c1", "email:e2@x.com");

        Resolution resolution = show(small, 3, "crm_id:c1", "email:e3@x.com");

        assertThat(resolution.full()).containsExactly(new Link(id("crm_id:c1"), email(3)));
        assertThat(resolution.moves()).isEmpty();
        assertThat(small.isFrozen(id("crm_id:c1"))).isTrue();
        assertThat(small.isFrozen(email(1))).isTrue();
        assertThat(small.isFrozen(email(3))).isFalse();
    }

    @Test
    void keepsNoFurtherLinkToAFrozenMemberAndSaysSoOnce() {
        freezesTheComponentOfMoreLinks();

        assertThat(show(small, 4, "crm_id:c1", "email:e3@x.com")).isEqualTo(Resolution.NOTHING);
        assertThat(show(small, 5, "email:e1@x.com", "email:e4@x.com")).isEqualTo(Resolution.NOTHING);
        assertThat(show(small, 6, "email:e1@x.com", "email:e2@x.com")).isEqualTo(Resolution.NOTHING);
        assertThat(small.componentOf(id("crm_id:c1")).linkCount()).isEqualTo(2);
        assertThat(show(small, 7, "email:e3@x.com", "email:e4@x.com").moves()).hasSize(1);
    }

    @Test
    void freezesTheStrongerIdentifiersComponentAtEquality() {
        show(small, 1, "crm_id:c1", "email:e1@x.com");
        show(small, 2, "loyalty_card:l1", "email:e2@x.com");

        Resolution resolution = show(small, 3, "loyalty_card:l1", "email:e1@x.com");

        assertThat(resolution.full()).containsExactly(new Link(id("loyalty_card:l1"), email(1)));
        assertThat(small.isFrozen(email(2))).isTrue();
        assertThat(small.isFrozen(email(1))).isFalse();
    }

    @Test
    void freezesTheLargerComponentAlsoIfTheStrongerIdentifierIsInTheSmaller() {
        show(small, 1, "email:e1@x.com", "email:e2@x.com");
        show(small, 2, "email:e1@x.com", "email:e3@x.com");

        show(small, 3, "crm_id:c1", "email:e1@x.com");

        assertThat(small.isFrozen(email(1))).isTrue();
        assertThat(small.isFrozen(id("crm_id:c1"))).isFalse();
    }

    @Test
    void staysFrozenWhenAQuarantineSplitsIt() {
        PersonGraph shared =
                new PersonGraph(ResolutionRules.defaults().withMaxComponent(2).withMaxShared(1));
        show(shared, 1, "crm_id:c1", "email:e1@x.com");
        show(shared, 2, "crm_id:c1", "email:e2@x.com");
        show(shared, 3, "crm_id:c1", "email:e3@x.com");

        Resolution resolution = show(shared, 4, "crm_id:c2", "email:e1@x.com");

        assertThat(resolution.quarantined()).containsExactly(email(1));
        assertThat(shared.componentOf(id("crm_id:c1")).linkCount()).isEqualTo(1);
        assertThat(show(shared, 5, "crm_id:c1", "email:e4@x.com")).isEqualTo(Resolution.NOTHING);
    }

    // --------------------------------------------------------------------------------------------------- commands

    @Test
    void keepsApartWhatWasUnmerged() {
        show(graph, 1, "user_id:u1", "email:e1@x.com");
        show(graph, 2, "email:e1@x.com", "phone:+48601123456");

        Resolution resolution = graph.unmerge(user(1), id("phone:+48601123456"));

        assertThat(resolution.moves())
                .containsExactly(new Move(id("phone:+48601123456"), user(1), id("phone:+48601123456")));
        assertThat(resolution.conflicts()).isEmpty();
        show(graph, 3, "user_id:u1", "phone:+48601123456");
        show(graph, 0, "user_id:u1", "phone:+48601123456");
        assertThat(graph.canonical(id("phone:+48601123456"))).isNotEqualTo(graph.canonical(user(1)));
    }

    @Test
    void keepsApartWhatHasNotMetYet() {
        graph.unmerge(user(1), id("phone:+48601123456"));
        show(graph, 1, "user_id:u1", "email:e1@x.com");
        show(graph, 2, "email:e2@x.com", "phone:+48601123456");
        show(graph, 3, "email:e1@x.com", "email:e2@x.com");

        assertThat(graph.customerOf(user(1))).containsExactlyInAnyOrder(user(1), email(1));
        assertThat(graph.customerOf(email(2))).containsExactlyInAnyOrder(email(2), id("phone:+48601123456"));
    }

    @Test
    void anUnmergeOfADeviceOrOfOneIdentifierSaysNothing() {
        show(graph, 1, "user_id:u1", "email:e1@x.com");

        assertThat(graph.unmerge(user(1), id("anonymous_id:a1"))).isEqualTo(Resolution.NOTHING);
        assertThat(graph.unmerge(user(1), user(1))).isEqualTo(Resolution.NOTHING);
        assertThat(graph.canonical(email(1))).isEqualTo(user(1));
    }

    @Test
    void linksNobodyWhoWasErased() {
        show(graph, 1, "user_id:u1", "email:e1@x.com");
        show(graph, 2, "user_id:u2", "email:e1@x.com");

        Resolution resolution = graph.erase(email(1));

        assertThat(resolution.erased()).containsExactly(user(1), email(1));
        assertThat(resolution.moves()).isEmpty();
        assertThat(graph.componentOf(user(1))).isNull();
        assertThat(graph.componentOf(email(1))).isNull();
        assertThat(show(graph, 3, "user_id:u1", "email:e2@x.com")).isEqualTo(Resolution.NOTHING);
        assertThat(show(graph, 4, "user_id:u2", "email:e1@x.com")).isEqualTo(Resolution.NOTHING);
        assertThat(show(graph, 5, "user_id:u2", "email:e2@x.com").moves()).hasSize(1);
    }

    @Test
    void erasesOneCustomerOfAComponentOnly() {
        show(graph, 1, "user_id:u1", "email:e1@x.com");
        show(graph, 2, "user_id:u2", "email:e1@x.com");
        show(graph, 3, "user_id:u2", "email:e2@x.com");

        graph.erase(user(1));

        assertThat(graph.customerOf(user(2))).containsExactlyInAnyOrder(user(2), email(2));
        assertThat(graph.customerOf(user(1))).containsExactly(user(1));
    }

    // ------------------------------------------------------------------------------------------------ adversaries

    @Test
    @Timeout(SECONDS)
    void aChainFromBothEndsFreezes() {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            links.add(Link.of(email(i), email(i + 1)));
        }
        for (int i = 0; i < 5_000; i++) {
            graph.show(at(i, "a"), List.of(links.get(i).stronger(), links.get(i).weaker()));
            Link last = links.get(links.size() - 1 - i);
            graph.show(at(i, "b"), List.of(last.stronger(), last.weaker()));
        }

        assertThat(largest(10_001)).isEqualTo(2_000);
    }

    @Test
    @Timeout(SECONDS)
    void aStarFreezes() {
        for (int i = 0; i < 10_000; i++) {
            graph.show(at(i), List.of(user(1), email(i)));
        }

        assertThat(graph.customerOf(user(1))).hasSize(2_001);
        assertThat(largest(10_000)).isEqualTo(2_000);
    }

    @Test
    @Timeout(SECONDS)
    void aSharedEmailMergesNobody() {
        for (int i = 0; i < 10_000; i++) {
            graph.show(at(i), List.of(user(i), email(0)));
        }

        for (int i = 0; i < 10_000; i++) {
            assertThat(graph.customerOf(user(i))).hasSize(1);
        }
        assertThat(largest(1)).isZero();
    }

    @Test
    @Timeout(SECONDS)
    void eventsOfAsManyIdentifiersAsThereMayBeFreezeEachOther() {
        for (int event = 0; event < 500; event++) {
            List<Identifier> persons = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                persons.add(new Identifier(Namespace.LOYALTY_CARD, "l" + (event * 7 + i)));
            }
            graph.show(at(event), persons);
        }

        assertThat(graph.componentOf(new Identifier(Namespace.LOYALTY_CARD, "l0"))
                        .linkCount())
                .isEqualTo(2_000);
    }

    private int largest(int emails) {
        int largest = 0;
        for (int i = 0; i < emails; i++) {
            RawComponent component = graph.componentOf(email(i));
            largest = Math.max(largest, component == null ? 0 : component.linkCount());
        }
        return largest;
    }
}
