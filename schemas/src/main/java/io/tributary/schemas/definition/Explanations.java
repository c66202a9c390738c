package io.tributary.schemas.definition;

import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.StructType;
import io.tributary.schemas.definition.CelTokens.Token;
import io.tributary.schemas.definition.Rules.Finding;
import io.tributary.schemas.definition.Rules.Node;
import io.tributary.schemas.yaml.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What CEL says about a text, in words of those who write definitions. */
final class Explanations {
    /** Names of functions that are no standard functions of CEL. */
    static final List<String> MACROS_AND_EXTENSIONS = List.of(
            "has",
            "all",
            "exists",
            "exists_one",
            "map",
            "filter",
            "charAt",
            "indexOf",
            "join",
            "lastIndexOf",
            "lowerAscii",
            "replace",
            "split",
            "substring",
            "trim",
            "upperAscii");

    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'.*", Pattern.DOTALL);
    private static final Pattern UNDEFINED = Pattern.compile("undefined field '([^']*)'.*", Pattern.DOTALL);
    private static final Pattern NO_FIELDS =
            Pattern.compile("type '(.*)' does not support field selection.*", Pattern.DOTALL);
    private static final Pattern NO_OVERLOAD = Pattern.compile(
            "found no matching overload for '([^']*)' applied to '(?:(.*)\\.)?\\((.*)\\)'(?: \\(candidates.*)?",
            Pattern.DOTALL);
    private static final Pattern NO_ELEMENTS =
            Pattern.compile("expression of type '(.*)' cannot be range of a comprehension.*", Pattern.DOTALL);
    private static final Pattern OTHER_TYPE = Pattern.compile("expected type '(.*)' but found '(.*)'", Pattern.DOTALL);
    private static final Pattern UNEXPECTED =
            Pattern.compile("(?:mismatched|extraneous) input '(.*)' expecting.*", Pattern.DOTALL);
    private static final Pattern MISSING = Pattern.compile("missing '(.*)' at .*", Pattern.DOTALL);
    private static final Pattern NO_TOKEN = Pattern.compile("token recognition error at: '(.*)'", Pattern.DOTALL);
    private static final Pattern NO_NUMBER = Pattern.compile("For input string: \"(.*)\".*", Pattern.DOTALL);

    /** What people write who know other languages, and what CEL has for it. */
    private static final Map<String, String> OTHER_WORDS =
            Map.of("=", "==", "and", "&&", "or", "||", "not", "!", "&", "&&", "|", "||", "<>", "!=");

    /** Functions that macros become. */
    private static final Map<String, String> MACROS = Map.of("math.@max", "math.greatest", "math.@min", "math.least");

    private static final Map<String, String> OPERATORS = Map.ofEntries(
            Map.entry("_<_", "<"),
            Map.entry("_<=_", "<="),
            Map.entry("_>_", ">"),
            Map.entry("_>=_", ">="),
            Map.entry("_==_", "=="),
            Map.entry("_!=_", "!="),
            Map.entry("_+_", "+"),
            Map.entry("_-_", "-"),
            Map.entry("_*_", "*"),
            Map.entry("_/_", "/"),
            Map.entry("_%_", "%"),
            Map.entry("-_", "-"),
            Map.entry("_&&_", "&&"),
            Map.entry("_||_", "||"),
            Map.entry("!_", "!"));

    private Explanations() {}

    // ------------------------------------------------------------------------------------------------------- places

    /** Where in its text a mistake is best looked for, in code points. */
    static int offset(CelIssue issue, Node node, CelSource source) {
        int place = source.getLocationOffset(issue.getSourceLocation()).orElse(0);
        if (node == null) {
            return place;
        }
        CelExpr expr = node.expr();
        return switch (expr.getKind()) {
            case CALL -> startOfName(place, expr.call().function(), source);
            case SELECT -> startOfField(place, expr.select().field(), source);
            default -> place;
        };
    }

