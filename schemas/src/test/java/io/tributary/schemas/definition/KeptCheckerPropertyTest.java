package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import io.tributary.schemas.cel.CelDialect;
import io.tributary.schemas.cel.KeptChecker;
import io.tributary.schemas.identity.IdentitySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A checker that keeps its declarations says of each tree what CEL's own says, whatever it was asked before. */
class KeptCheckerPropertyTest {
    private static final Map<String, CelType> ROOTS = Profile.roots(
            new TreeMap<>(Map.of("n", SimpleType.INT, "s", SimpleType.STRING, "l", Types.TEXTS, "d", SimpleType.DYN)),
            IdentitySettings.defaults().names(),
            SimpleType.DOUBLE);

    private static final List<String> CONDITIONS = List.of(
            "computed.n >= 5",
            "computed.n == 2.5",
            "computed.d == computed.n",
            "has(computed.s)",
            "computed.s.startsWith('a')",
            "computed.l.exists(i, i == computed.s)",
            "computed.l.map(i, size(i)).all(i, i > 1)",
            "cart.items.exists(i, i.price > 1.0 && i.quantity * 2 > 3)",
            "cart.items.filter(i, i.name in computed.l).size() == 1",
            "cart.items == cart.items",
            "orders.revenue.USD < 120.50",
            "orders.revenue['EUR'] > 1",
            "days_since(last_seen) <= 30",
            "hours_since('2026-01-01T00:00:00Z') < 1",
            "in_segment('vip')",
            "events.by_name[\"Product Viewed\"] > 3",
            "traits.city.lowerAscii().substring(1) == 'x'",
            "traits.a.b.c == [1, 'a', null]",
            "math.greatest(computed.n, 3) > 1",
            "type(computed.n) == int",
            "value + 1.0 > 2.0",
            "[1, 2.0, 'x'].exists(i, i == computed.d)",
            "{'a': 1}.a == 1",
            "timestamp('2026-01-01T00:00:00Z') < first_seen",
            "duration('1h') > duration('2h')",
            "identifiers.email[0].matches('a+')",
            "true");

    private static final List<String> MISTAKES = List.of(
            "computed.m >= 5",
            "computed.n >= 'a'",
            "computed.n.x",
            "orders.total > 1",
            "cart.items.exists(i, i.colour == 'red')",
            "cart.items.exists(i, i)",
            "computed.n.exists(i, true)",
            "greatest(1, 2)",
            "days_since(computed.n) < 1",
            "unknown",
            "days_since(last_seen, 1) < 1",
            "1 + 'a' == 2",
            "size(1) == 1",
            "i > 1",
            "the_orders{count: 1}.count == 1",
            "int('1') == '1'",
            "!computed.n");

    private final CelCompiler celsOwn = celsOwn();

    private static CelCompiler celsOwn() {
        var builder = CelDialect.compiler()
                .setTypeProvider(Types.provider(ROOTS.values()))
                .addFunctionDeclarations(Language.functionsOf(Language.Kind.SEGMENT));
        ROOTS.forEach(builder::addVar);
        return builder.build();
    }

    @Provide
    Arbitrary<List<String>> texts() {
        Arbitrary<String> condition =
                Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.of(MISTAKES)), Tuple.of(6, Arbitraries.of(CONDITIONS)));
        Arbitrary<String> connected = Combinators.combine(
                        condition, condition, Arbitraries.of("&&", "||", "== true ?", "in [true,", "+"))
                .as((one, other, connective) -> switch (connective) {
                    case "== true ?" -> "(" + one + ") ? " + other + " : false";
                    case "in [true," -> "(" + one + ") in [true, " + other + "]";
                    default -> "(" + one + ") " + connective + " (" + other + ")";
                });
        return Arbitraries.oneOf(condition, connected).list().ofMinSize(2).ofMaxSize(12);
    }

    @Property(tries = 300)
    void saysWhatCelsOwnSays(@ForAll("texts") List<String> texts) throws CelValidationException {
        KeptChecker checker =
                new KeptChecker(ROOTS, Language.functionsOf(Language.Kind.SEGMENT), Types.provider(ROOTS.values()));
        List<CelAbstractSyntaxTree> said = new ArrayList<>();
        for (String text : texts) {
            said.add(checker.check(celsOwn.parse(text).getAst()));
        }
        for (int i = 0; i < texts.size(); i++) {
            CelValidationResult own = celsOwn.check(celsOwn.parse(texts.get(i)).getAst());
            CelAbstractSyntaxTree tree = said.get(i);
            assertThat(tree == null).as(texts.get(i)).isEqualTo(own.hasError());
            if (tree != null) {
                assertThat(tree.getExpr())
                        .as(texts.get(i))
                        .isEqualTo(own.getAst().getExpr());
                assertThat(tree.getTypeMap())
                        .as(texts.get(i))
                        .isEqualTo(own.getAst().getTypeMap());
                assertThat(tree.getReferenceMap())
                        .as(texts.get(i))
                        .isEqualTo(own.getAst().getReferenceMap());
                assertThat(tree.getResultType())
                        .as(texts.get(i))
                        .isEqualTo(own.getAst().getResultType());
            }
        }
    }
}
