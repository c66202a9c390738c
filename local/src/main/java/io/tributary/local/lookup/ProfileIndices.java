package io.tributary.local.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.PersonalIdentifiers;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;

/** The indices {@code cdp-profiles} and {@code cdp-personal} together. */
public final class ProfileIndices implements Profiles {
    private final URI elasticsearch;

    public ProfileIndices(URI elasticsearch) {
        this.elasticsearch = elasticsearch;
    }

    @Override
    public String name() {
        return "Elasticsearch";
    }

    @Override
    @SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
    public FoundProfiles find(ProfileQuery query) throws IOException {
        try (var client = ElasticsearchConnection.to(elasticsearch).open()) {
            return find(query, client.getLowLevelClient());
        } catch (ResponseException e) {
            throw new UserException(
                    "Elasticsearch at %s refuses the search (%s); look with ./cdp status"
                            .formatted(elasticsearch, e.getResponse().getStatusLine()),
                    e);
        } catch (IOException e) {
            throw new UserException(
                    "Elasticsearch at %s does not answer; look with ./cdp status".formatted(elasticsearch), e);
        }
    }

    private static FoundProfiles find(ProfileQuery query, RestClient client) throws IOException {
        JsonNode matching = search(client, indexOf(query), request(query));
        List<String> ids = new ArrayList<>();
        matching.path("hits").forEach(hit -> ids.add(hit.path("_id").textValue()));
        ObjectNode ofThose = ProfileFile.JSON.createObjectNode();
        ofThose.put("size", MOST);
        ofThose.putObject("query").putObject("terms").set("customer_id", ProfileFile.JSON.valueToTree(ids));
        Map<String, ObjectNode> shared = documents(search(client, ElasticsearchSetup.PROFILES, ofThose));
        Map<String, ObjectNode> personal = documents(search(client, ElasticsearchSetup.PERSONAL, ofThose));
        List<ObjectNode> profiles = new ArrayList<>();
        for (String id : ids) {
            if (shared.containsKey(id)) {
                profiles.add(IndexedProfile.together(shared.get(id), personal.get(id)));
            } else if (personal.containsKey(id)) {
                profiles.add(IndexedProfile.together(ProfileFile.JSON.createObjectNode(), personal.get(id)));
            }
        }
        return new FoundProfiles(profiles, matching.path("total").path("value").longValue());
    }

    private static String field(Identifier identifier) {
        Namespace namespace = identifier.namespace();
        boolean hasOwn = namespace.isNamed(Namespace.EMAIL) || namespace.isNamed(Namespace.PHONE);
        return hasOwn ? namespace.id() : "identifiers." + namespace.id();
    }

    private static String indexOf(ProfileQuery query) {
        return query instanceof ProfileQuery.Of of && PersonalIdentifiers.isPersonal(of.identifier())
                ? ElasticsearchSetup.PERSONAL
                : ElasticsearchSetup.PROFILES;
    }

    private static ObjectNode request(ProfileQuery query) {
        ObjectNode request = ProfileFile.JSON.createObjectNode();
        request.put("size", MOST).put("_source", false).put("track_total_hits", true);
        request.putArray("sort").add("customer_id");
        ObjectNode condition = request.putObject("query");
        if (query instanceof ProfileQuery.Customer customer) {
            var either = condition.putObject("bool").putArray("should");
            either.addObject().putObject("term").put("customer_id", customer.id());
            either.addObject().putObject("term").put("merged_from", customer.id());
        } else if (query instanceof ProfileQuery.Of of) {
            condition
                    .putObject("term")
                    .put(field(of.identifier()), of.identifier().value());
        }
        return request;
    }

    private static JsonNode search(RestClient client, String alias, ObjectNode body) throws IOException {
        Request request = new Request("POST", "/" + alias + "/_search");
        request.setJsonEntity(body.toString());
        try (var answer = client.performRequest(request).getEntity().getContent()) {
            return ProfileFile.JSON.readTree(answer).path("hits");
        }
    }

    private static Map<String, ObjectNode> documents(JsonNode hits) {
        Map<String, ObjectNode> documents = new LinkedHashMap<>();
        for (JsonNode hit : hits.path("hits")) {
            if (hit.path("_source") instanceof ObjectNode document) {
                documents.put(hit.path("_id").textValue(), document);
            }
        }
        return documents;
    }
}
