package io.tributary.operators.identity;

import io.tributary.operators.identity.Resolution.Move;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Person identifiers that hang together by links, whatever becomes of the links: the unit in which identities are kept
 * and resolved. It may be several customers, because links that break a limit are refused and pairs that were unmerged
 * stay apart.
 *
 * <p>Bound: the links of {@link ResolutionRules#maxComponent}, hence one member more; per member
 * {@link ResolutionRules#maxShared} + 1 anchors; the pairs that unmerges have named, of which events make none.
 */
public final class RawComponent {
    private static final byte FORMAT = 1;

    public static final Codec<RawComponent> CODEC = new RawComponentCodec();

    /** What is known of one identifier. */
    static final class Member implements Comparable<Member> {
        private final Identifier identifier;

        /** Null until somebody asks for it. */
        private byte[] digest;

        /**
         * Hashes of the distinct anchors that it was seen with; no more are kept than it takes to know that they are too
         * many.
         */
        private final List<Long> anchors = new ArrayList<>(2);

        private boolean quarantined;
        private boolean frozen;

        /** The strongest identifier of its customer, as of the last resolution. */
        private Identifier canonical;

        /** Of the resolution that is going on. */
        private Group group;

        Member(Identifier identifier) {
            this.identifier = identifier;
            this.canonical = identifier;
        }

        Identifier identifier() {
            return identifier;
        }

        Identifier canonical() {
            return canonical;
        }

        /** How many distinct anchors are known. */
        int anchorCount() {
            return anchors.size();
        }

        /** @return whether there are more anchors than {@code max} now */
        boolean count(Identifier anchor, int max) {
            if (anchors.size() <= max && !anchors.contains(anchor.hash())) {
                anchors.add(anchor.hash());
            }
            return anchors.size() > max;
        }

        void quarantine() {
            quarantined = true;
        }

        /** Whether its links connect nothing and count for nothing. */
        boolean isQuarantined() {
            return quarantined;
        }

        void freeze() {
            frozen = true;
        }

        boolean isFrozen() {
            return frozen;
        }

        /** The order of identifiers, without computing hashes again. */
        @Override
        public int compareTo(Member other) {
            int byNamespace = identifier.namespace().compareTo(other.identifier.namespace());
            return byNamespace != 0 ? byNamespace : Arrays.compareUnsigned(digest(), other.digest());
        }

        private byte[] digest() {
            if (digest == null) {
                digest = Hashes.sha256(identifier.qualified());
            }
            return digest;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Member that && identifier.equals(that.identifier);
        }

        @Override
        public int hashCode() {
            return identifier.hashCode();
        }
    }

    /** A link with the smallest event that showed it. */
    static final class ShownLink {
        private static final Comparator<ShownLink> ORDER =
                Comparator.comparing((ShownLink shown) -> shown.order).thenComparing(shown -> shown.link);

        private final Link link;
        private final Member stronger;
        private final Member weaker;
        private EventOrder order;

        /** Whether it broke a limit, as of the last resolution. */
        private boolean refused;

        ShownLink(Link link, Member stronger, Member weaker, EventOrder order) {
            this.link = link;
            this.stronger = stronger;
            this.weaker = weaker;
            this.order = order;
        }

        EventOrder order() {
            return order;
        }

        void order(EventOrder earlier) {
            order = earlier;
        }
    }

    /** Members that have been found to be one customer so far. */
    private static final class Group {
        private Group joined;
        private int size = 1;
        private Member strongest;

        /** By place of the namespaces that are limited. */
        private final int[] values;

        Group(Member member, ResolutionRules rules) {
            strongest = member;
            values = new int[rules.limitedNamespaces()];
            int place = rules.placeOf(member.identifier.namespace());
            if (place >= 0) {
                values[place] = 1;
            }
        }

        Group whole() {
            Group whole = this;
            while (whole.joined != null) {
                whole = whole.joined;
            }
            return whole;
        }

        boolean breaksALimitWith(Group other, ResolutionRules rules) {
            for (int place = 0; place < values.length; place++) {
                if (values[place] + other.values[place] > rules.limitAt(place)) {
                    return true;
                }
            }
            return false;
        }

        /** The smaller goes into the larger, so that nobody is far from the whole. */
        void join(Group other) {
            if (size < other.size) {
                other.join(this);
                return;
            }
            other.joined = this;
            size += other.size;
            if (other.strongest.compareTo(strongest) < 0) {
                strongest = other.strongest;
            }
            for (int place = 0; place < values.length; place++) {
                values[place] += other.values[place];
            }
        }
    }

    private final Identifier key;
    private final Map<Identifier, Member> members = new LinkedHashMap<>(4);
    private final Map<Link, ShownLink> links = new LinkedHashMap<>(4);

    /** Pairs that are never one customer, of which a member is one. */
    private final Set<Link> apart = new HashSet<>(0);

    private RawComponent(Identifier key) {
        this.key = key;
    }

    /** An identifier that hangs together with nobody. */
    static RawComponent of(Identifier identifier) {
        RawComponent component = new RawComponent(identifier);
        component.members.put(identifier, new Member(identifier));
        return component;
    }

    /** One of the members. */
    public Identifier key() {
        return key;
    }

    /** How many links hang together; links that break a limit or that an unmerge cuts are among them. */
    public int linkCount() {
        return links.size();
    }

    public Set<Identifier> identifiers() {
        return Collections.unmodifiableSet(members.keySet());
    }

    Member member(Identifier identifier) {
        return members.get(identifier);
    }

    Collection<Member> members() {
        return members.values();
    }

    /** The link with its order, or null. */
    ShownLink link(Link link) {
        return links.get(link);
    }

    void add(Link link, EventOrder order) {
        links.put(link, new ShownLink(link, member(link.stronger()), member(link.weaker()), order));
    }

    /** Forgets the links of an identifier. */
    void cutOff(Identifier identifier) {
        links.keySet().removeIf(link -> link.touches(identifier));
    }

    void keepApart(Link pair) {
        apart.add(pair);
    }

    /** The pairs that are kept apart of which an identifier is one. */
    List<Link> apartFrom(Identifier identifier) {
        return apart.stream().filter(pair -> pair.touches(identifier)).toList();
    }

    void forgetApart(Link pair) {
        apart.remove(pair);
    }

    void freeze() {
        members.values().forEach(Member::freeze);
    }

    /** Takes over another component, which is of no use afterwards. */
    void absorb(RawComponent other) {
        members.putAll(other.members);
        links.putAll(other.links);
        apart.addAll(other.apart);
    }

    /**
     * Lets go what does not hang together with the key any more.
     *
     * @return the other parts
     */
    List<RawComponent> split() {
        Map<Identifier, List<Identifier>> neighbours = new HashMap<>();
        for (Link link : links.keySet()) {
            neighbours
                    .computeIfAbsent(link.stronger(), end -> new ArrayList<>())
                    .add(link.weaker());
            neighbours.computeIfAbsent(link.weaker(), end -> new ArrayList<>()).add(link.stronger());
        }
        Set<Identifier> reached = reach(key, neighbours);
        if (reached.size() == members.size()) {
            return List.of();
        }
        List<RawComponent> others = new ArrayList<>();
        for (Identifier member : List.copyOf(members.keySet())) {
            if (reached.contains(member)) {
                continue;
            }
            Set<Identifier> together = reach(member, neighbours);
            reached.addAll(together);
            RawComponent other = new RawComponent(member);
            for (Identifier one : together) {
                other.members.put(one, members.remove(one));
            }
            others.add(other);
        }
        for (RawComponent other : others) {
            for (Link pair : apart) {
                if (other.members.containsKey(pair.stronger()) || other.members.containsKey(pair.weaker())) {
                    other.apart.add(pair);
                }
            }
        }
        Map<Identifier, RawComponent> homes = new HashMap<>();
        others.forEach(other -> other.members.keySet().forEach(member -> homes.put(member, other)));
        links.values().removeIf(shown -> {
            RawComponent home = homes.get(shown.link.stronger());
            if (home != null) {
                home.links.put(shown.link, shown);
            }
            return home != null;
        });
        apart.removeIf(pair -> !members.containsKey(pair.stronger()) && !members.containsKey(pair.weaker()));
        return others;
    }

    private static Set<Identifier> reach(Identifier from, Map<Identifier, List<Identifier>> neighbours) {
        Set<Identifier> reached = new HashSet<>();
        Deque<Identifier> next = new ArrayDeque<>();
        reached.add(from);
        next.add(from);
        while (!next.isEmpty()) {
            for (Identifier neighbour : neighbours.getOrDefault(next.remove(), List.of())) {
                if (reached.add(neighbour)) {
                    next.add(neighbour);
                }
            }
        }
        return reached;
    }

    /**
     * Finds the customers: takes the links in the order of (event, pair), refuses those that would break a limit, leaves
     * out those that would bring a pair together that is to stay apart. A function of the links, whatever it was before.
     *
     * @param moves is given those whose canonical identifier is another one than before
     * @param conflicts is given links that break a limit and did not do so before
     */
    void resolve(ResolutionRules rules, Collection<Move> moves, Collection<Link> conflicts) {
        members.values().forEach(member -> member.group = new Group(member, rules));
        List<ShownLink> inOrder = new ArrayList<>(links.values());
        inOrder.sort(ShownLink.ORDER);
        for (ShownLink shown : inOrder) {
            Group one = shown.stronger.group.whole();
            Group other = shown.weaker.group.whole();
            boolean refused = one != other && one.breaksALimitWith(other, rules);
            if (refused && !shown.refused) {
                conflicts.add(shown.link);
            }
            shown.refused = refused;
            if (one != other && !refused && !isApart(one, other)) {
                one.join(other);
            }
        }
        for (Member member : members.values()) {
            Identifier canonical = member.group.whole().strongest.identifier;
            if (!canonical.equals(member.canonical)) {
                moves.add(new Move(member.identifier, member.canonical, canonical));
            }
            member.canonical = canonical;
        }
        members.values().forEach(member -> member.group = null);
    }

    private boolean isApart(Group one, Group other) {
        for (Link pair : apart) {
            Member stronger = members.get(pair.stronger());
            Member weaker = members.get(pair.weaker());
            if (stronger != null && weaker != null) {
                Group a = stronger.group.whole();
                Group b = weaker.group.whole();
                if ((a == one && b == other) || (a == other && b == one)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Identifiers are written once; everything else refers to their places. */
    private static final class RawComponentCodec implements Codec<RawComponent> {
        private static final int QUARANTINED = 1;
        private static final int FROZEN = 2;

        @Override
        public void write(RawComponent component, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Map<Identifier, Integer> places = new HashMap<>();
            Wire.writeVarInt(component.members.size(), out);
            for (Identifier identifier : component.members.keySet()) {
                places.put(identifier, places.size());
                Identifier.CODEC.write(identifier, out);
            }
            Wire.writeVarInt(places.get(component.key), out);
            for (Member member : component.members.values()) {
                out.writeByte((member.quarantined ? QUARANTINED : 0) | (member.frozen ? FROZEN : 0));
                Wire.writeVarInt(places.get(member.canonical), out);
                Wire.writeVarInt(member.anchors.size(), out);
                for (long anchor : member.anchors) {
                    out.writeLong(anchor);
                }
            }
            Wire.writeVarInt(component.links.size(), out);
            for (ShownLink shown : component.links.values()) {
                Wire.writeVarInt(places.get(shown.link.stronger()), out);
                Wire.writeVarInt(places.get(shown.link.weaker()), out);
                EventOrder.CODEC.write(shown.order, out);
                out.writeBoolean(shown.refused);
            }
            Wire.writeVarInt(component.apart.size(), out);
            for (Link pair : component.apart) {
                Identifier.CODEC.write(pair.stronger(), out);
                Identifier.CODEC.write(pair.weaker(), out);
            }
        }

        @Override
        public RawComponent read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a component", in);
            Identifier[] identifiers = new Identifier[Wire.readVarInt(in)];
            for (int i = 0; i < identifiers.length; i++) {
                identifiers[i] = Identifier.CODEC.read(in);
            }
            RawComponent component = new RawComponent(identifiers[Wire.readVarInt(in)]);
            for (Identifier identifier : identifiers) {
                component.members.put(identifier, readMember(identifier, identifiers, in));
            }
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                Link link = new Link(identifiers[Wire.readVarInt(in)], identifiers[Wire.readVarInt(in)]);
                component.add(link, EventOrder.CODEC.read(in));
                component.link(link).refused = in.readBoolean();
            }
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                component.apart.add(new Link(Identifier.CODEC.read(in), Identifier.CODEC.read(in)));
            }
            return component;
        }

        private static Member readMember(Identifier identifier, Identifier[] identifiers, DataInput in)
                throws IOException {
            Member member = new Member(identifier);
            int flags = in.readByte();
            member.quarantined = (flags & QUARANTINED) != 0;
            member.frozen = (flags & FROZEN) != 0;
            member.canonical = identifiers[Wire.readVarInt(in)];
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                member.anchors.add(in.readLong());
            }
            return member;
        }
    }
}
