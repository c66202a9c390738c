package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.oracle.Definitions.Segment;
import io.tributary.local.oracle.Expression.Scope;
import io.tributary.local.oracle.Oracle.Event;
import io.tributary.local.oracle.Oracle.Line;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Who is in which segment when: for every customer all segments are decided anew, from all the events that are its own
 * then, whenever anything may have changed. Nothing is carried over from one decision to the next but since when a
 * customer has been in a segment. To be read beside the specification of definitions; {@link Expression} says what a
 * condition means, {@link TraitOracle} what a computed trait is.
 *
 * <p><b>When.</b> Memberships are a function of the instant: those with all the labels and events up to and including it,
 * at its time. So everybody is decided once at an instant at which something happens, or time may change something.
 *
 * <p>Where the documents are silent or unclear, this is what is assumed; to be reconciled, not believed. What an
 * implementation is most likely to decide differently comes first:
 *
 * <p><b>Customers</b>
 *
 * <ol>
 *   <li>A customer without events is in nothing: whoever has lost the last one leaves all segments. One who has lost all
 *       but has an event at the same instant is decided with that event only, and keeps {@code since} where it stays in.
 *   <li>Only the customer's id decides whose memberships they are: one that gets another canonical identifier leaves
 *       everything and enters it anew.
 * </ol>
 *
 * <p><b>Conditions</b>
 *
 * <ol>
 *   <li>Values of different kinds are unequal for CEL, so {@code traits.age != '18'} holds for who is 18.
 *   <li>Numbers are exact in comparisons only; the sides of a comparison may be fields, constants, or what CEL has
 *       calculated. In CEL, JSON integers, counts and quantities are integers, all other numbers doubles, also the sum of
 *       integers.
 *   <li>Of JSON null CEL has a null: it is no missing value, but of the wrong kind for everything.
 *   <li>{@code where} is a condition as {@code when} is.
 *   <li>A time is written with an offset or Z. Its digits beyond milliseconds are cut off.
 *   <li>{@code rfm} and {@code predictions} are missing. Items of a cart have no name.
 *   <li>Counts, lists and {@code by_name} are there for {@code has}, too.
 * </ol>
 *
 * <p><b>Traits</b>
 *
 * <ol>
 *   <li>The elements of a list count one by one: one of another kind says nothing, the others do; one that is there
 *       twice counts twice. Lists in lists are lists of all their elements.
 *   <li>A number without a fraction prints no point, however it came: {@code 10.0} is the text {@code 10}.
 *   <li>Of texts that {@code first} and {@code last} keep 256 characters count, too. A number stays a number.
 *   <li>A repeated order is an event like others. The revenue of a refund is positive. Currencies are upper case, by
 *       default USD, also without an amount. {@code user_id} is as it came, a number as its digits.
 *   <li>{@code products} are those elements of a list that are objects.
 *   <li>What is kept of distinct values is the first in the order of (last bucket, newest first; hash, smallest first).
 *   <li>A {@code min}, {@code max}, {@code average}, {@code first} or {@code last} of 0 is written in a profile.
 *   <li>Results are numbers in JSON. An average is rounded half up.
 * </ol>
 *
 * <p><b>Parametric segments</b>
 *
 * <ol>
 *   <li>An event whose list names a value twice is one event of that value.
 *   <li>Missing results are the smallest.
 *   <li>Without a value {@code value} is missing, also for {@code has}.
 *   <li>The size of a parametric segment is its customers, not its memberships.
 * </ol>
 */
public final class SegmentOracle {
    private static final int VERSION = 1;

    /** A customer is in a segment, with a value in a parametric one. */
    private record Membership(String segment, Optional<String> value) implements Comparable<Membership> {
        @Override
        public int compareTo(Membership other) {
            return Comparator.comparing(Membership::segment)
                    .thenComparing(membership -> membership.value().orElse(""))
                    .compare(this, other);
        }

        ObjectNode writeTo(ObjectNode line) {
            line.put("segment", segment);
            value.ifPresent(text -> line.put("value", text));
            return line;
        }
    }

    /** Everybody who has an event. */
    private static final class Customer {
        private List<Event> history = List.of();
        private NavigableSet<Identifier> identifiers = new TreeSet<>();

