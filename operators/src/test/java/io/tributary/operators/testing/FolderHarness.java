package io.tributary.operators.testing;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** Runs the folder. */
public final class FolderHarness extends SweepHarness<CustomerMessage> {
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
                new ProfileFolder(
                        publishEveryMillis, versionBase, new ActiveDefinitions(published, IdentitySettings.defaults())),
                ProfileFolder.published(),
                CustomerMessage::customerId,
                restored);
    }

    /** A first publication. */
    public static PublishedDefinitions published(String yaml) {
        return PublishedDefinitions.NONE.next(Definitions.of("definitions.yaml", yaml), 0);
    }
}
