package io.tributary.operators.segment;

import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelRuntime;
import io.tributary.operators.computed.ComputedLedger;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.definition.CheckedExpression;
import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.SegmentDefinition;
import java.util.HashMap;
import java.util.Map;

/** A set of definitions as it decides. For one thread: what it decides with has room for one customer at a time. */
public final class CompiledDefinitions {
    private final ComputedTraits traits;
    private final boolean decidesAnything;
    private final SegmentIndex index;
    private final SegmentEvaluator evaluator;
    private final SegmentForecast forecast;
    private final DefinitionChanges changes;

    /** By number, of segments that have been removed. */
    private final Map<Integer, PublishedDefinition> removed = new HashMap<>();

    /** @param published what of {@code definitions} has been published, so that segments have versions and numbers */
    public CompiledDefinitions(Definitions definitions, PublishedDefinitions published) {
        traits = new ComputedTraits(definitions);
        decidesAnything =
                !definitions.traits().isEmpty() || !definitions.segments().isEmpty();
        SegmentIndex.Builder builder = new SegmentIndex.Builder();
        for (SegmentDefinition segment : definitions.segments().values()) {
            PublishedDefinition of = published.of(DefinitionKind.SEGMENT, segment.name());
            builder.add(
                    of.number(),
                    segment.name(),
                    of.version(),
                    segment.when().ast().getExpr(),
                    new ProgramsOf(segment.when()),
                    segment.isParametric() ? segment.parametric().maxValues() : 0);
        }
        index = builder.build();
        evaluator = new SegmentEvaluator(index, new FactsOfNobody(traits.facts(ComputedLedger::new)));
        forecast = new SegmentForecast(index);
        changes = new DefinitionChanges(index, published);
        published.all().stream()
                .filter(definition -> definition.kind() == DefinitionKind.SEGMENT && definition.isRemoved())
                .forEach(definition -> removed.put(definition.number(), definition));
    }

    /** A set that holds from the beginning, each definition in its first version. */
    public static CompiledDefinitions fromTheBeginning(Definitions definitions) {
        return new CompiledDefinitions(definitions, PublishedDefinitions.NONE.next(definitions, 0));
    }

    private record ProgramsOf(CheckedExpression expression) implements ConditionCompiler.Programs {
        @Override
        public String text(CelExpr part) {
            return expression.textOf(part);
        }

        @Override
        public FactsProgram program(CelExpr part) {
            CelRuntime.Program program = expression.program(part);
            return facts -> CelDialect.evaluate(program, new FactsVariables(facts));
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

    /** A segment that has been removed, by its number. */
    PublishedDefinition removed(int number) {
        return removed.get(number);
    }

    SegmentEvaluator evaluator() {
        return evaluator;
    }

    SegmentForecast forecast() {
        return forecast;
    }

    DefinitionChanges changes() {
        return changes;
    }
}
