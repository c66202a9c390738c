package io.tributary.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that the outputs have said about one customer of the story, in the order of their topics. */
final class Customer {
    private final String id;
    private final Set<String> formerIds;
    private final List<JsonNode> events = new ArrayList<>();
    private final List<JsonNode> triggers = new ArrayList<>();
    private final Set<String> merged = new HashSet<>();
    private JsonNode profile = MissingNode.getInstance();

    private Customer(String id, Set<String> formerIds) {
        this.id = id;
        this.formerIds = formerIds;
    }

    /**
     * A customer who has shown this user id.
     *
     * @param before identifiers of customers that will turn out to be this one
     */
    static Customer ofUser(String userId, Identifier... before) {
        return new Customer(
                new Identifier(Namespace.USER_ID, userId).customerId(),
                Stream.of(before).map(Identifier::customerId).collect(Collectors.toSet()));
    }

    /** Whether it is the customer, or was before it was known who it is. */
    boolean is(String customerId) {
        return customerId.equals(id) || formerIds.contains(customerId);
    }

    /** The customers that became this one: how many they were. */
    int mergers() {
        return merged.size();
    }

    /** Takes note of a merger. */
    void merged(String from) {
        if (formerIds.contains(from)) {
            merged.add(from);
        }
    }

    String id() {
        return id;
    }

    void event(JsonNode event) {
        events.add(event);
    }

    void profile(JsonNode newest) {
        profile = newest;
    }

    void trigger(JsonNode trigger) {
        triggers.add(trigger);
    }

    /** The newest profile; missing before the first. */
    JsonNode profile() {
        return profile;
    }

    List<JsonNode> triggers() {
        return List.copyOf(triggers);
    }

    /**
     * The n-th customer event of a kind, with the cart after it.
     *
     * @param name of a track call, else the type of the call
     * @param index from 0
     */
    Optional<JsonNode> event(String name, int index) {
        return events.stream()
                .filter(output -> {
                    var event = output.path("event");
                    return event.path("event")
                            .asText(event.path("type").asText())
                            .equals(name);
                })
                .skip(index)
                .findFirst();
    }
}
