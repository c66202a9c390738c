package io.tributary.operators.trigger;

import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.EventSequence.Relation;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomDistribution;

/**
 * Random triggers of sequences, as somebody may write them, and random events of one customer, for properties.
 *
 * <p>Both are made of numbers, of which 0 always means the simplest, so that what fails shrinks to something that can be read.
 */
final class RandomSequences {
    static final List<String> NAMES = List.of(
            "Product Viewed", "Product Added", "Order Completed", "Signed Up", "Ticket Opened", "Order Refunded");

    /** No event happens later, minutes. */
    static final int LAST_MINUTE = 60;

    /** No event becomes known later than that after it happened, minutes. */
    static final int LATEST_MINUTES = 40;

    /** Numbers that a trigger is made of; what is asked for behind them is 0. */
    private static final int NUMBERS_OF_A_TRIGGER = 96;

    private static final int NUMBERS_OF_AN_EVENT = 12;

    private static final List<String> PRODUCTS = List.of("p1", "p2", "p3");

    private RandomSequences() {}

    /** Numbers, one after the other. */
    private static final class Choices {
        private final List<Integer> numbers;
        private int used;

        private Choices(List<Integer> numbers) {
            this.numbers = numbers;
        }

        /** From 0 up to, and not including, a bound. */
        private int below(int bound) {
            return used < numbers.size() ? numbers.get(used++) % bound : 0;
        }

        /** Whether something happens that is true so often of a hundred times. */
        private boolean inAHundred(int times) {
            return below(100) >= 100 - times;
        }

        private <T> T of(List<T> values) {
            return values.get(below(values.size()));
        }
    }

    /** Lists of numbers of which each is as probable as any other and shrinks to 0. */
    private static Arbitrary<List<Integer>> numbers(int size) {
        return Arbitraries.integers()
                .between(0, 99)
                .withDistribution(RandomDistribution.uniform())
                .list()
                .ofSize(size);
    }

    // ----------------------------------------------------------------------------------------------------- triggers

    /** {@link #yaml} as it is read. */
    static Arbitrary<TriggerDefinition> definition(String name) {
        return yaml(name).map(RandomSequences::read);
    }

    /** Reads one trigger, an entry of a list. */
    static TriggerDefinition read(String yaml) {
        return Definitions.of("t.yaml", RandomMemberships.SEGMENTS + "triggers:\n" + yaml)
                .triggers()
                .values()
                .iterator()
                .next();
    }

    /**
     * Triggers in YAML, each an entry of a list.
     *
     * <p>An optional step and the step that may stand in its place never name the same event: such a trigger could be read in
     * two ways.
     */
    static Arbitrary<String> yaml(String name) {
        return numbers(NUMBERS_OF_A_TRIGGER).map(numbers -> new Trigger(new Choices(numbers)).yaml(name));
    }

    /** One trigger to three, each with a name of its own. */
    static Arbitrary<List<String>> set() {
        return numbers(NUMBERS_OF_A_TRIGGER).list().ofMinSize(1).ofMaxSize(3).map(lists -> IntStream.range(
                        0, lists.size())
                .mapToObj(i -> new Trigger(new Choices(lists.get(i))).yaml("t" + i))
                .toList());
    }

    /** A trigger in the making. */
    private static final class Trigger {
        private final Choices choices;
        private final boolean every;
        private final List<Relation> relations;
        private final List<Boolean> optional = new ArrayList<>();
        private final List<List<String>> events = new ArrayList<>();

        /** Ids of the steps so far whose events are part of a match. */
        private final List<String> taken = new ArrayList<>();

        /** Those of them at which conditions of steps can't look. */
        private final List<String> optionalIds = new ArrayList<>();

        private final StringBuilder steps = new StringBuilder();

        private Trigger(Choices choices) {
            this.choices = choices;
            this.every = choices.inAHundred(60);
            this.relations = relations();
        }

        private List<Relation> relations() {
            List<Relation> chosen = new ArrayList<>(List.of(Relation.ON));
            int size = choices.of(List.of(2, 1, 2, 2, 3, 3, 3, 4, 4, 4));
            while (chosen.size() < size) {
                boolean afterAbsent = chosen.get(chosen.size() - 1) == Relation.NOT_FOLLOWED_BY;
                boolean absent = choices.inAHundred(chosen.size() == size - 1 ? 45 : 25);
                boolean next = choices.inAHundred(30);
                chosen.add(
                        afterAbsent
                                ? Relation.FOLLOWED_BY
                                : absent ? Relation.NOT_FOLLOWED_BY : next ? Relation.NEXT : Relation.FOLLOWED_BY);
            }
            return chosen;
        }

