package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small reader of KQL ("Kibana Query Language" in the reference of Kibana): {@code field: value}, {@code field: *},
 * {@code field: (a or b)}, {@code field >= value}, {@code not}, {@code and}, {@code or}, parentheses. A field with
 * several values matches if any of them does. Keywords match exactly, after normalisation; an unquoted {@code *} stands
 * for any text. {@code not} binds closest, then {@code and}. A field that is not mapped matches nothing, as in
 * Elasticsearch. All else is refused: text without a field, nested fields, wildcards in names of fields, values of
 * several words without quotes, dates other than a timestamp or {@code now-1h} in a range.
 */
final class Kql {
    private enum Kind {
        SYMBOL,
        WORD,
        QUOTED,
        END
    }

    private record Token(Kind kind, String text) {
        boolean is(String symbolOrWord) {
            return (kind == Kind.SYMBOL || kind == Kind.WORD)
                    && text.toLowerCase(Locale.ROOT).equals(symbolOrWord);
        }

        boolean isLiteral() {
            return kind == Kind.QUOTED
                    || (kind == Kind.WORD && WORDS_OF_KQL.stream().noneMatch(this::is));
        }
    }

    /** Stands for an unquoted, unescaped {@code *}. */
    private static final char WILDCARD = '\0';

    private static final Set<String> WORDS_OF_KQL = Set.of("and", "or", "not");
    private static final Set<String> COMPARISONS = Set.of("<", "<=", ">", ">=");
    private static final Pattern NOW = Pattern.compile("now(?:([+-])([0-9]+)([smhdw]))?");

    private final List<Token> tokens;
    private final Fields fields;
    private final long now;
    private int next;

    private Kql(List<Token> tokens, Fields fields, long now) {
        this.tokens = tokens;
        this.fields = fields;
        this.now = now;
    }

    /** @param now of {@code now-1h}: Elasticsearch takes its own clock */
    static Predicate<JsonNode> read(String text, Fields fields, long now) {
        if (text.isBlank()) {
            return document -> true;
        }
        Kql reader = new Kql(tokens(text), fields, now);
        Predicate<JsonNode> result = reader.disjunction();
        reader.expect(Kind.END, "");
        return result;
    }

    private Predicate<JsonNode> disjunction() {
        Predicate<JsonNode> result = conjunction();
        while (accept("or")) {
            result = result.or(conjunction());
        }
        return result;
    }

    private Predicate<JsonNode> conjunction() {
        Predicate<JsonNode> result = negation();
        while (accept("and")) {
            result = result.and(negation());
        }
        return result;
    }

    private Predicate<JsonNode> negation() {
        if (accept("not")) {
            return negation().negate();
        }
        if (accept("(")) {
            Predicate<JsonNode> result = disjunction();
            expect(Kind.SYMBOL, ")");
            return result;
        }
        return comparison();
    }

    private Predicate<JsonNode> comparison() {
        Token name = take();
        SavedObjects.refuseUnless(name.isLiteral() && name.text.indexOf(WILDCARD) < 0, "field " + name);
        Optional<Field> field = fields.find(name.text);
        if (accept(":")) {
            return accept("(") ? values(field) : is(field, take());
        }
        Token comparison = take();
        SavedObjects.refuseUnless(
                comparison.kind == Kind.SYMBOL && COMPARISONS.contains(comparison.text),
                "after a field: " + comparison);
        return within(field, comparison.text, take());
    }

    /** After the opening parenthesis of {@code field: (a or b)}. */
    private Predicate<JsonNode> values(Optional<Field> field) {
        Predicate<JsonNode> result = valuesOfConjunction(field);
        while (accept("or")) {
            result = result.or(valuesOfConjunction(field));
        }
        expect(Kind.SYMBOL, ")");
        return result;
    }

    private Predicate<JsonNode> valuesOfConjunction(Optional<Field> field) {
        Predicate<JsonNode> result = valueOrNot(field);
        while (accept("and")) {
            result = result.and(valueOrNot(field));
        }
        return result;
    }

    private Predicate<JsonNode> valueOrNot(Optional<Field> field) {
        if (accept("not")) {
            return valueOrNot(field).negate();
        }
        return accept("(") ? values(field) : is(field, take());
    }

