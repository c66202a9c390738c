package io.tributary.operators.clock;

import io.tributary.schemas.event.Inbound;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * Watermarks from the log alone: events and ticks move a partition's watermark, the wall clock never does. A partition
 * that ticks is never idle, so a quiet shop can't stop the clock.
 */
public final class TickingWatermarks implements WatermarkStrategy<Inbound> {
    private final long boundMillis;

    /** @param boundMillis the lateness bound, in milliseconds */
    public TickingWatermarks(long boundMillis) {
        this.boundMillis = boundMillis;
    }

    @Override
    public WatermarkGenerator<Inbound> createWatermarkGenerator(WatermarkGeneratorSupplier.Context context) {
        return new Generator(boundMillis);
    }

    @Override
    public TimestampAssigner<Inbound> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
        return (inbound, recordTimestamp) -> {
            if (inbound instanceof Inbound.Accepted accepted) {
                return accepted.event().timestamp();
            }
            return inbound instanceof Inbound.Tick tick ? tick.timestamp() : recordTimestamp;
        };
    }

    private static final class Generator implements WatermarkGenerator<Inbound> {
        private final long boundMillis;
        private long newest = Long.MIN_VALUE;
        private long emitted = Long.MIN_VALUE;

        private Generator(long boundMillis) {
            this.boundMillis = boundMillis;
        }

        @Override
        public void onEvent(Inbound inbound, long eventTimestamp, WatermarkOutput output) {
            if (inbound instanceof Inbound.Accepted accepted) {
                newest = Math.max(newest, accepted.clock());
            } else if (inbound instanceof Inbound.Tick tick) {
                newest = Math.max(newest, tick.timestamp());
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            if (newest != Long.MIN_VALUE && newest > emitted) {
                emitted = newest;
                output.emitWatermark(new Watermark(PartitionClocks.watermark(newest, boundMillis)));
            }
        }
    }
}
