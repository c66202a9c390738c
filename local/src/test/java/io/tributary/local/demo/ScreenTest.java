package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.cli.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

class ScreenTest {
    @Command
    private static final class Nothing {}

    private final StringWriter out = new StringWriter();

    @Test
    void writesNoControlSequenceWithoutATerminal() {
        var screen = screen(Ansi.OFF);
        screen.live(List.of("counts"));
        screen.line("@|bold told|@");
        screen.end();

        assertThat(out.toString()).isEqualTo("told" + System.lineSeparator());
    }

    @Test
    void keepsTheLiveAreaBelowTheLines() {
        var screen = screen(Ansi.ON);
        screen.live(List.of("one", "two"));
        screen.line("told");
        screen.live(List.of("three", "four"));

        assertThat(new Grid().show(out.toString())).containsExactly("told", "three", "four");
    }

    @Test
    void leavesNothingOfTheLiveAreaAndIsSilentAtItsEnd() {
        var screen = screen(Ansi.ON);
        screen.line("told");
        screen.live(List.of("one", "two"));
        screen.end();
        screen.line("never");
        screen.live(List.of("never"));

        assertThat(new Grid().show(out.toString())).containsExactly("told");
    }

    private Screen screen(Ansi ansi) {
        var command = new CommandLine(new Nothing())
                .setOut(new PrintWriter(out))
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
        return new Screen(Terminal.of(command));
    }
}
