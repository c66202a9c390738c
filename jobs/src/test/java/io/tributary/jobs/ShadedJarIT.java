package io.tributary.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The jar that users submit. A class of Flink in it would shadow the cluster's or be shadowed by it, and either fails
 * only on a cluster.
 */
class ShadedJarIT {
    /** Packages of flink-cep, flink-connector-base and flink-connector-kafka. */
    private static final List<String> ADDED_TO_FLINK = List.of(
            "org/apache/flink/cep/",
            "org/apache/flink/connector/",
            "org/apache/flink/streaming/connectors/kafka/",
            "org/apache/flink/streaming/util/serialization/JSONKeyValue");

    private static JarFile jar;
    private static List<String> names;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(Path.of(System.getProperty("tributary.root"), "jobs/target/tributary-jobs.jar")
                .toFile());
        names = jar.stream().map(ZipEntry::getName).toList();
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io/tributary/jobs/CustomerJob.class",
                "io/tributary/operators/profile/ProfileFolder.class",
                "io/tributary/schemas/event/CustomerEvent.class",
                "org/apache/flink/cep/CEP.class",
                "org/apache/flink/connector/base/sink/AsyncSinkBase.class",
                "org/apache/flink/connector/kafka/sink/KafkaSink.class",
                "org/apache/flink/connector/kafka/source/KafkaSource.class",
                "org/apache/kafka/clients/producer/KafkaProducer.class",
                "org/elasticsearch/client/RestHighLevelClient.class",
                "com/fasterxml/jackson/databind/ObjectMapper.class",
                "com/fasterxml/jackson/dataformat/yaml/YAMLMapper.class",
                "com/google/i18n/phonenumbers/PhoneNumberUtil.class",
                "dev/cel/runtime/CelRuntime.class",
            })
    void containsWhatTheJobNeeds(String name) {
        assertThat(names).contains(name);
    }

    @Test
    void containsOfFlinkOnlyItsConnectorsAndCep() {
        assertThat(names)
                .filteredOn(name -> name.startsWith("org/apache/flink/") && name.endsWith(".class"))
                .isNotEmpty()
                .allMatch(name -> ADDED_TO_FLINK.stream().anyMatch(name::startsWith));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/apache/flink/runtime/",
                "org/apache/flink/streaming/api/environment/",
                "org/apache/logging/",
                "org/apache/log4j/",
                "org/slf4j/",
                "org/rocksdb/",
                "org/junit/",
            })
    void leavesOutWhatTheClusterHas(String prefix) {
        assertThat(names).noneMatch(name -> name.startsWith(prefix));
    }

    @Test
    void carriesNoSignatureAndNoModule() {
        assertThat(names)
                .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|DSA|RSA)"))
                .noneMatch(name -> name.endsWith("module-info.class"));
    }

    @Test
    void containsNoEntryTwice() {
        assertThat(new HashSet<>(names)).hasSameSizeAs(names);
    }

    @Test
    void mergesServiceFiles() throws IOException {
        assertThat(text("META-INF/services/com.fasterxml.jackson.core.JsonFactory"))
                .contains("com.fasterxml.jackson.core.JsonFactory")
                .contains("com.fasterxml.jackson.dataformat.yaml.YAMLFactory");
        assertThat(text("META-INF/services/org.elasticsearch.plugins.spi.NamedXContentProvider")
                        .lines())
                .hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void keepsTheLicencesOfWhatItContains() throws IOException {
        assertThat(text("META-INF/LICENSE")).contains("Apache License");
        assertThat(text("META-INF/NOTICE")).contains("Apache HttpClient").contains("Apache Flink");
    }

    @Test
    void namesItsMainClass() throws IOException {
        assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
                .isEqualTo("io.tributary.jobs.CustomerJob");
    }

    private static String text(String name) throws IOException {
        try (var in = jar.getInputStream(jar.getEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
