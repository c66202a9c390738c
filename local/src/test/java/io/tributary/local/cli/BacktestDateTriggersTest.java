package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that begin a while before a date on the profile: with a segment that time alone enters. */
class BacktestDateTriggersTest {
    private static final String DEFINITIONS =
            """
            segments:
            - {name: renewal_due, when: days_since(traits.renews_at) >= -3 && days_since(traits.renews_at) < 0}
            triggers:
            - name: renewal_due
              steps: [{id: due, on: [{entered: renewal_due}]}]
              expires_after: 1d
            - name: not_renewed
              steps:
              - {id: due, on: [{entered: renewal_due}]}
              - {id: renewed, not_followed_by: [Subscription Renewed]}
              within: 2d
              expires_after: 1d
            """;

    @TempDir
    private Path folder;

    private TriggerStory story;

    @BeforeEach
    void begin() {
        story = new TriggerStory(folder, DEFINITIONS);
    }

    @Test
    void firesThreeDaysBeforeTheDateToTheMillisecond() throws IOException {
        renews("2026-01-01T10:00:00.000Z", "ana", "2026-01-20T15:30:00.123Z");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-17T15:30:00.123Z renewal_due ana", "2026-01-19T15:30:00.123Z not_renewed ana");
        assertThat(story.triggers("renewal_due")
                        .get(0)
                        .path("anchor_message_id")
                        .asText())
                .startsWith("sc_");
    }

    @Test
    void anEventThatMustNotFollowKeepsTheSecondFromFiring() throws IOException {
        renews("2026-01-01T10:00:00.000Z", "ana", "2026-01-20T15:30:00.000Z");
        story.track("2026-01-19T15:30:00.000Z", "ana", "Subscription Renewed", "");
        renews("2026-01-01T10:00:00.000Z", "ben", "2026-01-20T15:30:00.000Z");
        story.track("2026-01-17T15:29:59.999Z", "ben", "Subscription Renewed", "");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired())
                .as("an event at the very instant has come; one ahead of the beginning does not follow it")
                .containsExactly(
                        "2026-01-17T15:30:00.000Z renewal_due ana",
                        "2026-01-17T15:30:00.000Z renewal_due ben",
                        "2026-01-19T15:30:00.000Z not_renewed ben");
    }

    @Test
    void aDateThatIsPutOffFiresAtItsLaterInstantAlone() throws IOException {
        renews("2026-01-01T10:00:00.000Z", "ana", "2026-01-20T12:00:00.000Z");
        renews("2026-01-16T10:00:00.000Z", "ana", "2026-01-25T12:00:00.000Z");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-22T12:00:00.000Z renewal_due ana", "2026-01-24T12:00:00.000Z not_renewed ana");
    }

    @Test
    void aDateThatIsPutOffWhileItIsDueFiresForEach() throws IOException {
        renews("2026-01-01T10:00:00.000Z", "ana", "2026-01-20T12:00:00.000Z");
        renews("2026-01-18T10:00:00.000Z", "ana", "2026-01-25T12:00:00.000Z");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired())
                .filteredOn(line -> line.contains("renewal_due"))
                .containsExactly(
                        "2026-01-17T12:00:00.000Z renewal_due ana", "2026-01-22T12:00:00.000Z renewal_due ana");
    }

    @Test
    void aDateThatIsBroughtForwardFiresAtItsEarlierInstantOrAtOnce() throws IOException {
        renews("2026-01-01T10:00:00.000Z", "ana", "2026-01-20T12:00:00.000Z");
        renews("2026-01-02T10:00:00.000Z", "ana", "2026-01-10T12:00:00.000Z");
        renews("2026-01-01T10:00:00.000Z", "ben", "2026-01-20T12:00:00.000Z");
        renews("2026-01-09T10:00:00.000Z", "ben", "2026-01-10T12:00:00.000Z");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired())
                .filteredOn(line -> line.contains("renewal_due"))
                .containsExactly(
                        "2026-01-07T12:00:00.000Z renewal_due ana", "2026-01-09T10:00:00.000Z renewal_due ben");
    }

    @Test
    void aDateThatIsOverOrNoDateSaysNothing() throws IOException {
        renews("2026-01-10T10:00:00.000Z", "ana", "2026-01-09T12:00:00.000Z");
        renews("2026-01-10T10:00:00.000Z", "ben", "2026-01-10T10:00:00.000Z");
        renews("2026-01-10T10:00:00.000Z", "eve", "soon");
        renews("2026-01-10T10:00:00.000Z", "dan", "2026-02-30T12:00:00.000Z");
        renews("2026-01-10T10:00:00.000Z", "joe", "");
        // A day has no instant.
        renews("2026-01-10T10:00:00.000Z", "kim", "2026-01-20");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired()).isEmpty();
    }

    @Test
    void aDateMayHaveAnOffset() throws IOException {
        renews("2026-01-10T10:00:00.000Z", "ana", "2026-01-20T12:00:00+02:00");
        // Without an offset it is none.
        renews("2026-01-10T10:00:00.000Z", "ben", "2026-01-20 12:00:00");

        story.backtest("2026-01-18T00:00:00Z");

        assertThat(story.fired()).containsExactly("2026-01-17T10:00:00.000Z renewal_due ana");
    }

    /** What a merger brings has happened to somebody else: it is found. What is still ahead is the customer's own. */
    @Test
    void aDateThatALoginFindsDueBeginsNothingAndOneAheadDoes() throws IOException {
        renewsOfDevice("2026-01-01T10:00:00.000Z", "phone", "2026-01-20T12:00:00.000Z");
        story.login("2026-01-18T10:00:00.000Z", "ana", "phone");
        renewsOfDevice("2026-01-01T10:00:00.000Z", "tablet", "2026-01-20T12:00:00.000Z");
        story.login("2026-01-16T10:00:00.000Z", "ben", "tablet");

        story.backtest("2026-03-01T00:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-17T12:00:00.000Z renewal_due ben",
                        "2026-01-17T12:00:00.000Z renewal_due phone",
                        "2026-01-19T12:00:00.000Z not_renewed ben");
    }

    private void renews(String at, String user, String date) {
        story.identify(at, user, "'renews_at':'%s'".formatted(date));
    }

    private void renewsOfDevice(String at, String device, String date) {
        story.identifyDevice(at, device, "'renews_at':'%s'".formatted(date));
    }
}
