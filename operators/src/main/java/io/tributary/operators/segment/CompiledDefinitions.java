package io.tributary.operators.segment;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.definition.DeliveryDefinition.CustomerZone;
import io.tributary.schemas.definition.DeliveryDefinition.QuietHours;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.util.Collection;

/** A set of definitions as it decides. For one thread: what it decides with has room for one customer at a time. */
public final class CompiledDefinitions {
    private final ReadDefinitions read;
    private final ComputedTraits traits;
    private final boolean decidesAnything;

    /** Null if nothing asks for it. */
    private final ProfileField customerZone;

    private final SegmentEvaluator evaluator;
    private final SegmentForecast forecast;
    private final DefinitionChanges changes;

    CompiledDefinitions(ReadDefinitions read) {
        this.read = read;
        Definitions definitions = read.definitions();
        traits = new ComputedTraits(definitions);
        CustomerZone zone = definitions.delivery().customerZone();
        customerZone =
                zone == null ? null : new ProfileField(zone.isComputed() ? Root.COMPUTED : Root.TRAITS, zone.name());
        decidesAnything =
                !definitions.traits().isEmpty() || !definitions.segments().isEmpty() || zone != null;
        evaluator = new SegmentEvaluator(
                read.index(), new FactsOfNobody(traits.facts(ComputedLedger::new)), traits::foldOf);
        forecast = new SegmentForecast(read.index(), traits::mayChangeByTime);
        changes = new DefinitionChanges(read.index(), read.published());
    }

    /** @param published what of {@code definitions} has been published, so that segments have versions and numbers */
    public CompiledDefinitions(Definitions definitions, PublishedDefinitions published) {
        this(new ReadDefinitions(definitions, published));
    }

    /** A set that holds from the beginning, each definition in its first version. */
    public static CompiledDefinitions fromTheBeginning(Definitions definitions) {
        return new CompiledDefinitions(definitions, PublishedDefinitions.NONE.next(definitions, 0));
    }

    /** Whether there is any segment or computed trait, or something asks for the time zones of customers. */
    public boolean decideAnything() {
        return decidesAnything;
    }

    public ComputedTraits traits() {
        return traits;
    }

    public Collection<TriggerDefinition> triggers() {
        return read.definitions().triggers().values();
    }

    /** What holds triggers back that have fired. */
    public DeliveryDefinition delivery() {
        return read.definitions().delivery();
    }

    /** Whether an event may change the time zone of a customer, for which something asks. */
    public boolean mayChangeZone(CustomerEvent event) {
        return customerZone != null
                && (customerZone.root() == Root.TRAITS
                        ? event.traits().containsKey(customerZone.name())
                        : traits.changedBy(event).contains(customerZone));
    }

    /** The time zone of a customer; null if nothing asks for it, or if there is none that is known. */
    public String zone(Facts facts) {
        return customerZone != null
                        && facts.value(customerZone) instanceof String zone
                        && QuietHours.zones().contains(zone)
                ? zone
                : null;
    }

    /** Whether a customer is in a segment, or, if it is parametric, in one of its values. */
    public boolean isIn(String segment, Memberships memberships) {
        return memberships(segment, memberships) > 0;
    }

    /** How many memberships a customer has in a segment: one at most, unless it is parametric; none if there is no such segment. */
    public int memberships(String segment, Memberships memberships) {
        SegmentIndex.Segment known = index().byName(segment);
        if (known == null || !memberships.contains(known.number())) {
            return 0;
        }
        return known.isParametric() ? memberships.values(known.number()).size() : 1;
    }

    SegmentIndex index() {
        return read.index();
    }

    /** A segment that has been removed, by its number. */
    PublishedDefinition removed(int number) {
        return read.removed(number);
    }

    SegmentEvaluator evaluator() {
        return evaluator;
    }

    SegmentForecast forecast() {
        return forecast;
    }

    DefinitionChanges changes() {
        return changes;
    }
}
