package io.tributary.schemas.mapping;

import io.tributary.schemas.yaml.DefinitionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Proposes a mapping for a file from its header and the beginning of its rows. What it proposes loads; whatever it is
 * not sure of stands in it as a comment that begins with {@code CHECK}.
 */
public final class MappingSuggester {
    private static final String CHECK = "    # CHECK: ";
    private static final int MAX_KINDS = 40;

    /** Names of kinds of events, folded, and what the specification calls them. */
    private static final Map<String, String> EVENTS = events();

    private static final Set<String> ORDERS = Set.of("Order Completed", "Order Refunded", "Order Cancelled");

    private final Path file;
    private final Sample sample;
    private final String timeColumn;
    private final TimeGuess time;
    private final String clockColumn;
    private final Map<Role, String> roles;
    private final StringBuilder yaml = new StringBuilder();

    private MappingSuggester(Path file, Sample sample) {
        this.file = file;
        this.sample = sample;
        this.timeColumn = timeColumn(sample);
        this.clockColumn = clockColumn(sample, timeColumn);
        this.time = timeColumn == null ? null : timeGuess();
        var taken = new HashSet<String>();
        if (timeColumn != null) {
            taken.add(timeColumn);
        }
        if (clockColumn != null) {
            taken.add(clockColumn);
        }
        this.roles = Role.assign(sample.columns().keySet(), taken);
        if (!sample.named()) {
            guessUnnamed();
        }
    }

    private static Map<String, String> events() {
        var events = new LinkedHashMap<String, String>();
        name(events, "Product Viewed", "view", "product_view", "product_viewed", "click", "detail", "item_view");
        name(events, "Product Added", "cart", "add_to_cart", "addtocart", "add", "product_added", "basket");
        name(events, "Product Removed", "remove_from_cart", "removefromcart", "remove", "product_removed");
        name(
                events,
                "Order Completed",
                "purchase",
                "order",
                "transaction",
                "buy",
                "sale",
                "order_completed",
                "checkout");
        name(events, "Order Refunded", "refund", "return", "order_refunded");
        name(events, "Order Cancelled", "cancel", "cancellation", "order_cancelled");
        name(events, "Product Added to Wishlist", "wishlist", "favorite", "fav", "like");
        name(events, "Products Searched", "search", "products_searched");
        return events;
    }

    private static void name(Map<String, String> events, String event, String... kinds) {
        for (var kind : kinds) {
            events.put(kind, event);
            events.put(kind + "s", event);
        }
    }

    /**
     * A mapping for the file, as YAML with comments.
     *
     * @throws DefinitionException if the file has no rows to look at, or needs no mapping
     */
    public static String suggest(Path file) {
        return new MappingSuggester(file, Sample.of(file)).write();
    }

    // ---- what the columns are

    private static String timeColumn(Sample sample) {
        return sample.columns().keySet().stream()
                .filter(column -> timeRank(column, sample) < 4)
                .min(Comparator.comparingInt(column -> timeRank(column, sample)))
                .orElse(null);
    }

    private static int timeRank(String column, Sample sample) {
        if (TimeGuess.of(sample.values(column)).isEmpty()) {
            return 9;
        }
        var name = Role.folded(column);
        if (name.matches("event_time|timestamp|ts|date_?time|occurred_at|event_date")) {
            return 0;
        }
        if (name.matches("birth.*|.*_birth|dob")) {
            return 9;
        }
        if (name.matches(
                "(updated|changed|modified|invoice|order|purchase|transaction|receipt)_?(at|date|time|on)|date|day")) {
            return 1;
        }
        if (name.matches(".*_(at|date|time|on)|time|.*date.*")) {
            return 2;
        }
        boolean number = sample.values(column).get(0).matches("\\d+");
        return sample.named() ? (number ? 9 : 3) : 3;
    }

    /** The time of day in a column of its own beside the date. */
    private static String clockColumn(Sample sample, String timeColumn) {
        return timeColumn == null
                ? null
                : sample.columns().keySet().stream()
                        .filter(column -> !column.equals(timeColumn)
                                && !sample.values(column).isEmpty()
                                && sample.values(column).stream().allMatch(v -> v.matches("\\d\\d:\\d\\d(:\\d\\d)?")))
                        .findFirst()
                        .orElse(null);
    }

