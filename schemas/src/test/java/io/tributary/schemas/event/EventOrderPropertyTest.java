package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class EventOrderPropertyTest {
    /** Few values of each part, so that ties are frequent. */
    @Provide
    Arbitrary<EventOrder> orders() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 2),
                        Arbitraries.of(EventKind.IDENTITY, EventKind.CART_ADD, EventKind.OTHER),
                        Arbitraries.of("", "m-1", "m-10", "m-2", "\uFFFD", "😀"),
                        Arbitraries.of(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE))
                .as(EventOrder::new);
    }

    @Property(tries = 2000)
    void isTotalOrderConsistentWithEquals(
            @ForAll("orders") EventOrder a, @ForAll("orders") EventOrder b, @ForAll("orders") EventOrder c) {
        assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
        assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
        if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) {
            assertThat(a).isLessThanOrEqualTo(c);
        }
        if (a.compareTo(b) == 0) {
            assertThat(Integer.signum(a.compareTo(c))).isEqualTo(Integer.signum(b.compareTo(c)));
        }
    }

    @Example
    void comparesTimeThenKindThenMessageThenUnsignedDigest() {
        assertThat(new EventOrder[] {
                    new EventOrder(1, EventKind.OTHER, "z", 9),
                    new EventOrder(2, EventKind.IDENTITY, "z", 9),
                    new EventOrder(2, EventKind.CART_ADD, "a", 9),
                    new EventOrder(2, EventKind.CART_ADD, "b", 1),
                    new EventOrder(2, EventKind.CART_ADD, "b", Long.MAX_VALUE),
                    new EventOrder(2, EventKind.CART_ADD, "b", -1)
                })
                .isSorted();
    }

    @Property
    void survivesRoundTrip(@ForAll("orders") EventOrder order) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        EventOrder.CODEC.write(order, new DataOutputStream(bytes));
        assertThat(EventOrder.CODEC.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
                .isEqualTo(order);
    }
}
