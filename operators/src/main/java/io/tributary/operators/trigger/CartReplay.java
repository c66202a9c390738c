package io.tributary.operators.trigger;

import io.tributary.operators.profile.Cart;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.ConsentTimelines;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What would have fired for a customer who starts anew, had it done all that from the beginning.
 *
 * <p>Only what everybody knows is looked at, however far a watermark had come when somebody forgot: the cart's operations
 * since the last order or replacement, as a {@link CartLog} keeps them at the instant, and what the customer says on the
 * purpose right before it.
 */
public final class CartReplay {
    private CartReplay() {}

    /**
     * What would have fired, in {@link Trigger#ORDER}.
     *
     * @param all of which those of sequences are nothing to this
     * @param entries the operations that are the customer's, at least those that a cart log keeps at the instant
     * @param consent by purpose, at least what a decision at the instant can ask for
     * @param profile tells in which segments and in which time zone the customer is at the instant
     * @param gate that says how long something waits
     * @param instant up to and including which something is told, milliseconds since 1970
     */
    public static List<Trigger> of(
            List<CartTrigger> all,
            String customerId,
            List<CartEntry> entries,
            Map<String, List<Consent.Statement>> consent,
            Map<String, List<Turn>> profile,
            Gate gate,
            long instant) {
        List<CartTrigger> triggers =
                all.stream().filter(trigger -> trigger.definition().isOfCart()).toList();
        CartLog cart = new CartLog();
        entries.stream().filter(entry -> entry.knownAt() <= instant).forEach(cart::add);
        cart.forgetBehind(instant);
        ConsentTimelines said = new ConsentTimelines();
        said.state(consent);
        ProfileTimelines timelines = new ProfileTimelines();
        timelines.state(profile);
        SeenSegments seen = SeenSegments.at(instant, segmentsOf(triggers), timelines);
        List<Trigger> fired = new ArrayList<>();
        List<CartEntry> known = cart.entries();
        for (int i = 0; i < known.size(); i++) {
            CartEntry entry = known.get(i);
            long end = i + 1 < known.size() ? known.get(i + 1).order().timestamp() - 1 : instant;
            long begun = entry.order().timestamp();
            if (!entry.isOrder() && triggers.stream().anyMatch(trigger -> mayFire(trigger, end - begun))) {
                Cart left = cart.cartAt(entry.order());
                CartVariables variables = new CartVariables(left, seen);
                for (CartTrigger trigger : triggers) {
                    for (Deadline deadline : trigger.definition().deadlines()) {
                        Recipient recipient = gate.recipient(
                                said.at(trigger.definition().purpose(), instant - 1), instant, timelines);
                        long toldAt = gate.opensAt(begun + deadline.delay().toMillis(), recipient.zone());
                        if (toldAt <= Math.min(end, instant) && trigger.begins(deadline, variables)) {
                            fired.add(Trigger.ofCart(trigger, deadline, customerId, entry.order(), variables, recipient)
                                    .postponedTo(toldAt));
                        }
                    }
                }
            }
        }
        fired.sort(Trigger.ORDER);
        return fired;
    }

    private static SortedSet<String> segmentsOf(List<CartTrigger> triggers) {
        SortedSet<String> segments = new TreeSet<>();
        triggers.forEach(trigger -> segments.addAll(trigger.definition().segments()));
        return segments;
    }

    private static boolean mayFire(CartTrigger trigger, long quietMillis) {
        return trigger.definition().deadlines().get(0).delay().toMillis() <= quietMillis;
    }
}
