package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.input.EventFiles;
import io.tributary.schemas.identity.IdentitySettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which files of events, and how they are read. */
final class EventsOption {
    @Option(
            names = "--events",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Events: JSON lines of the Segment specification (.jsonl, .json, also .gz), or anything that"
                    + " a mapping reads.")
    private List<Path> events;

    @Option(
            names = "--mapping",
            arity = "1..*",
            paramLabel = "M",
            description = "Mapping files: one for all files, or one for each. See docs/mappings.md.")
    private List<Path> mappings = new ArrayList<>();

    /** {@link EventFiles#of(List, List, IdentitySettings)} of what is named. */
    EventFiles files(IdentitySettings identity) throws UserException {
        return EventFiles.of(events, mappings, identity);
    }
}
