package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.tributary.schemas.event.RejectReason;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * A compiled CEL expression.
 *
 * @param text as written, for messages
 */
record Expression(String text, CelRuntime.Program program) {
    boolean test(Row row, String what) throws RowException {
        if (eval(row, what) instanceof Boolean holds) {
            return holds;
        }
        throw failed(what, "gave no boolean");
    }

    /** The value as JSON; null, and a text without characters, are absent. */
    JsonNode value(Row row, String what) throws RowException {
        var value = eval(row, what);
        if (value instanceof String text) {
            return text.isEmpty() ? null : TextNode.valueOf(text);
        }
        if (value instanceof Boolean bool) {
            return BooleanNode.valueOf(bool);
        }
        if (value instanceof Long number) {
            return LongNode.valueOf(number);
        }
        if (value instanceof UnsignedLong number) {
            return DecimalNode.valueOf(new BigDecimal(number.bigIntegerValue()));
        }
        if (value instanceof Double number && Double.isFinite(number)) {
            return DecimalNode.valueOf(BigDecimal.valueOf(number));
        }
        if (value instanceof Instant time) {
            return TextNode.valueOf(time.toString());
        }
        if (value instanceof NullValue) {
            return null;
        }
        throw failed(what, "gave no text, number or boolean");
    }

    private Object eval(Row row, String what) throws RowException {
        try {
            return program.eval(row.variables());
        } catch (CelEvaluationException e) {
            // Not its message: that quotes the value, which may be personal data.
            throw failed(what, "failed: " + e.getErrorCode());
        } catch (RuntimeException e) {
            // The library lets a few conversions throw what they like; a row must not stop the reading.
            throw failed(what, "failed: " + e.getClass().getSimpleName());
        }
    }

    private RowException failed(String what, String how) {
        return new RowException(RejectReason.MAPPING_ERROR, what + ": expression " + text + " " + how);
    }
}
