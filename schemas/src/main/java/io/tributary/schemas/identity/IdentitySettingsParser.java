package io.tributary.schemas.identity;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import io.tributary.schemas.identity.Namespace.Kind;
import io.tributary.schemas.yaml.NearestName;
import io.tributary.schemas.yaml.YamlSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;

/** Reads {@code identity.yaml} and refuses, at its place, whatever would not work as written. */
final class IdentitySettingsParser {
    private static final String VERSION = "1";
    private static final List<String> ROOT_KEYS = List.of("version", "max_component", "namespaces");
    private static final List<String> KEYS =
            List.of("name", "kind", "anchor", "limit", "max_shared", "normaliser", "regions", "blocklist");

    /** Of what a device is not asked: it is counted with nobody, and links nobody. */
    private static final List<String> KEYS_OF_PERSONS = List.of("anchor", "limit", "max_shared");

    private static final List<String> KINDS =
            Arrays.stream(Kind.values()).map(IdentitySettingsParser::name).toList();
    private static final String NO_LIMIT = "none";

    /** Namespaces become fields of indices, whose number is bounded, and have to fit between default priorities. */
    private static final int MOST_NAMESPACES = 100;

    private final YamlSource yaml;

    IdentitySettingsParser(YamlSource yaml) {
        this.yaml = yaml;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    IdentitySettings parse() {
        YamlSource.Obj root = yaml.root("the file");
        root.allow(ROOT_KEYS);
        String version = yaml.text(root.require("version", "this is version: " + VERSION), "'version'");
        if (!version.equals(VERSION)) {
            throw yaml.error(root.get("version"), "version " + version + " is not known; this is version: " + VERSION);
        }
        int maxComponent = root.has("max_component")
                ? number(root.get("max_component"), "max_component", 1)
                : IdentitySettings.DEFAULT_MAX_COMPONENT;
        Map<String, Listed> listed = root.has("namespaces") ? listed(root.get("namespaces")) : Map.of();
        List<NamespaceSettings> namespaces = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            List<String> order = order(kind, listed.values());
            Map<String, Integer> priorities = priorities(order);
            for (String id : order) {
                namespaces.add(settings(id, kind, priorities.get(id), listed.get(id)));
            }
        }
        return new IdentitySettings(namespaces, maxComponent);
    }

    /** A namespace of the file. */
    private record Listed(String id, Kind kind, YamlSource.Obj keys) {}

    private Map<String, Listed> listed(Node list) {
        Map<String, Listed> all = new LinkedHashMap<>();
        Listed firstDevice = null;
        for (Node node : yaml.list(list, "'namespaces'")) {
            YamlSource.Obj keys = yaml.object(node, "an entry of 'namespaces'");
            keys.allow(KEYS);
            Node name = keys.require("name", "what the namespace is called");
            Listed one = listed(yaml.text(name, "'name'"), keys);
            if (all.put(one.id, one) != null) {
                throw yaml.error(name, "'" + one.id + "' is listed twice");
            }
            if (all.size() > MOST_NAMESPACES) {
                throw yaml.error(name, "more than " + MOST_NAMESPACES + " namespaces");
            }
            if (one.kind == Kind.DEVICE && firstDevice == null) {
                firstDevice = one;
            } else if (one.kind == Kind.PERSON && firstDevice != null) {
                throw yaml.error(
                        name,
                        "the order is the priority, and persons come before devices: move '%s' above '%s'"
                                .formatted(one.id, firstDevice.id));
            }
        }
        return all;
    }

    private Listed listed(String id, YamlSource.Obj keys) {
        if (!Namespace.isId(id)) {
            throw yaml.error(
                    keys.get("name"),
                    "a namespace is called by a lower-case letter and up to 63 letters, digits and underscores");
        }
        Namespace known = Namespace.byId(id);
        String kind = keys.has("kind") ? yaml.oneOf(keys.get("kind"), "kind", KINDS) : null;
        if (known != null && kind != null && !kind.equals(name(known.kind()))) {
            throw yaml.error(keys.get("kind"), "'%s' is a %s's, for good".formatted(id, name(known.kind())));
        }
        if (known == null && kind == null) {
            List<String> names =
                    Namespace.defaults().stream().map(Namespace::id).toList();
            throw yaml.error(
                    keys.get("name"),
                    "'kind' is missing: '%s' is not there by default, so say person or device%s"
                            .formatted(id, NearestName.hint(id, names)));
        }
        Kind of = known != null ? known.kind() : Kind.valueOf(kind.toUpperCase(Locale.ROOT));
        if (of == Kind.DEVICE) {
            for (String key : KEYS_OF_PERSONS) {
                if (keys.has(key)) {
                    throw yaml.error(keys.keyNode(key), "'%s' is for persons, '%s' is a device's".formatted(key, id));
                }
            }
        }
        return new Listed(id, of, keys);
    }

