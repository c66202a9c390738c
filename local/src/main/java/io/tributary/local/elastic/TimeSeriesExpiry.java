package io.tributary.local.elastic;

import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.TimeSeries;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Drops the months of time series that are over for so long that nobody needs them any more. */
public final class TimeSeriesExpiry {
    private TimeSeriesExpiry() {}

    /**
     * @param now what is old is older than {@code keep} by then
     * @param keep how long what has happened is kept; months go when all of theirs is older
     * @param progress is told line by line
     * @return how many indices were dropped; of each series one stays, so that its alias does
     */
    public static int run(ElasticsearchConnection connection, Instant now, Duration keep, Consumer<String> progress)
            throws IOException {
        long oldest = now.minus(keep).toEpochMilli();
        int dropped = 0;
        try (Indices indices = Indices.of(connection)) {
            for (TimeSeries series : TimeSeries.values()) {
                List<String> months = indices.behind(series.alias());
                int rest = months.size();
                for (String month : months) {
                    if (series.end(month) <= oldest && rest > 1) {
                        indices.delete(month);
                        progress.accept(month + " is deleted");
                        dropped++;
                        rest--;
                    }
                }
            }
        }
        return dropped;
    }
}
