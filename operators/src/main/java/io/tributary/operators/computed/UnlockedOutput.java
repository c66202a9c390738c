package io.tributary.operators.computed;

import java.io.OutputStream;
import java.util.Arrays;

/** Keeps what is written, for one thread: a lock per byte costs more than the byte. */
final class UnlockedOutput extends OutputStream {
    /** Room for most folds. */
    private static final int ROOM = 256;

    private byte[] bytes = new byte[ROOM];
    private int count;

    @Override
    public void write(int b) {
        makeRoom(1);
        bytes[count++] = (byte) b;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        makeRoom(length);
        System.arraycopy(from, offset, bytes, count, length);
        count += length;
    }

    private void makeRoom(int more) {
        if (bytes.length - count < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(count, more)));
        }
    }

    /** What was written. */
    byte[] bytes() {
        return Arrays.copyOf(bytes, count);
    }
}
