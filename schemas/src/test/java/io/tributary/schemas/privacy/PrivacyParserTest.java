package io.tributary.schemas.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.testing.PublicSchemas;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivacyParserTest {
    private static final Origin ORIGIN = Origin.record("cdp.privacy.v1", 0, 7);
    private static final IdentifierRules RULES = IdentifierRules.defaults();
    private final PrivacyParser parser = new PrivacyParser(RULES);

    @Test
    void readsAnErasure() {
        assertThat(parsed("{\"id\":\"e-1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"erase\","
                        + "\"identifier\":\"email: Ana@X.com\",\"note\":1}"))
                .isEqualTo(new PrivacyInbound.Accepted(
                        PrivacyCommand.erase("e-1", millis("2026-01-02T10:00:00Z"), identifier("email", "ana@x.com"))));
    }

    @Test
    void readsAnUnmerge() throws IOException {
        PrivacyInbound unmerge = parsed("{\"id\":\"u-1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"unmerge\","
                + "\"identifier\":\"email:ana@x.com\",\"with\":\"user_id:42\"}");

        assertThat(unmerge)
                .isEqualTo(new PrivacyInbound.Accepted(PrivacyCommand.unmerge(
                        "u-1",
                        millis("2026-01-02T10:00:00Z"),
                        identifier("email", "ana@x.com"),
                        identifier("user_id", "42"))))
                .isEqualTo(roundTrip(unmerge));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|EMPTY_LINE",
                "{|NOT_JSON",
                "{} {}|NOT_JSON",
                "[]|NOT_AN_OBJECT",
                "{}|BAD_VALUE",
                "{\"id\":\"1\",\"command\":\"erase\",\"identifier\":\"email:a@x.com\"}|BAD_TIMESTAMP",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"forget\"}|BAD_VALUE",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"erase\",\"identifier\":\"a@x.com\"}|BAD_VALUE",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"erase\",\"identifier\":\"mail:a@x.com\"}|BAD_VALUE",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"erase\",\"identifier\":\"email:null\"}|NO_IDENTIFIER",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"unmerge\",\"identifier\":\"user_id:1\"}|BAD_VALUE",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"unmerge\",\"identifier\":\"user_id:1\",\"with\":\"user_id:1\"}|BAD_VALUE",
                "{\"id\":\"1\",\"at\":\"2026-01-02T10:00:00Z\",\"command\":\"unmerge\",\"identifier\":\"user_id:1\",\"with\":\"anonymous_id:a\"}|BAD_VALUE",
            })
    void refusesWhatCannotBeObeyed(String line, RejectReason reason) throws IOException {
        PrivacyInbound inbound = parsed(line);

        assertThat(inbound).isInstanceOfSatisfying(PrivacyInbound.Refused.class, refused -> {
            assertThat(refused.reject().reason()).isEqualTo(reason);
            assertThat(refused.reject().origin()).isEqualTo(ORIGIN);
            assertThat(new String(refused.reject().raw(), StandardCharsets.UTF_8))
                    .isEqualTo(line);
        });
        assertThat(roundTrip(inbound)).isInstanceOf(PrivacyInbound.Refused.class);
    }

    @Test
    void readsWhatItWrites() throws IOException {
        for (PrivacyCommand command : List.of(
                PrivacyCommand.erase("e\"1", millis("2026-01-02T10:00:00Z"), identifier("email", "ana@x.com")),
                PrivacyCommand.unmerge(
                        "u-1",
                        millis("2026-01-02T10:00:00.001Z"),
                        identifier("crm_id", "7"),
                        identifier("user_id", "42")))) {
            assertThat(parser.parse(command.json(), ORIGIN)).isEqualTo(new PrivacyInbound.Accepted(command));
            assertThat(PublicSchemas.faults("privacy-command", new ObjectMapper().readTree(command.json())))
                    .isEmpty();
        }
    }

    @Property
    void neverThrows(@ForAll byte[] raw) {
        assertThat(parser.parse(raw, ORIGIN)).isInstanceOf(PrivacyInbound.Refused.class);
    }

    @Test
    void refusesARecordWithoutAValue() {
        assertThat(parser.parse(null, ORIGIN)).isInstanceOf(PrivacyInbound.Refused.class);
    }

    private PrivacyInbound parsed(String line) {
        return parser.parse(line.getBytes(StandardCharsets.UTF_8), ORIGIN);
    }

    private static Identifier identifier(String namespace, String value) {
        return new Identifier(RULES.namespace(namespace), value);
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    private static PrivacyInbound roundTrip(PrivacyInbound inbound) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrivacyInbound.CODEC.write(inbound, new DataOutputStream(bytes));
        return PrivacyInbound.CODEC.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
