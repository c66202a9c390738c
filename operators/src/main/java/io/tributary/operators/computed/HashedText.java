package io.tributary.operators.computed;

import io.tributary.schemas.codec.Hashes;

/**
 * A text in the order of hashes, the first eight bytes of SHA-256, unsigned; of equal ones the smaller text first. The
 * hash is computed when it is asked for: what is read in its order seldom needs it.
 */
final class HashedText implements Comparable<HashedText> {
    /** Null if only the hash is known. */
    private final String text;

    private long hash;
    private boolean isHashed;

    /** Where the text stands in its table while that is numbered. */
    private int place;

    HashedText(String text) {
        this.text = text;
    }

    /** A text of which only the hash is known. It is not to be compared with those that are known. */
    static HashedText unknown(long hash) {
        HashedText unknown = new HashedText(null);
        unknown.hash = hash;
        unknown.isHashed = true;
        return unknown;
    }

    /** The same text in a table of its own. */
    HashedText copy() {
        HashedText copy = new HashedText(text);
        copy.hash = hash();
        copy.isHashed = true;
        return copy;
    }

    String text() {
        return text;
    }

    long hash() {
        if (!isHashed) {
            hash = Hashes.prefix(Hashes.sha256(text));
            isHashed = true;
        }
        return hash;
    }

    int place() {
        return place;
    }

    void setPlace(int place) {
        this.place = place;
    }

    boolean isSame(HashedText other) {
        return text == null ? hash == other.hash : text.equals(other.text);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Only saves the hash.
    public int compareTo(HashedText other) {
        if (this == other) {
            return 0;
        }
        int byHash = Long.compareUnsigned(hash(), other.hash());
        return byHash != 0 || text == null ? byHash : text.compareTo(other.text);
    }
}