        /** What its profile says whatever the time is. */
        private Map<String, Object> profile = Map.of();

        /** When time may change something next, if nothing else does. */
        private Optional<Instant> due = Optional.empty();

        private final SortedMap<Membership, Instant> since = new TreeMap<>();
    }

    private final Definitions definitions;
    private final List<TraitOracle> traits = new ArrayList<>();
    private final Map<Segment, TraitOracle> parametric = new HashMap<>();
    private final List<Event> events;
    private final IdentityOracle people;
    private final Instant until;

    private int seen = 0;
    private final SortedMap<String, Customer> customers = new TreeMap<>();
    private final List<ObjectNode> changes = new ArrayList<>();

    /** All the output for definitions as YAML, with the contract's settings; by default up to the newest event. */
    public static OracleOutput run(
            String definitions, List<Line> lines, List<PrivacyCommand> commands, Optional<Instant> until) {
        return new Oracle().run(Definitions.read(definitions), lines, until, commands);
    }

    SegmentOracle(Definitions definitions, List<Event> accepted, IdentityOracle people, Instant until) {
        this.definitions = definitions;
        this.events = accepted;
        this.people = people;
        this.until = until;
        definitions.traits().forEach(trait -> traits.add(new TraitOracle(trait)));
        definitions.segments().forEach(segment -> segment.trait()
                .ifPresent(trait -> parametric.put(segment, new TraitOracle(trait, segment.forEach()))));

        if (definitions.equals(Definitions.NONE)) {
            return;
        }
        NavigableSet<Instant> instants = people.instants();
        for (Optional<Instant> at = next(instants); at.isPresent(); at = next(instants)) {
            if (instants.remove(at.get())) {
                take(at.get());
            } else {
                pass(at.get());
            }
        }
        changes.sort(Comparator.comparing(ObjectNode::toString)); // starts with at, customer_id, segment, value
    }

    // --------------------------------------------------------------------------------------------------------- answers

    /** Lines of {@code segment-changes.jsonl}, without {@code because}. */
    List<ObjectNode> changes() {
        return changes;
    }

    /** The computed traits of a customer at the end, as in its profile. */
    ObjectNode computed(String customer) {
        SortedMap<String, Object> sorted = new TreeMap<>();
        for (TraitOracle trait : traits) {
            trait.value(customers.get(customer).history, until)
                    .filter(value -> !trait.isLeftOut(value))
                    .ifPresent(value -> sorted.put(trait.name(), value));
        }
        ObjectNode result = Json.object();
        sorted.forEach((name, value) -> result.set(name, json(value)));
        return result;
    }

    /** The segments of a customer at the end, as in its profile. */
    ArrayNode memberships(String customer) {
        Customer known = customers.getOrDefault(customer, new Customer());
        Map<Membership, Instant> exits = exits(known);
        ArrayNode result = Json.object().arrayNode();
        known.since.forEach((membership, since) -> {
            ObjectNode line = membership.writeTo(result.addObject()).put("since", Oracle.MILLIS.format(since));
            if (exits.containsKey(membership)) {
                line.put("exits_at", Oracle.MILLIS.format(exits.get(membership)));
            }
        });
        return result;
    }

    /** How many customers are in each segment. */
    ObjectNode sizes() {
        SortedMap<String, Integer> sizes = new TreeMap<>();
        definitions.segments().forEach(segment -> sizes.put(segment.name(), 0));
        customers.values().forEach(customer -> customer.since.keySet().stream()
                .map(Membership::segment)
                .distinct()
                .forEach(segment -> sizes.merge(segment, 1, Integer::sum)));
        ObjectNode result = Json.object();
        sizes.forEach(result::put);
        return result;
    }

    private static JsonNode json(Object value) {
        ObjectNode holder = Json.object();
        if (value instanceof List<?> list) {
            list.forEach(element -> holder.withArray("/value").add((String) element));
        } else if (value instanceof BigDecimal number) {
            BigDecimal plain = number.stripTrailingZeros();
            return DecimalNode.valueOf(plain.scale() < 0 ? plain.setScale(0) : plain);
        } else if (value instanceof Long count) {
            holder.put("value", count);
        } else if (value instanceof Boolean bool) {
            holder.put("value", bool);
        } else {
            holder.put("value", (String) value);
        }
        return holder.get("value");
    }

