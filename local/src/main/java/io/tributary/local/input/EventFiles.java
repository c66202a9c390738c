package io.tributary.local.input;

import io.tributary.local.UserException;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.mapping.MappedLine;
import io.tributary.schemas.mapping.Mapping;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of events, read as the Segment specification's JSON lines or through a mapping. */
public final class EventFiles {
    /** Receives what the lines are, in no order that means anything. */
    @FunctionalInterface
    public interface Consumer {
        /** @param json the event as one line of the specification's JSON; null if a mapping refused the row */
        void accept(Inbound inbound, byte[] json);
    }

    /** Files that are read alike; a group of rows may reach over all of them. */
    private record Batch(List<Path> files, Mapping mapping) {}

    private final List<Batch> batches;

    private EventFiles(List<Batch> batches) {
        this.batches = batches;
    }

    /**
     * Checks files and mappings before anything is read.
     *
     * @param mappings none: the files are JSON lines of the specification; one: it applies to all files; as many as
     *     there are files: in their order
     * @throws UserException if a file is missing, a mapping has a mistake, or their numbers do not fit
     */
    public static EventFiles of(List<Path> files, List<Path> mappings) throws UserException {
        return of(files, mappings, IdentitySettings.defaults());
    }

    /**
     * Checks files and mappings before anything is read.
     *
     * @param mappings as of {@link #of(List, List)}
     * @param identity says which namespaces the mappings may name
     * @throws UserException if a file is missing, a mapping has a mistake, or their numbers do not fit
     */
    public static EventFiles of(List<Path> files, List<Path> mappings, IdentitySettings identity) throws UserException {
        Lines.requireReadable(files);
        if (mappings.size() > 1 && mappings.size() != files.size()) {
            throw new UserException(mappings.size() + " mappings for " + files.size()
                    + " files: give one mapping for all files, or one for each");
        }
        List<Mapping> loaded = new ArrayList<>();
        for (Path mapping : mappings) {
            try {
                loaded.add(Mapping.load(mapping, identity));
            } catch (DefinitionException | UncheckedIOException e) {
                throw new UserException(e.getMessage(), e);
            }
        }
        if (loaded.size() <= 1) {
            return new EventFiles(List.of(new Batch(files, loaded.isEmpty() ? null : loaded.get(0))));
        }
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            batches.add(new Batch(List.of(files.get(i)), loaded.get(i)));
        }
        return new EventFiles(batches);
    }

    /**
     * Reads all files.
     *
     * @throws UserException if a file can't be read or does not fit its mapping
     */
    public void read(EventParser parser, Consumer consumer) throws UserException {
        try {
            for (Batch batch : batches) {
                if (batch.mapping == null) {
                    for (Path file : batch.files) {
                        Lines.read(file, parser::parse, Inbound.Refused::new, consumer::accept);
                    }
                } else {
                    batch.mapping.read(batch.files, line -> accept(line, parser, consumer));
                }
            }
        } catch (DefinitionException | UncheckedIOException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    private static void accept(MappedLine line, EventParser parser, Consumer consumer) {
        if (line instanceof MappedLine.Refused refused) {
            consumer.accept(new Inbound.Refused(refused.reject()), null);
        } else if (line instanceof MappedLine.Event event) {
            Inbound inbound = parser.parse(event.json(), event.origin());
            if (inbound instanceof Inbound.Refused refused) {
                // What is kept are the bytes of the file, not what the mapping made of them.
                Reject reject = refused.reject();
                inbound =
                        new Inbound.Refused(new Reject(reject.reason(), reject.detail(), event.origin(), event.raw()));
            }
            consumer.accept(inbound, event.json());
        }
    }
}
