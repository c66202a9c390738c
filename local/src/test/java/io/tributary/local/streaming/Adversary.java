package io.tributary.local.streaming;

import io.tributary.schemas.time.Timestamps;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Who would like the customer job to grow without bound, to keep its neighbours waiting or to take strangers for one.
 * It acts in steps, a minute apart, among ordinary customers.
 */
enum Adversary {
    /** E-mail addresses, each linked with the next, from both ends to the middle: a link a step. */
    CHAIN {
        @Override
        List<String> bodies(int step, int steps) {
            int link = step % 2 == 0 ? step / 2 : steps - 1 - step / 2;
            return List.of(
                    "'type':'page','context':{'traits':{'email':'e%d@x.com'},'externalIds':[{'type':'email','id':'e%d@x.com'}]}"
                            .formatted(link, link + 1));
        }
    },

    /** One person logs in on a new device in each step, which has filled a cart before. */
    STAR {
        @Override
        List<String> bodies(int step, int steps) {
            return List.of(
                    ADDED + "'anonymousId':'s%d'".formatted(step),
                    "'type':'identify','userId':'star','anonymousId':'s%d'".formatted(step),
                    "'type':'page','anonymousId':'s%d'".formatted(step));
        }
    },

    /** Two persons log in in turn on one device, which goes on without a name. */
    TURNS {
        @Override
        List<String> bodies(int step, int steps) {
            return List.of(
                    "'type':'identify','userId':'turn%d','anonymousId':'t'".formatted(step % 2),
                    ADDED + "'anonymousId':'t'",
                    "'type':'page','anonymousId':'t'");
        }
    },

    /** Each step another member of a family with the same e-mail address. */
    FAMILY {
        @Override
        List<String> bodies(int step, int steps) {
            return List.of(
                    "'type':'identify','userId':'f%d','traits':{'email':'family@x.com'}".formatted(step),
                    ADDED + "'context':{'traits':{'email':'family@x.com'}}");
        }
    },

    /** Some persons and some devices, all with one identifier that identifies nobody beside their own. */
    BLOCKED {
        @Override
        List<String> bodies(int step, int steps) {
            return List.of(
                    "'type':'page','anonymousId':'null','userId':'b%d'".formatted(group(step)),
                    ADDED + "'userId':'0','anonymousId':'b%d'".formatted(group(step)));
        }

        @Override
        int group(int step) {
            return step % STRANGERS;
        }
    };

    static final String ADDED =
            "'type':'track','event':'Product Added','properties':{'product_id':'p1','price':'10.00','currency':'USD'},";

    /** The persons, and as many devices, that share a blocked identifier. */
    static final int STRANGERS = 100;

    private static final long START = Instant.parse("2026-01-01T10:00:00Z").toEpochMilli();
    private static final long STEP_MILLIS = 60_000;
    private static final long EVENT_MILLIS = 1_000;

    /** The events of a step, in order, without time and message id, in single quotes. */
    abstract List<String> bodies(int step, int steps);

    /** What has nothing to do with other groups. */
    int group(int step) {
        return 0;
    }

    /** Its lines by group. */
    List<List<String>> lines(int steps) {
        TreeMap<Integer, List<String>> groups = new TreeMap<>();
        for (int step = 0; step < steps; step++) {
            List<String> lines = groups.computeIfAbsent(group(step), group -> new ArrayList<>());
            List<String> bodies = bodies(step, steps);
            for (int i = 0; i < bodies.size(); i++) {
                lines.add(line(step, i, "x-%d-%d".formatted(step, i), bodies.get(i)));
            }
        }
        return List.copyOf(groups.values());
    }

    /** How many events it has. */
    int events(int steps) {
        return steps * bodies(0, steps).size();
    }

    /**
     * The lines of ordinary customers, a group each, spread over the steps: a visitor fills a cart, logs in with an e-mail
     * address, and every second one orders; the others' carts are abandoned.
     */
    static List<List<String>> neighbours(int customers, int steps) {
        List<List<String>> groups = new ArrayList<>();
        for (int n = 0; n < customers; n++) {
            int first = (int) ((long) n * steps / customers);
            String device = "'anonymousId':'n%d'".formatted(n);
            String user = "'userId':'n%d'".formatted(n);
            List<String> bodies = List.of(
                    "'type':'page'," + device,
                    ADDED + device,
                    "'type':'identify',%s,%s,'traits':{'email':'n%d@y.com'}".formatted(device, user, n),
                    "'type':'page','name':'Checkout'," + device,
                    n % 2 == 0
                            ? "'type':'track','event':'Order Completed','properties':{'order_id':'o%d','revenue':'10.00','currency':'USD'},%s"
                                    .formatted(n, user)
                            : "'type':'page','name':'Help'," + user,
                    "'type':'page','name':'Home'," + device);
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < bodies.size(); i++) {
                lines.add(line(first + 2 * i, 0, "n-%d-%d".formatted(n, i), bodies.get(i)));
            }
            groups.add(lines);
        }
        return groups;
    }

    /** How many events each ordinary customer has. */
    static int eventsOfNeighbour() {
        return neighbours(1, 1).get(0).size();
    }

    private static String line(int step, int event, String messageId, String body) {
        long at = START + step * STEP_MILLIS + event * EVENT_MILLIS;
        return "{'timestamp':'%s','messageId':'%s',%s}"
                .formatted(Timestamps.format(at), messageId, body)
                .replace('\'', '"');
    }
}
