package io.tributary.operators.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.tributary.operators.clock.PartitionClocks;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.operators.trigger.AbandonedCarts;
import io.tributary.operators.trigger.CartWatcher;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;

/** STYLE's rules for operators, each of which has cost somebody a job. */
@AnalyzeClasses(packages = "io.tributary.operators", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** The sink talks to Elasticsearch: its client's threads, back-off and answers are its own business, with tests. */
    private static final DescribedPredicate<JavaClass> SINK = resideInAPackage("io.tributary.operators.sink..");

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
            .resideInAnyPackage("io.tributary.operators.profile", "io.tributary.operators.identity")
            .and()
            .areNotAssignableTo(Function.class)
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
            .doNotBelongToAnyOf(CartWatcher.class)
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
            .doNotBelongToAnyOf(AbandonedCart.class, AbandonedCarts.class)
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
    static final ArchRule STATE_HAS_A_HAND_WRITTEN_FORM =
            classes().that().areAssignableTo(KeyedProcessFunction.class).should(new DescribeStateByWireTypes());

    private static final class DescribeStateByWireTypes extends ArchCondition<JavaClass> {
        private static final Class<?> WIRE_TYPE_SERIALIZER = WireType.INBOUND
                .info()
                .createSerializer(new SerializerConfigImpl())
                .getClass();

        DescribeStateByWireTypes() {
            super("describe each state by a method that returns a descriptor of a WireType");
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
                    states == described,
                    function.getName() + " has " + states + " states and describes " + described));
        }

        private static void check(JavaClass function, Method method, ConditionEvents events) {
            try {
                method.setAccessible(true);
                StateDescriptor<?, ?> descriptor = (StateDescriptor<?, ?>) method.invoke(null);
                descriptor.initializeSerializerUnlessSet(new ExecutionConfig());
                events.add(new SimpleConditionEvent(
                        function,
                        WIRE_TYPE_SERIALIZER.isInstance(descriptor.getSerializer()),
                        function.getName() + " keeps " + descriptor.getName() + " by " + descriptor.getSerializer()));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(method + " can't be called", e);
            }
        }
    }
}
