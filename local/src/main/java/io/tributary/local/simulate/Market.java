package io.tributary.local.simulate;

import java.util.Locale;

/**
 * A country that the shop sells in. The offset from UTC is fixed, without daylight saving: a time-zone database differs
 * between machines.
 */
enum Market {
    US("USD", 2, 1.0, -5, "America/New_York", "en-US", 8, 599) {
        @Override
        String phone(int person) {
            String[] areas = {"202", "212", "303", "312", "404", "415", "503", "512", "617", "713"};
            return "+1" + areas[person % areas.length] + spread(person / areas.length, 2_000_000L, 7_000_000L);
        }
    },
    DE("EUR", 2, 0.95, 1, "Europe/Berlin", "de-DE", 19, 490) {
        @Override
        String phone(int person) {
            return "+49151" + spread(person, 10_000_000L, 90_000_000L);
        }
    },
    PL("PLN", 2, 4.05, 1, "Europe/Warsaw", "pl-PL", 23, 1499) {
        @Override
        String phone(int person) {
            String[] prefixes = {"50", "51", "53", "60", "66", "69", "72", "78", "79", "88"};
            return "+48" + prefixes[person % prefixes.length]
                    + spread(person / prefixes.length, 1_000_000L, 9_000_000L);
        }
    },
    GB("GBP", 2, 0.8, 0, "Europe/London", "en-GB", 20, 395) {
        @Override
        String phone(int person) {
            return "+447" + spread(person, 100_000_000L, 300_000_000L);
        }
    },
    JP("JPY", 0, 1.5, 9, "Asia/Tokyo", "ja-JP", 10, 550) {
        @Override
        String phone(int person) {
            return "+8190" + spread(person, 10_000_000L, 90_000_000L);
        }
    };

    /** Odd, prime and no divisor of any range above, so that multiplying by it modulo a range is a permutation. */
    private static final long SPREAD = 7_919;

    private static final double[] CUMULATIVE_SHARES = {0.40, 0.62, 0.80, 0.93, 1.0};

    private final String currency;
    private final int decimals;
    private final double minorUnitsPerCent;
    private final int utcOffsetHours;
    private final String timezone;
    private final String locale;
    private final int taxPercent;
    private final long shipping;

    Market(
            String currency,
            int decimals,
            double minorUnitsPerCent,
            int utcOffsetHours,
            String timezone,
            String locale,
            int taxPercent,
            long shipping) {
        this.currency = currency;
        this.decimals = decimals;
        this.minorUnitsPerCent = minorUnitsPerCent;
        this.utcOffsetHours = utcOffsetHours;
        this.timezone = timezone;
        this.locale = locale;
        this.taxPercent = taxPercent;
        this.shipping = shipping;
    }

    static Market draw(SeededRandom random) {
        double share = random.uniform();
        int index = 0;
        while (share >= CUMULATIVE_SHARES[index]) {
            index++;
        }
        return values()[index];
    }

    /** A well-formed mobile number in E.164, a different one for each person. Made up; nobody should call it. */
    abstract String phone(int person);

    private static String spread(long index, long first, long range) {
        return Long.toString(first + index * SPREAD % range);
    }

    String currency() {
        return currency;
    }

    int decimals() {
        return decimals;
    }

    /** Minor units of this currency (of yen: yen) for one US cent. */
    double minorUnitsPerCent() {
        return minorUnitsPerCent;
    }

    int utcOffsetHours() {
        return utcOffsetHours;
    }

    String timezone() {
        return timezone;
    }

    String locale() {
        return locale;
    }

    int taxPercent() {
        return taxPercent;
    }

    /** In minor units; free from ten times of it. */
    long shipping() {
        return shipping;
    }

    String domain() {
        return name().toLowerCase(Locale.ROOT) + ".shop.example";
    }
}
