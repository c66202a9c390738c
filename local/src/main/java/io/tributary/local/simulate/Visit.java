package io.tributary.local.simulate;

import io.tributary.local.simulate.ClientEvent.Body;
import io.tributary.local.simulate.CustomerState.CartLine;
import java.util.ArrayList;
import java.util.List;

/** One visit of one person on one device, as a list of events; changes the person's cart and login as it goes. */
final class Visit {
    /** Constant, so that orders are a thinned Poisson process and their rates gamma-distributed as visits' rates are. */
    static final double ORDER_SHARE = 0.12;

    private static final long DAY = 86_400_000L;
    private static final long CART_EXPIRES_AFTER = 14 * DAY;
    private static final long SHORTEST_PAUSE = 3_000;
    private static final double MEAN_FURTHER_PAUSE = 25_000;
    private static final long LONGEST_FURTHER_PAUSE = 300_000;
    private static final long FASTEST_REQUEST = 20;
    private static final long SLOWEST_REQUEST = 290;
    private static final double MEAN_FURTHER_PRODUCTS = 3;
    private static final int MOST_FURTHER_PRODUCTS = 30;
    private static final int MOST_CART_LINES = 12;
    private static final double ADDED_SHARE = 0.14;
    private static final double REMOVED_SHARE = 0.10;
    private static final double FAVOURITE_SHARE = 0.7;
    private static final double LOGIN_SHARE = 0.5;
    private static final double LOGIN_AT_CHECKOUT_SHARE = 0.8;
    private static final double LOGOUT_SHARE = 0.1;
    private static final double COUPON_SHARE = 0.15;
    private static final double UNUSUALLY_TYPED_SHARE = 0.1;
    private static final String COUPON = "WELCOME10";

    private final Person person;
    private final CustomerState state;
    private final Device device;
    private final Catalog catalog;
    private final SeededRandom random;
    private final List<ClientEvent> events = new ArrayList<>();
    private long time;
    private boolean loggedIn;
    private Order order;
    private boolean subscribed;

    private Visit(Person person, CustomerState state, Device device, Catalog catalog, long start) {
        this.person = person;
        this.state = state;
        this.device = device;
        this.catalog = catalog;
        this.random = state.behaviour;
        this.time = start;
        this.loggedIn = isOwn() && (state.loggedIn & loginBit()) != 0;
    }

    static Visit of(Person person, CustomerState state, Device device, Catalog catalog, long start) {
        Visit visit = new Visit(person, state, device, catalog, start);
        visit.happen();
        return visit;
    }

    List<ClientEvent> events() {
        return events;
    }

    /** When the last event happens, epoch ms. */
    long end() {
        return events.get(events.size() - 1).time();
    }

    /** What was bought, or null. */
    Order order() {
        return order;
    }

    /** Whether the person subscribed to the newsletter during this visit. */
    boolean subscribed() {
        return subscribed;
    }

    private void happen() {
        boolean buys = random.chance(ORDER_SHARE);
        pageOrScreen("Home");
        dropExpiredCart();
        boolean logsInEarly = person.logsIn() && !loggedIn && (!state.registered || random.chance(LOGIN_SHARE));
        int products = 1 + Math.min(random.geometric(MEAN_FURTHER_PRODUCTS), MOST_FURTHER_PRODUCTS);
        int loginBefore = logsInEarly ? random.below(products) : -1;
        int viewed = 0;
        for (int i = 0; i < products; i++) {
            if (i == loginBefore) {
                logIn();
            }
            viewed = browse();
        }
        if (buys) {
            buy(viewed);
        } else if (!state.cart.isEmpty()) {
            hesitate();
        }
        leave();
    }

    private int browse() {
        int category = person.favouriteCategories()[random.below(2)];
        boolean favourite = random.chance(FAVOURITE_SHARE);
        int index = favourite ? catalog.drawFrom(category, random) : catalog.draw(random);
        Product product = catalog.get(index);
        if (random.chance(0.15)) {
            track("Products Searched", json -> json.writeStringField("query", product.brand()));
        } else if (random.chance(0.35)) {
            track("Product List Viewed", json -> {
                json.writeStringField("list_id", "category");
                json.writeStringField("category", product.category());
            });
        }
        track("Product Viewed", product(product, 1));
        if (state.cart.size() < MOST_CART_LINES && random.chance(ADDED_SHARE)) {
            add(index);
        }
        if (!state.cart.isEmpty() && random.chance(REMOVED_SHARE)) {
            remove(random.below(state.cart.size()), 1);
        }
        return index;
    }

    private void add(int index) {
        int quantity = random.chance(0.85) ? 1 : 2 + random.below(2);
        track("Product Added", product(catalog.get(index), quantity));
        CartLine line =
                state.cart.stream().filter(l -> l.product == index).findFirst().orElse(null);
        if (line == null) {
            state.cart.add(new CartLine(index, lastAt(), quantity));
        } else {
            line.quantity += quantity;
        }
        state.cartChanged(lastAt());
    }

    private void remove(int position, int quantity) {
        CartLine line = state.cart.get(position);
        track("Product Removed", product(catalog.get(line.product), quantity));
        line.quantity -= quantity;
        if (line.quantity == 0) {
            state.cart.remove(position);
        }
        state.cartChanged(lastAt());
    }

