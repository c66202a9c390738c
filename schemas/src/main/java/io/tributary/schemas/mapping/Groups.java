package io.tributary.schemas.mapping;

import io.tributary.schemas.event.Reject;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Rows that wait for the rest of their group. A group can go on in the last line of the last file, so all of them wait
 * until then; {@link ReadLimits#groupedBytes()} bounds how much that may be.
 *
 * <p>What comes out does not depend on the order of what went in: the rows of a group are sorted by their time and
 * bytes, groups by their time and id.
 */
final class Groups {
    /** Objects around a waiting row, roughly. */
    private static final int OVERHEAD = 400;

    private static final Comparator<Member> ORDER = Comparator.comparingLong((Member member) -> member.draft.millis())
            .thenComparing(member -> member.row.identity(), Arrays::compareUnsigned)
            .thenComparing(member -> member.row.origin().source())
            .thenComparingLong(member -> member.row.origin().position());

    private final long limit;
    private final Map<Key, List<Member>> groups = new HashMap<>();
    private long held;

    private record Key(int entry, String id) {}

    private record Member(Row row, Entry entry, Entry.Draft draft) {}

    private record Event(long millis, String id, int entry, List<Member> members) {}

    Groups(long limit) {
        this.limit = limit;
    }

    void add(Row row, Entry entry, Entry.Draft draft) {
        held += OVERHEAD + row.identity().length + (row.raw() == row.identity() ? 0 : row.raw().length);
        if (held > limit) {
            throw new DefinitionException("more than " + (limit >> 20)
                    + " MiB of rows wait for the rest of their groups" + " (group_by); read fewer files at once");
        }
        groups.computeIfAbsent(new Key(entry.index(), draft.groupId()), key -> new ArrayList<>())
                .add(new Member(row, entry, draft));
    }

    /** Delivers every group as one event, and forgets it. */
    void drain(Consumer<MappedLine> out) {
        groups.entrySet().stream()
                .map(group -> sorted(group.getKey(), group.getValue()))
                .sorted(Comparator.comparingLong(Event::millis)
                        .thenComparing(Event::id)
                        .thenComparingInt(Event::entry))
                .forEach(event -> out.accept(write(event)));
        groups.clear();
        held = 0;
    }

    private static Event sorted(Key key, List<Member> members) {
        members.sort(ORDER);
        var kept = members.get(0).entry.distinctRows() ? distinct(members) : members;
        return new Event(kept.get(kept.size() - 1).draft.millis(), key.id, key.entry, kept);
    }

    private static List<Member> distinct(List<Member> sorted) {
        var kept = new ArrayList<Member>();
        for (var member : sorted) {
            if (kept.isEmpty() || !Arrays.equals(kept.get(kept.size() - 1).row.identity(), member.row.identity())) {
                kept.add(member);
            }
        }
        return kept;
    }

    private static MappedLine write(Event event) {
        var latest = event.members.get(event.members.size() - 1);
        var entry = latest.entry;
        var drafts = event.members.stream().map(Member::draft).toList();
        var products = drafts.stream()
                .map(Entry.Draft::product)
                .filter(product -> product != null)
                .toList();
        try {
            return new MappedLine.Event(
                    entry.write(event.millis, entry.combine(drafts), products), latest.row.origin(), raw(event));
        } catch (RowException e) {
            return new MappedLine.Refused(new Reject(e.reason(), e.getMessage(), latest.row.origin(), raw(event)));
        }
    }

    private static byte[] raw(Event event) {
        var bytes = new ByteArrayOutputStream();
        for (var member : event.members) {
            if (bytes.size() > 0) {
                bytes.write('\n');
            }
            bytes.writeBytes(member.row.raw());
        }
        return bytes.toByteArray();
    }
}
