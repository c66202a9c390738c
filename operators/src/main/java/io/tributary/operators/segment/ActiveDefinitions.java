package io.tributary.operators.segment;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The definitions that hold for an instance of an operator: those that were published when the job was submitted, until it
 * is told of later ones. For one thread.
 */
public final class ActiveDefinitions implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Under which the set is kept. */
    private static final int THE_SET = 0;

    private final byte[] atSubmission;
    private final IdentitySettings identity;

    private transient PublishedDefinitions published;

    /** Of an earlier publication until somebody asks: what both have is taken over. */
    private transient CompiledDefinitions compiled;

    private transient long publicationOfCompiled;
    private transient SegmentTracker tracker;

    /** @param identity says which namespaces of identifiers there are */
    public ActiveDefinitions(PublishedDefinitions atSubmission, IdentitySettings identity) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            PublishedDefinitions.CODEC.write(atSubmission, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.atSubmission = bytes.toByteArray();
        this.identity = identity;
    }

    private PublishedDefinitions published() {
        if (published == null) {
            try {
                published = ReadDefinitions.shared(
                        PublishedDefinitions.CODEC.read(new DataInputStream(new ByteArrayInputStream(atSubmission))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return published;
    }

    /** What an operator keeps of what it is told, for all keys. */
    public static MapStateDescriptor<Integer, PublishedDefinitions> kept() {
        return new MapStateDescriptor<>("definitions", Types.INT, WireType.PUBLISHED_DEFINITIONS.info());
    }

    /**
     * What was kept before a start holds again, unless the job was submitted with what was published later. To be called when
     * the operator's state is initialised.
     *
     * @return what held before the start; what holds now, if there was nothing before
     */
    public PublishedDefinitions restore(OperatorStateStore store) throws Exception {
        BroadcastState<Integer, PublishedDefinitions> kept = store.getBroadcastState(kept());
        PublishedDefinitions before = kept.get(THE_SET);
        hold(before);
        kept.put(THE_SET, published());
        return before == null ? published() : before;
    }

    /**
     * Is told of a publication, which holds from now on if it is later than what held.
     *
     * @return whether it does
     */
    public boolean hear(PublishedDefinitions set, BroadcastState<Integer, PublishedDefinitions> kept) throws Exception {
        boolean isLater = hold(set);
        if (isLater) {
            kept.put(THE_SET, published);
        }
        return isLater;
    }

    /** What the computed traits of another publication fold. */
    public ComputedTraits traitsOf(PublishedDefinitions set) {
        return set.publication() == publication()
                ? compiled().traits()
                : new ComputedTraits(ReadDefinitions.of(set, identity).definitions());
    }

    private boolean hold(PublishedDefinitions set) {
        if (set == null || set.publication() <= published().publication()) {
            return false;
        }
        published = ReadDefinitions.shared(set);
        tracker = null;
        return true;
    }

    /** The number of the publication that holds, or 0. */
    public long publication() {
        return published().publication();
    }

    /** @throws io.tributary.schemas.definition.DefinitionsException if what holds can't be read here */
    public CompiledDefinitions compiled() {
        if (compiled == null || publicationOfCompiled != publication()) {
            compiled = new CompiledDefinitions(ReadDefinitions.of(published(), identity));
            publicationOfCompiled = publication();
        }
        return compiled;
    }

    public SegmentTracker tracker() {
        if (tracker == null) {
            tracker = new SegmentTracker(compiled());
        }
        return tracker;
    }
}