    // -------------------------------------------------------------------------------------------------------- instants

    /** The next instant up to the end at which something happens, or time may change something for somebody. */
    private Optional<Instant> next(NavigableSet<Instant> instants) {
        return Stream.concat(
                        instants.stream().limit(1),
                        customers.values().stream().flatMap(customer -> customer.due.stream()))
                .min(Comparator.naturalOrder())
                .filter(at -> !at.isAfter(until));
    }

    /** Something happens: everybody is decided once, with all of it. */
    private void take(Instant at) {
        while (seen < events.size() && events.get(seen).at().equals(at)) {
            seen++;
        }
        Map<String, List<Event>> histories = people.histories(seen, at);
        Set<String> everybody = new TreeSet<>(customers.keySet());
        everybody.addAll(histories.keySet());
        everybody.forEach(customer -> decide(customer, histories.getOrDefault(customer, List.of()), at));
    }

    /** Nothing but time passes. */
    private void pass(Instant at) {
        customers.forEach((id, customer) -> {
            if (customer.due.equals(Optional.of(at))) {
                decide(id, customer.history, at);
            }
        });
    }

    private void decide(String id, List<Event> history, Instant at) {
        Customer customer = customers.computeIfAbsent(id, c -> new Customer());
        NavigableSet<Identifier> identifiers = people.identifiers(id, history, at);
        boolean isDue = customer.due.isPresent() && !customer.due.get().isAfter(at);
        if (!isDue && identifiers.equals(customer.identifiers) && ids(history).equals(ids(customer.history))) {
            return;
        }
        customer.history = history;
        customer.identifiers = identifiers;
        customer.profile = profile(history, identifiers);
        Scope scope = scope(customer, at);
        SortedSet<Membership> now = memberships(customer, scope, at);
        customer.due = nextTurn(customer, scope, at);
        Set<Membership> before = new TreeSet<>(customer.since.keySet());
        before.removeAll(now);
        before.forEach(membership -> {
            customer.since.remove(membership);
            publish(at, id, membership, "exited");
        });
        now.forEach(membership -> {
            if (customer.since.putIfAbsent(membership, at) == null) {
                publish(at, id, membership, "entered");
            }
        });
    }

    private static List<String> ids(List<Event> history) {
        return history.stream().map(Event::rawHash).toList();
    }

    private void publish(Instant at, String customer, Membership membership, String change) {
        ObjectNode line = Json.object().put("at", Oracle.MILLIS.format(at)).put("customer_id", customer);
        changes.add(membership.writeTo(line).put("change", change).put("definition_version", VERSION));
    }

    /** The first instant after the end at which the customer is not in it, for each membership that ends by itself. */
    private Map<Membership, Instant> exits(Customer customer) {
        Map<Membership, Instant> exits = new HashMap<>();
        Optional<Instant> at = customer.due;
        while (at.isPresent() && exits.size() < customer.since.size()) {
            Instant then = at.get();
            Set<Membership> left = new HashSet<>(customer.since.keySet());
            Scope scope = scope(customer, then);
            left.removeAll(memberships(customer, scope, then));
            left.forEach(membership -> exits.putIfAbsent(membership, then));
            at = nextTurn(customer, scope, then);
        }
        return exits;
    }

    /** The next instant after this one at which time may change something, generously. */
    private Optional<Instant> nextTurn(Customer customer, Scope scope, Instant after) {
        Stream<Instant> buckets = Stream.concat(traits.stream(), parametric.values().stream())
                .flatMap(trait -> trait.turns(customer.history));
        Stream<Instant> times = definitions.segments().stream()
                .flatMap(segment -> segment.when().turns(scope));
        return Stream.concat(buckets, times).filter(turn -> turn.isAfter(after)).min(Comparator.naturalOrder());
    }

    // ------------------------------------------------------------------------------------------------------ evaluation

