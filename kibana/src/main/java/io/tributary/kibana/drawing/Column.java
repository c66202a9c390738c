package io.tributary.kibana.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the values of a column are written.
 *
 * @param decimals of numbers; null for as many as there are, up to three
 */
record Column(String id, String title, boolean date, boolean dollars, Integer decimals) {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** A column of a chart. */
    static Column of(String id, JsonNode column, JsonNode formats) {
        JsonNode decimals = column.at("/params/format/params/decimals");
        String pattern = formats.path(column.path("sourceField").asText())
                .at("/params/pattern")
                .asText();
        boolean value = !List.of("count", "unique_count")
                .contains(column.path("operationType").asText());
        return new Column(
                id,
                column.path("label").asText(),
                column.path("dataType").asText().equals("date"),
                value && decimals.isMissingNode() && pattern.startsWith("$"),
                decimals.isMissingNode() ? null : decimals.intValue());
    }

    /** A column of a table of documents. */
    static Column of(String field) {
        return new Column(field, field, false, false, null);
    }

    String write(Object value) {
        if (value == null) {
            return "-";
        }
        if (value instanceof List<?> values) {
            return values.stream().map(this::write).collect(Collectors.joining(", "));
        }
        if (value instanceof Number number) {
            return date ? MINUTE.format(Instant.ofEpochMilli(number.longValue())) : number(number.doubleValue());
        }
        return value.toString();
    }

    private String number(double number) {
        String pattern = dollars ? "$#,##0.00" : "#,##0" + fraction();
        return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)).format(number);
    }

    private String fraction() {
        if (decimals == null) {
            return ".###";
        }
        return decimals == 0 ? "" : "." + "0".repeat(decimals);
    }
}
