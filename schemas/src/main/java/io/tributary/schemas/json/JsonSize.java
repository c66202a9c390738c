package io.tributary.schemas.json;

/** How many bytes a text takes, without writing it: what is published has to fit into a record. */
public final class JsonSize {
    private JsonSize() {}

    /** Bytes of a text in UTF-8. */
    public static int utf8(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            bytes += utf8(text.charAt(i));
        }
        return bytes;
    }

    /** Bytes of a text as a JSON string in UTF-8, as Jackson writes it, its quotes included. */
    public static int quoted(String text) {
        int bytes = 2;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += switch (c) {
                case '"', '\\', '\b', '\t', '\n', '\f', '\r' -> 2;
                default -> c < ' ' ? 6 : utf8(c);
            };
        }
        return bytes;
    }

    /** Half of four for either half of a surrogate pair. */
    private static int utf8(char c) {
        return c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}
