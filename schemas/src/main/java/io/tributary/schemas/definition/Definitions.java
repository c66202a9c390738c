package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.YamlSource;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A whole set of definitions, checked: of which {@code docs/definitions.md} is the language. Immutable.
 *
 * <p>What one definition may name depends on the others, so a set is read as a whole or not at all.
 */
public final class Definitions {
    private final SortedMap<String, TraitDefinition> traits;
    private final SortedMap<String, SegmentDefinition> segments;
    private final SortedMap<String, TriggerDefinition> triggers;
    private final ModelDefinitions models;
    private final DeliveryDefinition delivery;
    private final List<Entry> entries;

    /**
     * One definition as it travels.
     *
     * @param name of a definition that has none, its kind's key
     * @param json as it was written: its keys sorted, numbers in their shortest form
     */
    public record Entry(DefinitionKind kind, String name, ObjectNode json) {
        static final Comparator<Entry> ORDER = Comparator.comparing(Entry::kind).thenComparing(Entry::name);
    }

    Definitions(
            SortedMap<String, TraitDefinition> traits,
            SortedMap<String, SegmentDefinition> segments,
            SortedMap<String, TriggerDefinition> triggers,
            ModelDefinitions models,
            DeliveryDefinition delivery,
            List<Entry> entries) {
        this.traits = Collections.unmodifiableSortedMap(traits);
        this.segments = Collections.unmodifiableSortedMap(segments);
        this.triggers = Collections.unmodifiableSortedMap(triggers);
        this.models = models;
        this.delivery = delivery;
        this.entries = entries.stream().sorted(Entry.ORDER).toList();
    }

    /** A set of nothing. */
    public static Definitions none() {
        return new Definitions(
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                new ModelDefinitions(null, null, null, null),
                DeliveryDefinition.NONE,
                List.of());
    }

    /** {@link #load(Path, IdentitySettings)} with the default namespaces. */
    public static Definitions load(Path folder) {
        return load(folder, IdentitySettings.defaults());
    }

    /**
     * Reads a folder: every {@code *.yaml} and {@code *.yml} below it, in the order of their paths.
     *
     * @param identity says which namespaces of identifiers there are
     * @throws DefinitionException if there is no such folder, or no such file in it
     * @throws DefinitionsException if there are mistakes in the files
     * @throws UncheckedIOException if something can't be read
     */
    public static Definitions load(Path folder, IdentitySettings identity) {
        DefinitionsParser parser = new DefinitionsParser(identity);
        for (Path file : files(folder)) {
            parser.read(() -> YamlSource.load(file, "the definitions"));
        }
        return parser.parse();
    }

    /**
     * The files of a folder, in their order.
     *
     * @throws DefinitionException if there is no such folder, or no such file in it
     * @throws UncheckedIOException if it can't be read
     */
    public static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DefinitionException(
                    folder + (Files.exists(folder) ? " is no folder: definitions are a folder" : ": no such folder"));
        }
        List<Path> files;
        try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            files = below.filter(Definitions::isYaml)
                    .sorted(Comparator.comparing(
                            file -> folder.relativize(file).toString().replace(File.separatorChar, '/')))
                    .toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        } catch (UncheckedIOException e) {
            throw unreadable(folder, e.getCause());
        }
        if (files.isEmpty()) {
            throw new DefinitionException(folder + ": no file *.yaml or *.yml in this folder");
        }
        return files;
    }

    private static UncheckedIOException unreadable(Path folder, IOException e) {
        return new UncheckedIOException("cannot read the definitions in " + folder + ": " + e, e);
    }

    private static boolean isYaml(Path file) {
        String name = file.toString();
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(file);
    }

    /** {@link #of(Map, IdentitySettings)} of one file, with the default namespaces. */
    public static Definitions of(String name, String yaml) {
        return of(Map.of(name, yaml), IdentitySettings.defaults());
    }

    /**
     * Reads texts of files.
     *
     * @param yaml by the name that messages call it, in the order of the map
     * @throws DefinitionsException if there are mistakes in them
     */
    public static Definitions of(Map<String, String> yaml, IdentitySettings identity) {
        DefinitionsParser parser = new DefinitionsParser(identity);
        yaml.forEach((name, text) -> parser.read(() -> new YamlSource(name, text)));
        return parser.parse();
    }

    /**
     * Reads what {@link #entries()} gave, with the same checks; a message calls a definition by its name.
     *
     * @throws DefinitionsException if there are mistakes in them
     */
    public static Definitions ofJson(Collection<Entry> entries, IdentitySettings identity) {
        DefinitionsParser parser = new DefinitionsParser(identity);
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Entry.ORDER);
        sorted.forEach(parser::read);
        return parser.parse();
    }

    /**
     * Reads some of what {@link #entries()} gave, of a set that was checked as a whole: they may name segments that are not
     * among them.
     *
     * @throws DefinitionsException if there are mistakes in them
     */
    public static Definitions ofPart(Collection<Entry> entries, IdentitySettings identity) {
        DefinitionsParser parser = new DefinitionsParser(identity);
        parser.readsAPart();
        entries.stream().sorted(Entry.ORDER).forEach(parser::read);
        return parser.parse();
    }

    /**
     * A set with what was added to it.
     *
     * @param added what of it was added, by kind and name
     */
    public record Extended(Definitions set, List<Entry> added) {}

    /**
     * What there is if a file, or a folder as {@link #load(Path, IdentitySettings)} reads it, is added: a definition of it
     * replaces that of the same kind and name. The whole is checked; a message calls a definition that was there before by
     * its name.
     *
     * @param identity says which namespaces of identifiers there are
     * @throws DefinitionException if there is no such file or folder, or no definition in it
     * @throws DefinitionsException if there are mistakes in the files, or what was there before does not fit to them
     * @throws UncheckedIOException if something can't be read
     */
    public Extended with(Path fileOrFolder, IdentitySettings identity) {
        DefinitionsParser parser = new DefinitionsParser(identity);
        for (Path file : Files.isRegularFile(fileOrFolder) ? List.of(fileOrFolder) : files(fileOrFolder)) {
            parser.read(() -> YamlSource.load(file, "the definitions"));
        }
        List<Entry> kept =
                entries.stream().filter(entry -> !parser.defines(entry)).toList();
        kept.forEach(parser::read);
        Definitions set = parser.parse();
        List<Entry> added = new ArrayList<>(set.entries);
        added.removeAll(new HashSet<>(kept));
        return new Extended(set, Collections.unmodifiableList(added));
    }

    /** By name. */
    public SortedMap<String, TraitDefinition> traits() {
        return traits;
    }

    /** By name. */
    public SortedMap<String, SegmentDefinition> segments() {
        return segments;
    }

    /** By name. */
    public SortedMap<String, TriggerDefinition> triggers() {
        return triggers;
    }

    public ModelDefinitions models() {
        return models;
    }

    /** What holds triggers back that have fired. */
    public DeliveryDefinition delivery() {
        return delivery;
    }

    /** All definitions as JSON, by kind and name. */
    public List<Entry> entries() {
        return entries;
    }
}
