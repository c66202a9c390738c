package io.tributary.operators.trigger;

import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.trigger.Suppression.Reason;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.definition.DeliveryDefinition.Cap;
import io.tributary.schemas.definition.DeliveryDefinition.QuietHours;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.time.Timestamps;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a trigger that has fired has to pass before it is told. A customer's come in {@link Trigger#ORDER}, so that what is
 * held back is a function of what has fired. Immutable.
 */
public final class Gate {
    private final DeliveryDefinition rules;

    /** By trigger; of those that cool down. */
    private final Map<String, Duration> coolDowns;

    public Gate(DeliveryDefinition rules, Collection<TriggerDefinition> triggers) {
        this.rules = rules;
        this.coolDowns = triggers.stream()
                .filter(trigger -> !trigger.coolDown().isZero())
                .collect(Collectors.toMap(TriggerDefinition::name, TriggerDefinition::coolDown));
    }

    /** One that lets everything pass. */
    static Gate open() {
        return new Gate(DeliveryDefinition.NONE, List.of());
    }

    /**
     * When something that fires at an instant may be told, if nothing else holds it back; both milliseconds since 1970.
     *
     * @param zone of the customer; null if nobody knows
     */
    long opensAt(long instant, String zone) {
        return postpones() ? rules.quietHours().in(zone).end(instant) : instant;
    }

    /** At most how much later than it fires something is told, milliseconds. */
    long mostPostponed() {
        return postpones() ? DeliveryDefinition.MOST_POSTPONED : 0;
    }

    /** Whether what has fired may turn out to wait if the customer is another one: because it is elsewhere. */
    boolean postponesByZone() {
        return postpones() && rules.customerZone() != null;
    }

    private boolean postpones() {
        return rules.quietHours() != null && rules.quietHours().postpone();
    }

    /**
     * A customer to whom something is told at an instant, milliseconds since 1970.
     *
     * @param purpose of the trigger
     */
    Recipient recipient(String purpose, long instant, TriggerState state) {
        return recipient(state.said().at(purpose, instant), instant, state.profile());
    }

    /** @param instant as of which the profile is asked, milliseconds since 1970 */
    Recipient recipient(Word word, long instant, ProfileTimelines profile) {
        return new Recipient(word, suppressedBy(instant, profile), zone(instant, profile));
    }

    /** In which zone a customer is at an instant, milliseconds since 1970; null if nobody asks or knows. */
    String zone(long instant, ProfileTimelines profile) {
        return rules.customerZone() == null
                ? null
                : profile.value(rules.customerZone().toString(), instant);
    }

    /** The first segment by name in which a customer is told nothing at an instant, milliseconds since 1970; null if it is in none. */
    private String suppressedBy(long instant, ProfileTimelines profile) {
        for (String segment : rules.suppress()) {
            if (Boolean.TRUE.equals(profile.isIn(segment, instant))) {
                return segment;
            }
        }
        return null;
    }

    /** Whether it asks what a customer was told before; else there is no history. */
    public boolean counts() {
        return !rules.caps().isEmpty() || !coolDowns.isEmpty();
    }

    /**
     * Why a trigger is not told; null if it is.
     *
     * @param history of its customer
     */
    public Suppression suppression(Trigger trigger, GateHistory history) {
        if (trigger.toldAt() > trigger.expiresAt()) {
            return new Suppression(Reason.EXPIRED, "at " + Timestamps.format(trigger.expiresAt()));
        }
        return suppression(Contact.of(trigger), trigger.trigger().definition().purpose(), trigger.recipient(), history);
    }

    Suppression suppression(Contact contact, String purpose, Recipient recipient, GateHistory history) {
        if (recipient.word() == Word.REFUSED) {
            return new Suppression(Reason.CONSENT, purpose + " is refused");
        }
        if (recipient.word() == Word.SILENT && rules.optIn().contains(purpose)) {
            return new Suppression(Reason.CONSENT, purpose + " is not granted");
        }
        if (recipient.suppressedBy() != null) {
            return new Suppression(Reason.SUPPRESSED, "in " + recipient.suppressedBy());
        }
        if (rules.quietHours() != null) {
            QuietHours quiet = rules.quietHours().in(recipient.zone());
            if (quiet.hold(contact.at())) {
                return new Suppression(Reason.QUIET_HOURS, quiet.toString());
            }
        }
        Duration coolDown = coolDowns.get(contact.trigger());
        if (coolDown != null && history.hasAnother(contact, coolDown)) {
            return new Suppression(Reason.COOL_DOWN, "within " + CartTrigger.text(coolDown));
        }
        for (Cap cap : rules.caps()) {
            if (cap.counts(contact.channel(), contact.group()) && history.reaches(cap, contact.at())) {
                return new Suppression(Reason.CAP, cap.toString());
            }
        }
        return null;
    }

    /** The history behind a trigger that was told. */
    public GateHistory told(Trigger trigger, GateHistory history) {
        return told(Contact.of(trigger), history);
    }

    GateHistory told(Contact contact, GateHistory history) {
        return at(contact.at(), history.withTold(contact));
    }

    /** Without what nothing asks for from an instant on, milliseconds since 1970. */
    GateHistory at(long instant, GateHistory history) {
        return history.at(instant, rules.caps(), coolDowns);
    }

    /**
     * The history of a customer who starts anew, because it has got or lost what others have done: what it was told itself,
     * and what it would have been told had all this been its own from the beginning.
     *
     * @param replayed what would have fired up to the instant, in {@link Trigger#ORDER}
     * @param instant milliseconds since 1970
     */
    public GateHistory startedAnew(GateHistory history, List<Trigger> replayed, long instant) {
        GateHistory anew = at(instant, history.facts());
        for (Trigger trigger : replayed) {
            Contact contact = Contact.of(trigger);
            if (!anew.wasTold(contact) && suppression(trigger, anew) == null) {
                anew = at(contact.at(), anew.withReplayed(contact));
            }
        }
        return at(instant, anew);
    }

    /** The first instant at which a history says nothing any more, milliseconds since 1970; the least long if it says nothing. */
    long end(GateHistory history) {
        return history.end(rules.caps(), coolDowns);
    }
}
