package io.tributary.operators.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.codec.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Binary forms there and back. */
public final class Codecs {
    private Codecs() {}

    public static <T> byte[] bytes(Codec<T> codec, T value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        codec.write(value, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** What is read from what was written, to the last byte. */
    public static <T> T roundTrip(Codec<T> codec, T value) throws IOException {
        return read(codec, bytes(codec, value));
    }

    /** What is read, to the last byte. */
    public static <T> T read(Codec<T> codec, byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        T read = codec.read(in);
        assertThat(in.available()).as("bytes that nobody read").isZero();
        return read;
    }
}
