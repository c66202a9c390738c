package io.tributary.operators.computed;

import java.io.InputStream;

/** Reads bytes, for one thread: a lock per byte costs more than the byte. */
final class UnlockedInput extends InputStream {
    private final byte[] bytes;
    private int at;

    UnlockedInput(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        return at < bytes.length ? bytes[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int some = Math.min(length, bytes.length - at);
        if (some <= 0) {
            return length == 0 ? 0 : -1;
        }
        System.arraycopy(bytes, at, into, offset, some);
        at += some;
        return some;
    }
}
