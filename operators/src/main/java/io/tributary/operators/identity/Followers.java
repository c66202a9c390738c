package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.MapState;

/**
 * The devices whose history belongs to a person, because the person logged in first: they follow the person from customer
 * to customer. A chain per person, so that one more costs the same however many there are.
 */
final class Followers {
    private final MapState<Identifier, Following> followings;
    private final MapState<Identifier, Identifier> newest;

    /**
     * Chains in keyed state.
     *
     * @param followings by device
     * @param newest by person, the device that follows since last
     */
    Followers(MapState<Identifier, Following> followings, MapState<Identifier, Identifier> newest) {
        this.followings = followings;
        this.newest = newest;
    }

    /** Whom a device follows, or null. */
    Identifier followedBy(Identifier device) throws Exception {
        Following following = followings.get(device);
        return following == null ? null : following.person();
    }

    /** A device follows a person from now on, and nobody else. */
    void follow(Identifier device, Identifier person) throws Exception {
        unfollow(device);
        followings.put(device, new Following(person, newest.get(person)));
        newest.put(person, device);
    }

    /** Only a login that came late takes a device away from a person: then its chain is gone through. */
    private void unfollow(Identifier device) throws Exception {
        Following left = followings.get(device);
        if (left == null) {
            return;
        }
        Identifier before = null;
        for (Identifier each = newest.get(left.person()); !each.equals(device); ) {
            before = each;
            each = followings.get(each).next();
        }
        if (before != null) {
            followings.put(before, new Following(left.person(), left.next()));
        } else if (left.next() != null) {
            newest.put(left.person(), left.next());
        } else {
            newest.remove(left.person());
        }
        followings.remove(device);
    }

    /** A person is followed by nobody any more. */
    void abandon(Identifier person) throws Exception {
        for (Identifier device : of(person)) {
            followings.remove(device);
        }
        newest.remove(person);
    }

    /** The devices that follow a person. */
    List<Identifier> of(Identifier person) throws Exception {
        List<Identifier> devices = new ArrayList<>(0);
        for (Identifier each = newest.get(person);
                each != null;
                each = followings.get(each).next()) {
            devices.add(each);
        }
        return devices;
    }
}
