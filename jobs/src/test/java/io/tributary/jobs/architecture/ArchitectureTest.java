package io.tributary.jobs.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.UUID;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;

/** STYLE's rules for jobs. */
@AnalyzeClasses(packages = "io.tributary", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** {@code main} is four steps: options, ports, wire, execute. What is wired stands in the topology, as a picture. */
    @ArchTest
    static final ArchRule JOBS_ONLY_START = noClasses()
            .that()
            .haveSimpleNameEndingWith("Job")
            .should()
            .callMethodWhere(target(
                    nameMatching("map|flatMap|filter|process|keyBy|union|connect|sinkTo|fromSource|getSideOutput")));

    @ArchTest
    static final ArchRule DEPENDENCIES_POINT_ONE_WAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("jobs")
            .definedBy("io.tributary.jobs..")
            .layer("operators")
            .definedBy("io.tributary.operators..")
            .layer("schemas")
            .definedBy("io.tributary.schemas..")
            .whereLayer("jobs")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("operators")
            .mayOnlyBeAccessedByLayers("jobs")
            .whereLayer("schemas")
            .mayOnlyBeAccessedByLayers("jobs", "operators");

    @ArchTest
    static final ArchRule SCHEMAS_KNOW_NOTHING_OF_FLINK = noClasses()
            .that()
            .resideInAPackage("io.tributary.schemas..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink..");

    /** A function belongs to a domain, with its state and its tests; a topology only places it. */
    @ArchTest
    static final ArchRule JOBS_HAVE_NO_FUNCTIONS_OF_THEIR_OWN =
            noClasses().that().resideInAPackage("io.tributary.jobs..").should().beAssignableTo(Function.class);

    @ArchTest
    static final ArchRule NEITHER_CLOCK_NOR_CHANCE_DECIDES = noClasses()
            .that()
            .resideInAPackage("io.tributary.jobs..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule CEP_HAS_AN_ORDER =
            noClasses().should().callMethod(CEP.class, "pattern", DataStream.class, Pattern.class);

    /** Options name the servers. */
    @ArchTest
    static final ArchRule NOBODY_READS_THE_ENVIRONMENT = noClasses()
            .that()
            .resideInAPackage("io.tributary.jobs..")
            .should()
            .callMethodWhere(DescribedPredicate.<JavaCall<?>>describe(
                    "reads the environment",
                    call -> call.getTargetOwner().isEquivalentTo(System.class)
                            && (call.getName().equals("getenv")
                                    || call.getName().equals("getProperty"))));
}
