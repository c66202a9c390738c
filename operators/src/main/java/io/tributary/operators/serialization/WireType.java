package io.tributary.operators.serialization;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.identity.Following;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.KeyIdentity;
import io.tributary.operators.identity.RawComponent;
import io.tributary.operators.identity.RecentMessages;
import io.tributary.operators.identity.Sighting;
import io.tributary.operators.identity.Slot;
import io.tributary.operators.identity.WaitingAtInstant;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.CustomerMessages;
import io.tributary.operators.profile.FragmentLedger;
import io.tributary.operators.profile.FragmentState;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.profile.Membership;
import io.tributary.operators.profile.ProfileState;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.profile.StartsOfFragment;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sweep.SweptKeyGroups;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartStep;
import io.tributary.operators.trigger.GateHistory;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.operators.trigger.TriggerPeriods;
import io.tributary.operators.trigger.TriggerState;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * The types that cross a channel or lie in state, each with its hand-written binary form.
 *
 * <p>The id of a type is written into savepoints and never changes.
 *
 * @param <T> the type of the values
 */
public final class WireType<T> {
    private static final Map<String, WireType<?>> BY_ID = new HashMap<>();

    public static final WireType<Inbound> INBOUND = of("inbound", Inbound.class, Inbound.CODEC, true);
    public static final WireType<CustomerEvent> CUSTOMER_EVENT =
            of("customer-event", CustomerEvent.class, CustomerEvent.CODEC, true);
    public static final WireType<CustomerMessage> CUSTOMER_MESSAGE =
            of("customer-message", CustomerMessage.class, CustomerMessage.CODEC, true);
    public static final WireType<CustomerMessages> CUSTOMER_MESSAGES =
            of("customer-messages", CustomerMessages.class, CustomerMessages.CODEC, false);
    public static final WireType<StartsOfFragment> STARTS_OF_FRAGMENT =
            of("starts-of-fragment", StartsOfFragment.class, StartsOfFragment.CODEC, false);
    public static final WireType<CartChange> CART_CHANGE = of("cart-change", CartChange.class, CartChange.CODEC, true);
    public static final WireType<CartStep> CART_STEP = of("cart-step", CartStep.class, CartStep.CODEC, true);
    public static final WireType<WatchedEvent> WATCHED_EVENT =
            of("watched-event", WatchedEvent.class, WatchedEvent.CODEC, true);
    public static final WireType<EventOrder> EVENT_ORDER = of("event-order", EventOrder.class, EventOrder.CODEC, true);
    public static final WireType<FragmentMessage> FRAGMENT_MESSAGE =
            of("fragment-message", FragmentMessage.class, FragmentMessage.CODEC, true);
    public static final WireType<OutboundRecord> OUTBOUND_RECORD =
            of("outbound-record", OutboundRecord.class, OutboundRecord.CODEC, true);
    public static final WireType<DocumentWrite> DOCUMENT_WRITE =
            of("document-write", DocumentWrite.class, DocumentWrite.CODEC, true);
    public static final WireType<RecentMessages> RECENT_MESSAGES =
            of("recent-messages", RecentMessages.class, RecentMessages.CODEC, false);
    public static final WireType<FragmentId> FRAGMENT_ID = of("fragment-id", FragmentId.class, FragmentId.CODEC, true);
    public static final WireType<Identifier> IDENTIFIER = of("identifier", Identifier.class, Identifier.CODEC, true);
    public static final WireType<KeyIdentity> KEY_IDENTITY =
            of("key-identity", KeyIdentity.class, KeyIdentity.CODEC, false);
    public static final WireType<WaitingAtInstant> WAITING_AT_INSTANT =
            of("waiting-at-instant", WaitingAtInstant.class, WaitingAtInstant.CODEC, false);
    public static final WireType<Slot> SLOT = of("slot", Slot.class, Slot.CODEC, true);
    public static final WireType<Sighting> SIGHTING = of("sighting", Sighting.class, Sighting.CODEC, true);
    public static final WireType<RawComponent> RAW_COMPONENT =
            of("raw-component", RawComponent.class, RawComponent.CODEC, false);
    public static final WireType<PrivacyInbound> PRIVACY_INBOUND =
            of("privacy-inbound", PrivacyInbound.class, PrivacyInbound.CODEC, true);
    public static final WireType<PrivacyCommand> PRIVACY_COMMAND =
            of("privacy-command", PrivacyCommand.class, PrivacyCommand.CODEC, true);
    public static final WireType<DefinitionInbound> DEFINITION_INBOUND =
            of("definition-inbound", DefinitionInbound.class, DefinitionInbound.CODEC, true);
    public static final WireType<PublishedDefinitions> PUBLISHED_DEFINITIONS =
            of("published-definitions", PublishedDefinitions.class, PublishedDefinitions.CODEC, true);
    public static final WireType<KeeperNotice> KEEPER_NOTICE =
            of("keeper-notice", KeeperNotice.class, KeeperNotice.CODEC, true);
    public static final WireType<Following> FOLLOWING = of("following", Following.class, Following.CODEC, true);
    public static final WireType<FragmentState> FRAGMENT_STATE =
            of("fragment-state", FragmentState.class, FragmentState.CODEC, false);
    public static final WireType<FragmentLedger> FRAGMENT_LEDGER =
            of("fragment-ledger", FragmentLedger.class, FragmentLedger.CODEC, false);
    public static final WireType<ActivityLedger> ACTIVITY_LEDGER =
            of("activity-ledger", ActivityLedger.class, ActivityLedger.CODEC, false);
    public static final WireType<Membership> MEMBERSHIP = of("membership", Membership.class, Membership.CODEC, false);
    public static final WireType<ProfileState> PROFILE_STATE =
            of("profile-state", ProfileState.class, ProfileState.CODEC, false);
    public static final WireType<RecordLedger> RECORD_LEDGER =
            of("record-ledger", RecordLedger.class, RecordLedger.CODEC, false);
    public static final WireType<ComputedLedger> COMPUTED_LEDGER =
            of("computed-ledger", ComputedLedger.class, ComputedLedger.CODEC, false);
    public static final WireType<Memberships> MEMBERSHIPS =
            of("memberships", Memberships.class, Memberships.CODEC, false);
    public static final WireType<SweptKeyGroups> SWEPT_KEY_GROUPS =
            of("swept-key-groups", SweptKeyGroups.class, SweptKeyGroups.CODEC, true);
    public static final WireType<TriggerPeriods> TRIGGER_PERIODS =
            of("trigger-periods", TriggerPeriods.class, TriggerPeriods.CODEC, true);
    public static final WireType<TriggerState> TRIGGER_STATE =
            of("trigger-state", TriggerState.class, TriggerState.CODEC, false);
    public static final WireType<ProfileTimelines> PROFILE_TIMELINES =
            of("profile-timelines", ProfileTimelines.class, ProfileTimelines.CODEC, false);
    public static final WireType<GateHistory> GATE_HISTORY =
            of("gate-history", GateHistory.class, GateHistory.CODEC, true);

    private final String id;
    private final Class<T> type;
    private final Codec<T> codec;
    private final boolean immutable;

    private WireType(String id, Class<T> type, Codec<T> codec, boolean immutable) {
        this.id = id;
        this.type = type;
        this.codec = codec;
        this.immutable = immutable;
    }

    private static <T> WireType<T> of(String id, Class<T> type, Codec<T> codec, boolean immutable) {
        WireType<T> wireType = new WireType<>(id, type, codec, immutable);
        if (BY_ID.put(id, wireType) != null) {
            throw new IllegalStateException("two types with the id " + id);
        }
        return wireType;
    }

    static WireType<?> byId(String id) {
        WireType<?> type = BY_ID.get(id);
        if (type == null) {
            throw new IllegalArgumentException("no type has the id " + id);
        }
        return type;
    }

    /** For Flink: streams and state of this type. */
    public TypeInformation<T> info() {
        return new WireTypeInfo<>(this);
    }

    String id() {
        return id;
    }

    Class<T> type() {
        return type;
    }

    Codec<T> codec() {
        return codec;
    }

    boolean isImmutable() {
        return immutable;
    }
}
