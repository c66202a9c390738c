package io.tributary.local.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the components log. The logging configuration reads the system property when the first logger is made, so a
 * command sets it before it touches Kafka, Flink or Elasticsearch.
 */
final class Logs {
    private static final String PROPERTY = "tributary.log";

    private Logs() {}

    /** Logs of a command that runs no stack: in the default stack's folder, or where that can't be written in the system's temporary folder. */
    static void toDefaultFile() {
        if (System.getProperty(PROPERTY) == null) {
            var folder = StackOption.defaultFolder();
            var writable = Files.isWritable(Files.exists(folder) ? folder : folder.getParent());
            to((writable
                            ? folder.resolve("logs")
                            : Path.of(
                                    System.getProperty("java.io.tmpdir"),
                                    "tributary-" + System.getProperty("user.name")))
                    .resolve("cdp.log"));
        }
    }

    static void to(Path file) {
        System.setProperty(PROPERTY, file.toString());
    }

    static String file() {
        return System.getProperty(PROPERTY);
    }
}
