package io.tributary.local.latency;

import java.time.Duration;

/**
 * What the customer job is configured with.
 *
 * @param latenessBound how far behind the newest event or tick of its partition the watermark is
 * @param watermarks from one watermark to the next
 * @param checkpoints from the start of one checkpoint to that of the next
 */
public record JobTimes(Duration latenessBound, Duration watermarks, Duration checkpoints) {}
