package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When the script builds: a project of empty files around a copy of it, with a Java and a Maven that only say that they
 * were called. {@link CdpIT} runs the real ones.
 */
class CdpScriptTest {
    private static final Path SCRIPT = Path.of(System.getProperty("tributary.root"), "cdp");
    private static final FileTime EDITED = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
    private static final FileTime BUILT = FileTime.from(Instant.parse("2001-01-02T00:00:00Z"));
    private static final FileTime LATER = FileTime.from(Instant.parse("2001-01-03T00:00:00Z"));
    private static final Pattern MODULES = Pattern.compile("(?m)^modules=\"([a-z -]+)\"$");

    @TempDir
    private Path project;

    @BeforeEach
    void build() throws IOException {
        executable("cdp", Files.readString(SCRIPT));
        executable(
                "jdk/bin/java",
                "#!/bin/sh\n[ \"$1\" = -version ] && echo 'openjdk version \"17.0.1\"' >&2 || echo ran\n");
        executable("bin/mvn", "#!/bin/sh\necho mvn >>\"$CALLS\"\n");
        write("pom.xml");
        write("README.md");
        write("docker/elasticsearch/profiles.index.json");
        for (var module : modules()) {
            write(module + "/pom.xml");
            if (!module.equals("docker")) {
                write(module + "/src/main/java/A.java");
                write(module + "/src/main/java/B.java");
                write(module + "/src/test/java/ATest.java");
            }
            Files.createDirectories(project.resolve(module).resolve("target/classes"));
        }
        Files.createDirectories(project.resolve("local/target/lib"));
        Files.writeString(project.resolve("local/target/cdp.classpath"), "lib/a.jar:lib/b.jar");
        try (Stream<Path> all = Files.walk(project)) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, EDITED);
            }
        }
        Files.setLastModifiedTime(project.resolve("local/target/cdp.classpath"), BUILT);
    }

    @Test
    void buildsNothingThatIsUpToDate() throws Exception {
        assertThat(cdp()).isEmpty();
        assertThat(project.resolve("calls")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pom.xml",
                "docker/pom.xml",
                "schemas/src/main/java/A.java",
                "jobs/src/main/java/B.java",
                "docker/elasticsearch/profiles.index.json",
                "rest-root/src/main/java/A.java",
                "local/src/main/java/A.java",
            })
    void buildsOnceWhenASourceIsNewer(String source) throws Exception {
        Files.setLastModifiedTime(project.resolve(source), LATER);

        assertThat(cdp()).startsWith("Building Tributary (" + source + " is newer) … done in ");
        assertThat(cdp()).as("the second time").isEmpty();
        assertThat(project.resolve("calls")).hasContent("mvn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"schemas/src/main/java/A.java", "docker/elasticsearch/profiles.index.json"})
    void buildsWhenASourceIsGone(String source) throws Exception {
        Files.delete(project.resolve(source));

        assertThat(cdp()).startsWith("Building Tributary (" + Path.of(source).getParent() + " is newer) … done in ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"operators/target/classes", "local/target/lib", "local/target/cdp.classpath"})
    void buildsWhatIsNotThere(String built) throws Exception {
        Files.delete(project.resolve(built));

        String reason = built.startsWith("local") ? "not built yet" : "operators is not built";
        assertThat(cdp()).startsWith("Building Tributary (" + reason + ") … ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "schemas/src/test/java/ATest.java"})
    void doesNotBuildForTestsAndPages(String other) throws Exception {
        Files.setLastModifiedTime(project.resolve(other), LATER);

        assertThat(cdp()).isEmpty();
    }

    private static List<String> modules() throws IOException {
        Matcher modules = MODULES.matcher(Files.readString(SCRIPT));
        assertThat(modules.find()).isTrue();
        return List.of(modules.group(1).split(" "));
    }

    /** Runs the script and returns its standard error. */
    private String cdp() throws IOException, InterruptedException {
        Path errors = project.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(project.resolve("cdp").toString(), "status")
                .redirectOutput(project.resolve("output").toFile())
                .redirectError(errors.toFile());
        builder.environment().put("JAVA_HOME", project.resolve("jdk").toString());
        builder.environment().put("CALLS", project.resolve("calls").toString());
        builder.environment().merge("PATH", project.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        Process process = builder.start();
        assertThat(process.waitFor(Duration.ofMinutes(1).toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return Files.readString(errors);
    }

    private void write(String file) throws IOException {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "");
    }

    private void executable(String file, String script) throws IOException {
        write(file);
        Files.writeString(project.resolve(file), script);
        Files.setPosixFilePermissions(project.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
