package io.tributary.local.rejects;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes from outside as one line that is safe on a terminal and still shows what is wrong with them. */
public final class Printable {
    private static final String CUT = "…";

    private Printable() {}

    /**
     * Valid UTF-8 as it is, except that control and format characters become {@code \\n} or <code>\\u{1B}</code>; other
     * bytes become {@code \\xFF}.
     *
     * @param width the most characters that are returned, at least 1; a cut is marked
     */
    public static String line(byte[] raw, int width) {
        // A character takes at most four bytes, so what follows can't be seen.
        ByteBuffer in = ByteBuffer.wrap(raw, 0, (int) Math.min(raw.length, 4L * width + 8));
        CharBuffer out = CharBuffer.allocate(in.remaining());
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        StringBuilder line = new StringBuilder();
        CoderResult result;
        do {
            result = decoder.decode(in, out, true);
            out.flip().toString().codePoints().forEach(character -> append(character, line));
            out.clear();
            for (int i = 0; result.isError() && i < result.length(); i++) {
                line.append("\\x%02X".formatted(in.get()));
            }
        } while (result.isError());
        return cut(line.toString(), width);
    }

    private static String cut(String text, int width) {
        int length = text.codePointCount(0, text.length());
        return length <= width ? text : text.substring(0, text.offsetByCodePoints(0, width - 1)) + CUT;
    }

    private static void append(int character, StringBuilder line) {
        switch (character) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                switch (Character.getType(character)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED -> line.append("\\u{%X}".formatted(character));
                    default -> line.appendCodePoint(character);
                }
            }
        }
    }
}
