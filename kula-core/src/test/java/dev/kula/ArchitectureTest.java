package dev.kula;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleStore;
import dev.kula.device.Message;
import dev.kula.model.Samples;
import dev.kula.round.Roster;
import dev.kula.round.Simulation;
import dev.kula.round.SimulationParts;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What may know what. */
final class ArchitectureTest {
  private static final String ROOT = "dev.kula";

  /** Each may use itself and those before it. */
  private static final List<String> ORDER =
      List.of(
          "sealing",
          "model",
          "data",
          "privacy",
          "secagg",
          "aggregate",
          "monitor",
          "swap",
          "device",
          "peer",
          "fleet",
          "round",
          "audit");

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    Set<String> known = new TreeSet<>(ORDER);
    Set<String> found = new TreeSet<>();
    for (JavaClass type : CORE) {
      String name = type.getPackageName();
      if (!name.equals(ROOT)) {
        String rest = name.substring(ROOT.length() + 1);
        int dot = rest.indexOf('.');
        found.add(dot < 0 ? rest : rest.substring(0, dot));
      }
    }
    assertEquals(known, found);
  }

  @Test
  void importsPointOneWay() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ORDER.stream().map(ArchitectureTest::tree).toArray(String[]::new))
        .check(CORE);
    for (int i = 0; i + 1 < ORDER.size(); i++) {
      String[] later =
          ORDER.subList(i + 1, ORDER.size()).stream()
              .map(ArchitectureTest::tree)
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(tree(ORDER.get(i)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later)
          .check(CORE);
    }
  }

  /** The parts of {@code data} lie above it: what holds samples does not read files. */
  @Test
  void dataDoesNotKnowItsReadersAndPartitions() {
    noClasses()
        .that()
        .resideInAPackage("dev.kula.data")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.kula.data.*..")
        .check(CORE);
  }

  @Test
  void noPackagesAreInACycle() {
    slices().matching("dev.kula.(**)").should().beFreeOfCycles().check(CORE);
  }

  @Test
  void serversAndPoliciesNeverSeeSamples() {
    noClasses()
        .that()
        .resideInAnyPackage(tree("round"), tree("monitor"), tree("swap"))
        .and()
        .doNotBelongToAnyOf(Simulation.class, SimulationParts.class, Roster.class)
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "hold samples of devices",
                type ->
                    type.isEquivalentTo(SampleStore.class)
                        || type.isEquivalentTo(SampleBatch.class)
                        || type.isEquivalentTo(Dataset.class)
                        || type.isAssignableTo(FeatureTable.class)))
        .check(CORE);
  }

  @Test
  void ofAllMessagesOnlyFetchedCarriesSamples() {
    Set<String> carriers = new TreeSet<>();
    for (Class<?> message : Message.class.getPermittedSubclasses()) {
      if (carriesSamples(message, new HashSet<>())) {
        carriers.add(message.getSimpleName());
      }
    }
    assertEquals(Set.of("Fetched"), carriers);
  }

  private static boolean carriesSamples(Type type, Set<Type> seen) {
    if (!seen.add(type)) {
      return false;
    }
    if (type instanceof ParameterizedType generic) {
      return Arrays.stream(generic.getActualTypeArguments())
          .anyMatch(argument -> carriesSamples(argument, seen));
    }
    if (!(type instanceof Class<?> raw)) {
      return false;
    }
    if (Samples.class.isAssignableFrom(raw)
        || FeatureTable.class.isAssignableFrom(raw)
        || raw == SampleBatch.class
        || raw == SampleStore.class
        || raw == Object.class) {
      return true;
    }
    RecordComponent[] components = raw.isRecord() ? raw.getRecordComponents() : null;
    return components != null
        && Arrays.stream(components)
            .anyMatch(component -> carriesSamples(component.getGenericType(), seen));
  }

  /** What is not a record, an enumeration or a plain value could hide anything. */
  @Test
  void messagesAreMadeOfRecordsAndValues() {
    Set<String> odd = new TreeSet<>();
    Set<Class<?>> plain = Set.of(String.class, Instant.class, Duration.class);
    Set<Class<?>> holders =
        Set.of(
            List.class,
            Map.class,
            Optional.class,
            OptionalDouble.class,
            OptionalInt.class,
            Long.class);
    Set<Class<?>> seen = new HashSet<>();
    List<Class<?>> open = new ArrayList<>(List.of(Message.class.getPermittedSubclasses()));
    while (!open.isEmpty()) {
      Class<?> type = open.removeLast();
      boolean value =
          type.isPrimitive()
              || type.isEnum()
              || plain.contains(type)
              || holders.contains(type)
              || (type.isArray() && type.getComponentType().isPrimitive())
              || FeatureTable.class.isAssignableFrom(type);
      if (value || !seen.add(type)) {
        continue;
      }
      if (type.isSealed() && Message.class.isAssignableFrom(type)) {
        open.addAll(List.of(type.getPermittedSubclasses()));
        continue;
      }
      if (!type.isRecord()) {
        odd.add(type.getName());
        continue;
      }
      for (RecordComponent component : type.getRecordComponents()) {
        open.add(component.getType());
      }
    }
    assertEquals(Set.of(), odd);
  }

  @Test
  void theCoreNeitherPrintsNorLogs() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CORE);
    GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CORE);
    noClasses().should().dependOnClassesThat().resideInAPackage("org.slf4j..").check(CORE);
  }

  /** Time and chance are injected, so that the same seed gives the same bytes. */
  @Test
  void nobodyAsksTheClockOrTheDice() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(ThreadLocalRandom.class)
        .check(CORE);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<JavaPackage> packages = new HashSet<>();
    CORE.forEach(type -> packages.add(type.getPackage()));
    assertTrue(packages.size() >= 10);
    for (JavaPackage one : packages) {
      assertTrue(one.isAnnotatedWith(NullMarked.class), one.getName());
    }
  }

  @Test
  void messagesAreRecords() {
    classes().that().implement(Message.class).should().beRecords().check(CORE);
  }

  private static String tree(String name) {
    return ROOT + "." + name + "..";
  }
}
