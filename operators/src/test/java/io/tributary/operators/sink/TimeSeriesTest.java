package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.time.Timestamps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeSeriesTest {
    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00.000Z, earlier",
        "2019-12-31T23:59:59.999Z, earlier",
        "2020-01-01T00:00:00.000Z, 2020.01",
        "2026-11-30T23:59:59.999Z, 2026.11",
        "2099-12-31T23:59:59.999Z, 2099.12",
        "2100-01-01T00:00:00.000Z, later",
        "9999-12-31T23:59:59.999Z, later"
    })
    void whatHasHappenedIsInTheIndexOfItsMonth(String at, String month) {
        assertThat(TimeSeries.TRIGGERS.index(Timestamps.parse(at))).isEqualTo("cdp-triggers-v1-" + month);
    }

    @ParameterizedTest
    @CsvSource({
        "cdp-triggers-v1-earlier, 2020-01-01T00:00:00.000Z",
        "cdp-triggers-v1-2020.02, 2020-03-01T00:00:00.000Z",
        "cdp-triggers-v1-2026.12, 2027-01-01T00:00:00.000Z"
    })
    void anIndexEndsWithItsMonth(String index, String end) {
        assertThat(TimeSeries.TRIGGERS.end(index)).isEqualTo(Timestamps.parse(end));
    }

    @ParameterizedTest
    @CsvSource({
        "cdp-triggers-v1-later",
        "cdp-triggers-v1-2026.13",
        "cdp-triggers-v1",
        "cdp-rejects-v1-2026.12",
        "cdp-triggers-suppressed-v1-2026.12"
    })
    void whatIsNoMonthOfItsNeverEnds(String index) {
        assertThat(TimeSeries.TRIGGERS.end(index)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anIndexTellsItsSeriesAndAnAliasIsNone() {
        for (TimeSeries series : TimeSeries.values()) {
            assertThat(TimeSeries.ofIndex(series.index(0))).contains(series);
            assertThat(TimeSeries.ofIndex(series.alias())).isEmpty();
        }
        assertThat(TimeSeries.ofIndex(ElasticsearchSetup.PROFILES)).isEmpty();
    }
}
