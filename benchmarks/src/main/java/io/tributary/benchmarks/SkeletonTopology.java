package io.tributary.benchmarks;

import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Inbound;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * What every job of this kind has to pay for: Kafka → parse → keyBy → one value read and written in RocksDB → Kafka.
 *
 * <p>The source, the parser, the sink and the serialisers are the customer job's own, so that a ratio to it says what
 * the customer data platform costs, not what its surroundings do.
 */
final class SkeletonTopology {
    private SkeletonTopology() {}

    static void wire(StreamExecutionEnvironment env, CustomerPorts ports, int valueBytes) {
        env.fromSource(
                        ports.events(),
                        WatermarkStrategy.noWatermarks(),
                        MeasuredJob.SOURCE_TITLE,
                        WireType.INBOUND.info())
                .uid("skeleton-source")
                .flatMap(SkeletonTopology::accepted)
                .returns(WireType.CUSTOMER_EVENT.info())
                .uid("skeleton-events")
                .name("Events")
                .keyBy(SkeletonTopology::customer)
                .process(new ValueRewriter(valueBytes))
                .returns(WireType.OUTBOUND_RECORD.info())
                .uid("skeleton-value-rewriter")
                .name("Rewrite a value")
                .sinkTo(ports.kafka())
                .uid("skeleton-kafka-sink")
                .name("Kafka");
    }

    private static void accepted(Inbound inbound, Collector<CustomerEvent> out) {
        if (inbound instanceof Inbound.Accepted accepted) {
            out.collect(accepted.event());
        }
    }

    private static String customer(CustomerEvent event) {
        return event.identifiers().get(0).qualified();
    }
}
