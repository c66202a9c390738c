package io.tributary.schemas.mapping;

/**
 * What was read. {@link #read()} is the number that adds up with what happens later (accepted + duplicate + rejected):
 * a grouped order of five rows is one event, so neither lines nor rows could.
 *
 * @param lines physical lines of all files, with headers and empty ones
 * @param rows rows after quoting and {@code explode}, without those refused for their shape
 * @param events events delivered
 * @param rejects refusals delivered
 */
public record MappingSummary(long lines, long rows, long events, long rejects) {
    /** Events after mapping plus rejects. */
    public long read() {
        return events + rejects;
    }
}
