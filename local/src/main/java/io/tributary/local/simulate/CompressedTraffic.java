package io.tributary.local.simulate;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;

/**
 * A simulation to be played in compressed time: a day in a minute, say. It only says when each line is due, and leaves
 * the waiting to whoever has a clock.
 */
public final class CompressedTraffic implements Iterator<CompressedTraffic.Due> {
    private final Iterator<SimulatedLine> lines;
    private final Instant start;
    private final double speed;

    /**
     * A view of the lines.
     *
     * @param start simulated instant at which playing begins
     * @param speed simulated seconds per second of playing, more than 0
     */
    public CompressedTraffic(Iterator<SimulatedLine> lines, Instant start, double speed) {
        if (!(speed > 0) || Double.isInfinite(speed)) {
            throw new IllegalArgumentException("speed must be a positive number, not " + speed);
        }
        this.lines = lines;
        this.start = start;
        this.speed = speed;
    }

    @Override
    public boolean hasNext() {
        return lines.hasNext();
    }

    @Override
    public Due next() {
        SimulatedLine line = lines.next();
        long simulated = Math.max(0, Duration.between(start, line.arrival()).toMillis());
        return new Due(Duration.ofMillis((long) (simulated / speed)), line);
    }

    /**
     * A line and its moment.
     *
     * @param after since playing began
     */
    public record Due(Duration after, SimulatedLine line) {}
}
