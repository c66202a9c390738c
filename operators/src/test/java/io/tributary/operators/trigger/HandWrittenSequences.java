package io.tributary.operators.trigger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The five sequences of {@link SequencesSpeed} as somebody would write them for their sake alone: behind the watermark, with
 * one value per customer and one timer. It knows neither late events nor mergers nor other definitions.
 */
final class HandWrittenSequences extends KeyedProcessFunction<String, HandWrittenSequences.Seen, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    private static final long MINUTE = 60_000;
    private static final int THANKS = 0;
    private static final int LEFT = 1;
    private static final int HESITANT = 2;
    private static final int TRIED_AGAIN = 3;
    private static final int RETURNED = 4;
    private static final String[] NAMES = {"thanks", "left", "hesitant", "tried_again", "returned"};
    private static final String[] STEPS = {"sign_up", "checkout", "views", "failed", "refund"};
    private static final long[] WINDOWS = {720 * MINUTE, 60 * MINUTE, 120 * MINUTE, 60 * MINUTE, 720 * MINUTE};
    private static final JsonFactory JSON = new JsonFactory();

    private final boolean onlyThanks;
    private transient ValueState<byte[]> state;
    private transient DataInputDeserializer in;
    private transient DataOutputSerializer out;

    /** @param onlyThanks whether the first of the five is the only one */
    HandWrittenSequences(boolean onlyThanks) {
        this.onlyThanks = onlyThanks;
    }

    /** An event and whose it is. */
    record Seen(String customer, CustomerEvent event) {}

    private record Waiting(EventOrder order, String name, double price, double revenue) {}

    private record Open(int pattern, EventOrder anchor, boolean seenAgain) {
        long end() {
            return anchor.timestamp() + WINDOWS[pattern];
        }

        boolean isOfDeadline() {
            return pattern == LEFT || (pattern == HESITANT && seenAgain);
        }
    }

    private static final class Customer {
        private final List<Waiting> waiting = new ArrayList<>(2);
        private final List<Open> open = new ArrayList<>(2);
        private long timer = Long.MAX_VALUE;

        long next() {
            long next = Long.MAX_VALUE;
            for (Waiting one : waiting) {
                next = Math.min(next, one.order.timestamp());
            }
            for (Open one : open) {
                next = Math.min(next, one.end());
            }
            return next;
        }
    }

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getState(
                        new ValueStateDescriptor<>("sequences", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        in = new DataInputDeserializer();
        out = new DataOutputSerializer(256);
    }

    @Override
    public void processElement(Seen seen, Context context, Collector<OutboundRecord> collector) throws Exception {
        Customer customer = read();
        CustomerEvent event = seen.event;
        double revenue =
                event.purchase() == null ? 0 : event.purchase().amount().doubleValue();
        customer.waiting.add(new Waiting(event.order(), event.name(), price(event), revenue));
        write(customer, context.timerService());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<OutboundRecord> collector) throws Exception {
        Customer customer = read();
        customer.timer = Long.MAX_VALUE;
        long watermark = context.timerService().currentWatermark();
        String id = context.getCurrentKey();
        customer.waiting.sort((one, other) -> one.order.compareTo(other.order));
        for (Iterator<Waiting> all = customer.waiting.iterator(); all.hasNext(); ) {
            Waiting next = all.next();
            if (next.order.timestamp() > watermark) {
                break;
            }
            all.remove();
            passTo(next.order.timestamp() - 1, customer, id, collector);
            step(next, customer, id, collector);
        }
        passTo(watermark, customer, id, collector);
        write(customer, context.timerService());
    }

    private static void passTo(long instant, Customer customer, String id, Collector<OutboundRecord> collector) {
        for (Iterator<Open> all = customer.open.iterator(); all.hasNext(); ) {
            Open one = all.next();
            if (one.end() <= instant) {
                all.remove();
                if (one.isOfDeadline()) {
                    fire(one, one.end(), id, collector);
                }
            }
        }
    }

    private void step(Waiting event, Customer customer, String id, Collector<OutboundRecord> collector) {
        List<Open> open = customer.open;
        switch (event.name) {
            case "Signed Up" -> begin(THANKS, event, open);
            case "Checkout Started" -> {
                complete(TRIED_AGAIN, event, open, id, collector);
                begin(LEFT, event, open);
            }
            case "Product Viewed" -> {
                complete(RETURNED, event, open, id, collector);
                open.replaceAll(
                        one -> one.pattern == HESITANT && !one.seenAgain ? new Open(HESITANT, one.anchor, true) : one);
                begin(HESITANT, event, open);
            }
            case "Product Added" -> open.removeIf(one -> one.pattern == HESITANT && one.seenAgain);
            case "Order Completed" -> {
                if (event.revenue >= 20) {
                    complete(THANKS, event, open, id, collector);
                }
                open.removeIf(Open::isOfDeadline);
            }
            case "Payment Failed" -> {
                open.removeIf(one -> one.pattern == TRIED_AGAIN);
                begin(TRIED_AGAIN, event, open);
            }
            case "Order Refunded" -> begin(RETURNED, event, open);
            default -> throw new IllegalStateException(event.name);
        }
    }

    private void begin(int pattern, Waiting event, List<Open> open) {
        if (event.price >= 0 && (pattern == THANKS || !onlyThanks)) {
            open.add(new Open(pattern, event.order, false));
        }
    }

    private static void complete(
            int pattern, Waiting event, List<Open> open, String id, Collector<OutboundRecord> collector) {
        for (Iterator<Open> all = open.iterator(); all.hasNext(); ) {
            Open one = all.next();
            if (one.pattern == pattern) {
                all.remove();
                fire(one, event.order.timestamp(), id, collector);
            }
        }
    }

    private static void fire(Open one, long at, String id, Collector<OutboundRecord> collector) {
        String trigger = Trigger.id(NAMES[one.pattern], one.anchor, "", STEPS[one.pattern]);
        String json =
                "{\"trigger_id\":\"%s\",\"trigger\":\"%s\",\"customer_id\":\"%s\",\"fired_at\":%d,\"anchor_message_id\":\"%s\"}"
                        .formatted(trigger, NAMES[one.pattern], id, at, one.anchor.messageId());
        collector.collect(record(id, trigger, at, json.getBytes(StandardCharsets.UTF_8)));
    }

    static OutboundRecord record(String customer, String id, long at, byte[] json) {
        return new OutboundRecord(Topic.TRIGGERS, customer, id, "io.tributary.trigger.v1", at, 0, json);
    }

    private static double price(CustomerEvent event) throws IOException {
        try (JsonParser json = JSON.createParser(event.json())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("price")) {
                    return json.nextToken().isNumeric() ? json.getDoubleValue() : -1;
                }
            }
        }
        return -1;
    }

    private Customer read() throws IOException {
        Customer customer = new Customer();
        byte[] bytes = state.value();
        if (bytes == null) {
            return customer;
        }
        in.setBuffer(bytes);
        customer.timer = in.readLong();
        for (int rest = in.readInt(); rest > 0; rest--) {
            customer.waiting.add(
                    new Waiting(EventOrder.CODEC.read(in), in.readUTF(), in.readDouble(), in.readDouble()));
        }
        for (int rest = in.readInt(); rest > 0; rest--) {
            customer.open.add(new Open(in.readByte(), EventOrder.CODEC.read(in), in.readBoolean()));
        }
        return customer;
    }

    private void write(Customer customer, TimerService timers) throws IOException {
        long next = customer.next();
        if (next != customer.timer) {
            if (customer.timer != Long.MAX_VALUE) {
                timers.deleteEventTimeTimer(customer.timer);
            }
            if (next != Long.MAX_VALUE) {
                timers.registerEventTimeTimer(next);
            }
            customer.timer = next;
        }
        if (next == Long.MAX_VALUE) {
            state.clear();
            return;
        }
        out.clear();
        out.writeLong(customer.timer);
        out.writeInt(customer.waiting.size());
        for (Waiting one : customer.waiting) {
            EventOrder.CODEC.write(one.order, out);
            out.writeUTF(one.name);
            out.writeDouble(one.price);
            out.writeDouble(one.revenue);
        }
        out.writeInt(customer.open.size());
        for (Open one : customer.open) {
            out.writeByte(one.pattern);
            EventOrder.CODEC.write(one.anchor, out);
            out.writeBoolean(one.seenAgain);
        }
        state.update(out.getCopyOfBuffer());
    }
}
