package io.tributary.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElasticsearchNodeIT {
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void answersClientsAndServesItsDataOnTheSamePortAfterARestart() throws Exception {
        try (var node = ElasticsearchNode.start(folder, 0)) {
            assertThat(get(node.http()).body()).contains("\"number\" : \"8.").contains("You Know, for Search");
            var document = node.http().resolve("/things/_doc/1?refresh=true");
            http.send(
                    HttpRequest.newBuilder(document)
                            .header("Content-Type", "application/json")
                            .PUT(BodyPublishers.ofString("{\"name\":\"kept\"}"))
                            .build(),
                    BodyHandlers.ofString());
            var address = node.http();

            node.stop();
            assertThatThrownBy(() -> get(address)).isInstanceOf(IOException.class);
            node.start();

            assertThat(node.http()).isEqualTo(address);
            assertThat(get(document).body()).contains("kept");
            var tree = ProcessHandle.of(node.pid()).orElseThrow().descendants().toList();
            assertThat(tree).isNotEmpty();
            node.close();
            assertThat(tree).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> ElasticsearchNode.start(folder, taken.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort());
        }
    }

    private HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }
}
