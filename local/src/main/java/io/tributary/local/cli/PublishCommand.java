package io.tributary.local.cli;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.rejects.Printable;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends files to the running stack, or to any Kafka. */
@Command(
        name = "publish",
        sortOptions = false,
        description = {
            "Sends files of events to cdp.events.v1 of the running stack, or of any Kafka, in the order in which a",
            "backtest applies them, then a last tick on every partition, so that deadlines inside the data pass.",
            "Lines that are no events go along and end in cdp.rejects.v1; ticks in the files are left out. All events",
            "are held in memory."
        })
final class PublishCommand implements Callable<Integer> {
    private static final int SHOWN = 5;
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(2);

    @Spec
    private CommandSpec spec;

    @Mixin
    private KafkaOption kafka;

    @Mixin
    private EventsOption events;

    @Mixin
    private IdentityOption identity;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Events per second (default: as fast as Kafka takes them).")
    private long rate;

    @Option(
            names = "--finish",
            paramLabel = "INSTANT",
            description = "Time of the last tick, ISO-8601 (default: the newest event + the lateness bound + 1 ms).")
    private String finish;

    @Option(names = "--dry-run", description = "Show what would be sent, and send nothing; needs no Kafka.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        if (rate < 0) {
            throw new ParameterException(spec.commandLine(), "--rate must not be negative.");
        }
        if (finish != null && Timestamps.parse(finish) == Timestamps.INVALID) {
            throw new ParameterException(
                    spec.commandLine(), "--finish is no ISO-8601 instant like 2026-01-31T00:00:00Z: " + finish + ".");
        }
        IdentitySettings rules = identity.settings().orElse(IdentitySettings.defaults());
        EventFiles files = events.files(rules);
        String brokers = dryRun ? null : kafka.bootstrapServers();
        PublishPlan plan = PublishPlan.read(files, new EventParser(EventLimits.defaults(), new IdentifierRules(rules)));
        Terminal terminal = Terminal.of(spec.commandLine());
        if (dryRun) {
            show(plan, terminal);
        } else {
            send(plan, brokers, terminal);
        }
        return 0;
    }

    private OptionalLong lastTick(PublishPlan plan) {
        if (finish != null) {
            return OptionalLong.of(Timestamps.parse(finish));
        }
        long bound = CustomerOptions.LATENESS_BOUND.defaultValue().toMillis();
        return plan.newest().isPresent()
                ? OptionalLong.of(plan.newest().getAsLong() + bound + 1)
                : OptionalLong.empty();
    }

    private void send(PublishPlan plan, String brokers, Terminal terminal) throws IOException {
        long started = System.nanoTime();
        try (Publisher publisher = new Publisher(brokers)) {
            long[] shown = {started};
            publisher.send(plan, rate, sent -> {
                if (System.nanoTime() - shown[0] > PROGRESS_EVERY.toNanos()) {
                    shown[0] = System.nanoTime();
                    spec.commandLine()
                            .getErr()
                            .printf(
                                    "%,d of %,d events sent%n",
                                    sent, plan.events().size());
                    spec.commandLine().getErr().flush();
                }
            });
            OptionalLong tick = lastTick(plan);
            if (tick.isPresent()) {
                publisher.tick(tick.getAsLong());
                publisher.flush();
            }
            terminal.line(
                    "%,d events sent in %s%s",
                    plan.events().size(),
                    Terminal.seconds(Duration.ofNanos(System.nanoTime() - started)),
                    tick.isPresent() ? "; event time is at " + Timestamps.format(tick.getAsLong()) : "");
        }
        reportRest(plan, terminal);
    }

    private void show(PublishPlan plan, Terminal terminal) {
        terminal.line(
                "%,d events would be sent%s",
                plan.events().size(), plan.events().isEmpty() ? "" : ", for example:");
        plan.events().stream()
                .limit(SHOWN)
                .forEach(event -> terminal.line("  %s", new String(event.json(), StandardCharsets.UTF_8)));
        OptionalLong tick = lastTick(plan);
        if (tick.isPresent()) {
            terminal.line("Then a tick at %s.", Timestamps.format(tick.getAsLong()));
        }
        reportRest(plan, terminal);
    }

    /** What is in the files and no event. */
    private static void reportRest(PublishPlan plan, Terminal terminal) {
        if (plan.ticks() > 0) {
            terminal.line("Ticks in the files, left out because publish itself tells the time: %,d", plan.ticks());
        }
        int refused = plan.refused().size() + plan.unsendable().size();
        if (refused == 0) {
            return;
        }
        terminal.line("%,d lines are no events; they are rejected:", refused);
        for (Reject reject : plan.unsendable().stream().limit(SHOWN).toList()) {
            terminal.line(
                    "  %s:%d: %s: %s",
                    reject.origin().source(),
                    reject.origin().position(),
                    reject.reason().id(),
                    reject.detail());
        }
        plan.refused().stream()
                .limit(SHOWN)
                .forEach(line -> terminal.line("  %s", Printable.line(line, terminal.width() - 2)));
    }
}
