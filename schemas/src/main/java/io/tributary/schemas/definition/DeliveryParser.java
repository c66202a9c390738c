package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.definition.DeliveryDefinition.Cap;
import io.tributary.schemas.definition.DeliveryDefinition.CustomerZone;
import io.tributary.schemas.definition.DeliveryDefinition.QuietHours;
import io.tributary.schemas.yaml.NearestName;
import io.tributary.schemas.yaml.YamlSource;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;

/** Reads what holds triggers back. */
final class DeliveryParser {
    private static final String OPT_IN = "opt_in";
    private static final String SUPPRESS = "suppress";
    private static final String QUIET_HOURS = "quiet_hours";
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final String ZONE = "zone";
    private static final String CUSTOMER_ZONE = "customer_zone";
    private static final String THEN = "then";
    private static final String DROP = "drop";
    private static final String POSTPONE = "postpone";
    private static final String CAPS = "caps";
    private static final String MOST = "most";
    private static final String WITHIN = "within";
    private static final String CHANNEL = "channel";
    private static final String GROUP = "group";

    private static final Pattern TIME = Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d");
    private static final Pattern PROFILE_PATH = Pattern.compile("(traits|computed)\\.([A-Za-z_]\\w{0,255})");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,9}");

    private final YamlSource yaml;
    private final Mistakes mistakes;
    private final KnownSegments segments;
    private final KnownTraits traits;

    /** Which computed traits there are. */
    @FunctionalInterface
    interface KnownTraits {
        /**
         * @throws io.tributary.schemas.yaml.DefinitionException if there is none of that name, or it is no text, or time alone
         *     may change it
         */
        void refuseNoText(YamlSource yaml, Node node, String name);
    }

    DeliveryParser(YamlSource yaml, Mistakes mistakes, KnownSegments segments, KnownTraits traits) {
        this.yaml = yaml;
        this.mistakes = mistakes;
        this.segments = segments;
        this.traits = traits;
    }

    /**
     * Reads them.
     *
     * @param json asked for only where there is no mistake
     * @return null if there are mistakes in it, which are told
     */
    DeliveryDefinition parse(YamlSource.Obj keys, Supplier<ObjectNode> json) {
        int before = mistakes.count();
        keys.allow(List.of(OPT_IN, SUPPRESS, QUIET_HOURS, CAPS));
        QuietHours quietHours =
                keys.has(QUIET_HOURS) ? mistakes.attempt(yaml, () -> quietHours(keys.get(QUIET_HOURS))) : null;
        List<Cap> caps = new ArrayList<>();
        if (keys.has(CAPS)) {
            mistakes.attempt(yaml, () -> caps(keys.get(CAPS), caps));
        }
        SortedSet<String> optIn = new TreeSet<>();
        if (keys.has(OPT_IN)) {
            mistakes.attempt(yaml, () -> optIn(keys.get(OPT_IN), optIn));
        }
        SortedSet<String> suppress = new TreeSet<>();
        if (keys.has(SUPPRESS)) {
            mistakes.attempt(yaml, () -> suppress(keys.get(SUPPRESS), suppress));
        }
        return mistakes.count() > before ? null : new DeliveryDefinition(quietHours, caps, optIn, suppress, json.get());
    }

    private List<Node> list(Node node, String key, int most) {
        List<Node> all = yaml.list(node, "'" + key + "'");
        if (all.size() > most) {
            throw yaml.error(node, "'%s' has %d of them, and %d is the most".formatted(key, all.size(), most));
        }
        return all;
    }

    private Void suppress(Node node, SortedSet<String> suppress) {
        list(node, SUPPRESS, DeliveryDefinition.MAX_SUPPRESS)
                .forEach(segment -> mistakes.attempt(yaml, () -> suppress.add(segment(segment))));
        return null;
    }

    private String segment(Node node) {
        String segment = yaml.text(node, "a segment of '" + SUPPRESS + "'");
        segments.refuseUnknown(yaml, node, segment);
        return segment;
    }

    private Void optIn(Node node, SortedSet<String> optIn) {
        list(node, OPT_IN, DeliveryDefinition.MAX_OPT_IN)
                .forEach(purpose -> mistakes.attempt(
                        yaml, () -> optIn.add(TriggerParser.purpose(yaml, purpose, "a purpose of 'opt_in'"))));
        return null;
    }

    private QuietHours quietHours(Node node) {
        YamlSource.Obj keys = yaml.object(node, "'" + QUIET_HOURS + "'", mistakes.in(yaml));
        keys.allow(List.of(FROM, TO, ZONE, CUSTOMER_ZONE, THEN));
        LocalTime from = mistakes.attempt(yaml, () -> time(keys, FROM));
        LocalTime to = mistakes.attempt(yaml, () -> time(keys, TO));
        ZoneId zone = mistakes.attempt(yaml, () -> zone(keys));
        CustomerZone customerZone =
                keys.has(CUSTOMER_ZONE) ? mistakes.attempt(yaml, () -> customerZone(keys.get(CUSTOMER_ZONE))) : null;
        Boolean postpone = mistakes.attempt(yaml, () -> keys.has(THEN) && postpones(keys.get(THEN)));
        if (from != null && from.equals(to)) {
            throw yaml.error(keys.get(TO), "'to' must be another time than 'from': all day is no quiet hours");
        }
        return from == null || to == null || zone == null || postpone == null
                ? null
                : new QuietHours(from, to, zone, customerZone, postpone);
    }

    private LocalTime time(YamlSource.Obj keys, String key) {
        Node node = keys.require(key, "a time of day such as \"22:00\"");
        String text = yaml.text(node, "'" + key + "'");
        if (!TIME.matcher(text).matches()) {
            throw yaml.error(node, "'%s' must be a time of day from 00:00 to 23:59, not '%s'".formatted(key, text));
        }
        return LocalTime.parse(text);
    }

    private ZoneId zone(YamlSource.Obj keys) {
        Node node = keys.require(ZONE, "a time zone such as Europe/Warsaw");
        String id = yaml.text(node, "'" + ZONE + "'");
        Set<String> known = QuietHours.zones();
        if (!known.contains(id)) {
            throw yaml.error(
                    node,
                    "'%s' must be a time zone such as Europe/Warsaw, not '%s'%s"
                            .formatted(ZONE, id, NearestName.hint(id, known)));
        }
        return ZoneId.of(id);
    }

    private CustomerZone customerZone(Node node) {
        String path = yaml.text(node, "'" + CUSTOMER_ZONE + "'");
        Matcher parts = PROFILE_PATH.matcher(path);
        if (!parts.matches()) {
            throw yaml.error(
                    node,
                    "'%s' must be traits.NAME or computed.NAME, where the profile has a time zone, not '%s'"
                            .formatted(CUSTOMER_ZONE, path));
        }
        boolean isComputed = parts.group(1).equals(Profile.COMPUTED);
        if (isComputed) {
            traits.refuseNoText(yaml, node, parts.group(2));
        }
        return new CustomerZone(isComputed, parts.group(2));
    }

    private boolean postpones(Node node) {
        return yaml.oneOf(node, THEN, List.of(DROP, POSTPONE)).equals(POSTPONE);
    }

    private Void caps(Node node, List<Cap> caps) {
        list(node, CAPS, DeliveryDefinition.MAX_CAPS).forEach(cap -> mistakes.attempt(yaml, () -> cap(cap, caps)));
        return null;
    }

    private Void cap(Node node, List<Cap> caps) {
        YamlSource.Obj keys = yaml.object(node, "a cap", mistakes.in(yaml));
        keys.allow(List.of(MOST, WITHIN, CHANNEL, GROUP));
        Integer most = mistakes.attempt(yaml, () -> most(keys));
        Duration within = mistakes.attempt(yaml, () -> within(keys));
        String channel = mistakes.attempt(yaml, () -> name(keys, CHANNEL));
        String group = mistakes.attempt(yaml, () -> name(keys, GROUP));
        if (most != null && within != null) {
            caps.add(new Cap(most, within, yaml.text(keys.get(WITHIN), WITHIN), channel, group));
        }
        return null;
    }

    private int most(YamlSource.Obj keys) {
        Node node = keys.require(MOST, "how often a customer is told something");
        String text = yaml.text(node, "'" + MOST + "'");
        int most = WHOLE_NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (most < 1 || most > DeliveryDefinition.MAX_PER_CAP) {
            throw yaml.error(
                    node,
                    "'%s' must be a number from 1 to %d, not '%s'"
                            .formatted(MOST, DeliveryDefinition.MAX_PER_CAP, text));
        }
        return most;
    }

    private Duration within(YamlSource.Obj keys) {
        Node node = keys.require(WITHIN, Spans.FORM);
        String text = yaml.text(node, "'" + WITHIN + "'");
        Duration within = Spans.parse(text);
        if (within == null) {
            throw yaml.error(node, "'" + WITHIN + "' must be " + Spans.FORM + ", not '" + text + "'");
        }
        if (within.compareTo(DeliveryDefinition.LEAST_WITHIN) < 0
                || within.compareTo(DeliveryDefinition.MOST_WITHIN) > 0) {
            throw yaml.error(node, "'" + WITHIN + "' must be 1m to 30d, not '" + text + "'");
        }
        return within;
    }

    /** Of triggers that there may be or not; null for any. */
    private String name(YamlSource.Obj keys, String key) {
        return keys.has(key) ? DefinitionsParser.name(yaml, keys.get(key), "'" + key + "'") : null;
    }
}
