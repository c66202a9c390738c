package io.tributary.schemas.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;

/** JSON in and out with exact numbers. */
final class JsonText {
    /** Deeper input is refused as {@code too_deep}. */
    static final int MAX_DEPTH = 100;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    /** Longest number that is written out, in digits on either side of its point. */
    private static final int MAX_PLAIN = 1_000;

    private JsonText() {}

    /** A number without an exponent; one of a magnitude that nobody writes out, with it. */
    static String plain(BigDecimal number) {
        return Math.abs((long) number.scale()) <= MAX_PLAIN ? number.toPlainString() : number.toString();
    }
}