    private TimeGuess timeGuess() {
        var guess = TimeGuess.of(sample.values(timeColumn)).orElseThrow();
        if (clockColumn == null) {
            return guess;
        }
        boolean seconds = sample.values(clockColumn).get(0).length() > 5;
        var date = guess.format().equals(TimeReader.ISO) ? "yyyy-MM-dd" : guess.format();
        return new TimeGuess(date + (seconds ? " HH:mm:ss" : " HH:mm"), false, guess.unsure());
    }

    private void guessUnnamed() {
        for (var column : sample.columns().keySet()) {
            if (column.equals(timeColumn)) {
                continue;
            }
            var values = sample.values(column);
            if (!values.isEmpty() && values.stream().allMatch(value -> value.matches("-?\\d+\\.\\d+"))) {
                roles.put(Role.TOTAL, column);
            } else if (!roles.containsKey(Role.USER)) {
                roles.put(Role.USER, column);
            }
        }
    }

    private boolean has(Role... any) {
        for (var role : any) {
            if (roles.containsKey(role)) {
                return true;
            }
        }
        return false;
    }

    // ---- the text

    private String write() {
        yaml.append("# Proposed from the first ")
                .append(sample.rows())
                .append(" rows of ")
                .append(file.getFileName())
                .append(". Lines with CHECK are guesses.\n")
                .append(has(Role.EVENT) ? "# Kinds of events that are not in them are rejected as unmapped_row.\n" : "")
                .append("version: 1\ninput: ")
                .append(sample.input())
                .append(sample.named() ? "" : CHECK + "the file has no header, so these names are made up")
                .append("\nevents:\n");
        if (has(Role.EVENT) && kinds().size() <= MAX_KINDS) {
            kinds().forEach((kind, count) -> kind(kind));
        } else if (has(Role.ORDER) || (has(Role.TOTAL, Role.PRICE) && timeColumn != null)) {
            orders();
        } else if (has(Role.EMAIL, Role.PHONE, Role.CRM)) {
            contact();
        } else {
            entry(null, "track", "Row Imported", CHECK + "nothing says what a row is; give the event its name");
            line("properties:");
            sample.columns().keySet().forEach(column -> property(column, column));
        }
        return yaml.toString();
    }

