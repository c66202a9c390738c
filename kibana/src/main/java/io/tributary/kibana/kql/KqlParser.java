package io.tributary.kibana.kql;

import io.tributary.kibana.kql.Kql.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/** By descent: {@code or} binds least, then {@code and}, then {@code not}. */
final class KqlParser {
    private static final String SPECIAL = "():<>\"{}";

    private final String query;
    private final List<Token> tokens = new ArrayList<>();
    private int next;

    private enum Kind {
        WORD,
        QUOTED,
        OPEN,
        CLOSE,
        COLON,
        COMPARISON,
        END
    }

    private record Token(Kind kind, String text, int at) {
        boolean isWord(String word) {
            return kind == Kind.WORD && text.toLowerCase(Locale.ROOT).equals(word);
        }
    }

    KqlParser(String query) {
        this.query = query;
        int at = 0;
        while (at < query.length()) {
            at = Character.isWhitespace(query.charAt(at)) ? at + 1 : token(at);
        }
        tokens.add(new Token(Kind.END, "", query.length()));
    }

    /** @return where it ends */
    private int token(int from) {
        return switch (query.charAt(from)) {
            case '(' -> simple(Kind.OPEN, from, 1);
            case ')' -> simple(Kind.CLOSE, from, 1);
            case ':' -> simple(Kind.COLON, from, 1);
            case '<', '>' -> simple(Kind.COMPARISON, from, query.startsWith("=", from + 1) ? 2 : 1);
            case '"' -> quoted(from);
            case '{', '}' -> throw new KqlException(query, from, "nested fields are not supported");
            default -> word(from);
        };
    }

    private int simple(Kind kind, int from, int length) {
        tokens.add(new Token(kind, query.substring(from, from + length), from));
        return from + length;
    }

    private int quoted(int from) {
        int end = query.indexOf('"', from + 1);
        if (end < 0) {
            throw new KqlException(query, from, "a quote that does not end");
        }
        String text = query.substring(from + 1, end);
        if (text.indexOf('\\') >= 0) {
            throw new KqlException(query, from, "escapes are not supported");
        }
        tokens.add(new Token(Kind.QUOTED, text, from));
        return end + 1;
    }

    private int word(int from) {
        int end = from;
        while (end < query.length()
                && !Character.isWhitespace(query.charAt(end))
                && SPECIAL.indexOf(query.charAt(end)) < 0) {
            if (query.charAt(end) == '\\') {
                throw new KqlException(query, end, "escapes are not supported");
            }
            end++;
        }
        tokens.add(new Token(Kind.WORD, query.substring(from, end), from));
        return end;
    }

    Kql parse() {
        if (peek().kind == Kind.END) {
            return new Kql.All();
        }
        Kql result = or(this::term);
        expect(Kind.END, "the end");
        return result;
    }

    private Kql or(Supplier<Kql> term) {
        return chain("or", () -> chain("and", () -> not(term), Kql.And::new), Kql.Or::new);
    }

    private Kql chain(String word, Supplier<Kql> part, Function<List<Kql>, Kql> join) {
        List<Kql> parts = new ArrayList<>(List.of(part.get()));
        while (peek().isWord(word)) {
            next++;
            parts.add(part.get());
        }
        return parts.size() == 1 ? parts.get(0) : join.apply(parts);
    }

    private Kql not(Supplier<Kql> term) {
        if (peek().isWord("not")) {
            next++;
            return new Kql.Not(not(term));
        }
        return term.get();
    }

    private Kql term() {
        if (peek().kind == Kind.OPEN) {
            next++;
            Kql inner = or(this::term);
            expect(Kind.CLOSE, "a closing parenthesis");
            return inner;
        }
        String field = expect(Kind.WORD, "a field").text;
        if (field.indexOf('*') >= 0) {
            throw new KqlException(query, tokens.get(next - 1).at, "a field with an asterisk");
        }
        if (peek().kind == Kind.COMPARISON) {
            Comparison comparison = comparison(tokens.get(next++).text);
            return new Kql.Range(field, comparison, value().text);
        }
        expect(Kind.COLON, "a colon or a comparison");
        if (peek().kind == Kind.OPEN) {
            next++;
            Kql inner = or(() -> is(field));
            expect(Kind.CLOSE, "a closing parenthesis");
            return inner;
        }
        return is(field);
    }

    private static Comparison comparison(String sign) {
        for (Comparison comparison : Comparison.values()) {
            if (comparison.sign().equals(sign)) {
                return comparison;
            }
        }
        throw new IllegalStateException(sign);
    }

    private Kql is(String field) {
        Token value = value();
        if (value.kind == Kind.WORD && value.text.equals("*")) {
            return new Kql.Exists(field);
        }
        return new Kql.Is(field, value.text, value.kind == Kind.WORD && value.text.indexOf('*') >= 0);
    }

    private Token value() {
        Token token = peek();
        if (token.kind != Kind.QUOTED
                && (token.kind != Kind.WORD || token.isWord("and") || token.isWord("or") || token.isWord("not"))) {
            throw new KqlException(query, token.at, "a value is missing");
        }
        next++;
        return token;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token expect(Kind kind, String what) {
        Token token = peek();
        if (token.kind != kind) {
            throw new KqlException(query, token.at, what + " is missing");
        }
        next++;
        return token;
    }
}
