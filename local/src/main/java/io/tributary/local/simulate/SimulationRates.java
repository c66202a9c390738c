package io.tributary.local.simulate;

/**
 * How often reality deviates from the ideal; each a probability from 0 to {@value #MAXIMUM}.
 *
 * @param sharedDevices of a device, that the other person of the household uses it too
 * @param neverLogIn of a person, to never show a user id, e-mail address or phone number
 * @param mistypedEmails of a person who logs in, to mistype the e-mail address at registration
 * @param duplicates of an event, that its client sends it a second time (same message id and time)
 * @param late of an event, to come minutes or hours later in a phone's batch
 * @param broken of an event, to be followed by a further line that must be refused
 * @param skewedClocks of a device, to have a wrong clock and to leave the correction to the receiver
 */
public record SimulationRates(
        double sharedDevices,
        double neverLogIn,
        double mistypedEmails,
        double duplicates,
        double late,
        double broken,
        double skewedClocks) {
    /** Fixed before anything was scored against them; scores are comparable only as long as they stay. */
    public static final SimulationRates DEFAULT = new SimulationRates(0.05, 0.10, 0.03, 0.01, 0.01, 0.003, 0.03);

    /** Ideal traffic: every device personal, everybody logs in, every line once, in time and well formed. */
    public static final SimulationRates IDEAL = new SimulationRates(0, 0, 0, 0, 0, 0, 0);

    /** Beyond it traffic is no longer a shop's, and the rate of late events could not be reached. */
    private static final double MAXIMUM = 0.3;

    public SimulationRates {
        check("sharedDevices", sharedDevices);
        check("neverLogIn", neverLogIn);
        check("mistypedEmails", mistypedEmails);
        check("duplicates", duplicates);
        check("late", late);
        check("broken", broken);
        check("skewedClocks", skewedClocks);
    }

    private static void check(String name, double rate) {
        if (!(rate >= 0 && rate <= MAXIMUM)) {
            throw new IllegalArgumentException(name + " must be between 0 and " + MAXIMUM + ", not " + rate);
        }
    }
}
