package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tributary.local.stack.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code status} makes of Flink's answer; {@link CdpStackIT} asks a stack. */
class StatusTest {
    @Test
    void isWellIfEveryJobRuns() throws Exception {
        Status.Part flink =
                flink("{\"jobs\":[{\"name\":\"a\",\"state\":\"RUNNING\"},{\"name\":\"b\",\"state\":\"RUNNING\"}]}");

        assertThat(flink.state()).isEqualTo("a RUNNING, b RUNNING");
        assertThat(flink.trouble()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAILED", "FAILING", "RESTARTING", "CANCELED", "SUSPENDED", "FINISHED"})
    void isInTroubleIfOneDoesNot(String state) throws Exception {
        Status.Part flink = flink(
                "{\"jobs\":[{\"name\":\"a\",\"state\":\"RUNNING\"},{\"name\":\"b\",\"state\":\"" + state + "\"}]}");

        assertThat(flink.state()).isEqualTo("a RUNNING, b " + state);
        assertThat(flink.trouble()).contains("Job b is " + state);
    }

    @Test
    void isInTroubleWithoutAJobAndWithoutAnAnswer() throws Exception {
        assertThat(flink("{\"jobs\":[]}").trouble()).contains("No job runs");
        assertThat(flink("starting").trouble()).contains("Flink does not answer");
    }

    private static Status.Part flink(String overview) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/jobs/overview", exchange -> {
            var answer = overview.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            var http = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            return Status.flink(new Endpoints("127.0.0.1:1", http, http));
        } finally {
            server.stop(0);
        }
    }
}