    private static Predicate<JsonNode> is(Optional<Field> found, Token value) {
        SavedObjects.refuseUnless(value.isLiteral(), "value " + value);
        if (found.isEmpty()) {
            return document -> false;
        }
        Field field = found.get();
        if (value.text.equals(String.valueOf(WILDCARD))) {
            return document -> !field.values(document).isEmpty();
        }
        if (field.isKeyword()) {
            Pattern pattern = pattern(field.normalised(value.text));
            return document -> field.values(document).stream()
                    .anyMatch(text -> pattern.matcher((String) text).matches());
        }
        SavedObjects.refuseUnless(!field.isDate() && value.text.indexOf(WILDCARD) < 0, field + " is " + value);
        double number = Double.parseDouble(value.text);
        return document -> field.numbers(document).stream().anyMatch(other -> other == number);
    }

    private Predicate<JsonNode> within(Optional<Field> found, String comparison, Token value) {
        SavedObjects.refuseUnless(value.isLiteral() && value.text.indexOf(WILDCARD) < 0, "value " + value);
        if (found.isEmpty()) {
            return document -> false;
        }
        Field field = found.get();
        SavedObjects.refuseUnless(!field.isKeyword(), "range of " + field);
        double bound = field.isDate() ? time(value.text) : Double.parseDouble(value.text);
        DoublePredicate matches =
                switch (comparison) {
                    case "<" -> number -> number < bound;
                    case "<=" -> number -> number <= bound;
                    case ">" -> number -> number > bound;
                    default -> number -> number >= bound;
                };
        return document -> field.numbers(document).stream().anyMatch(matches::test);
    }

    /** "Date math" in the reference of Elasticsearch, in UTC, as far as it is used. */
    private double time(String text) {
        Matcher math = NOW.matcher(text);
        if (!math.matches()) {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        }
        if (math.group(1) == null) {
            return now;
        }
        long number = Long.parseLong(math.group(2));
        Duration distance =
                switch (math.group(3)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofDays(7 * number);
                };
        return math.group(1).equals("-") ? now - distance.toMillis() : now + distance.toMillis();
    }

    private static Pattern pattern(String text) {
        StringBuilder result = new StringBuilder();
        for (String part : text.split(String.valueOf(WILDCARD), -1)) {
            result.append(result.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(result.toString(), Pattern.DOTALL);
    }

    private Token take() {
        return tokens.get(next++);
    }

    private boolean accept(String symbolOrWord) {
        boolean accepted = tokens.get(next).is(symbolOrWord);
        next += accepted ? 1 : 0;
        return accepted;
    }

    private void expect(Kind kind, String text) {
        Token token = take();
        SavedObjects.refuseUnless(token.kind == kind && token.text.equals(text), "in KQL: " + token);
    }

    private static List<Token> tokens(String text) {
        List<Token> result = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '"') {
                StringBuilder quoted = new StringBuilder();
                at = read(text, at + 1, "\"", quoted, '*') + 1;
                SavedObjects.refuseUnless(at <= text.length(), "quote without an end: " + text);
                result.add(new Token(Kind.QUOTED, quoted.toString()));
            } else if ("<>".indexOf(c) >= 0 && text.startsWith("=", at + 1)) {
                result.add(new Token(Kind.SYMBOL, c + "="));
                at += 2;
            } else if ("(){}:<>".indexOf(c) >= 0) {
                result.add(new Token(Kind.SYMBOL, String.valueOf(c)));
                at++;
            } else {
                StringBuilder word = new StringBuilder();
                at = read(text, at, " \t\r\n(){}:<>\"", word, WILDCARD);
                result.add(new Token(Kind.WORD, word.toString()));
            }
        }
        result.add(new Token(Kind.END, ""));
        return result;
    }

    /** Until one of the ends, which is where it stops; a backslash takes what follows as it is. */
    private static int read(String text, int start, String ends, StringBuilder result, char wildcard) {
        int at = start;
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                result.append(text.charAt(at));
            } else {
                result.append(c == '*' ? wildcard : c);
            }
            at++;
        }
        return at;
    }
}
