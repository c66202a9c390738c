package io.tributary.schemas.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifierRulesTest {
    private static final IdentifierRules RULES = IdentifierRules.defaults();

    @ParameterizedTest
    @CsvSource({
        "Ana@X.com, ana@x.com",
        "'  ana@x.com\t', ana@x.com",
        "'\u00A0ana@x.com\u202F', ana@x.com",
        "ana+shop@mail.x.co.uk, ana+shop@mail.x.co.uk",
        "ŻANETA@X.PL, żaneta@x.pl",
    })
    void eMailsAreTrimmedAndLowerCase(String raw, String expected) {
        assertThat(RULES.normalise(Namespace.EMAIL, raw)).isEqualTo(new Identifier(Namespace.EMAIL, expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ana",
                "ana@",
                "@x.com",
                "ana@x",
                "ana@x.",
                "ana@@x.com",
                "ana b@x.com",
                "ana\u00A0b@x.com",
                "ana@x.com,ben@x.com",
                "<ana@x.com>",
                "null",
            })
    void whatIsNoEMailIdentifiesNobody(String raw) {
        assertThat(RULES.normalise(Namespace.EMAIL, raw)).isNull();
    }

    @Test
    void eMailsBeyondTheLimitOfTheirStandardIdentifyNobody() {
        String domain = "x".repeat(244) + ".com";
        assertThat(RULES.normalise(Namespace.EMAIL, "anaab@" + domain)).isNotNull();
        assertThat(RULES.normalise(Namespace.EMAIL, "anaabc@" + domain)).isNull();
        assertThat(RULES.normalise(Namespace.EMAIL, "a".repeat(65) + "@x.com")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "+48 512 345 678, +48512345678",
        "+1 (415) 555-2671, +14155552671",
        "'+44 (0)20 7946 0958', +442079460958",
        "tel:+1-415-555-2671, +14155552671",
    })
    void phoneNumbersBecomeE164(String raw, String expected) {
        assertThat(RULES.normalise(Namespace.PHONE, raw)).isEqualTo(new Identifier(Namespace.PHONE, expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"512 345 678", "+48 12", "+999 123456789", "phone", "0", "000-000-000"})
    void whatIsNoPhoneNumberIdentifiesNobody(String raw) {
        assertThat(RULES.normalise(Namespace.PHONE, raw)).isNull();
    }

    @Test
    void numbersWithoutCountryCodeNeedTheConfiguredRegion() {
        assertThat(new IdentifierRules("PL").normalise(Namespace.PHONE, "512 345 678"))
                .isEqualTo(new Identifier(Namespace.PHONE, "+48512345678"));
        assertThat(new IdentifierRules("PL").normalise(Namespace.PHONE, "+1 415 555 2671"))
                .isEqualTo(new Identifier(Namespace.PHONE, "+14155552671"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "\u00A0",
                "null",
                "NULL",
                " undefined ",
                "Anonymous",
                "0",
                "-1",
                "000000",
                "00000000-0000-0000-0000-000000000000",
                "nan",
                "none",
                "nil",
                "[object Object]",
                "n/a",
                "true",
                "false",
                "guest",
                "unknown",
                "-",
            })
    void valuesOfBrokenClientsIdentifyNobody(String raw) {
        for (Namespace namespace : Namespace.values()) {
            assertThat(RULES.normalise(namespace, raw)).as(namespace.id()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "01", "10", "-2", "nullable", "0-a", "a b", "Ana"})
    void otherIdsStayAsTheyAre(String raw) {
        for (Namespace namespace : List.of(
                Namespace.USER_ID,
                Namespace.CRM_ID,
                Namespace.LOYALTY_CARD,
                Namespace.ANONYMOUS_ID,
                Namespace.DEVICE_ID)) {
            assertThat(RULES.normalise(namespace, " " + raw + "\n")).isEqualTo(new Identifier(namespace, raw));
        }
    }

    @Test
    void anIdLongerThanTheLimitIdentifiesNobody() {
        assertThat(RULES.normalise(Namespace.USER_ID, "x".repeat(1_024))).isNotNull();
        assertThat(RULES.normalise(Namespace.USER_ID, "x".repeat(1_025))).isNull();
    }

    @Test
    void identifiersOrderByPriorityThenHash() {
        assertThat(Stream.of(Namespace.values()).map(Namespace::id))
                .containsExactly("user_id", "crm_id", "loyalty_card", "email", "phone", "anonymous_id", "device_id");
        // SHA-256 of user_id:1 begins with f7, of user_id:2 with a0.
        Identifier one = new Identifier(Namespace.USER_ID, "1");
        Identifier two = new Identifier(Namespace.USER_ID, "2");
        assertThat(List.of(two, one, new Identifier(Namespace.EMAIL, "a@x.com")))
                .isSorted();
        assertThat(one.compareTo(new Identifier(Namespace.USER_ID, "1"))).isZero();
    }

    @Test
    void customerIdIsTheHashOfTheQualifiedIdentifier() {
        // printf 'user_id:42' | sha256sum
        assertThat(new Identifier(Namespace.USER_ID, "42").customerId()).isEqualTo("c_c46adb264bbc8d66");
    }
}
