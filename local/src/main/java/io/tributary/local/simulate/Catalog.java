package io.tributary.local.simulate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The shop's articles. Popularity follows Zipf's law (exponent 1) over the whole catalogue and within each category;
 * prices are log-uniform within the category's range and end as shops' prices do.
 */
final class Catalog {
    private static final String[][] NOUNS = {
        {"shoes", "Sneaker", "Boot", "Sandal", "Loafer"},
        {"jackets", "Parka", "Rain Jacket", "Down Vest", "Blazer"},
        {"shirts", "T-Shirt", "Polo", "Blouse", "Flannel Shirt"},
        {"trousers", "Jeans", "Chinos", "Leggings", "Shorts"},
        {"bags", "Backpack", "Tote", "Duffel", "Wallet"},
        {"audio", "Headphones", "Earbuds", "Speaker", "Turntable"},
        {"kitchen", "Saucepan", "Chef's Knife", "Kettle", "Coffee Grinder"},
        {"home", "Lamp", "Cushion", "Blanket", "Vase"},
        {"toys", "Puzzle", "Board Game", "Plush Bear", "Building Set"},
        {"books", "Novel", "Cookbook", "Atlas", "Notebook"},
        {"garden", "Planter", "Pruner", "Hose", "Bird Feeder"},
        {"beauty", "Face Cream", "Shampoo", "Perfume", "Lip Balm"},
    };
    /** Cheapest and dearest article per category, in US cents. */
    private static final long[][] PRICE_RANGES = {
        {2_900, 18_000}, {4_500, 32_000}, {1_200, 7_500}, {2_200, 14_000}, {1_900, 21_000}, {1_500, 48_000},
        {900, 19_000}, {700, 16_000}, {600, 9_500}, {500, 6_000}, {450, 8_800}, {350, 12_500},
    };

    private static final String[] BRANDS = {
        "Alder", "Birkeland", "Corvo", "Dunmore", "Elva", "Fjell", "Gaia", "Halden", "Isar", "Juno", "Kestrel", "Lumen",
    };
    private static final int BRANDS_PER_CATEGORY = 4;

    static final int CATEGORIES = 12;

    private final Product[] products;
    private final double[] popularity;
    private final int[][] byCategory;
    private final double[][] popularityByCategory;

    Catalog(int size, long seed) {
        SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.CATALOG, 0);
        int[] numbers = shuffledNumbers(size, random);
        List<List<Integer>> members = new ArrayList<>();
        for (int category = 0; category < CATEGORIES; category++) {
            members.add(new ArrayList<>());
        }
        products = new Product[size];
        for (int rank = 0; rank < size; rank++) {
            int category = rank < CATEGORIES ? rank : random.below(CATEGORIES);
            members.get(category).add(rank);
            products[rank] = product(1_000 + numbers[rank], category, random);
        }
        popularity = zipf(size);
        byCategory = new int[CATEGORIES][];
        popularityByCategory = new double[CATEGORIES][];
        for (int category = 0; category < CATEGORIES; category++) {
            byCategory[category] =
                    members.get(category).stream().mapToInt(Integer::intValue).toArray();
            popularityByCategory[category] = zipf(byCategory[category].length);
        }
    }

    Product get(int index) {
        return products[index];
    }

    /** Index of an article, drawn by popularity over the whole catalogue. */
    int draw(SeededRandom random) {
        return draw(popularity, random);
    }

    /** Index of an article of the category, drawn by popularity within it. */
    int drawFrom(int category, SeededRandom random) {
        return byCategory[category][draw(popularityByCategory[category], random)];
    }

    static String category(int category) {
        return NOUNS[category][0];
    }

    private static Product product(int number, int category, SeededRandom random) {
        String[] nouns = NOUNS[category];
        String brand = BRANDS[(category * 5 + random.below(BRANDS_PER_CATEGORY)) % BRANDS.length];
        String noun = nouns[1 + random.below(nouns.length - 1)];
        String sku = nouns[0].substring(0, 3).toUpperCase(Locale.ROOT) + "-" + number;
        long cents = random.logBetween(PRICE_RANGES[category][0], PRICE_RANGES[category][1]);
        int ending = random.below(4);
        Map<Market, Long> prices = new EnumMap<>(Market.class);
        for (Market market : Market.values()) {
            prices.put(market, pricePoint((long) (cents * market.minorUnitsPerCent()), ending, market));
        }
        return new Product("prod-" + number, sku, brand + " " + noun + " " + number % 100, brand, nouns[0], prices);
    }

    private static long pricePoint(long minorUnits, int ending, Market market) {
        if (market.decimals() == 0) {
            return minorUnits / 100 * 100 + (ending % 2 == 0 ? 80 : 0) + (minorUnits < 100 ? 100 : 0);
        }
        long whole = minorUnits / 100 * 100;
        if (minorUnits >= 10_000) {
            long fives = minorUnits / 500 * 500;
            return ending == 0 ? fives + 499 : fives;
        }
        long[] endings = {99, 95, 50, 49};
        return whole + endings[ending];
    }

    private static int[] shuffledNumbers(int size, SeededRandom random) {
        int[] numbers = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.below(i + 1);
            numbers[i] = numbers[j];
            numbers[j] = i;
        }
        return numbers;
    }

    private static double[] zipf(int size) {
        double[] cumulative = new double[size];
        double sum = 0;
        for (int rank = 0; rank < size; rank++) {
            sum += 1.0 / (rank + 1);
            cumulative[rank] = sum;
        }
        return cumulative;
    }

    private static int draw(double[] cumulative, SeededRandom random) {
        int found = Arrays.binarySearch(cumulative, random.uniform() * cumulative[cumulative.length - 1]);
        return Math.min(found < 0 ? -found - 1 : found, cumulative.length - 1);
    }
}
