package io.tributary.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A command that ran in this JVM: its exit code and what it printed. */
record CommandRun(int exit, String out, String err) {
    static CommandRun of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Cdp.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new CommandRun(exit, out.toString(), err.toString());
    }

    /** Simulates traffic and backtests it in a folder; returns the folder of the results. */
    static Path simulatedResults(Path folder, int customers) {
        Path events = folder.resolve("shop.jsonl");
        Path results = folder.resolve("results");
        succeed("simulate", "--customers", customers, "--days", 20, "--seed", 7, "--out", events);
        succeed("backtest", "--events", events, "--out", results);
        return results;
    }

    /** Backtests lines in a folder; returns the folder of the results. */
    static Path results(Path folder, String lines) throws IOException {
        Path events = Files.writeString(folder.resolve("events.jsonl"), lines);
        Path results = folder.resolve("results");
        succeed("backtest", "--events", events, "--out", results);
        return results;
    }

    static CommandRun succeed(Object... arguments) {
        CommandRun run = of(arguments);
        if (run.exit != 0) {
            throw new AssertionError("exit code " + run.exit + ": " + run.err);
        }
        return run;
    }

    List<String> errorLines() {
        return err.lines().toList();
    }
}
