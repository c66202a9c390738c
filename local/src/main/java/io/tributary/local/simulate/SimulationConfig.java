package io.tributary.local.simulate;

import java.time.Duration;
import java.time.Instant;

/**
 * Everything that a simulation depends on.
 *
 * @param customers number of persons, 1 to 10,000,000; each visits the shop at least once
 * @param days length in days, 1 to 3,650: visits begin within it, and a visit that has begun is finished
 * @param seed any number
 * @param start when it begins; between the years 1971 and 2999
 * @param products size of the catalogue, 12 (one per category) to 100,000
 * @param rates how often reality deviates from the ideal
 */
public record SimulationConfig(int customers, int days, long seed, Instant start, int products, SimulationRates rates) {
    public static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");
    public static final int DEFAULT_PRODUCTS = 500;

    private static final int MAXIMUM_CUSTOMERS = 10_000_000;
    private static final int MAXIMUM_DAYS = 3_650;
    private static final int MAXIMUM_PRODUCTS = 100_000;
    private static final Instant EARLIEST = Instant.parse("1971-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2999-01-01T00:00:00Z");

    public SimulationConfig {
        check("customers", customers, 1, MAXIMUM_CUSTOMERS);
        check("days", days, 1, MAXIMUM_DAYS);
        check("products", products, Catalog.CATEGORIES, MAXIMUM_PRODUCTS);
        if (start.isBefore(EARLIEST) || start.isAfter(LATEST)) {
            throw new IllegalArgumentException(
                    "start must be between " + EARLIEST + " and " + LATEST + ", not " + start);
        }
    }

    /** The defaults for everything but size and seed. */
    public static SimulationConfig of(int customers, int days, long seed) {
        return new SimulationConfig(customers, days, seed, DEFAULT_START, DEFAULT_PRODUCTS, SimulationRates.DEFAULT);
    }

    public SimulationConfig startingAt(Instant instant) {
        return new SimulationConfig(customers, days, seed, instant, products, rates);
    }

    public SimulationConfig withRates(SimulationRates other) {
        return new SimulationConfig(customers, days, seed, start, products, other);
    }

    public SimulationConfig withProducts(int size) {
        return new SimulationConfig(customers, days, seed, start, size, rates);
    }

    /** No visit begins at or after it. */
    public Instant end() {
        return start.plus(Duration.ofDays(days));
    }

    private static void check(String name, int value, int smallest, int largest) {
        if (value < smallest || value > largest) {
            throw new IllegalArgumentException(
                    name + " must be between " + smallest + " and " + largest + ", not " + value);
        }
    }
}
