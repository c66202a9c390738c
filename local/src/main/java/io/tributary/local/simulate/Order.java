package io.tributary.local.simulate;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/**
 * A purchase. All amounts are whole minor units: goods − discount = revenue; revenue + shipping + tax = total.
 *
 * @param coupon null without a discount; with one, 10 % rounded down
 * @param userId who was logged in, or null for a guest
 * @param device where it was placed
 */
record Order(String id, Market market, List<Line> lines, String coupon, String userId, Device device) {
    private static final int FREE_SHIPPING_FACTOR = 10;

    /** Units of one article. */
    record Line(Product product, int quantity) {
        long amount(Market market) {
            return product.price(market) * quantity;
        }
    }

    long goods() {
        return amount(lines, market);
    }

    /** Price × quantity of all. */
    static long amount(List<Line> lines, Market market) {
        return lines.stream().mapToLong(line -> line.amount(market)).sum();
    }

    long discount() {
        return coupon == null ? 0 : goods() / 10;
    }

    long revenue() {
        return goods() - discount();
    }

    private long shipping() {
        return revenue() >= market.shipping() * FREE_SHIPPING_FACTOR ? 0 : market.shipping();
    }

    private long tax() {
        return revenue() * market.taxPercent() / 100;
    }

    /** What is given back for the first line alone: its share of the discount stays with the shop. */
    long refundOfFirstLine() {
        long amount = lines.get(0).amount(market);
        return amount - (amount * discount() + goods() - 1) / goods();
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStringField("order_id", id);
        json.writeStringField("currency", market.currency());
        writeMoney(json, "revenue", revenue());
        writeMoney(json, "shipping", shipping());
        writeMoney(json, "tax", tax());
        writeMoney(json, "total", revenue() + shipping() + tax());
        if (coupon != null) {
            writeMoney(json, "discount", discount());
            json.writeStringField("coupon", coupon);
        }
        writeLines(json, lines, market);
    }

    void writeRefund(JsonGenerator json, long amount, boolean whole) throws IOException {
        json.writeStringField("order_id", id);
        json.writeStringField("currency", market.currency());
        writeMoney(json, "revenue", amount);
        writeLines(json, whole ? lines : lines.subList(0, 1), market);
    }

    static void writeProduct(JsonGenerator json, Product product, int quantity, Market market) throws IOException {
        json.writeStringField("product_id", product.id());
        json.writeStringField("sku", product.sku());
        json.writeStringField("name", product.name());
        json.writeStringField("brand", product.brand());
        json.writeStringField("category", product.category());
        json.writeFieldName("price");
        json.writeNumber(Product.money(product.price(market), market));
        json.writeNumberField("quantity", quantity);
    }

    static void writeLines(JsonGenerator json, List<Line> lines, Market market) throws IOException {
        json.writeArrayFieldStart("products");
        for (Line line : lines) {
            json.writeStartObject();
            writeProduct(json, line.product(), line.quantity(), market);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeMoney(JsonGenerator json, String name, long minorUnits) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(Product.money(minorUnits, market));
    }
}
