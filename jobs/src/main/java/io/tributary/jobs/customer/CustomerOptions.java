package io.tributary.jobs.customer;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of the customer job. {@code docs/options.md} is generated from this class. */
public final class CustomerOptions {
    public static final ConfigOption<String> KAFKA_BOOTSTRAP_SERVERS = ConfigOptions.key("kafka.bootstrap-servers")
            .stringType()
            .noDefaultValue()
            .withDescription("Kafka brokers, host:port, separated by commas. Required.");

    public static final ConfigOption<String> KAFKA_GROUP_ID = ConfigOptions.key("kafka.group-id")
            .stringType()
            .defaultValue("tributary-customer")
            .withDescription("Consumer group in which the job commits what it has read, for monitoring. Progress lives"
                    + " in checkpoints; without one the job reads from the beginning.");

    public static final ConfigOption<String> KAFKA_START_FROM = ConfigOptions.key("kafka.start-from")
            .stringType()
            .noDefaultValue()
            .withDescription(
                    "Where the job begins to read cdp.events.v1 and cdp.privacy.v1 if no savepoint or checkpoint"
                            + " says where to go on: at the first record of each partition whose record time is this instant"
                            + " (ISO-8601) or later. For a start from a savepoint of ./cdp bootstrap. Left out: from the"
                            + " beginning.");

    public static final ConfigOption<String> KAFKA_DELIVERY = ConfigOptions.key("kafka.delivery-guarantee")
            .stringType()
            .defaultValue("exactly-once")
            .withDescription("exactly-once: outputs are transactions, visible to read_committed consumers when a"
                    + " checkpoint completes. at-least-once: visible at once, repeated after a failure.");

    public static final ConfigOption<String> KAFKA_TRANSACTIONAL_ID_PREFIX = ConfigOptions.key(
                    "kafka.transactional-id-prefix")
            .stringType()
            .defaultValue("tributary-customer")
            .withDescription("Prefix of transactional ids. Two jobs that run at the same time on the same Kafka need"
                    + " different ones.");

    public static final ConfigOption<Duration> KAFKA_TRANSACTION_TIMEOUT = ConfigOptions.key(
                    "kafka.transaction-timeout")
            .durationType()
            .defaultValue(Duration.ofMinutes(10))
            .withDescription("How long a transaction may stay open. Longer than a checkpoint interval plus the longest"
                    + " restart, at most the brokers' transaction.max.timeout.ms (15 minutes by default): after it,"
                    + " the broker aborts and the outputs of that checkpoint are lost.");

    public static final ConfigOption<List<String>> ELASTICSEARCH_HOSTS = ConfigOptions.key("elasticsearch.hosts")
            .stringType()
            .asList()
            .noDefaultValue()
            .withDescription(
                    "Elasticsearch nodes as URLs, separated by semicolons. Left out: no sink to" + " Elasticsearch.");

    public static final ConfigOption<String> ELASTICSEARCH_USER = ConfigOptions.key("elasticsearch.user")
            .stringType()
            .noDefaultValue()
            .withDescription("The job's user in Elasticsearch, with the password of elasticsearch.password-file. Left"
                    + " out, without an API key: no credentials. Credentials go to https only, or to this machine.");

    public static final ConfigOption<String> ELASTICSEARCH_PASSWORD_FILE = ConfigOptions.key(
                    "elasticsearch.password-file")
            .stringType()
            .noDefaultValue()
            .withDescription("A file with the user's password as its only line, at this place on each TaskManager. It"
                    + " is read whenever the sink connects, so the password is in no configuration and no job graph.");

    public static final ConfigOption<String> ELASTICSEARCH_API_KEY_FILE = ConfigOptions.key(
                    "elasticsearch.api-key-file")
            .stringType()
            .noDefaultValue()
            .withDescription("A file with an API key as its only line, in the form that Elasticsearch calls encoded, at"
                    + " this place on each TaskManager; read as a password is. Not together with elasticsearch.user.");

    public static final ConfigOption<String> ELASTICSEARCH_CERTIFICATE_AUTHORITIES = ConfigOptions.key(
                    "elasticsearch.tls.certificate-authorities")
            .stringType()
            .noDefaultValue()
            .withDescription("A PEM file with the certificates of those who vouch for Elasticsearch, at this place on"
                    + " each TaskManager. Left out: those whom Java trusts. All elasticsearch.hosts have to be https.");

