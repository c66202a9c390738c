package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.oracle.IdentityStreams;
import io.tributary.local.oracle.RandomDefinitions;
import io.tributary.local.streaming.CrowdComparison.Aspect;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.trigger.Suppression.Reason;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the customer job publishes about crowds of people, of whom many turn out to be the same, and of the segments of a
 * random set of definitions that they are in, equals what a backtest says: whatever the order of arrival within the lateness bound, the parallelism, repetitions and crashes.
 *
 * <p>One seed: {@code -Dtributary.jobSeed=7}; of it one group: also {@code -Dtributary.jobGroup=123}, which keeps its
 * order within each partition, and prints what is published. How the partitions are read beside each other, and where
 * watermarks and checkpoints come, is the machine's: what failed once may need a few runs to fail again.
 */
class StreamedPeopleIT {
    private static final int GROUPS = 300;
    private static final int SLOTS = 4;

    /** A segment beside random ones, which may be such that nobody ever comes into them. */
    private static final String NEVER_EMPTY = "- {name: has_come_again, when: events.count > 1}\n";

    /** Segments in which nobody is told anything: people come into them by what they do, and leave by time and by what they do. */
    private static final String LEFT_ALONE =
            """
            - {name: left_alone, for_each: event.name, trait: {aggregate: count, events: [identify, Product Removed], window: 30m}, when: value >= 1}
            - {name: just_ordered, when: "orders.count > 0 && size(cart.items) == 0"}
            """;

    /** What people do last with a cart says where they are: an hour before Tokyo, or an hour behind. */
    private static final String ZONE =
            """
            - {name: zone, aggregate: last, events: [Product Added, Product Removed], value: "event.properties.product_id == 'p1' ? 'Asia/Shanghai' : 'Australia/Brisbane'"}
            """;

    /** Triggers beside the abandoned cart, and what holds all of them back. */
    private static final String TRIGGERS =
            """
            triggers:
            - name: two_products
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) >= 2, select: last}
              - {id: order, not_followed_by: [Order Completed]}
              within: 20m
              priority: 5
              channel: email
              cool_down: 2h
              reminders: [{id: later, after: 40m}, {id: much_later, after: 5h, when: "cart.items.exists(i, i.quantity > 1)"}]
              expires_after: 1d
              payload: {products: size(cart.items), value: cart.value}
            - name: added_then_bought
              steps:
              - {id: cart, on: [Product Added]}
              - {id: removed, not_followed_by: [Product Removed]}
              - {id: order, followed_by: [Order Completed], where: event.revenue >= 5}
              within: 3h
              expires_after: 1d
              payload: {product: steps.cart.properties.product_id, revenue: event.revenue}
            - name: left_a_product
              steps:
              - {id: added, on: [Product Added], times: 2, select: every}
              - {id: removed, followed_by: [Product Removed], optional: true}
              - {id: order, next: [Product Added, identify]}
              - {id: none, not_followed_by: [Order Completed]}
              correlation: product
              within: 1h
              reminders: [{id: late, after: 2h, when: "event.properties.price > 1"}]
              expires_after: 1d
              payload: {product: event.properties.product_id, at: steps.added.timestamp}
            - name: bought_and_silent
              steps:
              - {id: order, on: [Order Completed, Order Refunded], select: every}
              - {id: came, not_followed_by: [identify, Product Added]}
              within: 20m
              cool_down: 40m
              expires_after: 1d
              payload: {what: event.name, all: event.properties}
            - {name: identified_a_while_ago, steps: [{id: it, on: [identify]}], delay: 25m, expires_after: 10m, payload: {who: event.user_id}}
            - {name: identified, steps: [{id: it, on: [identify]}], purpose: news, expires_after: 1d, payload: {who: event.user_id}}
            - name: identified_with_a_cart
              steps:
              - {id: who, on: [identify, Order Refunded], where: cart.value.USD > 9 || size(cart.items) > 1}
              - {id: order, not_followed_by: [Order Completed, Product Removed], where: size(cart.items) < 2}
              within: 20m
              reminders: [{id: later, after: 40m, when: size(cart.items) > 1}]
              expires_after: 1d
              payload: {items: cart.items, value: cart.value, at: cart.updated_at, products: size(cart.items)}
            - name: cart_has_grown
              steps:
              - {id: first, on: [Product Added, Cart Updated], where: size(cart.items) == 1, select: every}
              - {id: more, followed_by: [Product Added, identify], where: "cart.items.exists(i, i.product_id == 'p2')"}
              - {id: gone, followed_by: [Order Completed, Product Removed, identify], where: size(cart.items) == 0}
              within: 5h
              expires_after: 1d
              payload: {at: steps.more.timestamp, value: cart.value}
            - {name: became_one, steps: [{id: one, on: [{merged: true}]}], purpose: joined, expires_after: 1d, payload: {what: event.name, value: cart.value}}
            - name: became_one_and_left
              steps:
              - {id: came, on: [identify, {merged: true}], select: every}
              - {id: one, followed_by: [{merged: true}]}
              - {id: order, not_followed_by: [Order Completed, {merged: true}]}
              within: 2h
              expires_after: 1d
              payload: {came: steps.came.name, at: steps.one.timestamp}
            - name: empty_handed
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], select: last}
              - {id: order, not_followed_by: [Order Completed]}
              within: 20m
              group: always
              expires_after: 1d
            delivery:
              opt_in: [news]%s
              quiet_hours: {from: "11:10", to: "%s", zone: Asia/Tokyo%s, then: %s}
              caps:
              - {most: 3, within: 2d}
              - {most: 1, within: 3h, channel: email}
              - {most: 1, within: 40m, group: always}
            """;

