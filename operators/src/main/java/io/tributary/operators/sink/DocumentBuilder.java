package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Moves the fields that a strict mapping names, of the kind that it names, from a published JSON object to a document.
 * What is left over (a newer field, a value of another kind) ends in the free field {@code extra}: it can be found, and
 * it can't make Elasticsearch refuse the document.
 */
final class DocumentBuilder {
    private static final Set<String> CURRENCIES = Currency.getAvailableCurrencies().stream()
            .map(Currency::getCurrencyCode)
            .collect(Collectors.toUnmodifiableSet());
    private static final Pattern FIELD_NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private final ObjectNode rest;
    private final ObjectNode document;

    DocumentBuilder(ObjectNode published) {
        this(published.deepCopy(), FreeValues.JSON.createObjectNode());
    }

    private DocumentBuilder(ObjectNode rest, ObjectNode document) {
        this.rest = rest;
        this.document = document;
    }

    ObjectNode document() {
        return document;
    }

    DocumentBuilder texts(String... names) {
        return move(JsonNode::isTextual, names);
    }

    DocumentBuilder integers(String... names) {
        return move(value -> value.isIntegralNumber() && value.canConvertToLong(), names);
    }

    DocumentBuilder textLists(String... names) {
        return move(DocumentBuilder::isTextList, names);
    }

    /** Numbers, also as decimal strings, that a double can hold, if not exactly. */
    DocumentBuilder doubles(String... names) {
        for (var name : names) {
            var number = asDouble(rest.get(name));
            if (number != null) {
                rest.remove(name);
                document.put(name, number);
            }
        }
        return this;
    }

    /** Amounts per ISO 4217 currency. */
    DocumentBuilder money(String... names) {
        for (var name : names) {
            into(name, (amounts, currency) -> {
                var amount = CURRENCIES.contains(currency) ? asDouble(amounts.rest.get(currency)) : null;
                if (amount != null) {
                    amounts.rest.remove(currency);
                    amounts.document.put(currency, amount);
                }
            });
        }
        return this;
    }

    /** Lists of texts under names that are data, such as identifiers by namespace. */
    DocumentBuilder textListsByName(String name) {
        return into(name, (lists, each) -> {
            if (FIELD_NAME.matcher(each).matches()) {
                lists.textLists(each);
            }
        });
    }

    /** Free values for a flattened field. */
    DocumentBuilder free(String... names) {
        for (var name : names) {
            if (rest.get(name) instanceof ObjectNode values) {
                rest.remove(name);
                document.set(name, FreeValues.bounded(values).values());
            }
        }
        return this;
    }

    /** The numbers among some values that stay where they are. */
    DocumentBuilder copyNumbers(String from, String to) {
        if (rest.get(from) instanceof ObjectNode values) {
            var numbers = document.putObject(to);
            values.properties().forEach(entry -> {
                var number = entry.getValue().isNumber() ? asDouble(entry.getValue()) : null;
                if (number != null && FIELD_NAME.matcher(entry.getKey()).matches()) {
                    numbers.put(entry.getKey(), number);
                }
            });
        }
        return this;
    }

    /** The texts and lists of texts among some values that stay where they are. */
    DocumentBuilder copyKeywords(String from, String to) {
        if (rest.get(from) instanceof ObjectNode values) {
            var keywords = FreeValues.JSON.createObjectNode();
            values.properties().forEach(entry -> {
                var keyword = entry.getValue().isNumber() ? null : FreeValues.keywords(entry.getValue());
                if (keyword != null && FIELD_NAME.matcher(entry.getKey()).matches()) {
                    keywords.set(entry.getKey(), keyword);
                }
            });
            if (!keywords.isEmpty()) {
                document.set(to, keywords);
            }
        }
        return this;
    }

    /** A nested object; what it leaves over stays behind under its name. */
    DocumentBuilder object(String name, Consumer<DocumentBuilder> fields) {
        if (rest.get(name) instanceof ObjectNode inner) {
            fields.accept(new DocumentBuilder(inner, document.putObject(name)));
            if (inner.isEmpty()) {
                rest.remove(name);
            }
        }
        return this;
    }

    /** A list of objects, each with its own {@code extra}. */
    DocumentBuilder objects(String name, Consumer<DocumentBuilder> fields) {
        if (rest.get(name) instanceof ArrayNode list && isList(list, JsonNode::isObject)) {
            rest.remove(name);
            var documents = document.putArray(name);
            list.forEach(element -> {
                var each = new DocumentBuilder((ObjectNode) element, documents.addObject());
                fields.accept(each);
                each.extra();
            });
        }
        return this;
    }

    /** Has a field under another name from here on. */
    DocumentBuilder renamed(String from, String to) {
        var value = rest.remove(from);
        if (value != null) {
            rest.set(to, value);
        }
        return this;
    }

    /**
     * The conditions that decided. What was observed of personal data is left out, and what was observed may be of any kind.
     */
    DocumentBuilder because() {
        rest.path("because").forEach(element -> {
            if (element instanceof ObjectNode reason
                    && PersonalTraits.isNamedIn(reason.path("condition").asText())) {
                reason.put("observed", "personal");
            }
        });
        return asText("because", "observed").objects("because", because -> because.texts("condition", "observed"));
    }

    /** In a list of objects, has a field of any kind as text from here on. */
    private DocumentBuilder asText(String list, String name) {
        rest.path(list).forEach(element -> {
            if (element instanceof ObjectNode object && object.has(name)) {
                var value = object.get(name);
                object.put(name, value.isTextual() ? value.textValue() : value.toString());
            }
        });
        return this;
    }

    /** Puts what is left over into {@code extra}. */
    DocumentBuilder extra() {
        if (!rest.isEmpty()) {
            document.set("extra", FreeValues.bounded(rest).values());
        }
        return this;
    }

    private DocumentBuilder into(String name, BiConsumer<DocumentBuilder, String> each) {
        return object(name, inner -> {
            for (var field :
                    inner.rest.properties().stream().map(Map.Entry::getKey).toList()) {
                each.accept(inner, field);
            }
        });
    }

    private DocumentBuilder move(Predicate<JsonNode> kind, String... names) {
        for (var name : names) {
            var value = rest.get(name);
            if (value != null && kind.test(value)) {
                rest.remove(name);
                document.set(name, clean(value));
            }
        }
        return this;
    }

    private static JsonNode clean(JsonNode value) {
        if (value.isTextual()) {
            return FreeValues.JSON.getNodeFactory().textNode(FreeValues.text(value.textValue()));
        }
        if (value instanceof ArrayNode list) {
            var copy = FreeValues.JSON.createArrayNode();
            list.forEach(element -> copy.add(clean(element)));
            return copy;
        }
        return value;
    }

    private static boolean isTextList(JsonNode value) {
        return value instanceof ArrayNode list && isList(list, JsonNode::isTextual);
    }

    private static boolean isList(ArrayNode list, Predicate<JsonNode> kind) {
        for (var element : list) {
            if (!kind.test(element)) {
                return false;
            }
        }
        return true;
    }

    /** Null if it is none. */
    static Double asDouble(JsonNode value) {
        if (value == null || (!value.isNumber() && !value.isTextual())) {
            return null;
        }
        try {
            double number = value.isNumber() ? value.doubleValue() : new BigDecimal(value.textValue()).doubleValue();
            return Double.isFinite(number) ? number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