    private SortedSet<Membership> memberships(Customer customer, Scope profile, Instant at) {
        SortedSet<Membership> result = new TreeSet<>();
        if (customer.history.isEmpty()) {
            return result;
        }
        for (Segment segment : definitions.segments()) {
            Scope scope = profile.with(
                    Expression.SEGMENTS,
                    result.stream().map(Membership::segment).distinct().toList());
            if (segment.trait().isPresent()) {
                values(segment, customer, scope, at)
                        .forEach(value -> result.add(new Membership(segment.name(), Optional.of(value))));
            } else if (segment.when().holds(scope)) {
                result.add(new Membership(segment.name(), Optional.empty()));
            }
        }
        return result;
    }

    /** The values of a parametric segment that hold: those with the greatest results, at equality the smaller texts. */
    private List<String> values(Segment segment, Customer customer, Scope scope, Instant at) {
        SortedMap<String, Optional<Object>> results = parametric.get(segment).values(customer.history, at);
        Comparator<String> byResult = Comparator.comparing(
                value -> results.get(value).flatMap(Values::decimal).orElse(null),
                Comparator.nullsFirst(Comparator.naturalOrder()));
        return results.keySet().stream()
                .filter(value -> segment.when()
                        .holds(results.get(value)
                                .map(result -> scope.with("value", result))
                                .orElse(scope)))
                .sorted(byResult.reversed().thenComparing(Comparator.naturalOrder()))
                .limit(segment.maxValues())
                .toList();
    }

    /** What the profile says at an instant. */
    private Scope scope(Customer customer, Instant at) {
        Map<String, Object> computed = new HashMap<>();
        for (TraitOracle trait : traits) {
            trait.value(customer.history, at).ifPresent(value -> computed.put(trait.name(), value));
        }
        Map<String, Object> roots = new HashMap<>(customer.profile);
        roots.put("computed", computed);
        return new Scope(roots, at);
    }

    private Map<String, Object> profile(List<Event> history, NavigableSet<Identifier> identifiers) {
        if (history.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> roots = new HashMap<>();
        roots.put("traits", Values.fields(Oracle.traits(history)));
        roots.put("orders", orders(Oracle.orders(history)));
        roots.put("cart", cart(Oracle.cart(history)));
        roots.put("consent", Values.fields(Oracle.consent(history)));
        roots.put("identifiers", identifiers(identifiers));
        Map<String, Object> byName = new Values.Counters();
        byName.putAll(Values.fields(Oracle.count(history, Event::name)));
        roots.put("events", Map.of("count", (long) history.size(), "by_name", byName));
        roots.put("first_seen", history.get(0).at());
        roots.put("last_seen", history.get(history.size() - 1).at());
        roots.put("rfm", Map.of());
        roots.put("predictions", Map.of());
        return roots;
    }

    private static Map<String, Object> orders(ObjectNode json) {
        Map<String, Object> orders = new LinkedHashMap<>();
        orders.put("count", json.path("count").asLong());
        money(orders, "revenue", json);
        money(orders, "refunds", json);
        time(orders, "first_at", json);
        time(orders, "last_at", json);
        return orders;
    }

    private static Map<String, Object> cart(ObjectNode json) {
        List<Object> items = new ArrayList<>();
        json.path("items").forEach(line -> {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("product_id", line.get("product_id").asText());
            item.put("quantity", line.get("quantity").asLong());
            if (line.has("price")) {
                item.put("price", new BigDecimal(line.get("price").asText()));
            }
            items.add(item);
        });
        Map<String, Object> cart = new LinkedHashMap<>();
        cart.put("items", items);
        money(cart, "value", json);
        time(cart, "updated_at", json);
        return cart;
    }

    private Map<String, Object> identifiers(NavigableSet<Identifier> all) {
        Map<String, Object> result = new LinkedHashMap<>();
        people.namespaces().forEach(namespace -> result.put(namespace, List.of()));
        result.putAll(Values.fields(Oracle.identifiers(all)));
        return result;
    }

    private static void money(Map<String, Object> parent, String name, ObjectNode json) {
        if (json.has(name)) {
            Map<String, Object> amounts = new LinkedHashMap<>();
            json.get(name)
                    .properties()
                    .forEach(amount -> amounts.put(
                            amount.getKey(), new BigDecimal(amount.getValue().asText())));
            parent.put(name, amounts);
        }
    }

    private static void time(Map<String, Object> parent, String name, ObjectNode json) {
        if (json.has(name)) {
            parent.put(name, Instant.parse(json.get(name).asText()));
        }
    }
}
