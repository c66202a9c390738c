package io.tributary.local.segments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTextTest {
    private static final Definitions DEFINITIONS = Definitions.of(
            "a.yaml",
            """
            traits: [{name: views_31d, aggregate: count, events: [Product Viewed], window: 31d}]
            segments:
            - name: all_forms
              when: >-
                !(traits.city == 'Rome') && (orders.count > 0 ? in_segment('viewer') : in_segment('viewer') || false)
                && in_segment('fan')
            - {name: viewer, when: computed.views_31d == 2}
            - {name: fan, for_each: event.name, trait: {aggregate: count, events: [page]}, when: value > 3 || orders.count > 9}
            """);

    private static final String PROFILE =
            """
            {"customer_id":"c_1","identifiers":{"anonymous_id":["a-1"],"user_id":["4\\u001b[31m2"]},"traits":{"city":"Ro\\nme"},
            "computed":{"views_31d":3},"first_seen":"2026-01-01T00:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z",
            "events":{"count":1,"by_name":{"page":1}},"segments":[
            {"segment":"fan","value":"page","since":"2026-01-02T00:00:00.000Z"}],"version":1}
            """;

    @Test
    void showsHowConditionsAreConnectedAndWhenTheyChange() throws IOException {
        assertThat(String.join("\n", lines("all_forms")))
                .isEqualTo(
                        """
                        all_forms
                        Customer c_1  user_id:4\\u{1B}[31m2  anonymous_id:a-1
                        Not in it

                        no   all of
                        yes    not
                        no       traits.city == 'Rome'  (Ro\\nme; changes by an event only)
                        no     if the first holds the second, else the third
                        no       orders.count > 0  (0; changes by an event only)
                        no       in_segment('viewer')
                        no         computed.views_31d == 2  (3; may change as its window passes, at the latest \
                        2026-02-06T00:00:00.000Z)
                        no       any of
                        no         in_segment('viewer')  (see above)
                        no         always so
                        yes    in_segment('fan')
                                 In it with page since 2026-01-02T00:00:00.000Z, until something happens""");
    }

    @Test
    void saysWhatNoProfileSays() throws IOException {
        assertThat(lines("fan"))
                .endsWith(
                        "?    any of",
                        "?      value > 3  (no profile says this)",
                        "no     orders.count > 9  (0; changes by an event only)");
    }

    private static List<String> lines(String segment) throws IOException {
        JsonNode profile = AcceptedJson.mapper().readTree(PROFILE);
        return new MembershipText(DEFINITIONS, Timestamps.parse("2026-01-05T10:00:00Z"))
                .lines(DEFINITIONS.segments().get(segment), null, profile);
    }
}
