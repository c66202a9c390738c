package io.tributary.operators.testing;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.schemas.event.CustomerEvent;

/** Events as they reach their customers. */
public final class Messages {
    private Messages() {}

    /** To the customer of the event's strongest identifier. */
    public static CustomerMessage.Event message(CustomerEvent event) {
        return message(event.identifiers().get(0).customerId(), event);
    }

    /** To a customer of whom the event's strongest identifier is a fragment. */
    public static CustomerMessage.Event message(String customerId, CustomerEvent event) {
        return new CustomerMessage.Event(
                customerId, FragmentId.of(event.identifiers().get(0)), event);
    }
}
