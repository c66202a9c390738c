package io.tributary.schemas.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tokens of a CEL text and where they stand, for whatever does not care about white space and comments. Only of texts
 * that CEL has parsed: it judges nothing.
 */
final class CelTokens {
    /** Places in code points, the end exclusive. */
    record Token(int start, int end, String text) {}

    private final int[] text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private CelTokens(String text) {
        this.text = text.codePoints().toArray();
    }

    static List<Token> of(String text) {
        CelTokens reader = new CelTokens(text);
        reader.read();
        return List.copyOf(reader.tokens);
    }

    /** The number of the token that stands at a place, or -1. */
    static int at(List<Token> tokens, int place) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).start() <= place && place < tokens.get(i).end()) {
                return i;
            }
        }
        return -1;
    }

    /** 1 for an opening bracket, -1 for a closing one, else 0. */
    static int depth(Token token) {
        return switch (token.text()) {
            case "(", "[", "{" -> 1;
            case ")", "]", "}" -> -1;
            default -> 0;
        };
    }

    /** The number of the bracket that closes the one of that number; how many tokens there are if none does. */
    static int closing(List<Token> tokens, int opening) {
        int open = 0;
        for (int i = opening; i < tokens.size(); i++) {
            open += depth(tokens.get(i));
            if (open == 0) {
                return i;
            }
        }
        return tokens.size();
    }

    /** The text with one blank between tokens: equal for texts that differ in white space and comments only. */
    static String canonical(String text) {
        return String.join(" ", of(text).stream().map(Token::text).toList());
    }

    /** Whether two texts have the same tokens, with whichever quotes: then CEL reads them alike. They may be alike otherwise. */
    static boolean areAlike(String one, String other) {
        List<Token> ofOne = of(one);
        List<Token> ofOther = of(other);
        return ofOne.size() == ofOther.size()
                && IntStream.range(0, ofOne.size())
                        .allMatch(i -> inDoubleQuotes(ofOne.get(i).text())
                                .equals(inDoubleQuotes(ofOther.get(i).text())));
    }

    /** A text in single quotes in double ones, if nothing in it is read otherwise in those. */
    private static String inDoubleQuotes(String token) {
        boolean isSingle = token.length() >= 2 && token.startsWith("'") && token.endsWith("'");
        boolean isPlain = isSingle
                && !token.startsWith("'''")
                && token.indexOf('"') < 0
                && token.indexOf('\\') < 0
                && token.indexOf('\n') < 0;
        return isPlain ? '"' + token.substring(1, token.length() - 1) + '"' : token;
    }

    /** The text of some tokens as written, but on one line: a blank where there was white space or a comment. */
    static String written(List<Token> tokens) {
        StringBuilder written = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            if (i > 0 && tokens.get(i - 1).end() < tokens.get(i).start()) {
                written.append(' ');
            }
            written.append(tokens.get(i).text());
        }
        return written.toString();
    }

    private void read() {
        while (at < text.length) {
            if (Character.isWhitespace(text[at])) {
                at++;
            } else if (is('/', 0) && is('/', 1)) {
                while (at < text.length && text[at] != '\n') {
                    at++;
                }
            } else {
                int start = at;
                pass();
                tokens.add(new Token(start, at, new String(text, start, at - start)));
            }
        }
    }

    private boolean is(char c, int ahead) {
        return at + ahead < text.length && text[at + ahead] == c;
    }

    private static boolean isWord(int c) {
        return c == '_' || (c < 128 && Character.isLetterOrDigit(c));
    }

    private boolean isDigit(int index) {
        return index < text.length && text[index] >= '0' && text[index] <= '9';
    }

    private void pass() {
        if (isDigit(at) || (is('.', 0) && isDigit(at + 1))) {
            passNumber();
        } else if (isWord(text[at])) {
            int start = at;
            while (at < text.length && isWord(text[at])) {
                at++;
            }
            String word = new String(text, start, at - start);
            if ((is('"', 0) || is('\'', 0)) && word.matches("(?i)r|b|rb|br")) {
                passText(word.contains("r") || word.contains("R"));
            }
        } else if (is('"', 0) || is('\'', 0)) {
            passText(false);
        } else {
            boolean compares = is('=', 0) || is('!', 0) || is('<', 0) || is('>', 0);
            boolean two = (compares && is('=', 1)) || (is('&', 0) && is('&', 1)) || (is('|', 0) && is('|', 1));
            at += two ? 2 : 1;
        }
    }

    private void passNumber() {
        while (at < text.length && (isWord(text[at]) || (is('.', 0) && isDigit(at + 1)))) {
            boolean exponent = (is('e', 0) || is('E', 0)) && (is('+', 1) || is('-', 1)) && isDigit(at + 2);
            at += exponent ? 2 : 1;
        }
    }

    private void passText(boolean raw) {
        int quote = text[at];
        boolean triple = is((char) quote, 1) && is((char) quote, 2);
        at += triple ? 3 : 1;
        while (at < text.length) {
            if (!raw && is('\\', 0)) {
                at += 2;
            } else if (text[at] != quote) {
                at++;
            } else if (!triple) {
                at++;
                return;
            } else if (is((char) quote, 1) && is((char) quote, 2)) {
                at += 3;
                return;
            } else {
                at++;
            }
        }
        at = text.length;
    }
}
