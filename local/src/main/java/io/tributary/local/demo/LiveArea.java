package io.tributary.local.demo;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The layout of the live counts: always the same lines, so that nothing jumps. */
final class LiveArea {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

    /**
     * What is shown.
     *
     * @param shopTime of the newest tick
     * @param sent lines of the input
     * @param perSecond events that came out in the last second or so
     */
    record Snapshot(Instant shopTime, long sent, long perSecond, Counts counts) {}

    private LiveArea() {}

    /** Shop time as the story shows it. */
    static String time(Instant instant) {
        return TIME.format(instant);
    }

    /** For a terminal, at most 79 columns wide while counts are below a million. */
    static List<String> lines(Snapshot now) {
        var counts = now.counts();
        return List.of(
                "",
                text(
                        "  shop time %s  %,7d events/s  %,10d sent  %,10d processed",
                        time(now.shopTime()), now.perSecond(), now.sent(), counts.processed()),
                text(
                        "  %,d customers   %,d merged   %,d carts open   %,d triggers",
                        counts.customers(), counts.merged(), counts.openCarts(), counts.triggers()),
                text(
                        "  %,d rejected%s",
                        counts.rejected(), counts.rejects().isEmpty() ? "" : ": " + reasons(counts, 2)));
    }

    /** For a log file. */
    static String line(Snapshot now) {
        var counts = now.counts();
        return text(
                "shop time %s, %,d events/s: %,d sent, %,d processed, %,d customers, %,d merged, %,d carts open, %,d triggers fired, %,d rejected",
                time(now.shopTime()),
                now.perSecond(),
                now.sent(),
                counts.processed(),
                counts.customers(),
                counts.merged(),
                counts.openCarts(),
                counts.triggers(),
                counts.rejected());
    }

    /**
     * The most frequent reasons, and how many more there are.
     *
     * @param most how many to name
     */
    static String reasons(Counts counts, int most) {
        var rejects = counts.rejects();
        var named = rejects.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .limit(most)
                .map(reason -> text("%s %,d", reason.getKey(), reason.getValue()))
                .collect(Collectors.joining(", "));
        var more = rejects.size() - most;
        return named + (more > 0 ? text(", %d more", more) : "");
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