    /** CEL's place of a function is its bracket; the place of its name, if it stands before it. */
    static int startOfName(int place, String function, CelSource source) {
        List<Token> tokens = tokens(source);
        int bracket = CelTokens.at(tokens, place);
        return bracket > 0 ? startOf(tokens.get(bracket - 1), function, place) : place;
    }

    /** CEL's place of a field is its point, within {@code has} the bracket around; the place of the field's name. */
    static int startOfField(int place, String field, CelSource source) {
        List<Token> tokens = tokens(source);
        int point = CelTokens.at(tokens, place);
        if (point < 0) {
            return place;
        }
        int name = tokens.get(point).text().equals("(") ? CelTokens.closing(tokens, point) - 1 : point + 1;
        return name > 0 && name < tokens.size() ? startOf(tokens.get(name), field, place) : place;
    }

    private static List<Token> tokens(CelSource source) {
        return CelTokens.of(source.getContent().toString());
    }

    private static int startOf(Token token, String word, int otherwise) {
        return token.text().equals(word) ? token.start() : otherwise;
    }

    // ------------------------------------------------------------------------------------------------------- syntax

    /** The first mistake of a text that can't be parsed; the others mostly follow from it. */
    static Finding ofSyntax(CelValidationResult result) {
        if (result.getErrors().isEmpty()) {
            return new Finding(0, firstLine(result.getErrorString()));
        }
        CelIssue first = result.getErrors().get(0);
        int offset =
                result.getSource().getLocationOffset(first.getSourceLocation()).orElse(0);
        return new Finding(offset, ofSyntax(first.getMessage()));
    }

    private static String ofSyntax(String message) {
        Matcher unexpected = UNEXPECTED.matcher(message);
        if (unexpected.matches()) {
            String word = unexpected.group(1);
            return word.equals("<EOF>") ? "the expression ends too early" : unexpected(word);
        }
        Matcher missing = MISSING.matcher(message);
        if (missing.matches()) {
            return "'%s' is missing here".formatted(missing.group(1));
        }
        if (message.startsWith("no viable alternative")) {
            return "the expression can't be read from here on";
        }
        Matcher noToken = NO_TOKEN.matcher(message);
        if (noToken.matches()) {
            String word = noToken.group(1).strip();
            return word.startsWith("'") || word.startsWith("\"") ? "a text is not closed" : unexpected(word);
        }
        Matcher noNumber = NO_NUMBER.matcher(message);
        if (noNumber.matches()) {
            return "the number %s is too large".formatted(noNumber.group(1));
        }
        if (message.startsWith("invalid argument to has()")) {
            return "has(…) asks for a field, such as has(traits.city)";
        }
        if (message.startsWith("Expression recursion limit")) {
            return "the expression is nested too deep";
        }
        if (message.startsWith("expression code point size exceeds limit")) {
            return "the expression has more than 10,000 characters";
        }
        return firstLine(message);
    }

    private static String unexpected(String word) {
        String meant = OTHER_WORDS.get(word.toLowerCase(Locale.ROOT));
        return "'%s' is not expected here%s".formatted(word, meant == null ? "" : hint(meant));
    }

    private static String hint(String meant) {
        return " — did you mean '" + meant + "'?";
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").strip();
    }

    // -------------------------------------------------------------------------------------------------------- names

