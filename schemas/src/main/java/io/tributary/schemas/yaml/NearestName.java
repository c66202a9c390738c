package io.tributary.schemas.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The valid name that somebody probably meant. */
public final class NearestName {
    private NearestName() {}

    /** {@code " — did you mean 'column'?"}, or nothing if no name is near. */
    public static String hint(String wrong, Collection<String> valid) {
        return of(wrong, valid).map(name -> " — did you mean '" + name + "'?").orElse("");
    }

    /** The nearest name within a third of its length (at least one letter), ignoring case, underscores and hyphens. */
    public static Optional<String> of(String wrong, Collection<String> valid) {
        var folded = fold(wrong);
        return valid.stream()
                .filter(name -> distance(folded, fold(name)) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt((String name) -> distance(folded, fold(name)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
    static int distance(String a, String b) {
        var d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
