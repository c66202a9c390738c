package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;
import java.util.List;

/**
 * What a showing, an unmerge or an erasure has changed.
 *
 * @param moves person identifiers whose canonical identifier is another one than before
 * @param quarantined values that are shared by too many anchors, from now on and for good
 * @param conflicts links that break a limit and did not do so before, in the order of links
 * @param full links that were refused because there would be too many that hang together; each has frozen a component
 * @param erased person identifiers of which nothing is known any more but that they are never linked again; no moves
 */
public record Resolution(
        List<Move> moves,
        List<Identifier> quarantined,
        List<Link> conflicts,
        List<Link> full,
        List<Identifier> erased) {
    /** Nothing has changed. */
    public static final Resolution NOTHING = new Resolution(List.of(), List.of(), List.of(), List.of(), List.of());

    /**
     * An identifier goes from one customer to another.
     *
     * @param from canonical identifier before; the identifier itself if it was not known
     * @param to canonical identifier now
     */
    public record Move(Identifier identifier, Identifier from, Identifier to) {}
}
