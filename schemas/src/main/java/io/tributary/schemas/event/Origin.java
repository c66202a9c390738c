package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where a piece of input came from: a line of a file, a row that a mapping reads, or a record of a Kafka partition.
 *
 * @param source base name of the file, or name of the topic
 * @param partition Kafka partition, -1 for the line of a file, or -2 for a row of a mapped file
 * @param position line number from 1 in a file, or offset from 0 in a partition
 */
public record Origin(String source, int partition, long position) {
    public static final Codec<Origin> CODEC = new Codec<>() {
        @Override
        public void write(Origin origin, DataOutput out) throws IOException {
            Wire.writeString(origin.source, out);
            Wire.writeSigned(origin.partition, out);
            Wire.writeVarLong(origin.position, out);
        }

        @Override
        public Origin read(DataInput in) throws IOException {
            return new Origin(Wire.readString(in), (int) Wire.readSigned(in), Wire.readVarLong(in));
        }
    };

    private static final int FILE = -1;
    private static final int MAPPED_FILE = -2;

    public static Origin line(String file, long line) {
        return new Origin(file, FILE, line);
    }

    /** A row is no event by itself: its file's header and mapping make one of it, often together with other rows. */
    public static Origin row(String file, long line) {
        return new Origin(file, MAPPED_FILE, line);
    }

    public static Origin record(String topic, int partition, long offset) {
        return new Origin(topic, partition, offset);
    }

    public boolean isFile() {
        return partition == FILE || isRow();
    }

    public boolean isRow() {
        return partition == MAPPED_FILE;
    }
}
