package io.tributary.operators.segment;

import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.operators.segment.SegmentIndex.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Keeps a customer's memberships right: it is told which fields are about to change and what they hold then, and asks only
 * the segments of which a condition has flipped. Room for one customer at a time, used for one after the other; not
 * thread-safe.
 */
final class SegmentEvaluator {
    /** By segment and value. */
    static final Comparator<SegmentChange> IN_ORDER = Comparator.comparing(SegmentChange::segment)
            .thenComparing(SegmentChange::value, Comparator.nullsFirst(Comparator.naturalOrder()));

    private static final List<ProfileField> ALL_COMPUTED =
            List.of(ProfileField.all(Root.COMPUTED), ProfileField.all(Root.VALUE));

    /** Attributes that most rounds look at no more of. */
    private static final int ROOM = 16;

    /** Of what is not folded. */
    static final long NO_FOLD = 0;

    private final SegmentIndex index;
    private final Facts nobody;
    private final ToLongFunction<ProfileField> foldOf;

    /** By attribute: what is folded for it, or {@link #NO_FOLD}. */
    private final long[] folds;

    /** By attribute that is just what a computed trait says: the trait, and what it says of no event; else null. */
    private final ProfileField[] computed;

    private final Object[] ofNothing;

    /** What attributes held before, of those that may change. */
    private final int[] noted;

    private int notedCount;

    /** By place in {@link #noted}. New in each round: to store objects of now in an old array costs more than a new one. */
    private Object[] before = {};

    private final int[] notedIn;

    /** What attributes hold that are not folded, and whether conditions hold; known if of the present round. */
    private final Object[] values;

    private final int[] valueIn;
    private final int[] places;
    private final int[] placeIn;

    private final boolean[] truths;
    private final int[] truthIn;
    private int round;

    /** The segments that have to be asked. */
    private final SegmentQueue candidates;

    /** What any event of a name may change; of names that computed traits or parametric segments look at. */
    private final Map<String, Changing> byEventName = new HashMap<>();

    /**
     * What may change.
     *
     * @param attributes those that read it
     * @param segments the places of the parametric ones
     */
    private record Changing(int[] attributes, int[] segments) {}

    /**
     * What attributes hold of somebody of whom nothing is known, as most do of anybody, and whom else to ask then; null if
     * never asked for.
     */
    private Object[] ofNobody;

    private int[] placesOfNobody;
    private int[] concernedByNobody;

    private final IntUnaryOperator placeOfAttribute = this::place;
    private final IntPredicate conditionHolds = this::holds;
    private final IntPredicate isNoted = this::isNoted;
    private final IntPredicate conditionMayHaveHeld = this::mayHaveHeld;
    private final Flips flips = new Flips();

    private Facts facts;
    private Supplier<Memberships> memberships;
    private List<SegmentChange> changes;

    /**
     * @param nobody what is known of somebody of whom nothing is known
     * @param foldOf the id of what is folded for a computed trait, or {@link #NO_FOLD}
     */
    SegmentEvaluator(SegmentIndex index, Facts nobody, ToLongFunction<ProfileField> foldOf) {
        this.index = index;
        this.nobody = nobody;
        this.foldOf = foldOf;
        noted = new int[index.attributeCount()];
        notedIn = new int[index.attributeCount()];
        values = new Object[index.attributeCount()];
        valueIn = new int[index.attributeCount()];
        places = new int[index.attributeCount()];
        placeIn = new int[index.attributeCount()];
        truths = new boolean[index.conditionCount()];
        truthIn = new int[index.conditionCount()];
        candidates = new SegmentQueue(index.segments());
        folds = new long[index.attributeCount()];
        Arrays.setAll(folds, this::fold);
        computed = new ProfileField[index.attributeCount()];
        Arrays.setAll(
                computed,
                attribute -> folds[attribute] == NO_FOLD
                        ? null
                        : index.attribute(attribute).field());
        ofNothing = new Object[index.attributeCount()];
        Arrays.setAll(ofNothing, attribute -> computed[attribute] == null ? null : nobody.value(computed[attribute]));
    }

    private long fold(int attribute) {
        return index.attribute(attribute).operand() instanceof Attribute.Path path
                        && path.field().root() == Root.COMPUTED
                ? foldOf.applyAsLong(path.field())
                : NO_FOLD;
    }

    /** What an attribute holds. Of a computed trait without a look at what the attribute is: that lies all over the memory. */
    private Object value(int attribute, Facts of) {
        return computed[attribute] == null
                ? index.attribute(attribute).value(of)
                : of.value(computed[attribute], folds[attribute], ofNothing[attribute]);
    }

