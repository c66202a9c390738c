package io.tributary.schemas.json;

/** JSON can hold half a surrogate pair; UTF-8, in which everything is kept and sent, can not. */
public final class Surrogates {
    private Surrogates() {}

    /** At most that many characters from a text's beginning, one less where the last would be half a pair. */
    public static String first(int characters, String text) {
        if (text.length() <= characters) {
            return text;
        }
        boolean halved = Character.isSurrogatePair(text.charAt(characters - 1), text.charAt(characters));
        return text.substring(0, halved ? characters - 1 : characters);
    }

    /** The text with U+FFFD for each half of a pair that stands alone. */
    public static String repaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return repairFrom(text, i);
            }
        }
        return text;
    }

    private static String repairFrom(String text, int from) {
        StringBuilder repaired = new StringBuilder(text.length()).append(text, 0, from);
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                repaired.append(c);
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                repaired.append(c).append(text.charAt(++i));
            } else {
                repaired.append('\uFFFD');
            }
        }
        return repaired.toString();
    }
}
