package io.tributary.schemas.yaml;

import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Where a character of a scalar's text stands in the file.
 *
 * <p>Reading a scalar changes its white space (line breaks are folded, indentation goes) and its escapes, nothing else.
 * So the n-th character of the text that is no white space is the n-th of the file's, escapes taken for what they mean.
 */
final class ScalarPlaces {
    /** From 1 on, columns in code points. */
    record Place(int line, int column) {}

    private final String[] lines;
    private final ScalarStyle style;
    private int line;
    private int column;

    private ScalarPlaces(String[] lines, ScalarNode node) {
        this.lines = lines;
        this.style = node.getScalarStyle();
        this.line = node.getStartMark().getLine();
        this.column = at(node.getStartMark().getColumn());
    }

    /** @param offset in code points; behind the text's end it is the place behind its last character */
    static Place of(String[] lines, ScalarNode node, int offset) {
        ScalarPlaces places = new ScalarPlaces(lines, node);
        places.skipWhatIsInFront();
        int[] text = node.getValue().codePoints().toArray();
        boolean behind = offset >= text.length;
        int before = 0;
        for (int i = 0; i < Math.min(offset, text.length); i++) {
            before += isWhite(text[i]) ? 0 : 1;
        }
        for (int i = 0; i < (behind ? before - 1 : before); i++) {
            places.pass();
        }
        places.skipWhite();
        if (behind && before > 0) {
            places.pass();
        }
        return places.place();
    }

    private Place place() {
        String current = line < lines.length ? lines[line] : "";
        return new Place(line + 1, current.codePointCount(0, Math.min(column, current.length())) + 1);
    }

    /** The index of a column, which counts code points. */
    private int at(int codePoints) {
        String current = lines[line];
        return current.offsetByCodePoints(0, Math.min(codePoints, current.codePointCount(0, current.length())));
    }

    /** An anchor, a tag, a quote, the head of a block. */
    private void skipWhatIsInFront() {
        while (peek() == '&' || peek() == '!') {
            while (column < lines[line].length() && !isWhite(peek())) {
                column++;
            }
            skipWhite();
        }
        if (style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED) {
            line++;
            column = 0;
        } else if (style != ScalarStyle.PLAIN) {
            column++;
        }
    }

    private int peek() {
        return line < lines.length && column < lines[line].length() ? lines[line].codePointAt(column) : '\n';
    }

    private static boolean isWhite(int c) {
        return Character.isWhitespace(c) || c == 0x85 || c == 0xFEFF;
    }

    private void skipWhite() {
        while (line < lines.length) {
            if (column >= lines[line].length() || (isEscape() && column + 1 == lines[line].length())) {
                line++;
                column = 0;
            } else if (isWhite(peek())) {
                column++;
            } else if (isEscape() && isWhite(escaped())) {
                column += escapeLength();
            } else {
                return;
            }
        }
    }

    /** To the end of the next character that is no white space. */
    private void pass() {
        skipWhite();
        if (style == ScalarStyle.SINGLE_QUOTED && peek() == '\'') {
            column += 2;
        } else if (isEscape()) {
            column += escapeLength();
        } else {
            column += Character.charCount(peek());
        }
    }

    private boolean isEscape() {
        return style == ScalarStyle.DOUBLE_QUOTED && peek() == '\\';
    }

    private int escapeLength() {
        return switch (lines[line].charAt(column + 1)) {
            case 'x' -> 4;
            case 'u' -> 6;
            case 'U' -> 10;
            default -> 2;
        };
    }

    /** What an escape means, as far as it is white space; else something that is not. */
    private int escaped() {
        char c = lines[line].charAt(column + 1);
        return switch (c) {
            case 't', 'n', 'v', 'f', 'r', ' ', 'N', 'L', 'P', '\t' -> ' ';
            case 'x', 'u', 'U' -> hexadecimal();
            default -> c;
        };
    }

    private int hexadecimal() {
        int end = Math.min(column + escapeLength(), lines[line].length());
        return Integer.parseInt(lines[line].substring(column + 2, end), 16);
    }
}
