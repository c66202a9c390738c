package io.tributary.local.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * A command's lines on standard output. Markup such as {@code @|bold text|@} becomes colour on a terminal and nothing
 * elsewhere, as {@code ./cdp} decides; text from outside goes in as an argument, so that it is never taken for markup.
 */
public final class Terminal {
    private static final int WIDTH_OF_NO_TERMINAL = 160;

    private final PrintWriter out;
    private final Ansi ansi;
    private final CommandLine command;

    private Terminal(PrintWriter out, Ansi ansi, CommandLine command) {
        this.out = out;
        this.ansi = ansi;
        this.command = command;
    }

    public static Terminal of(CommandLine command) {
        return new Terminal(command.getOut(), command.getColorScheme().ansi(), command);
    }

    /** Columns of the terminal, or 160 where the output goes elsewhere. */
    public int width() {
        return ansi.enabled()
                ? command.getCommandSpec().usageMessage().autoWidth(true).width()
                : WIDTH_OF_NO_TERMINAL;
    }

    /**
     * Prints one line at once.
     *
     * @param format markup and format of {@link String#format}
     */
    public void line(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, ansi.string(format), arguments));
        out.flush();
    }

    /** Whether a person watches: a terminal that understands control sequences. */
    public boolean isInteractive() {
        return ansi.enabled();
    }

    /** Writes text as it is, without a line's end; control sequences only if {@link #isInteractive()}. */
    public void raw(String text) {
        out.print(text);
        out.flush();
    }

    /** For example {@code 2.4 s}. */
    public static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
