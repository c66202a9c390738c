package io.tributary.local.rejects;

import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.Topic;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** All rejects of a backtest, or all of the running stack up to now. */
@FunctionalInterface
public interface RejectLog {
    /** Receives rejects in the order in which they are kept. */
    @FunctionalInterface
    interface Consumer {
        void accept(StoredReject reject) throws IOException;
    }

    /**
     * Reads from the beginning to the end.
     *
     * @throws IOException if it can't be read
     */
    void read(Consumer consumer) throws IOException;

    /** The {@code rejects.jsonl} of a backtest. */
    static RejectLog of(Path file) {
        return consumer -> {
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                long number = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    consumer.accept(StoredReject.read(line.getBytes(StandardCharsets.UTF_8), file + ":" + ++number, 0));
                }
            }
        };
    }

    /** The topic {@code cdp.rejects.v1}, as far as its transactions are committed. */
    static RejectLog of(String bootstrapServers) {
        return consumer -> TopicLog.read(bootstrapServers, Topic.REJECTS, record -> {
            if (record.value() != null) {
                consumer.accept(StoredReject.read(record.value(), place(record), record.timestamp()));
            }
        });
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "-" + record.partition() + ":" + record.offset();
    }
}
