package io.tributary.local.dashboards;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a simulated shop has too little of, or none: customers who ordered long ago, persons who share an e-mail address, an
 * order that is reported when the customer has been reminded of the cart.
 */
final class RareEvents {
    private final Instant end;
    private final List<String> lines = new ArrayList<>();

    /** @param end of the simulation; what lapses does in the week before it */
    RareEvents(Instant end) {
        this.end = end;
    }

    /** Events that come before the watermark has passed them. */
    List<String> inTime() {
        lines.clear();
        order("lapses", daysAgo(90 + 3), 80);
        order("vip-lapses", daysAgo(60 + 2), 1250);
        order("has-lapsed", daysAgo(180 + 5), 60);
        order("looks-again", daysAgo(200), 45);
        track("looks-again", end.minus(Duration.ofHours(2)), "Product Viewed", "'product_id':'kettle'");
        order("won-back", daysAgo(190), 90);
        order("won-back", daysAgo(4), 70);
        shares("couple", 2);
        shares("till", 4);
        track(
                "bought-in-the-shop",
                end.minus(Duration.ofHours(3)),
                "Product Added",
                "'product_id':'kettle','name':'Kettle','price':40,'quantity':1,'currency':'USD'");
        return List.copyOf(lines);
    }

    /** The order of the cart of which the customer has been told an hour after it was left. */
    List<String> late() {
        lines.clear();
        order("bought-in-the-shop", end.minus(Duration.ofMinutes(150)), 40);
        return List.copyOf(lines);
    }

    /** Persons who log in one after the other, with one address: two are a conflict, more than three a quarantine. */
    private void shares(String name, int persons) {
        for (int person = 1; person <= persons; person++) {
            String user = name + "-" + person;
            Instant at = end.minus(Duration.ofHours(12)).plus(Duration.ofMinutes(person));
            add(user, at, "'type':'identify','traits':{'email':'%s@example.com'}".formatted(name));
        }
    }

    private void order(String user, Instant at, int revenue) {
        track(
                user,
                at,
                "Order Completed",
                "'order_id':'%s-%s','revenue':%d,'currency':'USD'".formatted(user, at, revenue));
    }

    private void track(String user, Instant at, String event, String properties) {
        add(user, at, "'type':'track','event':'%s','properties':{%s}".formatted(event, properties));
    }

    private void add(String user, Instant at, String fields) {
        String id = user + "-" + lines.size();
        lines.add("{'messageId':'%s','timestamp':'%s','userId':'%s',%s}"
                .formatted(id, at, user, fields)
                .replace('\'', '"'));
    }

    private Instant daysAgo(long days) {
        return end.minus(Duration.ofDays(days));
    }
}
