package io.tributary.operators.testing;

import io.tributary.operators.identity.FragmentEvent;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.profile.LedgerKeeper;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** The job's ledgers by fragment: what customers receive when fragments do something, come and go. */
public final class LedgerMoves implements AutoCloseable {
    private final KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> keeper;

    /** Without definitions. */
    public LedgerMoves() throws Exception {
        this(PublishedDefinitions.NONE);
    }

    /** With definitions that hold from the beginning. */
    public LedgerMoves(PublishedDefinitions published) throws Exception {
        keeper = keeper(published, null);
    }

    /** @param restored state to start from, or null */
    public static KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> keeper(
            OperatorSubtaskState restored) throws Exception {
        return keeper(PublishedDefinitions.NONE, restored);
    }

    /**
     * With definitions that hold from the beginning.
     *
     * @param restored state to start from, or null
     */
    static KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> keeper(
            PublishedDefinitions published, OperatorSubtaskState restored) throws Exception {
        return new KeyedBroadcastHarness<>(
                new LedgerKeeper(
                        ResolutionRules.defaults(), new ActiveDefinitions(published, IdentitySettings.defaults())),
                List.of(LedgerKeeper.erasures(), LedgerKeeper.published()),
                message -> message.fragmentId().customerId(),
                WireType.CUSTOMER_MESSAGE,
                restored);
    }

    /** An event of a fragment, on its way to whoever is the customer now. */
    public List<CustomerMessage> event(Identifier fragment, CustomerEvent event) throws Exception {
        keeper.process(new FragmentEvent(FragmentId.of(fragment), Long.MAX_VALUE, event), event.timestamp());
        return keeper.drain();
    }

    /** An event of the fragment that is its strongest identifier. */
    public List<CustomerMessage> event(CustomerEvent event) throws Exception {
        return event(event.identifiers().get(0), event);
    }

    /**
     * A fragment goes to another customer when the watermark has reached the cause.
     *
     * @param leavesNobody whether the customer that it leaves is gone for good
     */
    public void relabel(Identifier fragment, Identifier canonical, EventOrder because, boolean leavesNobody)
            throws Exception {
        keeper.process(
                new Relabelling(fragment, canonical, because.timestamp(), because, leavesNobody), because.timestamp());
    }

    /** What goes and comes up to an instant. */
    public List<CustomerMessage> watermark(long instant) throws Exception {
        keeper.watermark(instant);
        return keeper.drain();
    }

    /** A fragment goes to another customer, as the only one at that instant. */
    public List<CustomerMessage> move(
            Identifier fragment, Identifier canonical, EventOrder because, boolean leavesNobody) throws Exception {
        relabel(fragment, canonical, because, leavesNobody);
        return watermark(because.timestamp());
    }

    @Override
    public void close() throws Exception {
        keeper.close();
    }
}
