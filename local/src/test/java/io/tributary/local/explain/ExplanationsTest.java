package io.tributary.local.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.local.UserException;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Explanations of hand-made results; one minute per change, so that {@code 10:07} is that of {@code m-7}. */
class ExplanationsTest {
    private static final String A = "c_aaaaaaaaaaaaaaaa";
    private static final String B = "c_bbbbbbbbbbbbbbbb";
    private static final String C = "c_cccccccccccccccc";
    private static final String D = "c_dddddddddddddddd";

    @TempDir
    private Path folder;

    private final List<String> profiles = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();

    private void profile(String id, String identifiers, String more) {
        profiles.add("{'customer_id':'%s','identifiers':{%s}%s,'version':1}"
                .formatted(id, identifiers, more)
                .replace('\'', '"'));
    }

    private void change(int minute, String kind, String id, String identifiers) {
        change(minute, kind, id, identifiers, "");
    }

    private void move(int minute, String kind, String id, String identifiers, String into) {
        change(minute, kind, id, identifiers, ",'into':'" + into + "'");
    }

    private void change(int minute, String kind, String id, String identifiers, String more) {
        changes.add(
                "{'at':'2026-01-01T10:%02d:00.000Z','change':'%s','customer_id':'%s','identifiers':{%s}%s,'because':'m-%d'}"
                        .formatted(minute, kind, id, identifiers, more, minute)
                        .replace('\'', '"'));
    }

    private Explanations.Found found(String wanted) throws IOException {
        Path profileFile = Files.write(folder.resolve("profiles.jsonl"), profiles);
        Path changeFile = Files.write(folder.resolve("identity-changes.jsonl"), changes);
        return new Explanations(profileFile, changeFile, IdentitySettings.defaults())
                .explain(ProfileQuery.parse(wanted, Optional.empty()));
    }

    /** The only text, without the date of its times. */
    private String explain(String wanted) throws IOException {
        Explanations.Found found = found(wanted);
        assertThat(found.total()).isEqualTo(1);
        return text(found.texts().get(0));
    }

