package io.tributary.operators.sink;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriterStateSerializer;

/**
 * The writer's unsent documents in a checkpoint. Every field carries its own length: the one that the base class stores
 * is the entry's size in a bulk request, not its length here.
 */
final class DocumentWriteStateSerializer extends AsyncSinkWriterStateSerializer<DocumentWrite> {
    private static final int DELETED = -1;

    @Override
    public int getVersion() {
        return 2;
    }

    @Override
    protected void serializeRequestToStream(DocumentWrite write, DataOutputStream out) throws IOException {
        writeBytes(write.index().getBytes(StandardCharsets.UTF_8), out);
        writeBytes(write.id().getBytes(StandardCharsets.UTF_8), out);
        out.writeLong(write.version());
        out.writeBoolean(write.ofCustomer());
        if (write.isDelete()) {
            out.writeInt(DELETED);
        } else {
            writeBytes(write.document(), out);
        }
    }

    @Override
    protected DocumentWrite deserializeRequestFromStream(long requestSize, DataInputStream in) throws IOException {
        var index = new String(readBytes(in), StandardCharsets.UTF_8);
        var id = new String(readBytes(in), StandardCharsets.UTF_8);
        long version = in.readLong();
        boolean ofCustomer = in.readBoolean();
        return new DocumentWrite(index, id, version, readBytes(in), ofCustomer);
    }

    private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == DELETED) {
            return null;
        }
        var bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