    static String of(CelIssue issue, Node node, Rules rules) {
        String message = issue.getMessage();
        Matcher undeclared = UNDECLARED.matcher(message);
        if (undeclared.matches()) {
            boolean function = node != null && node.expr().getKind() == Kind.CALL;
            return function
                    ? unknownFunction(undeclared.group(1), rules.language())
                    : unknownName(undeclared.group(1), node, rules.language());
        }
        Matcher undefined = UNDEFINED.matcher(message);
        if (undefined.matches() && node != null && node.expr().getKind() == Kind.SELECT) {
            return unknownField(node, rules);
        }
        Matcher noFields = NO_FIELDS.matcher(message);
        if (noFields.matches()) {
            return "%s has no fields".formatted(words(noFields.group(1)));
        }
        Matcher noElements = NO_ELEMENTS.matcher(message);
        if (noElements.matches()) {
            return "%s has no elements to go through".formatted(words(noElements.group(1)));
        }
        Matcher otherType = OTHER_TYPE.matcher(message);
        if (otherType.matches()) {
            return "%s is wanted here, not %s".formatted(words(otherType.group(1)), words(otherType.group(2)));
        }
        Matcher noOverload = NO_OVERLOAD.matcher(message);
        if (noOverload.matches()) {
            List<String> types = types(noOverload.group(3));
            if (noOverload.group(2) != null) {
                types.add(0, noOverload.group(2));
            }
            return isWritten(issue, node, rules)
                    ? wrongTypes(noOverload.group(1), types)
                    : "a condition is wanted in the loop, and %s is none".formatted(firstThatIsNone(types));
        }
        return firstLine(message);
    }

    private static String unknownFunction(String name, Language language) {
        boolean isTime = SegmentDefinition.TIME_FUNCTIONS.contains(name);
        if (isTime && language.kind().isOfTriggers()) {
            return "'%s' is for the 'when' of segments: a trigger asks for one of those by in_segment('its name')"
                    .formatted(name);
        }
        if (language.kind() == Language.Kind.EVENT && (isTime || name.equals(SegmentDefinition.IN_SEGMENT))) {
            return "'%s' is for the 'when' of segments, not for events".formatted(name);
        }
        return "unknown function '" + name + "'" + NearestName.hint(name, language.functions());
    }

    private static String unknownName(String name, Node node, Language language) {
        if (language.kind() == Language.Kind.SEGMENT && name.equals(EventView.EVENT)) {
            return "a segment's 'when' is about the profile, not about an event";
        }
        if (language.kind().isOfTriggers() && name.equals(EventView.EVENT)) {
            return "'event' is for triggers of sequences, not of the cart; known here: "
                    + String.join(", ", language.roots().keySet());
        }
        if (language.kind().isOfTriggers() && isOfProfile(name)) {
            return "'%s' is for the 'when' of segments: a trigger asks for one of those by in_segment('its name'); known here: %s"
                    .formatted(name, String.join(", ", language.roots().keySet()));
        }
        if (language.kind() == Language.Kind.SEGMENT && name.equals(SegmentDefinition.VALUE)) {
            return "'value' is for segments with 'for_each'";
        }
        List<String> roots = language.roots().keySet().stream()
                .filter(root -> language.kind() == Language.Kind.EVENT || !Profile.NOT_YET.containsKey(root))
                .toList();
        TreeSet<String> known = new TreeSet<>(roots);
        if (node != null) {
            known.addAll(node.loop().keySet());
        }
        known.removeIf(word -> !Character.isLetter(word.charAt(0)));
        String hint = NearestName.hint(name, known);
        return "unknown name '" + name + "'" + (hint.isEmpty() ? known(roots) : hint);
    }

    /** Whether expressions over a profile know the name. */
    private static boolean isOfProfile(String name) {
        return Profile.roots(Collections.emptySortedMap(), List.of(), null).containsKey(name);
    }

    private static String known(Collection<String> names) {
        return names.isEmpty() ? "; there are none" : "; known here: " + String.join(", ", names);
    }

    private static String unknownField(Node node, Rules rules) {
        String field = node.expr().select().field();
        CelExpr operand = node.expr().select().operand();
        String root = operand.getKind() == Kind.IDENT ? operand.ident().name() : "";
        String what =
                switch (root) {
                    case Profile.COMPUTED -> "no computed trait '%s'";
                    case Profile.IDENTIFIERS -> "no namespace '%s'";
                    default -> "no field '%s'";
                };
        if (!(rules.typeOf(operand, node.loop()) instanceof StructType struct)) {
            return what.formatted(field);
        }
        TreeSet<String> fields = new TreeSet<>(struct.fieldNames());
        String hint = NearestName.hint(field, fields);
        return what.formatted(field) + (hint.isEmpty() ? known(struct.fieldNames()) : hint);
    }

