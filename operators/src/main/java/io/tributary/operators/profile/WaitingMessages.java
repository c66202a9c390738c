package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.flink.api.common.state.MapState;

/**
 * What waits at a customer for the watermark: fragments that come and go, sights, and the events of fragments that are
 * still to come. Whoever adds or takes touches nothing of what waits beside it.
 */
final class WaitingMessages {
    private final MapState<Long, CustomerMessages> byInstant;
    private final MapState<FragmentId, StartsOfFragment> starts;

    /** What is due at an instant, in the order of arrival, and the events that have waited for some of it. */
    record Due(
            List<CustomerMessage> messages,
            IdentityHashMap<CustomerMessage, List<CustomerMessage.Event>> arrivedWith) {}

    WaitingMessages(MapState<Long, CustomerMessages> byInstant, MapState<FragmentId, StartsOfFragment> starts) {
        this.byInstant = byInstant;
        this.starts = starts;
    }

    /** Something that is due at the instant from which on it is known. */
    void add(CustomerMessage message) throws Exception {
        CustomerMessages others = byInstant.get(message.knownAt());
        List<CustomerMessage> all = others == null ? new ArrayList<>(1) : others.all();
        all.add(message);
        byInstant.put(message.knownAt(), new CustomerMessages(all));
        if (message.startsAnew()) {
            StartsOfFragment ofFragment = starts.get(message.fragmentId());
            if (ofFragment == null) {
                ofFragment = new StartsOfFragment();
            }
            ofFragment.add(message);
            starts.put(message.fragmentId(), ofFragment);
        }
    }

    /** Whether an event waits for its fragment; then it is kept. */
    boolean await(CustomerMessage.Event event) throws Exception {
        StartsOfFragment ofFragment = starts.get(event.fragmentId());
        if (ofFragment == null || !ofFragment.await(event)) {
            return false;
        }
        starts.put(event.fragmentId(), ofFragment);
        return true;
    }

    /** Takes out what is due at an instant, milliseconds since 1970. */
    Due due(long instant) throws Exception {
        CustomerMessages messages = byInstant.get(instant);
        if (messages == null) {
            return new Due(List.of(), new IdentityHashMap<>(0));
        }
        byInstant.remove(instant);
        IdentityHashMap<CustomerMessage, List<CustomerMessage.Event>> arrivedWith = new IdentityHashMap<>(1);
        List<CustomerMessage> due = messages.all().stream()
                .filter(CustomerMessage::startsAnew)
                .sorted(Comparator.comparing(message -> message, CustomerMessage.BY_CAUSE))
                .toList();
        for (CustomerMessage start : due) {
            arrivedWith.put(start, pass(start));
        }
        return new Due(messages.all(), arrivedWith);
    }

    private List<CustomerMessage.Event> pass(CustomerMessage start) throws Exception {
        StartsOfFragment ofFragment = starts.get(start.fragmentId());
        List<CustomerMessage.Event> released = ofFragment.pass(start);
        if (ofFragment.isEmpty()) {
            starts.remove(start.fragmentId());
        } else {
            starts.put(start.fragmentId(), ofFragment);
        }
        return released;
    }
}
