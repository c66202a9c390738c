package io.tributary.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonSizePropertyTest {
    private static final ObjectMapper MAPPER = AcceptedJson.mapper();

    @Property
    void isWhatAWriterWrites(@ForAll("texts") String text) throws JsonProcessingException {
        assertThat(JsonSize.quoted(text)).isEqualTo(MAPPER.writeValueAsBytes(text).length);
        assertThat(JsonSize.quoted(text) + "{:1}".length()).isEqualTo(MAPPER.writeValueAsBytes(Map.of(text, 1)).length);
        assertThat(JsonSize.utf8(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void isWhatAWriterWritesForEachCharacter() throws JsonProcessingException {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                String text = Character.toString(c);
                assertThat(JsonSize.quoted(text)).as("%X", c).isEqualTo(MAPPER.writeValueAsBytes(text).length);
            }
            if (c == 0x11000) {
                c = Character.MAX_CODE_POINT - 1;
            }
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "\"", "\\", "\n", "\u0000", "\u001f", "\u007f", "é", "\u2028", "漢", "😀", "/")
                .list()
                .ofMaxSize(50)
                .map(parts -> String.join("", parts));
    }
}
