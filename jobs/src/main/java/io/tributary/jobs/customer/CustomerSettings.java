package io.tributary.jobs.customer;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.money.Money;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;

/**
 * What the operators of the customer job need to know.
 *
 * @param identity which namespaces of identifiers there are
 * @param resolutionRules which identifiers are one customer
 * @param latenessBound how far behind its partition's clock an event may arrive and still be in time
 * @param publishInterval least time between two publications of a profile
 * @param versionBase what the versions of profiles are above
 * @param search what is written to Elasticsearch, if there is one
 */
public record CustomerSettings(
        EventLimits limits,
        IdentitySettings identity,
        IdentifierRules identifierRules,
        ResolutionRules resolutionRules,
        Duration latenessBound,
        Duration publishInterval,
        long versionBase,
        Search search) {

    /**
     * What is written to Elasticsearch.
     *
     * @param history whether what has happened is written beside profiles and triggers
     * @param promoted traits that get a field of their own
     */
    public record Search(boolean history, PromotedTraits promoted) {
        public static final Search DEFAULT = new Search(true, PromotedTraits.DEFAULT);
    }

    /** Far above any clock in milliseconds, and far below the greatest version of a document. */
    public static final long MAX_VERSION_BASE = 1L << 62;

    /** @throws OptionsException if a value does not fit */
    public static CustomerSettings from(ReadableConfig options) {
        String currency = options.get(CustomerOptions.DEFAULT_CURRENCY);
        if (!Money.isCurrency(currency)) {
            throw new OptionsException(
                    CustomerOptions.DEFAULT_CURRENCY.key() + ": '" + currency + "' is no code of ISO 4217");
        }
        IdentitySettings identity = identity(options);
        return new CustomerSettings(
                new EventLimits(
                        between1And(EventLimits.MAX_BYTES, CustomerOptions.EVENTS_MAX_BYTES, options),
                        between1And(EventLimits.MAX_DEPTH, CustomerOptions.EVENTS_MAX_DEPTH, options),
                        options.get(CustomerOptions.EVENTS_MAX_SKEW).toMillis(),
                        currency,
                        EventLimits.defaults().maxTraitBytes()),
                identity == null ? IdentitySettings.defaults() : identity,
                identity == null
                        ? new IdentifierRules(options.getOptional(CustomerOptions.PHONE_REGION)
                                .orElse(null))
                        : new IdentifierRules(identity),
                identity == null ? ResolutionRules.defaults() : ResolutionRules.of(identity),
                atLeast(Duration.ZERO, CustomerOptions.LATENESS_BOUND, options),
                atLeast(Duration.ZERO, CustomerOptions.PUBLISH_INTERVAL, options),
                versionBase(options),
                new Search(options.get(CustomerOptions.ELASTICSEARCH_HISTORY), promoted(options)));
    }

    private static PromotedTraits promoted(ReadableConfig options) {
        Set<String> keywords = Set.copyOf(options.get(CustomerOptions.ELASTICSEARCH_TRAITS_KEYWORD));
        Set<String> numbers = Set.copyOf(options.get(CustomerOptions.ELASTICSEARCH_TRAITS_NUMBER));
        Set<String> dates = Set.copyOf(options.get(CustomerOptions.ELASTICSEARCH_TRAITS_DATE));
        try {
            return new PromotedTraits(keywords, numbers, dates);
        } catch (IllegalArgumentException e) {
            throw new OptionsException("elasticsearch.traits: " + e.getMessage());
        }
    }

    /** Null: the default rules. */
    private static IdentitySettings identity(ReadableConfig options) {
        String file = options.getOptional(CustomerOptions.IDENTITY_FILE).orElse(null);
        if (file == null) {
            return null;
        }
        if (options.getOptional(CustomerOptions.PHONE_REGION).isPresent()) {
            throw new OptionsException(CustomerOptions.PHONE_REGION.key() + " is not read where "
                    + CustomerOptions.IDENTITY_FILE.key() + " is set: the file says the regions");
        }
        try {
            return IdentitySettings.load(Path.of(file));
        } catch (DefinitionException | UncheckedIOException e) {
            throw new OptionsException(CustomerOptions.IDENTITY_FILE.key() + ": " + e.getMessage());
        }
    }

    private static int between1And(int most, ConfigOption<Integer> option, ReadableConfig options) {
        int value = options.get(option);
        if (value < 1 || value > most) {
            throw new OptionsException(option.key() + ": " + value + " is not between 1 and " + most);
        }
        return value;
    }

    private static long versionBase(ReadableConfig options) {
        long base = options.get(CustomerOptions.VERSION_BASE);
        if (base < 0 || base > MAX_VERSION_BASE) {
            throw new OptionsException(
                    CustomerOptions.VERSION_BASE.key() + ": " + base + " is not between 0 and " + MAX_VERSION_BASE);
        }
        return base;
    }

    private static Duration atLeast(Duration least, ConfigOption<Duration> option, ReadableConfig options) {
        Duration value = options.get(option);
        if (value.compareTo(least) < 0) {
            throw new OptionsException(option.key() + ": '" + TimeUtils.formatWithHighestUnit(value) + "' is less than "
                    + TimeUtils.formatWithHighestUnit(least));
        }
        return value;
    }
}
