package io.tributary.local.segments;

import io.tributary.local.segments.ChangedSegments.Change;
import io.tributary.local.segments.SegmentPreview.Figures;
import io.tributary.local.segments.SegmentPreview.Group;
import io.tributary.local.segments.SegmentPreview.Overlap;
import io.tributary.local.segments.SegmentPreview.Sample;
import io.tributary.operators.segment.PublishedFacts;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.schemas.time.Timestamps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A preview as lines for a terminal. */
public final class PreviewText {
    /** Most values of a parametric segment that are listed with their sizes. */
    private static final int MOST_VALUES = 10;

    private final long customers;
    private final List<String> lines = new ArrayList<>();

    private PreviewText(long customers) {
        this.customers = customers;
    }

    /**
     * Without ends of lines; the first is the head.
     *
     * @param customers how many there are
     */
    public static List<String> lines(Figures figures, long customers) {
        PreviewText text = new PreviewText(customers);
        text.tell(figures);
        return text.lines;
    }

    private void tell(Figures figures) {
        String name = figures.segment().name();
        lines.add(CustomerText.named(figures.segment()) + ", " + words(figures.change()));
        add(
                "  %s, %s of all",
                customers(figures.in().count()), share(figures.in().count(), customers));
        if (figures.change() == Change.AS_BEFORE) {
            return;
        }
        if (figures.change() != Change.NEW) {
            add(
                    "  now %,d: %,d would enter, %,d would leave",
                    figures.sizeBefore(),
                    figures.entering().count(),
                    figures.leaving().count());
        }
        figures.byValue().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_VALUES)
                .forEach(value -> add("    %s  %,d", CustomerText.safe(value.getKey()), value.getValue()));
        if (figures.byValue().size() > MOST_VALUES) {
            add("    and %,d more values", figures.byValue().size() - MOST_VALUES);
        }
        samples("in it", figures.in());
        if (figures.change() != Change.NEW) {
            samples("who would enter", figures.entering());
            samples("who would leave", figures.leaving());
        }
        overlaps(name, figures);
    }

    private static String words(Change change) {
        return switch (change) {
            case NEW -> "new";
            case CHANGED -> "changed";
            case AFFECTED -> "changed through what it asks for";
            case AS_BEFORE -> "as it is";
        };
    }

    private void samples(String who, Group group) {
        if (group.samples().isEmpty()) {
            return;
        }
        lines.add("");
        add("  %,d of %,d %s:", group.samples().size(), group.count(), who);
        for (Sample sample : group.samples()) {
            add("  %s  %s", sample.customerId(), CustomerText.identifiers(sample.identifiers()));
            for (PublishedFacts.Membership value : sample.values()) {
                add("      value %s since %s", CustomerText.safe(value.value()), Timestamps.format(value.since()));
            }
            for (SegmentChange.Reason reason : sample.because()) {
                add("      %s: %s", reason.condition(), CustomerText.safe(reason.observed()));
            }
        }
    }

    private void overlaps(String name, Figures figures) {
        if (figures.overlaps().isEmpty()) {
            return;
        }
        lines.add("");
        add("  In both, share of %s, Jaccard's index:", name);
        int width = figures.overlaps().stream()
                .mapToInt(overlap -> overlap.segment().length())
                .max()
                .orElse(0);
        for (Overlap overlap : figures.overlaps()) {
            add(
                    "    %-" + width + "s  %,9d  %7s  %.3f",
                    overlap.segment(),
                    overlap.both(),
                    share(overlap.both(), figures.in().count()),
                    overlap.jaccard());
        }
    }

    private static String customers(long count) {
        return String.format(Locale.ROOT, "%,d customer%s", count, count == 1 ? "" : "s");
    }

    private static String share(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", whole == 0 ? 0 : 100.0 * part / whole);
    }

    private void add(String format, Object... arguments) {
        lines.add(String.format(Locale.ROOT, format, arguments));
    }
}
