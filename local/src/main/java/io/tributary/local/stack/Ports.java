package io.tributary.local.stack;

import io.tributary.local.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of 127.0.0.1. */
final class Ports {
    private Ports() {}

    /**
     * The port that a server shall listen on: the chosen one, or for 0 one that is free now.
     *
     * @param owner the server's name, for the message
     * @throws UserException if the chosen port is taken
     */
    static int choose(int port, String owner) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UserException(
                    "Port %d of 127.0.0.1 is taken; choose another one for %s, or 0 for a free one"
                            .formatted(port, owner),
                    e);
        }
    }
}
