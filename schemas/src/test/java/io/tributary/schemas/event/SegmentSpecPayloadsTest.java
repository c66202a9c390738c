package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.testing.ReferenceData;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every JSON example of the Segment specification: accepted, or refused with a reason that a reader agrees with. */
class SegmentSpecPayloadsTest {
    private static final long RECORD_TIME = Timestamps.parse("2026-01-05T09:30:00.000Z");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * {@code unknown_type}: there is no {@code type}. {@code common__03} is a fragment of a message; the others call it
     * {@code action}, as the specification did before its version 1. 34 of them carry a {@code userId}; those of
     * {@code email__} write it {@code user_id}.
     */
    private static final String NO_TYPE =
            """
            common__03_integrations
            copilot__01_conversation-started copilot__02_message-sent copilot__03_message-received
            copilot__04_conversation-ended copilot__05_action-invoked copilot__06_media-generated
            copilot__07_component-loaded copilot__08_feedback-submitted copilot__10_item-purchased
            ecommerce_index__01_viewed-product-category ecommerce_index__02_viewed-product
            ecommerce_index__03_added-product ecommerce_index__04_removed-product ecommerce_index__05_order-completed
            email__01_email-bounced email__02_email-delivered email__03_email-link-clicked
            email__04_email-marked-as-spam email__05_email-opened email__06_unsubscribed
            live-chat__01_live-chat-conversation-started live-chat__02_live-chat-conversation-ended
            live-chat__03_live-chat-message-sent live-chat__04_live-chat-message-received
            video__01_video-playback-started video__02_video-playback-paused video__03_video-playback-interrupted
            video__04_video-playback-buffer-started video__05_video-playback-buffer-completed
            video__06_video-playback-seek-started video__07_video-playback-seek-completed
            video__08_video-playback-resumed video__09_video-playback-completed video__10_video-playback-exited
            video__11_video-content-started video__12_video-content-playing video__13_video-content-completed
            video__14_video-ad-started video__15_video-ad-playing video__16_video-ad-completed
            """;

    /**
     * {@code no_identifier}: snippets of {@code analytics.js} calls, to which the library would add its anonymous id.
     * {@code alias__01}, {@code alias__03}, {@code group__02} and the like have nothing but unnamed arguments;
     * {@code best-practices-identify__08} has a {@code userId} and an {@code email} among its {@code properties}, where
     * they describe the event and identify nobody.
     */
    private static final String NO_IDENTIFIER =
            """
            alias__01_syntax alias__03_syntax
            best-practices-identify__01_soft-user-registration best-practices-identify__08_signed-up
            common__02_report-submitted
            ecommerce_v2__01_products-searched ecommerce_v2__02_product-list-viewed
            ecommerce_v2__03_product-list-filtered ecommerce_v2__04_promotion-viewed
            ecommerce_v2__05_promotion-clicked ecommerce_v2__06_product-clicked ecommerce_v2__07_product-viewed
            ecommerce_v2__08_product-added ecommerce_v2__09_product-removed ecommerce_v2__10_cart-viewed
            ecommerce_v2__11_checkout-started ecommerce_v2__12_checkout-step-viewed
            ecommerce_v2__13_checkout-step-completed ecommerce_v2__14_payment-info-entered
            ecommerce_v2__15_order-updated ecommerce_v2__16_order-completed ecommerce_v2__17_order-refunded
            ecommerce_v2__18_order-cancelled ecommerce_v2__19_coupon-entered
            ecommerce_v2__23_product-added-to-wishlist ecommerce_v2__24_product-removed-from-wishlist
            ecommerce_v2__25_wishlist-product-added-to-cart ecommerce_v2__26_product-shared
            ecommerce_v2__27_cart-shared ecommerce_v2__28_product-reviewed
            group__01_ group__02_ identify__04_anonymous-id page__01_ page__02_ screen__01_
            track__01_user-registered
            video__17_video-playback-started video__18_video-content-started video__19_video-content-playing
            video__20_video-content-playing video__21_video-playback-paused video__22_video-playback-resumed
            video__23_video-ad-started video__24_video-ad-playing video__25_video-ad-playing
            video__26_video-ad-completed video__27_video-content-playing video__28_video-content-completed
            video__29_video-ad-started video__30_video-ad-playing video__31_video-ad-completed
            video__32_video-playback-completed
            """;

    /** No top-level id, but an e-mail among the traits of an identify call: an identifier by design. */
    private static final String KNOWN_BY_E_MAIL_ALONE = "best-practices-identify__03_soft-user-registration";

    @Test
    void refusesExactlyTheListedPayloadsForTheListedReasons() {
        Map<String, RejectReason> expected = new TreeMap<>();
        names(NO_TYPE).forEach(name -> expected.put(name, RejectReason.UNKNOWN_TYPE));
        names(NO_IDENTIFIER).forEach(name -> expected.put(name, RejectReason.NO_IDENTIFIER));
        Map<String, RejectReason> actual = new TreeMap<>();
        List<Path> files = files();
        for (Path file : files) {
            byte[] raw = ReferenceData.read(file);
            if (Events.parse(raw, RECORD_TIME) instanceof Inbound.Refused refused) {
                actual.put(name(file), refused.reject().reason());
                assertThat(refused.reject().raw()).isEqualTo(raw);
            }
        }
        assertThat(files).hasSize(129);
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void acceptsEveryPayloadWithTopLevelIdUnlessItHasNoType() throws IOException {
        int withId = 0;
        for (Path file : files()) {
            JsonNode json = MAPPER.readTree(file.toFile());
            if (!json.has("userId") && !json.has("anonymousId")) {
                continue;
            }
            withId++;
            Inbound inbound = Events.parse(ReferenceData.read(file), RECORD_TIME);
            if (json.has("type")) {
                assertThat(Events.event(inbound).identifiers())
                        .as(name(file))
                        .extracting(Identifier::value)
                        .containsAll(topLevelIds(json));
            } else {
                assertThat(names(NO_TYPE)).contains(name(file));
            }
        }
        assertThat(withId).isEqualTo(68);
    }

    @Test
    void inventsNoIdentifier() throws IOException {
        int accepted = 0;
        for (Path file : files()) {
            if (Events.parse(ReferenceData.read(file), RECORD_TIME) instanceof Inbound.Accepted inbound) {
                accepted++;
                JsonNode json = MAPPER.readTree(file.toFile());
                Set<String> stated = new TreeSet<>(topLevelIds(json));
                switch (json.path("type").asText()) {
                    case "identify" -> stated.add(json.at("/traits/email").asText());
                    case "alias" -> stated.add(json.path("previousId").asText());
                    default -> {}
                }
                stated.add(json.at("/context/device/id").asText());
                stated.remove("");
                assertThat(inbound.event().identifiers())
                        .as(name(file))
                        .extracting(Identifier::value)
                        .containsExactlyInAnyOrderElementsOf(stated);
                if (topLevelIds(json).isEmpty()) {
                    assertThat(name(file)).isEqualTo(KNOWN_BY_E_MAIL_ALONE);
                }
                Events.assertSurvivesRoundTrip(inbound.event());
            }
        }
        assertThat(accepted).isEqualTo(35);
    }

    private static Set<String> topLevelIds(JsonNode json) {
        return Set.of("userId", "anonymousId").stream()
                .filter(json::has)
                .map(field -> json.get(field).asText())
                .collect(Collectors.toSet());
    }

    private static List<Path> files() {
        return ReferenceData.jsonFiles("payloads/segment_spec");
    }

    private static List<String> names(String list) {
        return Arrays.asList(list.strip().split("\\s+"));
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".json", "");
    }
}
