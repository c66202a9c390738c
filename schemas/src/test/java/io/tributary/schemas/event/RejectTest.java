package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RejectTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final Origin ORIGIN = Origin.record("cdp.events.v1", 3, 17);

    @Test
    void keepsAMebibyteWhole() throws IOException {
        byte[] raw = bytes(MEBIBYTE);
        Reject reject = roundTrip(reject(raw).sentAt(1_770_091_506_789L));

        assertThat(reject.raw()).isEqualTo(raw);
        assertThat(reject.sentAt()).isEqualTo(1_770_091_506_789L);
        assertThat(reject.length()).isEqualTo(MEBIBYTE);
        assertThat(reject.isCut()).isFalse();
    }

    @Test
    void keepsTheBeginningOfMoreAndHowMuchItWas() throws IOException {
        byte[] raw = bytes(MEBIBYTE + 1);
        Reject reject = roundTrip(reject(raw));

        assertThat(reject.raw()).hasSize(MEBIBYTE).isEqualTo(Arrays.copyOf(raw, MEBIBYTE));
        assertThat(reject.length()).isEqualTo(MEBIBYTE + 1);
        assertThat(reject.isCut()).isTrue();
    }

    @Test
    void knowsTheLengthOfWhatSomebodyElseHasCut() throws IOException {
        Reject reject = roundTrip(new Reject(RejectReason.TOO_LARGE, "why", ORIGIN, bytes(10), 5_000_000_000L));

        assertThat(reject.raw()).hasSize(10);
        assertThat(reject.length()).isEqualTo(5_000_000_000L);
        assertThat(reject.isCut()).isTrue();
    }

    /** The reject of a record must not be larger than the record: it has to pass the same broker. */
    @Test
    void isWhatTheParserMakesOfARecordBeyondTheLimit() {
        Reject reject = Events.reject(Events.parse(bytes(3_300_000), 0));

        assertThat(reject.reason()).isEqualTo(RejectReason.TOO_LARGE);
        assertThat(reject.detail()).isEqualTo("3300000 bytes, the limit is 1048576");
        assertThat(reject.raw()).hasSize(MEBIBYTE);
        assertThat(reject.length()).isEqualTo(3_300_000);
    }

    private static Reject reject(byte[] raw) {
        return new Reject(RejectReason.TOO_LARGE, "why", ORIGIN, raw);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Reject roundTrip(Reject reject) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Reject.CODEC.write(reject, new DataOutputStream(bytes));
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        Reject read = Reject.CODEC.read(in);
        assertThat(in.available()).isZero();
        return read;
    }
}
