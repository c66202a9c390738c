package io.tributary.local.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SimulatorTest {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final SimulationConfig CONFIG = SimulationConfig.of(1_500, 30, 7);
    private static final Duration LONGEST_WAY = Duration.ofMillis(800);

    private static List<SimulatedLine> lines;
    private static SimulationSummary summary;

    @BeforeAll
    static void simulate() {
        Simulator simulator = new Simulator(CONFIG);
        lines = new ArrayList<>();
        simulator.forEachRemaining(lines::add);
        summary = simulator.summary();
    }

    @Property(tries = 15)
    void givesTheSameBytesForTheSameSeedAndOthersForAnother(
            @ForAll @IntRange(min = 1, max = 40) int customers,
            @ForAll @IntRange(min = 1, max = 40) int days,
            @ForAll long seed) {
        SimulationConfig config = SimulationConfig.of(customers, days, seed);

        assertThat(digest(config)).isEqualTo(digest(config));
        assertThat(digest(SimulationConfig.of(customers, days, seed + 1))).isNotEqualTo(digest(config));
    }

    @Property(tries = 15)
    void letsEveryPersonComeAtLeastOnceWithinTheDays(
            @ForAll @IntRange(min = 1, max = 50) int customers,
            @ForAll @IntRange(min = 1, max = 10) int days,
            @ForAll long seed) {
        SimulationConfig config = SimulationConfig.of(customers, days, seed);
        Map<String, Instant> first = new HashMap<>();
        new Simulator(config)
                .forEachRemaining(
                        line -> first.merge(line.truth().person(), line.truth().at(), (a, b) -> a.isBefore(b) ? a : b));

        assertThat(first).hasSize(customers);
        assertThat(first.values()).allSatisfy(at -> assertThat(at)
                .isAfterOrEqualTo(config.start())
                .isBefore(config.end().plus(Duration.ofHours(1))));
    }

    @Test
    void writesEveryLineThatIsNotBrokenAsTheEventThatItsTruthNames() throws IOException {
        for (SimulatedLine line : intact()) {
            JsonNode event = MAPPER.readTree(line.bytes());
            LineTruth truth = line.truth();
            assertThat(event.path("messageId").textValue()).isEqualTo(truth.messageId());
            assertThat(correctedTime(event)).isEqualTo(truth.at());
            assertThat(Instant.parse(event.path("receivedAt").textValue())).isEqualTo(line.arrival());
            if (event.has("userId")) {
                assertThat(event.path("userId").textValue()).isEqualTo(truth.userId());
            }
            if (event.has("anonymousId")) {
                assertThat(truth.devices()).containsAll(truth.device());
                assertThat(truth.device())
                        .contains("anonymous_id:" + event.path("anonymousId").textValue());
            } else {
                assertThat(event.has("userId") || event.at("/context/traits").has("email"))
                        .isTrue();
            }
            assertThat(line.text().indexOf('\n')).isNegative();
        }
    }

    @Test
    void breaksEachBrokenLineInTheWayThatItsReasonNames() {
        List<SimulatedLine> broken = ofKind(LineKind.BROKEN);
        for (SimulatedLine line : broken) {
            assertThat(reasonOf(line)).as(line.text()).isEqualTo(line.truth().reason());
        }

        assertThat(broken.stream().map(line -> line.truth().reason()).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        RejectReason.NOT_JSON,
                        RejectReason.EMPTY_LINE,
                        RejectReason.NOT_AN_OBJECT,
                        RejectReason.TOO_DEEP,
                        RejectReason.NO_IDENTIFIER,
                        RejectReason.BAD_TIMESTAMP,
                        RejectReason.IN_FUTURE,
                        RejectReason.UNKNOWN_TYPE,
                        RejectReason.MISSING_EVENT_NAME,
                        RejectReason.BAD_VALUE);
    }

    @Test
    void keepsTheConfiguredRates() {
        double events = summary.events();
        long brokenLines =
                summary.broken().values().stream().mapToLong(Long::longValue).sum();

        assertThat(summary.duplicates() / events).isCloseTo(0.01, within(0.002));
        assertThat(summary.late() / events).isCloseTo(0.01, within(0.003));
        assertThat(brokenLines / events).isCloseTo(0.003, within(0.001));
    }

    @Test
    void keepsTheConfiguredRatesOfPersonsAndDevices() {
        SimulationConfig many = SimulationConfig.of(20_000, 1, 3);
        List<Person> persons = IntStream.range(0, many.customers())
                .mapToObj(i -> Person.of(i, many))
                .toList();
        List<Device> devices = persons.stream()
                .flatMap(p -> Device.of(p.index(), many).stream())
                .toList();

        assertThat(share(persons.stream().filter(p -> !p.logsIn()).count(), persons.size()))
                .isCloseTo(0.10, within(0.01));
        long known = persons.stream().filter(Person::logsIn).count();
        assertThat(share(persons.stream().filter(p -> p.mistypedEmail() != null).count(), known))
                .isCloseTo(0.03, within(0.005));
        assertThat(share(devices.stream().filter(Device::shared).count(), devices.size()))
                .isCloseTo(0.05, within(0.005));
        assertThat(share(devices.stream().filter(Device::isSkewed).count(), devices.size()))
                .isCloseTo(0.03, within(0.005));
    }

    @Test
    void givesEachPersonIdentifiersThatNobodyElseHas() throws NumberParseException {
        SimulationConfig many = SimulationConfig.of(20_000, 1, 3);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < many.customers(); i++) {
            Person person = Person.of(i, many);
            List<String> own = new ArrayList<>();
            Device.of(i, many).forEach(device -> own.addAll(device.identifiers()));
            if (person.logsIn()) {
                own.addAll(List.of(person.userId(), person.email()));
            } else {
                assertThat(person.email()).isNull();
                assertThat(person.phone()).isNull();
            }
            if (person.mistypedEmail() != null) {
                own.add(person.mistypedEmail());
            }
            if (person.phone() != null) {
                own.add(person.phone());
                PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
                assertThat(numbers.isValidNumber(numbers.parse(person.phone(), null)))
                        .as(person.phone())
                        .isTrue();
            }
            assertThat(own)
                    .allSatisfy(identifier ->
                            assertThat(seen.add(identifier)).as(identifier).isTrue());
        }
    }

    @Test
    void showsNoPersonIdentifierOfAPersonWhoNeverLogsIn() {
        List<SimulatedLine> anonymous =
                intact().stream().filter(line -> line.truth().userId() == null).toList();

        assertThat(anonymous)
                .isNotEmpty()
                .noneMatch(line -> line.text().contains("\"userId\"")
                        || line.text().contains("\"email\"")
                        || line.text().contains("\"phone\":"));
    }

    @Test
    void letsTwoPersonsUseASharedDeviceAndOnlyOneAnyOther() {
        Map<String, Set<String>> users = new HashMap<>();
        Set<String> shared = new HashSet<>();
        for (SimulatedLine line : intact()) {
            for (String device : line.truth().device()) {
                users.computeIfAbsent(device, d -> new HashSet<>())
                        .add(line.truth().person());
                if (line.truth().deviceShared()) {
                    shared.add(device);
                }
            }
        }

        assertThat(shared).anySatisfy(device -> assertThat(users.get(device)).hasSize(2));
        users.forEach((device, persons) -> {
            if (!shared.contains(device)) {
                assertThat(persons).hasSize(1);
            }
        });
    }

    @Test
    void arrivesInOrderAndWithinASecondUnlessLateOrRetried() {
        Instant last = Instant.MIN;
        for (SimulatedLine line : lines) {
            assertThat(line.arrival()).isAfterOrEqualTo(last);
            last = line.arrival();
            Duration way = Duration.between(line.truth().at(), line.arrival());
            switch (line.truth().kind()) {
                case EVENT -> assertThat(way).isBetween(Duration.ZERO, LONGEST_WAY);
                case LATE -> assertThat(way).isBetween(Duration.ofMinutes(2), Duration.ofHours(8));
                case DUPLICATE, BROKEN -> assertThat(way).isPositive();
            }
        }
    }

    @Test
    void repeatsOnlyDuplicatesAndTheseAsTheyWere() throws IOException {
        Map<String, JsonNode> first = new HashMap<>();
        for (SimulatedLine line : lines) {
            String messageId = line.truth().messageId();
            if (messageId == null) {
                continue;
            }
            if (line.truth().kind() != LineKind.DUPLICATE) {
                JsonNode event = line.truth().kind() == LineKind.BROKEN ? null : MAPPER.readTree(line.bytes());
                assertThat(first.containsKey(messageId)).isFalse();
                first.put(messageId, event);
            } else {
                JsonNode repeated = MAPPER.readTree(line.bytes());
                assertThat(correctedTime(repeated)).isEqualTo(correctedTime(first.get(messageId)));
                assertThat(withoutTransport(repeated)).isEqualTo(withoutTransport(first.get(messageId)));
            }
        }
    }

    @Test
    void addsUpMoneyWithinEachOrderAndOverAll() throws IOException {
        Map<String, BigDecimal> revenue = new TreeMap<>();
        Map<String, BigDecimal> refunds = new TreeMap<>();
        Map<String, BigDecimal> byOrder = new HashMap<>();
        Set<BigDecimal> pricePoints = new HashSet<>();
        for (SimulatedLine line : firstOnly()) {
            JsonNode event = MAPPER.readTree(line.bytes());
            JsonNode properties = event.path("properties");
            String currency = properties.path("currency").asText();
            switch (event.path("event").asText()) {
                case "Order Completed" -> {
                    BigDecimal goods = goods(properties, pricePoints);
                    BigDecimal net = properties.path("revenue").decimalValue();
                    BigDecimal discount = properties.path("discount").decimalValue();
                    BigDecimal extras = properties
                            .path("shipping")
                            .decimalValue()
                            .add(properties.path("tax").decimalValue());
                    assertThat(net).isPositive().isEqualByComparingTo(goods.subtract(discount));
                    assertThat(properties.path("total").decimalValue()).isEqualByComparingTo(net.add(extras));
                    assertThat(byOrder.put(properties.path("order_id").asText(), net))
                            .isNull();
                    revenue.merge(currency, net, BigDecimal::add);
                }
                case "Order Refunded", "Order Cancelled" -> {
                    BigDecimal amount = properties.path("revenue").decimalValue();
                    assertThat(amount)
                            .isPositive()
                            .isLessThanOrEqualTo(
                                    byOrder.get(properties.path("order_id").asText()));
                    refunds.merge(currency, amount, BigDecimal::add);
                }
                case "Checkout Started" ->
                    assertThat(properties.path("value").decimalValue())
                            .isPositive()
                            .isEqualByComparingTo(goods(properties, pricePoints));
                default -> {}
            }
        }

        assertThat(summary.orders()).isEqualTo(byOrder.size()).isPositive();
        assertThat(revenue).isEqualTo(summary.revenue());
        assertThat(refunds).isEqualTo(summary.refunds()).isNotEmpty();
        assertThat(pricePoints).hasSizeGreaterThan(200);
    }

    @Test
    void countsInItsSummaryWhatItWrote() throws IOException {
        Map<String, Long> names = new TreeMap<>();
        for (SimulatedLine line : firstOnly()) {
            JsonNode event = MAPPER.readTree(line.bytes());
            String type = event.path("type").asText();
            names.merge(type.equals("track") ? event.path("event").asText() : type, 1L, Long::sum);
        }

        assertThat(summary.lines()).isEqualTo(lines.size());
        assertThat(summary.byName()).isEqualTo(names);
        assertThat(summary.late()).isEqualTo(ofKind(LineKind.LATE).size());
        assertThat(summary.duplicates()).isEqualTo(ofKind(LineKind.DUPLICATE).size());
        assertThat(summary.events()).isEqualTo(firstOnly().size());
        assertThat(summary.newestEvent())
                .isEqualTo(firstOnly().stream()
                        .map(line -> line.truth().at())
                        .max(Instant::compareTo)
                        .orElseThrow());
    }

    /** An independent fold of the written lines, quantities by person and article, with the contract's deadline. */
    @Test
    void expectsTheAbandonedCartsThatItsEventsShow() throws IOException {
        List<SimulatedLine> ordered = new ArrayList<>(firstOnly());
        ordered.sort((a, b) -> a.truth().at().compareTo(b.truth().at()));
        Map<String, Map<String, Integer>> carts = new HashMap<>();
        Map<String, Instant> deadlines = new HashMap<>();
        Map<String, Integer> abandoned = new TreeMap<>();
        for (SimulatedLine line : ordered) {
            JsonNode event = MAPPER.readTree(line.bytes());
            String person = line.truth().person();
            Map<String, Integer> cart = carts.computeIfAbsent(person, p -> new HashMap<>());
            JsonNode properties = event.path("properties");
            String product = properties.path("product_id").asText();
            int quantity = properties.path("quantity").asInt();
            switch (event.path("event").asText()) {
                case "Product Added" -> cart.merge(product, quantity, Integer::sum);
                case "Product Removed" ->
                    cart.compute(product, (p, n) -> n == quantity ? null : Integer.valueOf(n - quantity));
                case "Order Completed" -> cart.clear();
                default -> {
                    continue;
                }
            }
            Instant deadline = deadlines.remove(person);
            if (deadline != null && deadline.isBefore(line.truth().at())) {
                abandoned.merge(person, 1, Integer::sum);
            }
            if (!cart.isEmpty()) {
                deadlines.put(person, line.truth().at().plus(Duration.ofHours(1)));
            }
        }
        deadlines.forEach((person, deadline) -> {
            if (!deadline.isAfter(summary.newestEvent())) {
                abandoned.merge(person, 1, Integer::sum);
            }
        });

        assertThat(abandoned).isNotEmpty().isEqualTo(summary.abandonedCarts());
    }

    @Test
    void drawsOrdersUnevenlyAndPopularArticlesOften() throws IOException {
        Map<String, Integer> ordersOf = new HashMap<>();
        Map<String, Integer> viewsOf = new HashMap<>();
        for (SimulatedLine line : firstOnly()) {
            JsonNode event = MAPPER.readTree(line.bytes());
            if (event.path("event").asText().equals("Order Completed")) {
                ordersOf.merge(line.truth().person(), 1, Integer::sum);
            } else if (event.path("event").asText().equals("Product Viewed")) {
                viewsOf.merge(event.at("/properties/product_id").asText(), 1, Integer::sum);
            }
        }
        double mean = share(summary.orders(), summary.persons());
        double squares = ordersOf.values().stream().mapToDouble(n -> n * n).sum() / summary.persons();
        List<Integer> views = viewsOf.values().stream().sorted((a, b) -> b - a).toList();
        int top = views.stream()
                .limit(CONFIG.products() / 10)
                .mapToInt(Integer::intValue)
                .sum();
        int all = views.stream().mapToInt(Integer::intValue).sum();

        // A Poisson count would give 1, with a standard deviation of 0.04.
        assertThat((squares - mean * mean) / mean).isGreaterThan(1.15);
        assertThat(share(top, all)).isGreaterThan(0.4);
    }

    @Test
    void followsThePersonsDayAndNight() {
        Map<String, Integer> offsets = new HashMap<>();
        for (int i = 0; i < CONFIG.customers(); i++) {
            offsets.put("p-" + i, Person.of(i, CONFIG).market().utcOffsetHours());
        }
        int[] hours = new int[24];
        intact().forEach(line -> hours[
                (int) Math.floorMod(
                        line.truth().at().getEpochSecond() / 3_600
                                + offsets.get(line.truth().person()),
                        24L)]++);

        assertThat(hours[20]).isGreaterThan(5 * hours[3]);
    }

    @Test
    void leavesOutEveryDeviationOfRateZero() {
        Simulator ideal = new Simulator(SimulationConfig.of(200, 5, 1).withRates(SimulationRates.IDEAL));
        ideal.forEachRemaining(line -> {
            assertThat(line.truth().kind()).isEqualTo(LineKind.EVENT);
            assertThat(line.truth().deviceShared()).isFalse();
            assertThat(line.truth().userId()).isNotNull();
            assertThat(line.text()).contains("\"timestamp\"");
        });

        assertThat(ideal.summary().broken()).isEmpty();
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> SimulationConfig.of(0, 1, 1)).hasMessageContaining("customers must be between");
        assertThatThrownBy(() -> SimulationConfig.of(1, 0, 1)).hasMessageContaining("days must be between");
        assertThatThrownBy(() -> SimulationConfig.of(1, 1, 1).withProducts(3)).hasMessageContaining("products");
        assertThatThrownBy(() -> new SimulationRates(Double.NaN, 0, 0, 0, 0, 0, 0))
                .hasMessageContaining("sharedDevices");
        assertThatThrownBy(() -> new Simulator(CONFIG).summary()).isInstanceOf(IllegalStateException.class);
    }

    private static List<SimulatedLine> intact() {
        return lines.stream()
                .filter(line -> line.truth().kind() != LineKind.BROKEN)
                .toList();
    }

    private static List<SimulatedLine> firstOnly() {
        return intact().stream()
                .filter(line -> line.truth().kind() != LineKind.DUPLICATE)
                .toList();
    }

    private static List<SimulatedLine> ofKind(LineKind kind) {
        return lines.stream().filter(line -> line.truth().kind() == kind).toList();
    }

    private static double share(double part, double whole) {
        return part / whole;
    }

    private static BigDecimal goods(JsonNode order, Set<BigDecimal> pricePoints) {
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode product : order.path("products")) {
            BigDecimal price = product.path("price").decimalValue();
            pricePoints.add(price);
            sum = sum.add(price.multiply(product.path("quantity").decimalValue()));
        }
        return sum;
    }

    /** As the specification corrects a client's clock. */
    private static Instant correctedTime(JsonNode event) {
        if (event.has("timestamp")) {
            return Instant.parse(event.path("timestamp").textValue());
        }
        Instant original = Instant.parse(event.path("originalTimestamp").textValue());
        Instant sent = Instant.parse(event.path("sentAt").textValue());
        return Instant.parse(event.path("receivedAt").textValue()).minus(Duration.between(original, sent));
    }

    private static JsonNode withoutTransport(JsonNode event) {
        return event.<ObjectNode>deepCopy().without(List.of("sentAt", "receivedAt"));
    }

    /** A reader's view of a defect, written down apart from the generator's. */
    private static RejectReason reasonOf(SimulatedLine line) {
        String text = new String(line.bytes(), StandardCharsets.ISO_8859_1);
        if (text.isEmpty()) {
            return RejectReason.EMPTY_LINE;
        }
        if (text.contains("[".repeat(2_000))) {
            return RejectReason.TOO_DEEP;
        }
        JsonNode event;
        try {
            event = MAPPER.readTree(line.bytes());
        } catch (IOException e) {
            return RejectReason.NOT_JSON;
        }
        if (!event.isObject()) {
            return RejectReason.NOT_AN_OBJECT;
        }
        String timestamp = event.path("timestamp").asText("");
        if (timestamp.startsWith("yesterday") || timestamp.startsWith("0026")) {
            return RejectReason.BAD_TIMESTAMP;
        }
        if (!timestamp.isEmpty()
                && Instant.parse(timestamp).isAfter(line.arrival().plusSeconds(300))) {
            return RejectReason.IN_FUTURE;
        }
        Set<String> blocked = Set.of("", "null", "undefined");
        if (event.path("userId").isValueNode() || event.path("userId").isMissingNode()) {
            boolean none = blocked.contains(event.path("userId").asText(""))
                    && blocked.contains(event.path("anonymousId").asText(""))
                    && event.path("context").isMissingNode();
            if (none) {
                return RejectReason.NO_IDENTIFIER;
            }
        } else {
            return RejectReason.BAD_VALUE;
        }
        String type = event.path("type").asText();
        if (!Set.of("track", "identify", "page", "screen").contains(type)) {
            return RejectReason.UNKNOWN_TYPE;
        }
        if (type.equals("track") && !event.has("event")) {
            return RejectReason.MISSING_EVENT_NAME;
        }
        JsonNode properties = event.path("properties");
        boolean bad = properties.path("quantity").asInt(1) < 0
                || properties.path("quantity").isTextual()
                || properties.path("price").isTextual()
                || properties.path("revenue").isArray();
        return bad ? RejectReason.BAD_VALUE : null;
    }

    private static String digest(SimulationConfig config) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new Simulator(config).forEachRemaining(line -> {
                digest.update(line.bytes());
                digest.update(line.truth().toString().getBytes(StandardCharsets.UTF_8));
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
