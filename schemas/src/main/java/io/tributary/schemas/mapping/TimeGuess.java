package io.tributary.schemas.mapping;

import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * What format the times of a column have.
 *
 * @param format for {@code format:}
 * @param zoned whether the values say their zone
 * @param unsure what a person has to check, or null
 */
record TimeGuess(String format, boolean zoned, String unsure) {
    private static final List<String> PATTERNS = List.of(
            "yyyy-MM-dd HH:mm:ss 'UTC'",
            "yyyyMMdd",
            "yyyyMMddHHmmss",
            "yyyy/MM/dd HH:mm:ss",
            "yyyy/MM/dd HH:mm",
            "yyyy/MM/dd",
            "dd.MM.yyyy HH:mm:ss",
            "dd.MM.yyyy HH:mm",
            "dd.MM.yyyy",
            "d/M/yyyy H:mm:ss",
            "d/M/yyyy H:mm",
            "d/M/yyyy",
            "M/d/yyyy H:mm:ss",
            "M/d/yyyy H:mm",
            "M/d/yyyy");

    static Optional<TimeGuess> of(List<String> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (all(values, "\\d{13}")) {
            return Optional.of(new TimeGuess(TimeReader.EPOCH_MS, true, null));
        }
        if (all(values, "[12]\\d{9}(\\.\\d+)?")) {
            return Optional.of(new TimeGuess(TimeReader.EPOCH_S, true, null));
        }
        if (fits(values, TimeReader.ISO)) {
            return Optional.of(new TimeGuess(TimeReader.ISO, all(values, ".*(Z|[+-]\\d\\d(:?\\d\\d)?)"), null));
        }
        for (var pattern : PATTERNS) {
            if (fits(values, pattern)) {
                var swapped = pattern.replace("d/M/", "M/d/");
                boolean ambiguous = !swapped.equals(pattern) && fits(values, swapped);
                return Optional.of(new TimeGuess(
                        pattern,
                        pattern.contains("'UTC'"),
                        ambiguous ? "every day is at most the 12th: it may also be " + swapped : null));
            }
        }
        return Optional.empty();
    }

    private static boolean all(List<String> values, String regex) {
        return values.stream().allMatch(value -> value.matches(regex));
    }

    /** Whether it reads nearly all values: a few broken ones are rows to reject, not another format. */
    private static boolean fits(List<String> values, String format) {
        var reader = new TimeReader(format, ZoneOffset.UTC);
        int tolerated = values.size() / 100;
        for (var value : values) {
            try {
                reader.millis(value);
            } catch (DateTimeException e) {
                if (--tolerated < 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
