package io.tributary.operators.sink;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import javax.annotation.Nullable;

/**
 * One document's whole new content, or its deletion, under an external version; or the deletion of all documents of a
 * customer.
 *
 * <p>Elasticsearch applies what is about one document only if it holds no greater version of the same document, so writes
 * may arrive twice and in any order.
 *
 * @param index alias (or index) to write to
 * @param id the document's id, or the customer's
 * @param version not negative; rises with every change of the document, deletions included
 * @param document the JSON object, or null to delete
 * @param ofCustomer whether all documents are meant whose {@code customer_id} the id is
 */
public record DocumentWrite(String index, String id, long version, @Nullable byte[] document, boolean ofCustomer)
        implements Serializable {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<DocumentWrite> CODEC = new Codec<>() {
        @Override
        public void write(DocumentWrite write, DataOutput out) throws IOException {
            Wire.writeString(write.index, out);
            Wire.writeString(write.id, out);
            Wire.writeVarLong(write.version, out);
            out.writeBoolean(write.ofCustomer);
            out.writeBoolean(write.document != null);
            if (write.document != null) {
                Wire.writeBytes(write.document, out);
            }
        }

        @Override
        public DocumentWrite read(DataInput in) throws IOException {
            String index = Wire.readString(in);
            String id = Wire.readString(in);
            long version = Wire.readVarLong(in);
            boolean ofCustomer = in.readBoolean();
            return new DocumentWrite(index, id, version, in.readBoolean() ? Wire.readBytes(in) : null, ofCustomer);
        }
    };

    private static final int ACTION_BYTES = 120;

    /** @throws IllegalArgumentException if Elasticsearch can't address it: an empty or too long id, a negative version */
    public DocumentWrite {
        if (id.isEmpty() || id.getBytes(StandardCharsets.UTF_8).length > 512) {
            throw new IllegalArgumentException("A document's id has 1 to 512 bytes");
        }
        if (version < 0) {
            throw new IllegalArgumentException("Negative version " + version);
        }
    }

    public static DocumentWrite of(String index, String id, long version, byte[] document) {
        return new DocumentWrite(index, id, version, document, false);
    }

    public static DocumentWrite delete(String index, String id, long version) {
        return new DocumentWrite(index, id, version, null, false);
    }

    /**
     * Deletes all documents of a customer that were sent before.
     *
     * @param version greater than that of any of them
     */
    public static DocumentWrite deleteAllOf(String index, String customerId, long version) {
        return new DocumentWrite(index, customerId, version, null, true);
    }

    public boolean isDelete() {
        return document == null;
    }

    Key key() {
        return new Key(index, id);
    }

    /** What it adds to a bulk request, in bytes, approximately. */
    long size() {
        return (long) ACTION_BYTES + index.length() + id.length() + (document == null ? 0 : document.length);
    }

    /** Names a document. */
    record Key(String index, String id) {}
}
