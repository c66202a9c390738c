package io.tributary.local.definitions;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What one customer does, and what triggers make of it: a line each, {@code day 1, 10:00 looks at shoes} or {@code day 2,
 * 10:00 fires abandoned_browse}. The language is that of docs/scenarios.md.
 *
 * @param file its name
 * @param acts what the customer does, by time
 * @param outcomes what comes of it, by time
 */
record Story(String file, String title, List<Act> acts, List<Outcome> outcomes) {
    private static final Instant FIRST_DAY = Instant.parse("2026-01-01T00:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern LINE = Pattern.compile("day (\\d{1,3}), (\\d\\d):([0-5]\\d) +(.+)");
    private static final Pattern OUTCOME = Pattern.compile("(fires|does not fire|holds back) "
            + "(?<subject>[a-z][a-z0-9_]*(?:, [a-z][a-z0-9_]*)?)(?:: (?<reason>consent|quiet_hours|cool_down|cap))?");

    /** What a customer does. */
    record Act(String text, Instant at, byte[] event) {}

    /** What becomes of a trigger, or of a reminder of one. */
    enum Fate {
        FIRES("fires"),
        DOES_NOT_FIRE("does not fire"),
        HOLDS_BACK("holds back");

        private final String words;

        Fate(String words) {
            this.words = words;
        }
    }

    /**
     * What becomes of a trigger at an instant.
     *
     * @param subject its name, and behind a comma the reminder's
     * @param reason why it is held back, else null
     */
    record Outcome(Instant at, Fate fate, String subject, String reason) {
        @Override
        public String toString() {
            Duration since = Duration.between(FIRST_DAY, at);
            return "day %d, %02d:%02d%s %s %s%s"
                    .formatted(
                            since.toDays() + 1,
                            since.toHoursPart(),
                            since.toMinutesPart(),
                            // Deadlines are as long after an event as whole minutes.
                            since.toSecondsPart() + since.toNanosPart() == 0 ? "" : " and " + since,
                            fate.words,
                            subject,
                            reason == null ? "" : ": " + reason);
        }
    }

    /**
     * What can be done.
     *
     * @param words a regular expression; the product or whatever it is about, and the amount, are groups of it
     * @param form of a sentence, for whoever has mistyped one
     * @param event name of the event, or the type of the call
     * @param fill writes the properties of the event, or the traits, of the groups
     */
    private record Verb(Pattern words, String form, String event, BiConsumer<Matcher, ObjectNode> fill) {
        Verb(String words, String form, String event, BiConsumer<Matcher, ObjectNode> fill) {
            this(Pattern.compile(words), form, event, fill);
        }

        Verb(String words, String event) {
            this(words, words, event, (said, json) -> {});
        }
    }

    private static final String THING = "(?:an? )?(?<thing>\\w+)";
    private static final String AMOUNT = "(?<amount>\\d+)";
    private static final String FOR_AMOUNT = "(?: for " + AMOUNT + ")?";

    private static final List<Verb> VERBS = List.of(
            new Verb("comes by", "page"),
            new Verb("looks at " + THING + FOR_AMOUNT, "looks at shoes", "Product Viewed", Story::product),
            new Verb(
                    "searches for (?<thing>.+)",
                    "searches for red shoes",
                    "Products Searched",
                    (said, json) -> json.put("query", said.group("thing"))),
            new Verb("adds " + THING + FOR_AMOUNT, "adds shoes for 60", "Product Added", Story::product),
            new Verb("removes " + THING + FOR_AMOUNT, "removes shoes", "Product Removed", Story::product),
            new Verb(
                    "starts checkout of " + AMOUNT,
                    "starts checkout of 80",
                    "Checkout Started",
                    (said, json) -> json.put("value", Integer.parseInt(said.group("amount")))
                            .put("currency", "USD")),
            new Verb(
                    "orders(?: " + THING + ")??" + FOR_AMOUNT,
                    "orders shoes for 60",
                    "Order Completed",
                    (said, json) -> {
                        money(said, json);
                        product(said, json.putArray("products").addObject());
                    }),
            new Verb("gets a refund of " + AMOUNT, "gets a refund of 60", "Order Refunded", Story::money),
            new Verb("cancels the order" + FOR_AMOUNT, "cancels the order", "Order Cancelled", Story::money),
            new Verb("signs up", "Signed Up"),
            new Verb("signs in", "Signed In"),
            new Verb("opens an email", "Email Opened"),
            new Verb("clicks in an email", "Email Link Clicked"),
            new Verb("complains", "Support Ticket Opened"),
            new Verb(
                    "reviews " + THING + " with (?<amount>[1-5]) stars?",
                    "reviews shoes with 2 stars",
                    "Product Reviewed",
                    (said, json) -> json.put("product_id", said.group("thing"))
                            .put("rating", Integer.parseInt(said.group("amount")))),
            new Verb(
                    "(?:starts a trial until|extends the trial to) day (?<day>\\d{1,3})",
                    "starts a trial until day 15",
                    "identify",
                    (said, json) -> json.put(
                            "trial_ends_at",
                            FIRST_DAY
                                    .plus(Duration.ofDays(Integer.parseInt(said.group("day")) - 1))
                                    .toString())),
            new Verb("subscribes to a plan", "Subscription Started"),
            new Verb("subscribes", "Newsletter Subscribed"),
            new Verb("unsubscribes", "Unsubscribed"),
            new Verb("refuses marketing", "identify"),
            new Verb("allows marketing", "identify"));

    /** The stories of a file: each begins with its title behind {@code #}. */
    static List<Story> of(Path file) throws IOException {
        return of(file.getFileName().toString(), Files.readAllLines(file));
    }

    /**
     * Stories.
     *
     * @throws IllegalArgumentException if a line is none of the language; says which
     */
    static List<Story> of(String file, List<String> lines) {
        List<Story> stories = new ArrayList<>();
        Instant latest = FIRST_DAY;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith("# ")) {
                stories.add(new Story(file, line.substring(2), new ArrayList<>(), new ArrayList<>()));
                latest = FIRST_DAY;
            } else if (!line.isEmpty()) {
                try {
                    if (stories.isEmpty()) {
                        throw new IllegalArgumentException(
                                "a story begins with its title: # Whoever buys hears no more of it");
                    }
                    latest = stories.get(stories.size() - 1).read(line, i + 1, latest);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "%s:%d: '%s': %s".formatted(file, i + 1, line, e.getMessage()), e);
                }
            }
        }
        return stories;
    }

    /** @return the instant of the line */
    private Instant read(String line, int number, Instant latest) {
        Matcher said = LINE.matcher(line);
        if (!said.matches() || Integer.parseInt(said.group(1)) == 0 || Integer.parseInt(said.group(2)) > 23) {
            throw new IllegalArgumentException("a line is like: day 1, 10:00 looks at shoes");
        }
        Instant at = FIRST_DAY.plus(Duration.ofDays(Integer.parseInt(said.group(1)) - 1)
                .plusHours(Integer.parseInt(said.group(2)))
                .plusMinutes(Integer.parseInt(said.group(3))));
        if (at.isBefore(latest)) {
            throw new IllegalArgumentException("it is told behind what comes later");
        }
        String what = said.group(4);
        Outcome outcome = outcome(at, what);
        if (outcome != null) {
            outcomes.add(outcome);
        } else {
            acts.add(new Act(line, at, event(what, number, at)));
        }
        return at;
    }

    /** Null if it is none. */
    private static Outcome outcome(Instant at, String what) {
        for (Fate fate : Fate.values()) {
            if (what.startsWith(fate.words + " ")) {
                Matcher said = OUTCOME.matcher(what);
                if (!said.matches() || (fate == Fate.HOLDS_BACK) != (said.group("reason") != null)) {
                    throw new IllegalArgumentException(
                            "write: fires NAME, does not fire NAME, or holds back NAME: cap"
                                    + " (or: consent, quiet_hours, cool_down); NAME is a trigger, and behind a comma its reminder");
                }
                return new Outcome(at, fate, said.group("subject"), said.group("reason"));
            }
        }
        return null;
    }

    private static byte[] event(String what, int number, Instant at) {
        for (Verb verb : VERBS) {
            Matcher said = verb.words.matcher(what);
            if (said.matches()) {
                boolean isTrack = Character.isUpperCase(verb.event.charAt(0));
                ObjectNode event = JSON.createObjectNode()
                        .put("type", isTrack ? "track" : verb.event)
                        .put("userId", "ana")
                        .put("messageId", "line-" + number)
                        .put("timestamp", at.toString());
                if (isTrack) {
                    event.put("event", verb.event);
                }
                verb.fill.accept(said, event.putObject(isTrack ? "properties" : "traits"));
                if (what.endsWith(" marketing")) {
                    event.putObject("context")
                            .putObject("consent")
                            .putObject("categoryPreferences")
                            .put("marketing", what.startsWith("allows"));
                }
                return event.toString().getBytes(StandardCharsets.UTF_8);
            }
        }
        throw new IllegalArgumentException("nobody can do that; what can be done: "
                + VERBS.stream().map(Verb::form).collect(Collectors.joining(", ")));
    }

    private static void product(Matcher said, ObjectNode json) {
        if (said.group("thing") != null) {
            json.put("product_id", said.group("thing")).put("name", "a " + said.group("thing"));
        }
        if (said.group("amount") != null) {
            json.put("price", Integer.parseInt(said.group("amount")));
        }
    }

    /** Without an id of an order each counts by itself. */
    private static void money(Matcher said, ObjectNode json) {
        json.put("revenue", said.group("amount") == null ? 1 : Integer.parseInt(said.group("amount")))
                .put("currency", "USD");
    }

    @Override
    public String toString() {
        return file + ": " + title;
    }
}
