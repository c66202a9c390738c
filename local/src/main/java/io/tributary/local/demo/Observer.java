package io.tributary.local.demo;

import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;

/** Reads the suite's outputs as any consumer would, committed records only, until it is interrupted. */
final class Observer implements Callable<Void> {
    private static final List<String> OUTPUTS =
            List.of(Topic.CUSTOMER_EVENTS, Topic.PROFILES, Topic.IDENTITY_CHANGES, Topic.TRIGGERS, Topic.REJECTS);

    private final String bootstrapServers;
    private final Observations observations;

    Observer(String bootstrapServers, Observations observations) {
        this.bootstrapServers = bootstrapServers;
        this.observations = observations;
    }

    @Override
    public Void call() throws IOException {
        TopicLog.follow(bootstrapServers, OUTPUTS, records -> {
            for (var record : records) {
                if (record.value() != null) {
                    observations.record(record.topic(), record.value());
                } else {
                    observations.gone(new String(record.key(), StandardCharsets.UTF_8));
                }
            }
        });
        return null;
    }
}
