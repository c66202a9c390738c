package io.tributary.local.backtest;

import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Events that always belong to the same customer, whoever that is. */
final class Fragment {
    private final List<CustomerEvent> events = new ArrayList<>(4);
    private final Set<Identifier> devices = new HashSet<>(2);
    private final Set<Customer> formerCustomers = new HashSet<>(0);
    private Customer customer;

    /** Those that triggers look at. */
    private final List<CustomerEvent> watched = new ArrayList<>(0);

    Fragment(Customer customer) {
        this.customer = customer;
        customer.fragments().add(this);
    }

    void add(CustomerEvent event) {
        events.add(event);
        customer.count(1);
        if (customer.watched().isWatched(event)) {
            watched.add(event);
            customer.watched().add(event);
        }
    }

    /** In their order. */
    List<CustomerEvent> events() {
        return events;
    }

    /** Whether there is an event before an instant, milliseconds since 1970. */
    boolean hasEventBefore(long instant) {
        return !events.isEmpty() && events.get(0).timestamp() < instant;
    }

    /** Devices that its events carry. */
    Set<Identifier> devices() {
        return devices;
    }

    Customer customer() {
        return customer;
    }

    void moveTo(Customer other) {
        formerCustomers.add(customer);
        customer.fragments().remove(this);
        customer.count(-events.size());
        watched.forEach(customer.watched()::remove);
        customer = other;
        other.fragments().add(this);
        other.count(events.size());
        watched.forEach(other.watched()::add);
    }

    Set<Customer> formerCustomers() {
        return formerCustomers;
    }
}
