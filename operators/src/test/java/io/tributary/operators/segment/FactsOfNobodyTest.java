package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.ProfileFacts;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.schemas.definition.Definitions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FactsOfNobodyTest {
    private final ComputedFacts computed = new ComputedTraits(Definitions.none()).facts(ComputedLedger::new);
    private final Facts ofEmptyLedgers =
            new ProfileFacts(new ProfileFacts.Ledgers(ActivityLedger::new, RecordLedger::new, List::of, computed), 1);

    /** Whatever differs makes all conditions on it be asked of each new customer. */
    @ParameterizedTest
    @CsvSource({
        "TRAITS, country",
        "COMPUTED, orders_90d",
        "ORDERS, count",
        "ORDERS, revenue",
        "ORDERS, refunds",
        "ORDERS, first_at",
        "ORDERS, last_at",
        "CART, items",
        "CART, value",
        "CART, updated_at",
        "CONSENT, marketing",
        "IDENTIFIERS, email",
        "EVENT_COUNT,",
        "EVENTS_BY_NAME, Product Viewed",
        "RFM, group",
        "PREDICTIONS, p_alive",
        "VALUE,"
    })
    void areThoseOfEmptyLedgers(Root root, String name) {
        ProfileField field = new ProfileField(root, name);

        assertThat(new FactsOfNobody(computed).value(field)).isEqualTo(ofEmptyLedgers.value(field));
    }
}
