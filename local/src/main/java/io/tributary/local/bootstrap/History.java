package io.tributary.local.bootstrap;

import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.local.UserException;
import io.tributary.local.input.EventFiles;
import io.tributary.local.input.PrivacyFiles;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.privacy.PrivacyParser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the files say, in the order in which a backtest applies it. Ticks of files stay out, as in a publication: whoever
 * reads the files tells the time, once, behind the events.
 *
 * @param refused lines that are no events; they have no time, so they go first
 * @param events in order, none later than the end
 * @param afterUntil how many events are later, and left out
 * @param commands of privacy, none later than the end; those that are refused too
 * @param end up to and including which instant it tells, milliseconds since 1970; empty if it tells nothing
 */
public record History(
        List<Inbound.Refused> refused,
        List<Inbound.Accepted> events,
        long afterUntil,
        List<PrivacyInbound> commands,
        OptionalLong end) {
    /** Where the last tick comes from: no line of any file. */
    private static final Origin BEHIND_THE_FILES = Origin.line("history", 0);

    /**
     * Reads files; everything is held in memory.
     *
     * @param published commands that the job's topic holds, beside those of the files
     * @param until the last instant, milliseconds since 1970; empty for that of the newest event
     * @throws UserException if a file can't be read
     */
    public static History read(
            EventFiles files,
            PrivacyFiles privacy,
            List<PrivacyCommand> published,
            CustomerSettings settings,
            OptionalLong until)
            throws UserException {
        List<Inbound.Refused> refused = new ArrayList<>();
        List<Inbound.Accepted> events = new ArrayList<>();
        long[] afterUntil = {0};
        files.read(new EventParser(settings.limits(), settings.identifierRules()), (inbound, json) -> {
            if (inbound instanceof Inbound.Refused line) {
                refused.add(line);
            } else if (inbound instanceof Inbound.Accepted accepted) {
                if (until.isPresent() && accepted.event().timestamp() > until.getAsLong()) {
                    afterUntil[0]++;
                } else {
                    events.add(accepted);
                }
            }
        });
        events.sort(Comparator.comparing(accepted -> accepted.event().order()));
        OptionalLong end = until.isPresent() || events.isEmpty()
                ? until
                : OptionalLong.of(events.get(events.size() - 1).event().timestamp());
        return new History(refused, events, afterUntil[0], commands(privacy, published, settings, end), end);
    }

    /** Of commands with the same id the first counts. */
    private static List<PrivacyInbound> commands(
            PrivacyFiles privacy, List<PrivacyCommand> published, CustomerSettings settings, OptionalLong end)
            throws UserException {
        List<PrivacyInbound> refused = new ArrayList<>();
        List<PrivacyCommand> accepted = new ArrayList<>(published);
        privacy.read(new PrivacyParser(settings.identifierRules()), (inbound, line) -> {
            if (inbound instanceof PrivacyInbound.Accepted command) {
                accepted.add(command.command());
            } else {
                refused.add(inbound);
            }
        });
        Collections.sort(accepted);
        Map<String, PrivacyInbound> byId = new LinkedHashMap<>();
        for (PrivacyCommand command : accepted) {
            if (command.at() <= end.orElse(Long.MIN_VALUE)) {
                byId.putIfAbsent(command.id(), new PrivacyInbound.Accepted(command));
            }
        }
        List<PrivacyInbound> commands = new ArrayList<>(byId.values());
        commands.addAll(refused);
        return commands;
    }

    /** What goes through the job, one behind the other: what is refused, the events, and a tick that lets the end pass. */
    List<Inbound> inOrder(long latenessBoundMillis) {
        List<Inbound> all = new ArrayList<>(refused.size() + events.size() + 1);
        all.addAll(refused);
        all.addAll(events);
        if (end.isPresent()) {
            all.add(new Inbound.Tick(end.getAsLong() + latenessBoundMillis + 1, BEHIND_THE_FILES));
        }
        return all;
    }

    /** All that is refused, in the order of the files. */
    public List<Reject> rejects() {
        List<Reject> rejects = new ArrayList<>();
        refused.forEach(line -> rejects.add(line.reject()));
        for (PrivacyInbound command : commands) {
            if (command instanceof PrivacyInbound.Refused line) {
                rejects.add(line.reject());
            }
        }
        return rejects;
    }
}
