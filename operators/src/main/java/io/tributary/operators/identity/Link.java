package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;

/** Two different person identifiers that an event has shown together. Links order by (stronger, weaker). */
public record Link(Identifier stronger, Identifier weaker) implements Comparable<Link> {
    /** The link of two different identifiers, in any order. */
    public static Link of(Identifier one, Identifier other) {
        return one.compareTo(other) < 0 ? new Link(one, other) : new Link(other, one);
    }

    /** Whether an identifier is one of the two. */
    public boolean touches(Identifier identifier) {
        return stronger.equals(identifier) || weaker.equals(identifier);
    }

    @Override
    public int compareTo(Link other) {
        int byStronger = stronger.compareTo(other.stronger);
        return byStronger != 0 ? byStronger : weaker.compareTo(other.weaker);
    }
}
