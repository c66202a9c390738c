package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** What waits on a device for one instant, in the order of arrival: mostly one thing. */
public record WaitingAtInstant(List<Waiting> all) {
    public static final Codec<WaitingAtInstant> CODEC = new Codec<>() {
        @Override
        public void write(WaitingAtInstant waiting, DataOutput out) throws IOException {
            Wire.writeAll(waiting.all, Waiting.CODEC, out);
        }

        @Override
        public WaitingAtInstant read(DataInput in) throws IOException {
            return new WaitingAtInstant(Wire.readAll(Waiting.CODEC, in));
        }
    };
}
