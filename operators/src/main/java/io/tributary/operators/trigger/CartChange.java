package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the triggers of the cart learn about a customer. */
public sealed interface CartChange {
    String customerId();

    /** What was said on the purpose, ascending by time. */
    List<Consent.Statement> consent();

    /**
     * A cart event or an order, or a statement on the trigger's purpose.
     *
     * @param entry the operation, or null
     * @param consent on the purpose, ascending by time: all that a deadline ahead of the watermark may ask for, the
     *     event's own statement included. So who has no cart needs no state here, however much is said before the first
     *     cart event.
     */
    record Operation(String customerId, CartEntry entry, List<Consent.Statement> consent) implements CartChange {}

    /**
     * Whether an event means something to the trigger.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     */
    static boolean concerns(CustomerEvent event, boolean changesCart) {
        return changesCart || event.consent().containsKey(TriggerDefinition.PURPOSE);
    }

    /**
     * What an event means to the trigger.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     * @param consent what the customer has said on the purpose, with what the event states
     */
    static Operation of(String customerId, CustomerEvent event, boolean changesCart, List<Consent.Statement> consent) {
        return new Operation(customerId, changesCart ? CartEntry.of(event) : null, consent);
    }

    /**
     * Other events than before are the customer's: a fragment has come or gone. What was known of the customer up to the
     * instant is replaced.
     *
     * @param instant milliseconds since 1970; all that is known before it has arrived
     * @param decidesInstant whether what is due at the instant counts as decided, as what is due before it does
     * @param entries the operations that are the customer's now, ascending
     * @param consent on the purpose, ascending by time
     */
    record Restart(
            String customerId,
            long instant,
            boolean decidesInstant,
            List<CartEntry> entries,
            List<Consent.Statement> consent)
            implements CartChange {}

    /**
     * All that the customer has done was erased, and so is what was fired for it. Comes behind the {@link Restart} without
     * it.
     *
     * @param formerIds of former customers who are part of it
     */
    record Erasure(String customerId, SortedSet<String> formerIds) implements CartChange {
        @Override
        public List<Consent.Statement> consent() {
            return List.of();
        }
    }

    /** For channels between operators of one release; never kept in state. */
    Codec<CartChange> CODEC = new Codec<>() {
        private static final byte STATEMENT = 0;
        private static final byte OPERATION = 1;
        private static final byte RESTART = 2;
        private static final byte ERASURE = 3;

        @Override
        public void write(CartChange change, DataOutput out) throws IOException {
            if (change instanceof Operation operation) {
                out.writeByte(operation.entry == null ? STATEMENT : OPERATION);
                Wire.writeString(operation.customerId, out);
                if (operation.entry != null) {
                    CartEntry.CODEC.write(operation.entry, out);
                }
                Wire.writeAll(operation.consent, Consent.Statement.TIMED_CODEC, out);
            } else if (change instanceof Restart restart) {
                out.writeByte(RESTART);
                Wire.writeString(restart.customerId, out);
                out.writeLong(restart.instant);
                out.writeBoolean(restart.decidesInstant);
                Wire.writeAll(restart.entries, CartEntry.CODEC, out);
                Wire.writeAll(restart.consent, Consent.Statement.TIMED_CODEC, out);
            } else if (change instanceof Erasure erasure) {
                out.writeByte(ERASURE);
                Wire.writeString(erasure.customerId, out);
                Wire.writeAll(erasure.formerIds, Wire.STRING, out);
            }
        }

        @Override
        public CartChange read(DataInput in) throws IOException {
            byte kind = in.readByte();
            String customerId = Wire.readString(in);
            return switch (kind) {
                case STATEMENT -> new Operation(customerId, null, Wire.readAll(Consent.Statement.TIMED_CODEC, in));
                case OPERATION ->
                    new Operation(
                            customerId, CartEntry.CODEC.read(in), Wire.readAll(Consent.Statement.TIMED_CODEC, in));
                case RESTART ->
                    new Restart(
                            customerId,
                            in.readLong(),
                            in.readBoolean(),
                            Wire.readAll(CartEntry.CODEC, in),
                            Wire.readAll(Consent.Statement.TIMED_CODEC, in));
                case ERASURE -> new Erasure(customerId, new TreeSet<>(Wire.readAll(Wire.STRING, in)));
                default -> throw new IOException("no cart change of kind " + kind);
            };
        }
    };
}
