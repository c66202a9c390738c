package io.tributary.operators.trigger;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.ConsentTimelines;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What the triggers learn about a customer. */
public sealed interface CartChange {
    String customerId();

    /** What was said, by purpose, ascending by time. */
    SortedMap<String, List<Consent.Statement>> consent();

    /**
     * In which segments it is for which triggers ask, and in which time zone, ascending by time: all that what waits for the
     * watermark may ask for.
     */
    SortedMap<String, List<Turn>> profile();

    /**
     * A cart event or an order, an event that a trigger of a sequence names, a change of a membership that one names, or a
     * statement on a purpose.
     *
     * @param entry the operation on the cart, or null
     * @param watched the event as triggers of sequences look at it, or null
     * @param consent by purpose, ascending by time: all that a deadline ahead of the watermark may ask for, the
     *     event's own statement included. So who has done nothing that matters needs no state here, however much is said
     *     before.
     */
    record Operation(
            String customerId,
            CartEntry entry,
            WatchedEvent watched,
            SortedMap<String, List<Consent.Statement>> consent,
            SortedMap<String, List<Turn>> profile)
            implements CartChange {
        /** Whether it says more than what was said on purposes and what the profile says. */
        public boolean isEvent() {
            return entry != null || watched != null;
        }
    }

    /**
     * What an event means to the triggers; null for nothing.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     * @param watched the event as triggers of sequences look at it, or null
     * @param consent gives what the customer has said, by purpose, with what the event states
     */
    static Operation of(
            String customerId,
            CustomerEvent event,
            boolean changesCart,
            WatchedEvent watched,
            Supplier<SortedMap<String, List<Consent.Statement>>> consent,
            Supplier<SortedMap<String, List<Turn>>> profile) {
        return changesCart || watched != null || !event.consent().isEmpty()
                ? new Operation(
                        customerId, changesCart ? CartEntry.of(event) : null, watched, consent.get(), profile.get())
                : null;
    }

    /**
     * Other events than before are the customer's: a fragment has come or gone. What was known of the customer up to the
     * instant is replaced.
     *
     * @param instant milliseconds since 1970; all that is known before it has arrived
     * @param decidesInstant whether what is due at the instant counts as decided, as what is due before it does
     * @param entries the operations on the cart that are the customer's now, ascending
     * @param gone fragments whose events are not the customer's any more
     * @param forgetsSegments whether what it was in counts for nothing any more: the customer is gone, or something of it was
     *     erased
     * @param come events that triggers of sequences name, of fragments that have come
     * @param consent by purpose, ascending by time
     */
    record Restart(
            String customerId,
            long instant,
            boolean decidesInstant,
            List<CartEntry> entries,
            Set<FragmentId> gone,
            boolean forgetsSegments,
            List<WatchedEvent> come,
            SortedMap<String, List<Consent.Statement>> consent,
            SortedMap<String, List<Turn>> profile)
            implements CartChange {
        /** Whether an event is not the customer's any more. */
        boolean takes(WatchedEvent event) {
            return event.isSegmentChange() ? forgetsSegments : gone.contains(event.fragment());
        }
    }

    /**
     * All that the customer has done was erased, and so is what was fired for it. Comes behind the {@link Restart} without
     * it.
     *
     * @param formerIds of former customers who are part of it
     */
    record Erasure(String customerId, SortedSet<String> formerIds) implements CartChange {
        @Override
        public SortedMap<String, List<Consent.Statement>> consent() {
            return Collections.emptySortedMap();
        }

        @Override
        public SortedMap<String, List<Turn>> profile() {
            return Collections.emptySortedMap();
        }
    }

    /** For channels between operators of one release; never kept in state. */
    Codec<CartChange> CODEC = new Codec<>() {
        private static final byte OPERATION = 0;
        private static final byte RESTART = 1;
        private static final byte ERASURE = 2;

        @Override
        public void write(CartChange change, DataOutput out) throws IOException {
            if (change instanceof Operation operation) {
                out.writeByte(OPERATION);
                Wire.writeString(operation.customerId, out);
                Wire.writeNullable(operation.entry, CartEntry.CODEC, out);
                Wire.writeNullable(operation.watched, WatchedEvent.CODEC, out);
                ConsentTimelines.STATEMENTS.write(operation.consent, out);
                ProfileTimelines.TURNS.write(operation.profile, out);
            } else if (change instanceof Restart restart) {
                out.writeByte(RESTART);
                Wire.writeString(restart.customerId, out);
                out.writeLong(restart.instant);
                out.writeBoolean(restart.decidesInstant);
                Wire.writeAll(restart.entries, CartEntry.CODEC, out);
                Wire.writeAll(restart.gone, FragmentId.CODEC, out);
                out.writeBoolean(restart.forgetsSegments);
                Wire.writeAll(restart.come, WatchedEvent.CODEC, out);
                ConsentTimelines.STATEMENTS.write(restart.consent, out);
                ProfileTimelines.TURNS.write(restart.profile, out);
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
                case OPERATION ->
                    new Operation(
                            customerId,
                            Wire.readNullable(CartEntry.CODEC, in),
                            Wire.readNullable(WatchedEvent.CODEC, in),
                            ConsentTimelines.STATEMENTS.read(in),
                            ProfileTimelines.TURNS.read(in));
                case RESTART ->
                    new Restart(
                            customerId,
                            in.readLong(),
                            in.readBoolean(),
                            Wire.readAll(CartEntry.CODEC, in),
                            Set.copyOf(Wire.readAll(FragmentId.CODEC, in)),
                            in.readBoolean(),
                            Wire.readAll(WatchedEvent.CODEC, in),
                            ConsentTimelines.STATEMENTS.read(in),
                            ProfileTimelines.TURNS.read(in));
                case ERASURE -> new Erasure(customerId, new TreeSet<>(Wire.readAll(Wire.STRING, in)));
                default -> throw new IOException("no cart change of kind " + kind);
            };
        }
    };
}
