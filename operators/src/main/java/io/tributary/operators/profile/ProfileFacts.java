package io.tributary.operators.profile;

import io.tributary.operators.segment.ComputedCourse;
import io.tributary.operators.segment.ComputedFacts;
import io.tributary.operators.segment.Facts;
import io.tributary.operators.segment.PlainJson;
import io.tributary.operators.segment.ProfileField;
import io.tributary.schemas.identity.Identifier;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What a customer's ledgers say, as conditions of segments ask for it. Reads a ledger only if it is asked for. */
public final class ProfileFacts implements Facts {
    /**
     * Where the answers are.
     *
     * @param identifiers of the customer
     */
    public record Ledgers(
            Supplier<ActivityLedger> activity,
            Supplier<RecordLedger> record,
            Supplier<? extends Collection<Identifier>> identifiers,
            ComputedFacts computed) {}

    private final Ledgers ledgers;
    private final long now;

    /** @param now milliseconds since 1970 */
    public ProfileFacts(Ledgers ledgers, long now) {
        this.ledgers = ledgers;
        this.now = now;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public Facts at(long instant) {
        return new ProfileFacts(ledgers, instant);
    }

    @Override
    public SortedMap<String, Object> values(String segment) {
        return ledgers.computed.values(segment, now);
    }

    @Override
    public long nextComputedChange(Collection<ProfileField> of) {
        return ledgers.computed.nextChange(of, now);
    }

    @Override
    public Collection<ProfileField> computedChangesBy(long until) {
        return ledgers.computed.changesBy(until, now);
    }

    @Override
    public ComputedCourse course(ProfileField computed) {
        return ledgers.computed.course(computed.name());
    }

    @Override
    public boolean isFolded(long fold) {
        return ledgers.computed.isFolded(fold);
    }

    @Override
    public Object value(ProfileField field) {
        return switch (field.root()) {
            case TRAITS -> trait(ledgers.record.get().trait(field.name()));
            case COMPUTED -> ledgers.computed.value(field.name(), now);
            case ORDERS -> orders(field.name(), ledgers.record.get());
            case CART -> cart(field.name(), ledgers.activity.get().cart().cart());
            case CONSENT -> consent(ledgers.activity.get().consent().on(field.name()));
            case IDENTIFIERS -> identifiers(field.name());
            case EVENT_COUNT -> ledgers.activity.get().count();
            case EVENTS_BY_NAME -> ledgers.activity.get().countOf(field.name());
            case FIRST_SEEN -> Instant.ofEpochMilli(ledgers.activity.get().firstSeen());
            case LAST_SEEN -> Instant.ofEpochMilli(ledgers.activity.get().lastSeen());
            case RFM, PREDICTIONS, VALUE -> null;
        };
    }

    @Override
    public Object value(ProfileField computed, long fold, Object ofNothing) {
        return ledgers.computed.value(fold, ofNothing, now);
    }

    private static Object trait(String json) {
        return json == null ? null : PlainJson.of(json);
    }

    private static Object orders(String name, RecordLedger record) {
        return switch (name) {
            case "count" -> record.orderCount();
            case "revenue" -> record.revenue();
            case "refunds" -> record.refunds();
            case "first_at" -> record.orderCount() == 0 ? null : Instant.ofEpochMilli(record.firstOrderAt());
            case "last_at" -> record.orderCount() == 0 ? null : Instant.ofEpochMilli(record.lastOrderAt());
            default -> null;
        };
    }

    private static Object cart(String name, Cart cart) {
        return switch (name) {
            case "items" -> cart.items().stream().map(ProfileFacts::item).toList();
            case "value" -> cart.value();
            // As in the profile: an empty cart is not there.
            case "updated_at" -> cart.isEmpty() ? null : Instant.ofEpochMilli(cart.updatedAt());
            default -> null;
        };
    }

    private static Map<String, Object> item(Cart.Item item) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("product_id", item.productId());
        fields.put("quantity", item.quantity());
        if (item.price() != null) {
            fields.put("price", item.price());
        }
        if (item.name() != null) {
            fields.put("name", item.name());
        }
        return fields;
    }

    private static Object consent(Consent.Statement statement) {
        return statement == null ? null : statement.granted();
    }

    private List<String> identifiers(String namespace) {
        return ledgers.identifiers.get().stream()
                .filter(identifier -> identifier.namespace().id().equals(namespace))
                .map(Identifier::value)
                .sorted()
                .toList();
    }

    @Override
    public SortedMap<String, Object> all(ProfileField.Root root) {
        SortedMap<String, Object> all = new TreeMap<>();
        for (String name : names(root)) {
            Object value = value(new ProfileField(root, name));
            if (value != null) {
                all.put(name, value);
            }
        }
        return all;
    }

    private Collection<String> names(ProfileField.Root root) {
        return switch (root) {
            case TRAITS -> ledgers.record.get().traits().keySet();
            case CONSENT -> ledgers.activity.get().consent().statements().keySet();
            case EVENTS_BY_NAME -> ledgers.activity.get().countByName().keySet();
            case IDENTIFIERS ->
                ledgers.identifiers.get().stream()
                        .map(identifier -> identifier.namespace().id())
                        .distinct()
                        .toList();
            default -> throw new IllegalArgumentException("the names of " + root + " are known beforehand");
        };
    }
}
