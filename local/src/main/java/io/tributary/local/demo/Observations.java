package io.tributary.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tributary.local.simulate.AnaStory;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.json.AcceptedJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the suite's output topics have said so far. Thread-safe.
 *
 * <p>Memory: the newest profile and the triggers of every customer.
 */
final class Observations {
    private static final JsonMapper JSON = AcceptedJson.mapper();

    private final Customer ana = Customer.ofUser(
            AnaStory.ANA,
            new Identifier(Namespace.EMAIL, AnaStory.ANAS_EMAIL),
            new Identifier(Namespace.ANONYMOUS_ID, AnaStory.ANAS_LAPTOP));
    private final Customer ben = Customer.ofUser(AnaStory.BEN);
    private final Map<String, byte[]> profiles = new HashMap<>();
    private final Set<String> openCarts = new HashSet<>();
    private long merged;
    private final List<byte[]> triggers = new ArrayList<>();
    private final TreeMap<String, Long> rejects = new TreeMap<>();
    private JsonNode firstProfile;
    private long accepted;

    /**
     * Takes a record in.
     *
     * @throws IOException if it is not JSON
     */
    synchronized void record(String topic, byte[] value) throws IOException {
        switch (topic) {
            case Topic.CUSTOMER_EVENTS -> customerEvent(JSON.readTree(value));
            case Topic.PROFILES -> profile(JSON.readTree(value), value);
            case Topic.TRIGGERS -> trigger(JSON.readTree(value), value);
            case Topic.IDENTITY_CHANGES -> identityChange(JSON.readTree(value));
            case Topic.REJECTS ->
                rejects.merge(JSON.readTree(value).path("reason").asText(), 1L, Long::sum);
            default -> throw new IllegalArgumentException("No output of the suite: " + topic);
        }
    }

    /** The customer of that id is gone. */
    synchronized void gone(String customerId) {
        profiles.remove(customerId);
        openCarts.remove(customerId);
    }

    private void customerEvent(JsonNode event) {
        accepted++;
        ofTheStory(event.path("customer_id").asText()).ifPresent(customer -> customer.event(event));
    }

    private void identityChange(JsonNode change) {
        if (change.path("change").asText().equals("merged")) {
            merged++;
            if (change.path("into").asText().equals(ana.id())) {
                ana.merged(change.path("customer_id").asText());
            }
        }
    }

    private void profile(JsonNode profile, byte[] value) {
        if (firstProfile == null) {
            firstProfile = profile;
        }
        var id = profile.path("customer_id").asText();
        profiles.put(id, value);
        if (profile.has("cart")) {
            openCarts.add(id);
        } else {
            openCarts.remove(id);
        }
        ofTheStory(id).filter(customer -> customer.id().equals(id)).ifPresent(customer -> customer.profile(profile));
    }

    private void trigger(JsonNode trigger, byte[] value) {
        triggers.add(value);
        ofTheStory(trigger.path("customer_id").asText()).ifPresent(customer -> customer.trigger(trigger));
    }

    private Optional<Customer> ofTheStory(String id) {
        return List.of(ana, ben).stream().filter(customer -> customer.is(id)).findFirst();
    }

    synchronized Counts counts() {
        return new Counts(accepted, profiles.size(), merged, openCarts.size(), triggers.size(), new TreeMap<>(rejects));
    }

    synchronized Optional<JsonNode> firstProfile() {
        return Optional.ofNullable(firstProfile);
    }

    /** The newest profile of every customer. */
    synchronized List<byte[]> profiles() {
        return List.copyOf(profiles.values());
    }

    synchronized List<byte[]> triggers() {
        return List.copyOf(triggers);
    }

    /** Looks at Ana while nothing changes. */
    synchronized <T> T ana(Function<Customer, T> look) {
        return look.apply(ana);
    }

    /** Looks at Ben while nothing changes. */
    synchronized <T> T ben(Function<Customer, T> look) {
        return look.apply(ben);
    }
}
