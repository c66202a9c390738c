package io.tributary.operators.profile;

import io.tributary.operators.sink.PersonalIdentifiers;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who belongs to a customer beside the canonical identifier, and which customers it was merged from.
 *
 * <p>Bound: a person per link that hangs together; the former customers of one fragment; of all of them,
 * {@value FormerCustomers#MAX_AT_HAND}.
 */
public final class Membership {
    private static final byte FORMAT = 1;
    private static final int PERSONAL = 1;
    private static final int HAS_PARTS = 2;

    public static final Codec<Membership> CODEC = new Codec<>() {
        @Override
        public void write(Membership membership, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeAll(membership.persons, Identifier.CODEC, out);
            FragmentLedger.writeFormer(membership.formerOfOwn, out);
            FragmentLedger.writeFormer(membership.formerAtHand, out);
            out.writeByte((membership.personal ? PERSONAL : 0) | (membership.formerInParts > 0 ? HAS_PARTS : 0));
            if (membership.formerInParts > 0) {
                Wire.writeVarInt(membership.formerInParts, out);
            }
        }

        @Override
        public Membership read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a membership", in);
            Membership membership = new Membership();
            membership.persons.addAll(Wire.readAll(Identifier.CODEC, in));
            membership.formerOfOwn.addAll(FragmentLedger.readFormer(in));
            membership.formerAtHand.addAll(FragmentLedger.readFormer(in));
            int flags = in.readByte();
            membership.personal = (flags & PERSONAL) != 0;
            if ((flags & HAS_PARTS) != 0) {
                membership.formerInParts = Wire.readVarInt(in);
            }
            return membership;
        }
    };

    private final SortedSet<Identifier> persons = new TreeSet<>();
    private final SortedSet<String> formerOfOwn = new TreeSet<>();
    private final SortedSet<String> formerAtHand = new TreeSet<>();
    private int formerInParts;
    private boolean personal;

    /** Person identifiers, the canonical one not among them. */
    SortedSet<Identifier> persons() {
        return Collections.unmodifiableSortedSet(persons);
    }

    void add(Identifier person) {
        persons.add(person);
        personal |= PersonalIdentifiers.isPersonal(person);
    }

    void remove(Identifier person) {
        persons.remove(person);
    }

    /** Former customers of the fragment whose identifier is the canonical one. */
    SortedSet<String> formerOfOwn() {
        return formerOfOwn;
    }

    /** Former customers of all fragments, apart from those {@linkplain #formerInParts in parts}. */
    SortedSet<String> formerAtHand() {
        return formerAtHand;
    }

    /** How many further ones there are: see {@link FormerCustomers}. */
    int formerInParts() {
        return formerInParts;
    }

    void formerInParts(int number) {
        formerInParts = number;
    }

    /** Whether it says nothing that has to be kept. */
    boolean isEmpty() {
        return persons.isEmpty() && formerOfOwn.isEmpty() && formerAtHand.isEmpty() && formerInParts == 0 && !personal;
    }

    /** A fragment has left that has stated something personal. */
    void notePersonal() {
        personal = true;
    }

    /** Whether something personal was ever a member, or what has left has stated something personal. */
    boolean hasEverBeenPersonal() {
        return personal;
    }
}
