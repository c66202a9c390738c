package io.tributary.schemas.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
        for (Namespace namespace : Namespace.defaults()) {
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

    // --------------------------------------------------------------------------------------------------- configuration

    private static String normalised(String keys, String raw) {
        IdentitySettings settings = IdentitySettings.parse(
                "i.yaml", "version: 1\nnamespaces:\n- {name: id, kind: person, %s}".formatted(keys));
        Identifier identifier = new IdentifierRules(settings).normalise(settings.namespace("id"), raw);
        return identifier == null ? null : identifier.value();
    }

    @ParameterizedTest
    @CsvSource({
        "text, ' 12-3 a', 12-3 a",
        "email, ANA@x.com, ana@x.com",
        "digits, 521-21-2123, 521212123",
        "digits, ' 521 21 2123 ', 521212123",
        "digits, '\u0661\u0662\u0663', 123",
        "letters_and_digits, ab-12 3/c, AB123C",
        "letters_and_digits, żółw, ŻÓŁW",
    })
    void aConfiguredNamespaceHasOneFormOfAValue(String normaliser, String raw, String expected) {
        assertThat(normalised("normaliser: " + normaliser, raw)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "email, ana",
        "digits, abc",
        "digits, '000 00 000'",
        "digits, no 0",
        "letters_and_digits, '-/-'",
        "letters_and_digits, 'n.i.l.'",
        "text, NULL",
    })
    void aConfiguredNamespaceRefusesWhatIsNoneOfItsValues(String normaliser, String raw) {
        assertThat(normalised("normaliser: " + normaliser, raw)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"999-99-9999", "999999999", " 999 99 9999", "123-45-6789", "123456789", "Test"})
    void aConfiguredBlocklistHoldsHoweverAValueIsWritten(String raw) {
        assertThat(normalised("normaliser: digits, blocklist: [999999999, 123-45-6789, TEST]", raw))
                .isNull();
        assertThat(normalised("normaliser: digits, blocklist: [999999999, 123-45-6789, TEST]", "999-99-9998"))
                .isEqualTo("999999998");
    }

    @Test
    void aNumberIsOneOfTheFirstRegionThatHasIt() {
        String regions = "normaliser: phone, regions: [US, IT]";
        assertThat(normalised(regions, "(415) 555-2671")).isEqualTo("+14155552671");
        assertThat(normalised(regions, "0352 6553537")).isEqualTo("+3903526553537");
        assertThat(normalised(regions, "+39 0352 6553537")).isEqualTo("+3903526553537");
        assertThat(normalised(regions, "+48 512 345 678")).isEqualTo("+48512345678");
        assertThat(normalised(regions, "12")).isNull();
    }

    /** Letters that become two in upper case. */
    @Test
    void aValueThatGrowsBeyondTheLimitIdentifiesNobody() {
        assertThat(normalised("normaliser: letters_and_digits", "ß".repeat(512)))
                .hasSize(1_024);
        assertThat(normalised("normaliser: letters_and_digits", "ß".repeat(513)))
                .isNull();
    }

    @Test
    void anIdentifierIsOfTheNamespaceAsItIsConfigured() {
        IdentitySettings settings =
                IdentitySettings.parse("i.yaml", "version: 1\nnamespaces: [{name: email, anchor: true}]");

        assertThat(new IdentifierRules(settings)
                        .normalise(Namespace.EMAIL, "ana@x.com")
                        .namespace())
                .isEqualTo(settings.namespace("email"))
                .isNotEqualTo(Namespace.EMAIL);
    }

    @Test
    void aNamespaceThatIsNotConfiguredTakesValuesAsTheyStand() {
        assertThat(RULES.normalise(Namespace.named("ssn"), " 1-2 "))
                .isEqualTo(new Identifier(Namespace.named("ssn"), "1-2"));
        assertThat(RULES.normalise(Namespace.named("ssn"), "null")).isNull();
    }

    @Test
    void anIdLongerThanTheLimitIdentifiesNobody() {
        assertThat(RULES.normalise(Namespace.USER_ID, "x".repeat(1_024))).isNotNull();
        assertThat(RULES.normalise(Namespace.USER_ID, "x".repeat(1_025))).isNull();
    }

    @Test
    void identifiersOrderByPriorityThenHash() {
        assertThat(Namespace.defaults().stream().map(Namespace::id))
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