    private static String text(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("^2026-01-01T(\\d\\d:\\d\\d):00\\.000Z ", "$1"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String id(Namespace namespace, String value) {
        return new Identifier(namespace, value).customerId();
    }

    @Test
    void tellsTheHistoriesOfFormerCustomersInTheOrderOfTime() throws IOException {
        profile(
                D,
                "'email':['ana@x.com'],'phone':['+48512345678'],'user_id':['42']",
                ",'merged_from':['%s','%s','%s']".formatted(A, B, C));
        change(1, "created", A, "'email':['ana@x.com']");
        change(2, "created", "c_0000000000000000", "'email':['else@x.com']");
        change(3, "created", B, "'loyalty_card':['l1']");
        move(4, "merged", A, "'email':['ana@x.com']", B);
        change(5, "created", C, "'crm_id':['r1']");
        move(6, "merged", B, "'loyalty_card':['l1'],'email':['ana@x.com']", C);
        change(7, "created", D, "'user_id':['42']");
        move(8, "merged", C, "'crm_id':['r1'],'email':['ana@x.com'],'loyalty_card':['l1']", D);
        change(9, "linked", D, "'phone':['+48512345678']");
        change(10, "linked", "c_0000000000000000", "'phone':['+48512345679']");

        assertThat(explain("user_id:42"))
                .isEqualTo(
                        """
                        Customer c_dddddddddddddddd
                          user_id       42
                          email         ana@x.com
                          phone         +48512345678
                          merged from   c_aaaaaaaaaaaaaaaa, c_bbbbbbbbbbbbbbbb, c_cccccccccccccccc

                        10:01 c_aaaaaaaaaaaaaaaa: created with email:ana@x.com  [m-1]
                        10:03 c_bbbbbbbbbbbbbbbb: created with loyalty_card:l1  [m-3]
                        10:04 c_bbbbbbbbbbbbbbbb: c_aaaaaaaaaaaaaaaa (email:ana@x.com) was merged into it, because person identifiers of both stand on the same event  [m-4]
                        10:05 c_cccccccccccccccc: created with crm_id:r1  [m-5]
                        10:06 c_cccccccccccccccc: c_bbbbbbbbbbbbbbbb (loyalty_card:l1, email:ana@x.com) was merged into it, because person identifiers of both stand on the same event  [m-6]
                        10:07 created with user_id:42  [m-7]
                        10:08 c_cccccccccccccccc (crm_id:r1, loyalty_card:l1, email:ana@x.com) was merged into it, because person identifiers of both stand on the same event  [m-8]
                        10:09 linked phone:+48512345678  [m-9]
                        """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsFormerCustomersOfOneInstantInAnyOrderOfTheLines(boolean reversed) throws IOException {
        profile(C, "'user_id':['42']", "");
        move(1, "merged", A, "", B);
        move(1, "merged", B, "", C);
        if (reversed) {
            Collections.reverse(changes);
        }

        assertThat(explain("user_id:42"))
                .contains("c_bbbbbbbbbbbbbbbb: c_aaaaaaaaaaaaaaaa was merged into it", "10:01 c_bbbbbbbbbbbbbbbb was");
    }

    @Test
    void whoComesBackAfterAMergerIsSomebodyElse() throws IOException {
        profile(B, "'user_id':['42']", "");
        profile(A, "'email':['ana@x.com']", "");
        change(1, "created", A, "'email':['ana@x.com']");
        change(2, "created", B, "'user_id':['42']");
        move(3, "merged", A, "'email':['ana@x.com']", B);
        change(4, "created", A, "'email':['ana@x.com']");
        change(5, "linked", A, "'phone':['+48512345678']");

        assertThat(explain(B)).contains("[m-1]", "[m-2]", "[m-3]").doesNotContain("[m-4]", "[m-5]");
        assertThat(explain(A))
                .isEqualTo(
                        """
                        Customer c_aaaaaaaaaaaaaaaa
                          email         ana@x.com

                        10:01 created with email:ana@x.com  [m-1]
                        10:03 was merged into c_bbbbbbbbbbbbbbbb (email:ana@x.com), because person identifiers of both stand on the same event  [m-3]
                        10:04 is there again, with email:ana@x.com  [m-4]
                        10:05 linked phone:+48512345678  [m-5]
                        """);
    }

    @Test
    void saysWhereACustomerWhoIsGoneWentAndWhereItIsNow() throws IOException {
        profile(C, "'user_id':['42']", ",'merged_from':['%s','%s']".formatted(A, B));
        change(1, "created", A, "'email':['ana@x.com']");
        change(2, "created", B, "'crm_id':['r1']");
        move(3, "merged", A, "'email':['ana@x.com']", B);
        change(4, "created", C, "'user_id':['42']");
        move(5, "merged", B, "'crm_id':['r1'],'email':['ana@x.com']", C);

        assertThat(explain(A))
                .isEqualTo(
                        """
                        Customer c_aaaaaaaaaaaaaaaa was merged into c_bbbbbbbbbbbbbbbb
                          now           c_cccccccccccccccc

                        10:01 created with email:ana@x.com  [m-1]
                        10:03 was merged into c_bbbbbbbbbbbbbbbb (email:ana@x.com), because person identifiers of both stand on the same event  [m-3]
                        """);
        assertThat(explain(B)).startsWith("Customer c_bbbbbbbbbbbbbbbb was merged into c_cccccccccccccccc\n\n");
    }

    @Test
    void aDeviceIsMergedByItsFirstLogin() throws IOException {
        String device = id(Namespace.ANONYMOUS_ID, "a1");
        profile(B, "'anonymous_id':['a1'],'user_id':['42']", "");
        change(1, "created", B, "'anonymous_id':['a1'],'user_id':['42']");
        move(1, "merged", device, "'anonymous_id':['a1']", B);

        assertThat(explain("user_id:42"))
                .contains(device + " (anonymous_id:a1) was merged into it, because what a device did before its first"
                        + " login belongs to that login's person  [m-1]");
    }

    @Test
    void noReasonIsClaimedForAMergerByAnEventThatAlsoQuarantines() throws IOException {
        profile(B, "'user_id':['42']", "");
        move(1, "merged", A, "'phone':['+48512345678']", B);
        change(1, "quarantined", C, "'email':['family@x.com']");

        assertThat(explain("user_id:42"))
                .contains("c_aaaaaaaaaaaaaaaa (phone:+48512345678) was merged into it  [m-1]", "quarantined");
    }

    @Test
    void whatIsRefusedOfItsIdentifiersBelongsToItWhoeverPublishedIt() throws IOException {
        profile(A, "'email':['ana@x.com'],'user_id':['42']", "");
        change(1, "conflict", B, "'email':['ana@x.com'],'user_id':['43']");
        change(2, "conflict", B, "'email':['else@x.com'],'user_id':['43']");
        change(3, "component_full", C, "'crm_id':['r1'],'email':['ana@x.com']");
        change(4, "component_full", C, "'crm_id':['r1'],'email':['else@x.com']");
        change(5, "conflict", A, "'email':['third@x.com'],'user_id':['42']");

        assertThat(explain("user_id:42"))
                .endsWith(
                        """

                        10:01 refused: conflict between user_id:43 and email:ana@x.com, because a customer has one user id  [m-1]
                        10:03 refused: component full: no link between crm_id:r1 and email:ana@x.com, because more than 2,000 \
                        links would hang together; of the two components the one with more links is frozen for good  [m-3]
                        10:05 refused: conflict between user_id:42 and email:third@x.com, because a customer has one user id  [m-5]
                        """);
    }

    @Test
    void whatWasRefusedOfAFormerIdentifierBelongsToItAlsoIfThatIsLearntLater() throws IOException {
        profile(A, "'user_id':['42']", "");
        change(1, "conflict", B, "'email':['old@x.com'],'user_id':['43']");
        change(2, "linked", A, "'email':['old@x.com']");

        assertThat(explain("user_id:42")).contains("[m-1]", "[m-2]");
    }

    @Test
    void aQuarantineIsToldToWhoLosesTheValueAndToWhoDoesNotGetIt() throws IOException {
        String family = id(Namespace.EMAIL, "family@x.com");
        profile(A, "'user_id':['42']", "");
        profile(B, "'user_id':['45']", "");
        profile(C, "'user_id':['46']", "");
        change(1, "created", A, "'email':['family@x.com'],'user_id':['42']");
        change(2, "created", B, "'user_id':['45']");
        change(2, "quarantined", family, "'email':['family@x.com']");
        move(2, "unmerged", A, "'email':['family@x.com']", family);
        change(3, "created", C, "'user_id':['46']");

        assertThat(explain("user_id:42"))
                .endsWith(
                        """

                        10:01 created with user_id:42, email:family@x.com  [m-1]
                        10:02 quarantined: email:family@x.com is shared by more than 3 anchors, so it links nobody  [m-2]
                        10:02 a part went to %s: email:family@x.com, because email:family@x.com is quarantined  [m-2]
                        """
                                .formatted(family));
        assertThat(explain("user_id:45"))
                .endsWith(
                        """

                        10:02 quarantined: email:family@x.com is shared by more than 3 anchors, so it links nobody  [m-2]
                        10:02 created with user_id:45  [m-2]
                        """);
        assertThat(explain("user_id:46")).doesNotContain("quarantined");
        assertThat(explain("email:family@x.com"))
                .isEqualTo(
                        """
                        No event belongs to %s (email:family@x.com), so there is no such customer.

                        10:02 quarantined: email:family@x.com is shared by more than 3 anchors, so it links nobody  [m-2]
                        10:02 a part of c_aaaaaaaaaaaaaaaa came to it: email:family@x.com, because email:family@x.com is quarantined  [m-2]
                        """
                                .formatted(family));
        assertThat(explain(family)).isEqualTo(explain("email:family@x.com"));
    }

    @Test
    void whoseEventsCameWithAPartOfAnotherCustomerIsAFormerCustomerToo() throws IOException {
        profile(B, "'user_id':['42']", "");
        profile(C, "'anonymous_id':['a1'],'email':['ana@x.com']", ",'merged_from':['%s']".formatted(A));
        change(1, "created", A, "'anonymous_id':['a1']");
        move(2, "merged", A, "'anonymous_id':['a1']", B);
        change(3, "linked", B, "'phone':['+48512345678']");
        change(4, "quarantined", C, "'email':['ana@x.com']");
        move(4, "unmerged", B, "'anonymous_id':['a1'],'email':['ana@x.com']", C);
        change(4, "created", C, "'anonymous_id':['a1'],'email':['ana@x.com']");

        assertThat(explain(C))
                .endsWith(
                        """

                        10:01 c_aaaaaaaaaaaaaaaa: created with anonymous_id:a1  [m-1]
                        10:02 c_aaaaaaaaaaaaaaaa: was merged into c_bbbbbbbbbbbbbbbb (anonymous_id:a1)  [m-2]
                        10:04 quarantined: email:ana@x.com is shared by more than 3 anchors, so it links nobody  [m-4]
                        10:04 created with email:ana@x.com, anonymous_id:a1  [m-4]
                        10:04 a part of c_bbbbbbbbbbbbbbbb came to it: email:ana@x.com, anonymous_id:a1, because email:ana@x.com is quarantined  [m-4]
                        """);
    }

    @Test
    void aPartThatGoesWithoutAQuarantineGoesBecauseOfAnOlderLink() throws IOException {
        profile(A, "'user_id':['42']", "");
        move(1, "unmerged", A, "", B);
        move(2, "unmerged", C, "'email':['ana@x.com'],'phone':['+48512345678']", A);

        assertThat(explain("user_id:42"))
                .endsWith(
                        """

                        10:01 a part went to c_bbbbbbbbbbbbbbbb: some of the events, because an older link turned up or a command keeps them apart  [m-1]
                        10:02 a part of c_cccccccccccccccc came to it: email:ana@x.com, phone:+48512345678, because an older link turned up or a command keeps them apart  [m-2]
                        """);
    }

    @Test
    void whoEndsBecauseAPartLeavesWasNotLinkedWithIt() throws IOException {
        String part = id(Namespace.EMAIL, "ana@x.com");
        profile(part, "'email':['ana@x.com'],'phone':['+48512345678']", "");
        move(1, "merged", A, "'email':['ana@x.com'],'phone':['+48512345678']", part);

        assertThat(explain("email:ana@x.com"))
                .contains(
                        A + " (email:ana@x.com, phone:+48512345678) was merged into it, because an older link turned up"
                                + " or a command keeps them apart  [m-1]");
    }

    @Test
    void aValueThatWasOnlyRefusedIsOnItsOwn() throws IOException {
        change(1, "component_full", A, "'email':['ana@x.com'],'user_id':['42']");

        assertThat(explain("email:ana@x.com"))
                .startsWith("No event belongs to %s (email:ana@x.com)".formatted(id(Namespace.EMAIL, "ana@x.com")))
                .contains("[m-1]");
    }

    @Test
    void findsWhoHasAnIdentifierThatItsProfileLeavesOut() throws IOException {
        profile(B, "'user_id':['42']", ",'identifiers_left_out':1");
        change(1, "created", A, "'anonymous_id':['a1']");
        move(2, "merged", A, "'anonymous_id':['a1']", B);

        assertThat(explain("anonymous_id:a1"))
                .startsWith(
                        """
                        Customer c_bbbbbbbbbbbbbbbb
                          user_id       42
                          left out      the 1 weakest
                        """)
                .contains("[m-1]", "[m-2]");
    }

    @Test
    void namesTwentyAndCountsTheOthers() throws IOException {
        String devices =
                IntStream.range(0, 30).mapToObj(i -> "'a" + i + "'").collect(Collectors.joining(",", "[", "]"));
        profile(A, "'anonymous_id':" + devices, "");
        change(1, "created", A, "'anonymous_id':" + devices, ",'identifiers_left_out':1000");

        assertThat(explain(A)).contains("a19 and 10 more\n", " and 1,010 more  [m-1]");
    }

    @Test
    void explainsEveryCustomerOfASharedDeviceUpToTen() throws IOException {
        for (int i = 0; i < 12; i++) {
            String id = "c_%016d".formatted(i);
            profile(id, "'anonymous_id':['tablet'],'user_id':['u%d']".formatted(i), "");
            change(i, "created", id, "'anonymous_id':['tablet'],'user_id':['u%d']".formatted(i));
        }

        Explanations.Found found = found("anonymous_id:tablet");

        assertThat(found.total()).isEqualTo(12);
        assertThat(found.texts()).hasSize(Explanations.MOST);
        assertThat(text(found.texts().get(3)))
                .isEqualTo(
                        """
                        Customer c_0000000000000003
                          user_id       u3
                          anonymous_id  tablet

                        10:03 created with user_id:u3, anonymous_id:tablet  [m-3]
                        """);
    }

    @Test
    void nobodyIsFoundOfWhomNothingIsSaid() throws IOException {
        profile(A, "'user_id':['42']", "");
        change(1, "created", A, "'user_id':['42']");

        assertThat(found("user_id:43")).isEqualTo(new Explanations.Found(List.of(), 0));
        assertThat(found(B)).isEqualTo(new Explanations.Found(List.of(), 0));
    }

    @Test
    void whatCouldControlATerminalIsEscaped() throws IOException {
        profile(A, "'user_id':['4\\u001b[2J2']", "");
        change(1, "created", A, "'user_id':['4\\u001b[2J2']");

        assertThat(explain(A)).contains("user_id       4\\u{1B}[2J2\n", "created with user_id:4\\u{1B}[2J2  [m-1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "",
                "{'at':'yesterday','change':'created','customer_id':'c_1','identifiers':{},'because':'m'}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'forgot','customer_id':'c_1','identifiers':{},'because':'m'}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'created','identifiers':{},'because':'m'}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'created','customer_id':'c_1','because':'m'}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'created','customer_id':'c_1','identifiers':{'E-Mail':[]},'because':'m'}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'created','customer_id':'c_1','identifiers':{'email':[1]},'because':'m'}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'created','customer_id':'c_1','identifiers':{}}",
                "{'at':'2026-01-01T10:00:00.000Z','change':'merged','customer_id':'c_1','identifiers':{},'because':'m'}",
            })
    void namesALineThatIsNoChange(String line) {
        change(1, "created", A, "'user_id':['42']");
        changes.add(line.replace('\'', '"'));

        assertThatThrownBy(() -> found("user_id:42"))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        folder.resolve("identity-changes.jsonl") + ":2 is no identity change; run the backtest again");
    }

    @Test
    void namesALineThatIsNotJson() {
        change(1, "created", A, "'user_id':['42']");
        changes.add("{\"at\":");

        assertThatThrownBy(() -> found("user_id:42"))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("identity-changes.jsonl") + ":2 is not JSON; run the backtest again");
    }
}
