package io.tributary.local.segments;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.PublishedFacts;
import io.tributary.operators.segment.PublishedFacts.Membership;
import io.tributary.operators.segment.PublishedSegments;
import io.tributary.operators.segment.SegmentClock;
import io.tributary.operators.segment.SegmentExplanation;
import io.tributary.operators.segment.SegmentExplanation.Flip;
import io.tributary.operators.segment.SegmentExplanation.Verdict;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.time.Timestamps;
import java.util.ArrayList;
import java.util.List;

/** Why a customer is in a segment or is not, as lines for a terminal. Not thread-safe. */
public final class MembershipText {
    private final Definitions definitions;
    private final CompiledDefinitions compiled;
    private final long at;
    private List<String> lines;

    /**
     * @param definitions by which profiles were made
     * @param at milliseconds since 1970
     */
    public MembershipText(Definitions definitions, long at) {
        this.definitions = definitions;
        this.compiled = CompiledDefinitions.fromTheBeginning(definitions);
        this.at = at;
    }

    /**
     * Without ends of lines; the first is the head.
     *
     * @param value of a parametric segment, or null for all
     * @throws IllegalArgumentException if it is no profile
     */
    public List<String> lines(SegmentDefinition segment, String value, JsonNode profile) {
        lines = new ArrayList<>();
        PublishedFacts facts = new PublishedFacts(profile, definitions.traits(), at);
        PublishedSegments segments = new PublishedSegments(compiled, facts);
        lines.add(CustomerText.named(segment));
        lines.add("Customer %s  %s"
                .formatted(
                        profile.path("customer_id").asText(), CustomerText.identifiers(profile.path("identifiers"))));
        List<Membership> memberships = facts.memberships().stream()
                .filter(membership -> membership.segment().equals(segment.name())
                        && (value == null || value.equals(membership.value())))
                .toList();
        memberships.forEach(membership -> lines.add(in(membership)));
        if (memberships.isEmpty()) {
            lines.add(value == null ? "Not in it" : "Not in it with " + CustomerText.safe(value));
        }
        if (!segment.isParametric() && segments.isIn(segment.name()) == memberships.isEmpty()) {
            lines.add("At %s its conditions say otherwise: the profile is of another instant, or by other definitions"
                    .formatted(Timestamps.format(at)));
        }
        lines.add("");
        part(segments.explain(segment.name()), 0);
        return lines;
    }

    private static String in(Membership membership) {
        return "In it%s since %s%s"
                .formatted(
                        membership.value() == null ? "" : " with " + CustomerText.safe(membership.value()),
                        Timestamps.format(membership.since()),
                        membership.exitsAt() == SegmentClock.NEVER
                                ? ", until something happens"
                                : ", until " + Timestamps.format(membership.exitsAt()) + " if nothing happens");
    }

    private void part(SegmentExplanation part, int depth) {
        if (part instanceof SegmentExplanation.Connective connective) {
            line(part, depth, connective.isAnd() ? "all of" : "any of");
            connective.parts().forEach(each -> part(each, depth + 1));
        } else if (part instanceof SegmentExplanation.Not not) {
            line(part, depth, "not");
            part(not.part(), depth + 1);
        } else if (part instanceof SegmentExplanation.Choice choice) {
            line(part, depth, "if the first holds the second, else the third");
            part(choice.when(), depth + 1);
            part(choice.then(), depth + 1);
            part(choice.otherwise(), depth + 1);
        } else if (part instanceof SegmentExplanation.Asked asked) {
            asked(asked, depth);
        } else if (part instanceof SegmentExplanation.One one) {
            line(
                    part,
                    depth,
                    one.observed() == null
                            ? one.text() + "  (no profile says this)"
                            : "%s  (%s; %s)"
                                    .formatted(one.text(), CustomerText.safe(one.observed()), flips(one.flip())));
        } else {
            line(part, depth, "always so");
        }
    }

    private void asked(SegmentExplanation.Asked asked, int depth) {
        boolean wasTold = asked.when() == null && !asked.isParametric();
        line(asked, depth, asked.text() + (wasTold ? "  (see above)" : ""));
        asked.values().forEach(value -> lines.add(indent(depth + 1) + in(value)));
        if (asked.when() != null) {
            part(asked.when(), depth + 1);
        }
    }

    private void line(SegmentExplanation part, int depth, String text) {
        lines.add("%-5s".formatted(mark(part.verdict())) + indent(depth).substring(5) + text);
    }

    private static String indent(int depth) {
        return " ".repeat(5 + 2 * depth);
    }

    private static String mark(Verdict verdict) {
        return switch (verdict) {
            case HOLDS -> "yes";
            case FAILS -> "no";
            case UNTOLD -> "?";
        };
    }

    private static String flips(Flip flip) {
        return switch (flip.kind()) {
            case BY_EVENT_ONLY -> "changes by an event only";
            case AT -> "changes at " + Timestamps.format(flip.at());
            case AT_THE_LATEST -> "changes as its window passes, at the latest " + Timestamps.format(flip.at());
            case IF_AT_ALL_UNTIL -> "may change as its window passes, at the latest " + Timestamps.format(flip.at());
            case UNTOLD -> "no profile says when";
        };
    }
}
