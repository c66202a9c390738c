package io.tributary.local.latency;

import io.tributary.local.UserException;
import io.tributary.local.publish.Publisher;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Sends the visits of all devices and, when their customers are known everywhere, the logins; all the while the events of
 * other, known customers. Every event's time is when it is sent. Goes on until it is interrupted.
 */
final class MergerTraffic implements Callable<Void> {
    private static final Schedule VISITS = new Schedule(50);
    private static final int OTHERS = 200;
    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(1);

    private final Publisher publisher;
    private final Mergers mergers;
    private final Schedule logins;
    private final int otherEvents;

    private int visits;
    private int loggedIn;
    private long others;
    private long loginsBegin;

    /** @param otherEvents of other customers, per second; may be 0 */
    MergerTraffic(Publisher publisher, Mergers mergers, Schedule logins, int otherEvents) {
        this.publisher = publisher;
        this.mergers = mergers;
        this.logins = logins;
        this.otherEvents = otherEvents;
    }

    @Override
    public Void call() throws UserException {
        long begun = System.nanoTime();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                sendOthers(begun);
                if (visits < mergers.count()) {
                    sendVisits(begun);
                } else if (loggedIn > 0 || mergers.known() == mergers.count()) {
                    sendLogins();
                }
                LockSupport.parkNanos(LOOK_EVERY);
            }
        } catch (InterruptException e) {
            // How it ends.
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private void sendVisits(long begun) throws UserException {
        for (; visits < mergers.count() && System.nanoTime() - begun >= VISITS.due(visits); visits++) {
            Merger merger = mergers.get(visits);
            long millis = System.currentTimeMillis();
            publisher.send(millis, merger.key(), merger.visit(millis));
        }
    }

    private void sendLogins() throws UserException {
        if (loggedIn == 0) {
            loginsBegin = System.nanoTime();
        }
        for (; loggedIn < mergers.count() && System.nanoTime() - loginsBegin >= logins.due(loggedIn); loggedIn++) {
            Merger merger = mergers.get(loggedIn);
            long millis = System.currentTimeMillis();
            mergers.sent(loggedIn, System.nanoTime());
            publisher.send(millis, merger.key(), merger.login(millis));
        }
    }

    private void sendOthers(long begun) throws UserException {
        for (; otherEvents > 0 && System.nanoTime() - begun >= new Schedule(otherEvents).due(others); others++) {
            String person = "other-" + others % OTHERS;
            long millis = System.currentTimeMillis();
            byte[] event =
                    "{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"view-%d\",\"userId\":\"%s\",\"timestamp\":\"%s\"}"
                            .formatted(others, person, Timestamps.format(millis))
                            .getBytes(StandardCharsets.UTF_8);
            publisher.send(millis, ("user_id:" + person).getBytes(StandardCharsets.UTF_8), event);
        }
    }
}
