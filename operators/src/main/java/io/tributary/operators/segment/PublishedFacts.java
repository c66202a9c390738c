package io.tributary.operators.segment;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.operators.computed.TraitFold;
import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitDefinition;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.time.Timestamps;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a published profile says of a customer, as conditions of segments ask for it: what the ledgers said when it was
 * published, but for what no profile contains.
 *
 * <ul>
 *   <li>The traits of parametric segments: there are none ({@link #values}).
 *   <li>When computed traits change by time alone: all that counts in a window happened at or before {@code last_seen}, so
 *       a trait keeps its value until the window of that instant has passed, and says nothing from then on. In between it
 *       may have changed.
 *   <li>What it leaves out for its size: some identifiers, some traits.
 * </ul>
 *
 * <p>Amounts have no trailing zeros. Not thread-safe, as its JSON is not.
 */
public final class PublishedFacts implements Facts {
    /**
     * A membership as a profile tells it.
     *
     * @param value of a parametric segment, else null
     * @param since milliseconds since 1970
     * @param exitsAt when it ends if nothing happens, milliseconds since 1970; {@link SegmentClock#NEVER} if it does not
     */
    public record Membership(String segment, String value, long since, long exitsAt) {}

    private static final long NEVER = SegmentClock.NEVER;

    private final JsonNode profile;
    private final SortedMap<String, TraitDefinition> traits;
    private final long lastSeen;
    private final long now;

    /**
     * Reads no more of the profile than is asked for.
     *
     * @param profile as {@code profiles.jsonl} and {@code cdp.profiles.v1} have it, read by {@link
     *     io.tributary.schemas.json.AcceptedJson#mapper}
     * @param traits the computed traits by which it was made: a profile leaves out what is zero or empty, and they tell
     *     which of the two it is
     * @param now milliseconds since 1970
     * @throws IllegalArgumentException if it is no profile
     */
    public PublishedFacts(JsonNode profile, SortedMap<String, TraitDefinition> traits, long now) {
        this(profile, traits, lastSeen(profile), now);
    }

    private PublishedFacts(JsonNode profile, SortedMap<String, TraitDefinition> traits, long lastSeen, long now) {
        this.profile = profile;
        this.traits = traits;
        this.lastSeen = lastSeen;
        this.now = now;
    }

    /**
     * The customer's newest event, milliseconds since 1970.
     *
     * @throws IllegalArgumentException if it is no profile
     */
    public static long lastSeen(JsonNode profile) {
        return millis(profile.path("last_seen"));
    }

    private static long millis(JsonNode time) {
        long millis = time.isTextual() ? Timestamps.parse(time.textValue()) : Timestamps.INVALID;
        if (millis == Timestamps.INVALID) {
            throw new IllegalArgumentException("no profile: a time is missing, or is none");
        }
        return millis;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public PublishedFacts at(long instant) {
        return new PublishedFacts(profile, traits, lastSeen, instant);
    }

    /** Nothing: no profile contains them. */
    @Override
    public SortedMap<String, Object> values(String segment) {
        return Collections.emptySortedMap();
    }

    /** The first instant at which a window has passed for sure. What changes before is in no profile. */
    @Override
    public long nextComputedChange(Collection<ProfileField> of) {
        return traitsIn(of).stream().mapToLong(this::passesAt).min().orElse(NEVER);
    }

    @Override
    public Collection<ProfileField> computedChangesBy(long until) {
        return traits.keySet().stream()
                .filter(name -> passesAt(name) <= until)
                .map(name -> new ProfileField(Root.COMPUTED, name))
                .toList();
    }

    private Set<String> traitsIn(Collection<ProfileField> fields) {
        Set<String> names = new HashSet<>();
        for (ProfileField field : fields) {
            if (field.root() == Root.COMPUTED) {
                names.addAll(field.name() == null ? traits.keySet() : Set.of(field.name()));
            }
        }
        return names;
    }

    /**
     * The first instant from which on none of the computed traits in some fields says anything of what has happened so far:
     * when the window of the customer's newest event has passed. {@link SegmentClock#NEVER} if none of them has a window
     * in which something may be.
     */
    long passesAt(Collection<ProfileField> fields) {
        long last = Long.MIN_VALUE;
        for (String name : traitsIn(fields)) {
            long at = passesAt(name);
            last = at == NEVER ? last : Math.max(last, at);
        }
        return last == Long.MIN_VALUE ? NEVER : last;
    }

    private long passesAt(String name) {
        TraitDefinition trait = traits.get(name);
        if (trait == null || trait.shape().window() == null) {
            return NEVER;
        }
        // What adds up to nothing may be something.
        boolean mayCount = profile.path("computed").has(name) || trait.shape().aggregate() == Aggregate.SUM;
        long end = passesAt(trait.shape().window());
        return mayCount && end > now ? end : NEVER;
    }

    private long passesAt(Window window) {
        return window.endOf(window.bucketOf(lastSeen));
    }

    /** How a computed trait folds, or null if there is no such trait. */
    TraitShape shape(String trait) {
        TraitDefinition definition = traits.get(trait);
        return definition == null ? null : definition.shape();
    }

    @Override
    public Object value(ProfileField field) {
        return switch (field.root()) {
            case TRAITS -> PlainJson.of(profile.path("traits").path(field.name()));
            case COMPUTED -> computed(field.name());
            case ORDERS -> orders(field.name());
            case CART -> cart(field.name());
            case CONSENT -> PlainJson.of(profile.path("consent").path(field.name()));
            case IDENTIFIERS -> texts(profile.path("identifiers").path(field.name()));
            case EVENT_COUNT -> profile.path("events").path("count").longValue();
            case EVENTS_BY_NAME ->
                profile.path("events").path("by_name").path(field.name()).longValue();
            case FIRST_SEEN -> time(profile.path("first_seen"));
            case LAST_SEEN -> Instant.ofEpochMilli(lastSeen);
            case RFM, PREDICTIONS, VALUE -> null;
        };
    }

    private Object computed(String name) {
        TraitDefinition trait = traits.get(name);
        if (trait == null) {
            return null;
        }
        JsonNode value = profile.path("computed").path(name);
        Window window = trait.shape().window();
        if (value.isMissingNode() || (window != null && passesAt(window) <= now)) {
            return TraitFold.of(trait.shape()).value(now);
        }
        if (!value.isNumber()) {
            return PlainJson.of(value);
        }
        return switch (trait.shape().aggregate()) {
            case COUNT, UNIQUE_COUNT -> value.longValue();
            case AVERAGE -> BigDecimal.valueOf(value.doubleValue());
            default -> value.decimalValue().stripTrailingZeros();
        };
    }

    private Object orders(String name) {
        JsonNode orders = profile.path("orders");
        return switch (name) {
            case "count" -> orders.path("count").longValue();
            case "revenue", "refunds" -> amounts(orders.path(name));
            case "first_at", "last_at" -> time(orders.path(name));
            default -> null;
        };
    }

    private Object cart(String name) {
        JsonNode cart = profile.path("cart");
        return switch (name) {
            case "items" -> items(cart.path("items"));
            case "value" -> amounts(cart.path("value"));
            case "updated_at" -> time(cart.path("updated_at"));
            default -> null;
        };
    }

    private static List<Object> items(JsonNode items) {
        List<Object> all = new ArrayList<>();
        for (JsonNode item : items) {
            @SuppressWarnings("unchecked") // An item is an object.
            Map<String, Object> fields = (Map<String, Object>) PlainJson.of(item);
            fields.computeIfPresent("price", (price, text) -> amount(text));
            all.add(fields);
        }
        return all;
    }

    private static SortedMap<String, BigDecimal> amounts(JsonNode byCurrency) {
        SortedMap<String, BigDecimal> amounts = new TreeMap<>();
        byCurrency
                .properties()
                .forEach(entry ->
                        amounts.put(entry.getKey(), amount(entry.getValue().textValue())));
        return amounts;
    }

    /** Sums have no bound, so this is not how a stated amount is read. */
    private static BigDecimal amount(Object text) {
        if (text instanceof String amount) {
            return new BigDecimal(amount).stripTrailingZeros();
        }
        throw new IllegalArgumentException("no profile: an amount is none");
    }

    private static Instant time(JsonNode time) {
        return time.isMissingNode() ? null : Instant.ofEpochMilli(millis(time));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    @Override
    public SortedMap<String, Object> all(Root root) {
        JsonNode fields =
                switch (root) {
                    case TRAITS -> profile.path("traits");
                    case CONSENT -> profile.path("consent");
                    case EVENTS_BY_NAME -> profile.path("events").path("by_name");
                    case IDENTIFIERS -> profile.path("identifiers");
                    default -> throw new IllegalArgumentException("the names of " + root + " are known beforehand");
                };
        SortedMap<String, Object> all = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            Object value = value(new ProfileField(root, field.getKey()));
            if (value != null) {
                all.put(field.getKey(), value);
            }
        }
        return all;
    }

    /**
     * What the profile says of segments, in the order of (segment, value).
     *
     * @throws IllegalArgumentException if it is no profile
     */
    public List<Membership> memberships() {
        List<Membership> memberships = new ArrayList<>();
        for (JsonNode membership : profile.path("segments")) {
            JsonNode exitsAt = membership.path("exits_at");
            memberships.add(new Membership(
                    membership.path("segment").asText(),
                    membership.path("value").textValue(),
                    millis(membership.path("since")),
                    exitsAt.isMissingNode() ? NEVER : millis(exitsAt)));
        }
        return memberships;
    }
}
