package io.tributary.operators.testing;

import io.tributary.operators.identity.FragmentAssigner;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.PersonResolver;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.identity.Sighting;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.util.List;

/** The operators of the customer job behind each other, as in its graph, each as one subtask. */
public final class CustomerOperators implements AutoCloseable {
    private final KeyedHarness<CustomerEvent, FragmentMessage> assigner;
    private final KeyedCoHarness<Sighting, PrivacyCommand, FragmentMessage> resolver;
    private final KeyedBroadcastHarness<FragmentMessage, KeeperNotice, CustomerMessage> keeper;
    private final FolderHarness folder;
    private final WatcherHarness watcher;

    /**
     * With definitions that hold from the beginning.
     *
     * @param publishEveryMillis least time between two publications of a customer, milliseconds of processing time
     */
    public CustomerOperators(PublishedDefinitions published, long publishEveryMillis) throws Exception {
        assigner = new KeyedHarness<>(
                new FragmentAssigner(),
                event -> event.firstIdentityKey().customerId(),
                WireType.FRAGMENT_MESSAGE,
                null);
        resolver = new KeyedCoHarness<>(
                new PersonResolver(ResolutionRules.defaults()),
                sighting -> "",
                command -> "",
                WireType.FRAGMENT_MESSAGE,
                null);
        keeper = LedgerMoves.keeper(published, null);
        folder = new FolderHarness(publishEveryMillis, published, null);
        watcher = new WatcherHarness(published, null);
    }

    public OperatorHarness<?> assigner() {
        return assigner;
    }

    public OperatorHarness<?> resolver() {
        return resolver;
    }

    public OperatorHarness<?> keeper() {
        return keeper;
    }

    public FolderHarness folder() {
        return folder;
    }

    public WatcherHarness watcher() {
        return watcher;
    }

    /** Events come in this order of arrival. */
    public void see(List<CustomerEvent> events) throws Exception {
        for (CustomerEvent event : events) {
            assigner.process(event, event.timestamp());
        }
        pass();
    }

    public void obey(PrivacyCommand command) throws Exception {
        keeper.tellAll(new KeeperNotice.OfCommand(command));
        resolver.processSecond(command, 0);
    }

    public void watermark(long instant) throws Exception {
        watermarkButNotOfFolder(instant);
        folder.watermark(instant);
        pass();
        watcher.watermark(instant);
    }

    /** The watermark has not yet come to the folder and what is behind it. */
    public void watermarkButNotOfFolder(long instant) throws Exception {
        assigner.watermark(instant);
        pass();
        resolver.watermark(instant);
        pass();
        keeper.watermark(instant);
        pass();
    }

    /** What an operator has said to the next ones. */
    private void pass() throws Exception {
        for (FragmentMessage message : assigner.drain()) {
            keeper.process(message, 0);
        }
        for (Sighting sighting : assigner.drain(FragmentAssigner.SIGHTINGS)) {
            resolver.processFirst(sighting, 0);
        }
        for (FragmentMessage message : resolver.drain()) {
            keeper.process(message, 0);
        }
        for (CustomerMessage message : keeper.drain()) {
            folder.process(message, 0);
        }
        for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
            watcher.process(change, 0);
        }
    }

    @Override
    public void close() throws Exception {
        assigner.close();
        resolver.close();
        keeper.close();
        folder.close();
        watcher.close();
    }
}
