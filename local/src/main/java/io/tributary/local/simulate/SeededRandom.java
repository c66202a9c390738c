package io.tributary.local.simulate;

/**
 * SplitMix64 with the distributions that the simulator needs. The JDK's generators promise neither their algorithm nor
 * the last bit of {@link Math}'s functions; the simulator promises bytes, so both are pinned here.
 */
final class SeededRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double DOUBLE_UNIT = 0x1.0p-53;

    private long state;

    private SeededRandom(long state) {
        this.state = state;
    }

    /** An independent generator for one purpose of one individual, whatever else was drawn before. */
    static SeededRandom of(long seed, Purpose purpose, long index) {
        long purposed = mix(seed ^ mix(GOLDEN_GAMMA * purpose.salt));
        return new SeededRandom(mix(purposed + GOLDEN_GAMMA * (index + 1)));
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, bound); the bias of the multiplication is below 2⁻³² and the same everywhere. */
    int below(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** Uniform in [from, to). */
    long between(long from, long to) {
        return from + (long) (uniform() * (to - from));
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (nextLong() >>> 11) * DOUBLE_UNIT;
    }

    boolean chance(double probability) {
        return uniform() < probability;
    }

    <T> T pick(T[] values) {
        return values[below(values.length)];
    }

    double exponential(double mean) {
        return -mean * StrictMath.log(1 - uniform());
    }

    /** 0, 1, 2, … with the given mean. */
    int geometric(double mean) {
        return (int) StrictMath.floor(StrictMath.log(1 - uniform()) / StrictMath.log(mean / (1 + mean)));
    }

    /** Log-uniform in [from, to): every order of magnitude is as likely. */
    long logBetween(long from, long to) {
        return (long) (from * StrictMath.pow((double) to / from, uniform()));
    }

    /** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
    double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * StrictMath.pow(1 - uniform(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / StrictMath.sqrt(9 * d);
        while (true) {
            double x = gaussian();
            double v = 1 + c * x;
            if (v <= 0) {
                continue;
            }
            v = v * v * v;
            if (StrictMath.log(1 - uniform()) < 0.5 * x * x + d * (1 - v + StrictMath.log(v))) {
                return d * v;
            }
        }
    }

    double beta(double a, double b) {
        double x = gamma(a);
        return x / (x + gamma(b));
    }

    private double gaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform()));
        return radius * StrictMath.cos(2 * StrictMath.PI * uniform());
    }

    /** What a generator is for; the number is part of what a seed means. */
    enum Purpose {
        CATALOG(1),
        PERSON(2),
        DEVICES(3),
        BEHAVIOUR(4),
        DELIVERY(5),
        BREAKAGE(6);

        private final long salt;

        Purpose(long salt) {
            this.salt = salt;
        }
    }
}
