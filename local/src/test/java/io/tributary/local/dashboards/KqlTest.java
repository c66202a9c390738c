package io.tributary.local.dashboards;

import static io.tributary.local.dashboards.Layers.json;
import static io.tributary.local.dashboards.Layers.millis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KqlTest {
    private static final Fields PROFILES = Fields.ofIndex("cdp-profiles");
    private static final long NOW = millis("2026-04-01T12:00:00Z");
    private static final String ANA =
            """
            {'customer_id':'c 1','segments':['vip','big_spender'],'orders':{'count':3},
             'last_seen':'2026-04-01T11:00:00Z','traits_kw':{'country':'a*c'}}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "segments: vip",
                "segments:vip",
                "segments : \"vip\"",
                "segments: *",
                "segments: (nobody or vip)",
                "segments: (vip and big_spender)",
                "segments: (not nobody)",
                "segments: v*",
                "segments: *spend*",
                "customer_id: \"c 1\"",
                "customer_id: c\\ 1",
                "traits_kw.country: \"a*c\"",
                "traits_kw.country: a\\*c",
                "orders.count: 3",
                "orders.count: 3.0",
                "orders.count > 0",
                "orders.count>=3 and orders.count<=3",
                "not orders.count < 3",
                "not channels: *",
                "not nowhere: *",
                "last_seen >= now-1h",
                "last_seen < now",
                "last_seen < \"2026-04-01T11:00:00.001Z\"",
                "last_seen > now-1d and last_seen <= now+1w",
                "segments: nobody AND segments: nobody or segments: vip",
                "segments: vip or segments: nobody and segments: nobody",
                "not segments: nobody and segments: vip",
                "not (segments: nobody or segments: none)",
                "NOT segments: nobody",
            })
    void fits(String query) {
        assertThat(fits(query, ANA)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "segments: VIP",
                "segments: vi",
                "segments: \"v*\"",
                "segments: (vip and nobody)",
                "segments: *spend",
                "not segments: vip",
                "not segments: vip or segments: nobody",
                "(segments: nobody or segments: vip) and segments: nobody",
                "orders.count: 4",
                "orders.count > 3",
                "orders.count < 3",
                "last_seen < now-1h",
                "last_seen >= now",
                "channels: *",
                "nowhere: *",
                "nowhere > 1",
                "orders.first_at < now",
            })
    void fitsNot(String query) {
        assertThat(fits(query, ANA)).isFalse();
    }

    @Test
    void aKeywordWithANormalizerIsFoundInAnyCase() {
        assertThat(Kql.read("email: Ana@EXAMPLE.com", Fields.ofIndex("cdp-personal"), NOW))
                .accepts(json("{'email':'ANA@example.com'}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vip",
                "\"vip\"",
                "segments: vip big_spender",
                "segments:",
                "segments: and",
                "segments: (vip",
                "segments: \"vip",
                "segments: {a: 1}",
                "segm*: vip",
                "segments > a",
                "orders.count: 3*",
                "last_seen: now",
                "traits: x",
                "consent.marketing: granted",
            })
    void whatIsNotKnownIsRefused(String query) {
        assertThatThrownBy(() -> fits(query, ANA)).isInstanceOf(UnsupportedOperationException.class);
    }

    private static boolean fits(String query, String document) {
        return Kql.read(query, PROFILES, NOW).test(json(document));
    }
}
