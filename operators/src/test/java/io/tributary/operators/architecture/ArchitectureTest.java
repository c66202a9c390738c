package io.tributary.operators.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.EvaluationResult;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.tributary.operators.clock.PartitionClocks;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.CartTrigger;
import io.tributary.operators.trigger.CartTriggers;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.operators.trigger.EventTriggers;
import io.tributary.operators.trigger.KeptEvents;
import io.tributary.operators.trigger.SequencePattern;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.junit.jupiter.api.Test;

/** STYLE's rules for operators, each of which has cost somebody a job. */
@AnalyzeClasses(packages = "io.tributary.operators", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** The sink talks to Elasticsearch: its client's threads, back-off and answers are its own business, with tests. */
    private static final DescribedPredicate<JavaClass> SINK = resideInAPackage("io.tributary.operators.sink..");

    /**
     * What is kept per key of a map in the resolver's one keyed state, and of one customer: they are nothing but access to
     * it, and the graph that decides sees one of them as an interface. Nobody else has a reason to be here.
     */
    private static final DescribedPredicate<JavaClass> STORES_IN_STATE =
            DescribedPredicate.describe("stores in keyed state", type -> Set.of(
                            "io.tributary.operators.identity.ComponentsInState",
                            "io.tributary.operators.identity.Followers",
                            "io.tributary.operators.identity.WaitingByInstant",
                            "io.tributary.operators.profile.FormerCustomers",
                            "io.tributary.operators.profile.Kept",
                            "io.tributary.operators.profile.WaitingMessages")
                    .contains(type.getName()));

    /** A task thread that sleeps holds up every customer of its key groups, and its checkpoints. */
    @ArchTest
    static final ArchRule NOBODY_SLEEPS = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    /** A task thread that waits for another system is as slow as that system. */
    @ArchTest
    static final ArchRule NOBODY_WAITS = noClasses()
            .that(not(SINK))
            .should()
            .callMethodWhere(DescribedPredicate.<JavaCall<?>>describe(
                    "waits for a future",
                    call -> call.getTargetOwner().isAssignableTo(Future.class)
                            && (call.getName().equals("get") || call.getName().equals("join"))))
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net.http..", "java.sql..", "org.elasticsearch..", "org.apache.http..")
            .because("operators speak to other systems only through AsyncSink; CompletableFuture.join blocks too");

    /** A result that depends on the wall clock differs after every crash. */
    @ArchTest
    static final ArchRule NOBODY_LOOKS_AT_THE_WALL_CLOCK = noClasses()
            .that(not(SINK))
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    /** An id that is no function of its cause is another one after a replay. */
    @ArchTest
    static final ArchRule NOTHING_IS_RANDOM = noClasses()
            .should()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class);

    /** The name of an anonymous class changes with the code around it, and it holds on to what surrounds it. */
    @ArchTest
    static final ArchRule FUNCTIONS_HAVE_NAMES =
            noClasses().that().areAssignableTo(Function.class).should().beAnonymousClasses();

    @ArchTest
    static final ArchRule STATE_IS_TRANSIENT = fields().that()
            .haveRawType(assignableTo(State.class))
            .and()
            .areDeclaredInClassesThat()
            .areAssignableTo(Function.class)
            .should()
            .bePrivate()
            .andShould()
            .haveModifier(JavaModifier.TRANSIENT);

    /** A shared descriptor keeps the serializer that its first user gave it. */
    @ArchTest
    static final ArchRule DESCRIPTORS_ARE_MADE_ANEW = noFields()
            .that()
            .haveRawType(assignableTo(StateDescriptor.class))
            .should()
            .beStatic()
            .allowEmptyShould(true);

    /** Without a comparator CEP matches events of one instant in their order of arrival. */
    @ArchTest
    static final ArchRule CEP_HAS_AN_ORDER =
            noClasses().should().callMethod(CEP.class, "pattern", DataStream.class, Pattern.class);

    /** What decides runs without Flink: in the job, in the backtest, in a test. */
    @ArchTest
    static final ArchRule DECISIONS_ARE_FREE_OF_FLINK = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.tributary.operators.profile",
                    "io.tributary.operators.identity",
                    "io.tributary.operators.computed")
            .and()
            .areNotAssignableTo(Function.class)
            .and(not(STORES_IN_STATE))
            .or()
            .belongToAnyOf(PartitionClocks.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink..");

    /** The triggers' logic hosts Flink CEP's NFA; of Flink's runtime, streams and state it knows nothing. */
    @ArchTest
    static final ArchRule TRIGGERS_ARE_FREE_OF_STREAMS = noClasses()
            .that()
            .resideInAPackage("io.tributary.operators.trigger")
            .and()
            .doNotBelongToAnyOf(CartWatcher.class, KeptEvents.class)
            .should()
            .dependOnClassesThat(resideInAPackage("org.apache.flink..")
                    .and(not(resideInAPackage("org.apache.flink.cep.pattern.."))
                            .and(not(resideInAPackage("org.apache.flink.core.memory..")))
                            .and(not(resideInAPackage("org.apache.flink.api.common.serialization..")))
                            .and(not(resideInAPackage("org.apache.flink.api.common.typeutils..")))
                            .and(not(resideInAPackage("org.apache.flink.api.common.typeinfo..")))));

    @ArchTest
    static final ArchRule ONLY_THE_TRIGGERS_LOGIC_IS_BOUND_TO_CEP = noClasses()
            .that()
            .resideOutsideOfPackage("io.tributary.operators.trigger.cep..")
            .and()
            .doNotBelongToAnyOf(CartTrigger.class, CartTriggers.class, EventTriggers.class, SequencePattern.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink.cep..");

    @ArchTest
    static final ArchRule DEPENDENCIES_POINT_ONE_WAY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.tributary.jobs..", "io.tributary.local..", "io.tributary.benchmarks..");

    /** State without an explicit type falls back to Kryo, and what Kryo wrote can't evolve. */
    @ArchTest
    static final ArchRule STATE_HAS_A_HAND_WRITTEN_FORM = classes()
            .that()
            .areAssignableTo(KeyedProcessFunction.class)
            .or()
            .areAssignableTo(KeyedCoProcessFunction.class)
            .or()
            .areAssignableTo(KeyedBroadcastProcessFunction.class)
            .should(new DescribeStateByWireTypes());

    private static final class DescribeStateByWireTypes extends ArchCondition<JavaClass> {
        /** Numbers, arrays of them and booleans have Flink's own form, which never changes. */
        private static final Set<Class<?>> HAND_WRITTEN = Set.of(
                WireType.INBOUND
                        .info()
                        .createSerializer(new SerializerConfigImpl())
                        .getClass(),
                LongSerializer.class,
                LongPrimitiveArraySerializer.class,
                IntSerializer.class,
                BooleanSerializer.class);

        DescribeStateByWireTypes() {
            super("describe each state by a method that returns a descriptor of WireTypes or numbers");
        }

        @Override
        public void check(JavaClass function, ConditionEvents events) {
            long states = function.getFields().stream()
                    .filter(field -> field.getRawType().isAssignableTo(State.class))
                    .count();
            long described = 0;
            for (JavaMethod method : function.getMethods()) {
                if (method.getRawReturnType().isAssignableTo(StateDescriptor.class)) {
                    described++;
                    check(function, method.reflect(), events);
                }
            }
            events.add(new SimpleConditionEvent(
                    function,
                    // What is told to all is described, and no field.
                    states <= described,
                    function.getName() + " has " + states + " states and describes " + described));
        }

        private static void check(JavaClass function, Method method, ConditionEvents events) {
            try {
                method.setAccessible(true);
                StateDescriptor<?, ?> descriptor = (StateDescriptor<?, ?>) method.invoke(null);
                descriptor.initializeSerializerUnlessSet(new ExecutionConfig());
                for (TypeSerializer<?> serializer : serializers(descriptor)) {
                    events.add(new SimpleConditionEvent(
                            function,
                            HAND_WRITTEN.contains(serializer.getClass()),
                            function.getName() + " keeps " + descriptor.getName() + " by " + serializer));
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(method + " can't be called", e);
            }
        }

        /** Of what lies in the state: of lists and maps their elements, keys and values. */
        private static List<TypeSerializer<?>> serializers(StateDescriptor<?, ?> descriptor) {
            if (descriptor instanceof MapStateDescriptor<?, ?> map) {
                return List.of(map.getKeySerializer(), map.getValueSerializer());
            }
            if (descriptor instanceof ListStateDescriptor<?> list) {
                return List.of(list.getElementSerializer());
            }
            return List.of(descriptor.getSerializer());
        }
    }

    /** The condition above, of functions that are not as they should be. */
    @Test
    void stateThatIsNotWrittenByHandIsFound() {
        assertThat(violations(StringsInAList.class)).hasSize(1);
        assertThat(violations(StringsAsKeysOfAMap.class)).hasSize(1);
        assertThat(violations(UndescribedState.class)).hasSize(1);
        assertThat(violations(CartWatcher.class)).isEmpty();
    }

    private static List<String> violations(Class<?> function) {
        EvaluationResult result =
                STATE_HAS_A_HAND_WRITTEN_FORM.evaluate(new ClassFileImporter().importClasses(function));
        return result.getFailureReport().getDetails();
    }

    abstract static class StringsInAList extends KeyedProcessFunction<String, String, String> {
        transient ListState<String> words;

        static ListStateDescriptor<String> words() {
            return new ListStateDescriptor<>("words", Types.STRING);
        }
    }

    abstract static class StringsAsKeysOfAMap extends KeyedCoProcessFunction<String, String, String, String> {
        transient MapState<String, Long> counts;

        static MapStateDescriptor<String, Long> counts() {
            return new MapStateDescriptor<>("counts", Types.STRING, Types.LONG);
        }
    }

    abstract static class UndescribedState extends KeyedProcessFunction<String, String, String> {
        transient ValueState<Long> count;
    }
}
