package io.tributary.operators.identity;

import static io.tributary.operators.identity.People.email;
import static io.tributary.operators.identity.People.ids;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.identity.IdentityChange.Kind;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.TestEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is published about who is who. */
class IdentityChangeTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String CUSTOMER = "c_0123456789abcdef";

    @Test
    void isWrittenWithItsFieldsInOrder() {
        IdentityChange change = new IdentityChange(
                TestEvent.START,
                Kind.MERGED,
                CUSTOMER,
                ids("user_id:u2", "anonymous_id:a1", "user_id:u1"),
                "c_fedcba9876543210",
                "m-1");

        assertThat(new String(change.json(), StandardCharsets.UTF_8))
                .isEqualTo("{\"at\":\"2026-01-01T00:00:00.000Z\",\"change\":\"merged\",\"customer_id\":\"" + CUSTOMER
                        + "\",\"identifiers\":{\"anonymous_id\":[\"a1\"],\"user_id\":[\"u1\",\"u2\"]},"
                        + "\"into\":\"c_fedcba9876543210\",\"because\":\"m-1\"}");
    }

    @Test
    void namesAsManyIdentifiersAsAProfile() throws IOException {
        List<Identifier> many =
                IntStream.range(0, 1_500).mapToObj(number -> email(number)).toList();

        JsonNode json =
                MAPPER.readTree(new IdentityChange(TestEvent.START, Kind.CREATED, CUSTOMER, many, null, "m-1").json());

        assertThat(json.at("/identifiers/email")).hasSize(RecordLedger.MAX_IDENTIFIERS);
        assertThat(json.get("identifiers_left_out").asInt()).isEqualTo(500);
    }

    @Test
    void aProfileNamesABoundedNumberOfFormerCustomers() throws IOException {
        SortedSet<String> former = IntStream.rangeClosed(0, ProfileJson.MAX_MERGED_FROM)
                .mapToObj(number -> email(number).customerId())
                .collect(Collectors.toCollection(TreeSet::new));
        ActivityLedger activity = new ActivityLedger();

        JsonNode json = MAPPER.readTree(ProfileJson.profile(
                CUSTOMER, ids("user_id:u1"), activity, new RecordLedger(), ProfileJson.Segments.NONE, former, 1));

        assertThat(json.get("merged_from")).hasSize(ProfileJson.MAX_MERGED_FROM);
        assertThat(json.get("merged_from_left_out").asInt()).isEqualTo(1);
    }
}
