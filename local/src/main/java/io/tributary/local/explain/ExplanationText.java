package io.tributary.local.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.explain.StoredChange.Cause;
import io.tributary.local.rejects.Printable;
import io.tributary.operators.identity.IdentityChange.Kind;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.identity.NamespaceSettings;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An explanation in words: who the customer is, then a line for each change. Reasons are the rules of {@code
 * docs/identity.md}. What comes from outside is made safe for a terminal.
 */
final class ExplanationText {
    /** The most identifiers or customers that a line names. */
    static final int MOST_NAMED = 20;

    private static final int MAX_TEXT = 1_000;

    private final IdentitySettings identity;
    private final History history;
    private final ObjectNode profile;
    private final List<String> heirs;
    private final List<StoredChange> changes;
    private final Map<Cause, List<Identifier>> quarantined = new HashMap<>();
    private final Set<StoredChange> returns = new HashSet<>();

    ExplanationText(Explanation explanation, IdentitySettings identity) {
        this.identity = identity;
        this.history = explanation.history();
        this.profile = explanation.profile();
        this.heirs = explanation.heirs();
        this.changes = history.changes();
        Set<String> created = new HashSet<>();
        for (StoredChange change : changes) {
            if (change.kind() == Kind.CREATED && !created.add(change.customerId())) {
                returns.add(change);
            }
            if (change.kind() == Kind.QUARANTINED) {
                quarantined
                        .computeIfAbsent(change.cause(), cause -> new ArrayList<>(1))
                        .addAll(change.identifiers());
            }
        }
    }

    /** Without ends of lines. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (profile == null) {
            absent(lines);
        } else {
            present(lines);
        }
        if (!changes.isEmpty()) {
            lines.add("");
        }
        for (StoredChange change : changes) {
            lines.add("%s  %s  [%s]".formatted(Timestamps.format(change.at()), words(change), safe(change.because())));
        }
        return lines;
    }

    // -------------------------------------------------------------------------------------------------------- the head

    private void present(List<String> lines) {
        lines.add("Customer " + history.customerId());
        JsonNode identifiers = profile.path("identifiers");
        Set<String> namespaces = new LinkedHashSet<>(identity.names());
        identifiers.fieldNames().forEachRemaining(namespaces::add);
        for (String namespace : namespaces) {
            JsonNode values = identifiers.path(namespace);
            if (!values.isEmpty()) {
                field(lines, namespace, texts(values), 0);
            }
        }
        long leftOut = profile.path("identifiers_left_out").asLong(0);
        if (leftOut > 0) {
            field(lines, "left out", List.of("the %,d weakest".formatted(leftOut)), 0);
        }
        if (!profile.path("merged_from").isEmpty()) {
            field(
                    lines,
                    "merged from",
                    texts(profile.path("merged_from")),
                    profile.path("merged_from_left_out").asLong(0));
        }
    }

    private void absent(List<String> lines) {
        String id = history.customerId();
        List<StoredChange> mergers = lastMergers();
        if (mergers.isEmpty() && heirs.isEmpty()) {
            String canonical = history.persons().stream()
                    .filter(person -> person.customerId().equals(id))
                    .map(person -> " (" + safe(person.qualified()) + ")")
                    .findFirst()
                    .orElse("");
            lines.add("No event belongs to %s%s, so there is no such customer.".formatted(id, canonical));
            return;
        }
        if (mergers.isEmpty()) {
            lines.add("Customer %s is gone".formatted(id));
        } else {
            lines.add("Customer %s was merged into %s".formatted(id, named(intos(mergers), 0)));
        }
        if (!heirs.isEmpty() && !heirs.equals(intos(mergers))) {
            field(lines, "now", heirs, 0);
        }
    }

    /** By which it went for good: several if its events went to several customers. */
    private List<StoredChange> lastMergers() {
        List<StoredChange> own = changes.stream()
                .filter(change ->
                        change.kind() == Kind.MERGED && change.customerId().equals(history.customerId()))
                .toList();
        if (own.isEmpty()) {
            return own;
        }
        Cause last = own.get(own.size() - 1).cause();
        return own.stream().filter(change -> change.cause().equals(last)).toList();
    }

    private static List<String> intos(List<StoredChange> mergers) {
        return mergers.stream().map(StoredChange::into).toList();
    }

    private static void field(List<String> lines, String name, List<String> values, long leftOut) {
        lines.add(String.format(Locale.ROOT, "  %-12s  %s", name, named(values, leftOut)));
    }

    // ----------------------------------------------------------------------------------------------------- the history

    private String words(StoredChange change) {
        return switch (change.kind()) {
            case CREATED ->
                whose(change.customerId())
                        + (returns.contains(change) ? "is there again, with " : "created with ")
                        + named(change);
            case LINKED -> whose(change.customerId()) + "linked " + named(change);
            case MERGED -> merged(change);
            case UNMERGED -> unmerged(change);
            case CONFLICT -> refused(change) + "conflict between " + pair(change) + ", because " + limits();
            case COMPONENT_FULL ->
                refused(change)
                        + ("component full: no link between %s, because more than %,d links would hang together;"
                                        + " of the two components the one with more links is frozen for good")
                                .formatted(pair(change), identity.maxComponent());
            case QUARANTINED ->
                "quarantined: %s is shared by more than %d anchors, so it links nobody"
                        .formatted(named(change), maxShared(change));
        };
    }

