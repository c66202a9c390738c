package io.tributary.schemas.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.identity.Namespace.Kind;
import io.tributary.schemas.yaml.DefinitionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class IdentitySettingsTest {
    private static IdentitySettings settings(String... entries) {
        return IdentitySettings.parse("i.yaml", yaml(entries));
    }

    private static String yaml(String... entries) {
        return "version: 1\nnamespaces:\n" + String.join("\n", entries) + "\n";
    }

    // -------------------------------------------------------------------------------------------------------- defaults

    @Test
    void aFileThatSaysNothingChangesNothing() {
        IdentitySettings settings = IdentitySettings.parse("i.yaml", "version: 1");

        assertThat(settings.namespaces()).isEqualTo(IdentitySettings.defaults().namespaces());
        assertThat(settings.maxComponent()).isEqualTo(2_000);
        assertThat(settings.namespaces())
                .extracting(NamespaceSettings::namespace)
                .isEqualTo(Namespace.defaults());
        assertThat(settings.namespaces())
                .extracting(NamespaceSettings::maxShared)
                .containsOnly(3);
        assertThat(settings.of("user_id").limit()).isEqualTo(1);
        assertThat(settings.of("crm_id").limit()).isEqualTo(IdentitySettings.NO_LIMIT);
    }

    @Test
    void saysWhatItSaysAndLeavesTheRest() {
        IdentitySettings settings = IdentitySettings.parse(
                "i.yaml",
                """
                version: 1
                max_component: 500
                namespaces:
                - {name: user_id, limit: none, max_shared: 7}
                - {name: national_id, kind: person, anchor: true, limit: 2, normaliser: letters_and_digits, blocklist: [12-34, Unknown Person]}
                - {name: phone, regions: [PL, DE]}
                - {name: cookie, kind: device}
                """);

        assertThat(settings.maxComponent()).isEqualTo(500);
        assertThat(settings.of("user_id").limit()).isEqualTo(IdentitySettings.NO_LIMIT);
        assertThat(settings.of("user_id").maxShared()).isEqualTo(7);
        assertThat(settings.of("user_id").namespace()).isSameAs(Namespace.USER_ID);
        NamespaceSettings national = settings.of("national_id");
        assertThat(national.namespace().isPerson()).isTrue();
        assertThat(national.namespace().isAnchor()).isTrue();
        assertThat(national.limit()).isEqualTo(2);
        assertThat(national.maxShared()).isEqualTo(3);
        assertThat(national.normaliser()).isEqualTo(Normaliser.LETTERS_AND_DIGITS);
        assertThat(national.blocklist()).contains("12-34", "1234", "unknown person", "unknownperson");
        assertThat(settings.of("phone").regions()).containsExactly("PL", "DE");
        assertThat(settings.of("phone").normaliser()).isEqualTo(Normaliser.PHONE);
        assertThat(settings.namespace("cookie").kind()).isEqualTo(Kind.DEVICE);
        assertThat(settings.of("email")).isEqualTo(IdentitySettings.defaults().of("email"));
        assertThat(settings.namespace("passport")).isNull();
    }

    @Test
    void theExampleInTheDocsIsOne() throws Exception {
        String docs = Files.readString(Path.of(System.getProperty("tributary.root"), "docs/identity.md"));
        int start = docs.indexOf("```yaml\n") + 8;

        IdentitySettings settings = IdentitySettings.parse("docs", docs.substring(start, docs.indexOf("```", start)));

        assertThat(settings.names())
                .containsExactly(
                        "user_id",
                        "crm_id",
                        "loyalty_card",
                        "passport",
                        "email",
                        "phone",
                        "anonymous_id",
                        "device_id",
                        "till");
    }

    @Test
    void anAnchorMayCeaseToBeOneAndAnotherMayBecomeOne() {
        IdentitySettings settings = settings("- {name: crm_id, anchor: false}", "- {name: email, anchor: true}");

        assertThat(settings.namespace("crm_id").isAnchor()).isFalse();
        assertThat(settings.namespace("email").isAnchor()).isTrue();
        assertThat(settings.namespace("email").priority()).isEqualTo(Namespace.EMAIL.priority());
    }

    // -------------------------------------------------------------------------------------------------------- priority

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ssn                   | user_id crm_id loyalty_card email phone ssn
                    ssn passport          | user_id crm_id loyalty_card email phone ssn passport
                    user_id ssn           | user_id crm_id loyalty_card email phone ssn
                    ssn user_id           | ssn user_id crm_id loyalty_card email phone
                    ssn email passport    | user_id crm_id loyalty_card ssn email phone passport
                    crm_id ssn email      | user_id crm_id loyalty_card ssn email phone
                    email user_id         | email phone user_id crm_id loyalty_card
                    phone email           | user_id crm_id loyalty_card phone email
                    """)
    void theOrderOfTheFileIsThePriorityAndOthersStayBehindTheirNeighbours(String listed, String expected) {
        IdentitySettings settings = settings(entries(listed));

        assertThat(settings.names()).startsWith(expected.split(" ")).endsWith("anonymous_id", "device_id");
        assertThat(settings.namespaces().stream().map(NamespaceSettings::namespace))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    private static String[] entries(String listed) {
        return List.of(listed.split(" ")).stream()
                .map(name -> Namespace.byId(name) == null
                        ? "- {name: %s, kind: person}".formatted(name)
                        : "- {name: %s}".formatted(name))
                .toArray(String[]::new);
    }

    @Test
    void devicesHaveAnOrderOfTheirOwn() {
        IdentitySettings settings =
                settings("- {name: ssn, kind: person}", "- {name: cookie, kind: device}", "- {name: anonymous_id}");

        assertThat(settings.names()).endsWith("ssn", "cookie", "anonymous_id", "device_id");
    }

    /** So that what is in state already stays readable as what it is. */
    @Test
    void namespacesBetweenDefaultOnesChangeNoneOfThose() {
        IdentitySettings settings = settings(entries("ssn user_id passport email licence"));

        for (Namespace namespace : Namespace.defaults()) {
            assertThat(settings.namespace(namespace.id())).isSameAs(namespace);
        }
    }

    @Test
    void asManyNamespacesAsAreAllowedFitInFrontOfTheStrongest() {
        IdentitySettings settings = settings(entries(names(99) + " user_id"));

        assertThat(settings.namespace("n98")).isLessThan(Namespace.USER_ID);
        assertThat(settings.namespace("user_id")).isSameAs(Namespace.USER_ID);
    }

    private static String names(int number) {
        return IntStream.range(0, number).mapToObj(i -> "n" + i).collect(Collectors.joining(" "));
    }

    // -------------------------------------------------------------------------------------------------------- mistakes

    static List<Arguments> mistakes() {
        return List.of(
                Arguments.of("", "i.yaml: the file is empty"),
                Arguments.of("- 1", "i.yaml:1:1: the file must be an object"),
                Arguments.of("namespaces: []", "i.yaml:1:1: 'version' is missing: this is version: 1"),
                Arguments.of("version: 2", "i.yaml:1:10: version 2 is not known; this is version: 1"),
                Arguments.of(
                        "version: 1\nnamespace: []",
                        "i.yaml:2:1: unknown key 'namespace' — did you mean 'namespaces'?"),
                Arguments.of("version: 1\nnamespaces: {}", "i.yaml:2:13: 'namespaces' must be a list"),
                Arguments.of("version: 1\nmax_component: 0", "i.yaml:2:16: 'max_component' must be a number from 1 on"),
                Arguments.of(yaml("- email"), "i.yaml:3:3: an entry of 'namespaces' must be an object"),
                Arguments.of(yaml("- {kind: person}"), "i.yaml:3:3: 'name' is missing: what the namespace is called"),
                Arguments.of(
                        yaml("- {name: email, limt: 1}"), "i.yaml:3:17: unknown key 'limt' — did you mean 'limit'?"),
                Arguments.of(
                        yaml("- {name: emial}"),
                        "i.yaml:3:10: 'kind' is missing: 'emial' is not there by default, so say person or device"
                                + " — did you mean 'email'?"),
                Arguments.of(
                        yaml("- {name: ssn, kind: persn}"),
                        "i.yaml:3:21: 'kind' can't be 'persn' — did you mean 'person'?"),
                Arguments.of(yaml("- {name: email, kind: device}"), "i.yaml:3:23: 'email' is a person's, for good"),
                Arguments.of(yaml("- {name: S S N, kind: person}"), "i.yaml:3:10: a namespace is called by"),
                Arguments.of(yaml("- {name: email}", "- {name: email}"), "i.yaml:4:10: 'email' is listed twice"),
                Arguments.of(
                        yaml("- {name: device_id}", "- {name: email}"),
                        "i.yaml:4:10: the order is the priority, and persons come before devices:"
                                + " move 'email' above 'device_id'"),
                Arguments.of(
                        yaml("- {name: cookie, kind: device, anchor: true}"),
                        "i.yaml:3:32: 'anchor' is for persons, 'cookie' is a device's"),
                Arguments.of(
                        yaml("- {name: device_id, limit: 2}"), "'limit' is for persons, 'device_id' is a device's"),
                Arguments.of(yaml("- {name: email, anchor: maybe}"), "i.yaml:3:25: 'anchor' must be true or false"),
                Arguments.of(
                        yaml("- {name: email, limit: 0}"), "i.yaml:3:24: 'limit' must be a number from 1 on, or none"),
                Arguments.of(yaml("- {name: email, max_shared: -1}"), "'max_shared' must be a number from 0 on"),
                Arguments.of(
                        yaml("- {name: email, max_shared: 9999999999}"), "'max_shared' must be a number from 0 on"),
                Arguments.of(
                        yaml("- {name: ssn, kind: person, normaliser: digit}"),
                        "i.yaml:3:41: 'normaliser' can't be 'digit' — did you mean 'digits'?"),
                Arguments.of(yaml("- {name: email, regions: [US]}"), "i.yaml:3:17: 'regions' is for normaliser: phone"),
                Arguments.of(
                        yaml("- {name: phone, regions: [USA]}"),
                        "i.yaml:3:27: 'USA' is no region of phone numbers: two letters, such as US or PL"),
                Arguments.of(yaml("- {name: email, blocklist: x}"), "i.yaml:3:28: 'blocklist' must be a list"),
                Arguments.of(yaml(entries(names(101))), "i.yaml:103:10: more than 100 namespaces"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsReportedAtItsPlace(String yaml, String message) {
        assertThatThrownBy(() -> IdentitySettings.parse("i.yaml", yaml))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void namesTheFileThatIsNoText(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("i.yaml"), "version: é".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> IdentitySettings.load(file))
                .isInstanceOf(DefinitionException.class)
                .hasMessage(file + ": not valid UTF-8");
    }
}
