package io.tributary.local.explain;

import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.Topic;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** What the customer job of a running stack has published so far, in the files of a backtest. */
public final class PublishedResults {
    private PublishedResults() {}

    /**
     * Reads the topics to their present end.
     *
     * @param folder gets {@code profiles.jsonl} and {@code identity-changes.jsonl}
     * @throws IOException if Kafka does not answer, or the files can't be written
     */
    public static void download(String bootstrapServers, Path folder) throws IOException {
        downloadProfiles(bootstrapServers, folder.resolve("profiles.jsonl"), read -> {});
        List<byte[]> changes = new ArrayList<>();
        TopicLog.read(bootstrapServers, Topic.IDENTITY_CHANGES, record -> changes.add(record.value()));
        write(folder.resolve("identity-changes.jsonl"), changes);
    }

    /**
     * Reads the newest profile of each customer who is there.
     *
     * @param file gets them in the order of customer ids, as a backtest writes them
     * @param progress is told how many records were read, after each
     * @throws IOException if Kafka does not answer, or the file can't be written
     */
    public static void downloadProfiles(String bootstrapServers, Path file, LongConsumer progress) throws IOException {
        long[] read = {0};
        Map<String, byte[]> profiles = new HashMap<>();
        TopicLog.read(bootstrapServers, Topic.PROFILES, record -> {
            String customer = new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() == null) {
                profiles.remove(customer);
            } else {
                profiles.put(customer, record.value());
            }
            progress.accept(++read[0]);
        });
        write(file, profiles.values());
    }

    /** Lines begin with what they are sorted by. */
    private static void write(Path file, Collection<byte[]> records) throws IOException {
        List<byte[]> lines = new ArrayList<>(records);
        lines.sort(Arrays::compareUnsigned);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (byte[] line : lines) {
                out.write(line);
                out.write('\n');
            }
        }
    }
}
