package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalTraitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "traits.email.endsWith('x.com')",
                "size(identifiers.phone) > 0",
                "traits['First Name'] == 'Ana'",
                "event.traits[ \"date_of_birth\" ] != ''",
                "identifiers['passport'].exists(id, id == '1')",
                "orders.count > 1 && event.properties.zip == '80-001'"
            })
    void knowsAConditionThatLooksAtPersonalData(String condition) {
        assertThat(PersonalTraits.isNamedIn(condition)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traits.country == 'email'",
                "orders.revenue.USD >= 500",
                "identifiers.user_id.size() > 0",
                "event.properties.category == 'phone'",
                "no Order Completed within 1h"
            })
    void letsOthersBe(String condition) {
        assertThat(PersonalTraits.isNamedIn(condition)).isFalse();
    }
}
