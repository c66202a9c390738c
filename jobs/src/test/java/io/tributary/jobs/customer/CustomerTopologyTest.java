package io.tributary.jobs.customer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.jobs.JobEnvironment;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.testing.Committed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job's graph, on the real Kafka source and sink: they too keep state in savepoints. Nothing connects. */
class CustomerTopologyTest {
    private static final Class<?> WIRE_TYPE_SERIALIZER =
            WireType.INBOUND.info().createSerializer(new SerializerConfigImpl()).getClass();

    /**
     * Pins the uid, the name and the inputs of every operator.
     *
     * <p>A uid is how a savepoint finds the state of an operator: with another one the job starts with the state left
     * out (every profile begins anew) or does not start at all. A ship strategy decides who sees what in which order: a
     * {@code REBALANCE} between the source and the intake would mix partitions and make other events late, one between
     * the folder and the watcher would let a refusal overtake the cart. So changing the golden file is a reviewed act.
     */
    @Test
    void keepsItsUidsNamesAndShipStrategies() throws IOException {
        Committed.assertUpToDate("jobs/src/test/resources/golden/customer-topology.txt", describe(wired()));
    }

    /** Two operators of the same uid are found only when the job graph is made. */
    @Test
    void givesAUidOfItsOwnToEachOperator() {
        JobGraph graph = wired().getJobGraph();

        assertThat(graph.getVerticesSortedTopologicallyFromSources())
                .extracting(JobVertex::getName)
                .isNotEmpty();
    }

    @Test
    void refusesAnOperatorWithoutAUid() {
        StreamExecutionEnvironment env = environment();
        env.fromData(1, 2).print();

        assertThatThrownBy(env::getStreamGraph)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no UID");
    }

    /** A type that falls back to Kryo is slow, and its state can't be read after the class has changed. */
    @Test
    void sendsOnlyTypesWithAHandWrittenForm() {
        StreamGraph graph = wired();
        List<StreamEdge> edges = graph.getStreamNodes().stream()
                .flatMap(node -> node.getOutEdges().stream())
                .toList();

        assertThat(edges).hasSizeGreaterThan(10).allSatisfy(edge -> assertThat(serializer(graph, edge))
                .as(edge.toString())
                .satisfiesAnyOf(
                        type -> assertThat(type).isInstanceOf(WIRE_TYPE_SERIALIZER),
                        // What a sink's writer tells its committer, in the connector's own versioned form.
                        type -> assertThat(type.getClass().getName()).contains("CommittableMessageTypeInfo")));
    }

    @Test
    void leavesOutTheSearchSinkWhereThereIsNoSearch() {
        StreamExecutionEnvironment env = environment();
        CustomerPorts ports = ports(Optional.empty());
        CustomerTopology.wire(env, ports, CustomerSettings.from(options()));

        assertThat(env.getStreamGraph().getStreamNodes())
                .extracting(StreamNode::getTransformationUID)
                .isNotEmpty()
                .noneMatch(uid -> uid.contains("elasticsearch"));
    }

    /** What is submitted is stored for high availability, and shown on the web. */
    @Test
    void submitsNoSecret(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "s3cret-of-the-sink");
        Configuration options = options();
        options.set(CustomerOptions.ELASTICSEARCH_HOSTS, List.of("https://search:9200"));
        options.set(CustomerOptions.ELASTICSEARCH_USER, "tributary");
        options.set(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE, file.toString());
        CustomerSettings settings = CustomerSettings.from(options);
        StreamExecutionEnvironment env = environment();
        CustomerTopology.wire(env, CustomerPorts.from(options, settings, PublishedDefinitions.NONE), settings);

        JobGraph graph = env.getStreamGraph().getJobGraph();

        String submitted = new String(InstantiationUtil.serializeObject(graph), ISO_8859_1);
        assertThat(submitted).contains(file.toString()).doesNotContain("s3cret-of-the-sink");
        assertThat(env.getConfig().getGlobalJobParameters().toMap()).isEmpty();
    }

    private static TypeSerializer<?> serializer(StreamGraph graph, StreamEdge edge) {
        return edge.getOutputTag() == null
                ? graph.getStreamNode(edge.getSourceId()).getTypeSerializerOut()
                : edge.getOutputTag().getTypeInfo().createSerializer(new SerializerConfigImpl());
    }

    private static StreamGraph wired() {
        StreamExecutionEnvironment env = environment();
        CustomerTopology.wire(env, ports(Optional.of(new DiscardingSink<>())), CustomerSettings.from(options()));
        return env.getStreamGraph();
    }

    private static CustomerPorts ports(Optional<Sink<DocumentWrite>> search) {
        CustomerSettings settings = CustomerSettings.from(options());
        return new CustomerPorts(
                KafkaPorts.events(options(), settings),
                KafkaPorts.privacy(options(), settings),
                PublishedDefinitions.NONE,
                KafkaPorts.definitions(options()),
                KafkaPorts.outputs(options()),
                search);
    }

    private static Configuration options() {
        Configuration options = new Configuration();
        options.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, "broker:9092");
        return options;
    }

    private static StreamExecutionEnvironment environment() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(JobEnvironment.required());
        env.setParallelism(2);
        return env;
    }

    private static String describe(StreamGraph graph) {
        StringBuilder text = new StringBuilder();
        graph.getStreamNodes().stream()
                .sorted(Comparator.comparingInt(StreamNode::getId))
                .forEach(node -> {
                    text.append(node.getTransformationUID())
                            .append(" | ")
                            .append(node.getOperatorName())
                            .append('\n');
                    node.getInEdges().stream()
                            .map(edge -> "    <- " + edge.getPartitioner() + " "
                                    + graph.getStreamNode(edge.getSourceId()).getTransformationUID()
                                    + (edge.getOutputTag() == null
                                            ? ""
                                            : " (" + edge.getOutputTag().getId() + ")"))
                            .sorted()
                            .forEach(line -> text.append(line).append('\n'));
                });
        text.append("\nchains\n");
        StreamSupport.stream(graph.getJobGraph().getVertices().spliterator(), false)
                .map(JobVertex::getName)
                .sorted()
                .forEach(name -> text.append("    ").append(name).append('\n'));
        return text.toString();
    }
}
