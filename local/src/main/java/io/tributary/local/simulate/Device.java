package io.tributary.local.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A browser or an app on a device.
 *
 * @param owner index of the person who bought it
 * @param anonymousId what its SDK calls it
 * @param deviceId the device's own id, apps only, else null
 * @param shared whether the other person of the owner's household uses it too
 * @param clockOffset how far its clock is ahead, in ms; 0 for a right one
 */
record Device(int owner, int number, Kind kind, String anonymousId, String deviceId, boolean shared, long clockOffset) {
    enum Kind {
        PHONE,
        LAPTOP,
        TABLET
    }

    private static final Kind[][] SETS = {
        {Kind.PHONE}, {Kind.LAPTOP}, {Kind.PHONE, Kind.LAPTOP}, {Kind.PHONE, Kind.LAPTOP, Kind.TABLET},
    };
    private static final double[] CUMULATIVE_SET_SHARES = {0.30, 0.45, 0.85, 1.0};
    private static final double APP_SHARE = 0.4;
    private static final double SECONDARY_WEIGHT = 0.7;
    private static final long SMALLEST_SKEW = 2 * 60_000L;
    private static final long LARGEST_SKEW = 26 * 3_600_000L;

    /** The devices that a person bought; a function of seed and person alone, so nobody has to remember them. */
    static List<Device> of(int person, SimulationConfig config) {
        SeededRandom random = SeededRandom.of(config.seed(), SeededRandom.Purpose.DEVICES, person);
        boolean household = partner(person) < config.customers();
        double share = random.uniform();
        int set = 0;
        while (share >= CUMULATIVE_SET_SHARES[set]) {
            set++;
        }
        List<Device> devices = new ArrayList<>(SETS[set].length);
        for (Kind kind : SETS[set]) {
            boolean app = kind != Kind.LAPTOP && random.chance(APP_SHARE);
            String anonymousId = uuid(random);
            String deviceId = app ? uuid(random) : null;
            boolean shared = random.chance(config.rates().sharedDevices()) && household;
            long offset = 0;
            if (random.chance(config.rates().skewedClocks())) {
                offset = random.logBetween(SMALLEST_SKEW, LARGEST_SKEW) * (random.chance(0.5) ? 1 : -1);
            }
            devices.add(new Device(person, devices.size(), kind, anonymousId, deviceId, shared, offset));
        }
        return devices;
    }

    /** The other person of the household: persons live in twos. */
    static int partner(int person) {
        return person ^ 1;
    }

    /** Share of visits on a phone, from the sets above and {@link #weight()}; sharing changes it only slightly. */
    static double phoneShareOfVisits() {
        double two = 1 / (1 + SECONDARY_WEIGHT);
        double three = 1 / (1 + 2 * SECONDARY_WEIGHT);
        return CUMULATIVE_SET_SHARES[0]
                + (CUMULATIVE_SET_SHARES[2] - CUMULATIVE_SET_SHARES[1]) * two
                + (CUMULATIVE_SET_SHARES[3] - CUMULATIVE_SET_SHARES[2]) * three;
    }

    double weight() {
        return kind == Kind.PHONE ? 1 : SECONDARY_WEIGHT;
    }

    boolean isApp() {
        return deviceId != null;
    }

    boolean isSkewed() {
        return clockOffset != 0;
    }

    /** Its identifiers as {@code namespace:value}. */
    List<String> identifiers() {
        return isApp()
                ? List.of("anonymous_id:" + anonymousId, "device_id:" + deviceId)
                : List.of("anonymous_id:" + anonymousId);
    }

    private static String uuid(SeededRandom random) {
        return new UUID((random.nextLong() & ~0xF000L) | 0x4000L, (random.nextLong() >>> 2) | Long.MIN_VALUE)
                .toString();
    }
}
