package io.tributary.local.demo;

import io.tributary.local.cli.Terminal;
import java.util.List;

/**
 * Lines that scroll as usual, and below them, on a terminal only, a live area that is redrawn in place. Without a
 * terminal there is no live area and no control sequence.
 */
public final class Screen {
    private static final String ESCAPE = "\u001b[";
    private static final String ERASE_BELOW = ESCAPE + "J";
    /** A line that is too long ends at the margin, because one that wraps would be counted wrongly. */
    private static final String NO_WRAP = ESCAPE + "?7l";

    private static final String WRAP = ESCAPE + "?7h";

    private final Terminal terminal;
    private List<String> live = List.of();
    private boolean ended;

    public Screen(Terminal terminal) {
        this.terminal = terminal;
    }

    boolean isInteractive() {
        return terminal.isInteractive();
    }

    /** Prints a line above the live area; as {@link Terminal#line}. */
    public synchronized void line(String format, Object... arguments) {
        if (ended) {
            return;
        }
        var shown = live;
        erase();
        terminal.line(format, arguments);
        live(shown);
    }

    /** Replaces the live area. */
    synchronized void live(List<String> lines) {
        if (ended || !isInteractive() || (lines.isEmpty() && live.isEmpty())) {
            return;
        }
        var drawing = new StringBuilder(cursorToTop());
        lines.forEach(line -> drawing.append(NO_WRAP)
                .append(line)
                .append(ESCAPE)
                .append('K')
                .append(WRAP)
                .append('\n'));
        terminal.raw(drawing.append(ERASE_BELOW).toString());
        live = List.copyOf(lines);
    }

    /** Removes the live area. */
    synchronized void erase() {
        live(List.of());
    }

    /** Removes the live area for good and prints no further line: somebody else goes on. */
    public synchronized void end() {
        erase();
        ended = true;
    }

    private String cursorToTop() {
        return live.isEmpty() ? "" : "\r" + ESCAPE + live.size() + "A";
    }
}
