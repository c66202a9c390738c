package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Parsing in one line, for tests. */
final class Events {
    static final Origin ORIGIN = Origin.line("events.jsonl", 7);

    private Events() {}

    static Inbound parse(String json) {
        return parse(json, 0);
    }

    static Inbound parse(String json, long recordTime) {
        return parse(json.getBytes(StandardCharsets.UTF_8), recordTime);
    }

    static Inbound parse(byte[] json, long recordTime) {
        return EventParser.withDefaults().parse(json, ORIGIN, recordTime);
    }

    static CustomerEvent accepted(String json) {
        return event(parse(json));
    }

    static CustomerEvent event(Inbound inbound) {
        assertThat(inbound).as(() -> describe(inbound)).isInstanceOf(Inbound.Accepted.class);
        return ((Inbound.Accepted) inbound).event();
    }

    static Reject refused(String json) {
        return reject(parse(json));
    }

    static Reject reject(Inbound inbound) {
        assertThat(inbound).isInstanceOf(Inbound.Refused.class);
        return ((Inbound.Refused) inbound).reject();
    }

    /** A reason and its detail, or the kind of what was accepted. */
    static String describe(Inbound inbound) {
        return inbound instanceof Inbound.Refused refused
                ? refused.reject().reason().id() + ": " + refused.reject().detail()
                : inbound.getClass().getSimpleName();
    }

    /** The event after a round trip through its binary form, every byte of which was read. */
    static CustomerEvent roundTrip(CustomerEvent event) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CustomerEvent.CODEC.write(event, new DataOutputStream(bytes));
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
            CustomerEvent read = CustomerEvent.CODEC.read(in);
            assertThat(in.available()).isZero();
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertSurvivesRoundTrip(CustomerEvent event) {
        CustomerEvent read = roundTrip(event);
        assertThat(read.json()).isEqualTo(event.json());
        assertThat(withoutJson(read)).isEqualTo(withoutJson(event));
    }

    /** The event without its bytes, which a record compares by identity. */
    static CustomerEvent withoutJson(CustomerEvent event) {
        return new CustomerEvent(
                event.order(),
                event.type(),
                event.name(),
                event.identifiers(),
                event.traits(),
                event.consent(),
                event.cartLines(),
                event.purchase(),
                null,
                event.knownAt());
    }
}
