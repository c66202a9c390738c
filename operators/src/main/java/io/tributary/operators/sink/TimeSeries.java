package io.tributary.operators.sink;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;

/**
 * What is kept in Elasticsearch of what has happened: for each UTC month an index, so that what is too old goes with its
 * index. A document's own instant decides which, so it lies in the same one however often it is written, and its id is
 * enough to have it once.
 *
 * <p>Clocks that are wrong must not make an index for each of their months: all before {@link #FIRST_MONTH} is in one, and so
 * is all after {@link #LAST_MONTH}.
 */
public enum TimeSeries {
    TRIGGERS("triggers"),
    TRIGGERS_SUPPRESSED("triggers-suppressed"),
    SEGMENT_CHANGES("segment-changes"),
    IDENTITY_CHANGES("identity-changes"),
    REJECTS("rejects");

    /** What has happened never changes, so neither does its document. */
    private static final long VERSION = 1;

    static final YearMonth FIRST_MONTH = YearMonth.of(2020, 1);
    static final YearMonth LAST_MONTH = YearMonth.of(2099, 12);
    private static final String EARLIER = "earlier";
    private static final String LATER = "later";

    private final String kind;

    TimeSeries(String kind) {
        this.kind = kind;
    }

    /** Names its template and its files. */
    public String kind() {
        return kind;
    }

    /** All its indices. */
    public String alias() {
        return "cdp-" + kind;
    }

    /**
     * Where what happened at an instant is.
     *
     * @param at milliseconds since 1970
     */
    public String index(long at) {
        YearMonth month = YearMonth.from(Instant.ofEpochMilli(at).atOffset(ZoneOffset.UTC));
        return prefix() + name(month);
    }

    /** @param at when it happened, milliseconds since 1970 */
    DocumentWrite document(long at, String id, DocumentBuilder builder) {
        return DocumentWrite.of(index(at), id, VERSION, FreeValues.bytes(builder.document()));
    }

    /** Deletes what has happened to a customer. */
    public DocumentWrite deleteAllOf(String customerId) {
        return DocumentWrite.deleteAllOf(alias(), customerId, VERSION + 1);
    }

    private static String name(YearMonth month) {
        if (month.isBefore(FIRST_MONTH)) {
            return EARLIER;
        }
        return month.isAfter(LAST_MONTH) ? LATER : "%d.%02d".formatted(month.getYear(), month.getMonthValue());
    }

    /** The series of which something is an index; none if it is an alias, or something else. */
    static Optional<TimeSeries> ofIndex(String index) {
        return Arrays.stream(values())
                .filter(series -> index.startsWith(series.prefix()))
                .findFirst();
    }

    /**
     * Until when an index of the series can get documents; what has happened then, or later, is in others.
     *
     * @return milliseconds since 1970; {@link Long#MAX_VALUE} if it is none of its indices
     */
    public long end(String index) {
        String month = index.startsWith(prefix()) ? index.substring(prefix().length()) : "";
        YearMonth next;
        if (month.equals(EARLIER)) {
            next = FIRST_MONTH;
        } else if (month.matches("[0-9]{4}\\.(0[1-9]|1[0-2])")) {
            next = YearMonth.parse(month.replace('.', '-')).plusMonths(1);
        } else {
            return Long.MAX_VALUE;
        }
        return next.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    private String prefix() {
        return alias() + "-v1-";
    }
}
