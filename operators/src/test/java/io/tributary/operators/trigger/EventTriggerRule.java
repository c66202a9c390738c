package io.tributary.operators.trigger;

import dev.cel.runtime.CelVariableResolver;
import io.tributary.schemas.definition.EventSequence;
import io.tributary.schemas.definition.EventSequence.Relation;
import io.tributary.schemas.definition.EventSequence.Select;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.definition.TriggerExpression;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/**
 * The rule of a trigger of a sequence of events, told plainly over all the events of one customer: at each deadline, or
 * whenever an event becomes known, it looks back at what was known then and looks for matches from the beginning. It has no
 * bound of how many events it looks at.
 */
final class EventTriggerRule {
    /** The key of a trigger whose matches have only the customer in common. */
    static final String CUSTOMER = "";

    private final EventSequence sequence;

    /** What is known at some moment and is an event, in the order of events. */
    private final List<CustomerEvent> known;

    /** In which segments the customer was as of an event. */
    private final Function<CustomerEvent, Map<String, Boolean>> segments;

    private EventTriggerRule(
            EventSequence sequence, List<CustomerEvent> known, Function<CustomerEvent, Map<String, Boolean>> segments) {
        this.sequence = sequence;
        this.known = withoutRepeats(known);
        this.segments = segments;
    }

    /**
     * What a customer is told.
     *
     * @param step the first one's, or the reminder's
     * @param anchor message id of the event with which the match begins
     * @param key the product, the category or the cart that its events have in common, or {@link #CUSTOMER}
     * @param toldAt milliseconds since 1970
     * @param segments whether the customer was in each segment of which that is known, as of the last event of the match
     */
    record Told(String step, String anchor, String key, long toldAt, Map<String, Boolean> segments) {
        /** To somebody of whose segments nothing is known. */
        Told(String step, String anchor, String key, long toldAt) {
            this(step, anchor, key, toldAt, Map.of());
        }
    }

    /**
     * A match, or as much of one as there is.
     *
     * @param steps by id, the last event of each step that has happened, as expressions see it
     * @param last its last event
     */
    private record Match(Map<String, Object> steps, CustomerEvent last) {}

    private boolean satisfies(Match match, TriggerExpression condition) {
        return condition == null || holds(condition, match.last, match.steps);
    }

    /** What is told of a customer if no hours are quiet. */
    static List<Told> fired(TriggerDefinition definition, List<CustomerEvent> sorted, long until) {
        return fired(definition, sorted, Memberships.NONE, instant -> instant, until);
    }

    /**
     * What is told of a customer, by instant, then as the events with which the matches begin.
     *
     * @param sorted the customer's events, in the order of events
     * @param memberships what they are, and when the customer has become another one, with the same events
     * @param opensAt when it is told what fires at an instant; what ends it before that ends it
     * @param until nothing is told after it, and what happens after it is not read
     */
    static List<Told> fired(
            TriggerDefinition definition,
            List<CustomerEvent> sorted,
            Memberships memberships,
            LongUnaryOperator opensAt,
            long until) {
        List<CustomerEvent> read =
                sorted.stream().filter(event -> event.timestamp() <= until).toList();
        List<Told> told = definition.events().endsByAbsence()
                ? atDeadlines(definition, read, memberships, opensAt, until)
                : withEvents(definition, read, memberships, opensAt, until);
        return told.stream().sorted(Comparator.comparingLong(Told::toldAt)).toList();
    }

    // ------------------------------------------------------------------------------------------------ when it fires

    /**
     * Each deadline of each event is decided by itself, on what is known at that instant. Whoever becomes another one
     * afterwards, while it waits, waits for what would have fired had it been that one from the beginning.
     */
    private static List<Told> atDeadlines(
            TriggerDefinition definition,
            List<CustomerEvent> read,
            Memberships memberships,
            LongUnaryOperator opensAt,
            long until) {
        List<Told> told = new ArrayList<>();
        for (CustomerEvent anchor : read) {
            for (Deadline deadline : definition.deadlines()) {
                long at = anchor.timestamp() + deadline.delay().toMillis();
                long toldAt = opensAt.applyAsLong(at);
                Function<CustomerEvent, Map<String, Boolean>> segments = event -> memberships.asOf(event, toldAt);
                EventTriggerRule rule = new EventTriggerRule(definition.events(), knownAt(read, at), segments);
                EventTriggerRule later = new EventTriggerRule(definition.events(), knownAt(read, toldAt), segments);
                for (String key : rule.keys(anchor)) {
                    List<Match> matches = rule.matches(anchor, key);
                    if (toldAt <= until
                            && !memberships.decides(at)
                            && !memberships.decides(toldAt)
                            && !matches.isEmpty()
                            && rule.satisfies(matches.get(0), deadline.when())
                            && !later.matches(anchor, key).isEmpty()
                            && !CartTriggerRule.refuses(knownAt(read, toldAt))) {
                        told.add(new Told(
                                deadline.step(), anchor.messageId(), key, toldAt, segments.apply(matches.get(0).last)));
                    }
                }
            }
        }
        return told;
    }

