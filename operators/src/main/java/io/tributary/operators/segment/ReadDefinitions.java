package io.tributary.operators.segment;

import com.google.common.base.Throwables;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import com.google.common.util.concurrent.UncheckedExecutionException;
import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelRuntime;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.definition.CheckedExpression;
import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.identity.IdentitySettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * A publication that has been read, checked and indexed: seconds of work for thousands of segments, so whoever reads an
 * equal one in the same JVM while somebody holds on to it, is given that. Immutable, for all threads.
 *
 * <p>What is held by nobody is forgotten: nothing here keeps a job that has ended in memory.
 */
public final class ReadDefinitions {
    private static final Interner<PublishedDefinitions> PUBLISHED = Interners.newWeakInterner();
    private static final Cache<Key, ReadDefinitions> IN_USE =
            CacheBuilder.newBuilder().weakValues().build();

    private final Definitions definitions;
    private final PublishedDefinitions published;
    private final SegmentIndex index;

    /** By number, of segments that have been removed. */
    private final Map<Integer, PublishedDefinition> removed = new HashMap<>();

    /** @param namespaces of identifiers, which are all that reading depends on beside what is read */
    private record Key(PublishedDefinitions published, List<String> namespaces) {}

    /** @param published what of {@code definitions} has been published, so that segments have versions and numbers */
    ReadDefinitions(Definitions definitions, PublishedDefinitions published) {
        this.definitions = definitions;
        this.published = published;
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
        published.all().stream()
                .filter(definition -> definition.kind() == DefinitionKind.SEGMENT && definition.isRemoved())
                .forEach(definition -> removed.put(definition.number(), definition));
    }

    /**
     * Reads a publication, unless somebody holds on to what an equal one was read to. Of those who ask at the same time one
     * reads and the others wait for it.
     *
     * @param identity says which namespaces of identifiers there are
     * @throws DefinitionsException if there are mistakes in it
     */
    public static ReadDefinitions of(PublishedDefinitions published, IdentitySettings identity) {
        PublishedDefinitions shared = shared(published);
        try {
            return IN_USE.get(
                    new Key(shared, identity.names()), () -> new ReadDefinitions(shared.definitions(identity), shared));
        } catch (ExecutionException | UncheckedExecutionException e) {
            Throwables.throwIfUnchecked(e.getCause());
            throw new IllegalStateException("reading throws nothing that is checked", e);
        }
    }

    /** An equal publication that somebody in this JVM holds on to, so that there is one of it; itself if nobody does. */
    static PublishedDefinitions shared(PublishedDefinitions published) {
        return PUBLISHED.intern(published);
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

    public PublishedDefinitions published() {
        return published;
    }

    Definitions definitions() {
        return definitions;
    }

    SegmentIndex index() {
        return index;
    }

    /** A segment that has been removed, by its number; null if there is none. */
    PublishedDefinition removed(int number) {
        return removed.get(number);
    }
}