    /**
     * Where a quarantine or a command takes customers apart, the job does not know of a former customer whether it has come back, nor
     * whether a device was seen before with what has stayed.
     */
    static final Set<Aspect> NOT_COMPARED = EnumSet.of(Aspect.MERGED_FROM_BESIDE_SPLIT, Aspect.LINKED_BESIDE_SPLIT);

    @TempDir
    private static Path folder;

    private static MiniCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = CrowdRun.cluster(folder, SLOTS);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    static Stream<CrowdScenario> seeds() {
        Long only = Long.getLong("tributary.jobSeed");
        LongStream seeds = only == null
                ? LongStream.rangeClosed(1, Integer.getInteger("tributary.jobSeeds", 4))
                : LongStream.of(only);
        return seeds.mapToObj(CrowdScenario::of);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("seeds")
    void streamedPeopleAreThoseOfABacktest(CrowdScenario scenario) throws Exception {
        assertEqual(scenario, IdentityStreams.crowd(scenario.seed(), GROUPS), List.of());
    }

    /** Half as many, because one seed alone has hundreds of commands. */
    static Stream<CrowdScenario> everySecondSeed() {
        return seeds().filter(scenario -> scenario.seed() % 2 == 0 || Long.getLong("tributary.jobSeed") != null);
    }

    /** Commands are known before anything happens, as in a replay. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("everySecondSeed")
    void streamedPeopleWithCommandsAreThoseOfABacktest(CrowdScenario scenario) throws Exception {
        assertEqual(
                scenario,
                IdentityStreams.crowd(scenario.seed(), GROUPS),
                CrowdCommands.of(IdentityStreams.commandsOnCrowd(scenario.seed(), GROUPS)));
    }

    /** Where nobody can turn out to be anybody else: what fails here too has nothing to do with who is who. */
    @Test
    @Tag("full")
    void streamedPeopleWithOneIdentifierEachAreThoseOfABacktest() throws Exception {
        CrowdScenario scenario = CrowdScenario.of(Long.getLong("tributary.jobSeed", 3));

        assertEqual(scenario, strangers(scenario), List.of());
    }

    private static List<List<String>> strangers(CrowdScenario scenario) {
        return IdentityStreams.crowd(scenario.seed(), GROUPS).stream()
                .map(lines -> lines.stream()
                        .filter(line -> CrowdLog.parse(line).identifiers().size() == 1)
                        .toList())
                .toList();
    }

    /**
     * The job decides memberships on arrival. So it is in order that the events of a customer come here, all by the same way:
     * without disorder nothing that lasts for less is seen or missed, and triggers on it are those of a backtest.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("everySecondSeed")
    void triggersOnSegmentsAreThoseOfABacktest(CrowdScenario of) throws Exception {
        CrowdScenario scenario = inOrder(of);
        String random = RandomDefinitions.of(scenario.seed()) + NEVER_EMPTY;
        Set<String> segments = Definitions.of("random.yaml", random).segments().keySet();

        assertEqual(
                scenario,
                strangers(scenario),
                List.of(),
                random + "triggers:\n"
                        + segments.stream().map(StreamedPeopleIT::triggersOn).collect(Collectors.joining()));
    }

    /** As above: what the profile says holds back is asked as of an instant. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("everySecondSeed")
    void whatIsHeldBackByTheProfileIsThatOfABacktest(CrowdScenario of) throws Exception {
        CrowdScenario scenario = inOrder(of);
        String rules = triggers(scenario, "\n  suppress: [left_alone, just_ordered]", ", customer_zone: computed.zone");
        String random = RandomDefinitions.of(scenario.seed()).replace("traits:\n", "traits:\n" + ZONE);

        BacktestResult expected =
                assertEqual(scenario, strangers(scenario), List.of(), random + NEVER_EMPTY + LEFT_ALONE + rules);

        assertThat(expected.counts().triggers().suppressedByTrigger().values())
                .flatExtracting(Map::keySet)
                .contains(Reason.SUPPRESSED, Reason.CONSENT, Reason.CAP)
                .containsAll(postpones(scenario) ? List.of() : List.of(Reason.QUIET_HOURS));
    }

    private static String triggersOn(String segment) {
        return """
            - name: "%1$s_in"
              steps: [{id: it, on: [{entered: "%1$s"}]}]
              expires_after: 1d
              payload: {segment: event.properties.segment, value: event.properties.value, name: event.name}
            - name: "%1$s_out"
              steps:
              - {id: out, on: [{exited: "%1$s"}]}
              - {id: back, not_followed_by: [{entered: "%1$s"}, Order Completed]}
              within: 20m
              expires_after: 1d
            - name: "%1$s_cart"
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: "size(cart.items) > 0 && in_segment('%1$s')", select: last}
              - {id: order, not_followed_by: [Order Completed], or_when: size(cart.items) == 0}
              within: 20m
              reminders: [{id: out, after: 1h, when: "!in_segment('%1$s')"}, {id: in, after: 2h}]
              expires_after: 1d
            - name: "%1$s_member"
              steps:
              - {id: added, on: [Product Added, identify], where: "!in_segment('%1$s')", select: every}
              - {id: order, followed_by: [Order Completed, Product Viewed], where: "in_segment('%1$s') || event.name == 'Order Completed'"}
              within: 3h
              expires_after: 1d
              payload: {member: "in_segment('%1$s')"}
            - name: "%1$s_changed"
              steps:
              - {id: added, on: [Product Added], select: every}
              - {id: changed, followed_by: [{entered: "%1$s"}, {exited: "%1$s"}]}
              - {id: then, next: [Product Added, {entered: "%1$s"}, {exited: "%1$s"}]}
              - {id: order, followed_by: [Order Completed, identify]}
              within: 3h
              expires_after: 1d
              payload: {name: steps.changed.name, at: steps.changed.timestamp}
            """
                .formatted(segment);
    }

    private static CrowdScenario inOrder(CrowdScenario of) {
        return new CrowdScenario(
                of.seed(),
                2,
                1,
                Duration.ZERO,
                of.publishInterval(),
                of.smallLimits(),
                of.interruption(),
                of.reading(),
                of.drained());
    }

    private static boolean postpones(CrowdScenario scenario) {
        return scenario.seed() / 2 % 2 == 1;
    }

    /**
     * @param more rules of what holds them back
     * @param ofQuietHours more of quiet hours
     */
    private static String triggers(CrowdScenario scenario, String more, String ofQuietHours) {
        boolean postpones = postpones(scenario);
        return TRIGGERS.formatted(more, postpones ? "14:10" : "11:40", ofQuietHours, postpones ? "postpone" : "drop");
    }

    private static void assertEqual(CrowdScenario scenario, List<List<String>> crowd, List<PrivacyCommand> commands)
            throws Exception {
        boolean postpones = postpones(scenario);
        BacktestResult expected = assertEqual(
                scenario,
                crowd,
                commands,
                RandomDefinitions.of(scenario.seed()) + NEVER_EMPTY + triggers(scenario, "", ""));
        if (Integer.getInteger("tributary.jobGroup") == null) {
            assertThat(expected.counts().triggers().suppressedByTrigger().values())
                    .flatExtracting(Map::keySet)
                    .contains(Reason.CONSENT, Reason.COOL_DOWN, Reason.CAP)
                    .containsAll(postpones ? List.of(Reason.ENDED, Reason.EXPIRED) : List.of(Reason.QUIET_HOURS));
        }
    }

    private static BacktestResult assertEqual(
            CrowdScenario scenario, List<List<String>> crowd, List<PrivacyCommand> commands, String yaml)
            throws Exception {
        Integer only = Integer.getInteger("tributary.jobGroup");
        CrowdLog log =
                new CrowdLog(scenario, crowd, commands, only == null ? OptionalInt.empty() : OptionalInt.of(only));
        Definitions definitions = AbandonedCartAlone.with("seed-" + scenario.seed(), yaml);
        BacktestResult expected = backtest(log, scenario.rules(), definitions);
        CrowdRun.Published published = new CrowdRun(
                        log, settings(scenario), PublishedDefinitions.NONE.next(definitions, 0))
                .on(cluster, folder);

        CrowdComparison comparison = new CrowdComparison(log, expected, published.records());
        if (only == null) {
            assertThat(expected.segmentChanges()).hasSizeGreaterThan(100);
            assertThat(expected.triggers()).hasSizeGreaterThan(100);
        } else {
            System.out.println("Published, in order:\n" + comparison.history());
        }
        SoftAssertions.assertSoftly(softly -> {
            softly.assertThat(published.atTheEnd())
                    .as("%s: what the end of the job has published", scenario)
                    .isEmpty();
            for (Aspect aspect : EnumSet.complementOf(EnumSet.copyOf(NOT_COMPARED))) {
                softly.assertThat(comparison.differences(aspect)).isEmpty();
            }
        });
        return expected;
    }

    private static CustomerSettings settings(CrowdScenario scenario) {
        return new CustomerSettings(
                EventLimits.defaults(),
                IdentitySettings.defaults(),
                IdentifierRules.defaults(),
                scenario.rules(),
                scenario.latenessBound(),
                scenario.publishInterval(),
                0,
                CustomerSettings.Search.DEFAULT);
    }

    static BacktestResult backtest(CrowdLog log, ResolutionRules rules, Definitions definitions) {
        Backtest backtest = new Backtest(definitions, rules);
        EventParser parser = EventParser.withDefaults();
        long lines = 0;
        for (int group : log.groups()) {
            for (byte[] line : log.lines(group)) {
                lines++;
                backtest.add(parser.parse(line, Origin.line("crowd.jsonl", lines)));
            }
        }
        for (PrivacyCommand command : log.commands()) {
            backtest.add(new PrivacyInbound.Accepted(command), command.json());
        }
        BacktestResult result = backtest.run(OptionalLong.of(log.newest()), 2);
        assertThat(result.counts().accepted()).isEqualTo(lines);
        return result;
    }
}
