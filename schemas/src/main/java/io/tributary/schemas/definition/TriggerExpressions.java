package io.tributary.schemas.definition;

import dev.cel.common.types.CelType;
import io.tributary.schemas.yaml.YamlSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the names and the expressions of one trigger, in its language. */
final class TriggerExpressions {
    private final YamlSource yaml;
    private final Mistakes mistakes;
    private final TriggerParser.Check check;
    private final Language language;

    /** The steps whose events expressions can name from here on. */
    private final Set<String> steps = new HashSet<>();

    private boolean isComplete = true;

    TriggerExpressions(YamlSource yaml, Mistakes mistakes, TriggerParser.Check check, Language language) {
        this.yaml = yaml;
        this.mistakes = mistakes;
        this.check = check;
        this.language = language;
    }

    String id(YamlSource.Obj keys) {
        return name(keys.require(TriggerParser.ID, "the step's name"), "'id'");
    }

    /** @param others that it must differ from */
    String otherId(YamlSource.Obj keys, Set<String> others) {
        String id = id(keys);
        if (others.contains(id)) {
            throw yaml.error(keys.get(TriggerParser.ID), "a step with the id '" + id + "' is here already");
        }
        return id;
    }

    String name(Node node, String what) {
        return DefinitionsParser.name(yaml, node, what);
    }

    /** From here on expressions can name the events of a step. */
    void know(String step) {
        steps.add(step);
    }

    /** There are steps that could not be read: whoever names one may be right. */
    void knowNotAll() {
        isComplete = false;
    }

    /** Null if there is none, or one with mistakes, which are told. */
    TriggerExpression condition(YamlSource.Obj keys, String key) {
        String what = "'" + key + "'";
        return keys.has(key)
                ? expression(keys.get(key), what, type -> DefinitionsParser.notACondition(what, type))
                : null;
    }

    /** Null if it has mistakes, which are told. */
    TriggerExpression value(Node node, String what) {
        return expression(node, what, type -> null);
    }

    private TriggerExpression expression(Node node, String what, Function<CelType, String> objection) {
        return mistakes.attempt(yaml, () -> {
            CheckedExpression checked = check.of(yaml, node, what, language, objection);
            if (checked == null) {
                return null;
            }
            for (List<String> path : checked.pathsBehind(TriggerExpression.STEPS)) {
                if (path.isEmpty() || (isComplete && !steps.contains(path.get(0)))) {
                    String known = steps.isEmpty()
                            ? "there is none before this one"
                            : "known here: "
                                    + String.join(
                                            ", ",
                                            new ArrayList<>(steps)
                                                    .stream().sorted().toList());
                    throw yaml.error(
                            node,
                            path.isEmpty()
                                    ? "'steps' has an event per step, such as steps.%s; %s".formatted("id", known)
                                    : "no step '%s' that comes before; %s".formatted(path.get(0), known));
                }
            }
            return checked.ofTrigger();
        });
    }
}