    public static final ConfigOption<Duration> ELASTICSEARCH_RETRY_LIMIT = ConfigOptions.key(
                    "elasticsearch.retry-limit")
            .durationType()
            .defaultValue(Duration.ofMinutes(10))
            .withDescription("How long a document is retried while Elasticsearch is unreachable or overloaded. After"
                    + " it the job fails and restarts from its last checkpoint, so that nothing is lost. Shorter than"
                    + " index.gc_deletes, an hour in the shipped templates.");

    public static final ConfigOption<Boolean> ELASTICSEARCH_HISTORY = ConfigOptions.key("elasticsearch.history")
            .booleanType()
            .defaultValue(true)
            .withDescription(
                    "Whether Elasticsearch gets, beside profiles and triggers, what else has happened: changes of"
                            + " segments and of identities, triggers that were held back, rejects. Kibana's dashboards show them."
                            + " Kafka has them all the same.");

    public static final ConfigOption<List<String>> ELASTICSEARCH_TRAITS_KEYWORD = ConfigOptions.key(
                    "elasticsearch.traits.keyword")
            .stringType()
            .asList()
            .defaultValues("country")
            .withDescription("Traits, separated by semicolons, that profiles in Elasticsearch also have as keywords,"
                    + " traits_kw.NAME: Kibana's Lens does not chart the others. No personal ones.");

    public static final ConfigOption<List<String>> ELASTICSEARCH_TRAITS_NUMBER = ConfigOptions.key(
                    "elasticsearch.traits.number")
            .stringType()
            .asList()
            .defaultValues()
            .withDescription("The same as numbers, traits_num.NAME. What is no number is left out.");

    public static final ConfigOption<List<String>> ELASTICSEARCH_TRAITS_DATE = ConfigOptions.key(
                    "elasticsearch.traits.date")
            .stringType()
            .asList()
            .defaultValues()
            .withDescription("The same as dates, traits_date.NAME. What is no ISO-8601 instant is left out.");

    public static final ConfigOption<Duration> LATENESS_BOUND = ConfigOptions.key("events.lateness-bound")
            .durationType()
            .defaultValue(Duration.ofSeconds(10))
            .withDescription("How far behind its partition's newest event or tick an event may arrive and still be in"
                    + " time. Deadlines are decided this much later; late events still reach the profile.");

    public static final ConfigOption<Integer> EVENTS_MAX_BYTES = ConfigOptions.key("events.max-bytes")
            .intType()
            .defaultValue(1 << 20)
            .withDescription("Longest event in bytes, at most 1048576; a longer one is rejected as too_large.");

    public static final ConfigOption<Integer> EVENTS_MAX_DEPTH = ConfigOptions.key("events.max-depth")
            .intType()
            .defaultValue(100)
            .withDescription("Deepest nesting of an event, at most 400; a deeper one is rejected as too_deep.");

    public static final ConfigOption<Duration> EVENTS_MAX_SKEW = ConfigOptions.key("events.max-skew")
            .durationType()
            .defaultValue(Duration.ofMinutes(5))
            .withDescription("How much later than it was received an event may have happened; beyond it is rejected as"
                    + " in_future.");

    public static final ConfigOption<String> DEFAULT_CURRENCY = ConfigOptions.key("events.default-currency")
            .stringType()
            .defaultValue("USD")
            .withDescription("ISO 4217 code of amounts without a currency.");

    public static final ConfigOption<String> PHONE_REGION = ConfigOptions.key("identity.phone-region")
            .stringType()
            .noDefaultValue()
            .withDescription("ISO 3166 region of phone numbers without a country code. Left out: such numbers identify"
                    + " nobody.");

    public static final ConfigOption<String> IDENTITY_FILE = ConfigOptions.key("identity.file")
            .stringType()
            .noDefaultValue()
            .withDescription("The rules of identity, a YAML file that is read when the job is submitted. Left out: the"
                    + " default namespaces. Not together with identity.phone-region: the file says the regions.");

    public static final ConfigOption<Duration> PUBLISH_INTERVAL = ConfigOptions.key("profile.publish-interval")
            .durationType()
            .defaultValue(Duration.ofSeconds(1))
            .withDescription("Least time between two publications of a customer's profile. The first change after a"
                    + " pause is published at once.");

    public static final ConfigOption<Long> VERSION_BASE = ConfigOptions.key("profile.version-base")
            .longType()
            .defaultValue(0L)
            .withDescription("What the versions of profiles are above. For a job that folds everything anew where"
                    + " profiles have been published before: greater than any of their versions, for example the present"
                    + " time in milliseconds. The state keeps the greatest that it was ever given, so a job that goes on"
                    + " from a savepoint need not be told again.");

    private CustomerOptions() {}
}
