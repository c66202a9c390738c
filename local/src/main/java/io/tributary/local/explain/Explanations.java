package io.tributary.local.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.lookup.FoundProfiles;
import io.tributary.local.lookup.ProfileFile;
import io.tributary.local.lookup.ProfileQuery;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Explains customers of a backtest by its {@code profiles.jsonl}, which says who is there now, and its {@code
 * identity-changes.jsonl}, which says why.
 *
 * <p>Both files are read line by line, the changes as often as {@link History} needs. Kept are the profiles and the
 * histories of those who are explained, at most {@value #MOST}, whatever the length of the files.
 */
public final class Explanations {
    /** The most customers that are explained at once: a device of a library may belong to thousands. */
    public static final int MOST = 10;

    private final ProfileFile profiles;
    private final ChangeFile changes;
    private final IdentitySettings identity;

    /**
     * What was found.
     *
     * @param texts lines for a terminal, of each of the first customers
     * @param total how many customers there are
     */
    public record Found(List<List<String>> texts, long total) {}

    /** @param identity the rules that the backtest followed, as far as they are known */
    public Explanations(Path profiles, Path changes, IdentitySettings identity) {
        this.profiles = new ProfileFile(profiles);
        this.changes = new ChangeFile(changes, identity);
        this.identity = identity;
    }

    /** What messages call the place where customers are looked up. */
    public String name() {
        return profiles.name();
    }

    /**
     * Explains whoever is wanted, also if gone.
     *
     * @throws IOException if a file can't be read, or has a line that a backtest does not write
     */
    public Found explain(ProfileQuery query) throws IOException {
        List<Explanation> wanted = new ArrayList<>();
        long total;
        if (query instanceof ProfileQuery.Of of) {
            FoundProfiles found = profiles.find(query);
            total = found.total();
            for (ObjectNode profile : found.profiles()) {
                if (wanted.size() < MOST) {
                    wanted.add(present(profile));
                }
            }
            if (wanted.isEmpty()) {
                Set<String> holders = holdersOf(of.identifier());
                total = holders.size();
                for (String holder : holders) {
                    if (wanted.size() < MOST) {
                        wanted.add(customer(holder, List.of(of.identifier())));
                    }
                }
            }
        } else {
            wanted.add(customer(query.text(), List.of()));
            total = 1;
        }
        read(wanted.stream().map(Explanation::history).toList());
        long unknown = wanted.stream().filter(Explanations::isUnknown).count();
        List<List<String>> texts = wanted.stream()
                .filter(explanation -> !isUnknown(explanation))
                .map(explanation -> new ExplanationText(explanation, identity).lines())
                .toList();
        return new Found(texts, total - unknown);
    }

    private Set<String> holdersOf(Identifier identifier) throws IOException {
        Holders holders = new Holders(identifier);
        changes.read(holders::take);
        return holders.customers();
    }

    private Explanation customer(String id, Collection<Identifier> known) throws IOException {
        List<String> heirs = new ArrayList<>();
        for (ObjectNode profile : profiles.find(new ProfileQuery.Customer(id)).profiles()) {
            if (id.equals(idOf(profile))) {
                return present(profile);
            }
            heirs.add(idOf(profile));
        }
        return new Explanation(new History(id, known, List.of()), null, heirs);
    }

    private Explanation present(ObjectNode profile) {
        List<Identifier> known =
                Objects.requireNonNullElse(StoredChange.identifiers(profile.path("identifiers"), identity), List.of());
        List<String> formers = new ArrayList<>();
        profile.path("merged_from").forEach(former -> formers.add(former.asText()));
        return new Explanation(new History(idOf(profile), known, formers), profile, List.of());
    }

    private static String idOf(ObjectNode profile) {
        return profile.path("customer_id").asText();
    }

    private static boolean isUnknown(Explanation explanation) {
        return explanation.profile() == null
                && explanation.heirs().isEmpty()
                && explanation.history().isEmpty();
    }

    /** Passes over the file until nobody's history grows: those that have come to their end are not shown it again. */
    private void read(List<History> histories) throws IOException {
        Set<History> growing = new HashSet<>(histories);
        while (!growing.isEmpty()) {
            growing.forEach(History::begin);
            changes.read(change -> growing.forEach(history -> history.take(change)));
            growing.removeIf(history -> !history.end());
        }
    }
}
