package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The personal data of a published profile as the document of {@code cdp-personal}; they are in no other index. */
public final class PersonalDocument {
    private PersonalDocument() {}

    /**
     * The document, or its deletion if nothing about the customer is personal: it may have been before.
     *
     * @param profile the JSON object of {@code cdp.profiles.v1}, with {@code customer_id} and {@code version}
     * @throws IllegalArgumentException if it has neither, a bug of the caller
     * @throws java.io.UncheckedIOException if it is not JSON, likewise
     */
    public static DocumentWrite write(byte[] profile) {
        var published = FreeValues.read(profile);
        var id = ProfileDocument.customerId(published);
        long version = ProfileDocument.version(published);
        var document = FreeValues.JSON.createObjectNode();
        if (published.get("identifiers") instanceof ObjectNode identifiers) {
            document.setAll(
                    new DocumentBuilder(identifiers).textLists("email", "phone").document());
            identifiers.properties().removeIf(field -> !PersonalIdentifiers.isPersonal(field.getKey()));
            if (!identifiers.isEmpty()) {
                document.set("identifiers", FreeValues.bounded(identifiers).values());
            }
        }
        if (published.get("traits") instanceof ObjectNode traits) {
            var personal = PersonalTraits.split(traits).personal();
            if (!personal.isEmpty()) {
                document.set("traits", FreeValues.bounded(personal).values());
                collect(personal, PersonalTraits::isName, document, "names");
                collect(personal, PersonalTraits::isAddress, document, "address");
            }
        }
        if (document.isEmpty()) {
            return delete(id, version);
        }
        document.put("customer_id", id).put("version", version);
        return DocumentWrite.of(ElasticsearchSetup.PERSONAL, id, version, FreeValues.bytes(document));
    }

    /** The customer was merged, erased or unmerged away. */
    public static DocumentWrite delete(String customerId, long version) {
        return DocumentWrite.delete(ElasticsearchSetup.PERSONAL, customerId, version);
    }

    private static void collect(ObjectNode traits, Predicate<String> wanted, ObjectNode document, String field) {
        var found = FreeValues.JSON.createArrayNode();
        traits.properties().stream()
                .filter(entry -> wanted.test(entry.getKey()))
                .forEach(entry -> texts(entry.getValue(), text -> found.add(FreeValues.text(text))));
        if (!found.isEmpty()) {
            document.set(field, found);
        }
    }

    private static void texts(JsonNode value, Consumer<String> each) {
        if (value.isTextual()) {
            each.accept(value.textValue());
        }
        value.forEach(inner -> texts(inner, each));
    }
}