    /**
     * Events become known one after the other, and each may complete matches of which it is the last. Whoever has become another
     * one is told of what that one would have been told from then on, had it been that one from the beginning, but of nothing that
     * it was told itself.
     */
    private static List<Told> withEvents(
            TriggerDefinition definition,
            List<CustomerEvent> read,
            Memberships memberships,
            LongUnaryOperator opensAt,
            long until) {
        List<Told> told = new ArrayList<>();
        Set<List<String>> own = new HashSet<>();
        List<Long> begins = new ArrayList<>(List.of(Long.MIN_VALUE));
        begins.addAll(memberships.restarts());
        for (int i = 0; i < begins.size(); i++) {
            long from = begins.get(i);
            long to = i + 1 < begins.size() ? begins.get(i + 1) : Long.MAX_VALUE;
            Function<CustomerEvent, Map<String, Boolean>> segments = event -> memberships.asOf(event, to);
            for (Fired fired : completed(definition, knownAt(read, to - 1), segments)) {
                long at = fired.at + definition.delay().toMillis();
                long toldAt = opensAt.applyAsLong(at);
                boolean waits = toldAt > fired.at;
                // Of what is told at the very instant only an event of that instant comes behind it.
                boolean isOfThis = (waits ? toldAt > from : toldAt >= from) && toldAt < to;
                if (isOfThis && toldAt <= until && own.add(List.of(fired.anchor, fired.key))) {
                    if (!CartTriggerRule.refuses(knownAt(read, toldAt))) {
                        told.add(new Told(definition.step(), fired.anchor, fired.key, toldAt, fired.segments));
                    }
                }
            }
        }
        return told;
    }

    /**
     * A match that is complete.
     *
     * @param anchor message id
     * @param at when that is known, milliseconds since 1970
     */
    private record Fired(String anchor, String key, long at, Map<String, Boolean> segments) {}

    /** All that events complete, refused or not, in the order in which they become known. */
    private static List<Fired> completed(
            TriggerDefinition definition,
            List<CustomerEvent> read,
            Function<CustomerEvent, Map<String, Boolean>> segments) {
        List<CustomerEvent> arriving = read.stream()
                .sorted(Comparator.comparingLong((CustomerEvent event) -> event.knownAt())
                        .thenComparing(CustomerEvent::order))
                .toList();
        List<Fired> all = new ArrayList<>();
        Set<List<String>> fired = new HashSet<>();
        for (int i = 0; i < arriving.size(); i++) {
            CustomerEvent event = arriving.get(i);
            List<CustomerEvent> known = arriving.subList(0, i + 1).stream()
                    .sorted(Comparator.comparing(CustomerEvent::order))
                    .toList();
            EventTriggerRule rule = new EventTriggerRule(definition.events(), known, segments);
            for (String key : rule.keys(event)) {
                for (CustomerEvent anchor : rule.about(key)) {
                    List<Match> matches = rule.matches(anchor, key);
                    boolean completes =
                            matches.stream().anyMatch(match -> match.last().equals(event));
                    // What would have fired before, had a late event been known in time, has fired all the same.
                    if (!matches.isEmpty()
                            && !(completes && rule.isOver(anchor, event))
                            && fired.add(List.of(anchor.messageId(), key))
                            && completes) {
                        all.add(new Fired(anchor.messageId(), key, event.knownAt(), segments.apply(event)));
                    }
                }
            }
        }
        return all;
    }

    /** Whether a match's time had passed before its last event became known; where one event is enough there is no time. */
    private boolean isOver(CustomerEvent anchor, CustomerEvent last) {
        return last.isLate()
                && !sequence.within().isZero()
                && last.knownAt() > anchor.timestamp() + sequence.within().toMillis();
    }

    private static List<CustomerEvent> knownAt(List<CustomerEvent> events, long instant) {
        return events.stream().filter(event -> event.knownAt() <= instant).toList();
    }

