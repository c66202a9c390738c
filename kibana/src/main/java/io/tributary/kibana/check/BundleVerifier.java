package io.tributary.kibana.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.check.SavedObjects.Item;
import io.tributary.kibana.check.SavedObjects.ObjectKey;
import io.tributary.kibana.mapping.FieldType;
import io.tributary.kibana.mapping.IndexMapping;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds what is wrong with a file of saved objects for Kibana 8.19, given the mappings of the indices: what Kibana would
 * refuse, what it would import and not show, and what it would show and nobody should believe.
 */
public final class BundleVerifier {
    static final String SEARCH_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index";
    static final String LAYER_REFERENCE = "indexpattern-datasource-layer-";

    /** The newest versions that any Kibana 8.19 knows for sure. */
    private static final Map<String, String> NEWEST =
            Map.of("index-pattern", "8.0.0", "search", "10.2.0", "lens", "8.9.0", "dashboard", "10.2.0");

    private static final Set<FieldType> SORTABLE =
            EnumSet.of(FieldType.KEYWORD, FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN, FieldType.IP);

    private final Map<String, IndexMapping> mappings;
    private final BundleRules rules;

    /** @param mappings by alias, which is the title of a data view */
    public BundleVerifier(Map<String, IndexMapping> mappings, BundleRules rules) {
        this.mappings = Map.copyOf(mappings);
        this.rules = rules;
    }

    /** All faults, none of which keeps others from being found, as far as that is possible. */
    public List<Fault> verify(byte[] ndjson) {
        return new Run().verify(new String(ndjson, StandardCharsets.UTF_8));
    }

    private final class Run {
        private final List<Fault> all = new ArrayList<>();
        private final Faults bundle = new Faults("", "", all);
        private final SavedObjects objects = new SavedObjects();
        private final Map<ObjectKey, String> shownBy = new HashMap<>();

        List<Fault> verify(String ndjson) {
            ndjson.lines().forEach(this::read);
            objects.ofType("dashboard").forEach(this::noteWhatIsShown);
            for (Item item : objects.all()) {
                Faults faults = new Faults(item.key().toString(), shownBy.getOrDefault(item.key(), ""), all);
                checkForm(item, faults);
                checkReferences(item, faults);
                switch (item.key().type()) {
                    case "index-pattern" -> checkDataView(item, faults);
                    case "search" -> checkSearch(item, faults);
                    case "lens" -> checkLens(item, faults);
                    case "dashboard" -> new DashboardCheck(objects, this::fields, item, faults).check();
                    default -> {
                        // A fault already.
                    }
                }
            }
            checkReach();
            checkDashboards();
            return List.copyOf(all);
        }

        private void read(String line) {
            try {
                JsonNode json = Shape.MAPPER.readTree(line);
                if (!json.isObject()) {
                    bundle.add(FaultKind.NOT_JSON, "a line is no JSON object: " + line);
                } else if (!objects.add(json)) {
                    bundle.add(FaultKind.DUPLICATE_ID, json.path("type") + " " + json.path("id"));
                }
            } catch (JsonProcessingException e) {
                bundle.add(FaultKind.NOT_JSON, "a line is no JSON: " + e.getOriginalMessage());
            }
        }

        private void noteWhatIsShown(Item dashboard) {
            for (JsonNode panel : DashboardCheck.panels(dashboard)) {
                dashboard
                        .reference(DashboardCheck.panelReference(panel))
                        .ifPresent(key -> shownBy.merge(
                                key, DashboardCheck.name(dashboard, panel), (one, other) -> one + ", " + other));
            }
        }

        private void checkForm(Item item, Faults faults) {
            String type = item.key().type();
            Shapes.OBJECT.check(item.json(), "", faults);
            if (item.json().path("managed").asBoolean()) {
                faults.add(FaultKind.WRONG_VALUE, "managed objects can't be changed by anybody");
            }
            Shape attributes = Shapes.ATTRIBUTES.get(type);
            if (attributes == null) {
                faults.add(FaultKind.UNKNOWN_TYPE, type);
                return;
            }
            attributes.check(item.attributes(), "attributes", faults);
            String version = item.json().path("typeMigrationVersion").asText();
            if (!version.matches("\\d+\\.\\d+\\.\\d+")
                    || Arrays.compare(numbers(version), numbers(NEWEST.get(type))) > 0) {
                faults.add(FaultKind.BAD_VERSION, version + " is newer than " + NEWEST.get(type));
            }
        }

        private static int[] numbers(String version) {
            return Arrays.stream(version.split("\\."))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        }

        /** By name, the types that may stand there. */
        private Map<String, String> expectedReferences(Item item) {
            Map<String, String> expected = new LinkedHashMap<>();
            switch (item.key().type()) {
                case "search" ->
                    expected.put(
                            Shape.decode(item.attributes()
                                            .path("kibanaSavedObjectMeta")
                                            .path("searchSourceJSON"))
                                    .path("indexRefName")
                                    .asText(),
                            "index-pattern");
                case "lens" ->
                    LensCheck.layers(item.attributes())
                            .fieldNames()
                            .forEachRemaining(layer -> expected.put(LAYER_REFERENCE + layer, "index-pattern"));
                case "dashboard" -> {
                    for (JsonNode panel : DashboardCheck.panels(item)) {
                        expected.put(
                                DashboardCheck.panelReference(panel),
                                panel.path("type").asText());
                        for (JsonNode event : DashboardCheck.events(panel)) {
                            expected.put(DashboardCheck.drillDownReference(panel, event), "dashboard");
                        }
                    }
                    DashboardCheck.controls(item)
                            .fieldNames()
                            .forEachRemaining(
                                    control -> expected.put(DashboardCheck.controlReference(control), "index-pattern"));
                }
                default -> {
                    // Refers to nothing.
                }
            }
            return expected;
        }

