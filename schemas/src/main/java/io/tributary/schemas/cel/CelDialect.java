package io.tributary.schemas.cel;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensionLibrary.FeatureSet;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelVariableResolver;
import java.util.List;

/**
 * What of CEL there is: the standard functions and macros, and the extensions for texts and numbers.
 *
 * <p>Nothing in it reads a clock, a random number or a file, and evaluation ends: a text has at most 10,000 characters,
 * its tree 250 levels, its loops together 10,000 rounds, a regular expression (which takes linear time) 10,000 steps.
 */
public final class CelDialect {
    static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .evaluateCanonicalTypesToNativeValues(true)
            .populateMacroCalls(true)
            .maxExpressionCodePointSize(10_000)
            .comprehensionMaxIterations(10_000)
            .maxRegexProgramSize(10_000)
            .build();

    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(CelExtensions.strings(), CelExtensions.math(OPTIONS))
            .build();

    private CelDialect() {}

    /** A compiler that knows no variable yet. */
    public static CelCompilerBuilder compiler() {
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(CelExtensions.strings(), CelExtensions.math(OPTIONS));
    }

    /** The functions of the extensions. */
    static List<CelFunctionDecl> extensions() {
        List<FeatureSet> extensions = List.of(CelExtensions.strings(), CelExtensions.math(OPTIONS));
        return extensions.stream()
                .flatMap(extension -> extension.functions().stream())
                .toList();
    }

    /** What a program says; null if something that it needs is missing, or of a type that it can't take. */
    public static Object evaluate(CelRuntime.Program program, CelVariableResolver variables) {
        try {
            return program.eval(variables);
        } catch (CelEvaluationException e) {
            return null;
        } catch (RuntimeException e) {
            // The library lets a few conversions throw what they like; one customer's data must not stop a job.
            return null;
        }
    }

    /** Makes programs of what a {@link #compiler()} has checked; for any number of threads. */
    public static CelRuntime runtime() {
        return RUNTIME;
    }
}
