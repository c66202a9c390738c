package io.tributary.benchmarks;

import java.util.stream.DoubleStream;

/** Smallest, middle and largest of some figures. */
public record Spread(double least, double median, double greatest) {
    /** @throws IllegalArgumentException if there are no figures */
    public static Spread of(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }
}