    /**
     * The order of the file, and each default namespace that is not listed behind the one before it, as by default. So
     * whoever adds a namespace alone changes nobody's customer id.
     */
    private static List<String> order(Kind kind, Iterable<Listed> listed) {
        List<String> order = new ArrayList<>();
        for (Listed one : listed) {
            if (one.kind == kind) {
                order.add(one.id);
            }
        }
        String before = null;
        for (Namespace known : Namespace.defaults()) {
            if (known.kind() == kind) {
                if (!order.contains(known.id())) {
                    order.add(order.indexOf(before) + 1, known.id());
                }
                before = known.id();
            }
        }
        return order;
    }

    /**
     * Default namespaces keep theirs, and with it their binary form, as long as their order among each other is as by
     * default.
     */
    private static Map<String, Integer> priorities(List<String> order) {
        Map<String, Integer> priorities = new HashMap<>();
        int last = 0;
        for (String id : order) {
            Namespace known = Namespace.byId(id);
            int priority = known == null ? last + 1 : known.priority();
            if (priority <= last) {
                priorities.clear();
                order.forEach(each -> priorities.put(each, priorities.size() + 1));
                return priorities;
            }
            priorities.put(id, priority);
            last = priority;
        }
        return priorities;
    }

    private NamespaceSettings settings(String id, Kind kind, int priority, Listed listed) {
        Namespace known = Namespace.byId(id);
        boolean anchor = known != null && known.isAnchor();
        if (listed == null) {
            return NamespaceSettings.defaultsOf(Namespace.of(id, kind, anchor, priority));
        }
        YamlSource.Obj keys = listed.keys;
        if (keys.has("anchor")) {
            anchor = yaml.bool(keys.get("anchor"), "'anchor'");
        }
        NamespaceSettings defaults = NamespaceSettings.defaultsOf(Namespace.of(id, kind, anchor, priority));
        Normaliser normaliser = keys.has("normaliser") ? normaliser(keys.get("normaliser")) : defaults.normaliser();
        if (keys.has("regions") && normaliser != Normaliser.PHONE) {
            throw yaml.error(keys.keyNode("regions"), "'regions' is for normaliser: phone");
        }
        return new NamespaceSettings(
                defaults.namespace(),
                keys.has("limit") ? limit(keys.get("limit")) : defaults.limit(),
                keys.has("max_shared") ? number(keys.get("max_shared"), "max_shared", 0) : defaults.maxShared(),
                normaliser,
                keys.has("regions") ? regions(keys.get("regions")) : defaults.regions(),
                keys.has("blocklist") ? blocklist(keys.get("blocklist")) : defaults.blocklist());
    }

    private Normaliser normaliser(Node node) {
        List<String> names =
                Arrays.stream(Normaliser.values()).map(Normaliser::id).toList();
        String name = yaml.oneOf(node, "normaliser", names);
        return Normaliser.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private int limit(Node node) {
        if (yaml.text(node, "'limit'").equals(NO_LIMIT)) {
            return IdentitySettings.NO_LIMIT;
        }
        return number(node, "limit", 1);
    }

    private int number(Node node, String key, int least) {
        String text = yaml.text(node, "'" + key + "'");
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least) {
            throw yaml.error(
                    node,
                    "'%s' must be a number from %d on%s"
                            .formatted(key, least, key.equals("limit") ? ", or " + NO_LIMIT : ""));
        }
        return Integer.parseInt(text);
    }

    private List<String> regions(Node list) {
        Set<String> known = PhoneNumberUtil.getInstance().getSupportedRegions();
        List<String> regions = new ArrayList<>();
        for (Node node : yaml.list(list, "'regions'")) {
            String region = yaml.text(node, "a region");
            if (!known.contains(region)) {
                throw yaml.error(node, "'" + region + "' is no region of phone numbers: two letters, such as US or PL");
            }
            regions.add(region);
        }
        return regions;
    }

    private Set<String> blocklist(Node list) {
        Set<String> values = new HashSet<>();
        for (Node node : yaml.list(list, "'blocklist'")) {
            values.add(yaml.text(node, "a value of 'blocklist'").strip());
        }
        return values;
    }
}