    /** The change does not say which limit it was. */
    private String limits() {
        List<NamespaceSettings> limited = identity.namespaces().stream()
                .filter(settings -> settings.limit() != IdentitySettings.NO_LIMIT)
                .toList();
        if (limited.size() == 1
                && limited.get(0).limit() == 1
                && limited.get(0).namespace().isNamed(Namespace.USER_ID)) {
            return "a customer has one user id";
        }
        return "a customer has at most "
                + limited.stream()
                        .map(settings ->
                                settings.limit() + " " + settings.namespace().id())
                        .collect(Collectors.joining(", "));
    }

    /** Of a value that is quarantined. */
    private int maxShared(StoredChange change) {
        return change.identifiers().stream()
                .map(identifier -> identity.of(identifier.namespace().id()))
                .filter(Objects::nonNull)
                .mapToInt(NamespaceSettings::maxShared)
                .findFirst()
                .orElse(IdentitySettings.DEFAULT_MAX_SHARED);
    }

    private String merged(StoredChange change) {
        if (isLoss(change)) {
            return whose(change.customerId()) + "was merged into " + change.into() + inBrackets(change)
                    + reasonOfMerger(change);
        }
        return whose(change.into()) + change.customerId() + inBrackets(change) + " was merged into it"
                + reasonOfMerger(change);
    }

    /**
     * A customer that is a device ends with the first login on it, and by nothing else. If what it is merged into was a
     * part of it, it ends because that part left. Others end by a link; but a quarantine by the same event may have ended
     * it as well, and the change does not say which of the two.
     */
    private String reasonOfMerger(StoredChange change) {
        for (Identifier identifier : change.identifiers()) {
            if (!identifier.namespace().isPerson() && identifier.customerId().equals(change.customerId())) {
                return ", because what a device did before its first login belongs to that login's person";
            }
        }
        if (change.identifiers().stream().anyMatch(part -> part.customerId().equals(change.into()))) {
            return ", because " + reasonOfParting(change);
        }
        boolean isPerson = change.identifiers().stream()
                .anyMatch(other -> other.namespace().isPerson());
        return isPerson && !quarantined.containsKey(change.cause())
                ? ", because person identifiers of both stand on the same event"
                : "";
    }

    private String unmerged(StoredChange change) {
        String part = change.identifiers().isEmpty() ? "some of the events" : named(change);
        String move = isLoss(change)
                ? whose(change.customerId()) + "a part went to " + change.into()
                : whose(change.into()) + "a part of " + change.customerId() + " came to it";
        return "%s: %s, because %s".formatted(move, part, reasonOfParting(change));
    }

    private String reasonOfParting(StoredChange change) {
        List<Identifier> values = quarantined.get(change.cause());
        return values == null
                ? "an older link turned up or a command keeps them apart"
                : named(qualified(values), 0) + (values.size() == 1 ? " is" : " are") + " quarantined";
    }

    /** Whether something went from this customer, or went from a former one to somebody else. */
    private boolean isLoss(StoredChange change) {
        return change.customerId().equals(history.customerId()) || !history.isPart(change.into(), change.at());
    }

    private String refused(StoredChange change) {
        return (history.isPart(change.customerId(), change.at()) ? whose(change.customerId()) : "") + "refused: ";
    }

    /** Marks what happened to a customer before it was merged into this one. */
    private String whose(String customerId) {
        return customerId.equals(history.customerId()) ? "" : customerId + ": ";
    }

    // ----------------------------------------------------------------------------------------------------------- names

    private static String pair(StoredChange change) {
        return String.join(" and ", qualified(change.identifiers()));
    }

    private static String inBrackets(StoredChange change) {
        return change.identifiers().isEmpty() ? "" : " (" + named(change) + ")";
    }

    private static String named(StoredChange change) {
        return named(qualified(change.identifiers()), change.leftOut());
    }

    private static String named(List<String> names, long leftOut) {
        long more = leftOut + Math.max(0, names.size() - MOST_NAMED);
        String text = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return more > 0 ? "%s and %,d more".formatted(text, more) : text;
    }

    /** The strongest first. */
    private static List<String> qualified(List<Identifier> identifiers) {
        return identifiers.stream()
                .sorted()
                .map(identifier -> safe(identifier.qualified()))
                .toList();
    }

    private static List<String> texts(JsonNode values) {
        List<String> texts = new ArrayList<>(values.size());
        values.forEach(value -> texts.add(safe(value.asText())));
        return texts;
    }

    private static String safe(String text) {
        return Printable.line(text.getBytes(StandardCharsets.UTF_8), MAX_TEXT);
    }
}
