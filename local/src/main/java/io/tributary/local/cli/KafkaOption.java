package io.tributary.local.cli;

import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which Kafka a command speaks to: {@code --kafka}, or that of the running stack. */
final class KafkaOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "Brokers, separated by commas, with the topics of the suite. Without it: the running stack.")
    private String kafka;

    @Mixin
    private StackOption stack;

    /** @throws ParameterException if it was told of a stack as well */
    String bootstrapServers() throws IOException {
        if (kafka != null && stack.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "Either --kafka, any brokers, or --dir, a running stack: not both.");
        }
        return kafka == null ? stack.endpoints().kafka() : kafka;
    }
}
