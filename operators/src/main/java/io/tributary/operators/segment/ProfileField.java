package io.tributary.operators.segment;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A part of a profile that conditions read and events change as a whole.
 *
 * @param name within the root; null for all of it, or where the root has one value
 */
public record ProfileField(Root root, String name) {
    /** Where a field stands in the profile, or beside it. */
    public enum Root {
        TRAITS("traits"),
        COMPUTED("computed"),
        ORDERS("orders"),
        CART("cart"),
        CONSENT("consent"),
        IDENTIFIERS("identifiers"),
        EVENT_COUNT,
        EVENTS_BY_NAME,
        FIRST_SEEN,
        LAST_SEEN,
        RFM("rfm"),
        PREDICTIONS("predictions"),
        /** Of a parametric segment: what its trait says of the value; by the segment's name what may have changed. */
        VALUE;

        private final String variable;

        Root() {
            this(null);
        }

        Root(String variable) {
            this.variable = variable;
        }

        /** The one whose fields expressions find under a variable. */
        static Optional<Root> named(String variable) {
            return Arrays.stream(values())
                    .filter(root -> variable.equals(root.variable))
                    .findFirst();
        }
    }

    public static final ProfileField EVENT_COUNT = new ProfileField(Root.EVENT_COUNT, null);
    public static final ProfileField FIRST_SEEN = new ProfileField(Root.FIRST_SEEN, null);
    public static final ProfileField LAST_SEEN = new ProfileField(Root.LAST_SEEN, null);
    public static final ProfileField VALUE = new ProfileField(Root.VALUE, null);

    /** Whatever stands under a root. */
    public static ProfileField all(Root root) {
        return new ProfileField(root, null);
    }

    public ProfileField {
        Objects.requireNonNull(root);
    }

    // Fields are looked up dozens of times per event; what a record has of itself took a hundredth of the time.
    @Override
    public boolean equals(Object other) {
        return other instanceof ProfileField that && root == that.root && Objects.equals(name, that.name);
    }

    @Override
    public int hashCode() {
        return 31 * root.hashCode() + Objects.hashCode(name);
    }
}
