package io.tributary.local.simulate;

import java.time.LocalDate;

/** ISO-8601 in UTC with milliseconds. {@code Instant.toString} drops zero milliseconds and takes four times as long. */
final class IsoTime {
    private static final long DAY = 86_400_000L;

    private long cachedDay = Long.MIN_VALUE;
    private String cachedDate = "";

    String format(long epochMillis) {
        long day = Math.floorDiv(epochMillis, DAY);
        if (day != cachedDay) {
            cachedDay = day;
            cachedDate = LocalDate.ofEpochDay(day).toString();
        }
        int rest = (int) Math.floorMod(epochMillis, DAY);
        char[] time = "T00:00:00.000Z".toCharArray();
        put(time, 1, rest / 3_600_000, 10);
        put(time, 4, rest / 60_000 % 60, 10);
        put(time, 7, rest / 1_000 % 60, 10);
        put(time, 10, rest % 1_000, 100);
        return cachedDate + new String(time);
    }

    private static void put(char[] target, int at, int number, int unit) {
        int position = at;
        for (int u = unit; u > 0; u /= 10) {
            target[position++] = (char) ('0' + number / u % 10);
        }
    }
}
