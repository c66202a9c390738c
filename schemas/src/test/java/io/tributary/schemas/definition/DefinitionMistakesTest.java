package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.YamlSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake is told once, at its place, in words that mend it; and all of them, not only the first. */
class DefinitionMistakesTest {
    private static List<String> mistakes(Map<String, String> yaml, IdentitySettings identity) {
        DefinitionsException wrong =
                catchThrowableOfType(DefinitionsException.class, () -> Definitions.of(yaml, identity));
        assertThat(wrong).as("the definitions are refused").isNotNull();
        assertThat(wrong.mistakes())
                .allSatisfy(mistake -> assertThat(mistake.lines()).hasSize(1));
        return wrong.mistakes();
    }

    private static List<String> mistakes(String yaml) {
        return mistakes(Map.of("d.yaml", yaml), IdentitySettings.defaults());
    }

    private static Arguments of(String yaml, String... messages) {
        return Arguments.of(yaml, List.of(messages));
    }

    static List<Arguments> files() {
        return List.of(
                of("", "d.yaml: the file is empty"),
                of(
                        "traits: [",
                        "d.yaml:1:10: not valid YAML: while parsing a flow node: expected the node content, but found"
                                + " '<stream end>'"),
                of("- traits", "d.yaml:1:1: the file must be an object (key: value)"),
                of("trait: []", "d.yaml:1:1: unknown key 'trait' — did you mean 'traits'?"),
                of(
                        "xyzzy: []",
                        "d.yaml:1:1: unknown key 'xyzzy'; known here: traits, segments, triggers, bg_nbd, gamma_gamma,"
                                + " clv, rfm, delivery"),
                of(
                        "traits: {}\nsegments: x",
                        "d.yaml:1:9: 'traits' must be a list",
                        "d.yaml:2:11: 'segments' must be a list"),
                of("traits: [x]", "d.yaml:1:10: an entry of 'traits' must be an object (key: value)"),
                of(
                        "traits: []\ntraits: []\ntriggers: []\ntriggers: []",
                        "d.yaml:2:1: the key 'traits' is here twice",
                        "d.yaml:4:1: the key 'triggers' is here twice"));
    }

    static List<Arguments> traits() {
        String name = "'name' is a lower-case letter and up to 63 lower-case letters, digits and underscores, not ";
        return List.of(
                of("{aggregate: count, events: [A]}", "d.yaml:2:3: 'name' is missing: what it is called"),
                of("{name: Orders, aggregate: count, events: [A]}", "d.yaml:2:10: " + name + "'Orders'"),
                of("{name: _a, aggregate: count, events: [A]}", "d.yaml:2:10: " + name + "'_a'"),
                of(
                        "{name: " + "a".repeat(65) + ", aggregate: count, events: [A]}",
                        "d.yaml:2:10: " + name + "'" + "a".repeat(65) + "'"),
                of(
                        "{name: a, aggregate: count, events: [A]}\n- {name: a, aggregate: count, events: [A]}",
                        "d.yaml:3:10: 'a' is in 'traits' already"),
                of(
                        "{name: a, aggregat: count, events: [A]}",
                        "d.yaml:2:3: 'aggregate' is missing: one of count, sum, average, min, max, first, last,"
                                + " most_frequent, unique_count, unique_list, top_k",
                        "d.yaml:2:13: unknown key 'aggregat' — did you mean 'aggregate'?"),
                of(
                        "{name: a, aggregate: mean, events: [A], value: event.revenue}",
                        "d.yaml:2:24: 'aggregate' can't be 'mean'; known: count, sum, average, min, max, first, last,"
                                + " most_frequent, unique_count, unique_list, top_k"),
                of(
                        "{name: a, aggregate: count}",
                        "d.yaml:2:3: 'events' is missing: a list of event names, such as [Order Completed]"),
                of("{name: a, aggregate: count, events: A}", "d.yaml:2:39: 'events' must be a list"),
                of("{name: a, aggregate: count, events: []}", "d.yaml:2:39: 'events' names no event"),
                of("{name: a, aggregate: count, events: [A, '']}", "d.yaml:2:43: an event's name must be a text"),
                of("{name: a, aggregate: count, events: [A, B, A]}", "d.yaml:2:46: 'A' is here twice"),
                of(
                        "{name: a, aggregate: count, events: [A], value: event.revenue}",
                        "d.yaml:2:44: 'value' is not for aggregate: count"),
                of("{name: a, aggregate: sum, events: [A]}", "d.yaml:2:3: 'value' is missing: of each event, a number"),
                of(
                        "{name: a, aggregate: last, events: [A]}",
                        "d.yaml:2:3: 'value' is missing: of each event, a text, a number or true or false"),
                of(
                        "{name: a, aggregate: count, events: [A], window: 90}",
                        "d.yaml:2:52: 'window' must be a number with m, h, d, w or y, such as 90d, not '90'"),
                of(
                        "{name: a, aggregate: count, events: [A], window: 1.5d}",
                        "d.yaml:2:52: 'window' must be a number with m, h, d, w or y, such as 90d, not '1.5d'"),
                of(
                        "{name: a, aggregate: count, events: [A], window: 0d}",
                        "d.yaml:2:52: 'window' must be 1m to 10y, not '0d'"),
                of(
                        "{name: a, aggregate: count, events: [A], window: 11y}",
                        "d.yaml:2:52: 'window' must be 1m to 10y, not '11y'"),
                of(
                        "{name: a, aggregate: count, events: [A], k: 3, max_values: 3}",
                        "d.yaml:2:44: 'k' is for aggregate: top_k",
                        "d.yaml:2:50: 'max_values' is for aggregate: unique_count and unique_list"),
                of(
                        "{name: a, aggregate: top_k, events: [A], value: event.name, k: 101}",
                        "d.yaml:2:66: 'k' must be a number from 1 to 100, not '101'"),
                of(
                        "{name: a, aggregate: top_k, events: [A], value: event.name, k: 0, max_values: 3}",
                        "d.yaml:2:66: 'k' must be a number from 1 to 100, not '0'",
                        "d.yaml:2:69: 'max_values' is for aggregate: unique_count and unique_list"),
                of(
                        "{name: a, aggregate: unique_list, events: [A], value: event.name, max_values: many}",
                        "d.yaml:2:81: 'max_values' must be a number from 1 to 1000, not 'many'"),
                of(
                        "{name: a, title: {en: A}, aggregate: count, events: [A], description: }",
                        "d.yaml:2:20: 'title' must be a text",
                        "d.yaml:2:72: 'description' must be a text"));
    }

