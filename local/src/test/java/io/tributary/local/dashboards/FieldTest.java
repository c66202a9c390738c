package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FieldTest {
    private static final Fields PROFILES = Fields.ofIndex("cdp-profiles");

    @Test
    void aFieldIsMappedByItsPropertyOrBelowADynamicObjectByATemplate() {
        assertThat(PROFILES.get("orders.count").type()).isEqualTo("long");
        assertThat(PROFILES.get("segments").ignoreAbove()).isEqualTo(1024);
        assertThat(PROFILES.get("customer_id").ignoreAbove()).isEqualTo(Integer.MAX_VALUE);
        assertThat(PROFILES.get("orders.revenue.USD").type()).isEqualTo("double");
        assertThat(PROFILES.get("traits_kw.country").isKeyword()).isTrue();
        assertThat(Fields.ofIndex("cdp-triggers").get("value.USD").type()).isEqualTo("double");
        assertThat(Fields.ofIndex("cdp-personal").get("email").lowercase()).isTrue();
    }

    @Test
    void aFieldOfNoMappingIsNotThere() {
        assertThat(PROFILES.find("nothing")).isEmpty();
        assertThat(PROFILES.find("orders.nothing")).isEmpty();
        assertThat(Fields.ofIndex("cdp-rejects").find("value.USD")).isEmpty();
    }

    @Test
    void flattenedFieldsAndTextsAreRefused() {
        assertThatThrownBy(() -> PROFILES.get("traits")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> PROFILES.get("consent.marketing")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> PROFILES.get("orders")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Fields.ofIndex("cdp-personal").get("names"))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void allValuesOfArraysOfObjectsAreValuesOfTheirField() {
        assertThat(values(
                        "cart.items.product_id",
                        "{'cart':{'items':[{'product_id':'b'},{'sku':'x'},{'product_id':['a','b']}]}}"))
                .containsExactly("b", "a", "b");
    }

    @Test
    void aDotInANameIsAsGoodAsAnObject() {
        assertThat(values("orders.revenue.USD", "{'orders.revenue':{'USD':1.5}}"))
                .containsExactly(1.5);
        assertThat(values("orders.revenue.USD", "{'orders':{'revenue.USD':2}}")).containsExactly(2.0);
    }

    @Test
    void nullAndAnEmptyArrayAreNoValueButAnEmptyTextIsOne() {
        assertThat(values("segments", "{'segments':null}")).isEmpty();
        assertThat(values("segments", "{'segments':[]}")).isEmpty();
        assertThat(values("segments", "{'segments':[null,'']}")).containsExactly("");
    }

    @Test
    void textsBeyondIgnoreAboveAreNotIndexed() {
        String longest = "x".repeat(1024);

        assertThat(values("segments", "{'segments':['" + longest + "','" + longest + "x','vip']}"))
                .containsExactly(longest, "vip");
    }

    @Test
    void aNormalizerLowersTheCase() {
        assertThat(Fields.ofIndex("cdp-personal").get("email").values(Layers.json("{'email':'Ana@Example.COM'}")))
                .containsExactly("ana@example.com");
    }

    @Test
    void numbersDatesAndKeywordsAreCoercedAsElasticsearchDoes() {
        assertThat(values("orders.count", "{'orders':{'count':[3,'4',5.9]}}")).containsExactly(3.0, 4.0, 5.0);
        assertThat(values("last_seen", "{'last_seen':['1970-01-01T00:00:01.0029Z','1970-01-02']}"))
                .containsExactly(1002L, 86_400_000L);
        assertThat(values("last_seen", "{'last_seen':'1970-01-01T02:00:00+02:00'}"))
                .containsExactly(0L);
        assertThat(values("segments", "{'segments':[1,true]}")).containsExactly("1", "true");
    }

    private static List<Object> values(String field, String document) {
        return PROFILES.get(field).values(Layers.json(document));
    }
}
