package io.tributary.operators.trigger;

import io.tributary.operators.profile.ConsentTimelines.Word;

/**
 * Whom a trigger is told, as the gate asks for it: as of the instant at which it is told, with all that has happened at it.
 *
 * @param word what the customer says on the purpose of the trigger
 * @param suppressedBy a segment in which the customer is, and nobody in which is told anything; null if there is none, or nobody
 *     knows
 * @param zone in which the customer is; null if nobody knows
 */
public record Recipient(Word word, String suppressedBy, String zone) {
    /** Nobody asks. */
    static final Recipient UNKNOWN = new Recipient(Word.SILENT, null, null);
}
