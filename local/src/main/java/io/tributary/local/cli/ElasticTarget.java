package io.tributary.local.cli;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.SearchConnection;
import io.tributary.jobs.options.OptionsException;
import io.tributary.jobs.options.OptionsFile;
import io.tributary.local.UserException;
import io.tributary.local.stack.Endpoints;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.PromotedTraits;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The Elasticsearch, and the Kafka beside it, that a command works on: the running stack's, or a job's. */
final class ElasticTarget {
    @Mixin
    private StackOption stack;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "The options of the job whose Elasticsearch it is, as docs/options.md has them: where",
                "it is, who one is there, which traits have fields. Default: the running stack."
            })
    private Path config;

    /** @throws UserException if there is none, or an option is wrong */
    ElasticsearchConnection elasticsearch() throws IOException {
        if (config == null) {
            return ElasticsearchConnection.to(stack.endpoints().elasticsearch());
        }
        try {
            return SearchConnection.from(options())
                    .orElseThrow(() -> new UserException(
                            "%s has no %s".formatted(config, CustomerOptions.ELASTICSEARCH_HOSTS.key())));
        } catch (OptionsException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    /** Its bootstrap servers. */
    String kafka() throws IOException {
        if (config == null) {
            Endpoints endpoints = stack.endpoints();
            return endpoints.kafka();
        }
        return options()
                .getOptional(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS)
                .orElseThrow(() -> new UserException(
                        "%s has no %s".formatted(config, CustomerOptions.KAFKA_BOOTSTRAP_SERVERS.key())));
    }

    PromotedTraits promoted() throws IOException {
        try {
            return config == null
                    ? PromotedTraits.DEFAULT
                    : CustomerSettings.from(options()).search().promoted();
        } catch (OptionsException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    private Configuration options() throws UserException {
        try {
            return OptionsFile.read(config, CustomerOptions.class);
        } catch (OptionsException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