        private void checkReferences(Item item, Faults faults) {
            Map<String, String> missing = expectedReferences(item);
            Set<String> seen = new HashSet<>();
            for (JsonNode reference : item.json().path("references")) {
                String name = reference.path("name").asText();
                ObjectKey target = new ObjectKey(
                        reference.path("type").asText(), reference.path("id").asText());
                String type = missing.remove(name);
                if (!seen.add(name) || type == null) {
                    faults.add(FaultKind.UNUSED_REFERENCE, name);
                } else if (!type.equals(target.type())) {
                    faults.add(
                            FaultKind.WRONG_REFERENCE,
                            "%s leads to a %s, not to a %s".formatted(name, target.type(), type));
                }
                if (objects.get(target).isEmpty()) {
                    faults.add(FaultKind.DANGLING_REFERENCE, name + " leads to " + target);
                }
            }
            missing.keySet().forEach(name -> faults.add(FaultKind.MISSING_REFERENCE, name));
        }

        private Optional<Fields> fields(ObjectKey dataView) {
            return objects.get(dataView)
                    .filter(item -> item.key().type().equals("index-pattern"))
                    .flatMap(item -> Optional.ofNullable(
                                    mappings.get(item.attributes().path("title").asText()))
                            .map(mapping -> new Fields(item, mapping, rules)));
        }

        private void checkDataView(Item item, Faults faults) {
            Optional<Fields> fields = fields(item.key());
            if (fields.isEmpty()) {
                faults.add(
                        FaultKind.UNKNOWN_INDEX, item.attributes().path("title").asText());
                return;
            }
            String time = fields.get().timeField();
            if (time != null) {
                if (rules.timelessIndices().contains(fields.get().index())) {
                    faults.add(FaultKind.TIME_FIELD_ON_PROFILES, time);
                }
                fields.get().require(time, EnumSet.of(FieldType.DATE), "time field", faults);
            }
            Shape.decode(item.attributes().path("fieldFormatMap")).fieldNames().forEachRemaining(field -> fields.get()
                    .require(field, EnumSet.of(FieldType.NUMBER), "format", faults));
        }

        private void checkSearch(Item item, Faults faults) {
            Optional<Fields> fields = item.reference(SEARCH_REFERENCE).flatMap(this::fields);
            if (fields.isEmpty()) {
                return;
            }
            JsonNode source =
                    Shape.decode(item.attributes().path("kibanaSavedObjectMeta").path("searchSourceJSON"));
            fields.get().checkQuery(source.path("query"), "filter", faults);
            for (JsonNode column : item.attributes().path("columns")) {
                fields.get().require(column.asText(), "column", faults);
            }
            for (JsonNode sort : item.attributes().path("sort")) {
                fields.get().require(sort.path(0).asText(), SORTABLE, "sorted by", faults);
                if (!Set.of("asc", "desc").contains(sort.path(1).asText())) {
                    faults.add(FaultKind.WRONG_VALUE, "sorted " + sort.path(1));
                }
            }
        }

        private void checkLens(Item item, Faults faults) {
            Map<String, Fields> fields = new HashMap<>();
            LensCheck.layers(item.attributes()).fieldNames().forEachRemaining(layer -> item.reference(
                            LAYER_REFERENCE + layer)
                    .flatMap(this::fields)
                    .ifPresent(of -> fields.put(layer, of)));
            new LensCheck(item.attributes(), rules, faults).check(fields);
        }

        private void checkReach() {
            Set<ObjectKey> reached = new HashSet<>();
            Deque<ObjectKey> next = new ArrayDeque<>();
            objects.ofType("dashboard").forEach(dashboard -> next.add(dashboard.key()));
            while (!next.isEmpty()) {
                ObjectKey key = next.poll();
                if (reached.add(key)) {
                    objects.get(key).ifPresent(item -> item.json()
                            .path("references")
                            .forEach(reference -> next.add(new ObjectKey(
                                    reference.path("type").asText(),
                                    reference.path("id").asText()))));
                }
            }
            for (Item item : objects.all()) {
                Faults faults = new Faults(item.key().toString(), "", all);
                boolean dataView = item.key().type().equals("index-pattern");
                if (!dataView && !reached.contains(item.key())) {
                    faults.add(FaultKind.UNREACHED_OBJECT, "no dashboard leads there");
                }
                String index = item.attributes().path("title").asText();
                if (dataView
                        && reached.contains(item.key())
                        && rules.personalIndices().contains(index)) {
                    faults.add(FaultKind.PERSONAL_DATA, "a dashboard needs " + index);
                }
            }
        }

        private void checkDashboards() {
            Set<String> there = objects.ofType("dashboard").stream()
                    .map(dashboard -> dashboard.key().id())
                    .collect(Collectors.toSet());
            rules.dashboards().stream()
                    .filter(id -> !there.contains(id))
                    .forEach(id -> bundle.add(FaultKind.MISSING_DASHBOARD, id));
            rules.absentDashboards().stream()
                    .filter(there::contains)
                    .forEach(id -> bundle.add(FaultKind.UNEXPECTED_DASHBOARD, id));
        }
    }
}
