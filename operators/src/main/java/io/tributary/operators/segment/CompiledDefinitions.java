package io.tributary.operators.segment;

import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.tributary.schemas.definition.CheckedExpression;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.SegmentDefinition;
import java.util.SortedMap;

/** A set of definitions as it decides. For one thread: what it decides with has room for one customer at a time. */
public final class CompiledDefinitions {
    private final ComputedTraits traits;
    private final boolean decidesAnything;
    private final SegmentIndex index;
    private final SegmentEvaluator evaluator;
    private final SegmentForecast forecast;

    /**
     * What a segment has been given.
     *
     * @param number of it in memberships, its own for good
     * @param version of its definition
     */
    public record Numbered(int number, int version) {}

    /** @param numbered by name, of all segments of the set */
    public CompiledDefinitions(Definitions definitions, SortedMap<String, Numbered> numbered) {
        traits = new ComputedTraits(definitions);
        decidesAnything =
                !definitions.traits().isEmpty() || !definitions.segments().isEmpty();
        SegmentIndex.Builder builder = new SegmentIndex.Builder();
        for (SegmentDefinition segment : definitions.segments().values()) {
            Numbered number = numbered.get(segment.name());
            builder.add(
                    number.number,
                    segment.name(),
                    number.version,
                    segment.when().ast().getExpr(),
                    new ProgramsOf(segment.when()),
                    segment.isParametric() ? segment.parametric().maxValues() : 0);
        }
        index = builder.build();
        evaluator = new SegmentEvaluator(index);
        forecast = new SegmentForecast(index);
    }

    private record ProgramsOf(CheckedExpression expression) implements ConditionCompiler.Programs {
        @Override
        public String text(CelExpr part) {
            return expression.textOf(part);
        }

        @Override
        public FactsProgram program(CelExpr part) {
            CelRuntime.Program program = expression.program(part);
            return facts -> {
                try {
                    return program.eval(new FactsVariables(facts));
                } catch (CelEvaluationException e) {
                    // Something is missing, or of the wrong type: the condition does not hold.
                    return null;
                } catch (RuntimeException e) {
                    // The library lets a few conversions throw what they like; a profile must not stop the job.
                    return null;
                }
            };
        }
    }

    /** Whether there is any segment or computed trait. */
    public boolean decideAnything() {
        return decidesAnything;
    }

    public ComputedTraits traits() {
        return traits;
    }

    SegmentIndex index() {
        return index;
    }

    SegmentEvaluator evaluator() {
        return evaluator;
    }

    SegmentForecast forecast() {
        return forecast;
    }
}
