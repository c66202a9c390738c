package io.tributary.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Scale;

class WirePropertyTest {
    private interface Writer<T> {
        void write(T value, DataOutput out) throws IOException;
    }

    private interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    private static <T> T roundTrip(T value, Writer<T> writer, Reader<T> reader) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes(value, writer)));
        T read = reader.read(in);
        assertThat(in.available()).isZero();
        return read;
    }

    private static <T> byte[] bytes(T value, Writer<T> writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writer.write(value, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @Property
    void integersSurvive(@ForAll long value, @ForAll int small) throws IOException {
        assertThat(roundTrip(value, Wire::writeVarLong, Wire::readVarLong)).isEqualTo(value);
        assertThat(roundTrip(value, Wire::writeSigned, Wire::readSigned)).isEqualTo(value);
        assertThat(roundTrip(small, Wire::writeVarInt, Wire::readVarInt)).isEqualTo(small);
    }

    @Provide
    Arbitrary<String> texts() {
        // Whole code points: an unpaired surrogate has no UTF-8.
        return Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .map(Character::toString)
                .list()
                .ofMaxSize(50)
                .map(parts -> String.join("", parts));
    }

    @Property
    void textsSurvive(@ForAll("texts") String text) throws IOException {
        assertThat(roundTrip(text, Wire::writeString, Wire::readString)).isEqualTo(text);
        assertThat(roundTrip(text, Wire::writeNullableString, Wire::readNullableString))
                .isEqualTo(text);
    }

    @Example
    void nullSurvivesWhereItIsAllowed() throws IOException {
        assertThat(roundTrip((String) null, Wire::writeNullableString, Wire::readNullableString))
                .isNull();
    }

    @Property
    void bytesSurvive(@ForAll byte[] value) throws IOException {
        assertThat(roundTrip(value, Wire::writeBytes, Wire::readBytes)).isEqualTo(value);
    }

    @Property
    void decimalsSurviveWithTheirScale(@ForAll @Scale(20) BigDecimal value, @ForAll long unscaled, @ForAll short scale)
            throws IOException {
        for (BigDecimal decimal : new BigDecimal[] {
            value, BigDecimal.valueOf(unscaled, scale), value.multiply(BigDecimal.valueOf(unscaled, scale))
        }) {
            assertThat(roundTrip(decimal, Wire::writeDecimal, Wire::readDecimal))
                    .isEqualTo(decimal);
        }
    }

    @Example
    void smallNumbersTakeOneByte() throws IOException {
        assertThat(bytes(127L, Wire::writeVarLong)).hasSize(1);
        assertThat(bytes(128L, Wire::writeVarLong)).hasSize(2);
        assertThat(bytes(-64L, Wire::writeSigned)).hasSize(1);
        assertThat(bytes(-1, Wire::writeVarInt)).hasSize(5);
        assertThat(bytes(-1L, Wire::writeVarLong)).hasSize(10);
    }

    @Example
    void brokenBytesAreAnIOException() {
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        assertThatThrownBy(() -> Wire.readVarLong(new DataInputStream(new ByteArrayInputStream(endless))))
                .isInstanceOf(IOException.class);
        byte[] negativeLength = {-1, -1, -1, -1, 15};
        assertThatThrownBy(() -> Wire.readBytes(new DataInputStream(new ByteArrayInputStream(negativeLength))))
                .isInstanceOf(IOException.class);
    }

    @Example
    void hashesAreThoseOfTheContract() {
        assertThat(Hashes.hex(Hashes.sha256("abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Hashes.shortHex("abc")).isEqualTo("ba7816bf8f01cfea");
        assertThat(Hashes.prefix(Hashes.sha256("abc"))).isEqualTo(0xba7816bf8f01cfeaL);
    }
}
