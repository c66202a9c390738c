package io.tributary.schemas.mapping;

import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;

/** What a mapping makes of its input: an event, or a refusal. */
public sealed interface MappedLine {
    /**
     * An event as one line of Segment-specification JSON, so that what follows is the same as for native input.
     *
     * @param json UTF-8, without a line ending; the same rows in any order give the same bytes
     * @param origin the line of its row; of a grouped event, the line of its latest row
     * @param raw the bytes of that line, of an exploded row those of its element; of a grouped event, those of all its
     *     rows, joined by LF
     */
    record Event(byte[] json, Origin origin, byte[] raw) implements MappedLine {}

    /** A row that gives no event, with the reason and its bytes. */
    record Refused(Reject reject) implements MappedLine {}
}
