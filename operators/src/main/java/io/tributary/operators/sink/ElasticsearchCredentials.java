package io.tributary.operators.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/**
 * As whom to come to Elasticsearch.
 *
 * <p>Names the file with the secret and never holds the secret itself: what has credentials (a job graph, a message, a
 * configuration) may be stored and shown. The file is read where and whenever a connection is opened, so a new secret
 * is taken up by a restart of the job.
 */
public sealed interface ElasticsearchCredentials extends Serializable {
    /**
     * The value of the Authorization header; a secret.
     *
     * @throws IOException if the file can't be read or has anything but one line; the message never quotes it
     */
    String authorization() throws IOException;

    /**
     * A user with a password.
     *
     * @param file with the password as its only line
     */
    record Password(String user, String file) implements ElasticsearchCredentials {
        /** @throws IllegalArgumentException if no user can be called so */
        public Password {
            if (user.isBlank() || user.contains(":")) {
                throw new IllegalArgumentException("'" + user + "' can't be a user's name");
            }
        }

        @Override
        public String authorization() throws IOException {
            String both = user + ":" + onlyLine(file);
            return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
        }
    }

    /**
     * An API key.
     *
     * @param file with the key as its only line, in the form that Elasticsearch calls {@code encoded}
     */
    record ApiKey(String file) implements ElasticsearchCredentials {
        @Override
        public String authorization() throws IOException {
            return "ApiKey " + onlyLine(file);
        }
    }

    private static String onlyLine(String file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readString(Path.of(file)).lines().toList();
        } catch (IOException e) {
            throw new IOException("Elasticsearch's secret can't be read from the file " + file, e);
        }
        if (lines.size() != 1 || lines.get(0).isBlank()) {
            String found = lines.size() == 1 ? "a blank one" : lines.size() + " lines";
            throw new IOException(
                    "The file %s must have one line, the secret for Elasticsearch, and has %s".formatted(file, found));
        }
        return lines.get(0);
    }
}
