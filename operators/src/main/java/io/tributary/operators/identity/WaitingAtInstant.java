package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What waits on a device for one instant, in the order of arrival: mostly one thing. */
public record WaitingAtInstant(List<Waiting> all) {
    public static final Codec<WaitingAtInstant> CODEC = new Codec<>() {
        @Override
        public void write(WaitingAtInstant waiting, DataOutput out) throws IOException {
            Wire.writeVarInt(waiting.all.size(), out);
            for (Waiting each : waiting.all) {
                Waiting.CODEC.write(each, out);
            }
        }

        @Override
        public WaitingAtInstant read(DataInput in) throws IOException {
            int size = Wire.readVarInt(in);
            List<Waiting> all = new ArrayList<>(size + 1);
            for (int i = 0; i < size; i++) {
                all.add(Waiting.CODEC.read(in));
            }
            return new WaitingAtInstant(all);
        }
    };
}
