package io.tributary.schemas.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

class PropertySeedTest {
    private static final List<Long> once = new ArrayList<>();
    private static final List<Long> again = new ArrayList<>();

    @Property(tries = 50)
    void once(@ForAll long number) {
        once.add(number);
    }

    @Property(tries = 50)
    void again(@ForAll long number) {
        again.add(number);
    }

    @AfterContainer
    static void bothWereAskedTheSameExactlyWhereASeedIsGiven() {
        boolean given = !System.getProperty("tributary.propertySeed", "").isEmpty();
        assertThat(once.equals(again)).isEqualTo(given);
    }
}