    /** Why a group alone is refused. */
    static String group(String root, StructType struct) {
        return "'%s' is a group: name a field of it%s"
                .formatted(
                        root,
                        struct.fieldNames().stream()
                                .findFirst()
                                .map(field -> ", such as " + root + "." + field)
                                .orElse(""));
    }

    // -------------------------------------------------------------------------------------------------------- types

    /** Whether an operator is the writer's, and not one that a macro such as {@code all} is made of. */
    private static boolean isWritten(CelIssue issue, Node node, Rules rules) {
        boolean connective = node != null
                && Rules.CONNECTIVES.contains(node.expr().callOrDefault().function());
        if (!connective) {
            return true;
        }
        List<Token> tokens = tokens(rules.source());
        int at = CelTokens.at(
                tokens,
                rules.source().getLocationOffset(issue.getSourceLocation()).orElse(0));
        return at >= 0 && !tokens.get(at).text().equals("(");
    }

    private static String wrongTypes(String function, List<String> types) {
        List<String> words = types.stream().map(Explanations::words).toList();
        String operator = OPERATORS.get(function);
        return switch (function) {
            case "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_" ->
                "'%s' can't compare %s with %s%s".formatted(operator, words.get(0), words.get(1), timeHint(types));
            case "_&&_", "_||_", "!_" ->
                "'%s' is for conditions, and %s is none".formatted(operator, firstThatIsNone(types));
            case "_?_:_" ->
                words.get(0).equals(words("bool")) || types.get(0).equals("dyn")
                        ? "both results of '? :' have to be of one kind, not %s and %s"
                                .formatted(words.get(1), words.get(2))
                        : "'? :' needs a condition before the '?', and %s is none".formatted(words.get(0));
            case "_[_]" -> "'[…]' can't look up %s in %s".formatted(words.get(1), words.get(0));
            case "@in", "_in_", "in" -> "'in' can't look for %s in %s".formatted(words.get(0), words.get(1));
            default ->
                operator != null
                        ? "'%s' can't take %s%s".formatted(operator, join(words), numberHint(types))
                        : "'%s' can't take %s".formatted(MACROS.getOrDefault(function, function), join(words));
        };
    }

    private static String join(List<String> words) {
        return words.isEmpty() ? "nothing" : String.join(" and ", words);
    }

    private static String firstThatIsNone(List<String> types) {
        return types.stream()
                .filter(type -> !type.equals("bool") && !type.equals("dyn"))
                .findFirst()
                .map(Explanations::words)
                .orElse("one of both");
    }

    private static String timeHint(List<String> types) {
        return types.contains("google.protobuf.Timestamp") && types.contains("string")
                ? "; write timestamp('2026-01-31T00:00:00Z')"
                : "";
    }

    private static String numberHint(List<String> types) {
        return types.contains("int") && types.contains("double")
                ? "; write double(…) around the whole number, or 2.0 for 2"
                : "";
    }

    /** The types of a list of CEL's, which may have lists of their own. */
    private static List<String> types(String list) {
        List<String> types = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                types.add(list.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (!list.isBlank()) {
            types.add(list.substring(start).strip());
        }
        return types;
    }

    /** A type of CEL's checker in words. */
    static String words(CelType type) {
        return type.kind() == CelKind.LIST ? "a list" : type.kind() == CelKind.MAP ? "an object" : words(type.name());
    }

    private static String words(String type) {
        return switch (type) {
            case "int", "uint" -> "a whole number";
            case "double" -> "a number";
            case "string" -> "a text";
            case "bool" -> "a condition";
            case "bytes" -> "bytes";
            case "null", "null_type" -> "null";
            case "dyn" -> "a value of any kind";
            case "google.protobuf.Timestamp" -> "a time";
            case "google.protobuf.Duration" -> "a duration";
            default ->
                type.startsWith("list(")
                        ? "a list"
                        : type.startsWith("map(") ? "an object" : type.startsWith("type(") ? "a type" : type;
        };
    }
}