    // ------------------------------------------------------------------------------------------------ before and after

    /**
     * Begins a round.
     *
     * @param known of the customer
     * @param changing as those of {@link #note}
     * @param until the instant of {@link #end} if time alone changes conditions till then, else that of what is known
     */
    void begin(Facts known, Iterable<ProfileField> changing, long until) {
        begin();
        note(known, changing);
        if (until > known.now()) {
            noteAll(index.elapsed(), known);
            note(known, known.computedChangesBy(until));
        }
    }

    /** Notes what fields hold that may be about to change; what was noted in this round stays. */
    void note(Facts known, Iterable<ProfileField> changing) {
        for (ProfileField field : changing) {
            noteAll(index.attributesOf(field), known);
            if (isParametric(field)) {
                ask(index.byName(field.name()));
            }
        }
    }

    /**
     * As {@link #note}, of what any event of a name changes.
     *
     * @param computed that are changed; always the same of a name
     */
    void noteEvent(String name, List<ProfileField> computed, Facts known) {
        Changing changing = byEventName.get(name);
        if (changing == null) {
            changing = changing(name, computed);
            if (!computed.isEmpty()) {
                byEventName.put(name, changing);
            }
        }
        noteAll(changing.attributes, known);
        ask(changing.segments);
    }

    private Changing changing(String event, List<ProfileField> computed) {
        List<ProfileField> fields = new ArrayList<>(computed);
        fields.add(ProfileField.EVENT_COUNT);
        fields.add(ProfileField.FIRST_SEEN);
        fields.add(ProfileField.LAST_SEEN);
        fields.add(new ProfileField(Root.EVENTS_BY_NAME, event));
        return new Changing(
                fields.stream()
                        .flatMapToInt(field -> IntStream.of(index.attributesOf(field)))
                        .distinct()
                        .toArray(),
                fields.stream()
                        .filter(field -> isParametric(field) && index.byName(field.name()) != null)
                        .mapToInt(field -> index.placeOf(index.byName(field.name())))
                        .toArray());
    }

    private static boolean isParametric(ProfileField field) {
        return field.root() == Root.VALUE && field.name() != null;
    }

    /**
     * Begins a round in which everything may change. What is known then is compared with nothing: a segment that nobody of
     * whom nothing is known is in, of which no condition holds otherwise then, and in which the customer is not, stays so.
     *
     * @param of the customer
     */
    void beginAnew(Memberships of) {
        begin();
        if (ofNobody == null) {
            lookAtNobody();
        }
        for (int attribute = 0; attribute < index.attributeCount(); attribute++) {
            note(attribute, ofNobody[attribute]);
        }
        ask(concernedByNobody);
        ask(index.parametric());
        for (int number : of.segments()) {
            askWithAskers(index.placeOfNumber(number));
        }
        for (int number : of.parametric().keySet()) {
            askWithAskers(index.placeOfNumber(number));
        }
    }

    private void askWithAskers(int place) {
        if (place >= 0) {
            ask(place);
            ask(index.askersOf(place));
        }
    }

