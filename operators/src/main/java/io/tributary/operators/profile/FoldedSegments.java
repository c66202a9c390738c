package io.tributary.operators.profile;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.segment.ComputedTraits;
import io.tributary.operators.segment.Facts;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.segment.SegmentClock;
import io.tributary.operators.segment.SegmentTracker;
import io.tributary.operators.segment.TraitBeginnings;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Computed traits and memberships of the customer whose turn it is. Each change is decided here, with what its ledgers say
 * before and after it. Not thread-safe.
 */
final class FoldedSegments {
    private final CustomerLedgers ledgers;
    private final Supplier<Memberships> memberships;
    private final ActiveDefinitions definitions;
    private final TraitBeginnings beginnings;
    private final List<SegmentChange> changes = new ArrayList<>();

    FoldedSegments(CustomerLedgers ledgers, ActiveDefinitions definitions, TraitBeginnings beginnings) {
        this.ledgers = ledgers;
        this.memberships = ledgers.segments()::get;
        this.definitions = definitions;
        this.beginnings = beginnings;
    }

    private SegmentTracker tracker() {
        return definitions.tracker();
    }

    private SegmentClock clock() {
        return ledgers.state().segmentClock();
    }

    private Facts facts() {
        return new ProfileFacts(
                new ProfileFacts.Ledgers(
                        ledgers::activity,
                        ledgers::record,
                        ledgers::listing,
                        definitions.compiled().traits().facts(ledgers::computed)),
                clock().now());
    }

    /** Whether no definition says anything of the customer, nor has one. */
    private boolean areNone() {
        return clock().isNew() && !definitions.compiled().decideAnything();
    }

    /**
     * Makes memberships those of the definitions that hold.
     *
     * @param instant since when they hold, milliseconds since 1970
     * @return whether what the profile says may be another
     */
    boolean adopt(long instant) {
        ProfileState state = ledgers.state();
        long decidedBy = state.publication();
        if (decidedBy == definitions.publication() || !state.hasAnybody() || areNone()) {
            return false;
        }
        state.publication(definitions.publication());
        if (clock().isNew()) {
            tracker().lookAnew(facts(), instant, clock(), memberships, this::changed);
            return true;
        }
        return tracker().adopt(decidedBy, facts(), instant, clock(), memberships, this::changed);
    }

    /**
     * Begins an event of a customer that has {@linkplain #adopt adopted} the definitions that hold. To be followed by {@link #end}.
     *
     * @param event that has not been folded
     */
    void begin(CustomerEvent event) {
        if (areNone()) {
            return;
        }
        // Who is new has nothing to catch up with.
        ledgers.state().publication(definitions.publication());
        Facts facts = facts();
        tracker().open(facts, clock(), memberships, event.timestamp(), ledgers.mayIdentifyBy(event), this::changed);
        tracker().changing(event, facts, clock());
    }

    /** The time zone of the customer; null if nothing asks for it, or if there is none that is known. */
    String zone() {
        return definitions.compiled().zone(facts());
    }

    /** Whether a computed trait or a parametric segment looks at the event. */
    boolean lookAt(CustomerEvent event) {
        return definitions.compiled().traits().lookAt(event);
    }

    /**
     * Folds an event into ledgers of computed traits.
     *
     * @param watermark what has passed, milliseconds since 1970
     * @return whether they have changed
     */
    boolean fold(CustomerEvent event, long watermark, ComputedLedger... into) {
        ComputedTraits traits = definitions.compiled().traits();
        EventView view = new EventView(event);
        boolean changed = false;
        for (ComputedLedger ledger : into) {
            changed |= traits.fold(view, ledger, Math.min(watermark, clock().now()));
        }
        return changed;
    }

    /** Ends an event, which has been folded. */
    void end(CustomerEvent event) {
        if (!areNone()) {
            tracker().close(facts(), clock(), memberships, event.timestamp(), this::changed);
        }
    }

    /**
     * The customer, which had {@linkplain #adopt adopted} the definitions that hold, has got or lost events of the past.
     *
     * @param instant milliseconds since 1970
     */
    void lookAnew(long instant) {
        if (areNone()) {
            return;
        }
        ledgers.state().publication(definitions.publication());
        if (ledgers.state().hasAnybody()) {
            tracker().lookAnew(facts(), instant, clock(), memberships, this::changed);
        } else {
            tracker().leaveAll(instant, memberships, this::changed);
            ledgers.state().segmentClock(new SegmentClock());
        }
    }

    /**
     * Lets time pass.
     *
     * @param until up to and including this instant, milliseconds since 1970
     * @return whether what the profile says may be another
     */
    boolean pass(long until) {
        if (clock().due() > until) {
            return false;
        }
        return tracker().advance(facts(), clock(), memberships, until, this::changed);
    }

    private void changed(SegmentChange change) {
        changes.add(change);
        ledgers.segments().changed();
    }

    /** What has changed since the last call, in order. */
    List<SegmentChange> drain() {
        if (changes.isEmpty()) {
            return List.of();
        }
        if (ledgers.segments().get().isEmpty()) {
            ledgers.segments().clear();
        }
        List<SegmentChange> drained = List.copyOf(changes);
        changes.clear();
        return drained;
    }

    /** What the profile of a customer says that has {@linkplain #adopt adopted} the definitions that hold. */
    ProfileJson.Segments published() {
        if (areNone()) {
            return ProfileJson.Segments.NONE;
        }
        Facts facts = facts();
        return new ProfileJson.Segments(
                definitions.compiled().traits().published(ledgers.computed(), facts.now()),
                definitions
                        .compiled()
                        .traits()
                        .incomplete(beginnings, ledgers.activity().firstSeen(), facts.now()),
                tracker().memberships(ledgers.segments().get(), facts));
    }
}
