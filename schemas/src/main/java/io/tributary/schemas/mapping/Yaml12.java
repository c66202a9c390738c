package io.tributary.schemas.mapping;

/** Texts as YAML scalars, quoted only where they must be. */
final class Yaml12 {
    private Yaml12() {}

    static String text(String text) {
        return text.matches("[A-Za-z_][A-Za-z0-9_.]*( [A-Za-z0-9_.]+)*") && !text.matches("true|false|null")
                ? text
                : quoted(text);
    }

    static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 32 || c == 127 || c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xFEFF) {
                quoted.append("\\u%04x".formatted(c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
