package io.tributary.local.cli;

import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationRates;
import io.tributary.local.simulate.SimulationSummary;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes simulated traffic and its truth. Wrong use exits 2, a failure 1; neither destroys a file that was there. */
@Command(
        name = "simulate",
        sortOptions = false,
        description = {
            "Writes realistic shop traffic as Segment-spec JSON lines, and FILE.truth.jsonl: which person did what.",
            "The same options give the same lines on any machine."
        })
public final class SimulateCommand implements Callable<Integer> {
    private static final long PROGRESS_EVERY = 250_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--customers", required = true, paramLabel = "N", description = "Persons, 1 to 10,000,000.")
    private int customers;

    @Option(names = "--days", required = true, paramLabel = "D", description = "Length in days, 1 to 3,650.")
    private int days;

    @Option(names = "--seed", required = true, paramLabel = "S", description = "Any whole number.")
    private long seed;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where to; compressed if it ends in .gz. An earlier simulation or an empty file is replaced,"
                    + " any other file only with --force.")
    private Path out;

    @Option(
            names = "--start",
            paramLabel = "INSTANT",
            defaultValue = "2026-01-01T00:00:00Z",
            description = "When it begins (default: ${DEFAULT-VALUE}).")
    private Instant start;

    @Option(
            names = "--products",
            paramLabel = "P",
            defaultValue = "" + SimulationConfig.DEFAULT_PRODUCTS,
            description = "Size of the catalogue, 12 to 100,000 (default: ${DEFAULT-VALUE}).")
    private int products;

    @Option(names = "--force", description = "Replace FILE whatever it is.")
    private boolean force;

    @Override
    public Integer call() {
        SimulationConfig config = config();
        Path file = out.toAbsolutePath();
        refuseToDestroy(file);
        PrintWriter err = spec.commandLine().getErr();
        try {
            Files.createDirectories(file.getParent());
            SimulationSummary summary = new SimulationWriter().write(new Simulator(config), file, lines -> {
                if (lines % PROGRESS_EVERY == 0) {
                    err.printf("%,d lines%n", lines);
                    err.flush();
                }
            });
            report(summary);
            return 0;
        } catch (IOException e) {
            err.println("Cannot write " + out + " (" + e + "). Nothing was replaced; choose another --out.");
            return 1;
        }
    }

    private SimulationConfig config() {
        try {
            return new SimulationConfig(customers, days, seed, start, products, SimulationRates.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private void refuseToDestroy(Path file) {
        if (file.getFileName() == null || Files.isDirectory(file)) {
            throw new ParameterException(spec.commandLine(), "--out must be a file: " + out + " is a folder");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new ParameterException(spec.commandLine(), "--out must be an ordinary file: " + out + " is not");
        }
        boolean ours = Files.exists(SimulationWriter.truthOf(file));
        if (!force && !ours && file.toFile().length() > 0) {
            throw new ParameterException(
                    spec.commandLine(), out + " exists and is no simulation; use --force to replace it");
        }
    }

    private void report(SimulationSummary summary) {
        PrintWriter output = spec.commandLine().getOut();
        output.printf(
                "%s: %,d lines (%,d events, %,d duplicates, %,d broken), %,d orders, %,d abandoned carts%n",
                out,
                summary.lines(),
                summary.events(),
                summary.duplicates(),
                summary.broken().values().stream().mapToLong(Long::longValue).sum(),
                summary.orders(),
                summary.totalAbandonedCarts());
        output.printf("%s: the truth%n", SimulationWriter.truthOf(out));
        output.flush();
    }
}