    static List<Arguments> segments() {
        return List.of(
                of(
                        "{name: a}",
                        "d.yaml:2:3: 'when' is missing: the condition under which a customer is in the segment"),
                of("{name: a, when: [x]}", "d.yaml:2:19: 'when' must be a text"),
                of(
                        "{name: a, when: true, trait: {}, max_values: 3}",
                        "d.yaml:2:25: 'trait' is for segments with 'for_each'",
                        "d.yaml:2:36: 'max_values' is for segments with 'for_each'"),
                of(
                        "{name: a, when: value > 3, for_each: event.name}",
                        "d.yaml:2:3: 'trait' is missing: what is counted per value, such as {aggregate: count, events:"
                                + " […]}"),
                of(
                        "{name: a, when: value > 3, for_each: event.name, max_values: 101, trait: {aggregate: top_k,"
                                + " events: [A], value: event.name}}",
                        "d.yaml:2:64: 'max_values' must be a number from 1 to 100, not '101'",
                        "d.yaml:2:88: 'aggregate' of a segment's trait can't be 'top_k', which is no number to rank"
                                + " values by; known: count, sum, average, min, max"),
                of(
                        "{name: a, when: value > 3, for_each: event.name, trait: {name: x, aggregate: count, events:"
                                + " [A], k: 3}}",
                        "d.yaml:2:60: unknown key 'name'; known here: aggregate, events, where, value, window",
                        "d.yaml:2:100: unknown key 'k'; known here: aggregate, events, where, value, window"));
    }

    static List<Arguments> models() {
        return List.of(
                of(
                        "bg_nbd: {r: 0.2, alpha: 0, a: -1, b: x}",
                        "d.yaml:1:25: 'alpha' must be a positive number",
                        "d.yaml:1:31: 'a' must be a positive number",
                        "d.yaml:1:38: 'b' must be a positive number"),
                of(
                        "gamma_gamma: {p: 6.25, q: 3.74, gama: 15.44, currency: usd}",
                        "d.yaml:1:14: 'gamma' is missing: a positive number",
                        "d.yaml:1:33: unknown key 'gama' — did you mean 'gamma'?",
                        "d.yaml:1:56: 'currency' must be a currency of ISO 4217, such as USD, not 'usd'"),
                of(
                        "clv: {months: 1.5, monthly_discount: 0}",
                        "d.yaml:1:15: 'months' must be a number from 1 to 1200, not '1.5'",
                        "d.yaml:1:38: 'monthly_discount' must be a positive number"),
                of(
                        "rfm: {boundaries: quantiles}",
                        "d.yaml:1:6: 'currency' is missing: a currency of ISO 4217, such as USD",
                        "d.yaml:1:19: 'boundaries' can't be 'quantiles' — did you mean 'quantile'?"),
                of("rfm: []", "d.yaml:1:6: 'rfm' must be an object (key: value)"));
    }

