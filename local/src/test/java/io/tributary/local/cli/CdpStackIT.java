package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.docs.CartMailer;
import io.tributary.local.stack.Topics;
import io.tributary.local.testing.Interrupts;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.testing.Await;
import io.tributary.schemas.testing.PublicSchemas;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code ./cdp} as its user meets it: a process with an exit code and lines on its terminal. It runs what the build has
 * made; were that stale, the script would build first, which each test would see on standard error.
 */
class CdpStackIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String SCRIPT =
            Path.of(System.getProperty("tributary.root"), "cdp").toString();
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    private final List<Process> processes = new ArrayList<>();
    private Path folder;
    private Path dir;

    @BeforeEach
    void makeFolder() throws Exception {
        // Elasticsearch of the user root runs as nobody and must reach its folder, which JUnit's @TempDir forbids.
        folder = Files.createTempDirectory("cdp-stack-it");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        dir = folder.resolve("stack");
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        if (Files.exists(dir.resolve("stack.json"))) {
            cdp("down", "--dir", dir.toString());
        }
        processes.stream()
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
                .forEach(ProcessHandle::destroyForcibly);
        FileUtils.deleteDirectory(folder.toFile());
    }

    @Test
    void helpsAndSaysInOneLineWhatIsWrong() throws Exception {
        var help = cdp("--help");
        assertThat(help.exit()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("Usage: cdp").contains("up", "status", "down", "publish", "backtest");

        var unknown = cdp("up", "--detached");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err().lines()).singleElement().asString().contains("--detached", "./cdp up --help");

        var port = cdp("up", "--flink-port", "65536");
        assertThat(port.exit()).isEqualTo(2);
        assertThat(port.err().lines()).singleElement().asString().contains("65536 is not a port");

        var status = cdp("status", "--dir", dir.toString());
        assertThat(status.exit()).isEqualTo(1);
        assertThat(status.out()).isEqualTo("No stack runs in " + dir + ".\n");

        var publish = cdp(
                "publish",
                "--dir",
                dir.toString(),
                "--events",
                events("a.jsonl", "m-1").toString());
        assertThat(publish.exit()).isEqualTo(1);
        assertThat(publish.err().lines()).singleElement().asString().contains("./cdp up --detach --dir " + dir);

        assertThat(cdp("down", "--dir", dir.toString()).exit()).isZero();
        assertThat(dir).as("made by a look").doesNotExist();
    }

    @Test
    void saysInOneLineWhichPortIsTakenAndLeavesTheFolderFree() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var up = cdp("up", "--detach", "--dir", dir.toString(), "--kafka-port", "" + taken.getLocalPort());

            assertThat(up.exit()).isEqualTo(1);
            assertThat(up.err().lines())
                    .singleElement()
                    .asString()
                    .isEqualTo(
                            "cdp up: Port %d of 127.0.0.1 is taken; choose another one for Kafka, or 0 for a free one"
                                    .formatted(taken.getLocalPort()));
        }
        assertThat(dir.resolve("stack.json")).doesNotExist();
        assertThat(dir.resolve("endpoints.json")).doesNotExist();
    }

    @Test
    void runsDetachedUntilDownAndGoesOnInTheForegroundUntilInterrupted() throws Exception {
        var up = cdp("up", "--detach", "--dir", dir.toString());
        assertThat(up.err()).isEmpty();
        assertThat(up.exit()).isZero();
        var endpoints = endpoints();
        assertThat(endpoints.fieldNames()).toIterable().containsExactlyInAnyOrder("kafka", "elasticsearch", "flink");
        assertThat(get(endpoints, "elasticsearch", "/").path("tagline").asText())
                .isEqualTo("You Know, for Search");
        assertThat(get(endpoints, "flink", "/jobs/overview").at("/jobs/0/name").asText())
                .isEqualTo("tributary-customer");
        assertThat(committed(endpoints)).isEmpty();

        var status = cdp("status", "--dir", dir.toString());
        assertThat(status.exit()).isZero();
        assertThat(status.out())
                .contains(
                        endpoints.get("kafka").asText(), endpoints.get("flink").asText(), "tributary-customer RUNNING");

        var second = cdp("up", "--detach", "--dir", dir.toString());
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.err().lines())
                .singleElement()
                .asString()
                .startsWith("cdp up: A stack runs in " + dir + " already (process ")
                .contains("./cdp down");

        publish(events("first.jsonl", "m-1", "m-2", "m-3"));
        Await.until(
                "the profile",
                DEADLINE,
                () -> profile(endpoints).at("/events/count").asInt() == 3);
        Await.until("the events", DEADLINE, () -> committed(endpoints).size() == 3);
        assertThat(documents(endpoints)).isEqualTo(1);
        assertThat(profile(endpoints).path("segments").toString())
                .as("the starter library holds")
                .contains("new_visitor");
        Await.until("the customer's history", DEADLINE, () -> explained().contains("created with user_id:42  [m-1]"));

        var tree = tree();
        var down = cdp("down", "--dir", dir.toString());
        assertThat(down.exit()).isZero();
        assertThat(down.out()).startsWith("Stopped the stack in " + dir);
        assertNothingRuns(endpoints, tree);

        var foreground = start("foreground", Interrupts.heeded(), "up", "--dir", dir.toString());
        Await.until("the stack to be ready again", DEADLINE, () -> {
            assertThat(foreground.isAlive())
                    .as("up runs: %s", errors("foreground"))
                    .isTrue();
            return Files.exists(dir.resolve("endpoints.json"));
        });
        var again = endpoints();
        assertThat(profile(again).at("/events/count").asInt()).isEqualTo(3);
        publish(events("second.jsonl", "m-4"));
        // Four, not one: the job goes on with its state; and what it has read it does not read again.
        Await.until(
                "the profile to grow",
                DEADLINE,
                () -> profile(again).at("/events/count").asInt() == 4);
        Await.until("the new event", DEADLINE, () -> committed(again).size() >= 4);
        assertThat(committed(again)).containsExactlyInAnyOrder("m-1", "m-2", "m-3", "m-4");
        assertThat(documents(again)).isEqualTo(1);
        assertTimeIsToldAtTheEndOfWhatIsPublished(again);
        assertPeopleAreKeptApartAndForgotten();
        assertDefinitionsHoldWhenTheyArePublished();
        assertAQuietCustomerLeavesAtTheRightInstant(again);

        cancelTheJob(again);
        var lame = cdp("status", "--dir", dir.toString());
        assertThat(lame.exit()).isEqualTo(1);
        assertThat(lame.out())
                .contains("tributary-customer CANCELED", "Job tributary-customer is CANCELED; look into " + dir);

        var treeAgain = tree();
        Interrupts.send(foreground);
        assertThat(foreground.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(foreground.exitValue()).isEqualTo(Interrupts.EXIT_CODE);
        assertThat(errors("foreground")).isEmpty();
        assertThat(output("foreground")).contains("Ready in").endsWith("Stopping …\nStopped.\n");
        assertNothingRuns(again, treeAgain);
        assertThat(cdp("status", "--dir", dir.toString()).exit()).isEqualTo(1);
    }

    /**
     * Two carts, an hour and a half apart: when the first has fired, time has passed on every partition up to the newest
     * event, and the second, whose deadline lies behind it, would have fired as well if it was going to.
     */
    private void assertTimeIsToldAtTheEndOfWhatIsPublished(JsonNode endpoints) throws Exception {
        var carts = Files.write(
                folder.resolve("carts.jsonl"),
                List.of(
                        // Left out: with it, Ben's deadline would have passed.
                        "{\"type\":\"tick\",\"timestamp\":\"2026-01-05T20:00:00.000Z\"}",
                        cart("m-11", "ben", "11:30"),
                        cart("m-10", "ana", "10:00")));
        var before = Topics.endOffsets(endpoints.get("kafka").asText()).get(Topic.EVENTS);
        var dryRun = cdp("publish", "--dry-run", "--dir", dir.toString(), "--events", carts.toString());
        assertThat(dryRun.exit()).isZero();
        assertThat(dryRun.out()).contains("2 events would be sent", "Then a tick at 2026-01-05T11:30:10.001Z.");
        assertThat(Topics.endOffsets(endpoints.get("kafka").asText()).get(Topic.EVENTS))
                .as("a dry run sends nothing")
                .isEqualTo(before);

        assertThat(publish(carts))
                .contains("2 events sent", "event time is at 2026-01-05T11:30:10.001Z", "left out", ": 1");
        Await.until(
                "the trigger within the data", DEADLINE, () -> !fired(endpoints).isEmpty());
        assertThat(fired(endpoints)).containsExactly("m-10 2026-01-05T11:00:00.000Z");

        // The events are recognised by their ids; the deadline, 12:30, passes with the lateness bound behind it.
        assertThat(publish(carts, "--finish", "2026-01-05T12:30:10.001Z", "--rate", "1000"))
                .contains("event time is at 2026-01-05T12:30:10.001Z");
        Await.until(
                "the trigger behind the data", DEADLINE, () -> fired(endpoints).size() > 1);
        assertThat(fired(endpoints))
                .containsExactlyInAnyOrder("m-10 2026-01-05T11:00:00.000Z", "m-11 2026-01-05T12:30:00.000Z");
        assertTheExampleForConsumersMailsEachOnce(endpoints);
        assertALateOrderTakesBackWhatWasTold(endpoints);
    }

    /** Ana's order of half past ten comes when her cart of ten was told of at eleven. */
    private void assertALateOrderTakesBackWhatWasTold(JsonNode endpoints) throws Exception {
        var told = read(endpoints, Topic.TRIGGERS).stream()
                .filter(trigger -> trigger.path("anchor_message_id").asText().equals("m-10"))
                .findFirst()
                .orElseThrow()
                .path("trigger_id")
                .asText();
        var late =
                """
                {"type":"track","event":"Order Completed","messageId":"m-12","userId":"ana",\
                "timestamp":"2026-01-05T10:30:00.000Z","properties":{"order_id":"o-1","total":5}}""";
        // What comes late is known when time goes on.
        publish(Files.write(folder.resolve("late.jsonl"), List.of(late)), "--finish", "2026-01-05T12:31:00.000Z");
        Await.until(
                "the retraction",
                DEADLINE,
                () -> read(endpoints, Topic.TRIGGERS).size() > 2);
        var retraction = read(endpoints, Topic.TRIGGERS).get(2);
        assertThat(PublicSchemas.faults("trigger", retraction)).isEmpty();
        assertThat(retraction.path("retracts").asText()).isEqualTo(told);
        assertThat(retraction.at("/because/0/observed").asText()).isEqualTo("m-12 at 2026-01-05T10:30:00.000Z");
        Await.until("the document", DEADLINE, () -> get(
                        endpoints, "elasticsearch", "/cdp-triggers-v1-2026.01/_doc/" + told + ":retracted")
                .at("/_source/kind")
                .asText()
                .equals("retracted"));
    }

    private void assertPeopleAreKeptApartAndForgotten() throws Exception {
        publish(Files.write(
                folder.resolve("cid.jsonl"),
                List.of(
                        "{\"type\":\"identify\",\"messageId\":\"m-20\",\"userId\":\"cid\","
                                + "\"traits\":{\"email\":\"cid@x.com\"},\"timestamp\":\"2026-01-05T13:00:00.000Z\"}",
                        "{\"type\":\"track\",\"event\":\"Email Opened\",\"messageId\":\"m-21\","
                                + "\"context\":{\"traits\":{\"email\":\"cid@x.com\"}},"
                                + "\"timestamp\":\"2026-01-05T13:01:00.000Z\"}")));
        Await.until("both to be one", DEADLINE, () -> found("user_id:cid").contains("\"count\":2"));

        var unmerge = cdp("identity", "unmerge", "email:cid@x.com", "user_id:cid", "--dir", dir.toString());
        assertThat(unmerge.err()).isEmpty();
        assertThat(unmerge.exit()).isZero();
        assertThat(unmerge.out())
                .contains("email:cid@x.com and user_id:cid are never one customer", "a tick went along");
        Await.until("the mail to be the address's", DEADLINE, () -> found("email:cid@x.com")
                .contains("\"count\":1,\"by_name\":{\"EmailOpened\":1}"));
        Await.until("the user to be without it", DEADLINE, () -> found("user_id:cid")
                .contains("\"count\":1"));
        assertThat(found("user_id:cid")).doesNotContain("\"email\":[");

        var erase = cdp("identity", "erase", "user_id:cid", "--dir", dir.toString());
        assertThat(erase.exit()).isZero();
        assertThat(erase.out()).contains("The customer of user_id:cid is erased");
        Await.until(
                "the user to be forgotten",
                DEADLINE,
                () -> cdp("profile", "find", "user_id:cid", "--dir", dir.toString())
                                .exit()
                        == 1);
        assertThat(found("email:cid@x.com")).as("somebody else").contains("\"count\":1");
    }

    private void assertDefinitionsHoldWhenTheyArePublished() throws Exception {
        var definitions = Files.createDirectory(folder.resolve("definitions"));
        Files.writeString(
                definitions.resolve("a.yaml"),
                """
                traits: [{name: views, aggregate: count, events: [Product Viewed]}]
                segments:
                - {name: viewer, when: computed.views > 0}
                - {name: seen_this_month, when: days_since(last_seen) <= 30}
                """);
        var before = cdp("definitions", "diff", definitions.toString(), "--dir", dir.toString());
        assertThat(before.err()).isEmpty();
        assertThat(before.out().lines())
                .contains(
                        "+ segment seen_this_month  version 1",
                        "+ segment viewer  version 1",
                        "+ computed trait views  version 1",
                        "- segment vip")
                .last()
                .asString()
                .matches("3 added, 0 changed, [0-9]+ removed\\. Nothing was published");
        var publish = cdp("definitions", "publish", definitions.toString(), "--dir", dir.toString());
        assertThat(publish.exit()).isZero();
        assertThat(publish.out()).endsWith(" removed: published, publication 2 holds\n");
        assertThat(cdp("definitions", "diff", definitions.toString(), "--dir", dir.toString())
                        .out())
                .isEqualTo("Publication 2 holds already, and says the same\n");

        Files.writeString(definitions.resolve("b.yaml"), "segments: [{name: b, when: computed.vews > 0}]\n");
        var mistake = cdp("definitions", "publish", definitions.toString(), "--dir", dir.toString());
        assertThat(mistake.exit()).isEqualTo(1);
        assertThat(mistake.err()).contains("b.yaml:1:", "did you mean 'views'?", "1 mistake");
    }

    /** In a month, of which the clock of the log leaps over all but the end. */
    private void assertAQuietCustomerLeavesAtTheRightInstant(JsonNode endpoints) throws Exception {
        var dora = Files.write(
                folder.resolve("dora.jsonl"),
                List.of("{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"m-30\",\"userId\":\"dora\","
                        + "\"timestamp\":\"2026-01-05T14:00:00.000Z\"}"));
        publish(dora);
        Await.until("the segments", DEADLINE, () -> found("user_id:dora")
                .contains("{\"segment\":\"seen_this_month\",\"since\":\"2026-01-05T14:00:00.000Z\","
                        + "\"exits_at\":\"2026-02-04T14:00:00.001Z\"},{\"segment\":\"viewer\""));
        var id = new Identifier(Namespace.USER_ID, "dora").customerId();
        Await.until("the document", DEADLINE, () -> document(endpoints, id)
                .at("/_source/segments")
                .toString()
                .equals("[\"seen_this_month\",\"viewer\"]"));
        assertSegmentsAreExplainedAndPreviewed(id);

        // The lateness bound lies behind the instant.
        publish(dora, "--finish", "2026-02-04T14:00:10.002Z");
        Await.until(
                "the document without the segment",
                DEADLINE,
                () -> document(endpoints, id).at("/_source/segments").toString().equals("[\"viewer\"]"));
        // Elasticsearch may have it before Kafka's transaction is committed.
        Await.until("the change", DEADLINE, () -> read(endpoints, Topic.SEGMENT_CHANGES).stream()
                .anyMatch(change -> change.path("customer_id").asText().equals(id)
                        && change.path("change").asText().equals("exited")));
        assertThat(read(endpoints, Topic.SEGMENT_CHANGES).stream()
                        .filter(change -> change.path("customer_id").asText().equals(id))
                        .map(change -> "%s %s %s"
                                .formatted(
                                        change.path("at").asText(),
                                        change.path("change").asText(),
                                        change.path("segment").asText())))
                .containsExactly(
                        "2026-01-05T14:00:00.000Z entered seen_this_month",
                        "2026-01-05T14:00:00.000Z entered viewer",
                        "2026-02-04T14:00:00.001Z exited seen_this_month");
    }

    /** By what was published of her and of the definitions; Kafka shows it with the next checkpoint. */
    private void assertSegmentsAreExplainedAndPreviewed(String dora) throws Exception {
        Await.until(
                "the explanation",
                DEADLINE,
                () -> cdp("segments", "explain", "user_id:dora", "seen_this_month", "--dir", dir.toString())
                        .out()
                        .endsWith(
                                """
                        In it since 2026-01-05T14:00:00.000Z, until 2026-02-04T14:00:00.001Z if nothing happens

                        yes  days_since(last_seen) <= 30  (0; changes at 2026-02-04T14:00:00.001Z)
                        """));

        var file = Files.writeString(
                folder.resolve("preview.yaml"),
                "segments: [{name: that_viewer, when: \"'dora' in identifiers.user_id && in_segment('viewer')\"}]\n");
        var preview = cdp("segments", "preview", file.toString(), "--dir", dir.toString());
        assertThat(preview.err()).isEmpty();
        assertThat(preview.exit()).isZero();
        assertThat(preview.out())
                .contains(
                        " in cdp.profiles.v1\n", "that_viewer, new\n  1 customer, ", "  " + dora + "  user_id:dora\n");
    }

    private static JsonNode document(JsonNode endpoints, String id) throws Exception {
        return get(endpoints, "elasticsearch", "/cdp-profiles/_doc/" + id);
    }

    /** The profile without white space. */
    private String found(String customer) throws Exception {
        return cdp("profile", "find", customer, "--dir", dir.toString()).out().replaceAll("\\s", "");
    }

    private static void assertTheExampleForConsumersMailsEachOnce(JsonNode endpoints) throws Exception {
        var mails = new ArrayList<String>();
        var handled = new HashSet<String>();
        var noon = Clock.fixed(Instant.parse("2026-01-06T12:00:00Z"), ZoneOffset.UTC);
        try (var consumer = CartMailer.consumer(endpoints.get("kafka").asText())) {
            var mailer = new CartMailer(
                    handled,
                    noon,
                    (customer, items) -> mails.add(items.at("/0/product_id").asText() + " " + customer));
            Await.until("the mail", DEADLINE, () -> {
                mailer.poll(consumer);
                return !mails.isEmpty();
            });
            // From the beginning, as after a loss of the group's position.
            consumer.seekToBeginning(consumer.assignment());
            mailer.poll(consumer);
        }
        // Ana's expired an hour before noon.
        assertThat(mails).containsExactly("p1 " + new Identifier(Namespace.USER_ID, "ben").customerId());
        assertThat(handled).hasSize(1);
    }

    private static String cart(String messageId, String user, String time) {
        return """
                {"type":"track","event":"Product Added","messageId":"%s","userId":"%s",\
                "timestamp":"2026-01-05T%s:00.000Z","properties":{"product_id":"p1","price":5}}"""
                .formatted(messageId, user, time);
    }

    private record Result(int exit, String out, String err) {}

    /** Runs a command to its end. */
    private Result cdp(String... arguments) throws Exception {
        var name = "command-" + processes.size();
        var process = start(name, List.of(), arguments);
        assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .as("%s ends", List.of(arguments))
                .isTrue();
        return new Result(process.exitValue(), output(name), errors(name));
    }

    private Process start(String name, List<String> prefix, String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(SCRIPT);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TRIBUTARY_DIR", folder.resolve("default").toString());
        builder.environment().remove("CDP_JAVA_OPTS");
        var process = builder.start();
        processes.add(process);
        return process;
    }

    private String output(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".out"));
    }

    private String errors(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".err"));
    }

    /** Events of one customer, a minute apart. */
    private Path events(String name, String... messageIds) throws IOException {
        var lines = new ArrayList<String>();
        for (var id : messageIds) {
            lines.add(
                    """
                    {"type":"track","event":"Product Viewed","messageId":"%s","userId":"42",\
                    "timestamp":"2026-01-05T09:%02d:00.000Z","properties":{"product_id":"p1"}}"""
                            .formatted(id, Integer.parseInt(id.substring("m-".length()))));
        }
        return Files.write(folder.resolve(name), lines);
    }

    private String publish(Path events, String... more) throws Exception {
        var arguments = Stream.of("publish", "--dir", dir.toString(), "--events", events.toString());
        var publish = cdp(Stream.concat(arguments, Stream.of(more)).toArray(String[]::new));
        assertThat(publish.err()).isEmpty();
        assertThat(publish.exit()).isZero();
        return publish.out();
    }

    private String explained() throws Exception {
        return cdp("identity", "explain", "user_id:42", "--dir", dir.toString()).out();
    }

    private JsonNode endpoints() throws IOException {
        return JSON.readTree(Files.readAllBytes(dir.resolve("endpoints.json")));
    }

    private static JsonNode get(JsonNode endpoints, String component, String path) throws Exception {
        var address = URI.create(endpoints.get(component).asText()).resolve(path);
        return JSON.readTree(HTTP.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body());
    }

    private static void cancelTheJob(JsonNode endpoints) throws Exception {
        var id = get(endpoints, "flink", "/jobs/overview").at("/jobs/0/jid").asText();
        var cancel = URI.create(endpoints.get("flink").asText()).resolve("/jobs/" + id + "?mode=cancel");
        HTTP.send(
                HttpRequest.newBuilder(cancel)
                        .method("PATCH", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.discarding());
        Await.until("the job to be cancelled", DEADLINE, () -> get(endpoints, "flink", "/jobs/overview")
                .at("/jobs/0/state")
                .asText()
                .equals("CANCELED"));
    }

    /** The one document in the index of profiles, or a missing node while there is none. */
    private static JsonNode profile(JsonNode endpoints) throws Exception {
        return search(endpoints).at("/hits/hits/0/_source");
    }

    private static int documents(JsonNode endpoints) throws Exception {
        return search(endpoints).at("/hits/total/value").asInt();
    }

    private static JsonNode search(JsonNode endpoints) throws Exception {
        var refresh = URI.create(endpoints.get("elasticsearch").asText()).resolve("/cdp-profiles/_refresh");
        HTTP.send(HttpRequest.newBuilder(refresh).POST(BodyPublishers.noBody()).build(), BodyHandlers.discarding());
        return get(endpoints, "elasticsearch", "/cdp-profiles/_search");
    }

    /** The message ids of all committed customer events. */
    private static List<String> committed(JsonNode endpoints) throws Exception {
        return read(endpoints, Topic.CUSTOMER_EVENTS).stream()
                .map(event -> event.at("/event/messageId").asText())
                .toList();
    }

    /** Anchor and instant of all committed triggers. */
    private static List<String> fired(JsonNode endpoints) throws Exception {
        return read(endpoints, Topic.TRIGGERS).stream()
                .map(trigger -> trigger.get("anchor_message_id").asText() + " "
                        + trigger.get("fired_at").asText())
                .toList();
    }

    /** Everything committed in a topic of one partition. */
    private static List<JsonNode> read(JsonNode endpoints, String topic) throws Exception {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", endpoints.get("kafka").asText(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            var values = new ArrayList<JsonNode>();
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(JSON.readTree(record.value()));
                }
            }
            return values;
        }
    }

    /** The stack's process with all below it: Elasticsearch. */
    private List<ProcessHandle> tree() throws IOException {
        var state = JSON.readTree(Files.readAllBytes(dir.resolve("stack.json")));
        var stack = ProcessHandle.of(state.at("/stack/pid").asLong()).orElseThrow();
        var elasticsearch = state.at("/child/pid").asLong();
        var tree = Stream.concat(Stream.of(stack), stack.descendants()).toList();
        assertThat(tree).extracting(ProcessHandle::pid).contains(elasticsearch);
        return tree;
    }

    private void assertNothingRuns(JsonNode endpoints, List<ProcessHandle> tree) {
        assertThat(tree).noneMatch(ProcessHandle::isAlive);
        assertThat(dir.resolve("endpoints.json")).doesNotExist();
        assertThat(dir.resolve("stack.json")).doesNotExist();
        for (var endpoint : endpoints) {
            var port = Integer.parseInt(endpoint.asText().replaceAll(".*:", ""));
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                    .as("port %d", port)
                    .isInstanceOf(ConnectException.class);
        }
    }
}
