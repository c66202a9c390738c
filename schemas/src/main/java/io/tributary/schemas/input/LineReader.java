package io.tributary.schemas.input;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a file as raw bytes with their numbers; a name that ends in {@code .gz} is decompressed on the way.
 *
 * <p>A line ends at LF, a CR before it is dropped; the bytes after the last LF are a line if there are any; empty
 * lines are delivered, for their consumer to refuse. Nothing is decoded here: what the bytes mean, and whether they are
 * text at all, is decided where they can be rejected with a reason.
 *
 * <p>Memory is bounded by the limit: of a longer line only its first bytes are kept, it is marked as truncated, and
 * reading goes on behind it.
 */
public final class LineReader implements Iterator<LineReader.Line>, Closeable {
    /** Longest line that is kept whole, in bytes, unless the caller says otherwise: 1 MiB. */
    public static final int DEFAULT_LIMIT = 1 << 20;

    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final int limit;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(256);

    private int position;
    private int end;
    private long number;
    private Line next;

    /**
     * A line without its ending.
     *
     * @param number from 1
     * @param bytes the line; if truncated, its first {@code limit} bytes
     * @param length of the whole line in bytes
     */
    public record Line(long number, byte[] bytes, long length) {
        /** Whether the line was longer than the limit, so that {@link #bytes} is only its beginning. */
        public boolean truncated() {
            return length > bytes.length;
        }

        public boolean isEmpty() {
            return length == 0;
        }
    }

    /**
     * Opens a file with the {@linkplain #DEFAULT_LIMIT default limit}.
     *
     * @throws UncheckedIOException if it can't be opened; the message names the file
     */
    public LineReader(Path file) {
        this(file, DEFAULT_LIMIT);
    }

    /**
     * Opens a file.
     *
     * @param limit longest line that is kept whole, in bytes
     * @throws UncheckedIOException if it can't be opened; the message names the file
     */
    public LineReader(Path file, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("the limit of a line must be at least 1 byte, not " + limit);
        }
        this.file = file;
        this.limit = limit;
        this.in = open(file);
    }

    private static InputStream open(Path file) {
        try {
            var raw = Files.newInputStream(file);
            if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
                return raw;
            }
            try {
                return new GZIPInputStream(raw, BUFFER);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file + ": " + explain(e), e);
        }
    }

    /**
     * Whether there is a further line.
     *
     * @throws UncheckedIOException if reading fails; the message names the file and the line
     */
    @Override
    public boolean hasNext() {
        if (next == null) {
            next = read();
        }
        return next != null;
    }

    @Override
    public Line next() {
        if (!hasNext()) {
            throw new NoSuchElementException(file + " has no line after " + number);
        }
        var line = next;
        next = null;
        return line;
    }

    private Line read() {
        kept.reset();
        long length = 0;
        byte last = 0;
        while (true) {
            if (position == end && !fill()) {
                return length == 0 ? null : line(length, false);
            }
            int from = position;
            while (position < end && buffer[position] != '\n') {
                position++;
            }
            int size = position - from;
            if (size > 0) {
                // One byte beyond the limit is kept, because it may be the CR that does not count.
                kept.write(buffer, from, (int) Math.max(0, Math.min(size, limit + 1L - kept.size())));
                length += size;
                last = buffer[position - 1];
            }
            if (position < end) {
                position++;
                return line(length, length > 0 && last == '\r');
            }
        }
    }

    private Line line(long length, boolean dropCr) {
        number++;
        long content = dropCr ? length - 1 : length;
        var bytes = kept.toByteArray();
        int size = (int) Math.min(content, limit);
        return new Line(number, bytes.length == size ? bytes : Arrays.copyOf(bytes, size), content);
    }

    private boolean fill() {
        try {
            position = 0;
            end = Math.max(0, in.read(buffer));
            return end > 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " after line " + number + ": " + explain(e), e);
        }
    }

    private static String explain(IOException e) {
        if (e instanceof EOFException) {
            return "the file ends in the middle of its gzip data";
        }
        if (e instanceof ZipException) {
            return "damaged gzip data (" + e.getMessage() + ")";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "no permission to read it";
        }
        return e.getMessage();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
