package io.tributary.schemas.definition;

/**
 * Parameters of the models of customer value. Each is null where the set does not state it.
 */
public record ModelDefinitions(BgNbd bgNbd, GammaGamma gammaGamma, Clv clv, Rfm rfm) {
    /** BG/NBD, of the number of orders. All positive. */
    public record BgNbd(double r, double alpha, double a, double b) {}

    /**
     * Gamma-Gamma, of the amount of orders. All positive.
     *
     * @param currency ISO 4217
     */
    public record GammaGamma(double p, double q, double gamma, String currency) {}

    /**
     * Customer lifetime value.
     *
     * @param months how far ahead
     * @param monthlyDiscount per month, for example 0.01
     */
    public record Clv(int months, double monthlyDiscount) {}

    /**
     * Recency, frequency, monetary value, in quantiles.
     *
     * @param currency ISO 4217
     */
    public record Rfm(String currency) {}
}
