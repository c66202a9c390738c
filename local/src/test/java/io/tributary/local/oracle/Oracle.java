package io.tributary.local.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.RejectReason;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What {@code backtest --out DIR} must write for Segment-spec lines, computed from the contract in the plainest way:
 * sort everything, then look back. To be read beside the contract, from top to bottom. Whose an event is says
 * {@link IdentityOracle}, who is in which segment {@link SegmentOracle}, and what is assumed about that.
 *
 * <p>Where the documents are silent, this is what is assumed; to be reconciled, not believed:
 *
 * <p><b>Lines and reasons</b>
 *
 * <ol>
 *   <li>{@code empty_line} is a line of zero bytes; one of blanks is {@code not_json}. Bytes that are not UTF-8 are
 *       {@code not_json}. Of a repeated JSON field the last counts.
 *   <li>Several faults: the reason is the first in the order in which {@link RejectReason} (and the issue) lists them;
 *       an unreadable identifier is {@code bad_value} at the place of the identifiers. Limits of size and depth are
 *       not modelled.
 *   <li>A reject needs no time, so a refused line is a reject also when it lies after {@code until}. A duplicate after
 *       {@code until} is {@code after_until}.
 *   <li>Ticks are recognised by {@code type} alone, checked for nothing and counted nowhere; they do not move the
 *       default {@code until}.
 *   <li>JSON {@code null} is the same as an absent field, except in traits.
 *   <li>{@code type} and {@code event} are compared exactly. An event name that is blank or no text is missing.
 * </ol>
 *
 * <p><b>Time, ids, order</b>
 *
 * <ol>
 *   <li>{@code timestamp}, where present, is taken as it is (already corrected); the formula needs all three of its
 *       fields. A time field is read when it is reached; unreadable then is {@code bad_timestamp} (no fallback to the
 *       next one). {@code receivedAt} is always reached, because of {@code in_future}.
 *   <li>Times are ISO-8601 texts with an offset or Z; digits beyond milliseconds are cut off before the formula.
 *   <li>{@code in_future} is strictly more than 5 minutes after {@code receivedAt}.
 *   <li>"… Viewed" is a track name that ends with {@code " Viewed"}. Texts are compared by {@link String#compareTo}.
 *   <li>{@code messageId}: a text as it is, an integer as its digits, an empty text is none, anything else
 *       {@code bad_value}. The order id and the product id likewise.
 *   <li>The horizon: a duplicate is at most 24 h (inclusive) after the accepted event of that id, and that id is among
 *       the newest 1,000 accepted ones of its key. A duplicate does not refresh the horizon.
 * </ol>
 *
 * <p><b>Identifiers</b>
 *
 * <ol>
 *   <li>Values are texts or integers (user id 42 is {@code "42"}); other JSON under {@code userId},
 *       {@code anonymousId}, {@code previousId} (of an alias), {@code context.device.id} or the {@code id} of an
 *       external id of a known type is {@code bad_value}. E-mail and phone must be texts, else they are mere traits.
 *       External ids of other types, or of a wrong shape, are nothing.
 *   <li>Blocked in every namespace, in any case: the values that the documents name, and zeros with or without dashes.
 *       A blocked value is as if absent.
 *   <li>E-mail: {@code x@y.z} without blanks. Phone: international form only (no default region), valid by
 *       libphonenumber.
 *   <li>Of several devices of one namespace the first is the one with the smallest hash.
 *   <li>There is no limit to the identifiers that a profile lists.
 *   <li>A message's recipient is what the specification's e-mail events have in {@code context.traits.email}; the
 *       {@code recipient} of {@code Product Shared} is somebody else. Loyalty cards are external ids.
 * </ol>
 *
 * <p><b>Traits and consent</b>
 *
 * <ol>
 *   <li>Traits and contacts stand in {@code context.traits} of any event and in {@code traits} of an identify, which
 *       win ({@code traits} of a group describe the group). Values are replaced whole and kept as they came, the
 *       e-mail too. An empty set of traits, identifiers' namespaces or consent is left out.
 *   <li>Of traits with equal timestamps the later in the order of events wins.
 *   <li>Consent values other than true and false say nothing.
 * </ol>
 *
 * <p><b>Commerce</b>
 *
 * <ol>
 *   <li>Quantities and amounts are numbers, or texts that hold one; {@code 2.0} is an integer. Whatever is stated in
 *       {@code revenue}, {@code total}, {@code price}, {@code quantity}, {@code currency} of a cart, order, refund or
 *       cancellation event must be readable, also where another field decides. Other events are not checked.
 *   <li>Prices and revenue may be negative. Of a refund the absolute value counts. Refunds are not distinct by order,
 *       need no known order and do not lower {@code count}.
 *   <li>Currency: an ISO 4217 code in any case, of the whole event (none per product).
 *   <li>An order without {@code revenue}, {@code total} and any price has no amount: it counts but adds no currency. A
 *       stated zero is written.
 *   <li>{@code orders} is left out without orders and refunded amounts; with refunds only, {@code count} is 0 and the times and
 *       the revenue are left out.
 *   <li>"A repeated order changes nothing" holds for the cart and for deadlines too.
 *   <li>The bound of 500 open orders is not modelled.
 *   <li>A cart event without product id and sku, and a {@code Cart Updated} without an array of products, are
 *       {@code bad_value}. Products of orders need no key. A product twice in one {@code Cart Updated}: quantities add
 *       up.
 *   <li>The price of a product is the latest stated by any cart event while it is in the cart, also by a partial
 *       removal; when a product leaves or the cart is replaced, its price is forgotten.
 *   <li>{@code value} is left out when nothing in the cart has a price.
 * </ol>
 *
 * <p><b>Triggers and summary</b>
 *
 * <ol>
 *   <li>The definition says {@code purpose: marketing}: a customer whose consent to {@code marketing} is false at the
 *       deadline gets none. That counts as over, it does not fire later.
 *   <li>{@code merges} counts the {@code merged} lines of {@code identity-changes.jsonl}, also of customers that came
 *       back.
 *   <li>{@code late} is 0: a backtest reads in order. {@code definition_version} is 1.
 * </ol>
 */
public final class Oracle {
    /** A line as it stands in a file, without its ending. */
    public record Line(byte[] raw, Origin origin) {}

    private static final Set<String> TYPES = Set.of("identify", "alias", "group", "page", "screen", "track");
    private static final Set<String> ADDITIONS = Set.of("Product Added", "Wishlist Product Added to Cart");
    private static final String REMOVAL = "Product Removed";
    private static final String REPLACEMENT = "Cart Updated";
    private static final String ORDER = "Order Completed";
    private static final Set<String> REFUNDS = Set.of("Order Refunded", "Order Cancelled");

    private static final Duration MAX_SKEW = Duration.ofMinutes(5);
    private static final Duration DUPLICATE_HORIZON = Duration.ofHours(24);
    private static final int DUPLICATE_IDS = 1_000;
    private static final Duration CART_HORIZON = Duration.ofDays(30);
    private static final int CART_EVENTS = 200;
    private static final Duration TRIGGER_EXPIRY = Duration.ofHours(24);

    static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String defaultCurrency;
    private final Duration abandonedAfter;
    private final IdentityConfig identity;

    /** With the defaults of the contract: US dollars, an abandoned cart after one hour. */
    public Oracle() {
        this("USD", Duration.ofHours(1), IdentityConfig.defaults());
    }

    public Oracle(IdentityConfig identity) {
        this("USD", Duration.ofHours(1), identity);
    }

    public Oracle(String defaultCurrency, Duration abandonedAfter, IdentityConfig identity) {
        this.defaultCurrency = defaultCurrency;
        this.abandonedAfter = abandonedAfter;
        this.identity = identity;
    }

    // ---------------------------------------------------------------------------------------------- the whole picture

    /** The output for these lines without definitions, with {@code until} at the newest accepted event. */
    public OracleOutput run(List<Line> lines) {
        return run(lines, Optional.empty(), List.of());
    }

    /** The output for these lines without definitions, where events after {@code until} are not read. */
    public OracleOutput run(List<Line> lines, Instant until) {
        return run(lines, Optional.of(until), List.of());
    }

    /**
     * The output for these lines and privacy commands, which stand in {@code privacy.jsonl}, without definitions; what
     * comes after {@code until} is not read.
     */
    public OracleOutput run(List<Line> lines, Optional<Instant> limit, List<PrivacyCommand> privacy) {
        return run(Definitions.NONE, lines, limit, privacy);
    }

    /** The output for these definitions, lines and privacy commands; what comes after {@code until} is not read. */
    public OracleOutput run(
            Definitions definitions, List<Line> lines, Optional<Instant> limit, List<PrivacyCommand> privacy) {
        List<Event> events = new ArrayList<>();
        List<ObjectNode> rejects = new ArrayList<>();
        for (Line line : lines) {
            try {
                parse(line.raw()).ifPresent(events::add);
            } catch (Refused refused) {
                rejects.add(rejected(line, refused.reason));
            }
        }
        Map<String, PrivacyCommand> commands = new HashMap<>();
        for (int i = 0; i < privacy.size(); i++) {
            PrivacyCommand command = privacy.get(i);
            Optional<RejectReason> refusal = command.refusal(identity);
            if (refusal.isPresent()) {
                byte[] raw = command.line().getBytes(StandardCharsets.UTF_8);
                rejects.add(rejected(new Line(raw, Origin.line("privacy.jsonl", i + 1L)), refusal.get()));
            } else {
                commands.merge(command.id(), command, BinaryOperator.minBy(Comparator.naturalOrder()));
            }
        }
        List<Event> inTime = events.stream()
                .filter(e -> limit.isEmpty() || !e.at().isAfter(limit.get()))
                .sorted()
                .toList();
        List<Event> accepted = withoutDuplicates(inTime);
        // By default the newest accepted event: a duplicate may be newer.
        Instant end = limit.orElse(newest(accepted));
        List<PrivacyCommand> inTimeToo =
                commands.values().stream().filter(c -> !c.at().isAfter(end)).toList();
        IdentityOracle people = new IdentityOracle(identity, accepted, inTimeToo);
        rejects.sort(Comparator.<ObjectNode, String>comparing(r -> r.get("file").asText())
                .thenComparing(r -> r.get("line").asLong()));
        ObjectNode counters = Json.object()
                .put("read", inTime.size() + rejects.size())
                .put("accepted", accepted.size())
                .put("duplicate", inTime.size() - accepted.size())
                .put("late", 0)
                .put("after_until", events.size() - inTime.size())
                .set("rejected", count(rejects, r -> r.get("reason").asText()));
        SegmentOracle segments = new SegmentOracle(definitions, accepted, people, end);
        return output(accepted, people, segments, end, rejects, counters);
    }

    private static Instant newest(List<Event> events) {
        return events.stream().map(Event::at).max(Comparator.naturalOrder()).orElse(Instant.EPOCH);
    }

    private OracleOutput output(
            List<Event> accepted,
            IdentityOracle people,
            SegmentOracle segments,
            Instant until,
            List<ObjectNode> rejects,
            ObjectNode counters) {
        Map<String, List<Event>> byCustomer = new TreeMap<>();
        for (int i = 0; i < accepted.size(); i++) {
            String customer = people.customers().get(i);
            if (customer != null) {
                byCustomer.computeIfAbsent(customer, c -> new ArrayList<>()).add(accepted.get(i));
            }
        }
        List<ObjectNode> profiles = new ArrayList<>();
        byCustomer.forEach((customer, history) -> profiles.add(profile(customer, history, people, segments)));
        List<ObjectNode> refused = new ArrayList<>();
        List<ObjectNode> triggers = abandonedCarts(accepted, people, until, refused);
        triggers.sort(Comparator.comparing(ObjectNode::toString)); // starts with fired_at, trigger, customer_id
        List<ObjectNode> changes = new ArrayList<>();
        people.changes().forEach(change -> changes.add(changed(change)));
        changes.sort(Comparator.comparing(ObjectNode::toString)); // starts with at, change, customer_id

        ObjectNode summary = Json.object();
        summary.set("events", counters);
        summary.put("customers", profiles.size());
        summary.put(
                "merges",
                count(changes, c -> c.get("change").asText()).path("merged").asInt());
        summary.set("segments", segments.sizes());
        summary.set("triggers", count(triggers, t -> t.get("trigger").asText()));
        if (!refused.isEmpty()) {
            summary.putObject("triggers_suppressed").putObject("abandoned_cart").put("consent", refused.size());
        }
        return new OracleOutput(profiles, changes, segments.changes(), triggers, rejects, summary);
    }

    private static ObjectNode changed(IdentityOracle.Change change) {
        ObjectNode line = Json.object()
                .put("at", MILLIS.format(change.at()))
                .put("change", change.change())
                .put("customer_id", change.customer());
        line.set("identifiers", identifiers(change.identifiers()));
        if (change.into() != null) {
            line.put("into", change.into());
        }
        return line.put("because", change.because());
    }

    /** A file's lines: they end at LF, a CR before it is dropped, an empty line counts. */
    public static List<Line> lines(String file, byte[] content) {
        List<Line> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= content.length; i++) {
            boolean atEnd = i == content.length;
            if (atEnd ? start < i : content[i] == '\n') {
                int end = !atEnd && i > start && content[i - 1] == '\r' ? i - 1 : i;
                byte[] raw = Arrays.copyOfRange(content, start, end);
                lines.add(new Line(raw, Origin.line(file, lines.size() + 1L)));
                start = i + 1;
            }
        }
        return lines;
    }

    private static ObjectNode rejected(Line line, RejectReason reason) {
        return Json.object()
                .put("file", line.origin().source())
                .put("line", line.origin().position())
                .put("reason", reason.id())
                .put("raw", Base64.getEncoder().encodeToString(line.raw()));
    }

    // ------------------------------------------------------------------------------------------------ a line's meaning

    /** A line is refused for one reason. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final RejectReason reason;

        Refused(RejectReason reason) {
            super(reason.id());
            this.reason = reason;
        }
    }

    /** One product of an event; the price is null when none is stated, the key too (in orders only). */
    record Product(String key, long quantity, BigDecimal price) {}

    /** What a cart, order or refund event says about goods and money; the amount and the order id may be null. */
    record Commerce(String orderId, String currency, BigDecimal amount, List<Product> products) {
        static final Commerce NONE = new Commerce(null, null, null, List.of());
    }

    /**
     * @param name the event's name for track, else its type
     * @param persons identifiers of persons, the strongest first
     * @param devices identifiers of devices, the strongest first
     * @param json the whole line
     */
    record Event(
            Instant at,
            String messageId,
            String rawHash,
            String type,
            String name,
            NavigableSet<Identifier> persons,
            NavigableSet<Identifier> devices,
            JsonNode traits,
            JsonNode consent,
            Commerce commerce,
            JsonNode json)
            implements Comparable<Event> {

        /** The order of events everywhere. */
        private static final Comparator<Event> IN_ORDER = Comparator.comparing(Event::at)
                .thenComparing(Event::kind)
                .thenComparing(Event::messageId)
                .thenComparing(Event::rawHash);

        @Override
        public int compareTo(Event other) {
            return IN_ORDER.compare(this, other);
        }

        int kind() {
            if (!isTrack()) {
                return type.equals("page") || type.equals("screen") ? 1 : 0;
            }
            if (name.endsWith(" Viewed")) {
                return 1;
            }
            if (ADDITIONS.contains(name)) {
                return 2;
            }
            return switch (name) {
                case REMOVAL -> 3;
                case REPLACEMENT -> 4;
                case ORDER -> 5;
                default -> REFUNDS.contains(name) ? 6 : 7;
            };
        }

        boolean isTrack() {
            return type.equals("track");
        }

        boolean isCart() {
            return isTrack() && isCartName(name);
        }

        boolean isOrder() {
            return isTrack() && name.equals(ORDER);
        }

        boolean isRefund() {
            return isTrack() && REFUNDS.contains(name);
        }

        Optional<Identifier> strongestPerson() {
            return first(persons);
        }

        /** The first by priority; further ones own nothing. */
        Optional<Identifier> device() {
            return first(devices);
        }

        /** The first identity key: the device, else the strongest person identifier. */
        Identifier firstIdentityKey() {
            return device().or(this::strongestPerson).orElseThrow();
        }

        private static Optional<Identifier> first(NavigableSet<Identifier> identifiers) {
            return identifiers.isEmpty() ? Optional.empty() : Optional.of(identifiers.first());
        }
    }

    private static boolean isCartName(String name) {
        return ADDITIONS.contains(name) || name.equals(REMOVAL) || name.equals(REPLACEMENT);
    }

    /** The event of a line, or nothing for a tick. */
    private Optional<Event> parse(byte[] raw) throws Refused {
        JsonNode json = json(raw);
        String type = json.path("type").asText();
        if (type.equals("tick")) {
            return Optional.empty();
        }
        NavigableSet<Identifier> identifiers = identifiers(json, type);
        Instant at = timestamp(json);
        if (!json.path("type").isTextual() || !TYPES.contains(type)) {
            throw new Refused(RejectReason.UNKNOWN_TYPE);
        }
        String name = type.equals("track") ? eventName(json) : type;
        Commerce commerce = type.equals("track") ? commerce(name, json.path("properties")) : Commerce.NONE;
        String messageId = text(json.path("messageId")).orElseGet(() -> sha256(raw));
        JsonNode traits = traits(json, type);
        JsonNode consent = json.path("context").path("consent").path("categoryPreferences");
        return Optional.of(new Event(
                at,
                messageId,
                sha256(raw),
                type,
                name,
                only(identifiers, Identifier::isPerson),
                only(identifiers, identifier -> !identifier.isPerson()),
                traits,
                consent,
                commerce,
                json));
    }

    private static JsonNode json(byte[] raw) throws Refused {
        if (raw.length == 0) {
            throw new Refused(RejectReason.EMPTY_LINE);
        }
        JsonNode json;
        try {
            json = Json.read(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString());
        } catch (CharacterCodingException | JsonProcessingException e) {
            throw new Refused(RejectReason.NOT_JSON);
        }
        if (json.isMissingNode()) {
            throw new Refused(RejectReason.NOT_JSON);
        }
        if (!json.isObject()) {
            throw new Refused(RejectReason.NOT_AN_OBJECT);
        }
        return json;
    }

    /** What the event says about the customer: everywhere the context's traits, and over them those of an identify. */
    private static JsonNode traits(JsonNode json, String type) {
        ObjectNode traits = Json.object();
        JsonNode context = json.path("context").path("traits");
        if (context.isObject()) {
            traits.setAll((ObjectNode) context);
        }
        if (type.equals("identify") && json.path("traits").isObject()) {
            traits.setAll((ObjectNode) json.path("traits"));
        }
        return traits;
    }

    private static String eventName(JsonNode json) throws Refused {
        JsonNode name = json.path("event");
        if (!name.isTextual() || name.textValue().isBlank()) {
            throw new Refused(RejectReason.MISSING_EVENT_NAME);
        }
        return name.textValue();
    }

    // --------------------------------------------------------------------------------------------- identifiers of a
    // line

    private NavigableSet<Identifier> identifiers(JsonNode json, String type) throws Refused {
        NavigableSet<Identifier> found = new TreeSet<>();
        JsonNode context = json.path("context");
        add(found, "user_id", text(json.path("userId")));
        add(found, "anonymous_id", text(json.path("anonymousId")));
        add(found, "device_id", text(context.path("device").path("id")));
        addContact(found, context.path("traits"));
        if (type.equals("identify")) {
            addContact(found, json.path("traits"));
        }
        if (type.equals("alias")) {
            add(found, identity.previousId(), text(json.path("previousId")));
        }
        for (JsonNode external : context.path("externalIds")) {
            String namespace = external.path("type").asText();
            if (identity.find(namespace).isPresent()) {
                add(found, namespace, text(external.path("id")));
            }
        }
        if (found.isEmpty()) {
            throw new Refused(RejectReason.NO_IDENTIFIER);
        }
        return found;
    }

    private static NavigableSet<Identifier> only(Set<Identifier> identifiers, Predicate<Identifier> kind) {
        return identifiers.stream().filter(kind).collect(Collectors.toCollection(TreeSet::new));
    }

    private void addContact(Set<Identifier> found, JsonNode traits) {
        add(found, "email", Optional.ofNullable(traits.path("email").textValue()));
        add(found, "phone", Optional.ofNullable(traits.path("phone").textValue()));
    }

    private void add(Set<Identifier> found, String namespace, Optional<String> value) {
        value.flatMap(text -> identity.identifier(namespace, text)).ifPresent(found::add);
    }

    // ------------------------------------------------------------------------------------------------ the time of a
    // line

    private static Instant timestamp(JsonNode json) throws Refused {
        Optional<Instant> received = time(json.path("receivedAt"));
        Instant at = uncheckedTimestamp(json, received);
        int year = at.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1970 || year > 9999) {
            throw new Refused(RejectReason.BAD_TIMESTAMP);
        }
        if (received.isPresent() && at.isAfter(received.get().plus(MAX_SKEW))) {
            throw new Refused(RejectReason.IN_FUTURE);
        }
        return at;
    }

    private static Instant uncheckedTimestamp(JsonNode json, Optional<Instant> received) throws Refused {
        Optional<Instant> timestamp = time(json.path("timestamp"));
        if (timestamp.isPresent()) {
            return timestamp.get();
        }
        Optional<Instant> original = time(json.path("originalTimestamp"));
        if (original.isPresent() && received.isPresent()) {
            Optional<Instant> sent = time(json.path("sentAt"));
            if (sent.isPresent()) {
                return received.get().minus(Duration.between(original.get(), sent.get()));
            }
        }
        return original.or(() -> received).orElseThrow(() -> new Refused(RejectReason.BAD_TIMESTAMP));
    }

    private static Optional<Instant> time(JsonNode node) throws Refused {
        if (isAbsent(node)) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw new Refused(RejectReason.BAD_TIMESTAMP);
        }
        try {
            return Optional.of(
                    OffsetDateTime.parse(node.textValue()).toInstant().truncatedTo(ChronoUnit.MILLIS));
        } catch (DateTimeException e) {
            throw new Refused(RejectReason.BAD_TIMESTAMP);
        }
    }

    // ----------------------------------------------------------------------------------------- goods and money of a
    // line

    private Commerce commerce(String name, JsonNode properties) throws Refused {
        boolean cart = isCartName(name);
        if (!cart && !name.equals(ORDER) && !REFUNDS.contains(name)) {
            return Commerce.NONE;
        }
        String currency = currency(properties.path("currency"));
        List<Product> products = new ArrayList<>();
        if (cart && !name.equals(REPLACEMENT)) {
            products.add(product(properties, true));
        } else {
            JsonNode list = properties.path("products");
            if (!list.isArray() && !(isAbsent(list) && !cart)) {
                throw new Refused(RejectReason.BAD_VALUE);
            }
            for (JsonNode entry : list) {
                products.add(product(entry, cart));
            }
        }
        BigDecimal revenue = amount(properties.path("revenue"));
        BigDecimal total = amount(properties.path("total"));
        BigDecimal amount = revenue != null ? revenue : total != null ? total : sum(products);
        return new Commerce(text(properties.path("order_id")).orElse(null), currency, amount, products);
    }

    private static Product product(JsonNode node, boolean keyed) throws Refused {
        if (!node.isObject()) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
        Optional<String> id = text(node.path("product_id"));
        Optional<String> sku = text(node.path("sku"));
        String key = id.or(() -> sku).orElse(null);
        if (keyed && key == null) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
        BigDecimal quantity = amount(node.path("quantity"));
        try {
            long units = quantity == null ? 1 : quantity.longValueExact();
            if (units <= 0) {
                throw new Refused(RejectReason.BAD_VALUE);
            }
            return new Product(key, units, amount(node.path("price")));
        } catch (ArithmeticException e) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
    }

    private static BigDecimal sum(List<Product> products) {
        return products.stream()
                .filter(p -> p.price() != null)
                .map(p -> p.price().multiply(BigDecimal.valueOf(p.quantity())))
                .reduce(BigDecimal::add)
                .orElse(null);
    }

    private String currency(JsonNode node) throws Refused {
        try {
            return isAbsent(node)
                    ? defaultCurrency
                    : Currency.getInstance(node.asText().strip().toUpperCase(Locale.ROOT))
                            .getCurrencyCode();
        } catch (IllegalArgumentException e) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
    }

    private static BigDecimal amount(JsonNode node) throws Refused {
        if (isAbsent(node)) {
            return null;
        }
        if (!node.isNumber() && !node.isTextual()) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
        try {
            return new BigDecimal(node.asText().strip());
        } catch (NumberFormatException e) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
    }

    private static Optional<String> text(JsonNode node) throws Refused {
        if (isAbsent(node)) {
            return Optional.empty();
        }
        if (!node.isTextual() && !node.isIntegralNumber()) {
            throw new Refused(RejectReason.BAD_VALUE);
        }
        return Optional.of(node.asText()).filter(t -> !t.isEmpty());
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    // ---------------------------------------------------------------------------------------------------------
    // duplicates

    /** The first of each, whatever was erased in between. */
    private static List<Event> withoutDuplicates(List<Event> inOrder) {
        List<Event> accepted = new ArrayList<>();
        Map<Identifier, LinkedHashMap<String, Event>> eventsByKey = new HashMap<>();
        for (Event event : inOrder) {
            LinkedHashMap<String, Event> remembered =
                    eventsByKey.computeIfAbsent(event.firstIdentityKey(), k -> new LinkedHashMap<>());
            Event before = remembered.get(event.messageId());
            if (before != null && !event.at().isAfter(before.at().plus(DUPLICATE_HORIZON))) {
                continue;
            }
            accepted.add(event);
            remembered.remove(event.messageId());
            remembered.put(event.messageId(), event);
            if (remembered.size() > DUPLICATE_IDS) {
                remembered.remove(remembered.keySet().iterator().next());
            }
        }
        return accepted;
    }

    // ------------------------------------------------------------------------------------------------------- the
    // profile

    private static ObjectNode profile(
            String customer, List<Event> history, IdentityOracle people, SegmentOracle segments) {
        ObjectNode profile = Json.object().put("customer_id", customer);
        profile.set("identifiers", identifiers(people.identifiers(customer)));
        setUnlessEmpty(profile, "traits", traits(history));
        setUnlessEmpty(profile, "computed", segments.computed(customer));
        profile.put("first_seen", MILLIS.format(history.get(0).at()));
        profile.put("last_seen", MILLIS.format(history.get(history.size() - 1).at()));
        profile.putObject("events").put("count", history.size()).set("by_name", count(history, Event::name));
        setUnlessEmpty(profile, "orders", orders(history));
        setUnlessEmpty(profile, "cart", cart(history));
        setUnlessEmpty(profile, "consent", consent(history));
        setUnlessEmpty(profile, "segments", segments.memberships(customer));
        if (!people.mergedFrom(customer).isEmpty()) {
            people.mergedFrom(customer).forEach(profile.putArray("merged_from")::add);
        }
        return profile;
    }

    static ObjectNode identifiers(Set<Identifier> all) {
        Map<String, Set<String>> values = new TreeMap<>();
        all.forEach(i -> values.computeIfAbsent(i.namespace().name(), n -> new TreeSet<>())
                .add(i.value()));
        ObjectNode result = Json.object();
        values.forEach((namespace, some) -> some.forEach(result.putArray(namespace)::add));
        return result;
    }

    /** The latest by event time; a null removes. */
    static ObjectNode traits(List<Event> history) {
        ObjectNode result = Json.object();
        for (Event event : history) {
            event.traits().properties().forEach(trait -> {
                if (trait.getValue().isNull()) {
                    result.remove(trait.getKey());
                } else {
                    result.set(trait.getKey(), trait.getValue());
                }
            });
        }
        return result;
    }

    /** Per purpose the latest by event time; of statements at one instant the restrictive one. */
    static ObjectNode consent(List<Event> history) {
        Map<String, Instant> statedAt = new HashMap<>();
        ObjectNode result = Json.object();
        for (Event event : history) {
            event.consent().properties().forEach(purpose -> {
                String name = purpose.getKey();
                if (purpose.getValue().isBoolean()) {
                    boolean tie = event.at().equals(statedAt.put(name, event.at()));
                    boolean granted = purpose.getValue().booleanValue();
                    result.put(name, granted && !(tie && !result.get(name).booleanValue()));
                }
            });
        }
        return result;
    }

    static ObjectNode orders(List<Event> history) {
        List<Event> orders = firstOfEachOrder(history);
        List<Event> refunds = history.stream().filter(Event::isRefund).toList();
        ObjectNode result = Json.object();
        Money revenue = new Money();
        orders.forEach(o -> revenue.add(o.commerce().currency(), o.commerce().amount()));
        setUnlessEmpty(result, "revenue", revenue.toJson());
        Money refunded = new Money();
        refunds.stream()
                .map(Event::commerce)
                .filter(c -> c.amount() != null)
                .forEach(c -> refunded.add(c.currency(), c.amount().abs()));
        setUnlessEmpty(result, "refunds", refunded.toJson());
        if (orders.isEmpty() && result.isEmpty()) {
            return result;
        }
        result.put("count", orders.size());
        if (!orders.isEmpty()) {
            result.put("first_at", MILLIS.format(orders.get(0).at()));
            result.put("last_at", MILLIS.format(orders.get(orders.size() - 1).at()));
        }
        return result;
    }

    /** Distinct order ids, each at its smallest in order; an order without one counts by itself. */
    private static List<Event> firstOfEachOrder(List<Event> history) {
        Set<String> known = new HashSet<>();
        return history.stream()
                .filter(Event::isOrder)
                .filter(o ->
                        o.commerce().orderId() == null || known.add(o.commerce().orderId()))
                .toList();
    }

    // ---------------------------------------------------------------------------------------------------------- the
    // cart

    /** A product in the cart; the price is null when none is known. */
    private record Item(long quantity, BigDecimal price, String currency) {}

    /** Cart events and orders in their order; a repeated order changes nothing, so it is not among them. */
    private static List<Event> shopping(List<Event> history) {
        List<Event> orders = firstOfEachOrder(history);
        return history.stream().filter(e -> e.isCart() || orders.contains(e)).toList();
    }

    /** The cart at the end: nothing leaves it by time alone. */
    static ObjectNode cart(List<Event> history) {
        List<Event> shopping = shopping(history);
        if (shopping.isEmpty() || shopping.get(shopping.size() - 1).isOrder()) {
            return Json.object();
        }
        ObjectNode cart = cartAfter(shopping, shopping.size() - 1);
        if (!cart.isEmpty()) {
            cart.put(
                    "updated_at",
                    MILLIS.format(shopping.get(shopping.size() - 1).at()));
        }
        return cart;
    }

    /**
     * Items and value after the cart event at this index, empty for an empty cart: the fold of the newest 200 cart
     * events in (t − 30 d, t] since the last order.
     */
    private static ObjectNode cartAfter(List<Event> shopping, int index) {
        Instant start = shopping.get(index).at().minus(CART_HORIZON);
        List<Event> folded = new ArrayList<>();
        for (int i = index; i >= 0 && !shopping.get(i).isOrder() && folded.size() < CART_EVENTS; i--) {
            if (shopping.get(i).at().isAfter(start)) {
                folded.add(shopping.get(i));
            }
        }
        Collections.reverse(folded);

        SortedMap<String, Item> items = new TreeMap<>();
        for (Event event : folded) {
            if (event.name().equals(REPLACEMENT)) {
                items.clear();
            }
            int sign = event.name().equals(REMOVAL) ? -1 : 1;
            for (Product product : event.commerce().products()) {
                Item old = items.getOrDefault(product.key(), new Item(0, null, null));
                long quantity = old.quantity() + sign * product.quantity();
                Item updated = product.price() == null
                        ? new Item(quantity, old.price(), old.currency())
                        : new Item(quantity, product.price(), event.commerce().currency());
                if (quantity > 0) {
                    items.put(product.key(), updated);
                } else {
                    items.remove(product.key());
                }
            }
        }
        return cart(items);
    }

    private static ObjectNode cart(SortedMap<String, Item> items) {
        ObjectNode cart = Json.object();
        if (items.isEmpty()) {
            return cart;
        }
        ArrayNode list = cart.putArray("items");
        Money value = new Money();
        items.forEach((key, item) -> {
            ObjectNode line = list.addObject().put("product_id", key).put("quantity", item.quantity());
            if (item.price() != null) {
                line.put("price", Money.format(item.currency(), item.price()));
                value.add(item.currency(), item.price().multiply(BigDecimal.valueOf(item.quantity())));
            }
        });
        setUnlessEmpty(cart, "value", value.toJson());
        return cart;
    }

    // --------------------------------------------------------------------------------------------------- abandoned
    // carts

    /**
     * Every cart event after which the cart is not empty is an anchor. At its deadline it is asked whose it was, as
     * far as the log shows until then, and what else that customer had done. It fires unless there is a cart event
     * (which sets another deadline, or empties the cart) or an order after the anchor.
     *
     * @param refused receives those of which the customer wants to hear nothing
     */
    @SuppressWarnings("ReferenceEquality") // two events may look the same
    private List<ObjectNode> abandonedCarts(
            List<Event> accepted, IdentityOracle people, Instant until, List<ObjectNode> refused) {
        List<ObjectNode> fired = new ArrayList<>();
        for (Event anchor : accepted) {
            Instant deadline = anchor.at().plus(abandonedAfter);
            if (!anchor.isCart() || deadline.isAfter(until)) {
                continue;
            }
            String customer = people.customerOf(anchor, deadline);
            if (customer == null || countsAsFired(customer, deadline, people)) {
                continue;
            }
            List<Event> history = people.history(customer, deadline);
            List<Event> shopping = shopping(history);
            int last = shopping.size() - 1;
            ObjectNode cart = cartAfter(shopping, last);
            boolean refuses = consent(history).path("marketing").equals(BooleanNode.FALSE);
            if (shopping.get(last) == anchor && !cart.isEmpty()) {
                (refuses ? refused : fired).add(trigger(customer, anchor, deadline, cart));
            }
        }
        return fired;
    }

    /**
     * What the replay would have fired at or before a merge counts as fired. Before it: that instant is over anyway. So
     * only a merge at the instant of the deadline is left to ask for.
     */
    private static boolean countsAsFired(String customer, Instant deadline, IdentityOracle people) {
        return people.isRelabelled(customer, deadline);
    }

    private ObjectNode trigger(String customer, Event anchor, Instant deadline, ObjectNode cart) {
        ObjectNode trigger = Json.object()
                .put("fired_at", MILLIS.format(deadline))
                .put("trigger", "abandoned_cart")
                .put("customer_id", customer)
                .put("anchor_message_id", anchor.messageId())
                .put("anchor_at", MILLIS.format(anchor.at()))
                .put("expires_at", MILLIS.format(deadline.plus(TRIGGER_EXPIRY)))
                .put("definition_version", 1);
        trigger.set("payload", cart);
        String delay = abandonedAfter.toString().substring(2).toLowerCase(Locale.ROOT); // PT1H → 1h
        trigger.putArray("because")
                .addObject()
                .put("condition", "no Order Completed within " + delay)
                .put("observed", "none");
        return trigger;
    }

    // -------------------------------------------------------------------------------------------------------------
    // helpers

    /** Exact sums per currency. */
    private static final class Money {
        private final Map<String, BigDecimal> sums = new TreeMap<>();

        /** Adds an amount; null is none. */
        void add(String currency, BigDecimal amount) {
            if (amount != null) {
                sums.merge(currency, amount, BigDecimal::add);
            }
        }

        ObjectNode toJson() {
            ObjectNode result = Json.object();
            sums.forEach((currency, sum) -> result.put(currency, format(currency, sum)));
            return result;
        }

        /** The currency's decimals, more only if exact, no other trailing zeros. */
        static String format(String currency, BigDecimal amount) {
            int decimals = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
            int exact = amount.stripTrailingZeros().scale();
            return amount.setScale(Math.max(decimals, exact)).toPlainString();
        }
    }

    static <T> ObjectNode count(List<T> all, Function<T, String> name) {
        ObjectNode result = Json.object();
        all.forEach(
                one -> result.put(name.apply(one), result.path(name.apply(one)).asInt() + 1));
        return result;
    }

    private static void setUnlessEmpty(ObjectNode parent, String field, JsonNode value) {
        if (!value.isEmpty()) {
            parent.set(field, value);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