        private String yaml(String name) {
            boolean takesTime = relations.size() > 1;
            for (int i = 0; i < relations.size(); i++) {
                takesTime |= step(i) > 1;
            }
            boolean endsByAbsence = relations.get(relations.size() - 1) == Relation.NOT_FOLLOWED_BY;
            return "- name: " + name + "\n  steps:\n" + steps
                    + (choices.inAHundred(30) ? "  correlation: product\n" : "")
                    + (takesTime ? "  within: %dm\n".formatted(within()) : "")
                    + (endsByAbsence ? reminders() : delay())
                    + "  expires_after: 1h\n"
                    + (choices.inAHundred(50)
                            ? "  payload: {s1: \"in_segment('s1')\", not_s2: \"!in_segment('s2')\"}\n"
                            : "");
        }

        /** Minutes, rather more than less: of what is over soon little fires. */
        private int within() {
            return choices.inAHundred(70) ? 15 + choices.below(16) : 1 + choices.below(30);
        }

        /** Writes a step, and says how often it has to happen. */
        private int step(int i) {
            String id = i == 0 ? "first" : "s" + i;
            Relation relation = relations.get(i);
            boolean isTaken = relation != Relation.NOT_FOLLOWED_BY;
            boolean isOptional = mayBeOptional(i) && choices.inAHundred(70);
            optional.add(isOptional);
            List<String> names = names(i, isOptional ? 1 : choices.of(List.of(1, 2, 2)));
            events.add(names);
            String where = condition(30, mandatory());
            int times = isTaken && !isOptional && (i > 0 || every) ? choices.of(List.of(1, 1, 1, 1, 1, 2, 2, 3)) : 1;
            steps.append("  - {id: %s, %s: %s".formatted(id, relation.key(), names))
                    .append(where == null ? "" : ", where: \"" + where + "\"")
                    .append(times == 1 ? "" : ", times: " + times)
                    .append(isOptional ? ", optional: true" : "")
                    .append(i > 0 ? "" : every ? ", select: every" : choices.inAHundred(50) ? ", select: last" : "")
                    .append("}\n");
            if (isTaken) {
                taken.add(id);
            }
            if (isOptional) {
                optionalIds.add(id);
            }
            return times;
        }

        private boolean mayBeOptional(int i) {
            return i > 0
                    && i < relations.size() - 1
                    && relations.get(i) == Relation.FOLLOWED_BY
                    && IntStream.rangeClosed(i - 1, i + 1)
                            .allMatch(beside -> relations.get(beside) != Relation.NOT_FOLLOWED_BY);
        }

        private List<String> names(int step, int count) {
            Set<String> others = new HashSet<>();
            if (step > 0 && !every) {
                others.addAll(events.get(0));
            }
            if (step > 0 && relations.get(step - 1) == Relation.NOT_FOLLOWED_BY) {
                others.addAll(events.get(step - 1));
            }
            for (int before = step - 1; before > 0 && optional.get(before); before--) {
                others.addAll(events.get(before));
            }
            List<String> left = new ArrayList<>(NAMES);
            left.removeAll(others);
            List<String> names = new ArrayList<>();
            while (names.size() < count) {
                names.add(left.remove(choices.below(left.size())));
            }
            return names;
        }

        private String delay() {
            return choices.inAHundred(30) ? "  delay: %dm\n".formatted(1 + choices.below(60)) : "";
        }

        private String reminders() {
            StringBuilder reminders = new StringBuilder();
            int after = 0;
            int count = choices.of(List.of(0, 1, 2));
            for (int i = 0; i < count; i++) {
                after += 1 + choices.below(20);
                String when = condition(60, taken);
                reminders
                        .append(i == 0 ? "  reminders:\n" : "")
                        .append("  - {id: r%d, after: %dm%s}\n"
                                .formatted(i, after, when == null ? "" : ", when: \"" + when + "\""));
            }
            return reminders.toString();
        }

        /** A condition of the event and of the steps so far; null for none. */
        private String condition(int inAHundred, List<String> steps) {
            if (choices.inAHundred(18)) {
                String membership = membership();
                return choices.of(List.of(
                        membership,
                        membership + " || " + comparison(steps),
                        membership + " || " + comparison(steps),
                        membership + " && " + comparison(steps),
                        "!(" + membership + " && " + comparison(steps) + ")",
                        membership + " || " + membership()));
            }
            if (!choices.inAHundred(inAHundred)) {
                return null;
            }
            return switch (choices.below(8)) {
                case 0 -> comparison(steps) + " && " + comparison(steps);
                case 1 -> comparison(steps) + " || " + comparison(steps);
                case 2 -> "!(" + comparison(steps) + ")";
                default -> comparison(steps);
            };
        }

        private List<String> mandatory() {
            return taken.stream().filter(id -> !optionalIds.contains(id)).toList();
        }

        private String membership() {
            return choices.of(
                    List.of("in_segment('s1')", "!in_segment('s2')", "!in_segment('s1')", "in_segment('s2')"));
        }

