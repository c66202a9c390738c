package io.tributary.local.lookup;

import java.io.IOException;

/** Where profiles are looked up. */
public interface Profiles {
    /** The most that one look-up returns: a device of a library may belong to thousands. */
    int MOST = 100;

    /** What messages call it. */
    String name();

    /**
     * Who matches, in the order of customer ids.
     *
     * @throws IOException if it can't be read
     */
    FoundProfiles find(ProfileQuery query) throws IOException;
}