    private void lookAtNobody() {
        ofNobody = new Object[index.attributeCount()];
        placesOfNobody = new int[index.attributeCount()];
        for (int attribute = 0; attribute < index.attributeCount(); attribute++) {
            ofNobody[attribute] = computed[attribute] == null ? value(attribute, nobody) : ofNothing[attribute];
            placesOfNobody[attribute] = index.attributeIndex(attribute).placeOf(ofNobody[attribute]);
        }
        SegmentEvaluator other = new SegmentEvaluator(index, nobody, foldOf);
        other.begin();
        for (int place = 0; place < index.segments().size(); place++) {
            other.ask(place);
        }
        Memberships in = new Memberships();
        other.end(nobody, () -> in);
        SortedSet<Integer> concerned = new TreeSet<>();
        for (int number : in.segments()) {
            int place = index.placeOfNumber(number);
            concerned.add(place);
            for (int asker : index.askersOf(place)) {
                concerned.add(asker);
            }
        }
        concernedByNobody = concerned.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Who looks at what flips of an attribute. */
    private final class Flips implements AttributeIndex.Flips {
        private ComparedSegments compared;
        private int placeNow;

        void of(int attribute, Object held) {
            if (isAsBefore(attribute, held)) {
                return;
            }
            Object now = value(attribute);
            if (Objects.equals(held, now)) {
                return;
            }
            AttributeIndex ofAttribute = index.attributeIndex(attribute);
            int placeBefore = ofAttribute.placeOf(held);
            compared = index.compared(attribute);
            placeNow = ofAttribute.placeOf(now, placeBefore);
            keepPlace(attribute, placeNow);
            ofAttribute.forEachFlipped(held, placeBefore, now, placeNow, this);
        }

        /**
         * What can be said without looking at what it holds, of one that held before what it holds of nobody. Of one that
         * grows as time passes nothing can: of nobody it was asked at no instant of the customer's.
         */
        @SuppressWarnings("ReferenceEquality") // Says less than it could.
        private boolean isAsBefore(int attribute, Object held) {
            return ofNobody != null
                    && held == ofNobody[attribute]
                    && !index.attribute(attribute).isElapsed()
                    && (isNotFolded(attribute)
                            || (index.attribute(attribute).operand() instanceof Attribute.Expression expression
                                    && expression.reads().stream().allMatch(SegmentEvaluator.this::isAsOfNobody)));
        }

        @Override
        public void mayFlip(int from, int to) {
            int end = compared.start(to);
            for (int record = compared.start(from); record < end; record = compared.next(record)) {
                if (compared.isConjunction(record)) {
                    decideConjunction(record);
                } else {
                    ask(compared.place(record));
                }
            }
        }

        private void decideConjunction(int record) {
            // Who comes into it has all conditions now, and one of which this one held had all before.
            boolean enters = compared.doesComparisonHold(record, placeNow);
            boolean mayChange = enters
                    ? compared.doOthersHold(record, attribute -> false, placeOfAttribute, conditionHolds)
                    : compared.doOthersHold(record, isNoted, placeOfAttribute, conditionMayHaveHeld);
            if (mayChange && memberships.get().contains(compared.number(record)) != enters) {
                change(index.segments().get(compared.place(record)), null, enters, conditionHolds, null);
                ask(index.askersOf(compared.place(record)));
            }
        }

        @Override
        public void mayFlip(int condition) {
            ask(index.segmentsOf(condition));
        }
    }

    /** The segments at some places decide otherwise than before. */
    void ask(int[] places) {
        for (int place : places) {
            ask(place);
        }
    }

    private void begin() {
        round++;
        notedCount = 0;
        before = new Object[ROOM];
        candidates.clear();
    }

    private void noteAll(int[] attributes, Facts known) {
        for (int attribute : attributes) {
            if (!isNoted(attribute)) {
                note(attribute, value(attribute, known));
            }
        }
    }

    /** Whether an attribute may hold another value than it did: of all others conditions hold now that did. */
    private boolean isNoted(int attribute) {
        return notedIn[attribute] == round;
    }

    private void note(int attribute, Object holds) {
        notedIn[attribute] = round;
        noted[notedCount] = attribute;
        if (notedCount == before.length) {
            before = Arrays.copyOf(before, 2 * notedCount);
        }
        before[notedCount] = holds;
        notedCount++;
    }

    private void ask(Segment segment) {
        if (segment != null) {
            ask(index.placeOf(segment));
        }
    }

    private void ask(int place) {
        candidates.add(place);
    }

    /**
     * Brings memberships up to date.
     *
     * @param known what is known now
     * @param of the customer, asked for only if a segment may change; are changed
     * @return what has changed, in the order of (segment, value)
     */
    List<SegmentChange> end(Facts known, Supplier<Memberships> of) {
        facts = known;
        memberships = of;
        List<SegmentChange> all = new ArrayList<>(0);
        changes = all;
        for (int i = 0; i < notedCount; i++) {
            flips.of(noted[i], before[i]);
        }
        for (int place = candidates.poll(); place >= 0; place = candidates.poll()) {
            decide(place);
        }
        all.sort(IN_ORDER);
        return all;
    }

    private void decide(int place) {
        Segment segment = index.segments().get(place);
        boolean wasIn = memberships.get().contains(segment.number());
        if (segment.isParametric()) {
            decideValues(segment);
        } else if (segment.formula().holds(conditionHolds) != wasIn) {
            change(segment, null, !wasIn, conditionHolds, null);
        }
        if (memberships.get().contains(segment.number()) != wasIn) {
            ask(index.askersOf(place));
        }
    }

    private void decideValues(Segment segment) {
        SortedMap<String, Object> results = facts.values(segment.name());
        SortedSet<String> in = ParametricRule.in(segment, results, this::holds);
        SortedSet<String> all = new TreeSet<>(in);
        all.addAll(memberships.get().values(segment.number()).keySet());
        for (String value : all) {
            boolean isIn = in.contains(value);
            if (isIn != memberships.get().values(segment.number()).containsKey(value)) {
                Object result = results.get(value);
                change(segment, value, isIn, condition -> holds(condition, result), result);
            }
        }
    }

    private void change(Segment segment, String value, boolean entered, IntPredicate condition, Object result) {
        if (entered) {
            memberships.get().enter(segment.number(), value, facts.now());
        } else {
            memberships.get().exit(segment.number(), value);
        }
        List<SegmentChange.Reason> because = new ArrayList<>();
        segment.formula().explain(condition, number -> because.add(reason(number, result)));
        changes.add(new SegmentChange(facts.now(), segment.name(), value, entered, segment.version(), because));
    }

    private SegmentChange.Reason reason(int number, Object result) {
        ConditionCompiler.NamedCondition named = index.condition(number);
        int place = index.attributeOf(number);
        if (place < 0) {
            return new SegmentChange.Reason(named.text(), String.valueOf(holds(number)));
        }
        Attribute attribute = index.attribute(place);
        Object value = index.isOfValue(number) ? attribute.value(new FactsOfValue(facts, result)) : value(place);
        return new SegmentChange.Reason(named.text(), attribute.observed(value));
    }

    private boolean holds(int condition, Object result) {
        if (!index.isOfValue(condition)) {
            return holds(condition);
        }
        Condition.OnAttribute onValue =
                (Condition.OnAttribute) index.condition(condition).condition();
        return onValue.holds(onValue.attribute().value(new FactsOfValue(facts, result)));
    }

    private boolean holds(int number) {
        if (index.isComparison(number)) {
            return index.holds(number, place(index.attributeOf(number)));
        }
        Condition condition = index.condition(number).condition();
        if (condition instanceof Condition.InSegment asked) {
            return memberships.get().contains(index.byName(asked.segment()).number());
        }
        if (truthIn[number] != round) {
            truthIn[number] = round;
            truths[number] = ((Condition.OnAttribute) condition).holds(value(index.attributeOf(number)));
        }
        return truths[number];
    }

    /** Whether a condition on an attribute holds, or may have held before. */
    private boolean mayHaveHeld(int number) {
        return isNoted(index.attributeOf(number)) || holds(number);
    }

    private int place(int attribute) {
        if (placeIn[attribute] != round) {
            keepPlace(attribute, newPlace(attribute));
        }
        return places[attribute];
    }

    private void keepPlace(int attribute, int place) {
        placeIn[attribute] = round;
        places[attribute] = place;
    }

    @SuppressWarnings("ReferenceEquality") // Only saves the search.
    private int newPlace(int attribute) {
        if (ofNobody != null && isNotFolded(attribute)) {
            return placesOfNobody[attribute];
        }
        Object value = value(attribute);
        return ofNobody != null && value == ofNobody[attribute]
                ? placesOfNobody[attribute]
                : index.attributeIndex(attribute).placeOf(value);
    }

    /** Whether an attribute is of something folded of which there is nothing. */
    private boolean isNotFolded(int attribute) {
        return folds[attribute] != NO_FOLD && !facts.isFolded(folds[attribute]);
    }

    private boolean isAsOfNobody(ProfileField field) {
        return field.name() != null && Objects.equals(facts.value(field), nobody.value(field));
    }

    private Object value(int attribute) {
        if (folds[attribute] != NO_FOLD) {
            // Not kept: to store an object of now in an old array costs more than to ask what is folded.
            return value(attribute, facts);
        }
        if (valueIn[attribute] != round) {
            valueIn[attribute] = round;
            values[attribute] = value(attribute, facts);
        }
        return values[attribute];
    }

    // ------------------------------------------------------------------------------------------------------- the time

    /**
     * The least instant, after that of the facts given to {@link #end}, at which time alone may change a condition on what
     * has just been noted, milliseconds since 1970; computed traits apart. {@link Long#MAX_VALUE} if there is none.
     */
    long nextFlipOfNoted() {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < notedCount; i++) {
            if (index.attribute(noted[i]).isElapsed()) {
                next = Math.min(next, index.nextFlip(noted[i], facts));
            }
        }
        return next;
    }

    /** The least instant after the present one at which time alone may change any condition, or what traits say. */
    long nextChange(Facts known) {
        long next = known.nextComputedChange(ALL_COMPUTED);
        for (int attribute : index.elapsed()) {
            next = Math.min(next, index.nextFlip(attribute, known));
        }
        return next;
    }
}