    // ------------------------------------------------------------------------------------- which events it is about

    /** A further report of an order that an earlier one has told of is no event. */
    private static List<CustomerEvent> withoutRepeats(List<CustomerEvent> sorted) {
        Set<String> orders = new HashSet<>();
        return sorted.stream()
                .filter(event -> event.kind() != EventKind.ORDER
                        || event.purchase().orderId() == null
                        || orders.add(event.purchase().orderId()))
                .toList();
    }

    /** The trigger's events about a key, those of which a step names the event, in their order. */
    private List<CustomerEvent> about(String key) {
        return known.stream().filter(event -> keys(event).contains(key)).toList();
    }

    /** What an event is about, as far as the trigger has to do with it; nothing if it is not known. */
    private Set<String> keys(CustomerEvent event) {
        boolean isNamed =
                sequence.steps().stream().anyMatch(step -> step.events().contains(event.name()));
        if (!isNamed || !known.contains(event)) {
            return Set.of();
        }
        return switch (sequence.correlation()) {
            case CUSTOMER -> Set.of(CUSTOMER);
            case PRODUCT -> ofProducts(event, "product_id");
            case CATEGORY -> ofProducts(event, "category");
            case CART -> text(properties(event).get("cart_id")).map(Set::of).orElse(Set.of());
        };
    }

    /** The property, and the same of each of the products. */
    private static Set<String> ofProducts(CustomerEvent event, String name) {
        Set<String> values = new TreeSet<>();
        text(properties(event).get(name)).ifPresent(values::add);
        if (properties(event).get("products") instanceof List<?> products) {
            for (Object product : products) {
                if (product instanceof Map<?, ?> fields) {
                    text(fields.get(name)).ifPresent(values::add);
                }
            }
        }
        return values;
    }

    private static Map<?, ?> properties(CustomerEvent event) {
        return (Map<?, ?>) view(event).get("properties");
    }

    private static Optional<String> text(Object value) {
        boolean isText = value instanceof String || value instanceof Long;
        return isText && !value.toString().isEmpty() ? Optional.of(value.toString()) : Optional.empty();
    }

    // ------------------------------------------------------------------------------------------------ what a match is

    /** The matches that begin with an event and are complete with what is known, that of the most events first. */
    private List<Match> matches(CustomerEvent anchor, String key) {
        List<CustomerEvent> about = about(key);
        List<CustomerEvent> events = about.subList(about.indexOf(anchor), about.size());
        if (sequence.select() == Select.LAST) {
            int next = indexOfNextBeginning(events);
            if (next > 0 && sequence.endsByAbsence()) {
                return List.of();
            }
            events = next > 0 ? events.subList(0, next) : events;
        }
        List<Match> matches = new ArrayList<>();
        for (List<Step> reading : readings()) {
            Match match = match(reading, events);
            if (match != null
                    && match.last().timestamp()
                            <= anchor.timestamp() + sequence.within().toMillis()) {
                matches.add(match);
            }
        }
        return matches;
    }

    /** Index of the first event behind the first one that the first step names, whatever its condition says; else 0. */
    private int indexOfNextBeginning(List<CustomerEvent> events) {
        for (int i = 1; i < events.size(); i++) {
            if (sequence.first().events().contains(events.get(i).name())) {
                return i;
            }
        }
        return 0;
    }

    /** The steps with and without each optional one, those of the most events first. */
    private List<List<Step>> readings() {
        List<List<Step>> readings = List.of(List.of());
        for (Step step : sequence.steps()) {
            List<List<Step>> longer = new ArrayList<>();
            for (List<Step> reading : readings) {
                List<Step> with = new ArrayList<>(reading);
                with.add(step);
                longer.add(with);
                if (step.optional()) {
                    longer.add(reading);
                }
            }
            readings = longer;
        }
        return readings.stream()
                .sorted(Comparator.comparingInt(EventTriggerRule::size).reversed())
                .toList();
    }

    private static int size(List<Step> reading) {
        return reading.stream().filter(Step::isTaken).mapToInt(Step::times).sum();
    }