    static List<Arguments> delivery() {
        String name = " must be a lower-case letter and up to 63 lower-case letters, digits and underscores, not ";
        return List.of(
                of("delivery: []", "d.yaml:1:11: 'delivery' must be an object (key: value)"),
                of("delivery: {opt_in: news}", "d.yaml:1:20: 'opt_in' must be a list"),
                of(
                        "delivery: {opt_in: [' ', a b]}",
                        "d.yaml:1:21: a purpose of 'opt_in' must have 1 to 256 characters, as context.consent of events has it"),
                of("delivery: {suppress: lapsed}", "d.yaml:1:22: 'suppress' must be a list"),
                of(
                        "segments: [{name: lapsed, when: events.count > 1}]\ndelivery:\n  suppress: [laps, [lapsed], lapsed]",
                        "d.yaml:3:14: no segment 'laps' — did you mean 'lapsed'?",
                        "d.yaml:3:20: a segment of 'suppress' must be a text"),
                of(
                        "delivery: {suppress: [" + "s, ".repeat(21) + "]}",
                        "d.yaml:1:22: 'suppress' has 21 of them, and 20 is the most"),
                of("delivery: {caps: []}\ndelivery: {}", "d.yaml:2:1: the key 'delivery' is here twice"),
                of(
                        "delivery: {quite_hours: {}, frequency: 3}",
                        "d.yaml:1:12: unknown key 'quite_hours' — did you mean 'quiet_hours'?",
                        "d.yaml:1:29: unknown key 'frequency'; known here: opt_in, suppress, quiet_hours, caps"),
                of(
                        "delivery:\n  quiet_hours: {}",
                        "d.yaml:2:16: 'from' is missing: a time of day such as \"22:00\"",
                        "d.yaml:2:16: 'to' is missing: a time of day such as \"22:00\"",
                        "d.yaml:2:16: 'zone' is missing: a time zone such as Europe/Warsaw"),
                of(
                        "delivery:\n  quiet_hours: {from: 24:00, to: \"8:00\", zone: Europe/Warschau, then: sleep}",
                        "d.yaml:2:23: 'from' must be a time of day from 00:00 to 23:59, not '24:00'",
                        "d.yaml:2:34: 'to' must be a time of day from 00:00 to 23:59, not '8:00'",
                        "d.yaml:2:48: 'zone' must be a time zone such as Europe/Warsaw, not 'Europe/Warschau'"
                                + " — did you mean 'Europe/Warsaw'?",
                        "d.yaml:2:71: 'then' can't be 'sleep'; known: drop, postpone"),
                of(
                        "delivery:\n  quiet_hours: {from: \"22:00\", to: \"22:00\", zone: +02:00, then: postpone}",
                        "d.yaml:2:36: 'to' must be another time than 'from': all day is no quiet hours",
                        "d.yaml:2:51: 'zone' must be a time zone such as Europe/Warsaw, not '+02:00'"),
                of(zoned("traits"), "d.yaml:2:81: " + noPath("traits")),
                of(zoned("trait.zone"), "d.yaml:2:81: " + noPath("trait.zone")),
                of(zoned("traits.address.zone"), "d.yaml:2:81: " + noPath("traits.address.zone")),
                of(zoned("computed.tone"), "d.yaml:2:81: no computed trait 'tone' — did you mean 'zone'?"),
                of(zoned("computed.n"), "d.yaml:2:81: the computed trait 'n' is no text but a whole number"),
                of(
                        zoned("computed.lately"),
                        "d.yaml:2:81: the computed trait 'lately' has a window: time alone would change the zone"),
                of(
                        "delivery:\n  caps:\n  - {most: 0, within: 0m}\n  - {most: 1001, within: 31d}",
                        "d.yaml:3:12: 'most' must be a number from 1 to 1000, not '0'",
                        "d.yaml:3:23: 'within' must be 1m to 30d, not '0m'",
                        "d.yaml:4:12: 'most' must be a number from 1 to 1000, not '1001'",
                        "d.yaml:4:26: 'within' must be 1m to 30d, not '31d'"),
                of(
                        "delivery:\n  caps:\n  - {most: 1.5, within: 7}\n  - {chanel: email}\n  - 3",
                        "d.yaml:3:12: 'most' must be a number from 1 to 1000, not '1.5'",
                        "d.yaml:3:25: 'within' must be a number with m, h, d, w or y, such as 90d, not '7'",
                        "d.yaml:4:5: 'most' is missing: how often a customer is told something",
                        "d.yaml:4:5: 'within' is missing: a number with m, h, d, w or y, such as 90d",
                        "d.yaml:4:6: unknown key 'chanel' — did you mean 'channel'?",
                        "d.yaml:5:5: a cap must be an object (key: value)"),
                of(
                        "delivery:\n  caps:\n  - {most: 1, within: 1d, channel: E-Mail, group: [cart]}",
                        "d.yaml:3:36: 'channel'" + name + "'E-Mail'",
                        "d.yaml:3:51: 'group' must be a text"),
                of(
                        "delivery: {caps: [" + "{most: 1, within: 1d}, ".repeat(21) + "]}",
                        "d.yaml:1:18: 'caps' has 21 of them, and 20 is the most"));
    }

