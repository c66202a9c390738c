package io.tributary.schemas.cel;

import com.google.common.base.Optional;
import dev.cel.checker.CelIdentDecl;
import dev.cel.checker.Env;
import dev.cel.checker.ExprChecker;
import dev.cel.checker.TypeProvider;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelContainer;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.internal.Errors;
import dev.cel.common.types.CelProtoTypes;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.StructType;
import dev.cel.common.types.TypeType;
import dev.cel.expr.Type;
import java.util.List;
import java.util.Map;

/**
 * Checks one tree after the other against declarations that are made once. CEL's own checker makes all of them anew for
 * each tree: half a millisecond, most of what a definition costs. It is asked only why a tree is refused.
 *
 * <p>Stands on classes that CEL calls internal; a test compares what it says with what CEL's own checker says. For any
 * number of threads, of which one checks at a time.
 */
@SuppressWarnings("deprecation") // What it stands on is deprecated for everybody but CEL's own checker.
public final class KeptChecker {
    private static final CelContainer ROOT = CelContainer.ofName("");

    private final Map<String, CelType> variables;
    private final List<CelFunctionDecl> functions;
    private final TypeProvider types;

    /** Null before the first tree, and behind one that was refused: what is said of a tree can't be taken back. */
    private Env kept;

    /**
     * @param variables by name
     * @param functions beside those of {@link CelDialect}
     * @param types knows the structs among the types of variables
     */
    public KeptChecker(Map<String, CelType> variables, List<CelFunctionDecl> functions, CelTypeProvider types) {
        this.variables = Map.copyOf(variables);
        this.functions = List.copyOf(functions);
        this.types = new Structs(types);
    }

    /** The tree with its types, or null if it is refused. */
    public synchronized CelAbstractSyntaxTree check(CelAbstractSyntaxTree parsed) {
        Env env = kept == null ? environment() : kept;
        kept = null;
        CelAbstractSyntaxTree checked = ExprChecker.typecheck(env, ROOT, parsed, Optional.absent());
        if (env.getErrorContext().getErrorCount() > 0) {
            return null;
        }
        kept = env;
        return checked;
    }

    private Env environment() {
        Env env = Env.standard(new Errors("", ""), types, CelDialect.OPTIONS);
        variables.forEach((name, type) -> env.add(CelIdentDecl.newIdentDeclaration(name, type)));
        CelDialect.extensions().forEach(env::add);
        functions.forEach(env::add);
        return env;
    }

    /** CEL's own of this kind is hidden. */
    private record Structs(CelTypeProvider provider) implements TypeProvider {
        @Override
        public Type lookupType(String name) {
            return lookupCelType(name).map(CelProtoTypes::celTypeToType).orElse(null);
        }

        @Override
        public java.util.Optional<CelType> lookupCelType(String name) {
            return provider.findType(name).map(TypeType::create);
        }

        @Override
        public Integer lookupEnumValue(String name) {
            return null;
        }

        @Override
        public FieldType lookupFieldType(Type type, String field) {
            return lookupFieldType(CelProtoTypes.typeToCelType(type), field);
        }

        @Override
        public FieldType lookupFieldType(CelType type, String field) {
            return provider.findType(type.name())
                    .filter(StructType.class::isInstance)
                    .flatMap(struct -> ((StructType) struct).findField(field))
                    .map(found -> FieldType.of(CelProtoTypes.celTypeToType(found.type())))
                    .orElse(null);
        }
    }
}
