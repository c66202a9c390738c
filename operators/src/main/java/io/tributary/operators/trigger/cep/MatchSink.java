package io.tributary.operators.trigger.cep;

import java.util.List;
import java.util.Map;

/**
 * Receives what an {@link NfaHost} finds, in the order of event time. The events of a match are grouped by the name of
 * the pattern step that took them; steps in the pattern's order, events in the order of their arrival.
 *
 * @param <E> type of the events
 */
public interface MatchSink<E> {

    /**
     * A complete match.
     *
     * @param match events by step
     * @param timestamp milliseconds since the epoch: the time of the event that completed the match, or, where the mere
     *     passing of time completed it (a pattern that ends with {@code notFollowedBy}), the first instant outside its
     *     window: the time of its first event plus the window
     */
    void matched(Map<String, List<E>> match, long timestamp);

    /**
     * A partial match whose window has ended.
     *
     * @param partialMatch events by step
     * @param timestamp milliseconds since the epoch: the first instant outside the window
     */
    void timedOut(Map<String, List<E>> partialMatch, long timestamp);
}
