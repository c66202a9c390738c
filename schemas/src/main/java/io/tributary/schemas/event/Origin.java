package io.tributary.schemas.event;

/**
 * Where a piece of input came from: a line of a file or a record of a Kafka partition.
 *
 * @param source base name of the file, or name of the topic
 * @param partition Kafka partition, or -1 for a file
 * @param position line number from 1 in a file, or offset from 0 in a partition
 */
public record Origin(String source, int partition, long position) {
    private static final int FILE = -1;

    public static Origin line(String file, long line) {
        return new Origin(file, FILE, line);
    }

    public static Origin record(String topic, int partition, long offset) {
        return new Origin(topic, partition, offset);
    }

    public boolean isFile() {
        return partition == FILE;
    }
}