    private static String zoned(String customerZone) {
        return """
            delivery:
              quiet_hours: {from: "22:00", to: "08:00", zone: Europe/Warsaw, customer_zone: %s}
            traits:
            - {name: zone, aggregate: last, events: [a], value: event.context.timezone}
            - {name: lately, aggregate: most_frequent, events: [a], value: event.context.timezone, window: 1d}
            - {name: n, aggregate: count, events: [a]}
            """
                .formatted(customerZone);
    }

    private static String noPath(String path) {
        return "'customer_zone' must be traits.NAME or computed.NAME, where the profile has a time zone, not '%s'"
                .formatted(path);
    }

    @Test
    void thereIsOneSetOfRulesOfDelivery() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("a.yaml", "delivery: {caps: [{most: 1, within: 1d}]}");
        files.put("b.yaml", "delivery: {}");

        assertThat(mistakes(files, IdentitySettings.defaults()))
                .containsExactly("b.yaml:1:1: 'delivery' is in the set already");
    }

    @ParameterizedTest
    @MethodSource({"files", "models", "delivery"})
    void saysWhatIsWrongInAFile(String yaml, List<String> messages) {
        assertThat(mistakes(yaml)).containsExactlyElementsOf(messages);
    }

    @Test
    void aFileThatIsTooLongHasToBeSplit() {
        assertThat(mistakes("#".repeat(YamlSource.MAX_CHARACTERS + 1)))
                .containsExactly(
                        "d.yaml: the file has 4194305 characters, more than the 4194304 that a file may have: split it");
    }

    @ParameterizedTest
    @MethodSource("traits")
    void saysWhatIsWrongInATrait(String trait, List<String> messages) {
        assertThat(mistakes("traits:\n- " + trait)).containsExactlyElementsOf(messages);
    }

    @ParameterizedTest
    @MethodSource("segments")
    void saysWhatIsWrongInASegment(String segment, List<String> messages) {
        assertThat(mistakes("segments:\n- " + segment)).containsExactlyElementsOf(messages);
    }

    @Test
    void anObjectThatContainsItselfIsAMistakeLikeOthers() {
        assertThat(
                        mistakes(
                                """
                        traits:
                        - &a {name: a, aggregate: count, events: [A], title: *a}
                        triggers: &t
                        - {name: abandoned_cart, steps: *t}
                        clv: &c {months: 12, monthly_discount: 0.01, more: *c}
                        """))
                .contains(
                        "d.yaml:2:3: 'title' must be a text",
                        "d.yaml:4:3: 'expires_after' is missing: a number with m, h, d, w or y, such as 90d",
                        "d.yaml:5:46: unknown key 'more'; known here: months, monthly_discount");
    }

    @Test
    void tellsTheMistakesOfAllFilesInTheOrderOfTheirPlaces() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(
                "b.yaml", "segments:\n- {name: a, when: traits.a, whn: x}\nclv: {months: 12, monthly_discount: 0.01}");
        files.put("a.yaml", "clv: {months: 0}\nsegments:\n- {name: a, when: true}\n- {name: b, when: orders.count}");
        files.put("c.yaml", "traits: [");

        assertThat(mistakes(files, IdentitySettings.defaults()))
                .containsExactly(
                        "b.yaml:2:29: unknown key 'whn' — did you mean 'when'?",
                        "a.yaml:1:1: 'clv' is in the set already",
                        "a.yaml:3:10: 'a' is in 'segments' already",
                        "a.yaml:4:19: 'when' must be a condition, true or false, not a whole number",
                        "c.yaml:1:10: not valid YAML: while parsing a flow node: expected the node content, but found"
                                + " '<stream end>'");
    }

    @Test
    void doesNotMissWhatMayStandInAFileThatCannotBeRead() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("a.yaml", "segments:\n- {name: a, when: in_segment('b') && computed.c > 3 && orders.cout > 3}");
        files.put("b.yaml", "traits: [");

        assertThat(mistakes(files, IdentitySettings.defaults()))
                .containsExactly(
                        "a.yaml:2:63: no field 'cout' — did you mean 'count'?",
                        "b.yaml:1:10: not valid YAML: while parsing a flow node: expected the node content, but found"
                                + " '<stream end>'");
    }
}
