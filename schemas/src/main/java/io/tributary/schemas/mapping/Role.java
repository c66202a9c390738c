package io.tributary.schemas.mapping;

import com.google.common.collect.ImmutableList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a column of a shop's export usually is, by its name. Earlier names are stronger. */
enum Role {
    EVENT("event_type", "event_name", "event", "action", "activity", "behaviou?r(_type)?", "type"),
    USER("user_?id", "customer_?id", "client_?id", "member_?id", "shopper_?id", "account_?id", "user", "customer"),
    CRM("crm_?id", "contact_?id", "lead_?id", "record_?id"),
    LOYALTY("loyalty.*", "card_?(no|number|id)", "member_card"),
    EMAIL("e_?mail", "e_?mail_address", ".*e_?mail"),
    PHONE("phone", "phone_?(no|number)", "mobile.*", "telephone", "tel", ".*_phone"),
    ANONYMOUS("anonymous_?id", "visitor_?id", "cookie(_?id)?", "guest_?id"),
    DEVICE("device_?id"),
    SESSION("session_?id", "user_session", "session", "visit_?id"),
    ORDER(
            "order_?(id|no|number)",
            "invoice_?(id|no|number)?",
            "receipt_?(id|no|number)?",
            "transaction_?(id|no|number)?",
            "basket_?id",
            "order"),
    STORE("store(_?id)?", "shop(_?id)?", "branch(_?id)?"),
    TILL("till(_?id)?", "register(_?id)?", "terminal(_?id)?"),
    PRODUCT(
            "product_?id",
            "item_?id",
            "article_?(id|no|number)?",
            "stock_?code",
            "product_?code",
            "aid",
            "product",
            "item"),
    SKU("sku", "ean", "gtin", "upc"),
    PRODUCT_NAME("product_name", "item_name", "description", "title"),
    CATEGORY("category_code", "category_name", "category", "category_id"),
    BRAND("brand", "manufacturer"),
    PRICE("unit_?price", "item_?price", "price"),
    QUANTITY("quantity", "qty", "units", "pieces"),
    TOTAL("revenue", "order_total", "total", "amount", "dollars", "sales", "value"),
    CURRENCY("currency(_code)?"),
    CONSENT("marketing_consent", "consent.*", ".*_consent", "opt_?in", "newsletter.*", "marketing.*"),
    NAME("name", "full_?name", "customer_name"),
    FIRST_NAME("first_?name", "given_?name"),
    LAST_NAME("last_?name", "sur_?name", "family_?name"),
    BIRTHDAY("birth_?day", "birth_?date", "date_of_birth", "dob"),
    GENDER("gender", "sex"),
    COUNTRY("country(_code)?"),
    CITY("city", "town");

    private final ImmutableList<String> names;

    Role(String... names) {
        this.names = ImmutableList.copyOf(names);
    }

    /** The column of each role that there is; a column has one role. */
    static Map<Role, String> assign(Iterable<String> columns, Set<String> taken) {
        var roles = new EnumMap<Role, String>(Role.class);
        var used = new HashSet<>(taken);
        for (var role : values()) {
            for (var name : role.names) {
                for (var column : columns) {
                    if (!roles.containsKey(role)
                            && !used.contains(column)
                            && folded(column).matches(name)) {
                        roles.put(role, column);
                        used.add(column);
                    }
                }
            }
        }
        return roles;
    }

    /** {@code CustomerID}, {@code customer-id} and {@code user.customerId} end as {@code customer_id}. */
    static String folded(String column) {
        return column.substring(column.lastIndexOf('.') + 1)
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_|_$", "");
    }
}
