package io.tributary.local.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.PersonalDocument;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexedProfileTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"customer_id":"c_7f3a9c01d2e4b586","identifiers":{"anonymous_id":["a-1"],"email":["ana@x.com"],"phone":["+48512345678"],"user_id":["42"]},"traits":{"address":{"city":"Lodz","street":"Piotrkowska 1"},"country":"PL","name":"Ana"},"computed":{"orders_90d":2},"first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z","events":{"count":9,"by_name":{"Order Completed":2,"Product Added":4,"identify":3}},"orders":{"count":2,"revenue":{"JPY":"8150","USD":"81.50"},"refunds":{"USD":"10.00"},"first_at":"2026-01-02T10:20:00.000Z","last_at":"2026-01-04T11:00:00.000Z"},"cart":{"items":[{"product_id":"p1","quantity":1,"price":"35.70","name":"Mug"}],"value":{"USD":"35.70"},"updated_at":"2026-01-05T09:30:00.000Z"},"rfm":{"recency":5,"frequency":4,"monetary":3,"days":1,"group":"Champions"},"predictions":{"p_alive":0.9688523,"expected_orders_30d":0.41,"expected_orders_90d":1.2,"clv_12m":{"USD":"71.20"}},"consent":{"marketing":true},"segments":[{"segment":"new_buyer","since":"2026-01-02T10:20:00.000Z","exits_at":"2026-02-01T10:20:00.001Z"}],"merged_from":["c_09ab34cd56ef7812"],"version":12}""",
                """
                {"customer_id":"c_7f3a9c01d2e4b586","identifiers":{"email":["ana@x.com"]},"first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z","events":{"count":1,"by_name":{"identify":1}},"version":1}""",
                """
                {"customer_id":"c_7f3a9c01d2e4b586","identifiers":{"device_id":["d"]},"first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z","events":{"count":1,"by_name":{"page":1}},"version":1}""",
            })
    void theTwoDocumentsTogetherAreTheProfile(String published) throws IOException {
        byte[] profile = published.getBytes(StandardCharsets.UTF_8);

        ObjectNode together = IndexedProfile.together(
                document(ProfileDocument.write(profile, PromotedTraits.DEFAULT)),
                document(PersonalDocument.write(profile)));

        JsonNode expected = ProfileFile.JSON.readTree(profile);
        assertThat(together).isEqualTo(expected);
        // As text too: people read it, so the order of names counts.
        assertThat(together.toString()).isEqualTo(expected.toString());
    }

    private static ObjectNode document(DocumentWrite write) throws IOException {
        return write.isDelete() ? null : (ObjectNode) ProfileFile.JSON.readTree(write.document());
    }
}