    /** So no cart outlives the 30 days for which the platform remembers cart events. */
    private void dropExpiredCart() {
        boolean expired = state.cart.stream().anyMatch(line -> line.addedAt < time - CART_EXPIRES_AFTER);
        while (expired && !state.cart.isEmpty()) {
            remove(0, state.cart.get(0).quantity);
        }
    }

    private void hesitate() {
        if (random.chance(0.5)) {
            track("Cart Viewed", cart());
        }
        if (random.chance(0.25)) {
            track("Checkout Started", checkout());
        }
    }

    private void buy(int viewed) {
        if (state.cart.isEmpty()) {
            add(viewed);
        }
        track("Cart Viewed", cart());
        if (person.logsIn() && !loggedIn && random.chance(LOGIN_AT_CHECKOUT_SHARE)) {
            logIn();
        }
        track("Checkout Started", checkout());
        track("Payment Info Entered", json -> json.writeStringField("payment_method", "card"));
        String coupon = random.chance(COUPON_SHARE) ? COUPON : null;
        String id = "o-" + person.index() + "-" + state.nextOrder();
        order = new Order(id, person.market(), lines(), coupon, userId(), device);
        track("Order Completed", order::write);
        state.ordered(lastAt());
        state.lost = random.chance(person.dropout());
    }

    private void logIn() {
        boolean registers = !state.registered;
        boolean subscribes = registers && person.newsletter();
        String typed = registers && person.mistypedEmail() != null ? person.mistypedEmail() : person.email();
        if (subscribes) {
            subscribed = true;
            if (person.mailedByAddress()) {
                event("identify", null, json -> json.writeStringField("email", typed));
            }
            track("Newsletter Subscribed", json -> json.writeStringField("list_id", "weekly"));
        }
        state.registered = true;
        loggedIn = true;
        event("identify", null, traits(unusuallyTyped(typed)));
        track(registers ? "Signed Up" : "Signed In", json -> json.writeStringField("method", "password"));
    }

    private Body traits(String email) {
        String phone = person.phone() == null || random.chance(0.5) ? person.phone() : spaced(person.phone());
        return json -> {
            json.writeStringField("email", email);
            json.writeStringField("firstName", person.firstName());
            json.writeStringField("lastName", person.lastName());
            if (phone != null) {
                json.writeStringField("phone", phone);
            }
            json.writeObjectFieldStart("address");
            json.writeStringField("country", person.market().name());
            json.writeEndObject();
            json.writeStringField("country", person.market().name());
            json.writeBooleanField("newsletter", person.newsletter());
        };
    }

    private String unusuallyTyped(String email) {
        if (!random.chance(UNUSUALLY_TYPED_SHARE)) {
            return email;
        }
        return random.chance(0.5) ? email + " " : Character.toUpperCase(email.charAt(0)) + email.substring(1);
    }

    private static String spaced(String phone) {
        return phone.substring(0, 3) + " " + phone.substring(3, 6) + " " + phone.substring(6);
    }

    /** People log out of a device that is not theirs alone. */
    private void leave() {
        boolean logsOut = loggedIn && (device.shared() || random.chance(LOGOUT_SHARE));
        if (logsOut) {
            track("Signed Out", json -> {});
            loggedIn = false;
        }
        if (isOwn()) {
            state.loggedIn = loggedIn ? state.loggedIn | loginBit() : state.loggedIn & ~loginBit();
        }
    }

    private void pageOrScreen(String name) {
        event(device.isApp() ? "screen" : "page", name, json -> {
            if (!device.isApp()) {
                json.writeStringField("url", "https://" + person.market().domain() + "/");
                json.writeStringField("path", "/");
            }
        });
    }

    private void track(String name, Body properties) {
        event("track", name, properties);
    }

    private void event(String type, String name, Body body) {
        if (!events.isEmpty()) {
            time += SHORTEST_PAUSE
                    + (long) Math.min(random.exponential(MEAN_FURTHER_PAUSE), (double) LONGEST_FURTHER_PAUSE);
        }
        long network = random.between(FASTEST_REQUEST, SLOWEST_REQUEST);
        events.add(new ClientEvent(time, network, type, name, userId(), device, null, body));
    }

    private long lastAt() {
        return events.get(events.size() - 1).at();
    }

    private String userId() {
        return loggedIn ? person.userId() : null;
    }

    private boolean isOwn() {
        return device.owner() == person.index();
    }

    private int loginBit() {
        return 1 << device.number();
    }

    private Body product(Product product, int quantity) {
        return json -> {
            Order.writeProduct(json, product, quantity, person.market());
            json.writeStringField("currency", person.market().currency());
        };
    }

    private Body cart() {
        return cart(lines());
    }

    private Body checkout() {
        List<Order.Line> lines = lines();
        Body cart = cart(lines);
        return json -> {
            json.writeFieldName("value");
            json.writeNumber(Product.money(Order.amount(lines, person.market()), person.market()));
            cart.write(json);
        };
    }

    /** @param lines as they are now: the cart changes before the line is written */
    private Body cart(List<Order.Line> lines) {
        return json -> {
            json.writeStringField("cart_id", "cart-" + person.index());
            json.writeStringField("currency", person.market().currency());
            Order.writeLines(json, lines, person.market());
        };
    }

    private List<Order.Line> lines() {
        return state.cart.stream()
                .map(line -> new Order.Line(catalog.get(line.product), line.quantity))
                .toList();
    }
}
