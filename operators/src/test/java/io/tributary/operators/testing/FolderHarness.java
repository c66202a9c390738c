package io.tributary.operators.testing;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sweep.SweepOperator;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** Runs the folder. A watermark is through it, with all turns, when it has been sent. */
public final class FolderHarness extends KeyedBroadcastHarness<CustomerMessage, PublishedDefinitions, OutboundRecord> {
    /** Without definitions. */
    public FolderHarness(long publishEveryMillis, OperatorSubtaskState restored) throws Exception {
        this(publishEveryMillis, PublishedDefinitions.NONE, restored);
    }

    /**
     * With definitions that hold from the beginning.
     *
     * @param publishEveryMillis least time between two publications of a customer, milliseconds of processing time
     * @param restored state to start from, or null
     */
    public FolderHarness(long publishEveryMillis, PublishedDefinitions published, OperatorSubtaskState restored)
            throws Exception {
        this(publishEveryMillis, 0, published, restored);
    }

    /**
     * With definitions that hold from the beginning.
     *
     * @param publishEveryMillis least time between two publications of a customer, milliseconds of processing time
     * @param versionBase what versions are above
     * @param restored state to start from, or null
     */
    public FolderHarness(
            long publishEveryMillis, long versionBase, PublishedDefinitions published, OperatorSubtaskState restored)
            throws Exception {
        super(
                new SweepOperator<>(
                        new ProfileFolder(
                                publishEveryMillis,
                                versionBase,
                                new ActiveDefinitions(published, IdentitySettings.defaults())),
                        List.of(ProfileFolder.published()),
                        WireType.PUBLISHED_DEFINITIONS.info()),
                CustomerMessage::customerId,
                WireType.OUTBOUND_RECORD,
                restored);
    }

    @Override
    public void watermark(long instant) throws Exception {
        arrive(instant);
        int run = 1;
        while (run > 0 && !isThrough(instant)) {
            run = runMails(1);
        }
    }

    /** The watermark arrives; what has a turn by it waits for {@linkplain #runMails mails}. */
    public void arrive(long instant) throws Exception {
        super.watermark(instant);
    }

    /** A first publication. */
    public static PublishedDefinitions published(String yaml) {
        return PublishedDefinitions.NONE.next(Definitions.of("definitions.yaml", yaml), 0);
    }
}
