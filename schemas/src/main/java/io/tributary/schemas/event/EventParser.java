package io.tributary.schemas.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.money.Money;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Reads the Segment specification's JSON into events.
 *
 * <p>One pass over the bytes; fields that decide something are read, all others are checked for syntax and kept in
 * {@link CustomerEvent#json()}. Never throws for any input: what can't be accepted becomes a {@link Reject} that keeps
 * its bytes. Not thread-safe.
 */
public final class EventParser {
    /** Products of one {@code Cart Updated}: all of them are kept until the watermark has passed the next one. */
    public static final int MAX_CART_LINES = 1_000;

    private static final byte[] NO_BYTES = {};
    private static final int MAX_MESSAGE_ID = 512;
    private static final int MAX_TEXT = 1_024;
    private static final int MAX_IDENTIFIERS = 64;
    private static final int UTF8_BOM_LENGTH = 3;
    private static final int LONGEST_ENCODING_PROBE = 4;
    private static final long SIGN_BITS = 0x8080_8080_8080_8080L;
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final EventLimits limits;
    private final IdentifierRules identifierRules;
    private final JsonFactory json;

    public EventParser(EventLimits limits, IdentifierRules identifierRules) {
        this.limits = limits;
        this.identifierRules = identifierRules;
        this.json = AcceptedJson.factory(limits.maxDepth(), limits.maxBytes());
    }

    public static EventParser withDefaults() {
        return new EventParser(EventLimits.defaults(), IdentifierRules.defaults());
    }

    /** Reads a line of a file. */
    public Inbound parse(byte[] raw, Origin origin) {
        return parse(raw, origin, 0);
    }

    /**
     * Reads a record.
     *
     * @param raw the value; null, which is a record without a value, is refused like an empty line
     * @param recordTime Kafka's record time, milliseconds since 1970; whatever is {@linkplain Timestamps#isValid no
     *     event's time} counts as none, since a producer may write anything there
     */
    public Inbound parse(byte[] raw, Origin origin, long recordTime) {
        byte[] bytes = raw == null ? NO_BYTES : raw;
        try {
            return read(bytes, origin, recordTime);
        } catch (Refusal refusal) {
            return new Inbound.Refused(new Reject(refusal.reason, refusal.getMessage(), origin, bytes));
        }
    }

    private Inbound read(byte[] raw, Origin origin, long recordTime) throws Refusal {
        if (raw.length == 0) {
            throw new Refusal(RejectReason.EMPTY_LINE, "no bytes");
        }
        if (raw.length > limits.maxBytes()) {
            throw new Refusal(RejectReason.TOO_LARGE, raw.length + " bytes, the limit is " + limits.maxBytes());
        }
        byte[] text = withoutByteOrderMark(raw);
        requireUtf8(text);
        EventFields fields = new EventFields(limits, identifierRules);
        try (JsonParser parser = json.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new Refusal(RejectReason.NOT_JSON, "only white space");
            }
            if (first == JsonToken.START_OBJECT) {
                fields.read(parser);
            } else {
                parser.skipChildren();
                // Scalars are read lazily: a broken one shows only when its text is asked for.
                parser.getText();
            }
            if (parser.nextToken() != null) {
                throw new Refusal(RejectReason.NOT_JSON, "something follows the JSON value");
            }
            if (first != JsonToken.START_OBJECT) {
                throw new Refusal(RejectReason.NOT_AN_OBJECT, "an event is a JSON object");
            }
        } catch (StreamConstraintsException e) {
            throw new Refusal(RejectReason.TOO_DEEP, "nested deeper than " + limits.maxDepth());
        } catch (IOException e) {
            throw new Refusal(RejectReason.NOT_JSON, "JSON syntax error" + position(e));
        }
        return accept(fields, raw, text, origin, recordTime);
    }

    private static String position(IOException e) {
        return e instanceof JsonProcessingException syntax && syntax.getLocation() != null
                ? " at byte " + Math.max(0, syntax.getLocation().getByteOffset())
                : "";
    }

    private static byte[] withoutByteOrderMark(byte[] raw) {
        return startsWithByteOrderMark(raw) ? Arrays.copyOfRange(raw, UTF8_BOM_LENGTH, raw.length) : raw;
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= UTF8_BOM_LENGTH
                && bytes[0] == (byte) 0xEF
                && bytes[1] == (byte) 0xBB
                && bytes[2] == (byte) 0xBF;
    }

    /** Strictly: the JSON parser would let some malformed sequences through, and guess at UTF-16. */
    private static void requireUtf8(byte[] text) throws Refusal {
        if (startsWithByteOrderMark(text)) {
            throw new Refusal(RejectReason.NOT_JSON, "two byte order marks");
        }
        // UTF-16 and UTF-32 are guessed from zeros among the first bytes; further ones are syntax errors.
        for (int i = 0; i < Math.min(text.length, LONGEST_ENCODING_PROBE); i++) {
            if (text[i] == 0) {
                throw new Refusal(RejectReason.NOT_JSON, "a NUL byte");
            }
        }
        if (isAscii(text)) {
            return;
        }
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new Refusal(RejectReason.NOT_JSON, "not UTF-8");
        }
    }

    private static boolean isAscii(byte[] text) {
        int i = 0;
        for (; i <= text.length - Long.BYTES; i += Long.BYTES) {
            if (((long) EIGHT_BYTES.get(text, i) & SIGN_BITS) != 0) {
                return false;
            }
        }
        for (; i < text.length; i++) {
            if (text[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private Inbound accept(EventFields fields, byte[] raw, byte[] text, Origin origin, long recordTime) throws Refusal {
        if ("tick".equals(fields.type)) {
            return new Inbound.Tick(required(fields.timestamp, "timestamp"), origin);
        }
        EventType type = fields.type == null ? null : EventType.byId(fields.type);
        if (type == null) {
            throw new Refusal(
                    RejectReason.UNKNOWN_TYPE,
                    fields.type == null ? "no type" : "type is none of identify, alias, group, page, screen, track");
        }
        String name = type == EventType.TRACK ? EventFields.readable(fields.event, "event") : type.id();
        if (name == null || name.isBlank()) {
            throw new Refusal(RejectReason.MISSING_EVENT_NAME, "a track call needs an event name");
        }
        if (name.length() > MAX_TEXT) {
            throw new Refusal(RejectReason.BAD_VALUE, "the event name is longer than " + MAX_TEXT + " characters");
        }
        List<Identifier> identifiers = identifiers(fields, type);
        long received = received(fields, recordTime);
        long timestamp = timestamp(fields, received);
        if (received > 0 && timestamp > received + limits.maxSkewMillis()) {
            throw new Refusal(
                    RejectReason.IN_FUTURE, "happened " + (timestamp - received) + " ms later than it was received");
        }
        byte[] digest = Hashes.sha256(raw);
        String messageId = fields.messageId == null || fields.messageId.isBlank()
                ? Hashes.hex(digest)
                : EventFields.readable(fields.messageId, "messageId");
        if (messageId.length() > MAX_MESSAGE_ID) {
            throw new Refusal(RejectReason.BAD_VALUE, "messageId is longer than " + MAX_MESSAGE_ID + " characters");
        }
        EventKind kind = EventKind.of(type, name);
        CustomerEvent event = new CustomerEvent(
                new EventOrder(timestamp, kind, messageId, Hashes.prefix(digest)),
                type,
                name,
                identifiers,
                fields.traits(type),
                fields.consent(),
                cartLines(fields, kind),
                purchase(fields, kind),
                text,
                timestamp);
        return new Inbound.Accepted(event, received > 0 ? Math.min(timestamp, received) : timestamp, origin);
    }

    private List<Identifier> identifiers(EventFields fields, EventType type) throws Refusal {
        List<EventFields.RawIdentifier> named = fields.rawIdentifiers(type);
        if (named.size() > MAX_IDENTIFIERS) {
            throw new Refusal(RejectReason.BAD_VALUE, "more than " + MAX_IDENTIFIERS + " identifiers");
        }
        TreeSet<Identifier> identifiers = new TreeSet<>();
        for (EventFields.RawIdentifier raw : named) {
            Identifier identifier = identifierRules.normalise(raw.namespace(), raw.value());
            if (identifier != null) {
                identifiers.add(identifier);
            }
        }
        if (identifiers.isEmpty()) {
            throw new Refusal(
                    RejectReason.NO_IDENTIFIER,
                    named.isEmpty() ? "no identifier" : "every identifier is blocked or invalid");
        }
        return new ArrayList<>(identifiers);
    }

    /** When it was received, or 0 if nobody knows. */
    private static long received(EventFields fields, long recordTime) throws Refusal {
        if (fields.receivedAt != null) {
            return required(fields.receivedAt, "receivedAt");
        }
        return Timestamps.isValid(recordTime) ? recordTime : 0;
    }

    /** The timestamp, else the specification's skew formula, else the best that is known. */
    private static long timestamp(EventFields fields, long received) throws Refusal {
        if (fields.timestamp != null) {
            return required(fields.timestamp, "timestamp");
        }
        if (fields.originalTimestamp != null) {
            long original = required(fields.originalTimestamp, "originalTimestamp");
            if (fields.sentAt == null || fields.receivedAt == null) {
                return original;
            }
            long corrected = received - (required(fields.sentAt, "sentAt") - original);
            if (!Timestamps.isValid(corrected)) {
                throw new Refusal(RejectReason.BAD_TIMESTAMP, "corrected for skew the time lies outside 1970–9999");
            }
            return corrected;
        }
        if (received > 0) {
            return received;
        }
        throw new Refusal(RejectReason.BAD_TIMESTAMP, "no timestamp");
    }

    private static long required(String text, String field) throws Refusal {
        if (text == null) {
            throw new Refusal(RejectReason.BAD_TIMESTAMP, "no " + field);
        }
        long millis = Timestamps.parse(text);
        if (millis == Timestamps.INVALID) {
            throw new Refusal(RejectReason.BAD_TIMESTAMP, field + " is no ISO-8601 instant between 1970 and 9999");
        }
        return millis;
    }

    private List<CartLine> cartLines(EventFields fields, EventKind kind) throws Refusal {
        if (!kind.isCart()) {
            return List.of();
        }
        String currency = currency(fields);
        if (kind != EventKind.CART_UPDATE) {
            return List.of(cartLine(fields.product, currency));
        }
        if (fields.products == null) {
            throw new Refusal(RejectReason.BAD_VALUE, "Cart Updated needs a list of products");
        }
        if (fields.products.size() > MAX_CART_LINES) {
            throw new Refusal(
                    RejectReason.BAD_VALUE,
                    "Cart Updated names " + fields.products.size() + " products, the limit is " + MAX_CART_LINES);
        }
        List<CartLine> lines = new ArrayList<>(fields.products.size());
        for (EventFields.Product product : fields.products) {
            lines.add(cartLine(product, currency));
        }
        return lines;
    }

    private static CartLine cartLine(EventFields.Product product, String currency) throws Refusal {
        String id = product.id();
        if (id == null) {
            throw new Refusal(RejectReason.BAD_VALUE, "a product without product_id and sku");
        }
        if (id.length() > MAX_TEXT) {
            throw new Refusal(RejectReason.BAD_VALUE, "product_id is longer than " + MAX_TEXT + " characters");
        }
        String name = product.name();
        return new CartLine(
                id,
                wholeQuantity(product),
                decimal(product.price, "price"),
                currency,
                name == null || name.length() > MAX_TEXT ? null : name);
    }

    private static int wholeQuantity(EventFields.Product product) throws Refusal {
        if (product.quantity == null) {
            return 1;
        }
        BigDecimal quantity = decimal(product.quantity, "quantity");
        if (quantity.signum() <= 0
                || quantity.scale() > 0
                || quantity.compareTo(BigDecimal.valueOf(1_000_000_000)) > 0) {
            throw new Refusal(RejectReason.BAD_VALUE, "quantity is no positive integer");
        }
        return quantity.intValueExact();
    }

    private Purchase purchase(EventFields fields, EventKind kind) throws Refusal {
        if (kind != EventKind.ORDER && kind != EventKind.REFUND) {
            return null;
        }
        String orderId = fields.orderId();
        if (orderId != null && orderId.length() > MAX_TEXT) {
            throw new Refusal(RejectReason.BAD_VALUE, "order_id is longer than " + MAX_TEXT + " characters");
        }
        // Everything that is stated has to be readable, also where another field decides.
        BigDecimal revenue = decimal(fields.revenue, "revenue");
        BigDecimal total = decimal(fields.total, "total");
        BigDecimal sum = sum(fields.products);
        BigDecimal amount = revenue != null ? revenue : total != null ? total : sum;
        return new Purchase(
                orderId, kind == EventKind.REFUND && amount != null ? amount.abs() : amount, currency(fields));
    }

    /** The sum of price × quantity, or null if no product has a price. */
    private static BigDecimal sum(List<EventFields.Product> products) throws Refusal {
        BigDecimal sum = null;
        if (products != null) {
            for (EventFields.Product product : products) {
                BigDecimal price = decimal(product.price, "price");
                int quantity = wholeQuantity(product);
                if (price != null) {
                    BigDecimal value = price.multiply(BigDecimal.valueOf(quantity));
                    sum = sum == null ? value : sum.add(value);
                }
            }
        }
        return sum == null ? null : sum.signum() == 0 ? BigDecimal.ZERO : sum.stripTrailingZeros();
    }

    private static BigDecimal decimal(String text, String field) throws Refusal {
        if (text == null) {
            return null;
        }
        BigDecimal value = Money.parse(text);
        if (value == null) {
            throw new Refusal(
                    RejectReason.BAD_VALUE,
                    "%s is no decimal with at most %d digits before and %d behind the point"
                            .formatted(field, Money.MAX_INTEGER_DIGITS, Money.MAX_DECIMALS));
        }
        return value;
    }

    private String currency(EventFields fields) throws Refusal {
        if (fields.currency == null || fields.currency.isBlank()) {
            return limits.defaultCurrency();
        }
        String code = fields.currency.strip().toUpperCase(Locale.ROOT);
        if (!Money.isCurrency(code)) {
            throw new Refusal(RejectReason.BAD_VALUE, "currency is no code of ISO 4217");
        }
        return code;
    }

    /** Ends the reading of one event; without a stack trace, because hostile input would pay for it. */
    static final class Refusal extends Exception {
        private final RejectReason reason;

        Refusal(RejectReason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }
    }
}
