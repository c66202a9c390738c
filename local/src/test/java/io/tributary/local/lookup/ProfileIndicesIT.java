package io.tributary.local.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.PersonalDocument;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Look-ups in a real Elasticsearch. */
class ProfileIndicesIT {
    private static final String ANA =
            """
            {"customer_id":"c_aaaaaaaaaaaaaaaa","identifiers":{"anonymous_id":["lookup tablet"],"email":["lookup@x.com"],"phone":["+48512345678"],"user_id":["lookup-42"]},"traits":{"country":"PL","name":"Ana"},"first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z","events":{"count":9,"by_name":{"page":9}},"orders":{"count":1,"revenue":{"USD":"81.50"}},"merged_from":["c_bbbbbbbbbbbbbbbb"],"version":12}""";
    private static final String BEN =
            """
            {"customer_id":"c_cccccccccccccccc","identifiers":{"anonymous_id":["lookup tablet"],"user_id":["lookup-43"]},"first_seen":"2026-01-02T10:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z","events":{"count":1,"by_name":{"page":1}},"version":1}""";

    private static ProfileIndices indices;

    @BeforeAll
    static void index() throws Exception {
        indices = new ProfileIndices(SharedElasticsearch.node().http());
        for (String profile : new String[] {ANA, BEN}) {
            byte[] published = profile.getBytes(StandardCharsets.UTF_8);
            put(ProfileDocument.write(published, PromotedTraits.DEFAULT));
            put(PersonalDocument.write(published));
        }
    }

    private static void put(DocumentWrite write) throws Exception {
        if (!write.isDelete()) {
            SharedElasticsearch.request(
                    "PUT",
                    "/" + write.index() + "/_doc/" + write.id() + "?refresh=true",
                    new String(write.document(), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user_id:lookup-42",
                "email:LOOKUP@x.com",
                "phone:+48 512 345 678",
                "c_aaaaaaaaaaaaaaaa",
                "c_bbbbbbbbbbbbbbbb"
            })
    void findsTheWholeProfileByAnyOfItsNames(String wanted) throws Exception {
        FoundProfiles found = indices.find(ProfileQuery.parse(wanted, Optional.empty()));

        assertThat(found.total()).isEqualTo(1);
        JsonNode expected = ProfileFile.JSON.readTree(ANA);
        assertThat(found.profiles()).containsExactly((ObjectNode) expected);
    }

    @Test
    void findsEverybodyOnASharedDevice() throws Exception {
        FoundProfiles found = indices.find(ProfileQuery.parse("anonymous_id:lookup tablet", Optional.empty()));

        assertThat(found.total()).isEqualTo(2);
        assertThat(found.profiles())
                .extracting(profile -> profile.path("customer_id").asText())
                .containsExactly("c_aaaaaaaaaaaaaaaa", "c_cccccccccccccccc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_id:LOOKUP-42", "email:other@x.com", "crm_id:lookup-42", "c_dddddddddddddddd"})
    void findsNobodyElse(String wanted) throws Exception {
        assertThat(indices.find(ProfileQuery.parse(wanted, Optional.empty())).total())
                .isZero();
    }

    @Test
    void saysWhereToLookWhenElasticsearchIsSilent() throws Exception {
        ProfileQuery query = ProfileQuery.parse("user_id:42", Optional.empty());
        assertThatThrownBy(() -> new ProfileIndices(URI.create("http://127.0.0.1:1")).find(query))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("http://127.0.0.1:1 does not answer; look with ./cdp status");
    }
}