        private String comparison(List<String> steps) {
            int n = choices.below(6);
            if (choices.inAHundred(20)) {
                return choices.of(List.of(
                        "size(cart.items) >= " + n / 2,
                        "size(cart.items) < " + n,
                        "cart.value.USD >= " + 5 * n,
                        "cart.items.exists(i, i.product_id == 'p1' && i.quantity >= " + n / 2 + ")",
                        "event.timestamp - cart.updated_at <= duration('600s')"));
            }
            if (steps.isEmpty() || choices.below(2) == 0) {
                return choices.of(List.of(
                        "event.properties.n >= " + n,
                        "event.properties.n <= " + n,
                        "event.properties.n >= " + n / 2,
                        "event.properties.n != " + n,
                        "event.revenue >= " + 10 * n,
                        "event.properties.product_id == 'p1'",
                        "event.name == 'Product Viewed'"));
            }
            String step = choices.of(steps);
            return choices.of(List.of(
                            "event.properties.n > steps.%s.properties.n",
                            "event.properties.n <= steps.%s.properties.n",
                            "event.properties.product_id == steps.%s.properties.product_id",
                            "event.timestamp > steps.%s.timestamp",
                            "event.timestamp - steps.%s.timestamp <= duration('300s')",
                            "steps.%s.name != event.name",
                            "steps.%s.properties.n >= " + n))
                    .formatted(step);
        }
    }

    // ------------------------------------------------------------------------------------------------------- events

    /**
     * Up to 40 events of one customer within an hour, in their order, each with a message id of its own: often at the same
     * instant, one in five known only later, with orders that are reported twice, and statements of consent.
     *
     * <p>Orders with an id are not late: which of two reports of an order counts is decided when they arrive, not when they
     * are known.
     */
    static Arbitrary<List<CustomerEvent>> events() {
        return events(true);
    }

    /** As {@link #events()}, none of them late. */
    static Arbitrary<List<CustomerEvent>> inTime() {
        return events(false);
    }

    private static Arbitrary<List<CustomerEvent>> events(boolean mayBeLate) {
        return numbers(NUMBERS_OF_AN_EVENT)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40)
                .withSizeDistribution(RandomDistribution.uniform())
                .map(lists -> {
                    List<CustomerEvent> events = new ArrayList<>();
                    for (List<Integer> numbers : lists) {
                        events.add(event("m" + events.size(), new Choices(numbers), mayBeLate));
                    }
                    return TestStreams.sorted(events);
                });
    }

    private static CustomerEvent event(String messageId, Choices choices, boolean mayBeLate) {
        int kind = choices.below(24);
        long at = TestEvent.minute(choices.below(LAST_MINUTE + 1));
        int n = choices.below(6);
        String product = choices.of(PRODUCTS);
        String other = choices.of(PRODUCTS);
        int more = choices.below(10);
        TestEvent event =
                switch (kind) {
                    case 0, 1, 2, 3, 4 ->
                        TestEvent.track(messageId, "Product Viewed", at).with("product_id", product);
                    case 5, 6, 7, 8 -> TestEvent.added(messageId, product, at);
                    case 9, 10, 11 ->
                        TestEvent.ordered(messageId, more < 3 ? null : "o" + more % 4, at)
                                .with("revenue", 10 * n + ".50")
                                .with("products", products(product, other));
                    case 12, 13 -> of(TestEvent.track(messageId, "Signed Up", at), product, more);
                    case 14, 15 -> of(TestEvent.track(messageId, "Ticket Opened", at), product, more);
                    case 16, 17 ->
                        TestEvent.track(messageId, "Order Refunded", at)
                                .with("order_id", "o" + more % 4)
                                .with("total", 10 * n + ".50")
                                .with("products", products(product, other));
                    case 18 -> TestEvent.track(messageId, "Page Left", at).with("product_id", product);
                    case 20, 21 -> TestEvent.removed(messageId, product, at);
                    case 22, 23 ->
                        TestEvent.cart(messageId, at, more < 5 ? new String[] {other} : new String[] {"p1", "p3"});
                    default -> TestEvent.identify(messageId, at).consent("marketing", more < 7);
                };
        if (!choices.inAHundred(5)) {
            event.with("n", n);
        }
        if (choices.inAHundred(5)) {
            event.consent("marketing", more >= 3);
        }
        CustomerEvent read = event.event();
        boolean repeatable = read.kind() == EventKind.ORDER && read.purchase().orderId() != null;
        boolean isLate = mayBeLate && choices.inAHundred(20) && !repeatable;
        return isLate ? read.knownAt(read.timestamp() + (1 + choices.below(LATEST_MINUTES)) * 60_000L) : read;
    }

    /** Now and then it is about no product, or about several. */
    private static TestEvent of(TestEvent event, String product, int more) {
        if (more == 1 || more == 2) {
            event.with("products", products("p1", "p3"));
        }
        return more == 0 || more == 1 ? event : event.with("product_id", product);
    }

    private static List<Map<String, Object>> products(String... ids) {
        return Stream.of(ids)
                .distinct()
                .map(id -> Map.<String, Object>of("product_id", id, "price", "5.00"))
                .toList();
    }
}
