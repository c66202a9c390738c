package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.simulate.LineKind;
import io.tributary.local.simulate.LineTruth;
import io.tributary.local.simulate.SimulatedLine;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationRates;
import io.tributary.local.simulate.Simulator;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.trigger.EventWatch;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whom the rules of identity take simulated people for, against who they are. */
class SimulatedPeopleTest {
    private static final String RIGHT = "right";
    private static final String OWN_DEVICE = "a customer of its own: an own device, no login on it yet";
    private static final String SHARED_DEVICE = "a customer of its own: a shared device, no login on it yet";
    private static final String SHARED_DEVICE_OF_ANOTHER =
            "another person: a shared device, where that person logged in last";

    private static final SimulationRates OWN_DEVICES_ONLY = new SimulationRates(
            0,
            SimulationRates.DEFAULT.neverLogIn(),
            SimulationRates.DEFAULT.mistypedEmails(),
            SimulationRates.DEFAULT.duplicates(),
            SimulationRates.DEFAULT.late(),
            SimulationRates.DEFAULT.broken(),
            SimulationRates.DEFAULT.skewedClocks());

    @Test
    void endAtTheRightPerson() {
        Map<String, Double> shares = shares("2,000 persons, 60 days", 2_000, 60, SimulationRates.DEFAULT);

        assertThat(shares).containsOnlyKeys(RIGHT, OWN_DEVICE, SHARED_DEVICE, SHARED_DEVICE_OF_ANOTHER);
        assertThat(shares.get(RIGHT)).isGreaterThan(0.97);
    }

    /** The share depends on how long people have had to log in, and on how many share a device. */
    @Test
    @Tag("full")
    void endAtTheRightPersonTheMoreOftenTheLongerTheyHaveHadToLogIn() {
        Map<String, Double> month = shares("500 persons, 30 days", 500, 30, SimulationRates.DEFAULT);
        Map<String, Double> year = shares("500 persons, 365 days", 500, 365, SimulationRates.DEFAULT);
        Map<String, Double> yearOfOwn = shares("500 persons, 365 days, no shared devices", 500, 365, OWN_DEVICES_ONLY);

        assertThat(year.get(RIGHT)).isGreaterThan(month.get(RIGHT)).isLessThan(yearOfOwn.get(RIGHT));
        assertThat(year.get(OWN_DEVICE)).isLessThan(month.get(OWN_DEVICE));
        assertThat(yearOfOwn).containsOnlyKeys(RIGHT, OWN_DEVICE);
    }

    /** Of the events of persons who have a user id, by where they ended. */
    private static Map<String, Double> shares(String title, int persons, int days, SimulationRates rates) {
        Map<String, Long> events = new TreeMap<>();
        Map<EventOrder, LineTruth> truths = new HashMap<>();
        List<CustomerEvent> accepted = simulate(persons, days, rates, truths);
        Map<EventOrder, Fragment> fragments = new HashMap<>();
        for (EventGroups.Group group : EventGroups.of(accepted, List.of())) {
            Identities identities = new Identities(
                    ResolutionRules.defaults(), new EventWatch(List.of(), DeliveryDefinition.NONE), customer -> {});
            for (CustomerEvent event : group.events()) {
                fragments.put(event.order(), identities.see(event));
            }
        }

        Map<String, String> personsOfCustomers = new HashMap<>();
        truths.values().stream()
                .filter(truth -> truth.userId() != null)
                .forEach(truth -> personsOfCustomers.put(customerOf(truth.userId()), truth.person()));
        for (CustomerEvent event : accepted) {
            LineTruth truth = truths.get(event.order());
            if (truth.userId() != null) {
                Customer customer = fragments.get(event.order()).customer();
                events.merge(outcome(event, truth, personsOfCustomers.get(customer.id())), 1L, Long::sum);
            }
        }

        double all = events.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Double> shares = new TreeMap<>();
        events.forEach((outcome, count) -> shares.put(outcome, count / all));
        System.out.printf("%s: %,.0f events of those with a user id%n", title, all);
        shares.forEach((outcome, share) -> System.out.printf("  %-70s %8.3f %%%n", outcome, 100 * share));
        return shares;
    }

    /** What is wrong is always a device on which the person has not logged in. */
    private static String outcome(CustomerEvent event, LineTruth truth, String person) {
        if (truth.person().equals(person)) {
            return RIGHT;
        }
        if (event.identifiers().get(0).namespace().isPerson()) {
            return "wrong, though the event names a person: " + event.identifiers();
        }
        if (truth.deviceShared()) {
            return person == null ? SHARED_DEVICE : SHARED_DEVICE_OF_ANOTHER;
        }
        return person == null ? OWN_DEVICE : "another person: an own device";
    }

    private static List<CustomerEvent> simulate(
            int persons, int days, SimulationRates rates, Map<EventOrder, LineTruth> truths) {
        Simulator simulator = new Simulator(new SimulationConfig(
                persons, days, 1, Instant.parse("2026-01-01T00:00:00Z"), SimulationConfig.DEFAULT_PRODUCTS, rates));
        EventParser parser = EventParser.withDefaults();
        List<CustomerEvent> accepted = new ArrayList<>();
        while (simulator.hasNext()) {
            SimulatedLine line = simulator.next();
            LineKind kind = line.truth().kind();
            if (kind == LineKind.EVENT || kind == LineKind.LATE) {
                Inbound inbound = parser.parse(line.bytes(), Origin.line("simulated", accepted.size() + 1L));
                CustomerEvent event = ((Inbound.Accepted) inbound).event();
                truths.put(event.order(), line.truth());
                accepted.add(event);
            }
        }
        accepted.sort(Comparator.comparing(CustomerEvent::order));
        return accepted;
    }

    private static String customerOf(String userId) {
        return new Identifier(Namespace.USER_ID, userId).customerId();
    }
}
