package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class EventParserPropertyTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final EventParser PARSER = EventParser.withDefaults();
    private static final long RECORD_TIME = 1_767_605_400_000L;

    private static final List<String> VALID = List.of(
            """
            {"type":"track","event":"Order Completed","userId":"42","anonymousId":"a-1","messageId":"m-1",\
            "timestamp":"2026-01-05T09:30:00.000Z","properties":{"order_id":"o1","revenue":22.5,"currency":"EUR",\
            "products":[{"product_id":"p1","price":"35.79","quantity":2}]}}""",
            """
            {"type":"track","event":"Cart Updated","anonymousId":"a-1","originalTimestamp":"2026-01-05T09:30:00+01:00",\
            "sentAt":"2026-01-05T09:30:01.000Z","receivedAt":"2026-01-05T09:30:02.000Z",\
            "properties":{"products":[{"sku":"s1","price":1e2,"quantity":2.0,"name":"Żółw 😀"}]}}""",
            """
            {"type":"identify","traits":{"email":"ana@x.com","phone":"+48512345678","tags":["a",{"b":null}]},\
            "context":{"device":{"id":"d-1"},"externalIds":[{"id":"7","type":"crm_id"}],\
            "traits":{"plan":"\\u00e9\\ud83d\\ude00"},"consent":{"categoryPreferences":{"ads":false}}}}""",
            """
            {"type":"alias","previousId":"a-0","userId":"42","timestamp":"2026-01-05T09:30:00Z"}""",
            """
            {"type":"tick","timestamp":"2026-01-05T09:30:00.000Z"}""");

    @Property(tries = 3_000)
    void randomBytesNeverThrow(@ForAll byte[] bytes) {
        check(bytes);
    }

    @Property(tries = 10_000)
    void mutatedEventsNeverThrow(
            @ForAll @IntRange(max = 4) int which,
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 6) int mutations) {
        byte[] bytes = VALID.get(which).getBytes(StandardCharsets.UTF_8);
        Random random = new Random(seed);
        for (int i = 0; i < mutations; i++) {
            bytes = mutate(bytes, random);
        }
        Inbound inbound = check(bytes);
        if (mutations == 0) {
            assertThat(inbound).isNotInstanceOf(Inbound.Refused.class);
        }
    }

    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "null",
        "true",
        "{}",
        "[]",
        "\"\"",
        "-1",
        "0",
        "1e999999999",
        "\\ud800",
        "\\u0000",
        "\0",
        "\uFEFF",
        "\"userId\":",
        "\"timestamp\":",
        "\"products\":",
        "\"type\":\"track\","
    };

    private static byte[] mutate(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, from + random.nextInt(8));
        byte[] piece =
                switch (random.nextInt(4)) {
                    case 0 -> new byte[0];
                    case 1 -> new byte[] {(byte) random.nextInt(256)};
                    case 2 -> PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
                    default -> Arrays.copyOfRange(bytes, from / 2, to);
                };
        boolean insert = random.nextBoolean();
        int after = insert ? from : to;
        byte[] mutated = Arrays.copyOf(bytes, from + piece.length + bytes.length - after);
        System.arraycopy(piece, 0, mutated, from, piece.length);
        System.arraycopy(bytes, after, mutated, from + piece.length, bytes.length - after);
        return mutated;
    }

    private static Inbound check(byte[] bytes) {
        byte[] before = bytes.clone();
        Inbound inbound = PARSER.parse(bytes, Events.ORIGIN, RECORD_TIME);
        assertThat(inbound.origin()).isEqualTo(Events.ORIGIN);
        assertThat(bytes).isEqualTo(before);
        if (inbound instanceof Inbound.Refused refused) {
            assertThat(refused.reject().raw()).isEqualTo(before);
            assertThat(refused.reject().detail()).isNotBlank();
        } else if (inbound instanceof Inbound.Accepted accepted) {
            assertThat(accepted.event().identifiers()).isNotEmpty().isSorted().doesNotHaveDuplicates();
            try {
                assertThat(MAPPER.readTree(accepted.event().json()).isObject()).isTrue();
            } catch (IOException e) {
                throw new AssertionError("accepted what another parser refuses", e);
            }
            Events.assertSurvivesRoundTrip(accepted.event());
        }
        return inbound;
    }

    @Provide
    Arbitrary<CustomerEvent> events() {
        Arbitrary<String> texts = Arbitraries.of("", "a", "Ω", "😀", "\u0000", "x".repeat(300));
        Arbitrary<BigDecimal> amounts = Arbitraries.bigDecimals().ofScale(6);
        Arbitrary<EventOrder> orders = Combinators.combine(
                        Arbitraries.longs().between(1, RECORD_TIME),
                        Arbitraries.of(EventKind.class),
                        texts,
                        Arbitraries.longs())
                .as(EventOrder::new);
        Arbitrary<List<Identifier>> identifiers = Combinators.combine(Arbitraries.of(Namespace.defaults()), texts)
                .as(Identifier::new)
                .list()
                .ofMaxSize(5);
        Arbitrary<Map<String, String>> traits = Arbitraries.maps(texts, texts);
        Arbitrary<Map<String, Boolean>> consent = Arbitraries.maps(texts, Arbitraries.of(true, false));
        Arbitrary<List<CartLine>> lines = Combinators.combine(
                        texts,
                        Arbitraries.integers().between(1, 1_000_000_000),
                        amounts.injectNull(0.3),
                        Arbitraries.of("USD", "JPY"),
                        texts.injectNull(0.3))
                .as(CartLine::new)
                .list()
                .ofMaxSize(5);
        Arbitrary<Purchase> purchases = Combinators.combine(
                        texts.injectNull(0.3), amounts, Arbitraries.of("USD", "JPY"))
                .as(Purchase::new);
        return Combinators.combine(
                        Combinators.combine(orders, Arbitraries.of(EventType.class), texts)
                                .as(Head::new),
                        identifiers,
                        traits,
                        consent,
                        lines,
                        purchases.injectNull(0.5),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20),
                        Arbitraries.longs().between(0, 1L << 40).edgeCases(edges -> edges.includeOnly(0L)))
                .as((head, ids, named, stated, cart, purchase, json, lateBy) -> new CustomerEvent(
                        head.order,
                        head.type,
                        head.name,
                        ids,
                        named,
                        stated,
                        cart,
                        purchase,
                        json,
                        head.order.timestamp() + lateBy));
    }

    private record Head(EventOrder order, EventType type, String name) {}

    @Property
    void everyEventSurvivesItsBinaryForm(@ForAll("events") CustomerEvent event) {
        Events.assertSurvivesRoundTrip(event);
    }
}