    private Map<String, Long> kinds() {
        return sample.values(roles.get(Role.EVENT)).stream()
                .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.counting()));
    }

    private void kind(String kind) {
        var known = EVENTS.get(Role.folded(kind));
        var event = known == null ? title(kind) : known;
        var condition = cel(roles.get(Role.EVENT)) + " == '"
                + kind.replace("\\", "\\\\").replace("'", "\\'") + "'";
        var unsure = known == null ? CHECK + "'" + comment(kind) + "' is not a known kind of event" : "";
        if (ORDERS.contains(event)) {
            order(condition, event, false);
            return;
        }
        entry(condition, "track", event, unsure);
        line("properties:");
        product(!event.equals("Product Viewed"), false);
        if (has(Role.PRICE)) {
            currency();
        }
        if (!has(Role.PRODUCT, Role.SKU)) {
            line("  kind: " + Yaml12.text(kind));
        }
    }

    private void orders() {
        var numbers = sample.values(roles.get(Role.ORDER));
        if (has(Role.ORDER) && !sample.json() && numbers.stream().anyMatch(n -> n.matches("C\\d+"))) {
            var isRefund = cel(roles.get(Role.ORDER)) + ".startsWith('C')";
            order("!" + isRefund, "Order Completed", false);
            order(isRefund, "Order Refunded", true);
            return;
        }
        var quantity = roles.get(Role.QUANTITY);
        if (quantity != null && sample.values(quantity).stream().anyMatch(q -> q.startsWith("-"))) {
            order(number(quantity) + " >= " + zero(quantity), "Order Completed", false);
            order(number(quantity) + " < " + zero(quantity), "Order Refunded", true);
            return;
        }
        order(null, "Order Completed", false);
    }

    private void order(String condition, String event, boolean negative) {
        var key = new ArrayList<String>();
        for (var role : has(Role.ORDER)
                ? List.of(Role.STORE, Role.TILL, Role.ORDER)
                : List.of(Role.USER, Role.EMAIL, Role.ANONYMOUS, Role.SESSION)) {
            if (has(role)) {
                key.add(roles.get(role));
            }
        }
        boolean perDay = has(Role.ORDER) && has(Role.STORE, Role.TILL);
        if (timeColumn != null && (!has(Role.ORDER) || perDay)) {
            key.add(timeColumn);
        }
        entry(condition, "track", event, "");
        if (!key.isEmpty()) {
            line("group_by: [" + key.stream().map(Yaml12::text).collect(Collectors.joining(", ")) + "]"
                    + (has(Role.ORDER) ? "" : CHECK + "no order number found; what makes rows one order?"));
            line("distinct_rows: " + has(Role.EVENT) + CHECK
                    + "are exact duplicate rows tracking errors (true) or bought twice (false)?");
        }
        line("properties:");
        if (has(Role.ORDER)) {
            line("  order_id: "
                    + (perDay
                            ? "{cel: "
                                    + Yaml12.quoted(
                                            key.stream().map(this::text).collect(Collectors.joining(" + '-' + ")))
                                    + "}"
                            : "{column: " + Yaml12.text(roles.get(Role.ORDER)) + "}"));
        } else {
            line("  order_id: {hash: " + (key.isEmpty() ? "row" : "group") + "}");
        }
        currency();
        if (has(Role.TOTAL) && !has(Role.PRICE)) {
            line("  revenue: "
                    + (key.isEmpty()
                            ? amount(roles.get(Role.TOTAL), false)
                            : "{sum: " + Yaml12.text(roles.get(Role.TOTAL)) + "}")
                    + (negative ? CHECK + "a refund must be a positive amount" : ""));
        }
        if (has(Role.PRODUCT, Role.SKU)) {
            line("products:");
            product(true, negative);
        }
    }

    private void contact() {
        entry(null, "identify", null, "");
        if (has(Role.CONSENT)) {
            line("context:");
            line("  consent: {categoryPreferences: {marketing: {column: " + Yaml12.text(roles.get(Role.CONSENT))
                    + ", as: boolean}}}" + CHECK + "what was agreed to?");
        }
        line("traits:");
        for (var role : List.of(
                Role.NAME,
                Role.FIRST_NAME,
                Role.LAST_NAME,
                Role.EMAIL,
                Role.PHONE,
                Role.BIRTHDAY,
                Role.GENDER,
                Role.COUNTRY,
                Role.CITY)) {
            if (has(role)) {
                property(role.name().toLowerCase(Locale.ROOT), roles.get(role));
            }
        }
        var known = new HashSet<>(roles.values());
        for (var column : sample.columns().keySet()) {
            if (!known.contains(column) && !column.equals(timeColumn) && !column.equals(clockColumn)) {
                property(Role.folded(column), column);
            }
        }
        if (yaml.toString().endsWith("traits:\n")) {
            line("  source: " + Yaml12.quoted(file.getFileName().toString()));
        }
    }

    /** What every entry has: condition, type, name, time and identifiers. */
    private void entry(String condition, String type, String event, String unsure) {
        yaml.append("- type: ").append(type).append('\n');
        if (condition != null) {
            line("when: " + Yaml12.quoted(condition));
        }
        if (event != null) {
            line("event: " + Yaml12.text(event) + unsure);
        }
        timestamp();
        identifiers();
    }

    private void timestamp() {
        if (time == null) {
            line("timestamp: 2000-01-01T00:00:00Z" + CHECK + "no column with a time was found");
            return;
        }
        var source = clockColumn == null
                ? "column: " + Yaml12.text(timeColumn)
                : "cel: " + Yaml12.quoted(cel(timeColumn) + " + ' ' + " + cel(clockColumn));
        line("timestamp: {" + source + ", format: " + Yaml12.text(time.format())
                + (time.zoned() ? "" : ", zone: UTC") + "}"
                + (time.zoned() ? "" : CHECK + "the times do not say their zone")
                + (time.unsure() == null ? "" : CHECK + time.unsure()));
    }

    private void identifiers() {
        identifier("user_id", Role.USER, sample.named() ? "" : CHECK + "the first column that is no time");
        identifier("crm_id", Role.CRM, "");
        identifier("loyalty_card", Role.LOYALTY, "");
        identifier("email", Role.EMAIL, "");
        identifier("phone", Role.PHONE, "");
        identifier("anonymous_id", Role.ANONYMOUS, "");
        identifier("device_id", Role.DEVICE, "");
        if (!has(Role.USER, Role.CRM, Role.LOYALTY, Role.EMAIL, Role.PHONE, Role.ANONYMOUS, Role.DEVICE)) {
            if (has(Role.SESSION)) {
                identifier("anonymous_id", Role.SESSION, CHECK + "no customer found; is a session a person (user_id)?");
            } else {
                line("# CHECK: no identifier found; events without one are rejected");
            }
        }
    }

    private void identifier(String key, Role role, String unsure) {
        if (!has(role)) {
            return;
        }
        var column = roles.get(role);
        var values = sample.values(column);
        if (values.contains("0") || values.contains("-1")) {
            line(key + ": {cel: " + Yaml12.quoted("'" + key.charAt(0) + "-' + " + text(column)) + "}" + CHECK
                    + "prefixed, because \"0\" and \"-1\" by themselves mean nobody" + unsure.replace(CHECK, "; "));
            return;
        }
        boolean whole = !values.isEmpty() && values.stream().allMatch(v -> v.matches("\\d+\\.0"));
        line(key + ": {column: " + Yaml12.text(column) + (whole ? ", as: integer" : "") + "}" + unsure);
    }

    /** The fields of a product. */
    private void product(boolean quantity, boolean negative) {
        field("product_id", Role.PRODUCT);
        field("sku", Role.SKU);
        field("name", Role.PRODUCT_NAME);
        field("category", Role.CATEGORY);
        field("brand", Role.BRAND);
        if (has(Role.PRICE)) {
            line("  price: " + amount(roles.get(Role.PRICE), false));
        }
        if (quantity && has(Role.QUANTITY)) {
            var column = roles.get(Role.QUANTITY);
            line("  quantity: "
                    + (negative ? "{cel: " + Yaml12.quoted("-" + number(column)) + "}" : amount(column, true)));
        } else if (quantity) {
            line("  quantity: 1");
        }
    }

    private void currency() {
        if (has(Role.CURRENCY)) {
            line("  currency: {column: " + Yaml12.text(roles.get(Role.CURRENCY)) + "}");
        } else if (has(Role.PRICE, Role.TOTAL)) {
            line("  currency: USD" + CHECK + "which currency?");
        }
    }

    private void field(String name, Role role) {
        if (has(role)) {
            line("  " + name + ": {column: " + Yaml12.text(roles.get(role)) + (sample.json() ? ", as: string}" : "}"));
        }
    }

    private void property(String name, String column) {
        line("  " + Yaml12.text(name) + ": {column: " + Yaml12.text(column) + "}");
    }

    private String amount(String column, boolean whole) {
        var values = sample.values(column);
        boolean comma = !sample.json() && values.stream().anyMatch(v -> v.matches("-?\\d+,\\d+"));
        var as = whole && values.stream().allMatch(v -> v.matches("-?\\d+")) ? "integer" : "decimal";
        return comma
                ? "{cel: " + Yaml12.quoted(cel(column) + ".replace(',', '.')") + ", as: decimal}"
                : "{column: " + Yaml12.text(column) + ", as: " + as + "}";
    }

    private void line(String text) {
        yaml.append("  ").append(text).append('\n');
    }

    // ---- columns in expressions

    private static String cel(String column) {
        if (column.startsWith("parent.")) {
            return column;
        }
        return column.matches("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*")
                ? "row." + column
                : "row['" + column.replace("\\", "\\\\").replace("'", "\\'") + "']";
    }

    private String text(String column) {
        return sample.json() ? "string(" + cel(column) + ")" : cel(column);
    }

    private String number(String column) {
        return sample.json() ? cel(column) : (isWhole(column) ? "int(" : "double(") + cel(column) + ")";
    }

    private String zero(String column) {
        return isWhole(column) ? "0" : "0.0";
    }

    private boolean isWhole(String column) {
        return sample.values(column).stream().allMatch(value -> value.matches("-?\\d+"));
    }

    private static String title(String kind) {
        var words = new ArrayList<String>();
        for (var word : Role.folded(kind).split("_")) {
            if (!word.isEmpty()) {
                words.add(word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
            }
        }
        return words.isEmpty() ? "Row Imported" : String.join(" ", words);
    }

    private static String comment(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
