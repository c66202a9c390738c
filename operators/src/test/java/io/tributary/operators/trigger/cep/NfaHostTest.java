package io.tributary.operators.trigger.cep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;
import org.apache.flink.cep.pattern.conditions.RichIterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NfaHostTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final long NOON = 1_767_268_800_000L;

    @Test
    void anEmptyStateIsOneByte() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        assertThat(host.isEmpty()).isTrue();
        assertThat(host.changed()).isFalse();
        assertThat(save(host)).containsExactly(0);
    }

    @Test
    void anEventThatBeginsNothingChangesNothing() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("order", NOON), NOON, new Findings());
        assertThat(host.isEmpty()).isTrue();
        assertThat(host.changed()).isFalse();
    }

    @Test
    void isChangedByABeginningAndByAnEndUntilItIsSaved() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("cart", NOON), NOON, new Findings());
        assertThat(host.changed()).isTrue();
        byte[] bytes = save(host);
        assertThat(host.changed()).isFalse();
        host.load(new DataInputDeserializer(bytes));
        assertThat(host.changed()).isFalse();
        host.advance(event("order", NOON + 1), NOON + 1, new Findings());
        assertThat(host.isEmpty()).isTrue();
        assertThat(host.changed()).isTrue();
        assertThat(save(host)).containsExactly(0);
        assertThat(host.changed()).isFalse();
    }

    @Test
    void resetForgetsTheCustomer() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("cart", NOON), NOON, new Findings());
        host.reset();
        assertThat(host.isEmpty()).isTrue();
        Findings findings = new Findings();
        host.advance(event("cart", 1), 1, findings);
        host.advanceTime(NOON, findings);
        assertThat(findings.lines()).containsExactly("match at 3600002: cart[1#0cart1]");
    }

    @Test
    void valuesFollowOneAnotherInOneStream() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        DataOutputSerializer output = new DataOutputSerializer(64);
        host.save(output);
        host.advance(event("cart", NOON), NOON, new Findings());
        host.save(output);
        host.save(output);
        DataInputDeserializer input = new DataInputDeserializer(output.getCopyOfBuffer());
        host.load(input);
        assertThat(host.isEmpty()).isTrue();
        host.load(input);
        host.load(input);
        assertThat(input.available()).isZero();
        assertThat(host.nextTimeout()).hasValue(NOON + HOUR.toMillis() + 1);
    }

    /** The bytes of version 1 are in the state of running jobs: a new format needs a new version and still reads this. */
    @Test
    void readsAndWritesFormatVersion1() throws Exception {
        String version1 =
                "013e80acb7cbb73302066c61746572010001056361727402010001010100010563617274000102000000000101010101"
                        + "00010563617274010101000101010001020004616e610005636172740000000000000000019b796dd6000000000001";
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("cart", NOON), NOON, new Findings());
        assertThat(HexFormat.of().formatHex(save(host))).isEqualTo(version1);
        host.load(new DataInputDeserializer(HexFormat.of().parseHex(version1)));
        Findings findings = new Findings();
        host.advanceTime(NOON + HOUR.toMillis() + 1, findings);
        assertThat(findings.lines()).containsExactly("match at 1767272400001: cart[1767268800000#0cart1]");
    }

    @Test
    void refusesBytesOfAnUnknownVersion() {
        assertThatThrownBy(() -> cartHost().load(new DataInputDeserializer(new byte[] {2, 0, 0})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 2");
    }

    @Test
    void refusesBytesOfAnotherPattern() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("cart", NOON), NOON, new Findings());
        byte[] bytes = save(host);
        NfaHost<ShopEvent> other = new NfaHost<>(
                Pattern.<ShopEvent>begin("view").followedBy("cart").within(HOUR), ShopEvent.serializer());
        assertThatThrownBy(() -> other.load(new DataInputDeserializer(bytes)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another pattern");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesATimestampThatIsNotPositive(long timestamp) {
        assertThatThrownBy(() -> cartHost().advance(event("cart", timestamp), timestamp, new Findings()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + timestamp);
    }

    @Test
    void refusesAnEventBeforeOneThatIsRetained() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("cart", NOON), NOON, new Findings());
        host.load(new DataInputDeserializer(save(host)));
        assertThatThrownBy(() -> host.advance(event("cart", NOON - 1), NOON - 1, new Findings()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Otherwise it would get the identity of the retained event. */
    @Test
    void refusesAnEventAtAnInstantThatWasOverBeforeSaving() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        host.advance(event("cart", NOON), NOON, new Findings());
        host.advanceTime(NOON + 1, new Findings());
        host.load(new DataInputDeserializer(save(host)));
        assertThatThrownBy(() -> host.advance(event("cart", NOON), NOON, new Findings()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAPatternWithoutAWindow() {
        Pattern<ShopEvent, ShopEvent> endless = Pattern.<ShopEvent>begin("view").followedBy("cart");
        assertThatThrownBy(() -> new NfaHost<>(endless, ShopEvent.serializer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within");
    }

    @Test
    void theNextTimeoutIsTheEarliestEndOfAWindowOrGap() throws Exception {
        NfaHost<ShopEvent> host = new NfaHost<>(
                Pattern.<ShopEvent>begin("view")
                        .where(SimpleCondition.of(event -> event.kind().equals("view")))
                        .followedBy("cart")
                        .where(SimpleCondition.of(event -> event.kind().equals("cart")))
                        .followedBy("order")
                        .where(SimpleCondition.of(event -> event.kind().equals("order")))
                        .within(Duration.ofMillis(30), WithinType.PREVIOUS_AND_CURRENT)
                        .within(Duration.ofMillis(100)),
                ShopEvent.serializer());
        assertThat(host.nextTimeout()).isEmpty();
        Findings findings = new Findings();
        host.advance(event("view", 1000), 1000, findings);
        assertThat(host.nextTimeout()).hasValue(1100);
        host.advance(event("cart", 1020), 1020, findings);
        assertThat(host.nextTimeout()).hasValue(1050);
        host.advance(event("view", 1040), 1040, findings);
        host.advanceTime(1049, findings);
        assertThat(findings.lines()).isEmpty();
        host.advanceTime(1050, findings);
        assertThat(findings.lines()).containsExactly("timeout at 1050: view[1000#0view1] cart[1020#0cart1]");
        assertThat(host.nextTimeout()).hasValue(1140);
    }

    /** A timer in the past would fire at once, find nothing, and be set again. */
    @Test
    void theNextTimeoutIsAheadWhenTheGapHasEndedBeforeItsMatchCameToIt() throws Exception {
        NfaHost<ShopEvent> host = new NfaHost<>(
                Pattern.<ShopEvent>begin("view")
                        .where(SimpleCondition.of(event -> event.kind().equals("view")))
                        .oneOrMore()
                        .followedBy("order")
                        .where(SimpleCondition.of(event -> event.kind().equals("order")))
                        .within(Duration.ofMillis(30), WithinType.PREVIOUS_AND_CURRENT)
                        .within(Duration.ofMillis(100)),
                ShopEvent.serializer());
        Findings findings = new Findings();
        host.advance(event("view", 1000), 1000, findings);
        assertThat(host.nextTimeout()).hasValue(1100);
        host.advance(event("other", 1040), 1040, findings);
        assertThat(host.nextTimeout()).hasValue(1041);
        host.load(new DataInputDeserializer(save(host)));
        assertThat(host.time()).isEqualTo(1040);
        assertThat(host.nextTimeout()).hasValue(1041);
        host.advanceTime(1040, findings);
        assertThat(findings.lines()).isEmpty();
        host.advanceTime(1041, findings);
        assertThat(findings.lines()).containsExactly("timeout at 1030: view[1000#0view1]");
        assertThat(host.nextTimeout()).hasValue(1100);
    }

    @Test
    void opensAndClosesRichConditionsOnce() throws Exception {
        RichCondition.open = 0;
        NfaHost<ShopEvent> host = new NfaHost<>(
                Pattern.<ShopEvent>begin("cart").where(new RichCondition()).within(HOUR), ShopEvent.serializer());
        assertThat(RichCondition.open).isEqualTo(1);
        Findings findings = new Findings();
        host.advance(event("cart", NOON), NOON, findings);
        assertThat(findings.lines()).hasSize(1);
        host.close();
        assertThat(RichCondition.open).isZero();
    }

    @Test
    void keepsNothingOfAHundredThousandCustomers() throws Exception {
        NfaHost<ShopEvent> host = cartHost();
        Findings findings = new Findings();
        byte[] empty = save(host);
        for (int customer = 0; customer < 100_000; customer++) {
            host.load(new DataInputDeserializer(empty));
            host.advance(event("cart", NOON), NOON, findings);
            host.advance(event("cart", NOON + 5), NOON + 5, findings);
            host.load(new DataInputDeserializer(save(host)));
            if (customer % 2 == 0) {
                host.advance(event("order", NOON + 7), NOON + 7, findings);
            } else {
                host.advanceTime(NOON + 2 * HOUR.toMillis(), findings);
            }
            assertThat(host.isEmpty()).isTrue();
            assertThat(save(host)).isEqualTo(empty);
        }
        assertThat(findings.lines()).hasSize(50_000);
        assertThat(host.leftovers()).isZero();
    }

    @Test
    void startsNoThreadThatStays() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 50; i++) {
            cartHost().close();
        }
        Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
        started.removeAll(before);
        started.removeIf(thread -> !thread.getName().startsWith("Timer-"));
        for (Thread thread : started) {
            thread.join(10_000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    private static NfaHost<ShopEvent> cartHost() {
        return new NfaHost<>(AbandonedCart.pattern(HOUR), ShopEvent.serializer());
    }

    private static ShopEvent event(String kind, long timestamp) {
        return new ShopEvent("ana", timestamp, 0, kind, 1);
    }

    private static byte[] save(NfaHost<ShopEvent> host) throws IOException {
        DataOutputSerializer output = new DataOutputSerializer(64);
        host.save(output);
        return output.getCopyOfBuffer();
    }

    private static final class RichCondition extends RichIterativeCondition<ShopEvent> {

        private static final long serialVersionUID = 1L;

        private static int open;

        @Override
        public void open(OpenContext openContext) {
            RuntimeContext context = getRuntimeContext();
            assertThat(context.getGlobalJobParameters()).isEmpty();
            assertThatThrownBy(context::getJobInfo).isInstanceOf(UnsupportedOperationException.class);
            open++;
        }

        @Override
        public void close() {
            open--;
        }

        @Override
        public boolean filter(ShopEvent event, Context<ShopEvent> context) {
            assertThatThrownBy(context::currentProcessingTime).isInstanceOf(UnsupportedOperationException.class);
            return open == 1;
        }
    }
}
