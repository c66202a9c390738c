package io.tributary.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything that the outputs have said about one customer of the story, in the order of their topics. */
final class Customer {
    private final String id;
    private final List<JsonNode> events = new ArrayList<>();
    private final List<JsonNode> triggers = new ArrayList<>();
    private JsonNode profile = MissingNode.getInstance();

    private Customer(String id) {
        this.id = id;
    }

    /** A customer who has shown this user id. */
    static Customer ofUser(String userId) {
        return new Customer(new Identifier(Namespace.USER_ID, userId).customerId());
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
