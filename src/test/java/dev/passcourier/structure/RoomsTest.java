package dev.passcourier.structure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.passcourier.structure.MainCode.CLASSES;
import static dev.passcourier.structure.MainCode.HOUSE;
import static dev.passcourier.structure.MainCode.all;
import static dev.passcourier.structure.MainCode.room;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which room may know which. Everything not written here is forbidden, and everything written here is used. */
class RoomsTest {

    /**
     * The left room may know the right ones. Rooms further down know rooms further up, never the other way round; only
     * {@code service}, {@code demo} and {@code cli} put others together.
     */
    private static final Map<String, Set<String>> KNOWS = table("""
        files    |
        config   | files
        retry    |
        http     | config files
        host     | config
        request  | config files
        audit    | files
        control  |
        remote   | audit
        vault    | config files
        trace    | audit config http
        provider | config http request vault
        broker   | audit config files trace
        outbox   | broker files request vault
        delivery | audit broker config files http outbox remote request retry trace vault
        ledger   | audit files outbox request
        intake   | audit broker config control files ledger outbox request trace
        fetch    | audit broker config http ledger outbox provider remote request retry trace vault
        extension | config
        health   | audit broker config ledger request status vault
        report   | audit broker config files intake ledger outbox request vault
        sandbox  | files
        status   | config intake ledger
        redrive  | audit broker config control ledger outbox request
        reload   | config vault
        retention | audit config control intake ledger
        rotation | audit control vault
        backup   | audit broker config control files outbox vault
        service  | audit backup broker config control delivery extension fetch health host http intake ledger outbox provider redrive reload report request retention retry rotation status trace vault
        doctor   | audit broker config control delivery fetch http intake ledger provider remote request service vault
        cli      | audit backup config control doctor fetch files host intake ledger provider redrive reload report request retention rotation service status vault
        demo     | cli config files ledger provider request sandbox service vault
        """);

    private static final Set<String> PROVIDERS = subpackagesOf("provider");

    @TestFactory
    Stream<DynamicTest> everyRoomKnowsOnlyItsNeighbours() {
        return KNOWS.keySet().stream()
                .map(room -> DynamicTest.dynamicTest(room, () -> assertThat(known(room))
                        .as(
                                "what '%s' knows. Hand in what it needs as an interface or value of its own room, or"
                                        + " move the shared type down; widen the table only if the rooms cannot do"
                                        + " without",
                                room)
                        .isEqualTo(KNOWS.get(room))));
    }

    @Test
    void everyRoomIsInTheTable() {
        Set<String> rooms = CLASSES.stream()
                .map(RoomsTest::roomOf)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(KNOWS.keySet())
                .as("rooms in the table, and whom they may know")
                .isEqualTo(rooms);
    }

    @Test
    void roomsDoNotGoRoundInCircles() {
        slices().matching(HOUSE + ".(*)..")
                .should()
                .beFreeOfCycles()
                .because("a circle is one big room: let the lower room declare an interface that the upper one"
                        + " implements")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineIsKnownToTheEntryPoint() {
        noClasses()
                .that()
                .resideInAPackage(HOUSE)
                .should()
                .dependOnClassesThat(outside("cli", "the command line"))
                .because("App only starts: put it into a command")
                .check(CLASSES);
    }

    @Test
    void theSandboxIsStrangersToTheProviders() {
        noClasses()
                .that()
                .resideInAPackage(all("sandbox"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(all("provider"), all("fetch"), all("vault"), all("http"))
                .because("a pretend cloud that shares code with what it checks agrees with its mistakes: write it from"
                        + " the cloud's own documentation")
                .check(CLASSES);
    }

    @Test
    void productionDoesNotKnowThatItCanBePlayed() {
        noClasses()
                .that()
                .resideOutsideOfPackages(all("sandbox"), all("demo"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(all("sandbox"), all("demo"))
                .because("they are in a jar of their own: a command of theirs is found as a Subcommand")
                .check(CLASSES);
    }

    @TestFactory
    Stream<DynamicTest> aProviderDoesNotUseAnothersPackage() {
        return PROVIDERS.stream()
                .map(provider -> DynamicTest.dynamicTest(provider, () -> noClasses()
                        .that()
                        .resideInAPackage(room("provider." + provider))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(PROVIDERS.stream()
                                .filter(other -> !other.equals(provider) && !other.equals("keystone"))
                                .map(other -> all("provider." + other))
                                .toArray(String[]::new))
                        .because("a cloud must be removable by deleting its package: share through 'provider', or"
                                + " 'keystone' for clouds that sign in the OpenStack way")
                        .check(CLASSES)));
    }

    @Test
    void theProvidersContractKnowsNoProvider() {
        noClasses()
                .that()
                .resideInAPackage(room("provider"))
                .or()
                .resideInAPackage(room("provider.keystone"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(PROVIDERS.stream()
                        .filter(provider -> !provider.equals("keystone"))
                        .map(provider -> all("provider." + provider))
                        .toArray(String[]::new))
                .because("providers are found by looking; no shared file lists them")
                .check(CLASSES);
    }

    private static Set<String> known(String room) {
        return CLASSES.stream()
                .filter(type -> roomOf(type).equals(room))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(Dependency::getTargetClass)
                .map(RoomsTest::roomOf)
                .filter(other -> !other.isEmpty() && !other.equals(room))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The name of the room that a class is in, empty for the entry point and for what is not ours. */
    private static String roomOf(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(HOUSE + ".") ? name.substring(HOUSE.length() + 1).replaceFirst("\\..*", "") : "";
    }

    private static DescribedPredicate<JavaClass> outside(String room, String name) {
        return DescribedPredicate.describe(
                "are ours and outside of " + name,
                type -> !roomOf(type).isEmpty() && !roomOf(type).equals(room));
    }

    private static Set<String> subpackagesOf(String room) {
        return CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(room(room) + "."))
                .map(name -> name.substring(room(room).length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Set<String>> table(String text) {
        Map<String, Set<String>> rows = new TreeMap<>();
        text.lines().map(line -> line.split("\\|", -1)).forEach(row -> rows.put(row[0].strip(), words(row[1])));
        return rows;
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.strip().split(" +"))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
