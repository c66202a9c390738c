package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.json.AcceptedJson;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is written, it is a definition or a list of mistakes. */
class DefinitionsPropertyTest {
    private static final List<String> WORDS = List.of(
            "orders",
            "cart",
            "items",
            "traits",
            "computed",
            "t",
            "count",
            "revenue",
            "USD",
            "event",
            "properties",
            "x",
            ".",
            ".",
            ".",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "?",
            "&&",
            "||",
            "!",
            "-",
            "+",
            "*",
            "/",
            "%",
            "<",
            "<=",
            ">",
            "==",
            "!=",
            "in",
            "1",
            "2.5",
            "3u",
            "'a'",
            "\"b\"",
            "r'c'",
            "b'd'",
            "true",
            "null",
            "days_since(",
            "hours_since(",
            "in_segment('s')",
            "has(",
            ".exists(i,",
            ".map(i,",
            ".filter(i,",
            ".all(i,",
            "i",
            "timestamp('",
            "duration(",
            "matches(",
            "size(",
            "math.greatest(",
            "'''",
            "// c\n",
            "\\",
            "`",
            "@",
            "𝄞",
            "type(",
            "dyn(",
            "rfm");

    @Provide
    Arbitrary<String> soup() {
        return Arbitraries.of(WORDS).list().ofMaxSize(12).map(words -> String.join(" ", words));
    }

    private static boolean isRead(DefinitionKind kind, ObjectNode json) {
        try {
            Definitions.ofJson(
                    List.of(
                            new Definitions.Entry(kind, "s", json),
                            new Definitions.Entry(
                                    DefinitionKind.TRAIT,
                                    "t",
                                    AcceptedJson.mapper()
                                            .createObjectNode()
                                            .put("name", "t")
                                            .put("aggregate", "count")
                                            .set(
                                                    "events",
                                                    AcceptedJson.mapper()
                                                            .createArrayNode()
                                                            .add("A")))),
                    IdentitySettings.defaults());
            return true;
        } catch (DefinitionsException e) {
            assertThat(e.mistakes()).isNotEmpty().allSatisfy(mistake -> assertThat(mistake)
                    .startsWith("s: "));
            return false;
        }
    }

    @Property
    void anyWordsAreAConditionOrAMistake(@ForAll("soup") String text) {
        isRead(
                DefinitionKind.SEGMENT,
                AcceptedJson.mapper().createObjectNode().put("name", "s").put("when", text));
    }

    @Property
    void anyWordsAreAValueOrAMistake(@ForAll("soup") String text) {
        ObjectNode trait =
                AcceptedJson.mapper().createObjectNode().put("name", "s").put("aggregate", "unique_list");
        trait.putArray("events").add("A");
        isRead(DefinitionKind.TRAIT, trait.put("value", text).put("where", text));
    }

    @Property
    void anyTextIsAFileOrAMistake(@ForAll String text) {
        try {
            assertThat(Definitions.of("d.yaml", text).entries()).isEmpty();
        } catch (DefinitionsException e) {
            assertThat(e.mistakes()).allSatisfy(mistake -> assertThat(mistake).startsWith("d.yaml:"));
        }
    }

    /** The place behind an offset never lies outside the file, whatever the style. */
    @Property
    void placesLieWithinTheFileInAnyStyle(@ForAll("soup") String text, @ForAll("styles") String style) {
        String yaml = "segments:\n- name: s\n  when: " + style.formatted(text.replace("\n", "\n    ")) + "\n";
        int lines = (int) yaml.lines().count();
        try {
            Definitions.of("d.yaml", yaml);
        } catch (DefinitionsException e) {
            assertThat(e.mistakes()).allSatisfy(mistake -> {
                String[] parts = mistake.split(":", 4);
                assertThat(Integer.parseInt(parts[1])).isBetween(1, lines + 1);
            });
        }
    }

    @Provide
    Arbitrary<String> styles() {
        return Arbitraries.of("%s", "'%s'", "\"%s\"", "|\n    %s", ">-\n    %s", "&a %s", "!!str \"%s\"");
    }
}