    /**
     * The match of all those steps that begins with the first event. An optional step that is none of them must not have
     * happened where it could.
     *
     * @return null if there is none
     */
    private Match match(List<Step> reading, List<CustomerEvent> events) {
        Map<String, Object> steps = new HashMap<>();
        List<Step> absent = new ArrayList<>();
        int taken = -1;
        for (Step step : sequence.steps()) {
            if (!reading.contains(step) || !step.isTaken()) {
                absent.add(step);
                continue;
            }
            for (int i = 0; i < step.times(); i++) {
                boolean inARow = taken < 0 || step.relation() == Relation.NEXT;
                taken = take(step, inARow, absent, events, taken + 1, steps);
                if (taken < 0) {
                    return null;
                }
                absent.clear();
            }
            steps.put(step.id(), view(events.get(taken)));
        }
        boolean isEnded = events.subList(taken + 1, events.size()).stream()
                .anyMatch(event -> absent.stream().anyMatch(step -> fits(step, event, steps)));
        return isEnded ? null : new Match(steps, events.get(taken));
    }

    /**
     * Index of the first event from an index on that fits a step.
     *
     * @param inARow whether it has to be that very event
     * @param absent steps of which none may come before
     * @return -1 if there is none
     */
    private int take(
            Step step,
            boolean inARow,
            List<Step> absent,
            List<CustomerEvent> events,
            int from,
            Map<String, Object> steps) {
        for (int i = from; i < events.size(); i++) {
            CustomerEvent event = events.get(i);
            if (fits(step, event, steps)) {
                return i;
            }
            if (inARow || absent.stream().anyMatch(other -> fits(other, event, steps))) {
                return -1;
            }
        }
        return -1;
    }

    private boolean fits(Step step, CustomerEvent event, Map<String, Object> steps) {
        return step.events().contains(event.name()) && (step.where() == null || holds(step.where(), event, steps));
    }

    // ---------------------------------------------------------------------------------------- what expressions see

    private boolean holds(TriggerExpression condition, CustomerEvent event, Map<String, Object> steps) {
        CelVariableResolver resolver = name -> switch (name) {
            case TriggerExpression.EVENT -> Optional.of(view(event));
            case TriggerExpression.STEPS -> Optional.of(steps);
            case TriggerExpression.CART -> cart(event);
            case SegmentDefinition.IN_SEGMENT -> Optional.of(segments.apply(event));
            default -> Optional.empty();
        };
        return segments.apply(event).keySet().containsAll(condition.segments()) && condition.holds(resolver);
    }

    /** The cart as of an event, by what was known with it; nothing if it had been ordered or replaced since. */
    private Optional<Object> cart(CustomerEvent event) {
        List<CustomerEvent> changes = known.stream()
                .filter(other -> other.knownAt() <= event.knownAt())
                .filter(other -> other.kind().isCart() || other.kind() == EventKind.ORDER)
                .toList();
        boolean isForgotten = changes.stream()
                .anyMatch(other -> event.isLate()
                        && startsAnew(other)
                        && other.order().compareTo(event.order()) > 0
                        && other.knownAt() < event.knownAt());
        if (isForgotten) {
            return Optional.empty();
        }
        Map<String, Long> quantities = new TreeMap<>();
        Map<String, Double> prices = new HashMap<>();
        Map<String, Object> cart = new HashMap<>();
        for (CustomerEvent change : changes) {
            if (change.order().compareTo(event.order()) > 0) {
                break;
            }
            if (startsAnew(change)) {
                quantities.clear();
            }
            cart.put("updated_at", Instant.ofEpochMilli(change.timestamp()));
            if (change.kind() == EventKind.ORDER) {
                cart.remove("updated_at");
            }
            for (CartLine line : change.cartLines()) {
                long sign = change.kind() == EventKind.CART_REMOVE ? -1 : 1;
                quantities.merge(line.productId(), sign * line.quantity(), Long::sum);
                if (line.price() != null) {
                    prices.put(line.productId(), line.price().doubleValue());
                }
            }
            quantities.values().removeIf(quantity -> quantity <= 0);
        }
        List<Object> items = new ArrayList<>();
        double value = 0;
        for (Map.Entry<String, Long> item : quantities.entrySet()) {
            items.add(Map.of("product_id", item.getKey(), "quantity", item.getValue()));
            value += item.getValue() * prices.get(item.getKey());
        }
        cart.put("items", items);
        cart.put("value", items.isEmpty() ? Map.of() : Map.of("USD", value));
        return Optional.of(cart);
    }

    private static boolean startsAnew(CustomerEvent change) {
        return change.kind() == EventKind.ORDER || change.kind() == EventKind.CART_UPDATE;
    }

    private static Map<?, ?> view(CustomerEvent event) {
        return (Map<?, ?>) new EventView(event).find(TriggerExpression.EVENT).orElseThrow();
    }
}
