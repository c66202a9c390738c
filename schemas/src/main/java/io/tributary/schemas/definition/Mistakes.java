package io.tributary.schemas.definition;

import io.tributary.schemas.yaml.DefinitionException;
import io.tributary.schemas.yaml.YamlSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Collects the mistakes of a set, so that one of them does not hide the others. */
final class Mistakes {
    private record Mistake(int file, DefinitionException said) {}

    private static final Comparator<Mistake> BY_PLACE = Comparator.comparingInt(Mistake::file)
            .thenComparingInt(mistake -> mistake.said.line())
            .thenComparingInt(mistake -> mistake.said.column());

    private final List<Mistake> all = new ArrayList<>();
    private final Map<YamlSource, Integer> numbers = new HashMap<>();
    private int files;

    /** Begins a file: those that come first are reported first. */
    void begin() {
        files++;
    }

    /** Says whose text the file is that began last. */
    YamlSource of(YamlSource yaml) {
        numbers.put(yaml, files);
        return yaml;
    }

    /** A mistake in the file that began last. */
    void add(DefinitionException mistake) {
        all.add(new Mistake(files, mistake));
    }

    Consumer<DefinitionException> in(YamlSource yaml) {
        int file = numbers.get(yaml);
        return mistake -> all.add(new Mistake(file, mistake));
    }

    void add(YamlSource yaml, DefinitionException mistake) {
        in(yaml).accept(mistake);
    }

    /** What is read, or null if that is a mistake. */
    <T> T attempt(YamlSource yaml, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (DefinitionException e) {
            add(yaml, e);
            return null;
        }
    }

    int count() {
        return all.size();
    }

    /** All of them, in order of their places. */
    List<String> messages() {
        return all.stream()
                .sorted(BY_PLACE)
                .map(mistake -> mistake.said.getMessage())
                .distinct()
                .toList();
    }
}
