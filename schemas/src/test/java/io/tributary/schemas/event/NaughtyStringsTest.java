package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.testing.ReferenceData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The big list of naughty strings, wherever a string of the sender's survives. */
class NaughtyStringsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** On the blocklist (compared without case), empty after stripping, or made of zeros and hyphens alone. */
    private static final List<String> BLOCKED = List.of(
            "",
            " ",
            "undefined",
            "null",
            "NULL",
            "nil",
            "NIL",
            "true",
            "false",
            "True",
            "False",
            "TRUE",
            "FALSE",
            "None",
            "NaN",
            "0",
            "-1",
            "-0",
            "-",
            "-",
            "--");

    /** All of Unicode's white space, with a zero-width space amid it, which is none. */
    private static final String WHITE_SPACE =
            "\u0009\u000b\u000c \u0085\u00a0\u1680\u2002\u2003\u2002\u2003\u2004\u2005"
                    + "\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000";

    private static final String COMMA_AND_BLANK =
            "مُنَاقَشَةُ سُبُلِ اِسْتِخْدَامِ اللُّغَةِ فِي النُّظُمِ الْقَائِمَةِ وَفِيم يَخُصَّ التَّطْبِيقَاتُ الْحاسُوبِيَّةُ، ";

    /** Stripped of surrounding white space: what is left of each. */
    private static final Map<String, String> STRIPPED = Map.of(
            WHITE_SPACE,
            "\u200b",
            "\u2029test\u2029",
            "test",
            " onfocus=JaVaSCript:alert(123) autofocus",
            "onfocus=JaVaSCript:alert(123) autofocus",
            COMMA_AND_BLANK,
            COMMA_AND_BLANK.strip());

    @Test
    void surviveAsTraitValuesAndNames() throws IOException {
        for (String naughty : strings()) {
            ObjectNode json = identify();
            json.putObject("traits").put("nickname", naughty).put(naughty, "value");
            CustomerEvent event = Events.roundTrip(accepted(json));
            if (!naughty.equals("nickname")) {
                assertThat(MAPPER.readValue(event.traits().get("nickname"), String.class))
                        .isEqualTo(naughty);
            }
            assertThat(event.traits()).containsEntry(naughty, "\"value\"").hasSize(2);
            assertThat(MAPPER.readTree(event.json())).isEqualTo(json);
        }
    }

    @Test
    void surviveAsProductNames() throws IOException {
        for (String naughty : strings()) {
            ObjectNode json = identify().put("type", "track").put("event", EventKind.PRODUCT_ADDED);
            json.putObject("properties").put("product_id", "p1").put("name", naughty);
            CustomerEvent event = Events.roundTrip(accepted(json));
            assertThat(event.cartLines()).extracting(CartLine::name).containsExactly(naughty);
        }
    }

    @Test
    void surviveAsUserIdsUnlessBlockedOrStripped() throws IOException {
        List<String> blocked = new ArrayList<>();
        Map<String, String> changed = new LinkedHashMap<>();
        for (String naughty : strings()) {
            ObjectNode json = identify().put("userId", naughty);
            Inbound inbound = Events.parse(MAPPER.writeValueAsBytes(json), 0);
            if (inbound instanceof Inbound.Refused refused) {
                assertThat(refused.reject().reason()).isEqualTo(RejectReason.NO_IDENTIFIER);
                blocked.add(naughty);
                continue;
            }
            Identifier identifier =
                    Events.roundTrip(Events.event(inbound)).identifiers().get(0);
            if (!identifier.value().equals(naughty)) {
                changed.put(naughty, identifier.value());
            }
        }
        assertThat(blocked).containsExactlyInAnyOrderElementsOf(BLOCKED);
        assertThat(changed).containsExactlyInAnyOrderEntriesOf(STRIPPED);
    }

    private static ObjectNode identify() {
        return MAPPER.createObjectNode()
                .put("type", "identify")
                .put("userId", "u-1")
                .put("timestamp", "2026-01-05T09:30:00.000Z");
    }

    private static CustomerEvent accepted(ObjectNode json) throws IOException {
        return Events.event(Events.parse(MAPPER.writeValueAsBytes(json), 0));
    }

    private static List<String> strings() throws IOException {
        List<String> strings = Arrays.asList(
                MAPPER.readValue(ReferenceData.require("hostile/blns/blns.json").toFile(), String[].class));
        assertThat(strings).hasSize(515);
        return strings;
    }
}
