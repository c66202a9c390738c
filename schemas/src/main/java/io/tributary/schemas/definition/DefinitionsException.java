package io.tributary.schemas.definition;

import java.util.List;

/**
 * The mistakes of a set of definitions: all of them, in the order of the files and of their places, each one line such as
 * {@code segments.yaml:3:18: 'orders' has no 'cout' — did you mean 'count'?}.
 */
public final class DefinitionsException extends RuntimeException {
    private final List<String> mistakes;

    DefinitionsException(List<String> mistakes) {
        super(String.join("\n", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    public List<String> mistakes() {
        return mistakes;
    }
}
