package io.tributary.operators.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestEvent;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecentMessagesTest {
    private static final long HOUR = 3_600_000;

    @Property
    void admitsWhatAPlainListWouldAndSurvivesItsBinaryFormAfterEveryMessage(
            @ForAll @Size(max = 80) List<@IntRange(max = 9) Integer> ids,
            @ForAll @Size(min = 80, max = 80) List<@IntRange(max = 72) Integer> hours,
            @ForAll @Size(min = 80, max = 80) List<@IntRange(min = -60, max = 60) Integer> lateByHours)
            throws IOException {
        RecentMessages messages = new RecentMessages();
        List<Seen> model = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            long at = TestEvent.START + hours.get(i) * HOUR;
            Seen seen = new Seen("m" + ids.get(i), at, at + Math.max(0, lateByHours.get(i)) * HOUR);
            assertThat(messages.admit(seen.id, seen.at, seen.known)).isEqualTo(admit(model, seen));
            messages = Codecs.roundTrip(RecentMessages.CODEC, messages);
            assertThat(messages.size()).isEqualTo(model.size());
            assertThat(messages.expiresAt())
                    .isEqualTo(model.get(model.size() - 1).known + RecentMessages.HORIZON_MILLIS + 1);
        }
    }

    @Test
    void neverHoldsMoreThanAThousandIdsNorMoreThan27Kilobytes() throws IOException {
        RecentMessages messages = new RecentMessages();
        for (int i = 0; i < 3_000; i++) {
            long at = TestEvent.START + (i * 7_919L) % 3_000;
            assertThat(messages.admit("m" + i, at - RecentMessages.HORIZON_MILLIS * 20_000, at))
                    .isTrue();
            assertThat(messages.size()).isLessThanOrEqualTo(RecentMessages.MAX_IDS);
        }

        assertThat(Codecs.bytes(RecentMessages.CODEC, messages)).hasSizeLessThan(27_000);
        assertThat(Codecs.roundTrip(RecentMessages.CODEC, messages).size()).isEqualTo(RecentMessages.MAX_IDS);
    }

    @Test
    void refusesBytesOfAnUnknownFormat() {
        assertThatThrownBy(() ->
                        RecentMessages.CODEC.read(new DataInputStream(new ByteArrayInputStream(new byte[] {9, 0, 0}))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("9");
    }

    private record Seen(String id, long at, long known) {}

    private static boolean admit(List<Seen> model, Seen seen) {
        boolean repeated = model.stream()
                .anyMatch(known ->
                        known.id.equals(seen.id) && Math.abs(known.at - seen.at) <= RecentMessages.HORIZON_MILLIS);
        if (repeated) {
            return false;
        }
        model.add(seen);
        model.sort(Comparator.comparingLong(Seen::known));
        long newest = model.get(model.size() - 1).known;
        model.removeIf(known -> known.known < newest - RecentMessages.HORIZON_MILLIS);
        return true;
    }
}
