package io.tributary.local.simulate;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Who somebody is and how he or she behaves; a function of seed and index alone, so that a simulation of many persons
 * keeps only what has happened to them.
 *
 * @param email the right address; null for somebody who never logs in
 * @param mistypedEmail what was typed at registration instead, else null
 * @param userId null for somebody who never logs in
 * @param phone E.164, or null
 * @param devices own devices first, then those that the household shares
 * @param visitsPerDay mean rate while alive
 * @param dropout probability of never coming back after an order
 * @param mailedByAddress whether the mail provider knows only the address and no user id
 */
record Person(
        int index,
        String userId,
        String email,
        String mistypedEmail,
        String phone,
        String firstName,
        String lastName,
        Market market,
        List<Device> devices,
        boolean marketingConsent,
        boolean analyticsConsent,
        boolean newsletter,
        boolean mailedByAddress,
        double visitsPerDay,
        double dropout,
        int[] favouriteCategories) {
    /** Visits are Poisson with gamma-distributed rates; orders, a constant share of them, therefore too. */
    static final double VISIT_SHAPE = 0.7;

    static final double MEAN_VISITS_PER_DAY = 0.25;
    /** After each order a person is lost with a probability drawn once per person from Beta(a, b). */
    static final double DROPOUT_A = 0.8;

    static final double DROPOUT_B = 2.4;

    private static final double LOWEST_VISIT_RATE = 0.005;
    private static final double HIGHEST_VISIT_RATE = 4;
    private static final double PHONE_SHARE = 0.4;
    private static final double NEWSLETTER_SHARE = 0.35;
    private static final double MARKETING_CONSENT_SHARE = 0.8;
    private static final double ANALYTICS_CONSENT_SHARE = 0.9;
    private static final double MAILED_BY_ADDRESS_SHARE = 0.3;
    private static final String[] FIRST_NAMES = {
        "Ana", "Ben", "Chloe", "Daniel", "Eva", "Felix", "Grace", "Hiro", "Ines", "Jakub", "Katarzyna", "Leon", "Mia",
        "Noah", "Olivia", "Paul", "Quinn", "Rosa", "Sakura", "Tom", "Ula", "Victor", "Wanda", "Yuki", "Zoë", "Łukasz",
    };
    private static final String[] LAST_NAMES = {
        "Adams", "Becker", "Clark", "Dąbrowska", "Evans", "Fischer", "Green", "Hoffmann", "Ito", "Jones", "Kowalski",
        "Lewis", "Müller", "Nowak", "O'Brien", "Petersen", "Robinson", "Schulz", "Tanaka", "Walker", "Yamamoto",
                "Zieliński",
    };
    private static final String[] MAIL_HOSTS = {"example.com", "example.org", "example.net", "mail.example"};

    static Person of(int index, SimulationConfig config) {
        SeededRandom random = SeededRandom.of(config.seed(), SeededRandom.Purpose.PERSON, index);
        SimulationRates rates = config.rates();
        boolean logsIn = !random.chance(rates.neverLogIn());
        boolean mistypes = random.chance(rates.mistypedEmails()) && logsIn;
        Market market = Market.draw(random);
        String first = random.pick(FIRST_NAMES);
        String last = random.pick(LAST_NAMES);
        String local = ascii(first) + "." + ascii(last);
        String host = index + "@" + random.pick(MAIL_HOSTS);
        boolean givesPhone = random.chance(PHONE_SHARE) && logsIn;
        boolean newsletter = random.chance(NEWSLETTER_SHARE) && logsIn;
        boolean marketing = random.chance(MARKETING_CONSENT_SHARE) || newsletter;
        boolean analytics = random.chance(ANALYTICS_CONSENT_SHARE);
        boolean mailedByAddress = random.chance(MAILED_BY_ADDRESS_SHARE);
        double visits = random.gamma(VISIT_SHAPE) * MEAN_VISITS_PER_DAY / VISIT_SHAPE;
        double dropout = random.beta(DROPOUT_A, DROPOUT_B);
        int[] favourites = {random.below(Catalog.CATEGORIES), random.below(Catalog.CATEGORIES)};
        String mistyped = mistypes ? mistype(local, random) + host : null;
        return new Person(
                index,
                logsIn ? "u-" + index : null,
                logsIn ? local + host : null,
                mistyped,
                givesPhone ? market.phone(index) : null,
                first,
                last,
                market,
                devicesOf(index, config),
                marketing,
                analytics,
                newsletter,
                mailedByAddress,
                Math.min(Math.max(visits, LOWEST_VISIT_RATE), HIGHEST_VISIT_RATE),
                dropout,
                favourites);
    }

    String id() {
        return "p-" + index;
    }

    boolean logsIn() {
        return userId != null;
    }

    private static List<Device> devicesOf(int index, SimulationConfig config) {
        List<Device> devices = new ArrayList<>(Device.of(index, config));
        int partner = Device.partner(index);
        if (partner < config.customers()) {
            Device.of(partner, config).stream().filter(Device::shared).forEach(devices::add);
        }
        return List.copyOf(devices);
    }

    private static String ascii(String name) {
        return Normalizer.normalize(name.replace('Ł', 'L').replace('ł', 'l'), Normalizer.Form.NFD)
                .replaceAll("[^A-Za-z]", "")
                .toLowerCase(Locale.ROOT);
    }

    /** Doubles one letter: always another address, and never that of another person, whose number differs. */
    private static String mistype(String local, SeededRandom random) {
        int at = random.below(local.indexOf('.'));
        return local.substring(0, at) + local.charAt(at) + local.substring(at);
    }
}
